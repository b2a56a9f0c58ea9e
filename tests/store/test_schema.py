"""The schema goes up and down with data in it; unknown ones are refused; older ones are kept."""

from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import pytest

from openline.airspace.reference import Availability, Report, UssAvailability
from openline.errors import InvalidInput
from openline.store.ports import Transaction
from openline.store.sqlite import store as store_module
from openline.store.sqlite.connection import open_writer
from openline.store.sqlite.migrations import STEPS
from openline.store.sqlite.migrations.step import Step
from openline.store.sqlite.schema import EMPTY, NEWEST, migrate, version_of
from openline.store.sqlite.store import SqliteStore
from openline.store.sqlite.upkeep import integrity_problems, upgrade
from tests.store.samples import START, asking, constraint, extent, intent, putting, subscription

_TABLES = (
    *("intents", "constraints", "subscriptions"),
    *("availability", "reports", "records"),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of the newest schema with data in every table of references."""
    path = tmp_path / "line.db"
    with closing(SqliteStore(path)) as store:
        for number in range(20):
            one = intent(number)
            store.submit(one.extents, putting(one)).result()
        closed = constraint(30)
        store.submit(closed.extents, lambda t: t.put_constraint(closed)).result()
        interest = subscription(40)
        store.submit([interest.extent], lambda t: t.put_subscription(interest)).result()
        store.submit((), _keep_small_things).result()
    return path


def _keep_small_things(transaction: Transaction) -> None:
    transaction.append_record(START, "north", "kind", b"body")
    transaction.put_availability(Availability("uss1", UssAvailability.DOWN, "1"))
    transaction.add_report(Report("report", "uss1", START, b"{}"))


def _content(path: Path) -> dict[str, list[Any]]:
    with closing(apsw.Connection(str(path))) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in _TABLES
        }


def _schema(path: Path) -> set[str]:
    with closing(apsw.Connection(str(path))) as connection:
        return {str(row[0]) for row in connection.execute("SELECT sql FROM sqlite_schema")}


def _migrate(path: Path, version: int) -> None:
    with closing(open_writer(path)) as connection:
        migrate(connection, version)
        assert version_of(connection) == version


@pytest.mark.parametrize("version", range(1, NEWEST))
def test_down_and_up_keeps_every_row(path: Path, version: int) -> None:
    content, schema = _content(path), _schema(path)
    _migrate(path, version)
    assert _schema(path) != schema
    assert _content(path) == content
    _migrate(path, NEWEST)
    assert _schema(path) == schema
    assert _content(path) == content
    assert integrity_problems(path) == []


def test_all_the_way_down_leaves_an_empty_file_that_serves_again(path: Path) -> None:
    schema = _schema(path)
    _migrate(path, EMPTY)
    assert _schema(path) == set()
    _migrate(path, NEWEST)
    assert _schema(path) == schema
    assert all(rows == [] for rows in _content(path).values())


def test_each_step_goes_up_and_down_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "steps.db"
    seen = [_schema_at(path, version) for version in range(NEWEST + 1)]
    assert [_schema_at(path, version) for version in range(NEWEST, -1, -1)] == seen[::-1]


def _schema_at(path: Path, version: int) -> set[str]:
    _migrate(path, version)
    return _schema(path)


def test_a_store_brings_an_older_file_up_after_a_backup(path: Path) -> None:
    _migrate(path, 1)
    content = _content(path)
    with closing(SqliteStore(path)) as store:
        assert store.read(asking(intent(3).id)) == intent(3)
        assert store.read(lambda r: r.subscriptions_matching([extent(400)])) == [subscription(40)]
    backup = path.with_name("line.db.schema-1.backup")
    with closing(apsw.Connection(str(backup))) as connection:
        assert version_of(connection) == 1
    assert _content(backup) == content == _content(path)
    _migrate(path, 1)
    SqliteStore(path).close()
    assert path.with_name("line.db.schema-1-2.backup").exists(), "no backup is replaced"


def test_a_newer_file_is_refused_and_left_alone(path: Path) -> None:
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (NEWEST + 1,))
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match=f"schema {NEWEST + 1}; this release knows {NEWEST}"):
        SqliteStore(path)
    assert path.read_bytes() == before
    assert list(path.parent.glob("*.backup")) == []


def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("CREATE TABLE notes (text)")
    with pytest.raises(InvalidInput, match="another program"):
        SqliteStore(path)
    with closing(apsw.Connection(str(path))) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (1,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_step_that_fails_leaves_everything_as_it_was(path: Path) -> None:
    bad = Step(NEWEST + 1, "bad", ("DROP TABLE records", "DROP TABLE no_such_table"), ())
    content, schema = _content(path), _schema(path)
    with closing(open_writer(path)) as connection:
        with pytest.raises(apsw.SQLError):
            migrate(connection, NEWEST + 1, steps=(*STEPS, bad))
        assert version_of(connection) == NEWEST
    assert (_content(path), _schema(path)) == (content, schema)


def test_a_step_may_rewrite_rows(path: Path) -> None:
    step = Step(
        NEWEST + 1,
        "another column",
        ("ALTER TABLE intents ADD COLUMN priority INTEGER NOT NULL DEFAULT 0",),
        ("ALTER TABLE intents DROP COLUMN priority",),
    )
    content = _content(path)
    with closing(open_writer(path)) as connection:
        for version in (NEWEST + 1, NEWEST, NEWEST + 1, NEWEST):
            migrate(connection, version, steps=(*STEPS, step))
    assert _content(path) == content


def test_upgrade_goes_down_for_an_older_release(path: Path) -> None:
    content = _content(path)
    version, backup = upgrade(path, 1)
    assert version == NEWEST
    assert backup is not None
    assert _content(backup) == content
    assert upgrade(path) == (1, path.with_name("line.db.schema-1.backup"))
    assert upgrade(path) == (NEWEST, None)
    with pytest.raises(InvalidInput, match="no schema 99"):
        upgrade(path, 99)


def test_no_step_names_a_clock() -> None:
    for step in STEPS:
        assert "now" not in " ".join((*step.up, *step.down)).lower()
    assert len(STEPS) == store_module.NEWEST
