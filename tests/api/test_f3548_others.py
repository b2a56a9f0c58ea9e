"""Constraints, subscriptions, availability, reports and what is asked besides, over HTTP."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.api.dss import (
    AA,
    CM,
    CONSTRAINTS,
    CP,
    INTENTS,
    NOW,
    SC,
    SUBSCRIPTIONS,
    URL,
    Dss,
    at,
    circle,
    constraint,
    new_id,
    new_subscription,
    ovn_of,
    subscription,
    volume,
)


@pytest.fixture
def dss() -> Dss:
    return Dss()


def test_the_life_of_a_constraint(dss: Dss) -> None:
    one = new_id()
    heard = new_id()
    both = {"notify_for_operational_intents": False, "notify_for_constraints": True}
    dss.put_subscription(heard, sub="uss2", **both)
    dss.put_subscription(new_id(), sub="uss3")
    created = dss.put_constraint(one)
    assert created.status_code == 201
    told = created.json()["subscribers"]
    assert [s["subscriptions"][0]["subscription_id"] for s in told] == [heard]
    reference = created.json()["constraint_reference"]
    assert reference == {
        "id": one,
        "manager": "uss1",
        "uss_availability": "Unknown",
        "version": 1,
        "ovn": reference["ovn"],
        "time_start": {"value": "2026-11-22T12:10:00Z", "format": "RFC3339"},
        "time_end": {"value": "2026-11-22T12:40:00Z", "format": "RFC3339"},
        "uss_base_url": URL,
    }
    assert dss.call("GET", f"{CONSTRAINTS}/{one}").json() == {"constraint_reference": reference}
    seen = dss.call("GET", f"{CONSTRAINTS}/{one}", sub="uss2").json()["constraint_reference"]
    assert seen["ovn"] == "Available from USS"
    found = dss.call("POST", f"{CONSTRAINTS}/query", {"area_of_interest": volume()}).json()
    assert found == {"constraint_references": [reference]}
    changed = dss.put_constraint(one, ovn=reference["ovn"], extents=[volume(circle(54.6))])
    assert changed.json()["constraint_reference"]["version"] == 2
    again = dss.call("POST", f"{CONSTRAINTS}/query", {"area_of_interest": volume()}).json()
    assert again == {"constraint_references": []}
    deleted = dss.call("DELETE", f"{CONSTRAINTS}/{one}/{ovn_of(changed)}")
    assert deleted.status_code == 200
    assert dss.call("GET", f"{CONSTRAINTS}/{one}").status_code == 404


def test_a_constraint_without_heights_reaches_everywhere(dss: Dss) -> None:
    dss.put_constraint(new_id(), extents=[volume(low=None, high=None)])
    area = {"area_of_interest": volume(low=9_000, high=9_001)}
    found = dss.call("POST", f"{CONSTRAINTS}/query", area).json()
    assert len(found["constraint_references"]) == 1


def test_the_life_of_a_subscription(dss: Dss) -> None:
    one = new_id()
    created = dss.put_subscription(one, notify_for_constraints=True)
    assert created.status_code == 200
    first = created.json()["subscription"]
    assert first == {
        "id": one,
        "version": first["version"],
        "notification_index": 0,
        "time_start": {"value": "2026-11-22T12:10:00Z", "format": "RFC3339"},
        "time_end": {"value": "2026-11-22T12:40:00Z", "format": "RFC3339"},
        "uss_base_url": URL,
        "notify_for_operational_intents": True,
        "notify_for_constraints": True,
        "implicit_subscription": False,
        "dependent_operational_intents": [],
    }
    assert created.json()["operational_intent_references"] == []
    assert created.json()["constraint_references"] == []
    area = {"area_of_interest": volume()}
    assert dss.call("POST", f"{SUBSCRIPTIONS}/query", area).json() == {"subscriptions": [first]}
    other = dss.call("POST", f"{SUBSCRIPTIONS}/query", area, sub="uss2").json()
    assert other == {"subscriptions": []}
    changed = dss.put_subscription(one, version=first["version"])
    assert changed.json()["subscription"]["version"] != first["version"]
    assert "constraint_references" not in changed.json()
    version = changed.json()["subscription"]["version"]
    deleted = dss.call("DELETE", f"{SUBSCRIPTIONS}/{one}/{version}")
    assert deleted.json()["subscription"]["id"] == one
    assert dss.call("GET", f"{SUBSCRIPTIONS}/{one}").status_code == 404


def test_times_that_a_subscription_leaves_out(dss: Dss) -> None:
    one = new_id()
    made = dss.put_subscription(one, extents=volume(start=None, end=None)).json()["subscription"]
    assert made["time_start"]["value"] == "2026-11-22T12:00:00Z"
    assert made["time_end"]["value"] == "2026-11-23T12:00:00Z"
    dss.clock.time = NOW + timedelta(hours=1)
    kept = dss.put_subscription(
        one, version=made["version"], extents=volume(start=None, end=None)
    ).json()["subscription"]
    assert (kept["time_start"], kept["time_end"]) == (made["time_start"], made["time_end"])


def test_an_ended_subscription_is_found_by_id_alone(dss: Dss) -> None:
    one = new_id()
    dss.put_subscription(one)
    dss.clock.time = NOW + timedelta(minutes=41)
    area = {"area_of_interest": volume()}
    assert dss.call("POST", f"{SUBSCRIPTIONS}/query", area).json() == {"subscriptions": []}
    assert dss.call("GET", f"{SUBSCRIPTIONS}/{one}").status_code == 200


def test_a_changed_subscription_must_cover_its_intents(dss: Dss) -> None:
    sub_id, one = new_id(), new_id()
    wide: dict[str, Any] = {"extents": volume(circle(radius=3_000), 0, 500, 5, 60)}
    version = dss.put_subscription(sub_id, **wide).json()["subscription"]["version"]
    assert dss.put_intent(one, subscription_id=sub_id).status_code == 201
    for extents in (
        volume(circle(54.6), 0, 500, 5, 60),
        volume(circle(radius=3_000), 60, 500, 5, 60),
        volume(circle(radius=3_000), 0, 99, 5, 60),
        volume(circle(radius=3_000), 0, 500, 5, 39.9),
        volume(circle(radius=3_000), 0, 500, 15.1, 60),
    ):
        refused = dss.put_subscription(sub_id, version=version, extents=extents)
        assert refused.status_code == 400, extents
        assert one in refused.json()["message"]
    late = volume(circle(radius=3_000), None, None, 15, 60)  # 5 minutes are allowed
    renewed = dss.put_subscription(sub_id, version=version, extents=late)
    assert renewed.status_code == 200
    assert renewed.json()["subscription"]["dependent_operational_intents"] == [one]
    version = renewed.json()["subscription"]["version"]
    needed = dss.call("DELETE", f"{SUBSCRIPTIONS}/{sub_id}/{version}")
    assert needed.status_code == 400
    assert one in needed.json()["message"]


def test_an_implicit_subscription_becomes_its_partys_own(dss: Dss) -> None:
    one = new_id()
    made = dss.put_intent(one, new_subscription=new_subscription())
    sub_id = made.json()["operational_intent_reference"]["subscription_id"]
    got = dss.call("GET", f"{SUBSCRIPTIONS}/{sub_id}").json()["subscription"]
    changed = dss.put_subscription(sub_id, version=got["version"])
    assert changed.json()["subscription"]["implicit_subscription"] is False
    dss.call("DELETE", f"{INTENTS}/{one}/{ovn_of(made)}")
    assert dss.call("GET", f"{SUBSCRIPTIONS}/{sub_id}").status_code == 200


@pytest.mark.parametrize(
    ("flag", "scope"),
    [("notify_for_operational_intents", CP), ("notify_for_constraints", SC)],
)
def test_what_a_subscription_hears_needs_its_scope(dss: Dss, flag: str, scope: str) -> None:
    body = subscription(**{"notify_for_operational_intents": False, flag: True})
    path = f"{SUBSCRIPTIONS}/{new_id()}"
    assert dss.call("PUT", path, body, scopes=(scope,)).status_code == 403
    assert dss.call("PUT", path, body, scopes=(SC, CP)).status_code == 200


def test_availability(dss: Dss) -> None:
    path = "/dss/v1/uss_availability/uss2"
    unknown = {"version": "", "status": {"uss": "uss2", "availability": "Unknown"}}
    assert dss.call("GET", path).json() == unknown
    made = dss.call("PUT", path, {"availability": "normal"}).json()
    assert made["status"]["availability"] == "Normal"
    assert made["version"]
    assert dss.call("GET", path, scopes=(SC,)).json() == made
    for old_version in ("", "x"):
        body = {"availability": "Down", "old_version": old_version}
        assert dss.call("PUT", path, body).status_code == 409
    body = {"availability": "", "old_version": made["version"]}
    assert dss.call("PUT", path, body).json()["status"]["availability"] == "Unknown"
    assert dss.call("PUT", path, body, scopes=(SC,)).status_code == 403


def test_a_report_is_archived_and_echoed(dss: Dss) -> None:
    exchange = {
        "url": "https://uss2.example/x",
        "method": "GET",
        "recorder_role": "Client",
        "request_time": at(0),
        "problem": "no answer",
        "of_our_own": {"kept": True},
    }
    made = dss.call("POST", "/dss/v1/reports", {"exchange": exchange, "more": 1}, scopes=(AA,))
    assert made.status_code == 201
    assert made.json() == {"exchange": exchange, "more": 1, "report_id": made.json()["report_id"]}
    (record,) = dss.store.read(lambda reader: reader.records(0, 10))
    assert record.kind == "report.added"
    assert json.loads(record.body)["id"] == made.json()["report_id"]
    assert dss.call("POST", "/dss/v1/reports", {"exchange": {}}).status_code == 400


def test_what_is_asked_besides(dss: Dss) -> None:
    version = dss.call("GET", "/aux/v1/version", sub=None)
    assert version.json()["version"].startswith("openline/v")
    rid = ("dss.read.identification_service_areas",)
    assert dss.call("GET", "/aux/v1/validate_oauth", scopes=rid).json() == {}
    mine = dss.call("GET", "/aux/v1/validate_oauth?owner=uss1", scopes=rid)
    other = dss.call("GET", "/aux/v1/validate_oauth?owner=uss2", scopes=rid)
    assert (mine.status_code, other.status_code) == (200, 403)
    assert dss.call("GET", "/aux/v1/validate_oauth", scopes=(SC,)).status_code == 403
    pool = dss.call("GET", "/aux/v1/pool", scopes=("interuss.pool_status.read",))
    assert pool.json() == {"dar_id": "openline"}
    read = ("interuss.versioning.read_system_versions",)
    system = dss.call("GET", "/versions/my.system", scopes=read).json()
    assert system == {"system_identity": "my.system", "system_version": version.json()["version"]}


def test_constraints_need_their_scopes(dss: Dss) -> None:
    path = f"{CONSTRAINTS}/{new_id()}"
    assert dss.call("PUT", path, constraint(), scopes=(CP,)).status_code == 403
    made = dss.call("PUT", path, constraint(), scopes=(CM,))
    assert made.status_code == 201
    assert dss.call("GET", path, scopes=(CP,)).status_code == 200
    assert dss.call("GET", path, scopes=(SC,)).status_code == 403
