"""`openline watch` on a terminal: the board, drawn again once a second; q quits."""

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Final

from openline.app.sky.watch import SkyWatch
from openline.cli.keyboard import keys_to
from openline.cli.watch_board import Board
from openline.cli.watch_lines import PlainLines, line_of
from openline.feeds.session import Session, Told

if TYPE_CHECKING:
    from rich.live import Live

_EVERY_S: Final = 0.5
_WORDS_MAX: Final = 50


class Screen(PlainLines):
    """Keeps what was announced last and draws the board."""

    def __init__(self, watch: SkyWatch) -> None:
        super().__init__()
        self._words: deque[str] = deque(maxlen=_WORDS_MAX)
        self._board = Board(watch, self._words)

    def tell(self, events: list[Told]) -> None:
        """Keep their words for the board."""
        self.alerts += self._count(events)
        self._words.extend(line for event in events if (line := line_of(event)) is not None)

    async def run(self, session: Session, *, ticking: bool, duration_s: float | None) -> None:
        """Draw until the session ends or q is pressed."""
        from rich.live import Live

        def pressed(key: str) -> None:
            if key in ("q", "Q", "\x03", "\x04"):
                session.stop()

        with Live(screen=True, auto_refresh=False, transient=True) as live, keys_to(pressed):
            drawing = asyncio.create_task(self._draw(live, session))
            try:
                await session.run(ticking=ticking, duration_s=duration_s)
            finally:
                drawing.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await drawing

    async def _draw(self, live: "Live", session: Session) -> None:
        while True:
            lines = live.console.size.height
            board = self._board.render(session.statuses, session.clock(), lines)
            live.update(board, refresh=True)
            await asyncio.sleep(_EVERY_S)
