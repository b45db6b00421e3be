"""What a person does in GraphiQL: write an operation, run it, read the answer, sign in and out."""

import json
from dataclasses import dataclass

from tests.browser import Tab, Window


@dataclass(frozen=True, slots=True)
class GraphiQLPage:
    """A tab that shows GraphiQL."""

    tab: Tab

    @classmethod
    async def open(cls, window: Window, url: str) -> "GraphiQLPage":
        """GraphiQL in a new tab, with the schema loaded and the editor ready to write in."""
        page = cls(await window.open(url))
        await page.tab.until(f"({QUERY_EDITOR})?.options.hintOptions?.schema")
        return page

    async def write(self, operation: str) -> None:
        """Replace what stands in the editor with a valid document, and wait until GraphiQL has read it."""
        await self.tab.click(".graphiql-query-editor .CodeMirror-scroll")
        await self.tab.press("Control+a")
        await self.tab.write(operation)
        await self.tab.until(f"{QUERY_EDITOR}.documentAST?.loc.source.body === {json.dumps(operation)}")

    async def run(self, operation: str | None = None) -> None:
        """Run the operation, or what already stands in the editor."""
        if operation is not None:
            await self.write(operation)
        await self.tab.click(".graphiql-query-editor .CodeMirror-scroll")
        await self.tab.press("Control+Enter")

    async def operation(self) -> str:
        """What stands in the editor."""
        return str(await self.tab.evaluate(f"{QUERY_EDITOR}.getValue()"))

    async def answer_with(self, text: str) -> str:
        """The answer, once `text` is in it."""
        return str(await self.tab.until(f"{ANSWER}.includes({json.dumps(text)}) && {ANSWER}"))

    async def sign_in(self, email: str, password: str) -> None:
        """Fill the sign-in dialog and send it. What comes of it is in `identity_with` or `problem`."""
        await self.tab.click(".hourglass-session > button")
        await self.tab.click(".hourglass-dialog [name=email]")
        await self.tab.write(email)
        await self.tab.click(".hourglass-dialog [name=password]")
        await self.tab.write(password)
        await self.tab.press("Enter")

    async def sign_out(self) -> None:
        """Press the button that ends the session."""
        await self.tab.click(".hourglass-session > button")

    async def identity_with(self, text: str) -> str:
        """The line that says who is signed in, once `text` is in it."""
        return str(await self.tab.until(f"{IDENTITY}.includes({json.dumps(text)}) && {IDENTITY}"))

    async def problem(self) -> str:
        """What the sign-in dialog says was wrong, once it says so."""
        return str(await self.tab.until("document.querySelector('.hourglass-dialog [role=alert]')?.innerText"))


QUERY_EDITOR = "document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror"
ANSWER = "document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue()"
IDENTITY = "document.querySelector('.hourglass-identity').innerText"
