"""An agent's window on the inbox: what is on screen, by the names that everybody reads."""

import re
from types import TracebackType

from playwright.async_api import BrowserContext, Locator, Page, Request, expect

from tests.e2e.customers import Line

# what an agent has who never chose: the next journey begins with it
UNCHOSEN = """async () => {
  const session = await (await fetch('/api/v1/session')).json();
  const now = await (await fetch('/api/v1/me/preferences')).json();
  const body = {...now, language: '', theme: 'system', send_action: 'send',
    keys: {on: true, remapped: {}}, quiet: {...now.quiet, on: false}};
  const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf_token};
  await fetch('/api/v1/me/preferences', {method: 'PUT', headers, body: JSON.stringify(body)});
}"""


async def pen_holds(page: Page, text: str) -> None:
    """Those words, and no others, stand where the agent writes, plain field or editor."""
    await page.wait_for_function(
        """text => {
            const pen = document.querySelector("form.composer .box");
            return pen && (pen.value ?? pen.innerText.replace(/\\n$/, "")) === text;
        }""",
        arg=text,
    )


class Desk:
    """One signed-in browser window. ``faults`` are exceptions and refusals of the page itself."""

    def __init__(self, context: BrowserContext, page: Page, url: str) -> None:
        self.context = context
        self.page = page
        self.faults: list[str] = []
        self._url = url
        self._chose = False
        page.on("request", self._notice)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self._listen(line.type, line.text))

    def _listen(self, kind: str, text: str) -> None:
        if kind == "error" and "Content Security Policy" in text:
            self.faults.append(text)

    def _notice(self, request: Request) -> None:
        if request.method == "PUT" and request.url.endswith("/me/preferences"):
            self._chose = True

    async def __aenter__(self) -> "Desk":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._chose:
            await self.page.evaluate(UNCHOSEN)
        await self.context.close()
        assert error is not None or not self.faults, f"the page broke: {self.faults}"

    async def go(self, path: str) -> None:
        """An address below /app, typed by hand."""
        await self.page.goto(f"{self._url}/app{path}")

    async def look_at(self, line: Line, ticket: str = "") -> None:
        """The list of an inbox, with a ticket open beside it where one is named."""
        await self.go(f"/inbox/{line.id}" + (f"/{ticket}" if ticket else ""))
        await expect(self.page.get_by_text("Live", exact=True)).to_be_visible()

    @property
    def list(self) -> Locator:
        """The list of tickets."""
        return self.page.get_by_role("grid")

    def row(self, words: str) -> Locator:
        """The rows that hold these words."""
        return self.list.get_by_role("row").filter(has_text=words)

    async def open(self, words: str) -> None:
        """Click a row's name."""
        await self.row(words).get_by_role("link").click()
        await expect(self.composer).to_be_visible()

    @property
    def thread(self) -> Locator:
        """The words of the open ticket."""
        return self.page.get_by_role("log", name="Messages")

    @property
    def panel(self) -> Locator:
        """The facts beside the thread."""
        return self.page.get_by_role("complementary", name="Details")

    @property
    def composer(self) -> Locator:
        """The form below the thread."""
        return self.page.locator("form.composer")

    @property
    def pen(self) -> Locator:
        """Where the agent writes, reply or note; mails have an editor."""
        return self.composer.locator(".box")

    async def holds(self, text: str) -> None:
        """Those words, and no others, stand in the pen."""
        await pen_holds(self.page, text)

    def button(self, name: str) -> Locator:
        """A button whose name begins so: key caps may follow."""
        return self.page.get_by_role("button", name=re.compile(rf"^{re.escape(name)}"))

    async def reply(self, text: str) -> None:
        """Write and send."""
        await self.mode("Reply")
        await self.pen.fill(text)
        await self.composer.get_by_role("button", name=re.compile("^Send")).first.click()

    async def note(self, text: str) -> None:
        """Write and add a note."""
        await self.mode("Note")
        await self.pen.fill(text)
        await self.button("Add note").click()

    async def mode(self, name: str) -> None:
        """Choose Reply or Note."""
        await self.composer.get_by_role("radio", name=name).click()

    def toast(self, words: str) -> Locator:
        """A notice at the edge of the window."""
        return self.page.locator(".toast").filter(has_text=words)

    async def choose(self, field: str, value: str) -> None:
        """Change a fact in the panel."""
        await self.panel.get_by_role("button", name=re.compile(f"^{field}:")).click()
        await self.page.get_by_role("menuitemradio", name=value).click()
