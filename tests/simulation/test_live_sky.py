"""Half an hour of a live sky by seed: garbage, forgeries, repeats, silence, clock steps, two feeds.

Every scripted encounter must be announced early and once, nothing else between honest aircraft, and
memory must stay where it is. Time is handed in: nothing waits.
"""

import random
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from openline.airspace.encounter.alerting import AlertEventKind
from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.report import Identity, PositionReport
from openline.app.sky.watch import SkyWatch
from openline.errors import InvalidInput
from openline.formats import aircraft_json, cot
from openline.formats.cot_write import track_event
from openline.formats.sbs import SbsReader, lines_of
from tests.unit.track_samples import START, flight

PERIOD = 300  # a pair meets in each
MEETS_S = 200


def scripted(number: int) -> Iterator[tuple[int, PositionReport]]:
    """Two that meet far from all others, from `number` periods on."""
    place = 40.0 + 2 * number
    for name, azimuth in ((f"{2 * number + 16:06x}", 0.0), (f"{2 * number + 17:06x}", 90.0)):
        path = flight(name, place, 10, azimuth, 150, seconds=PERIOD - 1, passes_s=MEETS_S)
        for second, r in enumerate(path):
            time = START + timedelta(seconds=number * PERIOD + second)
            yield number * PERIOD + second, replace(r, time=time, received=time)


def crowd(seconds: int) -> Iterator[tuple[int, PositionReport]]:
    """Honest aircraft that are never near anybody: 1,000 ft apart, or 100 km."""
    for number in range(12):
        path = flight(
            f"{number + 64:06x}",
            *(-30.0 - number // 2, 20.0, 90.0, 120.0),
            seconds=seconds - 1,
            pressure_altitude_ft=10_000.0 + 1_000 * (number % 2),
        )
        yield from enumerate(path)


def garbage(rng: random.Random, honest: PositionReport, second: int) -> Iterator[PositionReport]:
    """What a hostile or broken feed adds: each kind now and then."""
    now = START + timedelta(seconds=second)
    if rng.random() < 0.1:  # a forged place
        place = {"lat_deg": rng.uniform(-80, 80), "lng_deg": rng.uniform(-180, 180)}
        yield replace(honest, feed="forger", time=now, **place)
    if rng.random() < 0.05:  # tomorrow, yesterday
        yield replace(honest, feed="skewed", time=now + timedelta(hours=rng.choice((-30, 30))))
    if rng.random() < 0.05:  # a name that comes once
        identity = Identity.of(uid=f"ghost-{rng.randrange(10**9)}")
        place = {"lat_deg": rng.uniform(-89, -50), "lng_deg": rng.uniform(-180, 180)}
        yield replace(honest, feed="ghosts", identity=identity, time=now, **place)


def over_the_wire(rng: random.Random, report: PositionReport, sbs: SbsReader) -> None:
    """Damaged messages of the same position: refused or read, never a fault."""
    at = report.time
    for data in (track_event(report), "".join(lines_of(report)).encode(), b'{"aircraft": [{}]}'):
        damaged = bytearray(data)
        for _ in range(rng.randrange(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        for read in (cot.read, aircraft_json.read):
            try:
                read(bytes(damaged), "noise", at)
            except InvalidInput:
                continue
        for line in bytes(damaged).split(b"\n"):
            try:
                sbs.read(line, at)
            except InvalidInput:
                continue


def live(seed: int, seconds: int, *, weigh: bool) -> list[int]:
    """Play it; gives the memory in use at half time and at the end, if it is to be weighed."""
    rng, watch, sbs = random.Random(seed), SkyWatch(), SbsReader("noise")
    by_second: dict[int, list[PositionReport]] = {}
    for source in (*(scripted(n) for n in range(seconds // PERIOD)), crowd(seconds)):
        for second, report in source:
            by_second.setdefault(second, []).append(report)
    told: list[tuple[int, PairEvent]] = []
    sizes = []
    if weigh:
        tracemalloc.start()
    for second in range(seconds):
        honest = by_second.get(second, [])
        batch = [r for r in honest if rng.random() > 0.1]  # some are lost on the way
        batch += [replace(r, feed="b", accuracy_m=30.0) for r in honest if rng.random() < 0.5]
        batch += [bad for r in honest for bad in garbage(rng, r, second)]
        rng.shuffle(batch)
        now = START + timedelta(seconds=second + 0.5)
        over_the_wire(rng, honest[0], sbs)
        for events in (watch.take(batch, now), watch.tick(now)):
            told += [(second, event) for event in events if isinstance(event, PairEvent)]
        if weigh and second in (seconds // 2, seconds - 1):
            sizes.append(tracemalloc.get_traced_memory()[0])
    if weigh:
        tracemalloc.stop()
    check(told, seconds)
    assert len(watch.tracker) < 14 + 400  # ghosts live for five minutes
    return sizes


def check(told: list[tuple[int, PairEvent]], seconds: int) -> None:
    honest = [(second, e) for second, e in told if "ghost" not in e.loss.first + e.loss.second]
    raised = Counter((e.loss.first, e.loss.second, e.level) for _, e in honest if _is_raised(e))
    assert all(count == 1 for count in raised.values()), "announced twice"
    assert {(first, second) for first, second, _ in raised} == {
        (f"icao24:{2 * n + 16:06x}", f"icao24:{2 * n + 17:06x}") for n in range(seconds // PERIOD)
    }
    for number in range(seconds // PERIOD):
        first = min(s for s, e in honest if e.loss.first == f"icao24:{2 * number + 16:06x}")
        # 9,260 m apart 156 s after they appear: announced within the first ten seconds
        assert first - number * PERIOD <= 10


def test_no_scripted_encounter_is_missed() -> None:
    live(1, 600, weigh=False)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [2, 3, 4])
def test_half_an_hour_and_memory_stays_where_it_is(seed: int) -> None:
    half, end = live(seed, 1_800, weigh=True)
    assert end < 1.3 * half + 300_000


def test_a_clock_that_steps_back_and_forth_does_not_hide_an_encounter() -> None:
    watch, told = SkyWatch(), []
    reports: dict[int, list[PositionReport]] = {}
    for second, report in scripted(0):
        reports.setdefault(second, []).append(report)
    for second in range(MEETS_S):
        step = timedelta(hours=-1) if 60 <= second < 80 else timedelta(0)
        now = START + timedelta(seconds=second) + step
        batch = [replace(r, time=r.time + step, received=now) for r in reports[second]]
        for events in (watch.take(batch, now), watch.tick(now)):
            told += [(second, e.kind) for e in events if isinstance(e, PairEvent)]
    kinds = [kind for _, kind in told]
    assert kinds.count(AlertEventKind.LOST) == 2  # at each step, and raised again within seconds
    again = [second for second, kind in told if kind is AlertEventKind.RAISED]
    assert any(60 <= second <= 65 for second in again)
    assert any(80 <= second <= 85 for second in again)


def _is_raised(event: PairEvent) -> bool:
    return event.kind is AlertEventKind.RAISED
