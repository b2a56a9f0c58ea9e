"""Positions of aircraft on geodesics, as reports: what the tests of the live sky share."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from geographiclib.geodesic import Geodesic

from openline.airspace.track.report import Identity, PositionReport

START = datetime(2026, 11, 22, 10, tzinfo=UTC)


def at(second: float) -> datetime:
    """The instant so many seconds after START."""
    return START + timedelta(seconds=second)


def report(second: float = 0.0, name: str = "4b1617", **more: Any) -> PositionReport:
    """A position over Bern, level at 10,000 ft, of the aircraft with that address."""
    values: dict[str, Any] = {
        "feed": "a",
        "identity": Identity.of(icao24=name),
        "time": at(second),
        "lat_deg": 47.0,
        "lng_deg": 7.5,
        "pressure_altitude_ft": 10_000.0,
        "accuracy_m": 10.0,
    }
    return PositionReport(**(values | more))


def flight(
    name: str,
    lat: float,
    lng: float,
    azimuth: float,
    mps: float,
    *,
    seconds: int = 60,
    passes_s: float = 0.0,
    stated: bool = True,
    **more: Any,
) -> Iterator[PositionReport]:
    """A report each second on a geodesic that passes the place at `passes_s`."""
    for second in range(seconds + 1):
        way = Geodesic.WGS84.Direct(lat, lng, azimuth, (second - passes_s) * mps)
        speed = {"speed_mps": mps, "track_deg": way["azi2"] % 360.0} if stated else {}
        yield report(second, name, lat_deg=way["lat2"], lng_deg=way["lon2"], **(speed | more))
