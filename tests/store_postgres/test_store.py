"""What only this store has: kinds of index, the plan of its questions, what it cannot keep."""

from datetime import timedelta

import psycopg
import pytest
from hypothesis import given

from openline.airspace.extent import Extent
from openline.airspace.extents import cell_range
from openline.errors import InvalidInput, StoreUnavailable
from openline.limits import TIME_MAX
from openline.store.ports import Transaction
from openline.store.postgres import store as module
from openline.store.postgres.connections import connect
from openline.store.postgres.indexes import INDEXES, runs
from openline.store.postgres.rows import packed, unpacked
from openline.store.postgres.store import PostgresStore
from tests.contract.samples import NOON, WORLD, extent, extents, intent, put, run, uuid_of


@given(extents())
def test_runs_hold_every_cell(one: Extent) -> None:
    found = runs(one.cells)
    assert 1 <= len(found) <= 4
    for cell in one.cells:
        low, high = cell_range(cell)
        assert any(first <= low and high <= last for first, last in found)


@given(extents(), extents())
def test_extents_survive_their_bytes(one: Extent, other: Extent) -> None:
    assert unpacked(packed([one, other])) == (one, other)


def test_ends_that_meet_beyond_the_year_2255_still_meet(dsn: str, stores: list, index: str) -> None:
    """Instants there are more than a float64 can hold exactly."""
    stores.append(PostgresStore(dsn, index))
    for odd in (1, 3, 7, 1001):
        meeting = TIME_MAX - timedelta(days=365) + timedelta(microseconds=odd)
        cells = extent(0).cells
        before = Extent(cells, 0.0, 1.0, meeting - timedelta(hours=1), meeting)
        after = Extent(cells, 0.0, 1.0, meeting, meeting + timedelta(hours=1))
        later = Extent(cells, 0.0, 1.0, meeting + timedelta(microseconds=1), after.time_end)
        put(stores[0], intent(odd, before))
        found = stores[0].read(
            lambda r, after=after, later=later: (
                r.intents_matching((after,)),
                r.intents_matching((later,)),
            )
        )
        assert [one.id for one in found[0]] == [uuid_of(odd)]
        assert found[1] == []
        run(stores[0], lambda t, odd=odd: t.delete_intent(uuid_of(odd)))


def test_a_question_follows_the_index(dsn: str, stores: list, index: str) -> None:
    """Whatever the statistics say, even none: no table is read from end to end."""
    stores.append(PostgresStore(dsn, index))
    put(stores[0], *(intent(n, extent(n % 6)) for n in range(60)))
    statement, parameters = INDEXES[index].ids_matching("intent", (extent(0), extent(1)))
    connection = connect(dsn)
    for mode in ("force_custom_plan", "force_generic_plan"):
        connection.execute(f"SET plan_cache_mode TO {mode}")
        plan = connection.execute("EXPLAIN " + statement, parameters).fetchall()
        text = "\n".join(line for (line,) in plan)
        assert "Seq Scan" not in text, text
        assert "_extent_region" in text or "_cell_period" in text, text
    connection.close()


@pytest.mark.parametrize("bad", ["a\0b", "\ud800"])
def test_what_a_database_cannot_keep_is_bad_input(dsn: str, stores: list, bad: str) -> None:
    stores.append(PostgresStore(dsn))
    with pytest.raises(InvalidInput):
        put(stores[0], intent(1, uss_base_url=bad))
    with pytest.raises(InvalidInput):
        stores[0].read(lambda r: r.availability(bad))
    assert stores[0].read(lambda r: r.intent(uuid_of(1))) is None
    put(stores[0], intent(1))
    stores[0].check()


def test_a_database_that_takes_no_writes_is_unavailable(dsn: str, stores: list) -> None:
    PostgresStore(dsn).close()
    with psycopg.connect(dsn, autocommit=True) as connection:
        (name,) = connection.execute("SELECT current_database()").fetchone() or ("",)
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only TO on")
        store = PostgresStore(dsn)
        stores.append(store)
        with pytest.raises(StoreUnavailable):
            store.check()
        with pytest.raises(StoreUnavailable):
            put(store, intent(1))
        assert store.read(lambda r: r.intent(uuid_of(1))) is None


def test_an_address_that_is_none_is_bad_input() -> None:
    with pytest.raises(InvalidInput):
        PostgresStore("sky")
    with pytest.raises(StoreUnavailable):
        PostgresStore("postgresql://nobody@127.0.0.1:1/none")


def test_serializable_is_right_without_advisory_locks(
    dsn: str, stores: list, index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.append(PostgresStore(dsn, index, locking="serializable"))

    monkeypatch.setattr("openline.store.postgres.holding._LOCK", "SELECT 1/0 -- %b %b")

    def change(transaction: Transaction) -> bool:
        free = not transaction.intents_matching((extent(0),))
        if free:
            transaction.put_intent(intent(len(tried), extent(0)))
            transaction.append_record(NOON, "uss1", "intent.put", b"")
        return free

    for _ in range(5):
        tried: list[int] = list(range(8))
        answers = [stores[0].submit((extent(0),), change) for _ in range(8)]
        assert sum(one.result(30) for one in answers) == 1
        run(stores[0], lambda t: t.delete_intent(uuid_of(8)), WORLD)
    records = stores[0].read(lambda r: r.records(0, 100))
    assert [one.sequence for one in records] == list(range(1, 6))


def test_locks_that_lock_nothing_are_found_out(dsn: str) -> None:
    """As with an engine that grants every advisory lock, or knows none."""
    with connect(dsn) as one:
        assert module._advisory_locks_lock(dsn, one)
        for definition in ("SELECT true", None):
            one.execute("CREATE SCHEMA IF NOT EXISTS stand_in")
            if definition is not None:
                one.execute(
                    "CREATE FUNCTION stand_in.pg_try_advisory_xact_lock(int8) RETURNS bool"
                    f" LANGUAGE sql AS '{definition}'"
                )
            else:
                one.execute("DROP FUNCTION stand_in.pg_try_advisory_xact_lock")
            name = one.info.dbname
            one.execute(f"ALTER DATABASE {name} SET search_path TO stand_in, pg_catalog, public")
            one.execute("SET search_path TO stand_in, pg_catalog, public")
            assert module._advisory_locks_lock(dsn, one) is (definition is None)


def test_too_many_waiting_are_refused(
    dsn: str, stores: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WAITING_MAX", 0)
    stores.append(PostgresStore(dsn))
    with pytest.raises(StoreUnavailable, match="too many"):
        put(stores[0], intent(1))
