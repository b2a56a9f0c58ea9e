"""Bodies that are no request, or the largest there is: never a fault of ours."""

import json

import pytest

from tests.api.dss import (
    CONSTRAINTS,
    INTENTS,
    SUBSCRIPTIONS,
    Dss,
    intent,
    new_id,
    polygon,
    volume,
)

ID = new_id()

HOSTILE = [
    b"",
    b"null",
    b"[]",
    b"1",
    b'"x"',
    b"\xff\xfe{}",
    b'{"extents": "\xff"}',
    b"{" * 100_000,
    b"[" * 100_000,
    b'{"unknown":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"extents":' + b'[{"volume":' * 50_000,
    json.dumps(intent()).encode().replace(b"53.6", b"NaN"),
    json.dumps(intent()).encode().replace(b"53.6", b"Infinity"),
    json.dumps(intent()).encode().replace(b"53.6", b"1e999"),
    json.dumps(intent()).encode().replace(b"53.6", b"-" + b"9" * 5_000),
    json.dumps(intent()).encode().replace(b"53.6", b'"53.6"'),
    json.dumps(intent()).encode().replace(b"2026-11-22T12:10:00Z", b"99999-01-01T00:00:00Z"),
    json.dumps(intent()).encode().replace(b"2026-11-22T12:10:00Z", b"2026-02-30T00:00:00Z"),
    json.dumps(intent()).encode().replace(b"2026-11-22T12:10:00Z", b"\\ud800"),
    json.dumps(intent()).encode().replace(b"https://uss1", b"https://\\ud800\\u0000"),
    json.dumps(intent(key=["x"] * 50_001)).encode(),
    json.dumps(intent(extents=[volume(polygon(*((n / 1e6, 1) for n in range(10_001))))])).encode(),
    json.dumps(intent(extents=[volume(low=1e308, high=1.7e308)])).encode(),
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda body: repr(body[:20]) + str(len(body)))
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"{INTENTS}/{ID}"),
        ("PUT", f"{INTENTS}/{ID}/x"),
        ("POST", f"{INTENTS}/query"),
        ("PUT", f"{CONSTRAINTS}/{ID}"),
        ("POST", f"{CONSTRAINTS}/query"),
        ("PUT", f"{SUBSCRIPTIONS}/{ID}"),
        ("POST", f"{SUBSCRIPTIONS}/query"),
        ("POST", "/dss/v1/reports"),
        ("PUT", "/dss/v1/uss_availability/x"),
    ],
)
def test_no_body_makes_a_fault_of_ours(body: bytes, method: str, path: str) -> None:
    answer = Dss().call(method, path, body)
    assert answer.status_code in (201, 400, 413), answer.text[:200]
    if answer.status_code == 201:  # to a constraint a key is one more unknown field
        assert b"key" in body
        assert path.startswith(CONSTRAINTS)
    else:
        assert set(answer.json()) == {"message"}


def test_the_largest_request_is_taken() -> None:
    """1,000 volumes, 10,000 vertices: within the limits and within seconds."""
    ring = [(0.01 * abs(5 - n), 0.01 * min(n, 10 - n) + 0.001 * (n > 5)) for n in range(10)]
    one = volume(polygon(*((10 + lat / 20, lng / 20) for lat, lng in dict.fromkeys(ring))))
    answer = Dss().put_intent(ID, extents=[one] * 1_000)
    assert answer.status_code == 201, answer.text
