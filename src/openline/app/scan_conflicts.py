"""The conflicts of a scan for people: names and instants, and what became of each."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from openline.airspace.encounter.predicted import Conflict
from openline.airspace.encounter.recorded import Loss
from openline.app.track_store import ReadFacts
from openline.formats.losses import Outcome, RecordedConflict, RecordedLoss, Scan

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_Numbered = tuple[int, RecordedLoss]


def instant_of(seconds: float) -> datetime:
    """Seconds since 1970 to the millisecond."""
    return _EPOCH + timedelta(milliseconds=round(seconds * 1000))


def pair_of(one: Loss, facts: ReadFacts) -> dict[str, Any]:
    """What a `RecordedPair` says of a loss: names, instants, figures to 1 mm and 1e-7 degrees."""
    ends = sorted(
        (facts.tracks[int(track)], facts.labels[int(label)])
        for track, label in ((one.first, one.first_label), (one.second, one.second_label))
    )
    (first, first_callsign), (second, second_callsign) = ends
    return {
        "first": first,
        "first_callsign": first_callsign,
        "second": second,
        "second_callsign": second_callsign,
        "enter": instant_of(one.enter_s),
        "exit": instant_of(one.exit_s),
        "closest": instant_of(one.closest_s),
        "lateral_m": round(one.lateral_m, 3),
        "vertical_m": round(one.vertical_m, 3),
        "severity": round(one.severity, 6),
        "latitude_deg": round(one.latitude_deg, 7),
        "longitude_deg": round(one.longitude_deg, 7),
        "altitude_m": round(one.altitude_m, 3),
    }


def with_conflicts(
    scan: Scan, conflicts: Sequence[Conflict], facts: ReadFacts, lookahead_s: float
) -> Scan:
    """The scan with its conflicts, and with how long before it began each loss was predicted.

    A conflict became the first loss of the pair that is not over when it is predicted and that
    begins at most the look-ahead after it was predicted last. One that rests on a single position
    and became none is counted, not told: one mistaken position is no conflict.
    """
    losses: dict[tuple[str, str], list[_Numbered]] = {}
    for number, loss in enumerate(scan.losses, start=1):
        losses.setdefault((loss.first, loss.second), []).append((number, loss))
    named: list[RecordedConflict] = []
    warned: dict[int, float] = {}
    fleeting = 0
    for one in _named(conflicts, facts):
        became = _became(one, losses.get((one.first, one.second), ()), lookahead_s)
        if became is None:
            if one.positions > 1:
                named.append(one)
            fleeting += one.positions == 1
            continue
        number, loss = became
        warning_s = (loss.enter - one.first_predicted).total_seconds()
        named.append(replace(one, outcome=Outcome.LOSS, loss=number, warning_s=warning_s))
        # The last conflict before it is the one without a break.
        if warning_s > 0:
            warned[number] = min(warning_s, warned.get(number, warning_s))
    named.sort(key=lambda x: (x.first_predicted, x.first, x.second))
    return replace(
        scan,
        losses=tuple(
            replace(loss, warning_s=warned.get(number))
            for number, loss in enumerate(scan.losses, start=1)
        ),
        lookahead_s=lookahead_s,
        conflicts=tuple(named),
        fleeting=fleeting,
    )


def _became(
    one: RecordedConflict, losses: Sequence[_Numbered], lookahead_s: float
) -> _Numbered | None:
    until = one.last_predicted + timedelta(seconds=lookahead_s)
    for number, loss in losses:
        if loss.exit >= one.first_predicted and loss.enter <= until:
            return number, loss
    return None


def _named(conflicts: Sequence[Conflict], facts: ReadFacts) -> Iterator[RecordedConflict]:
    for one in conflicts:
        yield RecordedConflict(
            **pair_of(one, facts),
            first_predicted=instant_of(one.first_s),
            last_predicted=instant_of(one.last_s),
            predicted=instant_of(one.made_s),
            positions=int(one.positions),
            outcome=Outcome.UNKNOWN if one.is_cut else Outcome.NONE,
            loss=None,
            warning_s=None,
        )
