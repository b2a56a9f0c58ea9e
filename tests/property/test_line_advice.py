"""No way out that the line gives meets anything that the asker is shown, once it is said."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openline.airspace.advise.cost import Limits
from openline.airspace.volume import Volume4D
from openline.app.line.advise_line import advise_on_line
from openline.app.line.advise_mover import Asked
from openline.app.line.compose import Saying, compose
from openline.app.line.free_windows import windows_on_line
from openline.app.line.services import LineServices
from openline.line.agreement import Coarseness
from openline.line.line import Line
from openline.line.message.bodies import Notify
from openline.line.message.kind import NoticeKind
from tests.line_server import HandClock, make_line
from tests.line_world import START, circle, notice, unlocated, volume

LIMITS = Limits(sideways_m=25_000.0, floor_m=0.0)


@st.composite
def volumes(draw: st.DrawFn) -> Volume4D:
    lat = 54.0 + draw(st.integers(-10, 10)) * 0.02
    lon = 7.0 + draw(st.integers(-10, 10)) * 0.02
    start = START + timedelta(minutes=draw(st.integers(70, 200)))
    lower_m = float(draw(st.integers(0, 15)) * 100)
    end = start + timedelta(minutes=draw(st.integers(5, 60)))
    return volume(circle(lat, lon, 200.0), start, end, lower_m, lower_m + 100.0)


shows = st.sampled_from((Coarseness.FULL, Coarseness.FULL, Coarseness.CELLS))
others = st.lists(
    st.tuples(st.sampled_from(("north", "east")), st.lists(volumes(), max_size=2), shows),
    min_size=1,
    max_size=5,
)


def a_line(
    said: list[tuple[str, list[Volume4D], Coarseness]],
) -> tuple[LineServices, HandClock]:
    clock = HandClock()
    line = make_line(clock=clock)
    for party, listed, show in said:
        body = notice(*listed, show=show) if listed else unlocated()
        say(line, party, body, clock)
    return line, clock


def say(line: LineServices, party: str, body: Notify, clock: HandClock) -> str:
    return compose(line, party, Saying(body, "Ada"), clock.now()).result().message.thread


def meets(line: LineServices, thread: str) -> list[str]:
    def ask(found: Line, _position: int) -> list[str]:
        every = found.state.conflicts.values()
        return [one.id for one in every if thread in one.threads and one.closed is None]

    return line.look(ask)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(others, st.lists(volumes(), min_size=1, max_size=2))
def test_no_way_out_meets_anything_that_is_shown(
    said: list[tuple[str, list[Volume4D], Coarseness]], plan: list[Volume4D]
) -> None:
    line, clock = a_line(said)
    found = advise_on_line(line, Asked("south", tuple(plan), limits=LIMITS), clock.now())
    asked = say(line, "south", notice(*plan, notice=NoticeKind.PLAN), clock)
    # What is shown as cells is larger there than on the line: more may be in the way, never less.
    assert bool(found.conflicts) or not meets(line, asked)
    for way in found.ways:
        thread = say(line, "south", notice(*way.volumes, notice=NoticeKind.PLAN), clock)
        assert meets(line, thread) == [], way.words


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(others, volumes(), st.data())
def test_a_stay_in_a_free_window_meets_nothing_and_one_in_what_is_taken_does(
    said: list[tuple[str, list[Volume4D], Coarseness]], place: Volume4D, data: st.DataObject
) -> None:
    said = [(party, listed, Coarseness.FULL) for party, listed, _ in said]
    line, clock = a_line(said)
    period = (START + timedelta(hours=1), START + timedelta(hours=6))
    (found,) = windows_on_line(line, "south", (place,), period, clock.now()).volumes
    for windows, free in (
        (found.free, True),
        ([(t.time_start, t.time_end) for t in found.taken], False),
    ):
        if not windows:
            continue
        start, end = data.draw(st.sampled_from(list(windows)))
        stay = volume(place.footprint, start, end, place.altitude_lower_m, place.altitude_upper_m)
        thread = say(line, "south", notice(stay, notice=NoticeKind.PLAN), clock)
        assert (meets(line, thread) == []) is free
