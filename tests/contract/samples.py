"""References and extents to put into stores."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

from hypothesis import strategies as st

from openline.airspace.entity import IntentState
from openline.airspace.extent import Cells, Extent
from openline.airspace.reference import ConstraintReference, IntentReference, Subscription
from openline.geo.circle import Circle
from openline.geo.covering import WHOLE_EARTH, covering
from openline.limits import TIME_MAX, TIME_MIN
from openline.store.ports import Store, Transaction

T = TypeVar("T")

NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORLD: Final = (Extent(WHOLE_EARTH, None, None, TIME_MIN, TIME_MAX),)
# Inland, both sides of 180 degrees, the poles, and where three faces of the cube of cells meet.
SPOTS: Final = (
    (48.1, 11.5),
    (0.0, 180.0),
    (0.0, -179.999),
    (90.0, 0.0),
    (-90.0, 0.0),
    (35.264, 45.0),
)


def uuid_of(number: int) -> str:
    """A version-4 UUID that a number stands for; their order is that of the numbers."""
    return str(UUID(int=number << 96, version=4))


@cache
def cells_at(spot: int, radius_m: float = 500.0) -> Cells:
    """The covering of a circle at one of SPOTS."""
    return covering(Circle.of(*SPOTS[spot], radius_m))


def extent(
    spot: int = 0,
    heights_m: tuple[float | None, float | None] = (100.0, 200.0),
    minutes: tuple[float, float] = (0.0, 60.0),
) -> Extent:
    """A circle of 500 m at one of SPOTS, for some minutes from noon on."""
    start, end = (NOON + timedelta(minutes=minute) for minute in minutes)
    return Extent(cells_at(spot), *heights_m, start, end)


def intent(number: int = 1, *extents: Extent, **changes: Any) -> IntentReference:
    """An operational intent."""
    parts = extents or (extent(),)
    made = IntentReference(
        id=uuid_of(number),
        manager="uss1",
        uss_base_url="https://uss1.example/utm",
        state=IntentState.ACCEPTED,
        version=1,
        ovn=f"ovn-of-{number:08d}-version-1",
        extents=parts,
        time_start=min(part.time_start for part in parts),
        time_end=max(part.time_end for part in parts),
        subscription_id=None,
        updated_at=NOON,
    )
    return replace(made, **changes)


def constraint(number: int = 1, *extents: Extent, **changes: Any) -> ConstraintReference:
    """A constraint."""
    parts = extents or (extent(),)
    made = ConstraintReference(
        id=uuid_of(number),
        manager="authority",
        uss_base_url="https://authority.example",
        version=1,
        ovn=f"ovn-of-constraint-{number:08d}",
        extents=parts,
        time_start=min(part.time_start for part in parts),
        time_end=max(part.time_end for part in parts),
        updated_at=NOON,
    )
    return replace(made, **changes)


def subscription(number: int = 1, area: Extent | None = None, **changes: Any) -> Subscription:
    """A subscription."""
    made = Subscription(
        id=uuid_of(number),
        manager="uss2",
        uss_base_url="https://uss2.example/utm",
        version=f"version-{number}",
        notification_index=0,
        extent=area or extent(),
        notify_for_operational_intents=True,
        notify_for_constraints=False,
        implicit=False,
        updated_at=NOON,
    )
    return replace(made, **changes)


def run(store: Store, change: Callable[[Transaction], T], touching: Sequence[Extent] = WORLD) -> T:
    """The answer of a change, once it is durable."""
    return store.submit(touching, change).result(timeout=60)


def put(store: Store, *references: IntentReference | ConstraintReference | Subscription) -> None:
    """Put references of any kind, all in one change."""

    def change(transaction: Transaction) -> None:
        for reference in references:
            if isinstance(reference, IntentReference):
                transaction.put_intent(reference)
            elif isinstance(reference, ConstraintReference):
                transaction.put_constraint(reference)
            else:
                transaction.put_subscription(reference)

    run(store, change)


@cache
def _cell_pool() -> tuple[Cells, ...]:
    pool = [cells_at(spot, radius) for spot in range(len(SPOTS)) for radius in (20.0, 800.0, 9e4)]
    leaf = cells_at(0, 20.0)[0]
    ancestors = []
    for level in (28, 20, 12, 4):
        bit = 1 << (2 * (30 - level))
        ancestors.append((leaf & -bit) | bit)
    pool += [(cell,) for cell in ancestors]
    pool += [(leaf,), (WHOLE_EARTH[5],), WHOLE_EARTH]
    # The largest cells next to the smallest: nothing is kept shorter by rounding.
    smallest = leaf & -(1 << 40) | 1
    pool += [(WHOLE_EARTH[0], smallest, WHOLE_EARTH[5]), (1, smallest, (6 << 61) - 1)]
    pool += [tuple(smallest + (step << 33) for step in range(64)), (smallest, smallest + 2)]
    return tuple(pool)


_heights = st.sampled_from([None, -100.0, 0.0, 50.0, 50.000001, 120.0, 1e5])


@st.composite
def extents(draw: st.DrawFn) -> Extent:
    """Extents that meet, touch or just miss each other in cells, heights and times."""
    low, high = draw(_heights), draw(_heights)
    if low is not None and high is not None and low > high:
        low, high = high, low
    moments = st.sampled_from([0, 1, 60_000_000, 7_200_000_000, 10**12, 10**14]).map(
        lambda us: NOON + timedelta(microseconds=us)
    )
    start, end = sorted((draw(moments), draw(moments)))
    if draw(st.booleans()):
        end = draw(st.sampled_from([end, TIME_MAX]))
    return Extent(draw(st.sampled_from(_cell_pool())), low, high, start, end)
