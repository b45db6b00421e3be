"""What a process of ours has from its system: the address that it takes first, the signals that end it."""

import errno
import os
import signal
import socket

from community.settings import Settings

STOPPING = (signal.SIGINT, signal.SIGTERM)


class CannotListen(Exception):
    """The address cannot be listened on. The text says why and what to do about it."""


def listen(settings: Settings) -> socket.socket:
    """A socket on the settings' address, taken before anything else is started. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        raise CannotListen(_explained(error, settings)) from error


def _explained(error: OSError, settings: Settings) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {settings.port} is taken by another program. Choose another: PORT={settings.port + 1}"
        case errno.EACCES:
            return (
                f"Port {settings.port} needs more rights than this user has. Choose one above 1023, such as PORT=8000"
            )
        case errno.EADDRNOTAVAIL:
            return f"This machine has no address {settings.host}. Set HOURGLASS_HOST to one it has, such as 127.0.0.1"
        case _:
            reason = error.strerror or os.strerror(error.errno or 0)
            return f"Cannot listen on {settings.host}, port {settings.port}: {reason}. See HOURGLASS_HOST and PORT"
