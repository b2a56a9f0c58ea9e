"""A plan on the line, an aircraft beside it, a real server: the record, the stream, a restart."""

import math
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from openline.airspace.volume import Volume4D
from openline.line.message.bodies import Notify
from openline.line.message.kind import NoticeKind
from tests.e2e.server_process import Server, serving, token
from tests.e2e.test_line import client, folder, options
from tests.e2e.test_sky import SCOPE, Stream
from tests.line_world import circle

__all__ = ["folder", "options"]  # fixtures
LAT, LNG = 54.0, 7.0
METRES = 1 / (111_300 * math.cos(math.radians(LAT)))  # in degrees of longitude


def send(server: Server, sub: str, *positions: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token(server, sub, SCOPE)}"}
    answer = httpx.post(
        f"{server.url}/sky/v1/positions", json={"positions": positions}, headers=headers
    )
    found: dict[str, Any] = answer.json()
    return found


def listed(server: Server, sub: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token(server, sub, SCOPE)}"}
    answer = httpx.get(f"{server.url}/sky/v1/discrepancies", headers=headers).json()
    found: list[dict[str, Any]] = answer["discrepancies"]
    return found


def fly(server: Server, thread: str, done: Callable[[], bool], timeout_s: float) -> None:
    """A kilometre east of the middle of a plan, twice a second, until it is said."""
    until = time.monotonic() + timeout_s
    while not done() and time.monotonic() < until:
        position = {
            "uid": "n1",
            "operation_id": thread,
            "time": datetime.now(UTC).isoformat(),
            "lat": LAT,
            "lng": LNG + 1_000 * METRES,
            "altitude_m": 100,
            "speed_mps": 20,
            "track_deg": 90,
            "accuracy_m": 5,
        }
        assert send(server, "north", position)["accepted"] == 1
        time.sleep(0.5)


def test_what_is_outside_is_on_the_record_and_told_once(folder: Path, options: list[str]) -> None:
    now = datetime.now(UTC)
    span = (now - timedelta(minutes=1), now + timedelta(hours=1))
    place = Volume4D.over_ellipsoid(circle(LAT, LNG, 500.0), 0.0, 200.0, *span)
    with serving(folder, *options) as server:
        with client(server, "north") as north:
            plan = north.say(Notify(NoticeKind.PLAN, *span, (place,)))
        streams = {party: Stream(server, party) for party in ("north", "south")}
        time.sleep(0.5)

        def heard(party: str) -> list[dict[str, Any]]:
            return [e for e in streams[party].events if e["event"] == "discrepancy"]

        fly(server, plan.thread, lambda: len(heard("north")) >= 2, 20)
        began, state = heard("north")
        assert (began["change"], began["kind"], began["full"]) == ("began", "outside", True)
        # 1,000 m from the middle of 500 m, less 5 m of accuracy
        assert abs(began["offset"]["lateral_m"] - 495) < 5
        assert state["state"] == "Nonconforming"
        coarse = heard("south")
        assert [(e["entry"], e["full"]) for e in coarse] == [
            (e["entry"], False) for e in (began, state)
        ]
        assert not {"offset", "lat", "lng", "track"} & coarse[0].keys()
        assert listed(server, "north") == heard("north")
        assert listed(server, "south") == coarse
        assert server.stop(signal.SIGKILL) != 0
    with serving(folder, *options) as server:
        stream = Stream(server, "north")
        fly(server, plan.thread, lambda: False, 6)
        assert [e for e in stream.events if e["event"] == "discrepancy"] == []
        assert [e["entry"] for e in listed(server, "north")] == [began["entry"], state["entry"]]
        assert server.stop(signal.SIGTERM) == 0
