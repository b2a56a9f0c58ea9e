"""The extra `solver`: a tangle of plans given to CP-SAT of Google's OR-Tools.

Each plan has whole steps later or earlier and higher or lower; of each forbidden rectangle two
shifts must keep out on one of its four sides. Rectangles are widened outward to whole units, so
what is found is free. One thread, a fixed seed and a limit on work rather than on time make the
same tangle give the same answer; the limit on time is the last resort.
"""

import math
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from openline.airspace.advise.shift import Blocks, Room, Shift
from openline.airspace.advise.tangle import Tangle
from openline.airspace.advise.untangle import Untangled, total

_COST_UNITS: Final = 1000  # milliseconds of delay
_MILLIMETRES: Final = 1000
_SECOND_US: Final = 1_000_000
_NOISE: Final = 1e-3  # of a millimetre: the last digits of heights, far below the resolution
_WORK_PER_SECOND: Final = 1.0  # deterministic seconds of CP-SAT for each second of the limit
_HUGE: Final = 1 << 40


def available() -> bool:
    """Whether the extra is installed."""
    try:
        import_module("ortools.sat.python.cp_model")
    except ImportError:
        return False
    return True


@dataclass(slots=True)
class _Place:
    """The variables of one plan, in steps: later, earlier, up, down; delay and climb in units."""

    delay: Any
    climb: Any
    steps: tuple[Any, Any, Any, Any]
    left_out: Any


def solve(tangle: Tangle, start: Untangled, seconds: float) -> Untangled:
    """The best that is found within so many seconds, never worse than the start.

    The bound is the greater of the start's and the solver's, if all plans are placed.
    """
    model_of: Any = import_module("ortools.sat.python.cp_model")
    model = model_of.CpModel()
    unit_us = tangle.rooms[0].step_us or _SECOND_US
    places = [_place(model, room, unit_us) for room in tangle.rooms]
    for place, fixed in zip(places, tangle.fixed, strict=True):
        _keep_out(model, fixed, unit_us, (place.delay, place.climb), [place.left_out])
    for (i, j), blocks in tangle.pairs.items():
        apart = (places[j].delay - places[i].delay, places[j].climb - places[i].climb)
        _keep_out(model, blocks, unit_us, apart, [places[i].left_out, places[j].left_out])
    _hint(model, places, start, tangle, unit_us)
    dear = _dear(tangle)
    model.minimize(
        sum(
            sum(
                rate * step
                for rate, step in zip(_rates(tangle, at, unit_us), place.steps, strict=True)
            )
            + dear * place.left_out
            for at, place in enumerate(places)
        )
    )
    solver = model_of.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.max_deterministic_time = seconds * _WORK_PER_SECOND
    status = solver.solve(model)
    if status not in (model_of.OPTIMAL, model_of.FEASIBLE):
        return start
    shifts = tuple(_shift(solver, tangle, place, unit_us) for place in places)
    bound = start.bound
    if not any(shift is None for shift in shifts):
        bound = max(bound, solver.best_objective_bound / _COST_UNITS)
    found = Untangled(shifts, total(shifts), bound)
    if found.better_than(start):
        return found
    return Untangled(start.shifts, start.cost, bound if start.unplaced == 0 else start.bound)


def _place(model: Any, room: Room, unit_us: int) -> _Place:
    later, earlier = room.latest_us // unit_us, -room.earliest_us // unit_us
    step = _step_mm(room)
    up, down = int(room.highest_m * 1000) // step, int(-room.lowest_m * 1000) // step
    steps = tuple(model.new_int_var(0, most, "") for most in (later, earlier, up, down))
    delay, climb = steps[0] - steps[1], step * (steps[2] - steps[3])
    return _Place(delay, climb, (steps[0], steps[1], steps[2], steps[3]), model.new_bool_var(""))


def _step_mm(room: Room) -> int:
    return max(round(room.step_m * _MILLIMETRES), 1) if room.step_m else _MILLIMETRES


def _rates(tangle: Tangle, at: int, unit_us: int) -> tuple[int, int, int, int]:
    """What a step later, earlier, up and down costs."""
    costs, seconds = tangle.costs, unit_us / _SECOND_US * _COST_UNITS
    metres = _step_mm(tangle.rooms[at]) / _MILLIMETRES * _COST_UNITS
    rates = (costs.later * seconds, costs.earlier * seconds, costs.up * metres, costs.down * metres)
    return tuple(max(round(rate), 1) for rate in rates)  # type: ignore[return-value]


def _dear(tangle: Tangle) -> int:
    """More than any plan can cost."""
    worst = max(
        max(tangle.costs.shift(room.latest_us), tangle.costs.shift(room.earliest_us))
        + max(tangle.costs.climb(room.highest_m), tangle.costs.climb(room.lowest_m))
        for room in tangle.rooms
    )
    return round(worst * _COST_UNITS + 1) * (len(tangle.plans) + 1)


def _keep_out(
    model: Any, blocks: Blocks, unit_us: int, at: tuple[Any, Any], excused: list[Any]
) -> None:
    """One clause for each rectangle: left of it, right of it, below or above, or excused."""
    delay, climb = at
    rows = zip(
        (blocks.delay_low // unit_us).tolist(),
        (-(-blocks.delay_high // unit_us)).tolist(),
        blocks.climb_low.tolist(),
        blocks.climb_high.tolist(),
        strict=True,
    )
    for low, high, bottom_m, top_m in dict.fromkeys(rows):
        sides = list(excused)
        if low > -_HUGE:
            sides.append(_when(model, delay <= low))
        if high < _HUGE:
            sides.append(_when(model, delay >= high))
        if math.isfinite(bottom_m):
            sides.append(_when(model, climb <= math.floor(bottom_m * _MILLIMETRES + _NOISE)))
            sides.append(_when(model, climb >= math.ceil(top_m * _MILLIMETRES - _NOISE)))
        model.add_bool_or(sides)


def _when(model: Any, condition: Any) -> Any:
    literal = model.new_bool_var("")
    model.add(condition).only_enforce_if(literal)
    return literal


def _hint(model: Any, places: list[_Place], start: Untangled, tangle: Tangle, unit_us: int) -> None:
    for at, (place, shift) in enumerate(zip(places, start.shifts, strict=True)):
        model.add_hint(place.left_out, shift is None)
        delay = 0 if shift is None else shift.delay_us // unit_us
        climb_mm = 0 if shift is None else round(shift.climb_m * _MILLIMETRES)
        climb = climb_mm // _step_mm(tangle.rooms[at])
        values = (max(delay, 0), max(-delay, 0), max(climb, 0), max(-climb, 0))
        for step, value in zip(place.steps, values, strict=True):
            model.add_hint(step, value)


def _shift(solver: Any, tangle: Tangle, place: _Place, unit_us: int) -> Shift | None:
    if solver.value(place.left_out):
        return None
    delay_us = int(solver.value(place.delay)) * unit_us
    climb_m = int(solver.value(place.climb)) / _MILLIMETRES
    cost = tangle.costs.shift(delay_us) + tangle.costs.climb(climb_m)
    return Shift(delay_us, climb_m, cost)
