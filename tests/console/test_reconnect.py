"""The server goes away and comes back: the page says so, and catches up by itself."""

import signal
import socket
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser

from tests.console.desk import Desk
from tests.console.line import PASSWORD, Line, write_line
from tests.e2e.server_process import serving


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_killed_server_is_unknown_and_what_came_meanwhile_is_shown(
    browser: Browser, tmp_path: Path
) -> None:
    options = [*write_line(tmp_path), "--port", str(free_port())]
    with serving(tmp_path, *options) as server:
        ada = Desk(browser, server.url, 1440, 860)
        ada.log_in("ada", PASSWORD)
        line = Line(tmp_path, server)
        line.says("bo", "QUERY", {"text": "before the cut"}, "north")
        ada.see("o-line", "Question: before the cut")
        ada.page.evaluate("window.sameDocument = true")
        server.stop(signal.SIGKILL)
        ada.see("o-bands", "UNKNOWN")
        assert ada.part("o-line").get_by_text("before the cut").count() > 0, "it went blank"
        ada.see("o-conflicts", "Nothing is known")
        line.close()
    with serving(tmp_path, *options) as server:
        line = Line(tmp_path, server)
        line.says("bo", "QUERY", {"text": "while it was away"}, "north")
        ada.see("o-line", "Question: while it was away")
        ada.part("o-bands").get_by_text("UNKNOWN").first.wait_for(state="detached")
        line.says("bo", "QUERY", {"text": "after the cut"}, "north")
        ada.see("o-line", "Question: after the cut")
        assert ada.page.evaluate("window.sameDocument === true"), "the page was loaded anew"
        line.close()
        ada.leave()
