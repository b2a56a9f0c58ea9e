"""References to store: small, valid, and different from each other by a number."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from openline.airspace.entity import IntentState
from openline.airspace.extent import Cells, Extent
from openline.airspace.reference import (
    ConstraintReference,
    IntentReference,
    Subscription,
)
from openline.store.ports import Reader, Transaction

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
_PLACE = 0x4790_0000_0000_0000  # a cell id in central Europe
_LEVEL_13_BIT = 1 << 34  # the lowest bit set in the id of a level-13 cell


def level_13_cell(number: int) -> int:
    """The id of one of many neighbouring level-13 cells."""
    return _PLACE + number * 2 * _LEVEL_13_BIT + _LEVEL_13_BIT


def cells(first: int, count: int) -> Cells:
    """So many cells in a row."""
    return tuple(level_13_cell(number) for number in range(first, first + count))


def extent(first: int = 0, count: int = 3, start: datetime = START) -> Extent:
    """One hour in some cells."""
    return Extent(cells(first, count), 100.0, 200.5, start, start + HOUR)


def id_of(number: int) -> str:
    """A canonical id."""
    return str(UUID(int=random.Random(number).getrandbits(128), version=4))


def intent(number: int, *, version: int = 1, extents: Sequence[Extent] = ()) -> IntentReference:
    """Intent `number`; without extents it has two, alone in their cells."""
    own = tuple(extents) or (extent(10 * number), extent(10 * number + 4))
    return IntentReference(
        id=id_of(number),
        manager="uss1",
        uss_base_url="https://uss1.example/utm",
        state=IntentState.ACCEPTED,
        version=version,
        ovn=f"ovn-{number}-{version}",
        extents=own,
        time_start=min(one.time_start for one in own),
        time_end=max(one.time_end for one in own),
        subscription_id=None,
        updated_at=START + timedelta(microseconds=version),
    )


def constraint(number: int) -> ConstraintReference:
    """Constraint `number`."""
    like = intent(number)
    return ConstraintReference(
        id=like.id,
        manager="authority",
        uss_base_url="https://authority.example",
        version=1,
        ovn=like.ovn,
        extents=like.extents,
        time_start=like.time_start,
        time_end=like.time_end,
        updated_at=START,
    )


def subscription(number: int) -> Subscription:
    """Subscription `number`, of the cells of intent `number`."""
    return Subscription(
        id=id_of(number),
        manager="uss2",
        uss_base_url="https://uss2.example",
        version=f"version-{number}",
        notification_index=0,
        extent=replace(extent(10 * number, 8), altitude_lower_m=None, altitude_upper_m=None),
        notify_for_operational_intents=True,
        notify_for_constraints=False,
        implicit=False,
        updated_at=START,
    )


def putting(one: IntentReference) -> Callable[[Transaction], str]:
    """The change that puts an intent and says so in the record."""

    def change(transaction: Transaction) -> str:
        transaction.put_intent(one)
        transaction.append_record(one.updated_at, one.manager, "intent.put", one.ovn.encode())
        return one.id

    return change


def asking(intent_id: str) -> Callable[[Reader], IntentReference | None]:
    """The query for one intent."""
    return lambda reader: reader.intent(intent_id)
