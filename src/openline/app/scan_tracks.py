"""Scan recorded tracks for losses of separation, and conflicts: one period at a time."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

from openline.airspace.encounter.cylinder import Cylinder
from openline.airspace.encounter.motions import motions_of
from openline.airspace.encounter.predicted import Conflict, conflicts_among, joined_conflicts
from openline.airspace.encounter.recorded import Loss, losses_among, merged
from openline.airspace.encounter.recording import (
    NEEDED_GAPS,
    NO_POSITION,
    JoinRules,
    cleaned,
    legs_between,
)
from openline.airspace.separation import Separation
from openline.app.scan_conflicts import pair_of, with_conflicts
from openline.app.scan_engine import Engine
from openline.app.track_store import ReadFacts, TrackStore, question_of
from openline.errors import InvalidInput, Unreachable
from openline.formats.losses import RecordedLoss, Scan
from openline.formats.tracks import TrackOptions, TrackRows
from openline.formats.tracks_parquet import read_parquet
from openline.formats.tracks_text import read_csv, read_jsonl
from openline.limits import SMALLEST_MINIMUM_M
from openline.units import METRES_PER_FOOT

SUFFIXES: Final = (".csv", ".jsonl", ".ndjson", ".parquet")
LOOKAHEAD_MAX_S: Final = 1800.0  # straight on for longer is no prediction
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What is asked. `vertical_tolerance_m`: so much closer than the vertical minimum is still at
    it. `period_s`: how much time is held in memory at once. `lookahead_s`: find the conflicts that
    were predicted so far ahead, too; None: only losses.

    Raises: InvalidInput.
    """

    minima: Separation
    vertical_tolerance_m: float = METRES_PER_FOOT
    join: JoinRules = field(default_factory=JoinRules)
    tracks: TrackOptions = field(default_factory=TrackOptions)
    period_s: float = 3600.0
    engine: Engine = field(default_factory=Engine)
    lookahead_s: float | None = None

    def __post_init__(self) -> None:
        if self.minima.lateral_m <= 0 or self.minima.vertical_m <= 0:
            raise InvalidInput("a loss needs a lateral and a vertical minimum", cure="5nm/1000ft")
        if self.minima.time_s:
            raise InvalidInput("a scan has no time minimum", cure="leave it out: 5nm/1000ft")
        rest = self.minima.vertical_m - self.vertical_tolerance_m
        if not (self.vertical_tolerance_m >= 0 and rest >= 0.1 * SMALLEST_MINIMUM_M):
            raise InvalidInput("the vertical tolerance leaves nothing of the minimum")
        if not NEEDED_GAPS * self.join.gap_max_s <= self.period_s <= 31 * 86_400:
            raise InvalidInput("a period has at least 4 gaps and at most 31 days", field="period")
        if self.lookahead_s is not None and not 0 < self.lookahead_s <= LOOKAHEAD_MAX_S:
            raise InvalidInput(
                f"{self.lookahead_s:g} s is outside 0..{LOOKAHEAD_MAX_S:g} s", field="lookahead"
            )


def scan_tracks(
    names: Sequence[str],
    options: ScanOptions,
    work: str | None = None,
    progress: Progress | None = None,
) -> Scan:
    """Every loss of separation in the recordings, in order of time; if asked, conflicts as well.

    Args: `names`: files, or directories for the files of known suffix in them. `work`: a folder
        that keeps what is done, for a second try; without it a temporary one.
    The same files and options give the same result, interrupted or not, whoever computes it.
    Raises: Unreachable, InvalidInput and its kinds; also if there is nothing to compare.
    """
    files = _files(names)
    question = question_of(files, _asked(options))
    keeper = tempfile.TemporaryDirectory(prefix="scan-") if work is None else nullcontext(work)
    with keeper as folder:
        store = TrackStore(_made(folder), options.period_s)
        facts = store.known(question)
        if facts is None:
            for name in files:
                for rows in track_blocks(name, options.tracks):
                    store.add(rows)
            facts = store.finish(question)
        _need_two(facts)
        results = _results(store, facts, options, progress)
    losses = [Loss(*row) for rows, _, _ in results for row in rows]
    conflicts = [Conflict(*row) for _, rows, _ in results for row in rows]
    set_aside = {NO_POSITION: facts.unusable}
    for _, _, counts in results:
        for reason, count in counts.items():
            set_aside[reason] = set_aside.get(reason, 0) + count
    scan = _named(merged(losses), facts, set_aside, options)
    if options.lookahead_s is None:
        return scan
    return with_conflicts(scan, joined_conflicts(conflicts), facts, options.lookahead_s)


def _need_two(facts: ReadFacts) -> None:
    """Nothing to compare is an error, never "no loss"."""
    tracks = len([name for name in facts.tracks if name])
    if tracks < 2 or facts.samples - facts.unusable < 2:
        raise InvalidInput(
            f"there is nothing to compare: {facts.samples:,} positions of {tracks:,} aircraft, "
            f"{facts.unusable:,} of them without a usable position, time or altitude",
            cure="give recordings of two aircraft or more",
        )


def _asked(options: ScanOptions) -> dict[str, Any]:
    """What the answer depends on: not who computes it."""
    return {name: value for name, value in asdict(options).items() if name != "engine"}


def _results(
    store: TrackStore, facts: ReadFacts, options: ScanOptions, progress: Progress | None
) -> list[Any]:
    """What each period gave, in order; those that are not done are done first."""
    missing = [period for period in facts.periods if store.result(period) is None]
    known = len(facts.periods) - len(missing)
    work = partial(scan_period, store.folder, options)
    for done, _ in enumerate(options.engine.run(work, missing, facts.samples), start=known):
        if progress is not None:
            progress(done, len(facts.periods))
    results = [store.result(period) for period in facts.periods]
    if None in results:
        raise Unreachable(
            "what was computed is not in the folder",
            cure="give --work a folder that every process of the cluster can write",
            file=store.folder,
        )
    return results


def scan_period(folder: Path, options: ScanOptions, period: int) -> int:
    """Scan one period and keep what it gave in the folder; done twice it is the same."""
    store = TrackStore(folder, options.period_s)
    start_s = period * options.period_s
    samples = store.samples_near(period, options.join)
    end_s = start_s + options.period_s
    clean, set_aside = cleaned(samples, options.join, start_s, end_s)
    tolerance = options.vertical_tolerance_m
    cylinder = Cylinder(options.minima.lateral_m, options.minima.vertical_m - tolerance)
    losses = losses_among(legs_between(clean, start_s, end_s), cylinder, tolerance)
    conflicts: list[Conflict] = []
    if options.lookahead_s is not None:
        motions = motions_of(clean, options.join)
        asked = (cylinder, tolerance, options.lookahead_s)
        conflicts = conflicts_among(motions, *asked, start_s, end_s)
    found = [[tuple(asdict(one).values()) for one in kind] for kind in (losses, conflicts)]
    store.keep(period, (*found, set_aside))
    return period


def _named(
    losses: list[Loss], facts: ReadFacts, set_aside: dict[str, int], options: ScanOptions
) -> Scan:
    named = [RecordedLoss(**pair_of(loss, facts)) for loss in losses]
    named.sort(key=lambda x: (x.enter, x.first, x.second, x.exit))
    tracks = len([name for name in facts.tracks if name])
    return Scan(
        tuple(named),
        options.minima,
        options.vertical_tolerance_m,
        options.join,
        facts.samples,
        tracks,
        {reason: count for reason, count in set_aside.items() if count},
    )


def _files(names: Sequence[str]) -> list[str]:
    files: list[str] = []
    for name in names:
        path = Path(name)
        try:
            inside = sorted(path.iterdir()) if path.is_dir() else None
        except (OSError, ValueError) as error:
            raise Unreachable(f"cannot be read: {error}", file=name) from None
        if inside is None:
            files.append(name)
            continue
        known = [str(p) for p in inside if p.suffix.lower() in SUFFIXES]
        if not known:
            raise InvalidInput(f"no file of it ends in {', '.join(SUFFIXES)}", file=name)
        files += known
    return list(dict.fromkeys(files))


def _made(folder: str) -> Path:
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        return path
    except (OSError, ValueError) as error:
        raise Unreachable(f"cannot be made: {error}", file=folder) from None


def track_blocks(name: str, options: TrackOptions) -> Iterator[TrackRows]:
    """The rows of a recording, block by block. Raises: Unreachable, InvalidInput and its kinds."""
    try:
        file: BinaryIO = Path(name).open("rb")  # noqa: SIM115  # closed below, errors differ
    except (OSError, ValueError) as error:
        problem = (getattr(error, "strerror", None) or str(error)).lower()
        raise Unreachable(f"cannot be opened: {problem}", file=name) from None
    with file:
        head = file.read(512)
        file.seek(0)
        if not head.strip():
            raise InvalidInput("the file is empty", file=name)
        if head.startswith(b"PAR1"):
            yield from read_parquet(file, name, options)
        elif head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
            yield from read_jsonl(file, name, options)
        else:
            yield from read_csv(file, name, options)
