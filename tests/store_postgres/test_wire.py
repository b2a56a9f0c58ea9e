"""Values and statements on their short way: what the server understands is what was meant."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from math import inf
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openline.store.postgres.connections import Connection, connect
from openline.store.postgres.wire import Wire, rows_of
from tests.postgres_server import postgres_dsn

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=30)
INSTANTS = st.datetimes(timezones=st.just(UTC))
INTEGERS = st.integers(-(2**63), 2**63 - 1)
NUMBERS = st.floats(allow_nan=False)
VALUES = {
    "bool": st.booleans(),
    "int4": st.integers(-(2**31), 2**31 - 1),
    "int8": INTEGERS,
    "float8": NUMBERS,
    "text": TEXTS,
    "varchar": TEXTS,
    "bytea": st.binary(max_size=40),
    "timestamptz": INSTANTS,
}
ARRAYS = ("bool", "int8", "float8", "text", "bytea", "timestamptz")
some = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    made = connect(postgres_dsn())
    yield made
    made.close()


def ask(wire: Wire, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    return rows_of(wire.run([(statement, values)])[0])


@pytest.mark.parametrize("kind", VALUES)
@some
@given(data=st.data())
def test_the_server_reads_what_the_driver_would_have_written(
    connection: Connection, kind: str, data: st.DataObject
) -> None:
    value = data.draw(st.none() | VALUES[kind])
    statement = f"SELECT %s::{kind}, %s::{kind}::text"
    (found,) = ask(connection.wire, statement, value, value)
    usual = connection.execute(statement, (value, value)).fetchone()
    assert found == usual
    assert found[0] == value


@pytest.mark.parametrize("kind", ARRAYS)
@some
@given(data=st.data())
def test_the_server_reads_every_list(
    connection: Connection, kind: str, data: st.DataObject
) -> None:
    values = data.draw(st.lists(VALUES[kind], max_size=7))
    found = ask(connection.wire, f"SELECT value FROM unnest(%b::{kind}[]) AS value", values)
    assert [value for (value,) in found] == values
    usual = connection.execute(f"SELECT %b::{kind}[]::text", (values,)).fetchone()
    assert ask(connection.wire, f"SELECT %b::{kind}[]::text", values) == [usual]


def test_what_has_no_bounds_and_instants_of_other_zones(connection: Connection) -> None:
    there = datetime(2026, 11, 22, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    statement = "SELECT %s::float8, %s::float8, %s::timestamptz = '2026-11-21 19:45Z'"
    assert ask(connection.wire, statement, inf, -inf, there) == [(inf, -inf, True)]


def test_statements_go_in_order_and_the_last_one_answers(connection: Connection) -> None:
    statements = [
        ("CREATE TEMP TABLE seen (number int8)", ()),
        ("INSERT INTO seen VALUES (%s)", (1,)),
    ]
    connection.wire.run(statements[:1])
    connection.wire.run(statements[1:] * 3)
    last = connection.wire.run([*statements[1:], ("SELECT count(*) FROM seen", ())])
    assert [rows_of(one) for one in last] == [[], [(4,)]]


@pytest.mark.parametrize(
    ("statement", "values", "kind"),
    [
        ("SELECT 1 / %s::int8", (0,), psycopg.errors.DivisionByZero),
        ("SELECT %s::text", ("a\0b",), psycopg.DataError),
        ("SELECT %s::text", ("\ud800",), UnicodeEncodeError),
        ("SELECT %s::int8", (2**63,), psycopg.DataError),
        ("SELECT %s::point", ("(0,0)",), psycopg.NotSupportedError),
        ("SELECT nothing", (), psycopg.errors.UndefinedColumn),
    ],
)
def test_one_that_fails_stops_those_behind_it_and_harms_no_later_ones(
    connection: Connection, statement: str, values: tuple[Any, ...], kind: type[Exception]
) -> None:
    wire = connection.wire
    wire.run([("CREATE TEMP TABLE IF NOT EXISTS kept (number int8)", ())])
    insert = ("INSERT INTO kept VALUES (%s)", (1,))
    with pytest.raises(kind):
        wire.run([("BEGIN", ()), insert, (statement, values), insert])
    connection.pgconn.exec_(b"ROLLBACK")
    assert ask(wire, "SELECT count(*) FROM kept") == [(0,)]
    assert ask(wire, "SELECT %s::int8 + 1", 1) == [(2,)]


def test_much_both_ways_at_once_does_not_jam(connection: Connection) -> None:
    """Whoever only sends, while the other does too, waits for ever."""
    much = b"x" * 4_000_000
    found = connection.wire.run([("SELECT %s::bytea", (much,))] * 12)
    assert [rows_of(one) for one in found] == [[(much,)]] * 12


def test_a_cut_connection_is_an_error_and_no_wait() -> None:
    dsn = postgres_dsn()
    for statements in (["SELECT 1"], ["SELECT 1", "SELECT 2"]):
        with psycopg.connect(dsn, autocommit=True) as killer:
            one = connect(dsn)
            one.wire.run([(text, ()) for text in statements])
            killer.execute("SELECT pg_terminate_backend(%s, 5000)", (one.info.backend_pid,))
            with pytest.raises(psycopg.OperationalError):
                one.wire.run([(text, ()) for text in statements])
            assert one.broken
            one.close()


def test_one_cut_off_while_it_waits_is_an_error() -> None:
    dsn = postgres_dsn()
    one = connect(dsn)
    with psycopg.connect(dsn, autocommit=True) as killer:
        killer.execute("SELECT pg_advisory_lock(1)")
        one.wire.run([("SET statement_timeout TO '200ms'", ())])
        with pytest.raises(psycopg.errors.QueryCanceled):
            one.wire.run([("SELECT pg_advisory_lock(1)", ()), ("SELECT 1", ())])
        assert ask(one.wire, "SELECT 1") == [(1,)]
    one.close()
