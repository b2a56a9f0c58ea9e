"""Rows: what comes out equals what went in, whatever it was."""

import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.errors import InvariantBroken
from openline.store.sqlite.rows import (
    CONSTRAINTS,
    INTENTS,
    SUBSCRIPTIONS,
    instant,
    pack_extents,
    unpack_extents,
)
from tests.store.samples import constraint, extent, intent, subscription

_instants = st.integers(0, 7_258_118_400_000_000).map(instant)  # 1970 to 2200
_altitudes = st.none() | st.floats(-1e5, 1e5)
_cells = st.sets(st.integers(1, 2**64 - 1), min_size=1, max_size=80).map(sorted).map(tuple)
_extents = st.builds(Extent, _cells, _altitudes, _altitudes, _instants, _instants)


@settings(deadline=None, max_examples=200)
@given(st.lists(_extents, max_size=5).map(tuple))
def test_extents_come_back_as_they_were(extents: tuple[Extent, ...]) -> None:
    assert unpack_extents(pack_extents(extents)) == extents


def test_the_blob_is_laid_out_as_documented() -> None:
    one = Extent((5, 2**64 - 1), None, 12.5, instant(7), instant(8))
    expected = b"\x01" + struct.pack("<BddqqIQQ", 2, 0.0, 12.5, 7, 8, 2, 5, 2**64 - 1)
    assert pack_extents([one]) == expected


def test_instants_are_exact_to_the_microsecond() -> None:
    assert instant(1_795_338_000_000_001) == datetime(2026, 11, 22, 9, 0, 0, 1, UTC)
    abroad = datetime(2026, 11, 22, 10, 0, 0, 1, timezone(timedelta(hours=1)))
    one = replace(extent(), time_end=abroad)
    assert unpack_extents(pack_extents([one])) == (one,)


@pytest.mark.parametrize("blob", [b"", b"\x02", pack_extents([extent()])[:-1], b"\x01abc"])
def test_a_blob_that_is_none_of_ours_is_refused(blob: bytes) -> None:
    with pytest.raises(InvariantBroken):
        unpack_extents(blob)


@pytest.mark.parametrize("state", IntentState)
def test_references_come_back_as_they_were(state: IntentState) -> None:
    for one in (
        replace(intent(1), state=state),
        replace(intent(1), state=state, subscription_id="4f8a7a0e-0000-4000-8000-000000000001"),
    ):
        assert INTENTS.decode(INTENTS.encode(one)) == one
    closed = constraint(2)
    assert CONSTRAINTS.decode(CONSTRAINTS.encode(closed)) == closed
    for flags in ((True, False, False), (False, True, True)):
        interest = replace(
            subscription(3),
            notify_for_operational_intents=flags[0],
            notify_for_constraints=flags[1],
            implicit=flags[2],
        )
        assert SUBSCRIPTIONS.decode(SUBSCRIPTIONS.encode(interest)) == interest
