"""Who sees whose aircraft, by the agreement: in tracks, in the past, in events, in encounters."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.tracker import TrackEvent
from openline.app.sky.service import SkyService
from openline.app.sky.watch import SkyWatch
from openline.line.agreement import Agreement, SeenBy
from openline.line.sight import Sight
from tests import line_world
from tests.unit.track_samples import START, at, flight, report

NAMES = ("north", "north-uav", "south", "south-uav", "east", "stranger")


def agreed(seen_by: SeenBy = SeenBy.ANYBODY, **shown: tuple[str, ...]) -> Agreement:
    """Three parties with a member each for north and south; `shown`: positions_to of a party."""
    parties = tuple(
        replace(
            party,
            positions_to=shown.get(party.id, ()),
            answers_for=() if party.id == "east" else (f"{party.id}-uav",),
        )
        for party in line_world.agreement().parties
    )
    return line_world.agreement(parties=parties, positions_seen_by=seen_by)


def seers(sight: Sight, owner: str | None) -> set[str]:
    return {name for name in NAMES if sight.may_see(owner, name)}


def test_without_an_agreement_and_by_one_that_says_nothing_the_sender_alone_sees_its_own() -> None:
    for sight in (Sight(), Sight.of(None, START), Sight.of(agreed(), START)):
        assert seers(sight, "north") == {"north"}
        assert seers(sight, "north-uav") == {"north-uav"}
        assert seers(sight, "stranger") == {"stranger"}
        assert seers(sight, None) == set(NAMES)


def test_a_party_shows_its_own_aircraft_to_those_it_names_and_their_members() -> None:
    sight = Sight.of(agreed(north=("south",), south=("south", "east")), START)
    assert seers(sight, "north") == {"north", "south", "south-uav"}
    assert seers(sight, "north-uav") == {"north-uav", "south", "south-uav"}
    assert seers(sight, "south-uav") == {"south", "south-uav", "east"}
    assert seers(sight, "east") == {"east"}
    assert seers(sight, None) == set(NAMES)


def test_what_is_merely_seen_may_be_for_the_parties_alone() -> None:
    sight = Sight.of(agreed(SeenBy.PARTIES), START)
    assert seers(sight, None) == set(NAMES) - {"stranger"}


def test_when_the_agreement_is_over_less_is_shown_and_never_more() -> None:
    known = agreed(SeenBy.PARTIES, north=("south",))
    over = Sight.of(known, known.time_end)
    assert seers(over, "north") == {"north"}
    assert seers(over, None) == set(NAMES) - {"stranger"}


def played(known: Agreement | None) -> SkyService:
    """Two that meet, of north and of south's member; one that a stranger sees."""
    sky = SkyService(SkyWatch(), sight_of=lambda now: Sight.of(known, now))
    one = flight("aaaaaa", 47, 8, 0, 200, seconds=20, passes_s=100, party="north")
    other = flight("bbbbbb", 47, 8, 90, 200, seconds=20, passes_s=100, party="south-uav")
    for second, pair in enumerate(zip(one, other, strict=True)):
        sky.take([*pair, report(second, "cccccc", feed="stranger")], at(second))
        sky.tick(at(second))
    return sky


def seen(sky: SkyService, party: str) -> dict[str, Any]:
    """What a party sees: now, of the past, and what it was told."""
    view, past = sky.view(party, at(20)), sky.view_at(party, at(20), at(20))
    events = [one.event for one in sky.events_after(0, party)[0]]
    appeared = {event.track for event in events if isinstance(event, TrackEvent)}
    ids = {track.id for track in view.tracks}
    assert ids == {track.id for track in past.tracks} == appeared
    assert len(view.encounters) == len(past.encounters)
    alerts = sum(isinstance(event, PairEvent) for event in events)
    assert bool(alerts) is bool(view.encounters)
    return {"ids": "".join(sorted(name[7] for name in ids)), "alerted": bool(alerts)}


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        (None, {"north": "ac", "south": "c", "south-uav": "bc", "east": "c", "stranger": "c"}),
        (
            agreed(SeenBy.PARTIES, north=("south",), south=("south",)),
            {"north": "ac", "south": "abc", "south-uav": "abc", "east": "c", "stranger": ""},
        ),
    ],
)
def test_it_holds_wherever_the_sky_is_shown(known: Agreement | None, shown: dict[str, str]) -> None:
    sky = played(known)
    for party, ids in shown.items():
        assert seen(sky, party) == {"ids": ids, "alerted": "a" in ids or "b" in ids}


def test_a_new_version_of_the_agreement_counts_within_a_second() -> None:
    known = [agreed()]
    sky = SkyService(SkyWatch(), sight_of=lambda now: Sight.of(known[0], now))
    sky.take([report(0, "aaaaaa", party="north")], at(0))
    assert sky.view("south", at(0)).tracks == ()
    known[0] = agreed(north=("south",))
    later = at(0) + timedelta(seconds=1)
    assert len(sky.view("south", later).tracks) == 1
