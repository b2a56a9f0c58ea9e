"""Many clients at once: nobody slips past a key, nothing gets lost, indices count every change."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from openline.store.memory import MemoryStore
from openline.store.ports import Store
from openline.store.sqlite.store import SqliteStore
from tests.api.dss import (
    EVERYTHING,
    INTENTS,
    SUBSCRIPTIONS,
    Dss,
    circle,
    intent,
    new_id,
    new_subscription,
    ovn_of,
    volume,
)


@pytest.fixture(params=["memory", "sqlite"])
def dss(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Dss]:
    store: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "sky.db")
    yield Dss(store)
    store.close()


def put_all(dss: Dss, bodies: dict[str, dict[str, object]]) -> dict[str, httpx.Response]:
    requests = [
        ("PUT", f"{INTENTS}/{path}", json.dumps(body).encode(), f"uss{n % 4}", EVERYTHING)
        for n, (path, body) in enumerate(bodies.items())
    ]
    return dict(zip(bodies, dss.calls(requests), strict=True))


def test_of_identical_intents_at_once_one_gets_in(dss: Dss) -> None:
    for round_number in range(5):
        lat = 50 + round_number
        bodies = {new_id(): intent(extents=[volume(circle(lat))]) for _ in range(20)}
        answers = put_all(dss, bodies)
        assert Counter(a.status_code for a in answers.values()) == {201: 1, 409: 19}
        (winner,) = (one for one, answer in answers.items() if answer.status_code == 201)
        for answer in answers.values():
            if answer.status_code == 409:
                missing = answer.json()["missing_operational_intents"]
                assert [reference["id"] for reference in missing] == [winner]


def test_overlapping_in_a_chain_no_two_neighbours_get_in(dss: Dss) -> None:
    """Circles of 500 m every 900 m: each touches the next one."""
    ids = [new_id() for _ in range(20)]
    bodies = {
        one: intent(extents=[volume(circle(50 + n * 0.0081, radius=500))])
        for n, one in enumerate(ids)
    }
    answers = put_all(dss, bodies)
    got_in = [answers[one].status_code == 201 for one in ids]
    assert any(got_in)
    assert not any(one and other for one, other in pairwise(got_in))


def test_twenty_apart_all_get_in_and_change_and_go(dss: Dss) -> None:
    ids = [new_id() for _ in range(20)]
    bodies = {one: intent(extents=[volume(circle(40 + n))]) for n, one in enumerate(ids)}
    created = put_all(dss, bodies)
    assert {a.status_code for a in created.values()} == {201}
    changed = put_all(dss, {f"{one}/{ovn_of(created[one])}": bodies[one] for one in ids})
    assert {a.status_code for a in changed.values()} == {200}
    gone = dss.calls(
        [
            (
                "DELETE",
                f"{INTENTS}/{path.partition('/')[0]}/{ovn_of(a)}",
                None,
                f"uss{n % 4}",
                EVERYTHING,
            )
            for n, (path, a) in enumerate(changed.items())
        ]
    )
    assert {a.status_code for a in gone} == {200}
    records = dss.store.read(lambda reader: reader.records(0, 1_000))
    assert [record.sequence for record in records] == list(range(1, 61))


def test_of_updates_with_the_same_ovn_one_gets_in(dss: Dss) -> None:
    one = new_id()
    path = f"{one}/{ovn_of(dss.put_intent(one, sub='uss0'))}"
    body = json.dumps(intent()).encode()
    requests = [("PUT", f"{INTENTS}/{path}", body, "uss0", EVERYTHING)] * 20
    assert Counter(a.status_code for a in dss.calls(requests)) == {200: 1, 409: 19}


def test_a_subscription_counts_every_change_once(dss: Dss) -> None:
    heard = new_id()
    dss.put_subscription(heard, extents=volume(circle(radius=20_000)))
    bodies = {
        new_id(): intent(
            extents=[volume(circle(), low=100 * n, high=100 * n + 50)],
            new_subscription=new_subscription(),
        )
        for n in range(20)
    }
    answers = put_all(dss, bodies)
    assert {a.status_code for a in answers.values()} == {201}
    told = [
        state["notification_index"]
        for answer in answers.values()
        for subscriber in answer.json()["subscribers"]
        for state in subscriber["subscriptions"]
        if state["subscription_id"] == heard
    ]
    assert sorted(told) == list(range(1, 21))
    got = dss.call("GET", f"{SUBSCRIPTIONS}/{heard}").json()["subscription"]
    assert got["notification_index"] == 20


def test_an_intent_that_is_moved_by_several_at_once_keeps_one_place(dss: Dss) -> None:
    """Each change names where the entity was; those that find it elsewhere are sent again."""
    one = new_id()
    made = dss.put_intent(one, sub="uss0", new_subscription=new_subscription())
    bodies = [
        json.dumps(
            intent(extents=[volume(circle(60 + n))], new_subscription=new_subscription())
        ).encode()
        for n in range(20)
    ]
    path = f"{INTENTS}/{one}/{ovn_of(made)}"
    answers = dss.calls([("PUT", path, body, "uss0", EVERYTHING) for body in bodies])
    assert Counter(a.status_code for a in answers) == {200: 1, 409: 19}
    assert len(dss.store.read(lambda reader: reader.records(0, 1_000))) == 5
