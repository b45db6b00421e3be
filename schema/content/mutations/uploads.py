"""Files: announce one, say that it was sent."""

from datetime import datetime
from typing import Annotated

import strawberry

from community.content import service as content
from community.content.rules.uploads import MediaKind
from schema.content.problems import (
    ContentTextTooLong,
    FileNotUploaded,
    FileRefused,
    FileSizeRefused,
    MediaTypeRefused,
    UploadExpired,
)
from schema.content.types import MediaFile
from schema.context import Info
from schema.nodes import decode_id, encode_id
from schema.scalars import Long


@strawberry.input(description="Which file you want to upload.")
class RequestUploadInput:
    """A file that is announced."""

    media_type: str = strawberry.field(
        description="Its type: JPEG, PNG, GIF or WebP; MP4 or WebM; MP3, M4A, Ogg, FLAC or WAV; PDF, ZIP or EPUB;"
        " model/gltf-binary or model/vnd.usdz+zip."
    )
    size: Long = strawberry.field(description="How many bytes it has, exactly.")
    file_name: str = strawberry.field(description="Under which name readers save it.")
    alt: str | None = strawberry.field(default=None, description="What it shows, for who cannot see it.")


@strawberry.type(description="A header to send with a request.")
class UploadHeader:
    """A header."""

    name: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its value.")


@strawberry.type(description="Send the file there, then call `completeUpload`.")
class RequestUploadPayload:
    """Where to send it."""

    media_id: strawberry.ID = strawberry.field(description="The id that the file will have.")
    kind: MediaKind = strawberry.field(description="What it will be.")
    upload_url: str = strawberry.field(description="Where to PUT the bytes. Without a host it is ours.")
    headers: list[UploadHeader] = strawberry.field(description="What to send with them.")
    expires_at: datetime = strawberry.field(description="When the address stops working.")


RequestUploadResult = Annotated[
    RequestUploadPayload | MediaTypeRefused | FileSizeRefused | ContentTextTooLong,
    strawberry.union("RequestUploadResult", description="Where to send the file, or why it is not taken."),
]


@strawberry.input(description="Which file has been sent.")
class CompleteUploadInput:
    """The end of an upload."""

    media_id: strawberry.ID = strawberry.field(description="The id that `requestUpload` gave.")


@strawberry.type(description="The file was checked and is kept.")
class CompleteUploadPayload:
    """The file."""

    media: MediaFile = strawberry.field(description="The file.")


CompleteUploadResult = Annotated[
    CompleteUploadPayload | FileNotUploaded | FileRefused | UploadExpired,
    strawberry.union("CompleteUploadResult", description="The file, or why it is not taken."),
]


@strawberry.type
class Uploads:
    """Uploading."""

    @strawberry.mutation(description="Announce a file, and get an address to send it to. For editors.")
    async def request_upload(self, info: Info, input: RequestUploadInput) -> RequestUploadResult:
        upload = await content.request_upload(
            info.context.actor,
            media_type=input.media_type,
            size=input.size,
            file_name=input.file_name,
            alt=input.alt,
        )
        return RequestUploadPayload(
            media_id=encode_id("MediaFile", upload.media_id),
            kind=upload.kind,
            upload_url=upload.link.url,
            headers=[UploadHeader(name=name, value=value) for name, value in upload.link.headers.items()],
            expires_at=upload.link.expires_at,
        )

    @strawberry.mutation(description="Say that a file was sent. It is checked, and kept if it is what was announced.")
    async def complete_upload(self, info: Info, input: CompleteUploadInput) -> CompleteUploadResult:
        media = await content.complete_upload(info.context.actor, decode_id(input.media_id, MediaFile, "mediaId"))
        return CompleteUploadPayload(media=MediaFile.of(media))
