"""The clock of the demo: never back, never beyond what is allowed, never faster than its speed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.demo.clock import PacedClock

START = datetime(2027, 5, 11, 6, 0, tzinfo=UTC)


class Real:
    """Real time as a test wants it."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_it_stands_until_it_is_allowed_to_run() -> None:
    real = Real()
    clock = PacedClock(START, 20.0, real)
    real.seconds += 1_000
    assert clock.now() == START


def test_it_runs_at_its_speed_and_stops_exactly_where_it_may() -> None:
    real = Real()
    clock = PacedClock(START, 20.0, real)
    clock.allow(after(30))
    real.seconds += 1
    assert clock.now() == after(20)
    assert clock.real_s_to(after(30)) == 0.5
    real.seconds += 60
    assert clock.now() == after(30)


def test_the_time_it_stood_is_not_made_up_for() -> None:
    real = Real()
    clock = PacedClock(START, 20.0, real)
    clock.allow(after(10))
    real.seconds += 100
    clock.allow(after(1_000))
    real.seconds += 1
    assert clock.now() == after(30)


def test_another_speed_counts_from_now_on() -> None:
    real = Real()
    clock = PacedClock(START, 20.0, real)
    clock.allow(after(1_000))
    real.seconds += 1
    clock.allow(after(1_000), 1.0)
    real.seconds += 1
    assert (clock.now(), clock.speed) == (after(21), 1.0)


def test_what_was_allowed_before_is_no_leave_to_run_back() -> None:
    real = Real()
    clock = PacedClock(START, 20.0, real)
    clock.allow(after(40))
    real.seconds += 10
    clock.allow(after(5))
    assert clock.now() == after(40)


steps = st.lists(
    st.tuples(
        st.floats(0.0, 100.0),
        st.floats(-100.0, 1_000.0),
        st.one_of(st.none(), st.floats(0.5, 100.0)),
    ),
    max_size=20,
)


@settings(deadline=None)
@given(steps)
def test_whatever_is_allowed_it_keeps_its_laws(
    wishes: list[tuple[float, float, float | None]],
) -> None:
    real = Real()
    clock = PacedClock(START, 20.0, real)
    most = START
    for passed_s, ahead_s, speed in wishes:
        before = clock.now()
        real.seconds += passed_s
        now = clock.now()
        assert before <= now <= most
        gained_s = (now - before).total_seconds()
        assert gained_s <= passed_s * clock.speed + 1e-5
        until = now + timedelta(seconds=ahead_s)
        most = max(until, now)
        clock.allow(until, speed)
        assert clock.now() == now
