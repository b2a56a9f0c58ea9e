"""The items of a QGroundControl plan as a flat list of MAVLink commands.

Source: QGroundControl plan file format, version 1 (mission items version 2); MAVLink common
message set: MAV_CMD and MAV_FRAME.
Read: SimpleItem; ComplexItem of any kind that embeds its commands (survey, CorridorScan, and others
with a TransectStyleComplexItem); landing patterns, as the loiter and the landing that they stand
for.
Refused: complex items that embed nothing (StructureScan: its path is made by the ground station).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from openline.errors import AreaTooLarge, InvalidAltitude, InvalidGeometry, InvalidInput
from openline.formats.fields import finite, shown
from openline.geo.altitude import Altitude, AltitudeReference
from openline.geo.position import Position
from openline.limits import VERTICES_MAX

ITEMS_MAX: Final = VERTICES_MAX
_LANDING_PATTERNS: Final = {"fwlandingpattern": 21, "vtollandingpattern": 85}
_RELATIVE: Final = (3, 6)
_AMSL: Final = (0, 5)
_TERRAIN: Final = (10, 11)
_ABOVE_TERRAIN_MODE: Final = 3  # the ground station has worked out the AMSL altitude, or not yet


class Command(IntEnum):
    """The commands that say where the aircraft goes or how fast (MAV_CMD)."""

    WAYPOINT = 16
    LOITER_UNLIMITED = 17
    LOITER_TURNS = 18
    LOITER_TIME = 19
    RETURN_TO_LAUNCH = 20
    LAND = 21
    TAKEOFF = 22
    LOITER_TO_ALTITUDE = 31
    SPLINE_WAYPOINT = 82
    VTOL_TAKEOFF = 84
    VTOL_LAND = 85
    DELAY = 93
    CONDITION_DELAY = 112
    JUMP = 177
    CHANGE_SPEED = 178
    VTOL_TRANSITION = 3000


# Commands that move cameras, servos and parameters of the payload, not the aircraft.
HARMLESS: Final = frozenset(
    {
        *(80, 114, 115, 181, 182, 183, 184, 187, 189, 194, 195, 196, 197, 198, 200, 201, 202, 203),
        *(204, 205, 206, 207, 208, 211, 212, 214, 220, 223, 260, 400, 530, 531, 532, 600, 1000),
        *(1001, 2000, 2001, 2003, 2500, 2501),
    }
)


@dataclass(frozen=True, slots=True)
class Item:
    """One command: its numbers as they stand, its place in the file, its number for jumps."""

    command: int
    frame: int
    params: tuple[float | None, ...]
    element: str
    jump_id: int | None = None
    altitude_m: float | None = None
    above_terrain: bool = False

    def number(self, index: int) -> float:
        """A parameter by its index from 0; 0 where it is empty."""
        return self.params[index] or 0.0

    def place(self) -> Position | None:
        """The position; None if it is empty or 0, 0, which stands for wherever the aircraft is.

        Raises: InvalidGeometry.
        """
        lat, lng = self.params[4], self.params[5]
        if lat is None or lng is None or lat == lng == 0:
            return None
        return Position.checked(lat, lng)

    def height(self, home_amsl_m: float) -> Altitude:
        """The altitude, relative ones added to home's. Raises: InvalidAltitude."""
        value = self.params[6]
        worked_out = value is not None and self.frame in _AMSL
        if self.above_terrain and not worked_out and self.altitude_m is not None:
            return Altitude(self.altitude_m, AltitudeReference.AGL)
        value = value if value is not None else self.altitude_m
        if value is None:
            raise InvalidAltitude(
                f"command {self.command} has no altitude", cure="give it one and save the plan"
            )
        if self.frame in _TERRAIN:
            return Altitude(value, AltitudeReference.AGL)
        if self.frame in _RELATIVE:
            return Altitude(home_amsl_m + value, AltitudeReference.AMSL)
        if self.frame in _AMSL:
            return Altitude(value, AltitudeReference.AMSL)
        raise InvalidAltitude(
            f"altitude frame {self.frame} is not read",
            cure="use altitudes over launch, over mean sea level or over terrain",
        )


def flatten(items: object) -> list[Item]:
    """All commands in order. Raises: InvalidInput, AreaTooLarge, with the element."""
    if not isinstance(items, list) or not items:
        raise InvalidInput("there are no items in the plan", element="mission.items")
    flat: list[Item] = []
    for number, raw in enumerate(items):
        for item in _items(raw, f"mission.items[{number}]", nested=False):
            flat.append(item)
            if len(flat) > ITEMS_MAX:
                raise AreaTooLarge(f"more than {ITEMS_MAX:,} items", cure="split the plan")
    return flat


def _items(raw: object, element: str, *, nested: bool) -> Iterator[Item]:
    try:
        if not isinstance(raw, dict):
            raise InvalidInput(f"an item is {shown(raw)}, not an object")
        kind = raw.get("type")
        if kind == "SimpleItem":
            yield _simple(raw, element)
        elif kind == "ComplexItem" and not nested:
            yield from _complex(raw, element)
        else:
            raise InvalidInput(f"item type {shown(kind)} is not known")
    except InvalidInput as error:
        error.at(element=element)
        raise


def _simple(raw: dict[str, Any], element: str) -> Item:
    params = raw.get("params")
    if not isinstance(params, list) or len(params) != 7:
        raise InvalidInput("an item needs 7 params", cure="save it with a current QGroundControl")
    jump = raw.get("doJumpId")
    return Item(
        whole(raw.get("command"), "command"),
        whole(raw.get("frame"), "frame"),
        tuple(None if value is None else finite(value) for value in params),
        element,
        None if jump is None else whole(jump, "doJumpId"),
        None if raw.get("Altitude") is None else finite(raw.get("Altitude")),
        raw.get("AltitudeMode") == _ABOVE_TERRAIN_MODE,
    )


def whole(value: object, field: str) -> int:
    """A whole number of the file. Raises: InvalidInput, naming the field."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput(f"{field} is {shown(value)}, not a whole number", field=field)
    return value


def _complex(raw: dict[str, Any], element: str) -> Iterator[Item]:
    kind = raw.get("complexItemType")
    land = _LANDING_PATTERNS.get(kind.lower()) if isinstance(kind, str) else None
    if land is not None:
        yield from _landing(raw, element, land)
        return
    transect = raw.get("TransectStyleComplexItem")
    embedded = transect.get("Items") if isinstance(transect, dict) else raw.get("Items")
    if not isinstance(embedded, list) or not embedded:
        raise InvalidInput(
            f"complex item {shown(kind)} does not contain the path that will be flown",
            cure="replace it with waypoints, or save a survey with a current QGroundControl",
        )
    for number, item in enumerate(embedded):
        yield from _items(item, f"{element}.Items[{number}]", nested=True)


def _landing(raw: dict[str, Any], element: str, land: int) -> Iterator[Item]:
    frame = 3 if raw.get("altitudesAreRelative", True) is True else 0
    approach = raw.get("landingApproachCoordinate", raw.get("loiterCoordinate"))
    loiters = raw.get("useLoiterToAlt", True) is True
    radius = finite(raw.get("loiterRadius", 0)) if loiters else 0.0
    lat, lng, height = _triple(approach)
    first = Command.LOITER_TO_ALTITUDE if loiters else Command.WAYPOINT
    yield Item(first, frame, (0.0, radius, 0.0, 0.0, lat, lng, height), element)
    lat, lng, height = _triple(raw.get("landCoordinate"))
    yield Item(land, frame, (0.0, 0.0, 0.0, 0.0, lat, lng, height), element)


def _triple(value: object) -> tuple[float, float, float]:
    if not isinstance(value, list) or len(value) != 3:
        raise InvalidGeometry(
            f"{shown(value)} is not latitude, longitude and altitude", cure="save the plan again"
        )
    lat, lng, height = (finite(number) for number in value)
    return lat, lng, height
