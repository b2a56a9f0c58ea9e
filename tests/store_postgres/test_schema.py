"""The schema goes up and down with data in it, and a server refuses what it does not know."""

import psycopg
import pytest

from openline.airspace.reference import Availability, Report, UssAvailability
from openline.errors import InvalidInput
from openline.store.ports import Reader, StoredCheckpoint
from openline.store.postgres.migrations import CURRENT, change_index, downgrade, stats, upgrade
from openline.store.postgres.store import PostgresStore
from tests.contract.samples import (
    NOON,
    WORLD,
    constraint,
    extent,
    intent,
    put,
    run,
    subscription,
    uuid_of,
)
from tests.postgres_server import postgres_dsn


def _everything(reader: Reader) -> tuple[object, ...]:
    return (
        reader.intents_matching(WORLD),
        reader.constraints_matching(WORLD),
        reader.subscriptions_matching(WORLD),
        [reader.intents_matching((extent(spot),)) for spot in range(6)],
        [reader.constraints_matching((extent(spot),)) for spot in range(6)],
        [reader.subscriptions_matching((extent(spot),)) for spot in range(6)],
        reader.availability("uss1"),
        reader.records(0, 100),
    )


def _filled(dsn: str, index: str) -> tuple[object, ...]:
    store = PostgresStore(dsn, index)
    put(store, *(intent(n, extent(n % 6), extent(0), ovn=f"ü{n}") for n in range(20)))
    put(store, *(constraint(n, extent(n)) for n in range(6)))
    put(store, *(subscription(n, extent(n)) for n in range(6)))
    run(store, lambda t: t.put_availability(Availability("uss1", UssAvailability.DOWN, "1")), ())
    run(store, lambda t: t.add_report(Report(uuid_of(1), "uss1", NOON, b"{}")), ())
    run(store, lambda t: t.append_record(NOON, "uss1", "intent.put", b"\x00"), ())
    run(store, lambda t: t.put_document("kind", "name", b"body"), ())
    run(store, lambda t: t.put_checkpoint(StoredCheckpoint(1, bytes(32), "note")), ())
    found = store.read(_everything)
    store.close()
    return found


@pytest.mark.parametrize("other", ["gist", "cells"])
def test_down_and_up_again_loses_nothing(dsn: str, index: str, other: str) -> None:
    before = _filled(dsn, index)
    assert downgrade(dsn, 1) == CURRENT
    with pytest.raises(InvalidInput, match="version 1"):
        PostgresStore(dsn, index)
    assert upgrade(dsn, other) == 1, "the kind of index may change on the way"
    store = PostgresStore(dsn, other)
    assert store.read(_everything) == before
    put(store, intent(100, extent(2)))
    run(store, lambda t: t.delete_intent(uuid_of(2)))
    store.close()
    assert upgrade(dsn, other) == CURRENT, "up twice is up"


def test_down_to_the_first_documents_takes_only_them_away(dsn: str) -> None:
    before = _filled(dsn, "gist")
    assert downgrade(dsn, 2) == CURRENT
    assert "document" not in stats(dsn)
    assert upgrade(dsn) == 2
    store = PostgresStore(dsn)
    assert store.read(_everything) == before
    assert store.read(lambda r: r.documents("kind", "", 9)) == []
    assert store.read(lambda r: r.last_checkpoint()) is None
    store.close()


@pytest.mark.parametrize("other", ["gist", "cells"])
def test_the_index_can_be_made_anew(dsn: str, index: str, other: str) -> None:
    before = _filled(dsn, index)
    assert change_index(dsn, other) == index
    store = PostgresStore(dsn, other)
    assert store.read(_everything) == before
    assert store.read(lambda r: r.document("kind", "name")) == b"body"
    put(store, intent(100, extent(2)))
    store.close()
    with pytest.raises(InvalidInput, match="no index"):
        change_index(dsn, "rtree")


def test_down_to_nothing_and_up(dsn: str, index: str) -> None:
    _filled(dsn, index)
    downgrade(dsn, 0)
    with psycopg.connect(dsn) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
    assert tables == [("openline_schema",)]
    assert upgrade(dsn, index) == 0
    store = PostgresStore(dsn, index)
    assert store.read(lambda r: r.intents_matching(WORLD)) == []
    store.close()


def test_a_step_that_fails_changes_nothing(dsn: str) -> None:
    before = _filled(dsn, "gist")
    downgrade(dsn, 1)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE subscription_extent ()")  # in the way of the last table
        with pytest.raises(Exception, match="already exists"):
            upgrade(dsn)
        assert stats(dsn)["schema_version"] == 1
        connection.execute("DROP TABLE subscription_extent")
    upgrade(dsn)
    store = PostgresStore(dsn)
    assert store.read(_everything) == before
    store.close()


def test_a_newer_schema_is_refused(dsn: str) -> None:
    PostgresStore(dsn).close()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("UPDATE openline_schema SET version = 99")
    for use in (lambda: PostgresStore(dsn), lambda: upgrade(dsn), lambda: downgrade(dsn, 1)):
        with pytest.raises(InvalidInput, match="99"):
            use()


def test_another_kind_of_index_is_refused(dsn: str) -> None:
    PostgresStore(dsn, "cells").close()
    PostgresStore(dsn).close()  # takes what is there
    assert upgrade(dsn) == CURRENT
    with pytest.raises(InvalidInput, match="'cells'"):
        PostgresStore(dsn, "gist")
    with pytest.raises(InvalidInput, match="'cells'"):
        upgrade(dsn, "gist")
    with pytest.raises(InvalidInput, match="no index"):
        PostgresStore(postgres_dsn(), "rtree")


def test_stats_say_what_is_there(dsn: str) -> None:
    assert stats(dsn)["schema_version"] == 0
    _filled(dsn, "cells")
    found = stats(dsn)
    assert found.pop("size_bytes") > 1_000_000
    assert found == {
        "schema_version": CURRENT,
        "index": "cells",
        "operational_intent": 20,
        "constraint_reference": 6,
        "subscription": 6,
        "uss_availability": 1,
        "report": 1,
        "record": 1,
        "last_record": 1,
        "document": 1,
        "record_checkpoint": 1,
    }
