"""The door `GET /r/{code}`: sends a visitor on with a click id, and keeps the click. It asks no database on its way."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from html import escape
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from api.limits import network_of
from community.kernel import clock, ids
from community.kernel.errors import TooBusy
from community.kernel.messages import choose_locale, translate
from community.referrals import directory, recorder, tokens, traces
from community.referrals import service as referrals
from community.referrals.directory import Destination, Directory
from community.referrals.recorder import Recorder
from community.referrals.rules.agents import is_bot
from community.referrals.rules.clicks import Arrival, Click, arrival_of
from community.settings import Settings

COOKIE = "hg_click"
COOKIE_DAYS = 90
LONGEST_AGENT = 500

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
"""A redirect that is kept by somebody on the way is a click that nobody counts."""

RAW_HEADERS = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

Sent = Mapping[bytes, bytes]
"""The headers of a request as they came: looking into them costs nothing."""

NO_LINK = "There is no such link."
LINK_ENDED = "This link has ended."
GO_HOME = "Go to the home page"

GUESSES = 30
"""So many unknown codes a minute may one address ask for; then it is told to wait, without a look."""

GUESSING_SECONDS = 60.0
MOST_GUESSERS = 50_000


class Door:
    """The links of this process and the clicks on them."""

    def __init__(self, settings: Settings) -> None:
        self._home = settings.link_home
        self._places = referrals.places_of(settings)
        self._folder = settings.home / "clicks"
        self._sets_cookie = settings.link_cookie
        self._is_secure = urlsplit(settings.public_url or "").scheme == "https" or settings.environment == "production"
        self._guesses = Guesses()
        self._directory: Directory
        self._recorder: Recorder

    @property
    def routes(self) -> list[Route]:
        """Where the door is."""
        return [Route("/r/{code}", self.follow, methods=["GET"])]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Open inside. Inside the database's own lifetime."""
        async with AsyncExitStack() as stack:
            self._directory = await stack.enter_async_context(directory.listening(self._places))
            self._recorder = await stack.enter_async_context(recorder.serving(self._folder))
            yield

    async def follow(self, request: Request) -> Response:
        """Somebody follows a link."""
        code = request.path_params["code"]
        destination = self._directory.known(code)
        if destination is None:
            return await self._search(request, code)
        return self._send_on(request, destination)

    async def _search(self, request: Request, code: str) -> Response:
        """The common answer to a guess asks nobody; a code that another process made just now is looked up once."""
        network = network_of(request.client.host if request.client else "")
        if wait := self._guesses.wait(network):
            return Response(status_code=429, headers={**HEADERS, "Retry-After": str(wait)})
        if not self._directory.is_unknown(code):
            try:
                destination = await self._directory.find(code)
            except TooBusy:
                return RedirectResponse(self._home, status_code=302, headers=HEADERS)
            if destination is not None:
                return self._send_on(request, destination)
        self._guesses.count(network)
        return self._page(request, NO_LINK, 404)

    def _send_on(self, request: Request, destination: Destination) -> Response:
        now = clock.now()
        if not destination.is_open(now):
            return self._page(request, LINK_ENDED, 410)
        headers: Sent = dict(request.scope["headers"])
        agent = headers.get(b"user-agent", b"")[:LONGEST_AGENT].decode("latin-1")
        arrival = arrival_of(
            method=request.method,
            is_bot=is_bot(agent),
            is_prefetch=is_prefetch(headers),
            wants_no_track=wants_no_track(headers),
        )
        click_id = ids.new_id()
        if arrival is Arrival.VISIT:
            found = traces.traces_of(request.client.host if request.client else "", agent, now)
            click = Click(click_id, destination.link_id, arrival, now, found.visitor, found.household)
        else:
            click = Click(click_id, destination.link_id, arrival, now)
        self._recorder.note(click)
        if arrival not in (Arrival.VISIT, Arrival.UNTRACKED):
            return redirect(destination.address)
        token = tokens.write(click_id, destination.link_id)
        answer = redirect(f"{destination.before}{token}{destination.after}")
        if self._sets_cookie and arrival is Arrival.VISIT:
            answer.set_cookie(
                COOKIE, token, max_age=COOKIE_DAYS * 86_400, secure=self._is_secure, samesite="lax", path="/"
            )
        return answer

    def _page(self, request: Request, message: str, status: int) -> Response:
        """What happened, in the visitor's language, with a way home."""
        locale = choose_locale(request.headers.get("accept-language"))
        said, home = escape(translate(message, locale)), escape(translate(GO_HOME, locale))
        return HTMLResponse(
            f'<!doctype html><html lang="{locale}"><meta name="viewport" content="width=device-width">'
            f'<title>{said}</title><h1>{said}</h1><p><a href="{escape(self._home)}">{home}</a></p></html>',
            status_code=status,
            headers=HEADERS,
        )


class Guesses:
    """How many unknown codes each network asked this process for lately."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[float, int]] = {}

    def count(self, network: str) -> None:
        """One more."""
        began, made = self._lately(network)
        if len(self._made) >= MOST_GUESSERS:
            self._made.clear()
        self._made[network] = (began, made + 1)

    def wait(self, network: str) -> int:
        """Whole seconds until it may guess again; 0 when it may."""
        began, made = self._lately(network)
        return 0 if made < GUESSES else max(1, round(began + GUESSING_SECONDS - time.monotonic()))

    def _lately(self, network: str) -> tuple[float, int]:
        now = time.monotonic()
        began, made = self._made.get(network, (now, 0))
        return (began, made) if now - began < GUESSING_SECONDS else (now, 0)


def redirect(address: str) -> Response:
    """Sent on for now. Starlette's own redirect would encode an address again that is encoded already."""
    answer = Response(status_code=302)
    answer.raw_headers += [*RAW_HEADERS, (b"location", address.encode("latin-1"))]
    return answer


def is_prefetch(headers: Sent) -> bool:
    """Whether a browser looks ahead and nobody has followed the link yet."""
    purpose = headers.get(b"sec-purpose") or headers.get(b"purpose") or headers.get(b"x-moz") or b""
    return b"prefetch" in purpose.lower() or b"preview" in purpose.lower()


def wants_no_track(headers: Sent) -> bool:
    """Whether the visitor's browser says so: Do Not Track, or Global Privacy Control."""
    return headers.get(b"dnt") == b"1" or headers.get(b"sec-gpc") == b"1"
