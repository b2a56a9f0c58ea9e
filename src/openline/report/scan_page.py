"""The losses of a scan as one HTML page: no script, no request to anywhere, names escaped."""

import math
from typing import Any, Final

from openline.formats.losses import RecordedLoss, Scan
from openline.geo.position import Position
from openline.report.page import STANDING_SENTENCE
from openline.report.pages import template
from openline.report.words import clean, distance, height, minima, position

_ROWS_MAX: Final = 2_000  # of very many losses the worst are shown
_NAME_MAX: Final = 80


def render_scan(scan: Scan) -> bytes:
    """The page of a scan. The same scan gives the same page, byte for byte.

    In order of time; of very many losses the worst, and how many are left out.
    """
    worst = sorted(scan.losses, key=lambda loss: -loss.severity)[:_ROWS_MAX]
    rows = sorted(worst, key=lambda loss: (loss.enter, loss.first, loss.second))
    page = template("scan.html").render(
        standing=STANDING_SENTENCE,
        losses=len(scan.losses),
        pairs=len({(loss.first, loss.second) for loss in scan.losses}),
        worst=_percent(worst[0]) if worst else None,
        samples=scan.samples,
        tracks=scan.tracks,
        rows=[_row(loss) for loss in rows],
        rows_left=len(scan.losses) - len(rows),
        minima=minima(scan.minima),
        tolerance=height(scan.vertical_tolerance_m),
        join=scan.join,
        set_aside=sorted(scan.set_aside.items()),
    )
    return page.encode()


def _row(loss: RecordedLoss) -> dict[str, Any]:
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


def _percent(loss: RecordedLoss) -> int:
    return math.floor(100 * loss.severity)


def _name(track: str, callsign: str) -> str:
    name = track if callsign in ("", track) else f"{track} ({callsign})"
    return clean(name, _NAME_MAX)
