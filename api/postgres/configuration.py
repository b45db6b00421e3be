"""The settings a private server runs with, for a small machine. `ALTER SYSTEM` still overrides them."""

from pathlib import Path

from api.postgres.process import PORT

ALWAYS = {
    "listen_addresses": "",
    "port": str(PORT),
    "max_connections": "200",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_wal_size": "1GB",
    "max_logical_replication_workers": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "cluster_name": "hourglass",
}
THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1d",
    "autovacuum": "off",
}


def write(path: Path, sockets: Path, *, durable: bool) -> None:
    """Write the settings file anew: what we say now wins over what an older version of us said."""
    # A list of folders: within double quotes it is one, whatever its name.
    place = {"unix_socket_directories": '"' + str(sockets).replace('"', '""') + '"'}
    settings = ALWAYS | ({} if durable else THROWAWAY) | place
    lines = [f"{name} = {_literal(value)}" for name, value in settings.items()]
    path.write_text("\n".join(["# Written at each start. To change a setting: ALTER SYSTEM SET ...", *lines, ""]))
    path.chmod(0o644)


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
