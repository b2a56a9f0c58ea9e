"""The private check beside the plain one: what it costs not to show the plans.

Both sides have as many flights as fit the bucket, circles of 5 km over 1,000 km2 and three hours,
minima of 5 NM and 1,000 ft, the grid for manned flights. Private: everything that one side does,
from its plans to its verdict, the blinding in processes of their own as in use; CPU time is that of
all of them. Plain: both plans are known, and the exact detector says who is in whose way.
"""

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, TypeVar

from bench.measure import Spread, alternate, note
from openline.airspace.entity import OperationalIntent
from openline.airspace.find import find_conflicts
from openline.airspace.separation import RADAR
from openline.airspace.volume import Volume4D
from openline.app.private.blinding import Make, Match, Respond
from openline.app.private.engine import WorkerEngine
from openline.app.private.plans import Plans, named_volumes, plans_within, scope_from
from openline.errors import AreaTooLarge
from openline.geo.circle import Circle
from openline.line.private.commitment import Sets, commitment, sets_of
from openline.line.private.session import Terms
from openline.line.private.terms import BUCKETS, PrivateTerms

Facts = dict[str, Any]
_T = TypeVar("_T")
NOW: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
_AGREED: Final = PrivateTerms()
_SCOPE: Final = scope_from(NOW, _AGREED)
_SALT: Final = b"s" * 32
_SESSION: Final = b"n" * 16
_TERMS: Final = Terms("bench", 1, b"d" * 32, _AGREED.grid, RADAR, _SCOPE)


def private_check(repeats: int, seed: int, *, quick: bool) -> Facts:
    """Sizes and times of each bucket, and the plain check of the same plans."""
    engine = WorkerEngine()
    rows = []
    for bucket in BUCKETS[:1] if quick else BUCKETS:
        note(f"bucket of {bucket:,}")
        north, south = _flights(bucket, seed), _flights(bucket, seed + 1)
        rows.append(_bucket(engine, bucket, north, south, repeats))
    return {"minima": "5 NM, 1,000 ft", "grid": "S2 level 10, 1,000 ft, 5 min", "buckets": rows}


def _flights(bucket: int, seed: int) -> list[OperationalIntent]:
    """As many flights as the bucket takes."""
    random = Random(seed)
    terms = PrivateTerms(buckets=(bucket,))
    found: list[OperationalIntent] = []
    while True:
        start = NOW + timedelta(minutes=random.uniform(5, 180))
        place = Circle.of(random.uniform(48, 48.5), random.uniform(8, 8.5), 5_000.0)
        low_m = random.uniform(300, 9_000)
        end = start + timedelta(minutes=random.uniform(5, 30))
        volume = Volume4D.over_ellipsoid(place, low_m, low_m + 150, start, end)
        one = OperationalIntent(f"f{len(found)}", f"party-{seed}", (volume,))
        try:
            plans_within(named_volumes([*found, one]), RADAR, _SCOPE, terms)
        except AreaTooLarge:
            return found
        found.append(one)


def _bucket(
    engine: WorkerEngine,
    bucket: int,
    north: list[OperationalIntent],
    south: list[OperationalIntent],
    repeats: int,
) -> Facts:
    """One side of a session, and the plain check, in turns."""
    theirs_plans = _plans(south)
    theirs = _sets(theirs_plans, bucket)
    their_made = engine.make(Make(list(theirs.has.elements), list(theirs.asks.elements)))
    steps: dict[str, list[float]] = {}
    cpu: list[float] = []
    sizes: Facts = {}

    def timed(name: str, work: Callable[[], _T]) -> _T:
        begin = time.perf_counter()
        result = work()
        steps.setdefault(name, []).append(time.perf_counter() - begin)
        return result

    def private() -> int:
        before = _cpu_s()
        plans = timed("grid", lambda: _plans(north))
        sets = timed("sets", lambda: _sets(plans, bucket))
        job = Make(list(sets.has.elements), list(sets.asks.elements))
        made = timed("blind", lambda: engine.make(job))
        commitment(_SALT, made.server_key, made.client_key, sets)
        request = Respond(made.server_key, their_made.request, bucket)
        response = timed("respond", lambda: engine.respond(request).response)
        asked = engine.respond(Respond(their_made.server_key, made.request, bucket)).response
        match = Match(made.client_key, their_made.setup, bucket, asked, bucket)
        hits = timed("match", lambda: engine.match(match).hits)
        cpu.append(_cpu_s() - before)
        sizes.update(
            check=len(made.setup) + len(made.request), answer=len(response), items=len(plans.asks)
        )
        return len(set(hits) - sets.asks.sentinels)

    def plain() -> int:
        return len(find_conflicts([*north, *south], (), RADAR).conflicts)

    spreads, answers = alternate({"private": private, "plain": plain}, repeats, note)
    return {
        "bucket": bucket,
        "flights": [len(north), len(south)],
        "shared_items": answers["private"],
        "conflicts": answers["plain"],
        "bytes": sizes,
        "sides": {name: spread.facts() for name, spread in spreads.items()},
        "steps": {name: Spread.of(times).facts() for name, times in steps.items()},
        "cpu": Spread.of(cpu).facts(),
        "ratio": spreads["private"].median_s / spreads["plain"].median_s,
    }


def _plans(flights: list[OperationalIntent]) -> Plans:
    return plans_within(named_volumes(flights), RADAR, _SCOPE, _AGREED)


def _sets(plans: Plans, bucket: int) -> Sets:
    return sets_of(plans.has, plans.asks, bucket, _SALT, _TERMS, _SESSION)


def _cpu_s() -> float:
    """CPU time of this process and of those that ended, seconds."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
