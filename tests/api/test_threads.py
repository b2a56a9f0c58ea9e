"""Which requests are read on the event loop, and which take a thread."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from openline.api import operation
from openline.api.handover import off_the_loop
from openline.store.sqlite.store import SqliteStore
from tests.api.dss import Dss, intent, new_id, new_subscription, volume


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was handed to a thread."""
    found: list[Any] = []

    async def noted(call: Callable[[], Any], *, first: bool = False) -> Any:
        found.append(call)
        return await off_the_loop(call, first=first)

    monkeypatch.setattr(operation, "off_the_loop", noted)
    return found


PATH = "/dss/v1/operational_intent_references"
EMPTY: dict[str, list[Any]] = {"operational_intent_references": []}


def test_a_small_new_intent_takes_no_thread(handed: list[Any]) -> None:
    for given in (intent(), intent(new_subscription=new_subscription())):
        dss = Dss()
        assert dss.call("PUT", f"{PATH}/{new_id()}", given).status_code == 201
    assert dss.call("PUT", f"{PATH}/{new_id()}", {"extents": 1}).status_code == 400
    assert not handed


def test_what_reads_the_store_first_takes_a_thread(handed: list[Any]) -> None:
    dss = Dss()
    here = new_id()
    dss.put_subscription(here)
    before = len(handed)
    answer = dss.call("PUT", f"{PATH}/{new_id()}", intent(subscription_id=here))
    assert answer.status_code == 201
    assert len(handed) == before + 1
    dss.call("POST", f"{PATH}/query", {"area_of_interest": volume()})
    assert len(handed) == before + 2


def test_a_large_body_takes_a_thread(handed: list[Any]) -> None:
    large = intent(extents=[volume() for _ in range(100)])
    assert Dss().call("PUT", f"{PATH}/{new_id()}", large).status_code == 201
    assert len(handed) == 1


def test_what_memory_knows_takes_no_thread(handed: list[Any], tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "sky.db")) as store:
        dss = Dss(store)
        asked = {"area_of_interest": volume()}
        assert dss.call("POST", f"{PATH}/query", asked).json() == EMPTY
        one = new_id()
        dss.put_intent(one)
        for _ in range(2):  # the first may ask the file for the availability of the manager
            answer = dss.call("POST", f"{PATH}/query", asked).json()
            assert [found["id"] for found in answer["operational_intent_references"]] == [one]
        assert not handed
        assert dss.call("GET", f"{PATH}/{one}").status_code == 200
        assert len(handed) == 1


def test_a_question_of_the_file_takes_a_thread(handed: list[Any], tmp_path: Path) -> None:
    path, one = tmp_path / "sky.db", new_id()
    with closing(SqliteStore(path)) as store:
        Dss(store).put_intent(one)
    with closing(SqliteStore(path)) as store:  # which has decoded nothing yet
        dss = Dss(store)
        for threads in (1, 1):  # only once: then it is known
            answer = dss.call("POST", f"{PATH}/query", {"area_of_interest": volume()}).json()
            assert [found["id"] for found in answer["operational_intent_references"]] == [one]
            assert len(handed) == threads
