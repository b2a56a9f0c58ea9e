"""The demo in a process of its own, that stops wherever it is told to.

`python -m tests.demo.stepped FOLDER SPEED PATTERN…` prints the address, then a line at each stop:
what was just told, as one line, if a pattern is in it. A line on standard input lets it go on.
While it stops its clock stands, so what is seen then is seen at that moment, on any machine.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from openline.api.demo import DemoBoard
from openline.demo.acts import ACTS
from tests.demo.stage import stage

WAIT_S: Final = 1_800.0


class Stepped:
    """The process: where its page is, and what it tells."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = str(self._next())

    def stops(self) -> Iterator[str]:
        """What was told at each stop; it goes on when the next one is asked for."""
        while (told := self._next()) is not None:
            yield told
            assert self._process.stdin is not None
            with suppress(BrokenPipeError):
                self._process.stdin.write("\n")
                self._process.stdin.flush()

    def _next(self) -> str | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return str(json.loads(line)) if line else None


@contextmanager
def stepped(folder: Path, speed: float, *patterns: str) -> Iterator[Stepped]:
    """A demo that stops at these patterns."""
    command = [sys.executable, "-m", "tests.demo.stepped", str(folder), str(speed), *patterns]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Stepped(process)
        finally:
            process.kill()


def main(folder: str, speed: str, *patterns: str) -> None:
    """Play; see the module."""
    boards: list[DemoBoard] = []

    def tell(words: str) -> None:
        line = " ".join(words.split())
        if any(re.search(pattern, line) for pattern in patterns):
            for board in boards:
                board.speed = 1.0  # pages go by it: their clocks do not run ahead of this one
            print(json.dumps(line), flush=True)
            sys.stdin.readline()
            for board in boards:
                board.speed = float(speed)

    with stage(Path(folder), ACTS, float(speed), tell=tell) as made:
        boards += [site.board for site in made.sites.all]
        print(json.dumps(made.sites.main.url), flush=True)
        made.play(WAIT_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
