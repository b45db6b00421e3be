"""The ASGI application: its addresses, what surrounds each request, what is open while it serves."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api import auth, graphiql, health, keys, media, metrics, worker
from api.graphql import PATH, FrontDoor
from api.links import Door
from api.middleware import Apology, Surroundings
from community import database
from community.engagement import recorder
from community.kernel.messages import choose_locale, translate
from community.outbox.worker import serving
from community.settings import Settings
from schema.root import schema

MISSED = {
    404: ("NOT_FOUND", "There is nothing at this address."),
    405: ("METHOD_NOT_ALLOWED", "This address does not take this method."),
}


def create_app(settings: Settings, *, with_worker: bool = False) -> Starlette:
    """The server for any ASGI host. Its lifespan opens the database and the live feed, and closes them in order."""

    front_door = FrontDoor(
        schema(), settings, authenticate=auth.authenticate, wants_page=graphiql.wants_page, page=graphiql.page
    )

    links = Door(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await database.connect(settings)
            stack.push_async_callback(database.disconnect)
            await stack.enter_async_context(serving(settings))
            await stack.enter_async_context(recorder.serving())
            await stack.enter_async_context(links.serving())
            if with_worker:
                await stack.enter_async_context(worker.beside(settings))
            await stack.enter_async_context(front_door.serving())
            yield

    around = _middleware(settings)
    app = Application(
        routes=[
            Route("/", _to_graphql, methods=["GET"]),
            *front_door.routes,
            *links.routes,
            *graphiql.routes,
            *health.routes,
            *keys.routes,
            *media.routes(settings),
            *metrics.routes(settings, front_door.executor),
        ],
        middleware=around,
        exception_handlers={HTTPException: _coded},
        lifespan=lifespan,
    )
    app.state.front_door = app.graph = front_door
    for each in reversed(around):
        app.graph = each.cls(app.graph, *each.args, **each.kwargs)
    return app


class Application(Starlette):
    """Takes requests for the graph past routes, whose work is known before, with all that surrounds every other one."""

    graph: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await self.graph(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _middleware(settings: Settings) -> list[Middleware]:
    """Outermost first."""
    cross_origin = Middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST", "PUT"],
        allow_headers=["Authorization", "Content-Type", "X-Request-Id", "Idempotency-Key"],
        expose_headers=["X-Request-Id", "Retry-After"],
    )
    return [
        Middleware(Surroundings, https_only=settings.environment == "production"),
        *([cross_origin, Middleware(Apology)] if settings.allowed_origins else []),
    ]


async def _to_graphql(_: Request) -> Response:
    return RedirectResponse("/graphql")


async def _coded(request: Request, error: Exception) -> Response:
    """An address that does not exist, or not with this method, in the shape of every other error."""
    assert isinstance(error, HTTPException)
    code, message = MISSED.get(error.status_code, ("BAD_REQUEST", error.detail))
    locale = choose_locale(request.headers.get("accept-language"))
    body = {"errors": [{"message": translate(message, locale), "extensions": {"code": code}}]}
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)
