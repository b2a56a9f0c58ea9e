"""The record of a store as an export: what the server sealed, and both verifiers take it."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import apsw
import pytest

from openline.app.key_files import create_key
from openline.app.seal_record import Sealer
from openline.line.note import cosign, parse_note
from openline.store.ports import Store, Transaction
from openline.store.sqlite.connection import open_writer
from openline.store.sqlite.schema import migrate
from openline.store.sqlite.store import SqliteStore
from tests.unit.command import invoke
from tests.unit.record_samples import KEY, NORTH, ORIGIN, SOUTH, START, WITNESS, entries
from tests.unit.test_record_export import both_verdicts

COUNT = 40


def _append(store: Store, first: int, last: int) -> None:
    def change(transaction: Transaction) -> None:
        for entry in entries(last)[first - 1 :]:
            transaction.append_record(entry.time, entry.party, entry.kind, entry.body)

    store.submit((), change).result()


def _fill(store: Store) -> None:
    """Entries one by one, each under a checkpoint of its own; the third is cosigned."""
    sealer = Sealer(store, NORTH, ORIGIN)
    for number in range(1, COUNT + 1):
        _append(store, number, number)
        sealer.seal()
    third = store.read(lambda r: r.checkpoints(2, 1))[0]
    note = parse_note(third.note.encode())
    both = note.signed(cosign(note.text, WITNESS.name, SOUTH, START))
    cosigned = replace(third, note=str(both))
    store.submit((), lambda t: t.put_checkpoint(cosigned)).result()


@pytest.fixture
def db(tmp_path: Path) -> str:
    path = tmp_path / "line.db"
    with closing(SqliteStore(path)) as store:
        _fill(store)
    return str(path)


@pytest.fixture
def postgres_db() -> str:
    from tests.postgres_server import postgres_dsn

    dsn = postgres_dsn()
    store_class = pytest.importorskip("openline.store.postgres.store").PostgresStore
    store = store_class(dsn)
    _fill(store)
    store.close()
    return dsn


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def _sizes(path: Path) -> list[int]:
    """Under how many entries each checkpoint stands."""
    sizes, count = [], 0
    for line in _lines(path):
        kind = json.loads(line)["type"]
        count += kind == "entry"
        if kind == "checkpoint":
            sizes.append(count)
    return sizes


def _check(db: str, out: Path) -> None:
    done = invoke("record", "export", str(out), "--db", db, "--batch", "16")
    assert done.exit_code == 0, done.output
    assert f"wrote {out}: {COUNT} entries\n" in done.output
    assert "not sealed" not in done.output
    assert both_verdicts(_lines(out)) == 0
    assert _sizes(out) == [3, 19, 35, COUNT], "about 16 between, the cosigned one, the last"
    verified = invoke("record", "verify", str(out), "--key", str(KEY))
    assert verified.exit_code == 0, verified.output
    report = invoke("record", "report", str(out))
    assert report.exit_code == 0
    assert f"{COUNT} of {COUNT} entries, verified" in report.output


def test_an_export_has_what_the_server_sealed(db: str, tmp_path: Path) -> None:
    _check(db, tmp_path / "day.record")


def test_from_postgresql_too(postgres_db: str, tmp_path: Path) -> None:
    _check(postgres_db, tmp_path / "day.record")


def test_what_is_not_sealed_yet_is_left_out_and_counted(db: str, tmp_path: Path) -> None:
    out = tmp_path / "day.record"
    with closing(SqliteStore(db)) as store:
        _append(store, COUNT + 1, COUNT + 2)
        done = invoke("record", "export", str(out), "--db", db)  # while the server is at work
    assert "2 newer entries are not in it" in done.output
    assert both_verdicts(_lines(out)) == 0
    assert _sizes(out) == [3, COUNT]


def test_every_checkpoint_can_be_asked_for(db: str, tmp_path: Path) -> None:
    out = tmp_path / "day.record"
    invoke("record", "export", str(out), "--db", db, "--batch", "1")
    assert _sizes(out) == list(range(1, COUNT + 1))
    assert both_verdicts(_lines(out)) == 0


def test_a_changed_row_is_refused_with_its_range(db: str, tmp_path: Path) -> None:
    with closing(apsw.Connection(db)) as connection:
        connection.execute("UPDATE records SET kind = 'other' WHERE sequence = 20")
    out = tmp_path / "day.record"
    invoke("record", "export", str(out), "--db", db, "--batch", "16")
    refused = invoke("record", "verify", str(out))
    assert refused.exit_code == 1
    assert "entries 20 to 35" in refused.output


def test_signed_now_with_a_key(db: str, tmp_path: Path) -> None:
    key, out = str(tmp_path / "other.key"), tmp_path / "day.record"
    create_key(key)
    words = ("--key", key, "--name", "other.example", "--batch", "16")
    done = invoke("record", "export", str(out), "--db", db, *words)
    assert done.exit_code == 0, done.output
    assert _sizes(out) == [16, 32, COUNT]
    assert both_verdicts(_lines(out)) == 0
    half = invoke("record", "export", str(out), "--db", db, "--key", key)
    assert (half.exit_code, "together" in half.output) == (2, True)


def test_a_record_that_was_never_sealed_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "line.db"
    with closing(SqliteStore(path)) as store:
        _append(store, 1, 3)
    done = invoke("record", "export", str(tmp_path / "out"), "--db", str(path))
    assert done.exit_code == 2
    assert "never sealed" in done.output
    assert "--key FILE --name NAME" in done.output
    assert not (tmp_path / "out").exists()


def test_an_older_schema_says_what_to_do(db: str) -> None:
    with closing(open_writer(Path(db))) as connection:
        migrate(connection, 2)
    done = invoke("record", "export", "-", "--db", db)
    assert done.exit_code == 2
    assert "openline db upgrade" in done.output
    figures = invoke("db", "stats", "--db", db, "--json")
    assert (figures.exit_code, json.loads(figures.output)["schema"]) == (0, 2)
    assert invoke("db", "check", "--db", db).exit_code == 0
    assert invoke("db", "upgrade", "--db", db).exit_code == 0
    assert "never sealed" in invoke("record", "export", "-", "--db", db).output


def test_what_holds_no_record(tmp_path: Path) -> None:
    missing = invoke("record", "export", "-", "--db", str(tmp_path / "none.db"))
    assert missing.exit_code == 3
    other = tmp_path / "other.db"
    with closing(apsw.Connection(str(other))) as connection:
        connection.execute("CREATE TABLE notes (text)")
    refused = invoke("record", "export", "-", "--db", str(other))
    assert (refused.exit_code, "another program" in refused.output) == (2, True)
