"""What ED-269 and ED-318 UAS zones have in common: limits, applicability, words, the constraint.

Limits: a missing lower limit is the surface; a missing upper limit, and 99999 in any unit and
datum, is unlimited.
Applicability: windows of time with daily schedules by weekday. A schedule is expanded within the
zone's own time and the caller's period of interest, at most 400 days; otherwise the whole time
stands for it, with a warning. Times of day without an offset from UTC, sunrise and sunset (SR, SS,
BMCT, EECT) are widened to every time zone. Days count in the time zone of the start time.
Errs toward: longer and higher.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from openline.airspace.entity import Constraint
from openline.airspace.volume import Volume4D, check_window
from openline.errors import AreaTooLarge, InvalidAltitude, InvalidInput
from openline.formats import daily_schedule as daily
from openline.formats.collector import Collector
from openline.formats.daily_schedule import DailyPeriod, Window
from openline.formats.fields import Fields, shown
from openline.formats.instants import parse_instant
from openline.formats.plain_text import shorten
from openline.formats.quantities import altitude_of
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference
from openline.geo.footprint import Footprint
from openline.limits import TIME_MAX, TIME_MIN, VOLUMES_PER_INTENT_MAX

UNLIMITED_FROM: Final = 99_999.0
_DATUMS: Final = ("AGL", "AMSL", "WGS84")
_EVENTS: Final = ("SR", "SS", "BMCT", "EECT", "SUNRISE", "SUNSET")
_REASONS: Final = ("reason", "otherReasonInfo", "restrictionConditions", "message")
_PREFERRED_LANGUAGE: Final = "en"

Area = tuple[Footprint, Altitude, Altitude]


def limits_of(
    fields: Fields, names: tuple[str, str, str, str], unit: str
) -> tuple[Altitude, Altitude]:
    """Lower and upper limit; `names` are those of lower, its datum, upper, its datum.

    Raises: InvalidAltitude, InvalidInput.
    """
    lower, lower_datum, upper, upper_datum = names
    low, high = fields.number(lower), fields.number(upper)
    if high is not None and high >= UNLIMITED_FROM:
        high = None
    return (
        SURFACE if low is None else _altitude(low, unit, fields.text(lower_datum), lower),
        UNLIMITED if high is None else _altitude(high, unit, fields.text(upper_datum), upper),
    )


def _altitude(value: float, unit: str, datum: str | None, name: str) -> Altitude:
    word = (datum or "").upper().replace("-", "")
    try:
        if word not in _DATUMS:
            raise InvalidAltitude(
                f"vertical reference {datum!r} is not known",
                cure=f"use one of {', '.join(_DATUMS)}",
            )
        limit = altitude_of(value, unit, word)
    except InvalidInput as error:
        error.at(field=name)
        raise
    return SURFACE if limit.reference is AltitudeReference.AGL and value == 0 else limit


def words_of(value: object) -> str | None:
    """Text, a list of words, or the best of texts by language: English, else the first."""
    if isinstance(value, str):
        return value
    if not isinstance(value, list):
        return None
    words = [item for item in value if isinstance(item, str)]
    if words:
        return ", ".join(words)
    texts = [item for item in value if isinstance(item, dict) and isinstance(item.get("text"), str)]
    english = [t for t in texts if str(t.get("lang", "")).lower().startswith(_PREFERRED_LANGUAGE)]
    best: str | None = next((text["text"] for text in english or texts), None)
    return best


def objects(value: object, name: str) -> list[Mapping[str, Any]]:
    """A list of objects; a single object counts as a list of one, null as none.

    Raises: InvalidInput.
    """
    if value is None:
        return []
    items: list[Mapping[str, Any]] = []
    for number, item in enumerate(value if isinstance(value, list) else [value]):
        if not isinstance(item, dict):
            raise InvalidInput(
                f"{shown(item)} is not an object", cure="give an object", field=f"{name}[{number}]"
            )
        items.append(item)
    return items


def party_of(zone: Mapping[str, Any], collector: Collector) -> str:
    """The party: the caller's, else the authority for the zone, else the country, else the file."""
    stated = None
    for authority in objects(zone.get("zoneAuthority"), "zoneAuthority"):
        stated = stated or words_of(authority.get("name")) or words_of(authority.get("service"))
    stated = stated or words_of(zone.get("country"))
    return collector.party(shorten(stated) if stated else None)


def windows_of(
    periods: list[Mapping[str, Any]], schedule_names: tuple[str, ...], collector: Collector
) -> tuple[list[Window], list[str]]:
    """The windows in which a zone applies, and notes on what was widened.

    Without periods it applies always. Raises: InvalidTimeRange, InvalidInput.
    """
    between = collector.options.between
    windows: list[Window] = []
    notes: list[str] = []
    for period in periods or [{}]:
        whole = _whole(period)
        entries = [entry for name in schedule_names for entry in objects(period.get(name), name)]
        daily_periods = [p for entry in entries for p in _daily_period(entry, notes)]
        found, note = daily.expand(daily_periods, whole, between)
        windows += found
        if note:
            notes.append(note)
    return daily.merged(windows), notes


def _whole(period: Mapping[str, Any]) -> Window:
    if str(period.get("permanent", "")).upper() == "YES":
        return TIME_MIN, TIME_MAX
    start = _clamped(period.get("startDateTime"), TIME_MIN, "startDateTime")
    end = _clamped(period.get("endDateTime"), TIME_MAX, "endDateTime")
    return check_window(start, end)


def _clamped(value: object, default: datetime, name: str) -> datetime:
    if value is None or value == "":
        return default
    try:
        return min(max(parse_instant(value), TIME_MIN), TIME_MAX)
    except InvalidInput as error:
        error.at(field=name)
        raise


def _daily_period(entry: Mapping[str, Any], notes: list[str]) -> list[DailyPeriod]:
    """The period of one entry; none for an entry that says nothing."""
    weekdays = _weekdays(entry.get("day"))
    start, start_zone = _edge(entry, "start")
    end, end_zone = _edge(entry, "end")
    by_light = "start" if start is None else "end"
    if start is None and end is None and not _has_event(entry):
        return [] if weekdays == daily.EVERY_DAY else [daily.whole_day(weekdays).in_any_zone()]
    if start is None or end is None:
        notes.append(f"its daily schedule has no fixed {by_light}: taken as whole days")
        return [daily.whole_day(weekdays).in_any_zone()]
    end = daily.after_start(start, end)
    period = DailyPeriod(start, end, weekdays)
    if start_zone is None or end_zone is None:
        notes.append("its daily schedule states no offset from UTC: widened to every time zone")
        return [period.in_any_zone()]
    return [
        DailyPeriod(
            start - start_zone, daily.after_start(start - start_zone, end - end_zone), weekdays
        )
    ]


def _has_event(entry: Mapping[str, Any]) -> bool:
    return any(entry.get(name) is not None for name in ("startEvent", "endEvent")) or any(
        isinstance(entry.get(name), str) and entry[name].strip()
        for name in ("startTime", "endTime")
    )


def _edge(entry: Mapping[str, Any], side: str) -> tuple[timedelta | None, timedelta | None]:
    """Time of day and offset from UTC; None for an edge by sunrise, sunset or nothing."""
    name = f"{side}Time"
    value = entry.get(name)
    if entry.get(f"{side}Event") is not None or value is None or value == "":
        return None, None
    if not isinstance(value, str):
        raise InvalidInput(f"{shown(value)} is not a time", cure="write 08:00:00Z", field=name)
    if value.strip().upper() in _EVENTS:
        return None, None
    try:
        return daily.parse_daytime(value)
    except InvalidInput as error:
        error.at(field=name)
        raise


def _weekdays(value: object) -> frozenset[int]:
    names = value if isinstance(value, list) else [value] if value else []
    words = [str(name).strip().upper() for name in names]
    if not words or "ANY" in words:
        return daily.EVERY_DAY
    for word in words:
        if word not in daily.WEEKDAYS:
            raise InvalidInput(
                f"{shown(word)} is not a day", cure="use MON..SUN or ANY", field="day"
            )
    return frozenset(daily.WEEKDAYS.index(word) for word in words)


def reason_of(zone: Mapping[str, Any], kind: object) -> str | None:
    """Kind, reasons, conditions and message of a zone in one line."""
    parts = (kind, *(zone.get(name) for name in _REASONS))
    words = [words_of(part) for part in parts]
    return shorten("; ".join(word for word in words if word)) or None


def add_zone(
    zone: Mapping[str, Any],
    kind: object,
    areas: list[Area],
    windows: tuple[list[Window], list[str]],
    identifier: str,
    collector: Collector,
) -> None:
    """Add the zone as one constraint; one that never applies is left out with a warning.

    Raises: InvalidInput.
    """
    times, notes = windows
    for note in notes:
        collector.warn(f"zone {identifier}: {note}")
    if not times:
        collector.warn(f"zone {identifier}: left out, it does not apply in the period of interest")
        return
    if not areas:
        raise InvalidInput("a zone without a geometry", cure="give it one", field="geometry")
    if len(areas) * len(times) > VOLUMES_PER_INTENT_MAX:
        raise AreaTooLarge(
            f"{len(areas)} areas at {len(times)} times; at most {VOLUMES_PER_INTENT_MAX:,} "
            "volumes are accepted",
            cure="name a shorter period of interest (--between)",
        )
    bands = [(area, collector.band(lower, upper, area)) for area, lower, upper in areas]
    volumes = tuple(
        Volume4D(area, band, start, end) for area, band in bands for start, end in times
    )
    name = words_of(zone.get("name"))
    collector.add_constraint(
        Constraint(
            identifier,
            party_of(zone, collector),
            volumes,
            reason_of(zone, kind),
            shorten(name) if name else None,
            f"{collector.source}, zone {identifier}",
        )
    )
