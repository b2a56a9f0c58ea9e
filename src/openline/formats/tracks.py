"""Recorded positions as columns: what every file of tracks is read into, and which column is what.

A row is one position of one aircraft at one instant. Rows may be in any order. A cell that is empty
is a missing value (NaN) and its row is set aside later; a cell that is no number is an error.

Altitude: files differ in unit and zero, so a column is taken only if its name says its unit
(`altitude_m`, `altitude_ft`, `alt_baro`, `alt_geom`) or the caller says it. One zero for all files:
pressure and geometric altitude are never mixed.
"""

import math
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeAlias

from openline.errors import InvalidInput, InvalidTimeRange
from openline.formats.instants import parse_instant
from openline.limits import TIME_MAX
from openline.units import METRES_PER_FOOT

Doubles: TypeAlias = "array[float]"  # in quotes: subscriptable from Python 3.12 on
ROWS_PER_BLOCK: Final = 50_000
TIME_MAX_S: Final = TIME_MAX.timestamp()

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "track_id", "icao24", "hex", "address", "flight_id", "callsign"),
    "label": ("callsign", "flight", "name"),
    "time": ("timestamp", "time", "t", "datetime"),
    "latitude": ("latitude", "lat", "latitude_deg", "lat_deg"),
    "longitude": ("longitude", "lon", "lng", "long", "longitude_deg", "lon_deg", "lng_deg"),
}
_METRES: Final = {"m": 1.0, "ft": METRES_PER_FOOT}
_ALTITUDES: Final = {
    "altitude_m": "m",
    "altitude_ft": "ft",
    "alt_m": "m",
    "alt_ft": "ft",
    "alt_baro": "ft",  # readsb: pressure altitude
    "alt_geom": "ft",  # readsb: height over the ellipsoid
}
_MISSING: Final = {"", "nan", "null", "none", "na", "n/a", "ground"}


@dataclass(frozen=True, slots=True)
class AltitudeColumn:
    """The column that holds the altitude, and its unit: `m` or `ft`. Raises: InvalidInput."""

    name: str
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in _METRES:
            raise InvalidInput(f"{self.unit!r} is no unit of altitude", cure="use m or ft")

    @property
    def metres(self) -> float:
        """Metres in one of the unit."""
        return _METRES[self.unit]


@dataclass(frozen=True, slots=True)
class TrackOptions:
    """Which columns hold the identity and the altitude, if the names do not say it."""

    id_name: str | None = None
    altitude: AltitudeColumn | None = None


@dataclass(frozen=True, slots=True)
class TrackColumns:
    """The names of the columns that are read. `label` may be missing."""

    id: str
    label: str | None
    time: str
    latitude: str
    longitude: str
    altitude: AltitudeColumn

    def names(self) -> list[str]:
        """All of them, each once."""
        wanted = (self.id, self.label, self.time, self.latitude, self.longitude)
        return list(dict.fromkeys([*(n for n in wanted if n), self.altitude.name]))


@dataclass(slots=True)
class TrackRows:
    """A block of rows. `track`, `label`: numbers into `tracks`, `labels`; NaN is missing.

    altitude_name: the column that the altitudes are from.
    """

    tracks: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    track: Doubles = field(default_factory=lambda: array("d"))
    label: Doubles = field(default_factory=lambda: array("d"))
    time_s: Doubles = field(default_factory=lambda: array("d"))
    latitude_deg: Doubles = field(default_factory=lambda: array("d"))
    longitude_deg: Doubles = field(default_factory=lambda: array("d"))
    altitude_m: Doubles = field(default_factory=lambda: array("d"))
    altitude_name: str = ""

    def __len__(self) -> int:
        return len(self.time_s)


class RowBuilder:
    """Fills a block row by row, from text or JSON values."""

    def __init__(self, altitude: AltitudeColumn) -> None:
        self._metres = altitude.metres
        self._track_numbers: dict[str, int] = {}
        self._label_numbers: dict[str, int] = {}
        self.rows = TrackRows(altitude_name=altitude.name)

    def add(self, cells: Mapping[str, Any]) -> None:
        """One row: id, label, time, latitude, longitude, altitude. Raises: InvalidInput."""
        rows = self.rows
        track = _text(cells["id"])
        # Whose position it is must be known: a row without it is no position of anybody.
        time = math.nan if not track else instant_s(cells["time"])
        rows.track.append(_number_of(track, self._track_numbers, rows.tracks))
        label = _text(cells.get("label"))
        rows.label.append(_number_of(label, self._label_numbers, rows.labels))
        rows.time_s.append(time)
        rows.latitude_deg.append(number(cells["latitude"], "latitude"))
        rows.longitude_deg.append(number(cells["longitude"], "longitude"))
        rows.altitude_m.append(number(cells["altitude"], "altitude") * self._metres)


def columns_of(names: Iterable[str], options: TrackOptions) -> TrackColumns:
    """Which of the columns is what. Raises: InvalidInput, saying what is missing."""
    by_word = {name.strip().lower(): name for name in names}

    def find(what: str) -> str | None:
        return next((by_word[word] for word in _NAMES[what] if word in by_word), None)

    def need(what: str) -> str:
        found = find(what)
        if found is None:
            raise InvalidInput(
                f"there is no column for the {what}", cure=f"name it {' or '.join(_NAMES[what])}"
            )
        return found

    track = need("id") if options.id_name is None else _named(options.id_name, by_word)
    altitude = _altitude(by_word, options.altitude)
    return TrackColumns(
        track, find("label"), need("time"), need("latitude"), need("longitude"), altitude
    )


def instant_s(value: Any) -> float:
    """Seconds since 1970 from such a number, or RFC 3339 text; NaN if missing.

    Raises: InvalidTimeRange for other text, no time zone, and numbers that cannot be such seconds.
    """
    if isinstance(value, str):
        seconds = _seconds_of(value)
    elif value is None:
        return math.nan
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidTimeRange(f"a {type(value).__name__} is not a time", field="time")
    else:
        seconds = float(value)
    if not math.isnan(seconds) and not 0 <= seconds <= TIME_MAX_S:
        raise InvalidTimeRange(
            f"{seconds:g} is no number of seconds since 1970",
            cure="divide milliseconds by 1000, or write RFC 3339",
            field="time",
        )
    return seconds


def number(value: Any, name: str) -> float:
    """A number from text or JSON; NaN if missing. Raises: InvalidInput."""
    if value is None:
        return math.nan
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InvalidInput(f"a {type(value).__name__} is no number", field=name)
    try:
        return float(value)
    except OverflowError:
        raise InvalidInput("the number is too large", field=name) from None
    except ValueError:
        if value.strip().lower() in _MISSING:  # type: ignore[union-attr]  # only text gets here
            return math.nan
        raise InvalidInput(f"{str(value)[:40]!r} is no number", field=name) from None


@lru_cache(maxsize=16_384)  # many aircraft are recorded at one instant
def _seconds_of(text: str) -> float:
    word = text.strip()
    if word.lower() in _MISSING:
        return math.nan
    try:
        return float(word)
    except ValueError:
        return parse_instant(word).timestamp()


def _altitude(by_word: Mapping[str, str], chosen: AltitudeColumn | None) -> AltitudeColumn:
    if chosen is not None:
        return AltitudeColumn(_named(chosen.name, by_word), chosen.unit)
    known = [(by_word[word], unit) for word, unit in _ALTITUDES.items() if word in by_word]
    if len(known) == 1:
        return AltitudeColumn(*known[0])
    if known:
        names = ", ".join(name for name, _ in known)
        raise InvalidInput(f"there are several altitudes: {names}", cure="choose one: --altitude")
    vague = next((name for word, name in by_word.items() if "alt" in word), None)
    if vague is not None:
        raise InvalidInput(
            f"column {vague!r} does not say its unit", cure=f"give --altitude {vague}:ft or :m"
        )
    raise InvalidInput("there is no column for the altitude", cure="name it altitude_m or _ft")


def _named(name: str, by_word: Mapping[str, str]) -> str:
    found = by_word.get(name.strip().lower())
    if found is None:
        raise InvalidInput(
            f"there is no column {name!r}", cure=f"there are {', '.join(list(by_word)[:20])}"
        )
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()[:100]


def _number_of(text: str, numbers: dict[str, int], texts: list[str]) -> int:
    found = numbers.get(text)
    if found is None:
        found = numbers[text] = len(texts)
        texts.append(text)
    return found
