"""`openline db`: what it prints, where it goes, and how it ends."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from openline.store.sqlite.schema import NEWEST
from openline.store.sqlite.store import SqliteStore
from tests.store.samples import asking, intent, putting
from tests.unit.command import invoke

COUNT = 5


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with the database that `serve` would use there."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENLINE_DB", "OPENLINE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    with closing(SqliteStore("openline.db")) as store:
        for number in range(COUNT):
            one = intent(number)
            store.submit(one.extents, putting(one)).result()
    return tmp_path


def _count(path: Path) -> int:
    with closing(SqliteStore(path)) as store:
        return sum(store.read(asking(intent(n).id)) is not None for n in range(COUNT + 1))


def test_stats_counts_the_default_database(folder: Path) -> None:
    found = json.loads(invoke("db", "stats", "--json").stdout)
    assert found["intents"] == found["records"] == COUNT
    assert found["schema"] == NEWEST
    assert found["oldest_end"] == "2026-11-22T10:00:00Z"
    assert found["newest_record"] == "2026-11-22T09:00:00Z"
    words = invoke("db", "stats").stdout
    assert f"intents          {COUNT:>24}" in words.splitlines()


def test_the_database_comes_from_the_settings_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "openline.db").rename(folder / "sky.db")
    assert invoke("db", "stats").exit_code == 2
    assert invoke("db", "stats", "--db", "sky.db").exit_code == 0
    monkeypatch.setenv("OPENLINE_DB", "sky.db")
    assert invoke("db", "stats").exit_code == 0


def test_backup_and_restore(folder: Path) -> None:
    done = invoke("db", "backup", "copy.db", "--json")
    assert json.loads(done.stdout) == {
        "backup": "copy.db",
        "bytes": (folder / "copy.db").stat().st_size,
    }
    with closing(SqliteStore("openline.db")) as store:
        one = intent(COUNT)
        store.submit(one.extents, putting(one)).result()
    refused = invoke("db", "restore", "copy.db")
    assert refused.exit_code == 2
    assert "--force" in refused.stderr
    assert _count(folder / "openline.db") == COUNT + 1
    done = invoke("db", "restore", "copy.db", "--force")
    assert done.exit_code == 0
    assert done.stdout == ""
    assert "openline.db.replaced" in done.stderr
    assert _count(folder / "openline.db") == COUNT
    assert _count(folder / "openline.db.replaced") == COUNT + 1


def test_a_backup_replaces_no_file(folder: Path) -> None:
    (folder / "copy.db").write_bytes(b"mine")
    done = invoke("db", "backup", "copy.db")
    assert done.exit_code == 2
    assert "the file exists" in done.stderr


def test_check_says_sound_or_what_is_wrong(folder: Path) -> None:
    done = invoke("db", "check")
    assert (done.exit_code, done.stdout) == (0, "The database is sound.\n")
    path = folder / "openline.db"
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 8] = bytes(4096 * 6)
    path.write_bytes(content)
    done = invoke("db", "check", "--json")
    assert done.exit_code == 2
    found = json.loads(done.stdout)
    assert found["ok"] is False
    assert found["problems"]


def test_upgrade_goes_down_and_up_with_backups(folder: Path) -> None:
    done = invoke("db", "upgrade")
    assert done.stdout == f"Nothing to do: the database has schema {NEWEST}.\n"
    done = invoke("db", "upgrade", "--to", "1", "--json")
    found = json.loads(done.stdout)
    assert (found["schema_before"], found["schema"]) == (NEWEST, 1)
    assert Path(found["backup"]).exists()
    done = invoke("db", "upgrade")
    assert done.stdout == f"From schema 1 to {NEWEST}.\n"
    assert "openline.db.schema-1.backup" in done.stderr
    assert _count(folder / "openline.db") == COUNT


@pytest.mark.parametrize("words", [("upgrade", "--to", "1"), ("restore", "openline.db", "--force")])
def test_a_server_at_work_is_not_disturbed(folder: Path, words: tuple[str, ...]) -> None:
    with closing(SqliteStore("openline.db")):
        done = invoke("db", *words)
        assert done.exit_code == 3
        assert "another process writes this database" in done.stderr
        assert invoke("db", "check").exit_code == 0
        assert invoke("db", "backup", "copy.db").exit_code == 0
        assert invoke("db", "stats").exit_code == 0


@pytest.mark.parametrize("place", [":memory:", "mysql://host/sky"])
def test_what_is_no_database_is_refused(folder: Path, place: str) -> None:
    done = invoke("db", "stats", "--db", place)
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: ")


def test_a_backup_of_postgres_is_left_to_postgres(folder: Path) -> None:
    done = invoke("db", "backup", "copy.db", "--db", "postgresql://host/sky")
    assert done.exit_code == 2
    assert "pg_dump" in done.stderr


def test_a_schema_that_does_not_exist_is_refused(folder: Path) -> None:
    done = invoke("db", "upgrade", "--to", "99")
    assert done.exit_code == 2
    assert "there is no schema 99" in done.stderr
