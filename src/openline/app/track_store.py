"""Recorded positions sorted into files by period of time, so that memory holds one at a time.

A folder holds `rows-K.bin` for each period K, `read.json` once everything is read, and
`losses-K.json` for each period that is done. A scan that was interrupted goes on where it was, if
the folder is of the same files and the same question.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from openline.airspace.encounter.recording import (
    JoinRules,
    Samples,
    by_period,
    near_period,
)
from openline.errors import InvalidInput, Unreachable
from openline.formats.tracks import TrackRows

PERIODS_MAX: Final = 50_000
_HELD_BYTES: Final = 32 * 1024 * 1024  # rows held before they go to the files


class ReadFacts(msgspec.Struct):
    """What is known when everything is read."""

    question: str
    tracks: list[str]
    labels: list[str]
    samples: int
    unusable: int
    periods: list[int]


class TrackStore:
    """The folder of one scan."""

    def __init__(self, folder: Path, period_s: float) -> None:
        self.folder = folder
        self._period_s = period_s
        self._held: dict[int, list[bytes]] = {}
        self._held_bytes = 0
        self._tracks: dict[str, int] = {}
        self._labels: dict[str, int] = {}
        self._samples = self._unusable = 0
        self._periods: set[int] = set()

    def known(self, question: str) -> ReadFacts | None:
        """What an earlier scan of the same question read; None if it did not get that far.

        Raises: InvalidInput if the folder is of another question.
        """
        path = self.folder / "read.json"
        try:
            facts = msgspec.json.decode(path.read_bytes(), type=ReadFacts)
        except FileNotFoundError:
            if any(self.folder.iterdir()) and not (self.folder / "begun.json").exists():
                raise InvalidInput(
                    "the folder holds other things", cure="give an empty one", file=self.folder
                ) from None
            self._begin(question)
            return None
        except msgspec.MsgspecError:
            raise InvalidInput("not made by this version", cure="delete it", file=path) from None
        if facts.question != question:
            raise InvalidInput(
                "the folder is of a scan of other files or with other options",
                cure="repeat them, or give an empty folder",
                file=self.folder,
            )
        return facts

    def add(self, rows: TrackRows) -> None:
        """Sort a block of rows into its periods. Raises: InvalidInput for too many periods."""
        tracks = [self._tracks.setdefault(name, len(self._tracks)) for name in rows.tracks]
        labels = [self._labels.setdefault(name, len(self._labels)) for name in rows.labels]
        samples = Samples.of(
            [tracks[int(number)] for number in rows.track],
            [labels[int(number)] for number in rows.label],
            *(rows.time_s, rows.latitude_deg, rows.longitude_deg, rows.altitude_m),
        )
        parts, unusable = by_period(samples, self._period_s)
        self._samples += len(rows)
        self._unusable += unusable
        for period, data in parts:
            self._held.setdefault(period, []).append(data)
            self._held_bytes += len(data)
        if self._held_bytes > _HELD_BYTES:
            self._flush()

    def finish(self, question: str) -> ReadFacts:
        """Everything is read."""
        self._flush()
        facts = ReadFacts(
            question,
            list(self._tracks),
            list(self._labels),
            self._samples,
            self._unusable,
            sorted(self._periods),
        )
        self._write("read.json", msgspec.json.encode(facts))
        return facts

    def samples_near(self, period: int, rules: JoinRules) -> Samples:
        """The samples of a period, and as many before and after as its legs need."""
        data = [self._rows(number) for number in (period - 1, period, period + 1)]
        start_s = period * self._period_s
        return near_period(
            Samples.from_rows(b"".join(data)), start_s, start_s + self._period_s, rules
        )

    def result(self, period: int) -> Any:
        """What was kept for a period that is done; None if it is not."""
        try:
            return msgspec.json.decode((self.folder / f"losses-{period}.json").read_bytes())
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def keep(self, period: int, result: Any) -> None:
        """A period is done."""
        self._write(f"losses-{period}.json", msgspec.json.encode(result))

    def _begin(self, question: str) -> None:
        """What an interrupted reading left is read again."""
        for path in self.folder.glob("*-*.*"):
            if path.name.startswith(("rows-", "losses-")):
                path.unlink()
        self._write("begun.json", msgspec.json.encode(question))

    def _rows(self, period: int) -> bytes:
        try:
            return (self.folder / f"rows-{period}.bin").read_bytes()
        except FileNotFoundError:
            return b""

    def _flush(self) -> None:
        self._periods.update(self._held)
        if len(self._periods) > PERIODS_MAX:
            raise InvalidInput(
                f"the recordings span more than {PERIODS_MAX:,} periods",
                cure="are the times right? Else give a longer --period",
            )
        for period, parts in self._held.items():
            with (self.folder / f"rows-{period}.bin").open("ab") as file:
                file.writelines(parts)
        self._held.clear()
        self._held_bytes = 0

    def _write(self, name: str, data: bytes) -> None:
        """Whole or not at all, also if two processes do it at once."""
        temporary = self.folder / f".{name}-{os.getpid()}"
        temporary.write_bytes(data)
        os.replace(temporary, self.folder / name)


def question_of(files: Sequence[str], options: Any) -> str:
    """What is asked, for the comparison with an earlier scan: files with size and time, options."""
    facts = []
    for name in files:
        try:
            status = os.stat(name)
        except (OSError, ValueError) as error:
            problem = (getattr(error, "strerror", None) or str(error)).lower()
            raise Unreachable(f"cannot be opened: {problem}", file=name) from None
        facts.append([os.path.abspath(name), status.st_size, status.st_mtime_ns])
    return msgspec.json.encode([facts, options]).decode()
