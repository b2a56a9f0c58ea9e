"""Large answers are packed for whoever takes them so; small ones, changes and streams never are."""

import asyncio
import gzip
import json
from typing import Any

import httpx
import pytest

from openline.api.encodings import PACKED_FROM, packed, taken
from tests.api.dss import CMSA, _as
from tests.api.test_sky import SEE, SEND, Sky, position

MANY = [position(f"{number + 16:06x}", lng=number / 10) for number in range(100)]


def ask(sky: Sky, path: str, encodings: str, method: str = "GET", body: Any = None) -> Any:
    """The answer, and its body as it travelled."""

    async def send() -> tuple[httpx.Response, bytes]:
        transport = httpx.ASGITransport(sky.app)
        async with httpx.AsyncClient(transport=transport, base_url="https://dss") as client:
            headers = {**_as("north", (CMSA,)), "accept-encoding": encodings}
            content = None if body is None else json.dumps(body)
            async with client.stream(method, path, headers=headers, content=content) as answer:
                return answer, b"".join([part async for part in answer.aiter_raw()])

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("encodings", "zipped"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=0", False),
        ("identity", False),
        ("", False),
    ],
)
def test_a_large_answer_is_packed_for_whoever_takes_it(encodings: str, zipped: bool) -> None:
    sky = Sky()
    sky.send(*MANY)
    answer, body = ask(sky, SEE, encodings)
    assert answer.headers.get("content-encoding") == ("gzip" if zipped else None)
    assert answer.headers["vary"] == "accept-encoding"
    assert int(answer.headers["content-length"]) == len(body)
    whole = gzip.decompress(body) if zipped else body
    assert len(json.loads(whole)["tracks"]) == len(MANY)
    assert len(whole) > PACKED_FROM
    assert (3 * len(body) < len(whole)) is zipped


def test_small_answers_and_changes_are_not() -> None:
    sky = Sky()
    answer, _ = ask(sky, SEND, "gzip", "POST", {"positions": MANY})
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
    answer, _ = ask(Sky(), SEE, "gzip")
    assert "content-encoding" not in answer.headers
    assert "vary" not in answer.headers


def test_the_same_answer_is_packed_to_the_same_bytes() -> None:
    assert packed(b"x" * 10_000) == packed(b"x" * 10_000)
    assert gzip.decompress(packed(b"")) == b""
    assert taken("gzip;q=0.000, br") == {"br"}
