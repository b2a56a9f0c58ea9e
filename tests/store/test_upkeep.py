"""Backup, restore, integrity check and figures."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from openline.errors import InvalidInput, StoreUnavailable
from openline.store.sqlite.schema import NEWEST
from openline.store.sqlite.store import SqliteStore
from openline.store.sqlite.upkeep import back_up, figures, integrity_problems, restore
from tests.store.samples import START, asking, extent, intent, putting, subscription

COUNT = 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "line.db"
    with closing(SqliteStore(path)) as store:
        _fill(store, range(COUNT))
    return path


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def _fill(store: SqliteStore, numbers: range) -> None:
    for number in numbers:
        one = intent(number)
        store.submit(one.extents, putting(one)).result()


def _holds(path: Path, numbers: range) -> list[bool]:
    with closing(SqliteStore(path)) as store:
        return [store.read(asking(intent(number).id)) == intent(number) for number in numbers]


def _spoil(path: Path, statement: str) -> None:
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute(statement)


def test_a_backup_of_a_store_at_work_is_whole(store: SqliteStore, path: Path) -> None:
    """It holds everything acknowledged before, nothing half, and comes to an end."""
    stop = threading.Event()
    numbers = iter(range(1_000, 1_000_000))

    def write() -> None:
        while not stop.is_set():
            one = intent(next(numbers))
            store.submit(one.extents, putting(one)).result()

    writing = threading.Thread(target=write)
    writing.start()
    told: list[tuple[int, int]] = []
    copy = path.with_name("copy.db")
    try:
        back_up(path, copy, progress=lambda done, total: told.append((done, total)))
    finally:
        stop.set()
        writing.join()
    assert told[-1][0] == told[-1][1] > 0
    assert integrity_problems(copy) == []
    assert all(_holds(copy, range(COUNT)))


def test_a_backup_replaces_nothing(path: Path) -> None:
    copy = path.with_name("copy.db")
    copy.write_bytes(b"mine")
    with pytest.raises(InvalidInput, match="exists"):
        back_up(path, copy)
    assert copy.read_bytes() == b"mine"
    assert sorted(p.name for p in path.parent.iterdir()) == ["copy.db", "line.db", "line.db.lock"]


def test_a_backup_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        back_up(tmp_path / "nothing.db", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_restore_brings_back_what_was(path: Path) -> None:
    copy = path.with_name("copy.db")
    back_up(path, copy)
    with closing(SqliteStore(path)) as store:
        _fill(store, range(COUNT, COUNT + 5))
    replaced = restore(copy, path)
    assert _holds(path, range(COUNT + 5)) == [True] * COUNT + [False] * 5
    assert replaced is not None
    assert replaced.name == "line.db.replaced"
    assert all(_holds(replaced, range(COUNT + 5))), "what was there is kept"


def test_a_restore_over_a_crashed_file_keeps_its_log_away(path: Path) -> None:
    """A log that stayed would be played into the restored file."""
    copy = path.with_name("copy.db")
    back_up(path, copy)
    with closing(SqliteStore(path)) as store:
        _fill(store, range(COUNT, COUNT + 5))
        crashed = path.with_name("crashed.db")
        for tail in ("", "-wal"):
            other = crashed.with_name(crashed.name + tail)
            other.write_bytes(path.with_name(path.name + tail).read_bytes())
    replaced = restore(copy, crashed)
    assert replaced is not None
    assert _holds(crashed, range(COUNT + 5)) == [True] * COUNT + [False] * 5
    assert all(_holds(replaced, range(COUNT + 5)))


def test_a_restore_to_a_new_place(path: Path, tmp_path: Path) -> None:
    assert restore(path, tmp_path / "new.db") is None
    assert all(_holds(tmp_path / "new.db", range(COUNT)))


def test_a_restore_under_a_running_store_is_refused(store: SqliteStore, path: Path) -> None:
    copy = path.with_name("copy.db")
    back_up(path, copy)
    with pytest.raises(StoreUnavailable, match="another process writes"):
        restore(copy, path)
    assert store.read(asking(intent(1).id)) == intent(1)


def test_a_damaged_backup_is_not_restored(path: Path) -> None:
    copy = path.with_name("copy.db")
    back_up(path, copy)
    content = bytearray(copy.read_bytes())
    content[4096 * 3 : 4096 * 6] = b"\xaa" * (4096 * 3)
    copy.write_bytes(content)
    with pytest.raises(InvalidInput, match="damaged"):
        restore(copy, path)
    assert all(_holds(path, range(COUNT)))


def test_a_sound_file_has_no_problem_and_progress_ends(path: Path) -> None:
    told: list[tuple[int, int]] = []
    assert integrity_problems(path, progress=lambda done, total: told.append((done, total))) == []
    assert told[-1] == (COUNT, COUNT)


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE intents SET extents = substr(extents, 1, 40) WHERE key = 3", "row 3: cannot be"),
        ("UPDATE intents SET extents = x'01' WHERE key = 3", "row 3: is nowhere"),
        ("UPDATE intents SET updated_at = 1 << 62 WHERE key = 5", "row 5: cannot be read"),
        ("UPDATE subscriptions SET implicit = 7", "does not read as it was written"),
        ("UPDATE intents SET state = 'Lost' WHERE key = 4", "row 4: cannot be read"),
        ("DELETE FROM records WHERE sequence = 7", "the record has gaps"),
        (f"INSERT INTO checkpoints VALUES ({COUNT + 1}, zeroblob(32), 'n')", "more entries than"),
        ("INSERT INTO checkpoints VALUES (1, zeroblob(31), 'n')", "no root"),
        ("UPDATE intents SET subscription_id = 'gone' WHERE key = 6", "which is not there"),
    ],
)
def test_a_spoilt_row_is_found(path: Path, statement: str, problem: str) -> None:
    with closing(SqliteStore(path)) as store:
        interest = subscription(1)
        store.submit([interest.extent], lambda t: t.put_subscription(interest)).result()
    _spoil(path, statement)
    found = integrity_problems(path)
    assert len(found) == 1
    assert problem in found[0]


def test_damaged_pages_are_found(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 2 : 4096 * 5] = b"\x55" * (4096 * 3)
    path.write_bytes(content)
    assert integrity_problems(path)


def test_figures_say_what_is_there(store: SqliteStore, path: Path) -> None:
    interest = subscription(1)
    store.submit([interest.extent], lambda t: t.put_subscription(interest)).result()
    found = figures(path)
    assert found.rows == {
        "intents": COUNT,
        "constraints": 0,
        "subscriptions": 1,
        "availability": 0,
        "reports": 0,
        "records": COUNT,
        "checkpoints": 0,
        "documents": 0,
    }
    assert found.schema == NEWEST
    assert found.file_bytes == path.stat().st_size
    assert found.log_bytes > 0
    assert found.commits == COUNT + 1
    assert found.oldest_end_us == int(extent().time_end.timestamp()) * 1_000_000
    assert found.newest_record_us == int(START.timestamp()) * 1_000_000 + 1
