"""QGroundControl plans: a time-sliced corridor from take-off to the end of the items.

Source: QGroundControl plan file format, version 1; MAVLink common message set.
Read: the items (qgc_items) followed as a flight (qgc_flight) from `plannedHomePosition`, with
`hoverSpeed` or `cruiseSpeed` by `vehicleType`; heights over home, over mean sea level or over
terrain; holds, loiters, jumps, changes of speed.
Needs: the take-off time. Heights over terrain need the ground of the region.
Refused: commands not known to leave the path alone, unlimited loiters, endless jumps, complex
items without a path, vehicles that do not fly.
Left out: geofence and rally points are no operational intent; both are reported.
Errs toward: wider; every margin is a warning (see qgc_flight).
"""

import math
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Final

from openline.airspace.entity import OperationalIntent
from openline.errors import AreaTooLarge, InvalidGeometry, InvalidInput, InvalidTimeRange
from openline.formats import json_text
from openline.formats.collector import Collector
from openline.formats.fields import finite, shown
from openline.formats.paths import distance_m
from openline.formats.qgc_flight import (
    CLIMB_FAST_MPS,
    CLIMB_SLOW_MPS,
    LANDING_SLOW_MPS,
    SCHEDULE_MARGIN_S,
    SCHEDULE_MARGIN_SHARE,
    VERTICAL_MARGIN_M,
    Bulge,
    Flight,
    Speed,
)
from openline.formats.qgc_items import HARMLESS, Command, Item, flatten, whole
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude import Altitude, AltitudeReference
from openline.geo.position import Position

STEPS_MAX: Final = 20_000
LANDING_BELOW_M: Final = 100.0
RETURN_ABOVE_HOME_M: Final = 100.0
_LOITER_DEFAULT_M: Final = 100.0  # autopilots default to 60 or 80 m
_MULTICOPTERS: Final = frozenset({2, 3, 4, 13, 14, 15, 29, 35})
_FIXED_WING: Final = frozenset({1})
_NOT_FLYING: Final = frozenset({10, 11, 12})
_HALF_WIDTH_M: Final = {True: 30.0, False: 100.0}  # multicopter or not
# A cubic whose end tangents add up to at most four chords, as ArduPilot bounds them, stays within
# 4 * 4/27 of the chord's length from it, and within 8/27 of the range of heights.
_SPLINE_LATERAL: Final = 0.6
_SPLINE_VERTICAL: Final = 0.3
_SPLINE_STRETCH: Final = 2.5
_RECOGNISED: Final = re.compile(r'"filetype"\s*:\s*"plan"|"groundstation"\s*:\s*"qgroundcontrol"')


def recognises(head: str) -> bool:
    """Whether it looks like a QGroundControl plan."""
    return head.lstrip().startswith("{") and _RECOGNISED.search(head) is not None


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """The plan as one operational intent. Raises: InvalidInput with file and element."""
    document = json_text.decode(data, source)
    collector = Collector(source, options)
    with collector.element("plan"):
        if not isinstance(document, dict) or not isinstance(document.get("mission"), dict):
            raise InvalidInput(
                "there is no 'mission' object in it",
                cure="save the plan with a current QGroundControl",
            )
        _read_plan(collector, document, document["mission"])
    return collector.traffic()


def _read_plan(collector: Collector, document: dict[str, Any], plan: dict[str, Any]) -> None:
    if collector.options.takeoff is None:
        raise InvalidTimeRange(
            "a plan has no times", cure="say when it takes off: --takeoff 2026-06-15T08:00Z"
        )
    vehicle = whole(plan.get("vehicleType", 0), "vehicleType")
    if vehicle in _NOT_FLYING:
        raise InvalidInput(
            f"vehicle type {vehicle} does not fly", cure="set the vehicle type in the plan"
        )
    hovers = vehicle in _MULTICOPTERS
    home, home_amsl_m = _home(plan.get("plannedHomePosition"))
    width = collector.options.half_width_m
    flight = Flight(
        collector,
        collector.options.takeoff,
        _HALF_WIDTH_M[hovers] if width is None else width,
        _first_speed(plan, vehicle),
        home,
        Altitude(home_amsl_m, AltitudeReference.AMSL),
        home_amsl_m,
    )
    items = flatten(plan.get("items"))
    _Walk(flight, items, plan, home, vehicle).run()
    if not flight.volumes:
        raise InvalidInput("nothing in the plan moves the aircraft", cure="add waypoints")
    _report(collector, document, flight, default_width=width is None)
    stem = PurePath(collector.source).stem
    plan_id = stem if stem not in ("", "-", "<stdin>") else "plan"
    collector.add_intent(
        OperationalIntent(
            plan_id,
            collector.party(),
            tuple(flight.volumes),
            name=plan_id,
            source=f"{collector.source}, plan",
        )
    )


def _home(value: object) -> tuple[Position, float]:
    if not isinstance(value, list) or len(value) != 3 or None in value:
        raise InvalidGeometry(
            f"plannedHomePosition is {shown(value)}, not latitude, longitude and altitude",
            cure="set the launch position and save the plan with a current QGroundControl",
            field="plannedHomePosition",
        )
    lat, lng, height = (finite(number) for number in value)
    return Position.checked(lat, lng), height


def _first_speed(plan: dict[str, Any], vehicle: int) -> Speed:
    if vehicle in _MULTICOPTERS:
        return _speed(plan, "hoverSpeed", "hoverSpeed")
    if vehicle in _FIXED_WING:
        return _speed(plan, "cruiseSpeed", "cruiseSpeed")
    return _speed(plan, "hoverSpeed", "cruiseSpeed")


def _speed(plan: dict[str, Any], one: str, other: str) -> Speed:
    try:
        return Speed.checked(finite(plan.get(one)), finite(plan.get(other)))
    except InvalidInput as error:
        error.at(field=one)
        raise


def _report(
    collector: Collector, document: dict[str, Any], flight: Flight, *, default_width: bool
) -> None:
    word = "taken as" if default_width else "given as"
    collector.warn(
        f"half the width of the path is {word} {flight.half_width_m:g} m"
        + (": --half-width states another" if default_width else "")
    )
    collector.warn(
        f"times were widened by {SCHEDULE_MARGIN_S:g} s and {SCHEDULE_MARGIN_SHARE:.0%} of the "
        f"time since take-off, with climbs of {CLIMB_SLOW_MPS:g} to {CLIMB_FAST_MPS:g} m/s and "
        "the speeds of the plan over ground: strong wind is not covered"
    )
    collector.warn(
        f"heights were widened by {VERTICAL_MARGIN_M:g} m below and above; heights over launch "
        f"count from {flight.home_amsl_m:g} m AMSL, as the plan states"
    )
    if flight.airborne:
        collector.warn("the plan ends in the air: what follows its last item is not covered")
    fence, rally = document.get("geoFence"), document.get("rallyPoints")
    if isinstance(fence, dict) and (fence.get("polygons") or fence.get("circles")):
        collector.warn("the geofence is no operational intent and was left out")
    if isinstance(rally, dict) and rally.get("points"):
        collector.warn("rally points are no part of the path and were left out")


class _Walk:
    """Follows the commands in order, jumps included."""

    def __init__(
        self,
        flight: Flight,
        items: list[Item],
        plan: dict[str, Any],
        home: Position,
        vehicle: int,
    ) -> None:
        self._flight = flight
        self._items = items
        self._plan = plan
        self._home = home
        self._hovers = vehicle in _MULTICOPTERS
        self._circles_home = vehicle in _FIXED_WING
        self._numbers = {item.jump_id: number for number, item in reversed(list(enumerate(items)))}
        self._initial = flight.speed
        self._jumps: dict[int, int] = {}
        self._bulge: Bulge | None = None

    def run(self) -> None:
        """Raises: InvalidInput with the element."""
        index, steps = 0, 0
        while index < len(self._items):
            item = self._items[index]
            steps += 1
            try:
                if steps > STEPS_MAX:
                    raise AreaTooLarge(
                        f"more than {STEPS_MAX:,} steps", cure="repeat the jumps less often"
                    )
                jump = self._jump(index, item) if item.command == Command.JUMP else None
                if item.command != Command.JUMP:
                    self._step(item)
            except InvalidInput as error:
                error.at(element=item.element)
                raise
            index = index + 1 if jump is None else jump

    def _jump(self, index: int, item: Item) -> int | None:
        wanted, repeat = item.number(0), item.number(1)
        if repeat < 0 or not repeat.is_integer():
            raise InvalidInput("an endless jump", cure="give the jump a number of repeats")
        left = self._jumps.setdefault(index, int(repeat))
        if left == 0:
            # spent for this round; an outer jump starts it afresh
            del self._jumps[index]
            return None
        self._jumps[index] = left - 1
        number = self._numbers.get(int(wanted)) if wanted.is_integer() else None
        if number is None:
            raise InvalidInput(f"there is no item {wanted:g} to jump to", cure="correct the jump")
        return number

    def _step(self, item: Item) -> None:
        match item.command:
            case Command.WAYPOINT | Command.SPLINE_WAYPOINT:
                self._waypoint(item)
            case Command.TAKEOFF | Command.VTOL_TAKEOFF:
                self._take_off(item)
            case Command.LAND | Command.VTOL_LAND:
                self._land_at(item)
            case Command.RETURN_TO_LAUNCH:
                self._return_to_launch()
            case Command.LOITER_TURNS | Command.LOITER_TIME | Command.LOITER_TO_ALTITUDE:
                self._loiter(item)
            case Command.LOITER_UNLIMITED:
                raise InvalidTimeRange(
                    "an unlimited loiter has no end", cure="use a loiter with a time (command 19)"
                )
            case _:
                self._between_legs(item)

    def _between_legs(self, item: Item) -> None:
        flight = self._flight
        match item.command:
            case Command.DELAY:
                seconds = item.number(0)
                if seconds < 0:
                    raise InvalidTimeRange(
                        "a delay until a time of day is not read", cure="give it in seconds"
                    )
                flight.hold(seconds, seconds)
            case Command.CONDITION_DELAY:
                flight.later_by(item.number(0))
            case Command.CHANGE_SPEED:
                self._change_speed(item)
            case Command.VTOL_TRANSITION:
                word = "cruiseSpeed" if item.number(0) == 4 else "hoverSpeed"
                flight.speed = _speed(self._plan, word, word)
            case command if command not in HARMLESS:
                raise InvalidInput(
                    f"command {command} may change the path in a way that is not known here",
                    cure="remove it from the plan",
                )

    def _waypoint(self, item: Item) -> None:
        flight, place = self._flight, item.place()
        if place is None:
            raise InvalidGeometry("a waypoint without a position", cure="give it one")
        height = item.height(flight.home_amsl_m)
        if item.command == Command.SPLINE_WAYPOINT:
            flight.fly_to(place, height, bulge=self._spline_bulge())
        else:
            flight.fly_to(place, height)
        seconds = max(0.0, item.number(0))
        flight.hold(seconds if self._hovers else 0.0, seconds)

    def _spline_bulge(self) -> Bulge:
        if self._bulge is None:
            heights = [self._flight.home_amsl_m, *self._all_heights()]
            rise = max(heights) - min(heights)
            self._bulge = Bulge(_SPLINE_LATERAL, _SPLINE_VERTICAL * rise, _SPLINE_STRETCH)
        return self._bulge

    def _all_heights(self) -> Iterator[float]:
        flight = self._flight
        for item in self._items:
            if item.command in (Command.WAYPOINT, Command.SPLINE_WAYPOINT, Command.TAKEOFF):
                yield flight.amsl_m(item.height(flight.home_amsl_m))

    def _take_off(self, item: Item) -> None:
        flight = self._flight
        height, ground = item.height(flight.home_amsl_m), flight.height
        flight.climb_or_descend(height)
        place = item.place()
        if item.command == Command.VTOL_TAKEOFF:
            flight.speed = _speed(self._plan, "cruiseSpeed", "cruiseSpeed")
        if place is not None and place != flight.here:
            # an aeroplane climbs on the way, a multicopter before it: the band holds for both
            flight.height = height if self._hovers else ground
            flight.fly_to(place, height)

    def _land_at(self, item: Item) -> None:
        flight = self._flight
        self._land(item.place() or flight.here, item.height(flight.home_amsl_m))
        if item.command == Command.VTOL_LAND:
            flight.speed = _speed(self._plan, "hoverSpeed", "hoverSpeed")

    def _land(self, place: Position, height: Altitude) -> None:
        flight = self._flight
        away = distance_m(place, self._home) > flight.half_width_m
        below = LANDING_BELOW_M if away else 0.0
        if away:
            flight.collector.warn(
                f"the ground at a landing place away from home is not known: covered down to "
                f"{LANDING_BELOW_M:g} m below what the plan says"
            )
        if place != flight.here or flight.circling_m:
            # an aeroplane descends on the way
            flight.fly_to(place, flight.height if self._hovers else height)
        flight.climb_or_descend(height, slow_mps=LANDING_SLOW_MPS, below_m=below)
        flight.airborne = False

    def _return_to_launch(self) -> None:
        flight = self._flight
        above = flight.home_amsl_m + RETURN_ABOVE_HOME_M
        if flight.amsl_m(flight.height) < above:
            flight.climb_or_descend(Altitude(above, AltitudeReference.AMSL))
        flight.collector.warn(
            f"the height of the return to launch is not in the plan: covered up to "
            f"{RETURN_ABOVE_HOME_M:g} m above home, or the height before it if higher"
        )
        if self._circles_home:
            # an aeroplane circles over home until somebody lands it
            flight.fly_to(self._home, flight.height, circling_m=_LOITER_DEFAULT_M)
            return
        flight.fly_to(self._home, flight.height)
        self._land(self._home, Altitude(flight.home_amsl_m, AltitudeReference.AMSL))

    def _loiter(self, item: Item) -> None:
        flight = self._flight
        climbs = item.command == Command.LOITER_TO_ALTITUDE
        radius = abs(item.number(1 if climbs else 2))
        if not radius and not (self._hovers and item.command == Command.LOITER_TIME):
            radius = _LOITER_DEFAULT_M
        before = flight.height
        height = item.height(flight.home_amsl_m)
        flight.fly_to(item.place() or flight.here, height, circling_m=radius)
        turn = 2 * math.pi * radius
        slow, fast = flight.speed.slow_mps, flight.speed.fast_mps
        # one turn more, for autopilots that leave a circle only toward the next waypoint
        if climbs:
            rise = abs(flight.amsl_m(height) - flight.amsl_m(before))
            flight.hold(0.0, rise / LANDING_SLOW_MPS + 2 * turn / slow, radius, before)
        elif item.command == Command.LOITER_TURNS:
            turns = max(0.0, item.number(0))
            flight.hold(turns * turn / fast, (turns + 1) * turn / slow, radius)
        else:
            seconds = max(0.0, item.number(0))
            flight.hold(seconds, seconds + turn / slow, radius)

    def _change_speed(self, item: Item) -> None:
        kind, speed = item.number(0), item.number(1)
        if kind not in (0, 1):
            return  # speeds of climb and descent: covered by the bounds of qgc_flight
        if speed == -2:
            self._flight.speed = self._initial
        elif speed > 0:
            self._flight.speed = Speed.checked(speed, speed)
