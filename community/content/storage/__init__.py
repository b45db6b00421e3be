"""Where media are kept: one interface, on this machine's disk or in an S3 bucket.

What arrives and what was checked have different places, so that a link to upload never reaches what readers get.
"""

from functools import cache

from community.access.signing import key_of
from community.content.storage.interface import Link, Storage, StoredFile
from community.content.storage.local import LocalStorage
from community.content.storage.s3 import S3Storage
from community.settings import Settings, settings

__all__ = ["Link", "LocalStorage", "S3Storage", "Storage", "StoredFile", "storage", "storage_of"]


def storage() -> Storage:
    """This process's storage."""
    return storage_of(settings())


@cache
def storage_of(settings: Settings) -> Storage:
    """The storage that these settings name."""
    if settings.media_bucket is None:
        return LocalStorage(settings.home / "media", key=key_of(settings), public_url=settings.public_url or "")
    return S3Storage(
        settings.media_bucket,
        endpoint=settings.media_endpoint,
        region=settings.media_region,
        access_key=settings.media_access_key,
        secret_key=settings.media_secret_key.get_secret_value() if settings.media_secret_key else None,
    )
