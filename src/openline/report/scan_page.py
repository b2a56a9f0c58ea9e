"""What a scan found as one HTML page: no script, no request to anywhere, names escaped."""

import math
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from openline.formats.losses import Outcome, RecordedConflict, RecordedLoss, RecordedPair, Scan
from openline.geo.position import Position
from openline.report.page import STANDING_SENTENCE
from openline.report.pages import template
from openline.report.words import clean, distance, height, minima, position

_ROWS_MAX: Final = 2_000  # of very many losses the worst are shown
_NAME_MAX: Final = 80

_T = TypeVar("_T", RecordedLoss, RecordedConflict)


def render_scan(scan: Scan) -> bytes:
    """The page of a scan. The same scan gives the same page, byte for byte.

    In order of time; of very many losses the worst, and how many are left out.
    """
    worst = _worst(scan.losses)
    rows = sorted(worst, key=lambda loss: (loss.enter, loss.first, loss.second))
    numbers = {id(loss): number for number, loss in enumerate(scan.losses, start=1)}
    conflicts = _worst(scan.conflicts)
    conflicts.sort(key=lambda one: (one.first_predicted, one.first, one.second))
    page = template("scan.html").render(
        standing=STANDING_SENTENCE,
        losses=len(scan.losses),
        pairs=len({(loss.first, loss.second) for loss in scan.losses}),
        worst=_percent(worst[0]) if worst else None,
        samples=scan.samples,
        tracks=scan.tracks,
        rows=[_row(loss) | _warned(loss, numbers[id(loss)]) for loss in rows],
        rows_left=len(scan.losses) - len(rows),
        minima=minima(scan.minima),
        tolerance=height(scan.vertical_tolerance_m),
        join=scan.join,
        set_aside=sorted(scan.set_aside.items()),
        lookahead_s=scan.lookahead_s,
        conflicts=len(scan.conflicts),
        conflict_rows=[_conflict_row(one) for one in conflicts],
        conflicts_left=len(scan.conflicts) - len(conflicts),
        outcomes={o.value: sum(c.outcome is o for c in scan.conflicts) for o in Outcome},
        late=sum(loss.warning_s is None for loss in scan.losses),
        fleeting=scan.fleeting,
    )
    return page.encode()


def _worst(items: Sequence[_T]) -> list[_T]:
    return sorted(items, key=lambda one: -one.severity)[:_ROWS_MAX]


def _warned(loss: RecordedLoss, number: int) -> dict[str, Any]:
    late = loss.warning_s is None
    return {"number": number, "warned": "no" if late else f"{math.floor(loss.warning_s or 0):,} s"}


def _conflict_row(one: RecordedConflict) -> dict[str, Any]:
    return _row(one) | {
        "first_predicted": f"{one.first_predicted:%Y-%m-%d %H:%M:%S}",
        "last_predicted": f"{one.last_predicted:%H:%M:%S}",
        "outcome": one.outcome.value,
        "loss": one.loss,
        "warning_s": math.floor(one.warning_s or 0),
    }


def _row(loss: RecordedPair) -> dict[str, Any]:
    names = ((loss.first, loss.first_callsign), (loss.second, loss.second_callsign))
    return {
        "percent": _percent(loss),
        "who": [_name(*name) for name in names],
        "enter": f"{loss.enter:%Y-%m-%d %H:%M:%S}",
        "exit": f"{loss.exit:%H:%M:%S}",
        "closest": f"{loss.closest:%H:%M:%S}",
        "lateral": distance(loss.lateral_m),
        "vertical": height(loss.vertical_m),
        "place": position(Position(loss.latitude_deg, loss.longitude_deg)),
    }


def _percent(loss: RecordedPair) -> int:
    return math.floor(100 * loss.severity)


def _name(track: str, callsign: str) -> str:
    name = track if callsign in ("", track) else f"{track} ({callsign})"
    return clean(name, _NAME_MAX)
