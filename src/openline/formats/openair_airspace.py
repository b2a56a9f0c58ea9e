"""The records of one OpenAir airspace, understood in order, and the constraint they make."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openline.airspace.entity import Constraint
from openline.airspace.volume import Volume4D
from openline.errors import AreaTooLarge, InvalidGeometry, InvalidInput
from openline.formats import openair_fields as fields
from openline.formats.plain_text import shorten
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeBand
from openline.geo.arc import Arc, arc_between, arc_of_bearings, turns_clockwise
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.limits import TIME_MAX, TIME_MIN, VERTICES_MAX, VOLUMES_PER_INTENT_MAX
from openline.units import METRES_PER_NAUTICAL_MILE

_IGNORED: Final = frozenset({"AF", "AG", "AR", "AX", "AT", "SP", "SB", "TX", "TP"})
_RADII_DIFFER_M: Final = 200.0
_RADII_DIFFER_SHARE: Final = 0.01
_RADII_DIFFER_MAX_SHARE: Final = 0.5
_CLASSES: Final = {
    "R": "restricted area",
    "Q": "danger area",
    "P": "prohibited area",
    "GP": "gliders prohibited",
    "CTR": "control zone",
    "W": "wave window",
    "TMZ": "transponder mandatory zone",
    "RMZ": "radio mandatory zone",
    "UNC": "airspace without class",
    "UNCLASSIFIED": "airspace without class",
}

Ignore = Callable[[str, int], None]
Band = Callable[[Altitude, Altitude, Footprint], AltitudeBand]


@dataclass(frozen=True, slots=True)
class Record:
    """One line: its number, its key in upper case and its value."""

    line: int
    key: str
    value: str

    def plain(self) -> str:
        """The value without a trailing comment."""
        return self.value.split("*")[0].split(";")[0].strip()


@dataclass(slots=True)
class Airspace:
    """What the records of one airspace have said so far."""

    line: int
    klass: str
    name: str = "without a name"
    type: str | None = None
    identifier: str | None = None
    lower: Altitude | None = None
    upper: Altitude | None = None
    centre: Position | None = None
    clockwise: bool = True
    width_m: float | None = None
    outline: list[Position | Arc] = field(default_factory=list)
    vertices: int = 0
    circles: list[Circle] = field(default_factory=list)
    airway: list[Position] = field(default_factory=list)
    active: list[tuple[datetime, datetime]] = field(default_factory=list)
    limits_seen: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The AI record, else the name."""
        return self.identifier or self.name

    def reason(self) -> str:
        """The class in words, after the type of the extended format."""
        klass = _CLASSES.get(self.klass.upper(), f"class {self.klass} airspace")
        if self.type is None or self.type.upper() == "NONE":
            return klass
        return f"{_CLASSES.get(self.type.upper(), self.type)}, {klass}"

    def constraint(self, identifier: str, party: str, source: str, band: Band) -> Constraint:
        """The airspace as a constraint. Raises: InvalidInput."""
        footprints = self._footprints()
        windows = self.active or [(TIME_MIN, TIME_MAX)]
        if len(footprints) * len(windows) > VOLUMES_PER_INTENT_MAX:
            raise AreaTooLarge(
                f"{len(footprints)} areas at {len(windows)} times; at most "
                f"{VOLUMES_PER_INTENT_MAX:,} volumes are accepted",
                cure="split it",
            )
        lower, upper = self.lower or SURFACE, self.upper or UNLIMITED
        bands = [(footprint, band(lower, upper, footprint)) for footprint in footprints]
        volumes = tuple(
            Volume4D(footprint, limits, start, end)
            for footprint, limits in bands
            for start, end in windows
        )
        return Constraint(identifier, party, volumes, self.reason(), self.name, source)

    def _footprints(self) -> list[Footprint]:
        footprints: list[Footprint] = list(self.circles)
        if self.airway:
            footprints.append(self._corridor())
        if self.outline:
            footprints.append(self._polygon())
        if not footprints:
            raise InvalidGeometry(
                "the airspace has no points and no circle", cure="give DP records or a DC"
            )
        return footprints

    def _corridor(self) -> Corridor:
        if self.width_m is None:
            raise InvalidGeometry("an airway without a width", cure="give V W= before DY")
        return Corridor(tuple(_without_repeats(self.airway)), self.width_m / 2)

    def _polygon(self) -> Footprint:
        only = self.outline[0]
        if len(self.outline) == 1 and isinstance(only, Arc) and only.is_circle():
            return Circle(only.centre, only.radius_start_m)
        ring = _ring(self.outline)
        if len(ring) < 3:
            raise InvalidGeometry(
                f"a polygon of {len(ring)} different points", cure="give at least 3 DP records"
            )
        return Polygon(tuple(ring))


def _without_repeats(points: list[Position]) -> list[Position]:
    return [p for number, p in enumerate(points) if number == 0 or p != points[number - 1]]


def _ring(outline: list[Position | Arc]) -> list[Position]:
    """The outline as one ring of vertices, arcs on the outer side."""
    coarse: list[Position] = []
    for part in outline:
        if isinstance(part, Arc):
            coarse += [part.start, *(part.point(n / 8) for n in range(1, 8)), part.end]
        else:
            coarse.append(part)
    clockwise = turns_clockwise(coarse)
    ring: list[Position] = []
    for part in outline:
        if isinstance(part, Arc):
            ring += part.outline(area_inside=(part.sweep_deg > 0) is clockwise)
        else:
            ring.append(part)
    ring = _without_repeats(ring)
    while len(ring) > 1 and ring[0] == ring[-1]:
        ring.pop()
    return ring


def airspace_of(records: list[Record], ignore: Ignore) -> Airspace:
    """The airspace that the records describe, the first one being its AC.

    `ignore` is told about records that are read over. Raises: InvalidInput with the line.
    """
    airspace = Airspace(records[0].line, shorten(records[0].plain(), 40) or "unknown")
    for record in records[1:]:
        handler = _HANDLERS.get(record.key)
        if handler is None:
            if record.key not in _IGNORED:
                ignore(f"records {record.key!r}, not known", record.line)
            continue
        try:
            handler(airspace, record)
        except InvalidInput as error:
            error.at(line=record.line, field=record.key)
            raise
    if "AL" not in airspace.limits_seen:
        airspace.notes.append("no lower limit is given: taken as the surface")
    if "AH" not in airspace.limits_seen:
        airspace.notes.append("no upper limit is given: taken as unlimited")
    return airspace


def _name(airspace: Airspace, record: Record) -> None:
    airspace.name = shorten(record.value, 200) or airspace.name


def _type(airspace: Airspace, record: Record) -> None:
    airspace.type = shorten(record.plain(), 40) or None


def _identifier(airspace: Airspace, record: Record) -> None:
    airspace.identifier = shorten(record.value, 200) or None


def _limit(airspace: Airspace, record: Record) -> None:
    if record.key in airspace.limits_seen:
        raise InvalidInput("the limit is given twice in one airspace", cure="remove one of them")
    airspace.limits_seen.add(record.key)
    lower = record.key == "AL"
    limit = fields.parse_limit(record.plain(), lower=lower)
    if limit is None:
        word, wide = ("lower", "the surface") if lower else ("upper", "unlimited")
        stated = shorten(record.plain(), 40)
        airspace.notes.append(f"the {word} limit is stated as {stated!r}: taken as {wide}")
        limit = SURFACE if lower else UNLIMITED
    if lower:
        airspace.lower = limit
    else:
        airspace.upper = limit


def _variable(airspace: Airspace, record: Record) -> None:
    name, _, value = record.plain().partition("=")
    match name.strip().upper():
        case "X":
            airspace.centre = fields.parse_position(value)
        case "D" if value.strip() in ("+", "-"):
            airspace.clockwise = value.strip() == "+"
        case "W":
            airspace.width_m = fields.parse_number(value, "width") * METRES_PER_NAUTICAL_MILE
        case "T" | "Z":
            pass  # track and zoom of the drawing
        case _:
            raise InvalidInput(
                f"{shorten(record.value, 60)!r} sets nothing known", cure="use X=, D=+, D=- or W="
            )


def _point(airspace: Airspace, record: Record) -> None:
    _append(airspace, fields.parse_position(record.plain()), 1)


def _append(airspace: Airspace, part: Position | Arc, vertices: int) -> None:
    airspace.vertices += vertices
    if airspace.vertices > VERTICES_MAX:
        raise AreaTooLarge(
            f"an outline of more than {VERTICES_MAX:,} vertices", cure="simplify it or split it"
        )
    airspace.outline.append(part)


def _centre(airspace: Airspace) -> Position:
    if airspace.centre is None:
        raise InvalidGeometry("there is no centre", cure="give V X= within the airspace, before it")
    return airspace.centre


def _circle(airspace: Airspace, record: Record) -> None:
    radius_m = fields.parse_number(record.plain(), "radius") * METRES_PER_NAUTICAL_MILE
    airspace.circles.append(Circle(_centre(airspace), radius_m))


def _arc_of_bearings(airspace: Airspace, record: Record) -> None:
    words = record.plain().replace(",", " ").split()
    if len(words) != 3:
        raise InvalidGeometry("an arc needs a radius and two bearings", cure="write DA 5, 90, 180")
    radius_m = fields.parse_number(words[0], "radius") * METRES_PER_NAUTICAL_MILE
    start, end = (fields.parse_number(word, "bearing") for word in words[1:])
    if max(start, end) > 360.0:
        raise InvalidGeometry(f"bearing {max(start, end):g} is over 360", cure="correct it")
    arc = arc_of_bearings(_centre(airspace), radius_m, start, end, clockwise=airspace.clockwise)
    _append(airspace, arc, arc.vertex_count())


def _arc_between(airspace: Airspace, record: Record) -> None:
    start, end = fields.split_positions(record.plain())
    arc = arc_between(_centre(airspace), start, end, clockwise=airspace.clockwise)
    apart = abs(arc.radius_start_m - arc.radius_end_m)
    longest = max(arc.radius_start_m, arc.radius_end_m)
    if apart > _RADII_DIFFER_MAX_SHARE * longest:
        raise InvalidGeometry(
            f"the arc begins {arc.radius_start_m:,.0f} m from its centre and ends "
            f"{arc.radius_end_m:,.0f} m from it",
            cure="correct the centre or an end",
        )
    if apart > max(_RADII_DIFFER_M, _RADII_DIFFER_SHARE * longest):
        airspace.notes.append(
            f"the arc on line {record.line} begins {arc.radius_start_m:,.0f} m from its centre and "
            f"ends {arc.radius_end_m:,.0f} m from it: drawn with a radius that changes evenly"
        )
    _append(airspace, arc, arc.vertex_count())


def _airway(airspace: Airspace, record: Record) -> None:
    airspace.airway.append(fields.parse_position(record.plain()))


def _activation(airspace: Airspace, record: Record) -> None:
    start, end = fields.parse_activation(record.plain())
    if start is None and end is None:
        airspace.notes.append("its times are published elsewhere: taken as permanent")
    airspace.active.append((start or TIME_MIN, end or TIME_MAX))


_HANDLERS: Final[dict[str, Callable[[Airspace, Record], None]]] = {
    "AN": _name,
    "AY": _type,
    "AI": _identifier,
    "AL": _limit,
    "AH": _limit,
    "AA": _activation,
    "V": _variable,
    "DP": _point,
    "DC": _circle,
    "DA": _arc_of_bearings,
    "DB": _arc_between,
    "DY": _airway,
}
