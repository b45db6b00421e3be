"""Every setting of a server: typed, with its default and what it does. Read from the environment and from `.env`."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SECRET_KEY_BYTES = 32


class InvalidSettings(Exception):
    """One or more variables hold what cannot be used. The message names each of them, on a line of its own."""


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several values in one variable, with commas between them."""


class Settings(BaseSettings):
    """One server's configuration. Each field is the variable `HOURGLASS_<FIELD>`, unless it names another."""

    model_config = SettingsConfigDict(
        env_prefix="HOURGLASS_",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
        populate_by_name=True,
    )

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    """Where PostgreSQL is: postgres://user:password@host:port/name. Without it a private one runs in `home`."""

    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL")
    """Where Valkey or Redis is, if live fan-out and rate limits shall go through it: redis://host:port/0."""

    host: str = "127.0.0.1"
    """The address to listen on."""

    port: int = Field(default=8000, ge=1, le=65535, validation_alias="PORT")
    """The port to listen on."""

    home: Path = Path(".hourglass")
    """The folder for what one machine keeps: the private database, generated keys, logs of the private server."""

    postgres_bin: str | None = None
    """What runs the private database: a folder of PostgreSQL's programs, or `wheel`. Otherwise the newest one found."""

    environment: Literal["development", "production"] = "development"
    """In production introspection is closed to strangers, a secret key is needed, and `token` and `demo` refuse."""

    executor: Literal["compiled", "reference"] = "compiled"
    """What runs operations: code compiled for each, or graphql-core, field by field. The answers are the same."""

    secret_key: SecretStr | None = None
    """Signs tokens, 32 bytes or more; a new one signs everybody out. In development one is made and kept in `home`."""

    allowed_origins: CommaSeparated = ()
    """Origins whose pages may call the API from a browser, with commas between them: https://portal.example.com."""

    trusted_proxies: CommaSeparated = ()
    """Addresses or networks of the reverse proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed."""

    allowed_documents: Path | None = None
    """A JSON file of documents, as Relay or Apollo writes it. When set, the server runs these and no others."""

    metrics_token: SecretStr | None = None
    """The bearer token that `/metrics` asks for. Without one, `/metrics` is open to whoever reaches the port."""

    access_token_minutes: int = Field(default=10, ge=1, le=60)
    """How long an access token works. An ended session's tokens stop within a second all the same."""

    refresh_token_days: int = Field(default=30, ge=1, le=365)
    """How long a device stays signed in without being used."""

    sign_in_failures: int = Field(default=10, ge=1)
    """After so many wrong passwords in 15 minutes an account takes none until the first of them is 15 minutes old."""

    password_rounds: int = Field(default=3, ge=1)
    """Argon2id's time cost. A password is hashed again with new parameters when its owner next signs in."""

    password_memory_kib: int = Field(default=65_536, ge=8)
    """Argon2id's memory in KiB, for each of `password_threads`."""

    password_lanes: int = Field(default=4, ge=1)
    """Argon2id's parallelism."""

    password_threads: int = Field(default=2, ge=1)
    """How many passwords one process hashes at once."""

    password_queue: int = Field(default=32, ge=0)
    """How many more may wait for that; others are told that the server is busy."""

    log_format: Literal["console", "json"] = "console"
    """How log lines look: for people or for machines."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe log line that is written. `up` writes only warnings unless this is set."""

    shutdown_seconds: int = Field(default=20, ge=1)
    """How long an orderly stop waits for requests that are still being answered, before it cuts them off."""

    pool_size: int = Field(default=20, ge=1, le=500)
    """The most database connections of one process."""

    pool_acquire_seconds: float = Field(default=3.0, gt=0)
    """How long a request waits for a free connection before it is told that the server is busy."""

    statement_timeout_ms: int = Field(default=5_000, ge=0)
    """PostgreSQL ends a statement that runs longer."""

    lock_timeout_ms: int = Field(default=2_000, ge=0)
    """PostgreSQL ends a statement that waits longer for a lock."""

    idle_in_transaction_timeout_ms: int = Field(default=10_000, ge=0)
    """PostgreSQL ends a session that sits idle inside a transaction for longer."""

    worker_concurrency: int = Field(default=10, ge=2, le=1_000)
    """The most deliveries and jobs that one worker runs at once. Each may need a database connection."""

    worker_heartbeat_seconds: float = Field(default=30.0, ge=1)
    """What a worker was doing is given to another one after the first has been silent for so long."""

    feed_retention_days: int = Field(default=90, ge=1)
    """How long facts stay in the feed `events(after:)`."""

    time_zone: str = "UTC"
    """The programme's IANA zone, such as Asia/Taipei: in it months end, when points expire, and leaderboards begin."""

    currency: str = Field(default="USD", pattern="^[A-Z]{3}$")
    """The programme's currency, by its ISO 4217 code: orders are in it, spend is counted in it."""

    currency_digits: int = Field(default=2, ge=0, le=4)
    """How many digits its amounts have after the point: 2 for cents, 0 for yen."""

    points_lifetime_months: int = Field(default=12, ge=1, le=1_200)
    """Points expire so many months after they became active, rounded up to the end of that month."""

    public_url: str | None = None
    """Where visitors reach this server, as links and QR codes say it, such as https://members.example.com."""

    link_home: str = "/"
    """Where referral links lead that name no target: the page that invites, such as https://www.example.com/join."""

    link_hosts: CommaSeparated = ()
    """Hosts to which links may lead besides paths of `link_home`, each perhaps with a path: shop.example.com/new."""

    link_cookie: bool = False
    """Whether the door also keeps the click id in a cookie. Where visitors must be asked first, leave it off."""

    webhook_timeout_seconds: float = Field(default=15.0, gt=0, le=60)
    """How long an endpoint of a webhook has to take a delivery, from looking up its name to its answer."""

    webhook_failing_days: int = Field(default=5, ge=1, le=90)
    """An endpoint that has only failed for so long is told nothing more, until somebody switches it on again."""

    webhook_log_days: int = Field(default=30, ge=1, le=365)
    """How long what was sent to endpoints, and what they answered, can be looked up."""

    webhook_loopback: bool = False
    """For developing: endpoints of webhooks may be on this very machine, over http and on any port."""

    entitlement_snapshot_hours: int = Field(default=24, ge=1, le=720)
    """How long an app may decide by a signed snapshot of what its member may use, before it asks for another one."""

    media_bucket: str | None = None
    """The S3 bucket that keeps media. Without one they are kept in `home`, and served from /media by this server."""

    media_endpoint: str | None = None
    """Where an S3-compatible server is, such as https://s3.example.com. Without one it is Amazon's in the region."""

    media_region: str = "us-east-1"
    """The region of the bucket."""

    media_access_key: str | None = None
    """The id of the key that may read and write the bucket."""

    media_secret_key: SecretStr | None = None
    """The secret of that key."""

    media_link_seconds: int = Field(default=300, ge=10, le=86_400)
    """How long a link to a medium works. A video that plays longer needs a new one only when it is sought anew."""

    media_upload_mib: int = Field(default=2_048, ge=1)
    """The largest file that editors can upload, in MiB; all but videos have lower limits of their own."""

    read_timeout_seconds: float = Field(default=10.0, gt=0)
    """A read operation that takes longer is cancelled. Writes never are."""

    @field_validator("time_zone")
    @classmethod
    def _is_time_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("an IANA time zone such as Asia/Taipei is needed")
        return name

    @field_validator("public_url", "link_home")
    @classmethod
    def _is_address(cls, url: str | None, field: ValidationInfo) -> str | None:
        if url is None or (field.field_name == "link_home" and url.startswith("/") and not url.startswith("//")):
            return url
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ValueError("an address such as https://www.example.com is needed")
        return url.rstrip("/") if field.field_name == "public_url" else url

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme not in ("postgres", "postgresql"):
            raise ValueError("a URL that begins with postgres:// is needed; PostgreSQL is the one database")
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("a URL that begins with redis:// is needed")
        return url

    @field_validator("secret_key")
    @classmethod
    def _is_long_enough(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and len(key.get_secret_value().encode()) < SECRET_KEY_BYTES:
            raise ValueError(f"{SECRET_KEY_BYTES} bytes or more are needed")
        return key

    @model_validator(mode="after")
    def _production_is_complete(self) -> Self:
        if self.environment == "production" and self.secret_key is None:
            raise ValueError(f"{variable('secret_key')}: production demands a key of {SECRET_KEY_BYTES} bytes or more")
        if self.environment == "production" and self.webhook_loopback:
            raise ValueError(f"{variable('webhook_loopback')}: in production nobody is sent to the server itself")
        return self


@cache
def settings() -> Settings:
    """The settings of this process, read once. Raises InvalidSettings."""
    try:
        return Settings()
    except ValidationError as error:
        raise InvalidSettings("\n".join(_complaint(detail) for detail in error.errors())) from None


def variable(field: str) -> str:
    """The environment variable that sets `field`."""
    alias = Settings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{Settings.model_config['env_prefix']}{field.upper()}"


def settings_table() -> str:
    """Every variable with its default and what it does, as a Markdown table."""
    rows = [
        f"| `{variable(name)}` | {_default(info)} | {info.description} |"
        for name, info in Settings.model_fields.items()
    ]
    return "\n".join(["| Variable | Default | What it does |", "|---|---|---|", *rows])


def _default(info: FieldInfo) -> str:
    return "" if info.default in (None, ()) else f"`{info.default}`"


def _complaint(detail: ErrorDetails) -> str:
    """What is wrong with one variable. Never the value itself: it may be a secret."""
    message = detail["msg"].removeprefix("Value error, ")
    if not detail["loc"]:
        return message
    place = str(detail["loc"][0])
    return f"{variable(place) if place in Settings.model_fields else place}: {message}"
