"""The page in a real Chromium, served by a real server. Nothing may leave this machine."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.console.desk import Desk
from tests.console.line import Line, serving_line

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NEEDED = "CONSOLE_TESTS_NEED_BROWSER"
HOW = "install the Debian package chromium (or put a Chromium named `chromium` on the path)"
# Each window would load two pages of the browser's own for the address bar that nobody sees, which
# takes longer than the page under test. Naming features replaces Playwright's list: the rest of
# these is from there.
NOT_NEEDED = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding"),
    *("HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "MediaRouter", "PreconnectToSearch"),
    *("NetworkTimeServiceQuerying", "OptimizationHints"),
)
OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--force-prefers-reduced-motion"),
    "--disable-features=" + ",".join(NOT_NEEDED),
]
BUILT = Path(__file__).parents[2] / "src" / "openline" / "console" / "index.html"


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Ended with each module: while it runs, no other test here can have an event loop."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get(NEEDED):
            pytest.fail(f"there is no Chromium: {HOW}")
        pytest.skip(f"NO BROWSER, so the page is not tested: {HOW}")
    if not BUILT.exists():
        pytest.fail("the page is not built: make console")
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
    yield started
    started.close()


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A line of three parties on a real server, its people logged in by their names."""
    with serving_line(tmp_path_factory.mktemp("line")) as started:
        yield started


@pytest.fixture
def desk(browser: Browser, line: Line) -> Iterator[Callable[..., Desk]]:
    """Desks of the line: a page each, for whoever is named. Each ends without an error."""
    opened: list[Desk] = []

    def sit_down(user: str, address: str = "", width: int = 1440, height: int = 860) -> Desk:
        made = Desk(browser, line.url, width, height)
        opened.append(made)
        made.enter(line.session(user), address)
        return made

    yield sit_down
    for one in opened:
        one.leave()
