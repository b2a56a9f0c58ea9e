"""The benchmark of the live sky: who turns when, and from where a wait is counted."""

import json
import math
from importlib.metadata import PackageNotFoundError

import pytest

from bench import sky_cases as bench
from bench import sky_results
from openline.airspace.encounter.alerting import AlertEventKind
from openline.airspace.track.pair_alerts import PairEvent
from openline.app.sky.watch import SkyWatch
from openline.formats import positions_json
from tests.unit.track_samples import at


def test_a_pair_is_told_with_the_second_position_after_its_turn_and_nobody_else_is() -> None:
    """All of the bench's pairs in a watch: nothing before the turn, an alert with the other's next
    position, over when they fly beside each other again."""
    size = bench.Size(aircraft=20, pairs=10)
    senders = bench.sky(size, seed=1)
    watch = SkyWatch()
    raised: dict[tuple[str, str], tuple[int, int]] = {}
    for second in range(-2, 12):
        for number, mine in enumerate(senders):
            now = at(second + number / bench.SENDERS)
            body = json.dumps({"positions": [one.step(second) for one in mine]})
            body = body.replace(bench.MARK, now.isoformat())
            reports = positions_json.read(body.encode(), str(number), now).found.reports
            assert len(reports) == len(mine)
            watch.take(reports, now)
            for event in watch.tick(now):
                if isinstance(event, PairEvent) and event.kind is AlertEventKind.RAISED:
                    raised.setdefault((event.loss.first, event.loss.second), (second, number))
    for number in range(size.pairs):
        pair = f"icao24:{2 * number + 16:06x}", f"icao24:{2 * number + 17:06x}"
        other = (number + 5) % bench.SENDERS
        assert raised[pair] == (number + (other < number), other)
    assert len(raised) == size.pairs


def test_waits_are_of_the_other_aircraft_and_what_is_missing_is_counted() -> None:
    size = bench.Size(aircraft=2, pairs=1, seconds=20)
    run = bench.Run(
        written={(0, 20): 99.5, (5, 20): 100.0, (0, 21): 100.5}, late=[0.0], answered=[0.0]
    )
    told, silent = bench.Heard(), bench.Heard()
    line = (
        b'data: {"event":"alert","kind":"raised","level":"corrective",'
        b'"first":{"id":"icao24:000010"},"second":{"id":"icao24:000011"}}'
    )
    for when in (50.0, 100.25, 101.0):
        told.take(line, when)
    found = bench._latencies(size, run, [told, silent])
    assert (found["turns"], found["alerts_read"]) == (1, 1)
    assert (found["missing"], found["repeated"]) == (1, 1)
    assert math.isclose(found["latency"]["p99_ms"], 250.0)


def test_the_page_says_what_was_measured() -> None:
    times = {"p50_ms": 1.0, "p90_ms": 2.0, "p99_ms": 3.4, "max_ms": 4.0}
    side = {
        "latency": times,
        "request": times,
        "client_late": times,
        "server_cpu_share": 0.256,
        "server_cpu_us_per_position": 51.2,
        "server_peak_mib": 100.0,
        "alerts_read": 7,
        "missing": 0,
        "repeated": 0,
    }
    case = {"aircraft": 5_000, "seconds": 40, "sides": {"alone": side}}
    assert "| sky alone | 1 ms | 2 ms | 3 ms | 4 ms | 7 | 0 | 0 | 3 ms | 26% of a core |" in (
        "\n".join(sky_results.live_sky(case))
    )


def test_a_peer_that_is_not_there_is_said_to_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(bench, "version", missing)
    facts = bench.scan(quick=True)
    assert "**Left out: traffic is not installed" in "\n".join(sky_results.scan(facts))


def test_the_page_of_encounters_has_its_peers_or_says_that_they_are_left_out() -> None:
    facts = bench.encounters(1, quick=True)
    page = "\n".join(sky_results.encounters(facts))
    assert page.startswith("## Encounters")
    assert "| 200 | 10 by 10 degrees | openline |" in page
    for side, name in (("bluesky", "bluesky-simulator"), ("minisky", "minisky")):
        assert ("| " + side + " |" in page) is (facts["software"][name] != "not installed")
        assert ("Left out" in page and name in page.partition("Left out")[2]) is (
            facts["software"][name] == "not installed"
        )
