"""SBS-1 (BaseStation) messages: one line of text for each thing a receiver heard.

Source: the BaseStation socket format as spoken by dump1090, readsb and receivers of Kinetic
Avionics on port 30003.
Read: MSG with subtype 1 (callsign), 2 (on the ground), 3 (airborne position), 4 (velocity). What
    has no position is kept and goes out with the next position of the same aircraft.
Altitude is pressure altitude in feet. Times in the message have no zone and are often local: the
    time of receipt counts.
Refused: lines that are too long, not ASCII, or whose numbers are none; each counted by the caller.
Left out: everything but MSG; subtypes 5 to 8; squawk, alarms.
Written: MSG,1, MSG,3 and MSG,4 for a track, times in UTC.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from openline.airspace.track.report import Identity, PositionReport
from openline.errors import InvalidInput
from openline.formats.reports import track_of
from openline.units import KNOT_MPS, METRES_PER_FOOT, SECONDS_PER_MINUTE

LINE_MAX: Final = 1_024
_KNOWN_MAX: Final = 50_000  # aircraft whose callsign and velocity are kept
_CALLSIGN_S: Final = 600.0
_VELOCITY_S: Final = 10.0
_FOOT_PER_MINUTE: Final = METRES_PER_FOOT / SECONDS_PER_MINUTE
_CELLS: Final = 22


@dataclass(slots=True)
class _Known:
    """What earlier messages said of an aircraft."""

    heard: datetime
    callsign: str | None = None
    called: datetime | None = None
    speed_mps: float | None = None
    track_deg: float | None = None
    rate_mps: float | None = None
    moved: datetime | None = None


class SbsReader:
    """Reads the lines of one connection; what it keeps of earlier lines is bounded."""

    def __init__(self, feed: str) -> None:
        self._feed = feed
        self._known: dict[str, _Known] = {}

    def read(self, line: bytes, received: datetime) -> PositionReport | None:
        """The position in a line; None if it holds none. Raises: InvalidInput."""
        if len(line) > LINE_MAX:
            raise InvalidInput(f"a line of more than {LINE_MAX} bytes")
        try:
            cells = [cell.strip() for cell in line.decode("ascii").split(",")]
        except UnicodeDecodeError:
            raise InvalidInput("the line is not ASCII") from None
        if cells[0] != "MSG":
            if cells[0] in ("", "SEL", "ID", "AIR", "STA", "CLK"):
                return None
            raise InvalidInput(f"{cells[0][:20]!r} is no SBS-1 message")
        if len(cells) < _CELLS - 5:
            raise InvalidInput(f"a message of {len(cells)} cells")
        cells += [""] * (_CELLS - len(cells))
        kind, address = cells[1], cells[4].lower()
        Identity.of(icao24=address)
        if kind not in ("1", "2", "3", "4"):
            return None
        known = self._of(address, received)
        if cells[10]:
            known.callsign, known.called = cells[10], received
        if cells[12] or cells[13]:
            known.speed_mps = _number(cells[12], "speed", KNOT_MPS)
            known.track_deg = track_of(_number(cells[13], "track"))
            known.rate_mps = _number(cells[16], "vertical rate", _FOOT_PER_MINUTE)
            known.moved = received
        if not cells[14] or not cells[15]:
            return None
        return self._report(cells, address, known, received)

    def _report(
        self, cells: list[str], address: str, known: _Known, received: datetime
    ) -> PositionReport:
        moving = _fresh(known.moved, received, _VELOCITY_S)
        called = _fresh(known.called, received, _CALLSIGN_S)
        return PositionReport(
            feed=self._feed,
            identity=Identity.of(icao24=address, callsign=known.callsign if called else None),
            time=received,
            received=received,
            lat_deg=_needed(cells[14], "latitude"),
            lng_deg=_needed(cells[15], "longitude"),
            pressure_altitude_ft=_number(cells[11], "altitude"),
            speed_mps=known.speed_mps if moving else None,
            track_deg=known.track_deg if moving else None,
            vertical_rate_mps=known.rate_mps if moving else None,
            on_ground=cells[21] in ("-1", "1") or cells[1] == "2",
        )

    def _of(self, address: str, received: datetime) -> _Known:
        known = self._known.get(address)
        if known is None:
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()  # it comes again within seconds
            known = self._known[address] = _Known(received)
        known.heard = received
        return known


def lines_of(report: PositionReport) -> Iterator[str]:
    """The report as SBS-1 lines, CRLF at each end; none if it has no 24-bit address."""
    if report.identity.icao24 is None:
        return
    day = report.time.astimezone(UTC)
    when = f"{day:%Y/%m/%d},{day:%H:%M:%S}.{day.microsecond // 1000:03d}"
    address = report.identity.icao24.upper()
    ground = "-1" if report.on_ground else "0"
    callsign = (report.identity.callsign or "").encode("ascii", "ignore").decode()
    feet = report.pressure_altitude_ft
    height = "" if feet is None else f"{feet:.0f}"
    place = f"{report.lat_deg:.6f},{report.lng_deg:.6f}"
    knots = "" if report.speed_mps is None else f"{report.speed_mps / KNOT_MPS:.1f}"
    track = "" if report.track_deg is None else f"{report.track_deg:.1f}"
    rate = report.vertical_rate_mps
    climb = "" if rate is None else f"{rate / _FOOT_PER_MINUTE:.0f}"

    def line(kind: int, cells: str) -> str:
        return f"MSG,{kind},1,1,{address},1,{when},{when},{cells}\r\n"

    if callsign:
        yield line(1, f"{callsign.replace(',', ' ')[:8]},,,,,,,,,,,{ground}")
    if knots or track:
        yield line(4, f",,{knots},{track},,,{climb},,,,,{ground}")
    yield line(3, f",{height},,,{place},,,,,,{ground}")


def _number(cell: str, name: str, scale: float = 1.0) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        raise InvalidInput(f"{cell[:20]!r} is no number", field=name) from None
    if not math.isfinite(value):
        raise InvalidInput("the number is not finite", field=name)
    return value * scale


def _needed(cell: str, name: str) -> float:
    value = _number(cell, name)
    if value is None:
        raise InvalidInput("it is missing", field=name)
    return value


def _fresh(since: datetime | None, now: datetime, seconds: float) -> bool:
    return since is not None and 0 <= (now - since).total_seconds() <= seconds
