"""`aircraft.json` of readsb and dump1090: all aircraft that a receiver hears.

Source: README-json of readsb and dump1090-fa; NACp: RTCA DO-260B, table 2-14.
Read: `hex`, `flight`, `lat`, `lon`, `seen_pos`, `alt_baro`, `alt_geom`, `gs`, `track`, `baro_rate`,
    `geom_rate`, `nac_p`, `category`, `type`; the older `altitude`, `speed`, `vert_rate`; `ac` in
    the place of `aircraft`. `alt_baro` is pressure altitude in feet, `alt_geom` height over the
    ellipsoid in feet: each stays what it is.
Refused: what is no JSON object with a list of aircraft; single aircraft that make no sense, each
    counted.
Left out: aircraft without a position; `rr_lat`, `lastPosition` (guesses and old places).
Errs toward: refusing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.report import Identity, PositionReport
from openline.errors import InvalidInput
from openline.formats import json_text
from openline.formats.reports import (
    Reports,
    instant_of,
    needed_number,
    optional_number,
    optional_text,
    track_of,
)
from openline.units import KNOT_MPS, METRES_PER_FOOT, SECONDS_PER_MINUTE

BYTES_MAX: Final = 32 * 1024 * 1024
_AIRCRAFT_MAX: Final = 100_000
_FOOT_PER_MINUTE: Final = METRES_PER_FOOT / SECONDS_PER_MINUTE
# Estimated position uncertainty (95 %) of a Navigation Accuracy Category, metres.
_NACP_M: Final = dict(
    zip(
        range(11, 0, -1),
        (3.0, 10.0, 30.0, 92.6, 185.2, 555.6, 926.0, 1852.0, 3704.0, 7408.0, 18520.0),
        strict=True,
    )
)
_MULTILATERATED_M: Final = 500.0  # stands for the accuracy of a position that states none
_CLASSES: Final = {
    **dict.fromkeys(("A1", "A2", "A3", "A4", "A5"), AircraftClass.AEROPLANE),
    "A6": AircraftClass.FAST,
    "A7": AircraftClass.ROTORCRAFT,
    "B1": AircraftClass.GLIDER,
    "B2": AircraftClass.BALLOON,
    "B3": AircraftClass.GLIDER,
    "B4": AircraftClass.LIGHT,
    "B6": AircraftClass.UNCREWED,
    "C1": AircraftClass.VEHICLE,
    "C2": AircraftClass.VEHICLE,
}


def read(data: bytes, feed: str, received: datetime) -> Reports:
    """The positions in it. Raises: InvalidInput if the whole cannot be understood."""
    document = json_text.decode(data, feed)
    if not isinstance(document, dict):
        raise InvalidInput("this is no JSON object", file=feed)
    aircraft = document.get("aircraft", document.get("ac"))
    if not isinstance(aircraft, list):
        raise InvalidInput("there is no list of aircraft", cure="give an aircraft.json", file=feed)
    if len(aircraft) > _AIRCRAFT_MAX:
        raise InvalidInput(f"more than {_AIRCRAFT_MAX:,} aircraft", file=feed)
    now = optional_number(document, "now")
    if now is None:
        taken = received
    else:
        # Some services write milliseconds.
        taken = instant_of(now / 1000 if now > 1e11 else now, "now")
    found = Reports(taken=taken)
    for entry in aircraft:
        try:
            report = _report(entry, feed, taken, received)
        except InvalidInput as error:
            found.refuse(error.at(element=_hex_of(entry)))
            continue
        if report is None:
            found.idle += 1
        else:
            found.reports.append(report)
    return found


def _report(entry: Any, feed: str, taken: datetime, received: datetime) -> PositionReport | None:
    if not isinstance(entry, dict):
        raise InvalidInput("an aircraft is no JSON object")
    if entry.get("lat") is None or entry.get("lon") is None:
        return None
    seen = optional_number(entry, "seen_pos") or 0.0
    time = instant_of(taken.timestamp() - max(seen, 0.0), "seen_pos")
    pressure, on_ground = _pressure_altitude(entry)
    rate = optional_number(entry, "geom_rate", _FOOT_PER_MINUTE)
    if rate is None:
        rate = optional_number(entry, _first(entry, "baro_rate", "vert_rate"), _FOOT_PER_MINUTE)
    category = optional_text(entry, "category")
    return PositionReport(
        feed=feed,
        identity=_identity(entry),
        time=time,
        received=received,
        lat_deg=needed_number(entry, "lat"),
        lng_deg=needed_number(entry, "lon"),
        pressure_altitude_ft=pressure,
        altitude_m=optional_number(entry, "alt_geom", METRES_PER_FOOT),
        speed_mps=optional_number(entry, _first(entry, "gs", "speed"), KNOT_MPS),
        track_deg=track_of(optional_number(entry, "track")),
        vertical_rate_mps=rate,
        on_ground=on_ground,
        accuracy_m=_accuracy_m(entry),
        aircraft=_CLASSES.get(category or "", AircraftClass.UNKNOWN),
    )


def _identity(entry: Mapping[str, Any]) -> Identity:
    """A `~` before the address says that it is not the aircraft's own: then it is a uid."""
    address = (optional_text(entry, "hex") or "").strip()
    callsign = optional_text(entry, "flight")
    if address.startswith("~"):
        return Identity.of(uid=address.lower(), callsign=callsign)
    return Identity.of(icao24=address, callsign=callsign)


def _pressure_altitude(entry: Mapping[str, Any]) -> tuple[float | None, bool]:
    name = _first(entry, "alt_baro", "altitude")
    if entry.get(name) == "ground":
        return None, True
    return optional_number(entry, name), False


def _accuracy_m(entry: Mapping[str, Any]) -> float | None:
    category = optional_number(entry, "nac_p")
    known = _NACP_M.get(int(category)) if category is not None else None
    if known is not None:
        return known
    return _MULTILATERATED_M if entry.get("type") == "mlat" else None


def _first(entry: Mapping[str, Any], name: str, older: str) -> str:
    return older if name not in entry and older in entry else name


def _hex_of(entry: Any) -> str | None:
    name = entry.get("hex") if isinstance(entry, dict) else None
    return repr(name[:20]) if isinstance(name, str) else None
