"""The benchmark of scans: its brute force finds what is there, and both sides are counted."""

from typing import Any

import numpy as np

from bench import scan_bench as bench


class Column:
    """A column of a data frame, as far as it is used."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def to_numpy(self, kind: Any) -> Any:
        return np.asarray(self.values).astype(kind)


def frame() -> dict[str, Column]:
    """Two that meet head-on at one level, a third 2,000 ft above, a sample each 10 s."""
    seconds = np.arange(0, 300, 10)
    start = np.datetime64("2026-11-22T10:00:00", "ns")
    time = start + seconds.astype("timedelta64[s]")
    east = [8.0 + seconds * 0.002, 8.6 - seconds * 0.002, 8.0 + seconds * 0.002]
    return {
        "icao24": Column(np.repeat(["aa", "bb", "cc"], len(seconds))),
        "timestamp": Column(np.tile(time, 3)),
        "latitude": Column(np.full(3 * len(seconds), 47.0)),
        "longitude": Column(np.concatenate(east)),
        "altitude": Column(np.repeat([30_000, 30_000, 32_000], len(seconds))),
    }


def test_both_find_the_pair_that_is_there() -> None:
    names, losses = bench.ours(frame())
    assert {(names[loss.first], names[loss.second]) for loss in losses} == {("aa", "bb")}
    assert bench.brute_force(*bench.legs(frame())) == {("aa", "bb")}


def test_a_missed_pair_is_seen() -> None:
    side = bench._side(1.0, {("a", "b"), ("a", "c")}, {("a", "b"), ("b", "c")})
    assert (side["recall"], side["found_of_brute_force"], side["only_here"]) == (0.5, 1, 1)
    page = bench.markdown(
        {
            "commit": "x",
            "machine": {"cpu": "c", "cores": 2, "load_before": 0.0},
            "traffic_version": "2",
            "run": {"flights": 3, "positions": 9, "pairs_by_brute_force": 2, "openline": side},
        }
    )
    assert "| openline | 1 | 1 | 2 | 1 | 50.0 % | 1 |" in page
