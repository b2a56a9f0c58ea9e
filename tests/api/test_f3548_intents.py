"""Operational intents over HTTP: keys, owners, OVNs, states, subscriptions, notifications."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.dss import (
    CMSA,
    INTENTS,
    NOW,
    SC,
    SUBSCRIPTIONS,
    URL,
    Dss,
    circle,
    intent,
    new_id,
    new_subscription,
    ovn_of,
    polygon,
    uuid7,
    volume,
)

NO_SUBSCRIPTION = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def dss() -> Dss:
    return Dss()


def test_the_life_of_an_intent(dss: Dss) -> None:
    one = new_id()
    created = dss.put_intent(one)
    assert created.status_code == 201
    reference = created.json()["operational_intent_reference"]
    assert reference == {
        "id": one,
        "manager": "uss1",
        "uss_availability": "Unknown",
        "version": 1,
        "state": "Accepted",
        "ovn": reference["ovn"],
        "time_start": {"value": "2026-11-22T12:10:00Z", "format": "RFC3339"},
        "time_end": {"value": "2026-11-22T12:40:00Z", "format": "RFC3339"},
        "uss_base_url": URL,
        "subscription_id": NO_SUBSCRIPTION,
    }
    assert 16 <= len(reference["ovn"]) <= 128
    assert created.json()["subscribers"] == []
    assert dss.call("GET", f"{INTENTS}/{one}").json() == {"operational_intent_reference": reference}
    changed = dss.put_intent(
        one, ovn=reference["ovn"], state="Activated", new_subscription=new_subscription()
    )
    assert changed.status_code == 200
    later = changed.json()["operational_intent_reference"]
    assert (later["version"], later["state"]) == (2, "Activated")
    assert later["ovn"] != reference["ovn"]
    deleted = dss.call("DELETE", f"{INTENTS}/{one}/{later['ovn']}")
    assert deleted.status_code == 200
    assert deleted.json()["operational_intent_reference"] == later
    assert dss.call("GET", f"{INTENTS}/{one}").status_code == 404


def test_the_ovn_is_shown_to_its_manager_alone(dss: Dss) -> None:
    one = new_id()
    ovn = ovn_of(dss.put_intent(one))
    area = {"area_of_interest": volume()}
    for sub, seen in (("uss1", ovn), ("uss2", "Available from USS")):
        got = dss.call("GET", f"{INTENTS}/{one}", sub=sub).json()["operational_intent_reference"]
        found = dss.call("POST", f"{INTENTS}/query", area, sub=sub).json()
        heard = dss.put_subscription(new_id(), sub=sub).json()
        refused = dss.put_intent(new_id(), sub=sub).json()
        assert got["ovn"] == seen
        for answer, name in (
            (found, "operational_intent_references"),
            (heard, "operational_intent_references"),
            (refused, "missing_operational_intents"),
        ):
            assert [(r["id"], r["ovn"]) for r in answer[name]] == [(one, seen)]


def test_the_key_must_name_everything_relevant_the_own_included(dss: Dss) -> None:
    first = ovn_of(dss.put_intent(new_id()))
    second = dss.put_intent(new_id(), key=[first, "an OVN of nothing"], sub="uss2")
    assert second.status_code == 201
    third_id = new_id()
    refused = dss.put_intent(third_id, key=[ovn_of(second)])
    assert refused.status_code == 409
    assert set(refused.json()) == {"message", "missing_operational_intents"}
    assert dss.call("GET", f"{INTENTS}/{third_id}").status_code == 404
    third = dss.put_intent(third_id, key=[first, ovn_of(second)])
    assert third.status_code == 201
    # Its own OVN is not asked of it, the others are: also where only the state changes.
    activation: dict[str, Any] = {"state": "Activated", "new_subscription": new_subscription()}
    refused = dss.put_intent(third_id, ovn=ovn_of(third), **activation)
    assert [r["manager"] for r in refused.json()["missing_operational_intents"]].count("uss2") == 1
    key = [first, ovn_of(second)]
    assert dss.put_intent(third_id, ovn=ovn_of(third), key=key, **activation).status_code == 200


def test_nonconforming_needs_no_key_but_the_scope(dss: Dss) -> None:
    one = new_id()
    ovn = ovn_of(dss.put_intent(one))
    ovn_of(dss.put_intent(new_id(), sub="uss2", key=[ovn]))
    body = intent(state="Nonconforming", new_subscription=new_subscription())
    refused = dss.call("PUT", f"{INTENTS}/{one}/{ovn}", body, scopes=(SC,))
    assert refused.status_code == 403
    assert dss.call("PUT", f"{INTENTS}/{one}/{ovn}", body, scopes=(CMSA,)).status_code == 200


@pytest.mark.parametrize(
    ("first", "second", "relevant"),
    [
        (volume(high=100), volume(low=100, high=200), True),  # they touch
        (volume(high=100), volume(low=100.01, high=200), False),
        (volume(end=40), volume(start=40, end=60), True),
        (volume(end=40), volume(start=40.01, end=60), False),
        (volume(circle(53.6, 7.0)), volume(circle(53.61, 7.0)), False),  # 1.1 km apart
        (volume(circle(89.999, 180)), volume(circle(89.999, 0)), True),  # through the pole
        (volume(circle(10, 179.999)), volume(circle(10, -179.999)), True),
        (volume(polygon((5, 179.9), (5, -179.9), (5.1, 180))), volume(circle(5.03, -180)), True),
    ],
)
def test_what_is_relevant(
    dss: Dss, first: dict[str, Any], second: dict[str, Any], relevant: bool
) -> None:
    one, two = new_id(), new_id()
    ovn_of(dss.put_intent(one, extents=[first]))
    answer = dss.put_intent(two, extents=[second], sub="uss2")
    assert answer.status_code == (409 if relevant else 201), answer.text
    found = dss.call("POST", f"{INTENTS}/query", {"area_of_interest": second}).json()
    assert [r["id"] for r in found["operational_intent_references"]] == [one if relevant else two]


def test_each_volume_is_matched_for_itself(dss: Dss) -> None:
    """Climbing away in the first ten minutes, coming back low in the last: no conflict between."""
    low_first = [volume(start=10, end=20), volume(low=500, high=600, start=20, end=30)]
    ovn_of(dss.put_intent(new_id(), extents=low_first))
    low_later = [volume(low=500, high=600, start=10, end=19), volume(start=21, end=30)]
    assert dss.put_intent(new_id(), extents=low_later, sub="uss2").status_code == 201


def test_a_circle_is_covered_outward(dss: Dss) -> None:
    """A point 4.99 km from the centre of a circle of 5 km is inside, in every direction."""
    ovn_of(dss.put_intent(new_id(), extents=[volume(circle(0.0, 20.0, 5_000))]))
    degree_m = 111_320.0  # along the equator: 1 degree of longitude
    for side in (-1, 1):
        near = volume(circle(0.0, 20.0 + side * 4_990 / degree_m, 1))
        assert dss.put_intent(new_id(), extents=[near], sub="uss2").status_code == 409


def test_a_down_manager_may_not_plan_and_its_accepted_intents_need_no_ovn(dss: Dss) -> None:
    one = new_id()
    ovn = ovn_of(dss.put_intent(one))
    set_down = dss.call("PUT", "/dss/v1/uss_availability/uss1", {"availability": "down"})
    assert set_down.json()["status"] == {"uss": "uss1", "availability": "Down"}
    reference = dss.call("GET", f"{INTENTS}/{one}").json()["operational_intent_reference"]
    assert reference["uss_availability"] == "Down"
    assert dss.put_intent(new_id(), sub="uss2").status_code == 201
    for refused in (
        dss.put_intent(new_id()),
        dss.put_intent(one, ovn=ovn),
        dss.call("DELETE", f"{INTENTS}/{one}/{ovn}"),
    ):
        assert refused.status_code == 412
        assert "Down" in refused.json()["message"]


def test_an_activated_intent_of_a_down_manager_still_needs_its_ovn(dss: Dss) -> None:
    one = new_id()
    ovn = ovn_of(dss.put_intent(one))
    activation: dict[str, Any] = {"state": "Activated", "new_subscription": new_subscription()}
    ovn_of(dss.put_intent(one, ovn=ovn, **activation))
    dss.call("PUT", "/dss/v1/uss_availability/uss1", {"availability": "Down"})
    assert dss.put_intent(new_id(), sub="uss2").status_code == 409


def test_constraints_count_where_the_subscription_hears_of_them(dss: Dss) -> None:
    made = dss.put_constraint(new_id(), sub="authority")
    assert dss.put_intent(new_id()).status_code == 201
    elsewhen = [volume(start=50, end=60)]
    dss.put_constraint(new_id(), sub="authority", extents=elsewhen)
    refused = dss.put_intent(
        new_id(), extents=elsewhen, new_subscription=new_subscription(constraints=True)
    )
    assert refused.status_code == 409
    (missing,) = refused.json()["missing_constraints"]
    assert (missing["manager"], missing["ovn"]) == ("authority", "Available from USS")
    assert "missing_operational_intents" not in refused.json()
    assert made.status_code == 201


def test_a_chosen_ovn_and_its_repeated_request(dss: Dss) -> None:
    one, suffix = new_id(), uuid7()
    first = dss.put_intent(one, requested_ovn_suffix=suffix)
    assert ovn_of(first) == f"{one}_{suffix}"
    again = dss.put_intent(one, requested_ovn_suffix=suffix)
    assert (again.status_code, again.json()) == (201, first.json())
    other = dss.put_intent(one, requested_ovn_suffix=suffix, uss_base_url="https://else.example")
    assert other.status_code == 409
    same_again = dss.put_intent(one, ovn=ovn_of(first), requested_ovn_suffix=suffix)
    assert same_again.status_code == 400


@pytest.mark.parametrize(
    "suffix",
    ["abc", "", new_id(), uuid7(NOW - timedelta(minutes=6)), uuid7(NOW + timedelta(minutes=6))],
)
def test_a_wrong_suffix_is_refused_before_a_wrong_version(dss: Dss, suffix: str) -> None:
    one = new_id()
    ovn_of(dss.put_intent(one))
    assert dss.put_intent(one, requested_ovn_suffix=suffix).status_code == 400


def test_an_implicit_subscription_lives_and_dies_with_its_intent(dss: Dss) -> None:
    one = new_id()
    created = dss.put_intent(one, new_subscription=new_subscription())
    first = created.json()["operational_intent_reference"]["subscription_id"]
    # The client's own subscription hears of the intent it was made for.
    assert created.json()["subscribers"] == [
        {
            "subscriptions": [{"subscription_id": first, "notification_index": 1}],
            "uss_base_url": URL,
        }
    ]
    got = dss.call("GET", f"{SUBSCRIPTIONS}/{first}").json()["subscription"]
    assert got["implicit_subscription"] is True
    assert got["dependent_operational_intents"] == [one]
    assert (got["time_start"]["value"], got["time_end"]["value"]) == (
        "2026-11-22T12:10:00Z",
        "2026-11-22T12:40:00Z",
    )
    changed = dss.put_intent(one, ovn=ovn_of(created), new_subscription=new_subscription())
    second = changed.json()["operational_intent_reference"]["subscription_id"]
    assert second != first
    assert dss.call("GET", f"{SUBSCRIPTIONS}/{first}").status_code == 404
    deleted = dss.call("DELETE", f"{INTENTS}/{one}/{ovn_of(changed)}").json()
    assert [s["subscription_id"] for s in deleted["subscribers"][0]["subscriptions"]] == [second]
    assert dss.call("GET", f"{SUBSCRIPTIONS}/{second}").status_code == 404


def test_an_implicit_subscription_is_widened_and_kept_while_needed(dss: Dss) -> None:
    one, two = new_id(), new_id()
    made = dss.put_intent(one, new_subscription=new_subscription())
    implicit = made.json()["operational_intent_reference"]["subscription_id"]
    elsewhere = [volume(circle(54.6), start=50, end=60)]
    other = dss.put_intent(two, extents=elsewhere, subscription_id=implicit)
    assert other.status_code == 201
    got = dss.call("GET", f"{SUBSCRIPTIONS}/{implicit}").json()["subscription"]
    assert got["time_end"]["value"] == "2026-11-22T13:00:00Z"
    assert got["dependent_operational_intents"] == sorted([one, two])
    assert dss.call("DELETE", f"{INTENTS}/{one}/{ovn_of(made)}").status_code == 200
    assert dss.call("GET", f"{SUBSCRIPTIONS}/{implicit}").status_code == 200
    freed = dss.put_intent(two, ovn=ovn_of(other), extents=elsewhere)
    assert freed.json()["operational_intent_reference"]["subscription_id"] == NO_SUBSCRIPTION
    assert dss.call("GET", f"{SUBSCRIPTIONS}/{implicit}").status_code == 404


def test_a_named_subscription_must_cover_the_intent(dss: Dss) -> None:
    sub_id = new_id()
    dss.put_subscription(sub_id, extents=volume(circle(radius=1_000), None, None))
    assert dss.put_intent(new_id(), subscription_id=sub_id).status_code == 201
    for extents in (
        [volume(start=9.99)],
        [volume(end=40.01)],
        [volume(circle(54.6), start=15, end=20)],
        [volume(circle(radius=5_000), low=200, high=300)],
    ):
        refused = dss.put_intent(new_id(), subscription_id=sub_id, extents=extents)
        assert refused.status_code == 400, extents
        assert sub_id in refused.json()["message"]
    deaf = new_id()
    body = {"notify_for_operational_intents": False, "notify_for_constraints": True}
    assert dss.put_subscription(deaf, **body).status_code == 200
    assert dss.put_intent(new_id(), subscription_id=deaf).status_code == 400


def test_subscribers_are_grouped_by_address_and_hear_of_where_it_was(dss: Dss) -> None:
    here, also_here, there, high = (new_id() for _ in range(4))
    dss.put_subscription(here, sub="uss2", uss_base_url="https://uss2.example")
    dss.put_subscription(also_here, sub="uss2", uss_base_url="https://uss2.example")
    dss.put_subscription(there, sub="uss3", extents=volume(circle(54.6)))
    dss.put_subscription(high, sub="uss4", extents=volume(low=900, high=950))
    one = new_id()
    created = dss.put_intent(one)
    told = {s["uss_base_url"]: s["subscriptions"] for s in created.json()["subscribers"]}
    assert {s["subscription_id"] for s in told["https://uss2.example"]} == {here, also_here}
    # Heights filter no notification: whoever subscribes to a place hears of all of it.
    assert [s["subscription_id"] for s in told[URL]] == [high]
    moved = dss.put_intent(one, ovn=ovn_of(created), extents=[volume(circle(54.6))])
    counted = {
        s["subscription_id"]: s["notification_index"]
        for subscriber in moved.json()["subscribers"]
        for s in subscriber["subscriptions"]
    }
    assert counted == {here: 2, also_here: 2, high: 2, there: 1}


def test_an_index_step_does_not_change_a_subscription_version(dss: Dss) -> None:
    sub_id = new_id()
    before = dss.put_subscription(sub_id).json()["subscription"]
    dss.put_intent(new_id())
    after = dss.call("GET", f"{SUBSCRIPTIONS}/{sub_id}").json()["subscription"]
    assert after == {**before, "notification_index": 1}


def test_past_intents_are_found_until_they_are_removed(dss: Dss) -> None:
    one = new_id()
    ovn_of(dss.put_intent(one))
    dss.clock.time = NOW + timedelta(days=2)
    found = dss.call("POST", f"{INTENTS}/query", {"area_of_interest": volume()}).json()
    assert [r["id"] for r in found["operational_intent_references"]] == [one]


def test_every_change_is_in_the_record(dss: Dss) -> None:
    one = new_id()
    made = dss.put_intent(one, new_subscription=new_subscription())
    dss.call("DELETE", f"{INTENTS}/{one}/{ovn_of(made)}")
    dss.put_intent(new_id(), extents=[volume(circle(91.0))])  # refused: no record
    kept = dss.store.read(lambda reader: reader.records(0, 100))
    assert [(record.party, record.kind) for record in kept] == [
        ("uss1", "subscription.put"),
        ("uss1", "operational_intent.put"),
        ("uss1", "operational_intent.deleted"),
        ("uss1", "subscription.deleted"),
    ]
    assert all(record.time == NOW for record in kept)
