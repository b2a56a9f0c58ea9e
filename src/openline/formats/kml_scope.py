"""What a KML feature says about itself in ExtendedData and in its time element.

Source: OGC KML 2.3 (12-007r2), sections ExtendedData, TimeSpan, TimeStamp; the property names are
those of our GeoJSON profile.
Read: `Data` and `SchemaData/SimpleData`; each Folder and Document hands its properties and its
time down, and the nearest statement counts; ExtendedData counts before the time element.
Times: a date, a month or a year stands for all of it, in UTC. An open end of a TimeSpan is what
KML says it is, unbounded. Both are reported.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from openline.errors import InvalidTimeRange
from openline.formats.collector import Collector
from openline.formats.fields import Fields
from openline.formats.instants import format_instant, parse_instant
from openline.formats.xml_text import XmlElement
from openline.limits import TIME_MAX, TIME_MIN

Window = tuple[datetime, datetime]

_TIMES: Final = ("time_start", "time_end")
_OF_ONE_FEATURE: Final = ("id", "name", "shape", "centre", "path", "radius_m")
_PERIOD: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?Z?")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a feature states or was handed down: properties by name, and the time element."""

    properties: Mapping[str, str] = field(default_factory=dict)
    time: XmlElement | None = None

    def within(self, feature: XmlElement) -> "Scope":
        """The scope of a feature inside this one."""
        inherited = {k: v for k, v in self.properties.items() if k not in _OF_ONE_FEATURE}
        time = next(feature.all("TimeSpan", "TimeStamp"), None)
        if time is not None:
            for name in _TIMES:
                inherited.pop(name, None)
        return Scope(inherited | _stated(feature), time if time is not None else self.time)

    def fields(self, **more: object) -> Fields:
        """The properties, and more where they are silent.

        Heights of the geometry come with their own unit and datum, so nothing that the properties
        say about units and datums may be mixed with them.
        """
        if "altitude_upper" in more:
            own = {k: v for k, v in self.properties.items() if not k.startswith("altitude_")}
            return Fields(own, more)
        return Fields(self.properties, more)

    def states_altitude(self) -> bool:
        """Whether a limit is stated, so that the heights of the geometry do not count."""
        return "altitude_lower" in self.properties or "altitude_upper" in self.properties

    def times(self, collector: Collector) -> dict[str, str]:
        """`time_start` and `time_end` of the time element, as text; empty if there is none.

        Raises: InvalidTimeRange for a time that is none, or an instant in place of a period.
        """
        if self.time is None or all(name in self.properties for name in _TIMES):
            return {}
        begin, end = _words(self.time)
        if begin is None and end is None:
            return {}
        start, finish = _first(collector, begin), _last(collector, end)
        if start >= finish and self.time.name == "TimeStamp":
            raise InvalidTimeRange(
                "a TimeStamp is an instant, not a period of time",
                cure="use a TimeSpan with begin and end",
                line=self.time.line,
            )
        return {"time_start": format_instant(start), "time_end": format_instant(finish)}


def _stated(feature: XmlElement) -> dict[str, str]:
    found = {}
    for extended in feature.all("ExtendedData"):
        schemas = [item for data in extended.all("SchemaData") for item in data.all("SimpleData")]
        for item in (*extended.all("Data"), *schemas):
            name = item.attributes.get("name", "").strip()
            text = item.text.strip() if item.name == "SimpleData" else item.word("value")
            if name and text:
                found[name] = text
    return found


def _words(time: XmlElement) -> tuple[str | None, str | None]:
    if time.name == "TimeStamp":
        when = time.word("when")
        return when, when
    return time.word("begin"), time.word("end")


def _first(collector: Collector, word: str | None) -> datetime:
    if word is None:
        collector.warn("a TimeSpan without begin is unbounded: it holds from the first")
        return TIME_MIN
    return _period(collector, word)[0]


def _last(collector: Collector, word: str | None) -> datetime:
    if word is None:
        collector.warn("a TimeSpan without end is unbounded: it holds for good")
        return TIME_MAX
    return _period(collector, word)[1]


def _period(collector: Collector, text: str) -> Window:
    """First and last instant of `2026`, `2026-06`, `2026-06-15` or a date with time, UTC."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        instant = parse_instant(text)
        return instant, instant
    collector.warn(f"{text} was taken as all of it, in UTC")
    year, month, day = (int(group) if group else None for group in match.groups())
    try:
        first = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
        if day:
            return first, first + timedelta(days=1)
        if month and month < 12:
            return first, first.replace(month=month + 1)
        return first, first.replace(year=first.year + 1, month=1)
    except (ValueError, OverflowError):
        raise InvalidTimeRange(
            f"{text!r} is not a time", cure="write 2026-11-22T10:00:00Z"
        ) from None
