"""Two and three real servers under faults and kills: see `faults` for what has to hold.

pytest tests/peer/test_faults.py -k "seed3"     # one run alone
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openline.line.event import LinkState
from tests.peer.faults import Rig, run, unknown_after_s
from tests.peer.nursery import Nursery
from tests.peer.servers import until

PAIR = ("north", "south")
TRIO = (*PAIR, "east")
RUNS = 20
NIGHTLY_RUNS = 300
RUNS_OF_A_RIG = 15  # then others: a record of many nights would be read at each start


class Rigs:
    """Sites that go on from run to run; after a failure, or many runs, they begin anew."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._nursery = Nursery()
        self._made: dict[tuple[str, ...], tuple[Rig, int]] = {}
        self._count = 0

    def use(self, parties: tuple[str, ...], what: Callable[[Rig], None]) -> None:
        """Do something with the sites of these parties."""
        if parties not in self._made:
            self._made[parties] = self._begun(parties), 0
        rig, runs = self._made.pop(parties)
        try:
            what(rig)
        except BaseException:
            rig.close()
            raise
        if runs + 1 < RUNS_OF_A_RIG:
            self._made[parties] = rig, runs + 1
        else:
            rig.close()

    def _begun(self, parties: tuple[str, ...]) -> Rig:
        self._count += 1
        return Rig(self._folder / str(self._count), self._nursery, *parties)

    def close(self) -> None:
        """End all."""
        for rig, _ in self._made.values():
            rig.close()
        self._nursery.close()


@pytest.fixture(scope="module")
def rigs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rigs]:
    made = Rigs(tmp_path_factory.mktemp("faults"))
    yield made
    made.close()


def of_seed(seed: int) -> tuple[str, ...]:
    """Every fourth run is one of three servers."""
    return TRIO if seed % 4 == 0 else PAIR


@pytest.mark.parametrize("seed", range(1, RUNS + 1), ids="seed{}".format)
def test_faults_and_kills_lose_nothing_and_double_nothing(rigs: Rigs, seed: int) -> None:
    rigs.use(of_seed(seed), lambda rig: ran(rig, seed, 2))


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(1_001, 1_001 + NIGHTLY_RUNS), ids="seed{}".format)
def test_many_faults_and_kills(rigs: Rigs, seed: int) -> None:
    """Five seconds of faults each."""
    rigs.use(of_seed(seed), lambda rig: ran(rig, seed, 8, (0.2, 1.0)))


def ran(rig: Rig, seed: int, steps: int, pause_s: tuple[float, float] = (0.1, 0.4)) -> None:
    """A run in which something was said."""
    assert run(rig, seed, steps, pause_s) > 2 * len(rig.sites), "nobody spoke"


def test_both_sides_say_unknown_when_the_cable_is_pulled_and_not_before(rigs: Rigs) -> None:
    rigs.use(PAIR, pulled)


def pulled(rig: Rig) -> None:
    """Both hear each other; then nobody hears anybody; then both do again."""
    rig.heal()
    until(lambda: states(rig) == {LinkState.LIVE}, "they do not hear each other")
    cut_at = datetime.now(UTC)
    for proxy in rig.proxies.values():
        proxy.set("cut")
    for one, other in (PAIR, PAIR[::-1]):

        def after_s(one: str = one, other: str = other) -> float | None:
            return unknown_after_s(rig.copies[one].read(), one, other, cut_at)

        until(lambda: after_s() is not None, f"{one} never says UNKNOWN of {other}")
        found = after_s()
        assert found is not None
        assert found <= 5.0, f"{one} says it {found:.1f} s after the second missed check"
    assert states(rig) == {LinkState.UNKNOWN}
    rig.heal()
    until(lambda: states(rig) == {LinkState.LIVE}, "they do not hear each other again")


def states(rig: Rig) -> set[LinkState]:
    """How each of the two sees the other."""
    found = set()
    for one, other in (PAIR, PAIR[::-1]):
        with rig.client(one) as client:
            links = client.board().links
        found.add(next(LinkState(link.state) for link in links if link.party == other))
    return found
