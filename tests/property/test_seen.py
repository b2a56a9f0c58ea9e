"""The check before sending finds what the line finds when the same is said."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.line.agreement import ClassMinima, Coarseness, FlightClass
from openline.line.facts import facts_of
from openline.line.message.bodies import Amend, Notify
from openline.line.message.kind import NoticeKind
from openline.line.seen import SeenSky, asked_of
from tests.line_world import START, World, agreement, circle, notice, unlocated, volume

CLASSES = (FlightClass("aid", "Aid"), FlightClass("drone", "Drone"))
AGREED = agreement(
    classes=CLASSES,
    class_minima=(ClassMinima(("aid", "drone"), Separation(500.0, 50.0)),),
)


@st.composite
def volumes(draw: st.DrawFn) -> Volume4D:
    """Small circles close to each other, so that many are near misses."""
    lat = 54.0 + draw(st.integers(-20, 20)) * 0.01
    lon = 7.0 + draw(st.integers(-20, 20)) * 0.01
    start = START + timedelta(minutes=draw(st.integers(30, 200)))
    lower_m = float(draw(st.integers(0, 20)) * 100)
    length = timedelta(minutes=draw(st.integers(1, 90)))
    radius_m = float(draw(st.integers(1, 60)) * 100)
    return volume(circle(lat, lon, radius_m), start, start + length, lower_m, lower_m + 150.0)


classes = st.sampled_from((None, "aid", "drone"))
others = st.lists(
    st.tuples(
        st.sampled_from(("north", "east")),
        st.lists(volumes(), min_size=0, max_size=2),
        classes,
        st.sampled_from((NoticeKind.PLAN, NoticeKind.VOLUME)),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=150)
@given(others, st.lists(volumes(), min_size=1, max_size=3), classes, st.data())
def test_with_everything_shown_it_finds_what_the_line_finds(
    said: list[tuple[str, list[Volume4D], str | None, NoticeKind]],
    plan: list[Volume4D],
    flight_class: str | None,
    data: st.DataObject,
) -> None:
    world = World(AGREED)
    sky = SeenSky("south")
    for party, listed, their_class, kind in said:
        if data.draw(st.booleans()):  # it is kept up, whenever it is asked
            sky.renew(world.state, world.now)
        body = unlocated()
        if listed:
            body = notice(*listed, notice=kind, flight_class=their_class, show=Coarseness.FULL)
        first = world.say(party, body)
        if listed and data.draw(st.integers(0, 3)) == 0:
            world.say(party, _amended(listed, body), thread=first.message.thread)
    things = sky.renew(world.state, world.now)
    asked = asked_of("south", tuple(plan), flight_class)
    found = {one.other.what.thread: facts_of(one.found) for one in things.close_to(asked)}
    taken = world.say("south", notice(*plan, notice=NoticeKind.PLAN, flight_class=flight_class))
    told = {
        next(name for name in one.threads if name != taken.message.thread): one.facts
        for one in world.state.conflicts.values()
        if taken.message.thread in one.threads
    }
    assert {name: replace(one, reason="") for name, one in found.items()} == {
        name: replace(one, reason="") for name, one in told.items()
    }


def _amended(listed: list[Volume4D], body: Notify) -> Amend:
    later = [
        replace(one, time_start=one.time_start + _HALF, time_end=one.time_end + _HALF)
        for one in listed
    ]
    return Amend(
        replace(
            body,
            volumes=tuple(later),
            time_start=min(one.time_start for one in later),
            time_end=max(one.time_end for one in later),
        )
    )


_HALF = timedelta(minutes=30)
