"""Every refusal over HTTP: its status, its body `{"message": …}`, and that it is declared."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from openline import errors
from openline.api import endpoints
from openline.api.problems import STATUSES, exception_handlers, status_of
from openline.errors import StoreUnavailable
from openline.store.memory import MemoryStore
from tests.api.dss import (
    CONSTRAINTS,
    INTENTS,
    SUBSCRIPTIONS,
    Dss,
    circle,
    constraint,
    intent,
    metres,
    new_id,
    new_subscription,
    ovn_of,
    polygon,
    subscription,
    uuid7,
    volume,
)

HUGE = polygon((40, 0), (40, 20), (50, 20), (50, 0))
BOW_TIE = polygon((0, 0), (1, 1), (0, 1), (1, 0))
ID = new_id()


class BrokenStore(MemoryStore):
    """A store that cannot answer now."""

    def submit(self, *_args: object) -> "Future[Any]":
        future: Future[Any] = Future()
        future.set_exception(StoreUnavailable("the disk is full"))
        return future

    def read(self, *_args: object) -> Any:
        raise StoreUnavailable("the disk is full")


def said(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert isinstance(body["message"], str)
    assert body["message"]
    assert set(body) == {"message"} or answer.status_code == 409
    return str(body["message"])


Provoke = Callable[[Dss], httpx.Response]


def existing(dss: Dss) -> str:
    return ovn_of(dss.put_intent(ID))


def _owned(dss: Dss) -> httpx.Response:
    existing(dss)
    return dss.put_intent(ID, sub="uss2")


def _exists(dss: Dss) -> httpx.Response:
    existing(dss)
    return dss.put_intent(ID)


def _lacking(dss: Dss) -> httpx.Response:
    existing(dss)
    return dss.put_intent(new_id())


def _down(dss: Dss) -> httpx.Response:
    dss.call("PUT", "/dss/v1/uss_availability/uss1", {"availability": "Down"})
    return dss.put_intent(ID)


@pytest.mark.parametrize(
    ("provoke", "leaf", "status"),
    [
        (lambda d: d.call("PUT", f"{INTENTS}/{ID}", b"{"), errors.InvalidInput, 400),
        (lambda d: d.put_intent(ID, extents=[volume(BOW_TIE)]), errors.InvalidGeometry, 400),
        (lambda d: d.put_intent(ID, extents=[volume(start=41)]), errors.InvalidTimeRange, 400),
        (lambda d: d.put_intent(ID, extents=[volume(low=101)]), errors.InvalidAltitude, 400),
        (
            lambda d: d.put_constraint(ID, extents=[volume(HUGE)]),
            errors.AreaTooLarge,
            413,
        ),
        (lambda d: d.call("GET", f"{INTENTS}/{ID}", sub=None), errors.Unauthenticated, 401),
        (lambda d: d.call("GET", f"{INTENTS}/{ID}", scopes=()), errors.PermissionDenied, 403),
        (_owned, errors.PermissionDenied, 403),
        (lambda d: d.call("GET", f"{INTENTS}/{ID}"), errors.NotFound, 404),
        (_exists, errors.VersionMismatch, 409),
        (_lacking, errors.MissingOvns, 409),
        (_down, errors.ManagerDown, 412),
    ],
)
def test_each_leaf_has_its_status(
    provoke: Provoke, leaf: type[errors.OpenlineError], status: int
) -> None:
    answer = provoke(Dss())
    assert answer.status_code == status, answer.text
    assert said(answer)
    assert status_of(leaf("x")) == status


def test_a_store_that_cannot_answer_is_503_and_worth_another_try() -> None:
    dss = Dss(BrokenStore())
    for answer in (
        dss.put_intent(ID),
        dss.call("GET", f"{INTENTS}/{ID}"),
        dss.call("DELETE", f"{INTENTS}/{ID}/x"),
        dss.call("POST", f"{INTENTS}/query", {"area_of_interest": volume()}),
        dss.put_subscription(ID),
        dss.put_constraint(ID),
        dss.call("GET", "/dss/v1/uss_availability/x"),
    ):
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "1"
        assert "disk is full" in said(answer)


def test_a_limit_says_when_to_come_back() -> None:
    handler = exception_handlers()[errors.OpenlineError]
    request = Request({"type": "http", "state": {}, "headers": []})
    error = errors.LimitExceeded("too many requests", retry_after_s=7)
    answer = asyncio.run(handler(request, error))  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


def test_every_error_that_can_leave_has_a_status() -> None:
    """A new leaf of the tree must be given one, or be a fault of ours."""
    leaves = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OpenlineError)
    ]
    without = {kind for kind in leaves if status_of(kind("x")) is None}
    assert without == {errors.OpenlineError, errors.InvariantBroken}
    assert {kind for kind, _ in STATUSES} <= set(leaves)


@pytest.mark.parametrize(
    "changes",
    [
        {"extents": []},
        {"extents": [{}]},
        {"extents": [volume(low=None)]},
        {"extents": [volume(high=None)]},
        {"extents": [volume(start=None)]},
        {"extents": [volume(end=None)]},
        {"extents": [volume(), volume(end=None)]},
        {"extents": [volume(start=10, end=10)]},
        {"extents": [volume(start=-40, end=-1)]},
        {"extents": [volume(end=10 * 366 * 24 * 60 + 60)]},
        {"extents": [volume({})]},
        {"extents": [volume({**circle(), **polygon((0, 0), (0, 1), (1, 1))})]},
        {"extents": [volume(HUGE)]},
        {"extents": [volume(circle(radius=29_000))]},
        {"extents": [volume(circle(radius=0))]},
        {"extents": [volume(circle(radius=-5))]},
        {"extents": [volume(circle(lat=90.1))]},
        {"extents": [volume(circle(lng=-180.1))]},
        {"extents": [volume(polygon((0, 0), (0, 1)))]},
        {"extents": [volume(polygon((0, 0), (0, 0), (0, 0)))]},
        {"extents": [volume(polygon((0, 0), (0, 0.1), (0.1, 0.1), (0, 0.1)))]},
        {"extents": [volume(low=100_001, high=100_002)]},
        {"extents": [volume(low=-8_001)]},
        {"extents": [volume()] * 1_001},
        {"extents": [volume({**circle(), "altitude_lower": {"value": 1, "units": "M"}}, None)]},
        {"extents": [volume({**circle(), "altitude_lower": {**metres(1), "units": "F"}}, None)]},
        {"extents": [{**volume(), "time_start": {"value": "x", "format": "RFC3339"}}]},
        {"extents": [{**volume(), "time_start": {"value": "2026-11-22T12:20:00Z", "format": "Y"}}]},
        {"extents": [{**volume(), "time_start": {"value": "2026-11-22T12:20:00"}}]},
        {"state": "Ended"},
        {"state": None},
        {"state": "accepted"},
        {"state": "Activated"},
        {"state": "Nonconforming", "new_subscription": new_subscription()},
        {"uss_base_url": ""},
        {"uss_base_url": None},
        {"uss_base_url": "http://uss1.example"},
        {"uss_base_url": "https://"},
        {"uss_base_url": "https://[bad"},
        {"uss_base_url": "https://a b"},
        {"uss_base_url": "ftp://uss1.example"},
        {"uss_base_url": "https://a/" + "x" * 2_048},
        {"subscription_id": "no id"},
        {"subscription_id": new_id(), "new_subscription": new_subscription()},
        {"new_subscription": {}},
        {"new_subscription": {"uss_base_url": "http://uss1.example"}},
        {"requested_ovn_suffix": "abc"},
        {"key": "x"},
        {"key": [1]},
    ],
)
def test_an_intent_that_means_nothing_is_400_also_where_one_exists(changes: Any) -> None:
    dss = Dss()
    assert dss.put_intent(ID, **changes).status_code == 400
    ovn = existing(dss)
    if changes.get("state") == "Nonconforming":  # that is no fault of a change
        return
    for path in (f"{INTENTS}/{ID}", f"{INTENTS}/{ID}/{ovn}", f"{INTENTS}/{ID}/wrong"):
        answer = dss.call("PUT", path, intent(**changes))
        assert answer.status_code == 400, answer.text
        said(answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"notify_for_operational_intents": False},
        {"notify_for_operational_intents": None},
        {"extents": volume(start=-5.1)},
        {"extents": volume(start=41)},
        {"extents": volume(start=40)},
        {"extents": volume(end=24 * 60 + 11)},
        {"extents": volume(HUGE)},
        {"extents": [volume()]},
        {"uss_base_url": "http://uss1.example"},
    ],
)
def test_a_subscription_that_means_nothing_is_400_before_its_version(changes: Any) -> None:
    dss = Dss()
    assert dss.put_subscription(ID, **changes).status_code == 400
    dss.put_subscription(ID)
    for version in ("", "wrong"):
        answer = dss.put_subscription(ID, version=version, **changes)
        assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("bad", ["x", "123", f"{new_id()}0", uuid7(), "%00", "a" * 5_000, "é"])
def test_an_id_that_is_none_is_400(bad: str) -> None:
    dss = Dss()
    for answer in (
        dss.call("GET", f"{INTENTS}/{bad}"),
        dss.call("PUT", f"{INTENTS}/{bad}", intent()),
        dss.call("DELETE", f"{INTENTS}/{bad}/x"),
        dss.call("PUT", f"{CONSTRAINTS}/{bad}", constraint()),
        dss.call("PUT", f"{SUBSCRIPTIONS}/{bad}", subscription()),
        dss.call("GET", f"{SUBSCRIPTIONS}/{bad}"),
    ):
        assert answer.status_code == 400
        said(answer)


def test_an_id_without_dashes_is_the_same_id() -> None:
    dss = Dss()
    bare = ID.replace("-", "").upper()
    assert dss.put_intent(bare).json()["operational_intent_reference"]["id"] == ID
    assert dss.call("GET", f"{INTENTS}/{ID}").status_code == 200


def test_an_empty_version_is_400_and_a_wrong_one_409() -> None:
    dss = Dss()
    existing(dss)
    dss.put_subscription(ID)
    dss.put_constraint(ID)
    for base, body in (
        (INTENTS, intent()),
        (CONSTRAINTS, constraint()),
        (SUBSCRIPTIONS, subscription()),
    ):
        for method, content in (("PUT", body), ("DELETE", None)):
            assert dss.call(method, f"{base}/{ID}/", content).status_code == 400
            for wrong in ("x", "x/y", "%2F", "x" * 3_000):
                answer = dss.call(method, f"{base}/{ID}/{wrong}", content)
                assert answer.status_code == 409, (method, base, wrong)
                said(answer)


def test_owners_versions_and_things_that_are_not_there() -> None:
    dss = Dss()
    missing = new_id()
    assert dss.put_intent(missing, ovn="x").status_code == 400
    assert dss.put_constraint(missing, ovn="x").status_code == 409
    assert dss.put_subscription(missing, version="x").status_code == 400
    for base in (INTENTS, CONSTRAINTS, SUBSCRIPTIONS):
        assert dss.call("DELETE", f"{base}/{missing}/x").status_code == 404
        assert dss.call("GET", f"{base}/{missing}").status_code == 404
    ovn = existing(dss)
    c_ovn = ovn_of(dss.put_constraint(ID))
    version = dss.put_subscription(ID).json()["subscription"]["version"]
    for base, current in ((INTENTS, ovn), (CONSTRAINTS, c_ovn), (SUBSCRIPTIONS, version)):
        answer = dss.call("DELETE", f"{base}/{ID}/{current}", sub="uss2")
        assert answer.status_code == 403
    assert dss.put_intent(ID, ovn=ovn, sub="uss2").status_code == 403
    assert dss.put_constraint(ID, sub="uss2").status_code == 403
    assert dss.call("GET", f"{SUBSCRIPTIONS}/{ID}", sub="uss2").status_code == 403
    # The version of a subscription comes before its owner.
    assert dss.put_subscription(ID, version=version, sub="uss2").status_code == 403
    assert dss.put_subscription(ID, version="wrong", sub="uss2").status_code == 409
    assert dss.put_intent(missing, subscription_id=ID, sub="uss2").status_code == 403
    assert dss.put_intent(missing, subscription_id=new_id(), key=[ovn]).status_code == 400


def test_the_token_comes_before_the_body_and_the_scope_before_both() -> None:
    dss = Dss()
    for operation in endpoints.OPERATIONS:
        if operation.scopes is None:
            continue
        path = operation.path.replace("{", "").replace(":path}", "").replace("}", "")
        nobody = dss.call(operation.method, f"/{path.lstrip('/')}", b"{", sub=None)
        assert nobody.status_code == 401, path
        said(nobody)
        if operation.scopes:  # else any caller will do
            without = dss.call(operation.method, path, b"{", scopes=("other",))
            assert without.status_code == 403, path
            said(without)


def test_too_large_an_area_is_400_or_413_as_the_interface_has_it() -> None:
    dss = Dss()
    area = {"area_of_interest": volume(HUGE)}
    statuses = {
        base: dss.call("POST", f"{base}/query", area).status_code
        for base in (INTENTS, CONSTRAINTS, SUBSCRIPTIONS)
    }
    assert statuses == {INTENTS: 400, CONSTRAINTS: 413, SUBSCRIPTIONS: 413}


def test_http_addresses_where_they_are_allowed() -> None:
    dss = Dss(http=True)
    assert dss.put_intent(ID, uss_base_url="http://localhost/uss").status_code == 201


def test_unknown_paths_and_methods() -> None:
    dss = Dss()
    assert dss.call("GET", "/dss/v1/nothing").status_code == 404
    wrong = dss.call("POST", f"{INTENTS}/{ID}", intent())
    assert wrong.status_code == 405
    assert set(wrong.headers["allow"].split(", ")) == {"GET", "HEAD", "PUT"}
    said(wrong)


def test_a_message_names_the_field_and_what_to_do() -> None:
    dss = Dss()
    bad = intent(extents=[volume(), volume(circle(lat=91))])
    message = said(dss.call("PUT", f"{INTENTS}/{ID}", bad))
    assert "extents[1].volume.outline_circle.center.lat" in message
    message = said(dss.put_intent(ID, extents=[volume(), volume(BOW_TIE)]))
    assert "extents[1].volume" in message
