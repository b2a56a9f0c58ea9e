"""A person's page: what it shows, and that it asked nobody but its server for anything."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, Response

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
AUDIT = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
  .map(v => ({id: v.id, impact: v.impact, nodes: v.nodes.map(n => [n.html, n.failureSummary])}))"""
WAIT_MS = 60_000  # machines that test are slow and busy; what is waited for comes or never does
_PASSING = (
    "the server responded with",
    "net::ERR_CONNECTION",
    "net::ERR_INCOMPLETE",
    "net::ERR_EMPTY",
    "net::ERR_INTERNET_DISCONNECTED",
)
# Of an instant of which no sky is kept: the page says NO DATA.
_NO_SKY = "/sky/v1/tracks?at="


class Desk:
    """One browser context with one page: another desk is another person."""

    def __init__(self, browser: Browser, url: str, width: int, height: int) -> None:
        self.url = url
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, service_workers="block"
        )
        self.context.set_default_timeout(WAIT_MS)
        self.page: Page = self.context.new_page()
        self.outside: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", self._requested)
        self.page.on("console", self._written)
        self.page.on("response", self._answered)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def log_in(self, user: str, password: str, address: str = "") -> None:
        """Open the page and log in as that person."""
        self.page.goto(f"{self.url}/{address}")
        self.page.fill("input[name=user]", user)
        self.page.fill("input[name=password]", password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_selector("o-map")
        self.page.wait_for_selector("o-topbar .live")

    def enter(self, session: dict[str, Any], address: str = "") -> None:
        """Open the page with a session that was begun elsewhere: names are not tried too often."""
        kept = {
            "token": session["access_token"],
            **{name: session[name] for name in ("user", "party", "role")},
            "until": 1e15,
        }
        words = json.dumps(json.dumps(kept))
        self.page.add_init_script(f"sessionStorage.setItem('openline.session', {words})")
        self.page.goto(f"{self.url}/{address}")
        self.page.wait_for_selector("o-topbar .live")

    def part(self, element: str) -> Locator:
        """An element of the page: `o-line`, `o-conflicts`."""
        return self.page.locator(element)

    def see(self, element: str, text: str) -> None:
        """Wait until an element shows a text."""
        self.part(element).get_by_text(text).first.wait_for()

    def click(self, element: str, selector: str) -> None:
        """Click something within an element."""
        self.part(element).locator(selector).first.click()

    def press(self, *keys: str) -> None:
        """Press keys, with the page itself in focus."""
        for key in keys:
            self.page.keyboard.press(key)

    def state(self, expression: str) -> Any:
        """What the page's own test hook says."""
        return self.page.evaluate(expression)

    def audit(self) -> list[Any]:
        """What keeps a person from reading or using the page as it is now, by axe."""
        self.page.wait_for_timeout(300)
        self.page.evaluate(AXE.read_text())
        return [one for one in self.page.evaluate(AUDIT) if one["impact"] in GRAVE]

    def leave(self) -> None:
        """Close the page. Fails if it had errors, or asked anybody else for anything."""
        self.context.close()
        assert not self.outside, f"the page asked outside: {self.outside}"
        assert not self.errors, f"the page had errors: {self.errors}"

    def _requested(self, request: Request) -> None:
        asked = urlsplit(request.url)
        if (
            asked.scheme in ("http", "https", "ws", "wss")
            and asked.netloc != urlsplit(self.url).netloc
        ):
            self.outside.append(request.url)

    def _answered(self, answer: Response) -> None:
        expected = answer.status in (404, 503) or (answer.status == 400 and _NO_SKY in answer.url)
        if answer.status >= 400 and not expected:
            self.errors.append(f"{answer.request.method} {answer.url}: {answer.status}")

    def _written(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(one in message.text for one in _PASSING):
            self.errors.append(message.text)
