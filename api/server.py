"""The HTTP server: the signals that stop it, and a stop that loses nothing."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.applications import Starlette

from api.graphql import FrontDoor
from api.process import STOPPING
from community.settings import Settings

GARBAGE_OBJECTS = 50_000
"""After how many new objects that are still there the collector looks for circles among them."""

CLOSING_SECONDS = 5.0
"""How long sockets may take to say goodbye."""


class Server(uvicorn.Server):
    """uvicorn with our application: it tells when it listens, and ends live streams before it waits for requests."""

    def __init__(self, app: Starlette, settings: Settings, *, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                loop="none",
                http="httptools",
                ws="websockets-sansio",
                ws_max_size=64 * 1024,
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(settings.trusted_proxies),
                forwarded_allow_ips=list(settings.trusted_proxies),
                timeout_graceful_shutdown=settings.shutdown_seconds,
            )
        )
        self._on_ready = on_ready
        self._front_door: FrontDoor = app.state.front_door

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on the first SIGINT or SIGTERM; on the second, wait for nobody. Neither ends the process by itself."""
        loop = asyncio.get_running_loop()
        for number in STOPPING:
            loop.add_signal_handler(number, self.handle_exit, signal.SIGINT, None)
        try:
            yield
        finally:
            for number in STOPPING:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        # What is loaded by now lives as long as the process. Walking it cost the collector 0.1 s each time; looking for
        # circles after every 700 objects, where a page makes thousands and none, was a tenth of all work.
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE_OBJECTS, 50, 100)
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, end what would never end by itself, wait for the rest."""
        for server in self.servers:
            server.close()
        self._front_door.stop()
        # uvicorn would cut sockets off in the middle of a message.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._front_door.sockets.closed()
        await super().shutdown(sockets)
