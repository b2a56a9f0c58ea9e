"""Arrays of states at the door of the encounter code: shapes, finiteness, magnitude.

Frame: east, north, up, metres and metres per second. Relative means ownship minus intruder.
A number that is not finite is refused here: NaN compares false, and a detector would answer
"no loss".
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from openline.errors import InvalidInput

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

POSITION_MAX_M: Final = 1e9  # beyond the Moon: such a position is a mistake
SPEED_MAX_MPS: Final = 1e6
LOOKAHEAD_MAX_S: Final = 1e6  # 11 days
LENGTH_MAX_M: Final = 1e7
TIME_MAX_S: Final = 1e5

# Squares and products of four of these stay far from the range of a float.
assert (POSITION_MAX_M * SPEED_MAX_MPS) ** 2 < 1e300


class Relative(NamedTuple):
    """Position and velocity of the ownship relative to the intruder, one entry for each pair."""

    east_m: FloatArray
    north_m: FloatArray
    up_m: FloatArray
    east_mps: FloatArray
    north_mps: FloatArray
    up_mps: FloatArray


def rows_of_three(values: Any, name: str, limit: float) -> FloatArray:
    """The values as an array (n, 3) of floats; one row of three becomes (1, 3), an
    empty list (0, 3).

    Raises: InvalidInput for another shape, no numbers, NaN, infinity, or beyond the limit.
    """
    array = _numbers(values, name)
    if array.shape == (3,):
        array = array[np.newaxis, :]
    elif array.shape == (0,):  # a list of none
        array = array.reshape(0, 3)
    if array.ndim != 2 or array.shape[1] != 3:
        raise InvalidInput(
            f"the shape is {array.shape}", cure="give an array (n, 3): east, north, up", field=name
        )
    # NaN is the least and the greatest of any array that holds it, and within no limit.
    if not (array.max(initial=0.0) <= limit and array.min(initial=0.0) >= -limit):
        row = int(np.flatnonzero(~(np.abs(array) <= limit).all(axis=1))[0])
        raise InvalidInput(
            f"row {row} is {array[row].tolist()}: not finite, or beyond {limit:g}",
            cure="leave out the pairs whose state is not known",
            field=name,
        )
    return array


def _numbers(values: Any, name: str) -> FloatArray:
    cure = "give an array (n, 3): east, north, up"
    if np.ma.is_masked(values):
        raise InvalidInput("masked entries are no states", cure="leave out those pairs", field=name)
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(
            "these are no numbers, or rows of different length", cure=cure, field=name
        ) from None
    if array.dtype.kind not in "fiu" and array.size:
        raise InvalidInput(f"these are no numbers but {array.dtype}", cure=cure, field=name)
    return array.astype(np.float64, copy=False)


def positive(value: Any, name: str, limit: float, *, zero: bool = False) -> float:
    """One number above zero (or zero, if that is allowed) and not beyond the limit.

    Raises: InvalidInput.
    """
    try:
        if isinstance(value, (str, bytes, bool, np.bool_)):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput("this is no number", field=name) from None
    if not (number > 0 or (zero and number == 0)) or not number <= limit:
        low = "at least 0" if zero else "above 0"
        raise InvalidInput(f"{number:g} is not {low} and at most {limit:,.0f}", field=name)
    return number


class States(NamedTuple):
    """Positions and velocities of both of so many `pairs`: (pairs, 3) each, or (1, 3) for all."""

    own_m: FloatArray
    own_mps: FloatArray
    intruder_m: FloatArray
    intruder_mps: FloatArray
    pairs: int

    @classmethod
    def of(
        cls,
        own_position_m: Any,
        own_velocity_mps: Any,
        intruder_position_m: Any,
        intruder_velocity_mps: Any,
    ) -> "States":
        """As they are given. Raises: InvalidInput for shapes that do not fit, and as
        `rows_of_three`."""
        arrays = (
            rows_of_three(own_position_m, "own_position_m", POSITION_MAX_M),
            rows_of_three(own_velocity_mps, "own_velocity_mps", SPEED_MAX_MPS),
            rows_of_three(intruder_position_m, "intruder_position_m", POSITION_MAX_M),
            rows_of_three(intruder_velocity_mps, "intruder_velocity_mps", SPEED_MAX_MPS),
        )
        counts = {len(array) for array in arrays} - {1}
        if len(counts) > 1:
            said = ", ".join(str(len(array)) for array in arrays)
            raise InvalidInput(f"the arrays have {said} rows", cure="give one row for each pair")
        return cls(*arrays, counts.pop() if counts else 1)

    def relative(self, part: slice = slice(None)) -> Relative:
        """Ownship less intruder, of each pair, or of those in a part."""
        own, own_v, other, other_v = (
            array if len(array) == 1 else array[part] for array in self[:4]
        )
        count = len(range(*part.indices(self.pairs)))
        columns = np.empty((6, count))
        np.subtract(own.T, other.T, out=columns[:3])
        np.subtract(own_v.T, other_v.T, out=columns[3:])
        return Relative(*columns)


def relative(
    own_position_m: Any, own_velocity_mps: Any, intruder_position_m: Any, intruder_velocity_mps: Any
) -> Relative:
    """Relative states of n pairs; an argument of one row stands for every pair.

    Raises: InvalidInput, as `States.of`.
    """
    states = States.of(own_position_m, own_velocity_mps, intruder_position_m, intruder_velocity_mps)
    return states.relative()
