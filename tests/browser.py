"""Drives a real Chromium over the DevTools protocol: its windows, the tabs in them, what they asked and complained.

    async with chromium() as browser, browser.window() as window:
        tab = await window.open("http://127.0.0.1:8000/graphql")
        await tab.until("document.querySelector('.graphiql-container')")

A window is a profile of its own (storage, cookies); the tabs of one window share them, as a person's tabs do.
"""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_SECONDS = 30.0

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--password-store=basic",
    "--remote-debugging-port=0",
    "--window-size=1440,900",
)

MODIFIERS = {"Alt": 1, "Control": 2, "Meta": 4, "Shift": 8}
KEY_CODES = {"Enter": 13, "Tab": 9, "Escape": 27, "Backspace": 8}


def chromium_or_skip() -> str:
    """Where the browser is. Without one a laptop skips the test; CI, where nobody would notice, fails it."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("CI needs a Chromium: install the system's `chromium` package")
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


@contextlib.asynccontextmanager
async def chromium(executable: str | None = None) -> AsyncIterator["Browser"]:
    """A headless browser with a fresh profile, gone with everything it wrote when the block ends."""
    with tempfile.TemporaryDirectory(prefix="hourglass-browser-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            executable or chromium_or_skip(),
            *FLAGS,
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        try:
            address = await asyncio.wait_for(_debugger_address(process.stderr), PATIENCE_SECONDS)
            async with aiohttp.ClientSession() as http, http.ws_connect(address, max_msg_size=0) as socket:
                connection = Connection(socket)
                reading = asyncio.create_task(connection.read())
                draining = asyncio.create_task(process.stderr.read())  # a full pipe would stop the browser
                yield Browser(connection)
                await connection.send("Browser.close")
                await asyncio.wait_for(asyncio.gather(reading, draining), PATIENCE_SECONDS)
        finally:
            if process.returncode is None:
                process.terminate()
            await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)


async def _debugger_address(log: asyncio.StreamReader) -> str:
    async for line in log:
        if line.startswith(b"DevTools listening on "):
            return line.split()[-1].decode()
    raise RuntimeError("Chromium ended before it listened")


class DevToolsError(Exception):
    """The browser refused a command, or the page's script threw."""


class Connection:
    """One socket, many sessions: answers find their command by id, events their tab by session."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.tabs: dict[str, Tab] = {}
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def send(self, method: str, session_id: str | None = None, **parameters: Any) -> dict[str, Any]:
        """The result of one command."""
        command = {"id": next(self._ids), "method": method, "params": parameters}
        answer = self._waiting[command["id"]] = asyncio.get_running_loop().create_future()
        await self._socket.send_json(command | ({"sessionId": session_id} if session_id else {}))
        return await asyncio.wait_for(answer, PATIENCE_SECONDS)

    async def read(self) -> None:
        """Hand out what the browser says until it hangs up."""
        async for message in self._socket:
            said = json.loads(message.data)
            if "id" in said:
                self._answer(said)
            elif tab := self.tabs.get(said.get("sessionId", "")):
                tab.notice(said["method"], said["params"])
        for answer in self._waiting.values():
            answer.cancel()

    def _answer(self, said: dict[str, Any]) -> None:
        answer = self._waiting.pop(said["id"])
        if answer.done():
            return
        if "error" in said:
            answer.set_exception(DevToolsError(said["error"]["message"]))
        else:
            answer.set_result(said["result"])


@dataclass(frozen=True, slots=True)
class Browser:
    """A running browser."""

    connection: Connection

    @contextlib.asynccontextmanager
    async def window(self) -> AsyncIterator["Window"]:
        """A window that shares nothing with another one."""
        context = (await self.connection.send("Target.createBrowserContext"))["browserContextId"]
        try:
            yield Window(self.connection, context)
        finally:
            await self.connection.send("Target.disposeBrowserContext", browserContextId=context)


@dataclass(frozen=True, slots=True)
class Window:
    """One person's browser window."""

    connection: Connection
    context: str

    async def open(self, url: str) -> "Tab":
        """A new tab that has loaded `url`."""
        target = await self.connection.send("Target.createTarget", url="about:blank", browserContextId=self.context)
        attached = await self.connection.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        tab = self.connection.tabs[attached["sessionId"]] = Tab(self.connection, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            await tab.send(f"{domain}.enable")
        await tab.go(url)
        return tab


@dataclass(slots=True)
class Tab:
    """One page, everything it has asked for, and everything it has complained about."""

    connection: Connection
    session_id: str
    requests: list[str] = field(default_factory=list)
    """Every URL asked for, sockets included, in order."""
    complaints: list[str] = field(default_factory=list)
    """Console errors and warnings, uncaught exceptions, refused or failed loads, breaches of the content policy."""
    _loaded: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of one DevTools command on this tab."""
        return await self.connection.send(method, self.session_id, **parameters)

    async def go(self, url: str) -> None:
        """Load `url`, all that it needs included."""
        self._loaded.clear()
        answer = await self.send("Page.navigate", url=url)
        if "errorText" in answer:
            raise DevToolsError(f"{url}: {answer['errorText']}")
        await asyncio.wait_for(self._loaded.wait(), PATIENCE_SECONDS)

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression; promises are awaited."""
        answer = await self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if thrown := answer.get("exceptionDetails"):
            raise DevToolsError(thrown.get("exception", {}).get("description") or thrown["text"])
        return answer["result"].get("value")

    async def until(self, condition: str) -> Any:
        """The first truthy value of a JavaScript expression; an object is only True.

        Raises TimeoutError with what the page says and has complained about.
        """
        watch = f"""new Promise(found => {{
            const look = () => {{ const value = ({condition}); value ? found(value) : setTimeout(look, 20) }};
            look();
        }}).then(value => Object(value) === value || value)"""
        try:
            return await self.evaluate(watch)
        except TimeoutError as error:
            text = await self.evaluate("document.body.innerText")
            raise TimeoutError(
                f"never became true: {condition}\ncomplaints: {self.complaints}\nthe page says:\n{text}"
            ) from error

    async def click(self, selector: str) -> None:
        """A real mouse click in the middle of the first element that matches, once it is there."""
        element = f"document.querySelector({json.dumps(selector)})"
        await self.until(element)
        box = await self.evaluate(f"{element}.getBoundingClientRect().toJSON()")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for kind in ("mousePressed", "mouseReleased"):
            await self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    async def write(self, text: str) -> None:
        """Insert text where the focus is, as an input method or a paste would."""
        await self.send("Input.insertText", text=text)

    async def press(self, chord: str) -> None:
        """Press a key with its modifiers: `Enter`, `Control+Enter`, `Control+a`."""
        *modifiers, key = chord.split("+")
        code = KEY_CODES.get(key) or ord(key.upper())
        pressed = {"key": key, "windowsVirtualKeyCode": code, "modifiers": sum(MODIFIERS[name] for name in modifiers)}
        text = {"text": "\r"} if chord == "Enter" else {}
        await self.send("Input.dispatchKeyEvent", type="keyDown", **pressed, **text)
        await self.send("Input.dispatchKeyEvent", type="keyUp", **pressed)

    async def prefer(self, scheme: str) -> None:
        """Show the page as to somebody who prefers `dark` or `light`."""
        await self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    async def screenshot(self) -> bytes:
        """What the tab shows, as a PNG image."""
        return base64.b64decode((await self.send("Page.captureScreenshot"))["data"])

    def notice(self, event: str, told: dict[str, Any]) -> None:
        """Take note of one DevTools event."""
        match event:
            case "Page.loadEventFired":
                self._loaded.set()
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Network.webSocketCreated":
                self.requests.append(told["url"])
            case "Network.loadingFailed" if not told.get("canceled"):
                self.complaints.append(f"load failed: {told['errorText']}")
            case "Runtime.consoleAPICalled" if told["type"] in {"error", "warning", "assert"}:
                self.complaints.append(
                    " ".join(str(part.get("value", part.get("description"))) for part in told["args"])
                )
            case "Runtime.exceptionThrown":
                thrown = told["exceptionDetails"]
                self.complaints.append(thrown.get("exception", {}).get("description") or thrown["text"])
            case "Log.entryAdded" if told["entry"]["level"] in {"error", "warning"}:
                self.complaints.append(f"{told['entry']['text']} {told['entry'].get('url', '')}".rstrip())
