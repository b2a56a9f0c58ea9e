"""What flies, beside the conflicts: entries into volumes, flights that are not as declared."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.console.desk import Desk
from tests.console.line import Line, circle, times_of

METRES_OF_A_DEGREE = 111_320.0
SPEED_MPS = 60.0


class Flights:
    """Two aircraft that are reported once a second, each by its own party, until the end."""

    def __init__(self, line: Line) -> None:
        self.kept = notice(line, "bo", "volume", "kept free", 54.0, "north")
        self.plan = notice(line, "bo", "plan", "SP12", 53.4, "north", "cells")
        self._line, self._began = line, time.monotonic()
        self._over = threading.Event()
        line.client("ada"), line.client("bo")
        self._thread = threading.Thread(target=self._fly)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _fly(self) -> None:
        while not self._over.wait(1.0):
            gone_m = (time.monotonic() - self._began) * SPEED_MPS
            north = self._one("NOR1", 53.9 + gone_m / METRES_OF_A_DEGREE, 7.0)
            south = self._one("SOU2", 53.6, 7.3) | {"operation_id": self.plan, "own": True}
            for user, position in (("ada", north | {"own": True}), ("bo", south)):
                client = self._line.client(user)
                client.post("/sky/v1/positions", json={"positions": [position]}).raise_for_status()

    @staticmethod
    def _one(name: str, lat: float, lng: float) -> dict[str, Any]:
        motion = {"speed_mps": SPEED_MPS, "track_deg": 0.0, "altitude_m": 500.0}
        return {"callsign": name, "uid": name, "time": now(), "lat": lat, "lng": lng, **motion}


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def notice(
    line: Line, user: str, kind: str, name: str, lat: float, to: str, show: str = "full"
) -> str:
    """A circle of 5 km that stands from now on for an hour; its thread."""
    volume = circle(lat, 7.0, 5_000, -0.5, 60)
    body = {"notice": kind, "name": name, "volumes": [volume], **times_of(volume), "show": show}
    return str(line.says(user, "NOTIFY", body, to)["thread"])


@pytest.fixture(scope="module")
def flights(line: Line) -> Iterator[Flights]:
    started = Flights(line)
    yield started
    started.end()


def test_who_flies_into_what_is_announced_and_still_there_after_a_reload(
    flights: Flights, desk: Callable[..., Desk]
) -> None:
    ada = desk("ada")
    card = ada.part(
        "o-conflicts [data-alert]",
    ).filter(has_text="kept free")
    card.wait_for()
    assert "into what south notified: kept free" in card.inner_text()
    ada.page.wait_for_function("() => window.openline.map().entries > 0")
    card.locator("[data-act=show]").click()
    ada.see("o-track", "1,640 ft W84")
    ada.see("o-track", "117 kt")
    for theme in ("night", "day"):
        assert ada.page.evaluate("document.documentElement.dataset.theme") == theme
        assert not (grave := ada.audit()), grave
        ada.press("t")
    ada.page.reload()
    card.wait_for()
    card.locator("[data-act=into]").click()
    ada.see("o-thread", "kept free")
    card.locator("[data-act=shelve]").click()
    ada.part("o-conflicts input[name=reason]").fill("by agreement")
    ada.part("o-conflicts select[name=minutes]").select_option("30")
    ada.click("o-conflicts", "form button")
    ada.see("o-conflicts", "by agreement")
    card.wait_for(state="detached")


def test_a_flight_out_of_its_plan_is_said_to_both_sides(
    flights: Flights, desk: Callable[..., Desk]
) -> None:
    """Both are told that it is so; its name is for those who are shown it."""
    for user, name in (("ada", "a planned flight"), ("bo", "SP12")):
        at = desk(user)
        card = at.part(f"o-conflicts [data-off='{flights.plan}']")
        card.wait_for()
        card.get_by_text("outside its volumes").wait_for()
        assert card.get_attribute("data-state") in ("Nonconforming", "Contingent")
        assert name in card.inner_text()
        card.get_by_text("Open the thread").click()
        at.see("o-thread", name)
