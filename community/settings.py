"""Every setting of a server: typed, with its default and what it does. Read from the environment and from `.env`."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """One server's configuration. Each field is the environment variable `HOURGLASS_<FIELD>`, unless it names another."""

    model_config = SettingsConfigDict(
        env_prefix="HOURGLASS_", env_file=".env", extra="ignore", frozen=True, use_attribute_docstrings=True, populate_by_name=True
    )

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    """Where PostgreSQL is: postgres://user:password@host:port/name. Without it a private server is started in `home`."""

    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL")
    """Where Valkey or Redis is, if live fan-out and rate limits shall go through it: redis://host:port/0."""

    host: str = "127.0.0.1"
    """The address to listen on."""

    port: int = Field(default=8000, ge=1, le=65535, validation_alias="PORT")
    """The port to listen on."""

    home: Path = Path(".hourglass")
    """The folder for what one machine keeps: the private database, generated keys, logs of the private server."""

    environment: Literal["development", "production"] = "development"
    """In production introspection is closed to strangers, cookies and tokens are strict, and `token` and `demo` refuse."""

    secret_key: SecretStr | None = None
    """Signs access tokens, 32 bytes or more. In development one is made and kept in `home`; production demands one."""

    log_format: Literal["console", "json"] = "console"
    """How log lines look: for people or for machines."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe log line that is written."""

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

    read_timeout_seconds: float = Field(default=10.0, gt=0)
    """A read operation that takes longer is cancelled. Writes never are."""


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
