"""Full, failing and read-only disks: a clear refusal, nothing corrupt, and work goes on after."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import apsw
import pytest

from openline.errors import StoreUnavailable
from openline.store.sqlite.store import SqliteStore
from openline.store.sqlite.upkeep import integrity_problems
from tests.store.faulty import Faults, FaultyVfs
from tests.store.samples import asking, extent, intent, putting

VFS = "faulty"


@pytest.fixture
def faults() -> Iterator[Faults]:
    faults = Faults()
    vfs = FaultyVfs(VFS, faults)
    yield faults
    vfs.unregister()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "line.db"


@pytest.fixture
def store(faults: Faults, path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path, vfs=VFS)
    yield store
    faults.__init__()  # type: ignore[misc]
    store.close()


def _put(store: SqliteStore, number: int, version: int = 1) -> Future[str]:
    one = intent(number, version=version)
    return store.submit(one.extents, putting(one))


def _versions(store: SqliteStore, count: int) -> list[int | None]:
    found = [store.read(asking(intent(number).id)) for number in range(count)]
    return [None if one is None else one.version for one in found]


def _is_refused(future: Future[str]) -> bool:
    error = future.exception(10)
    assert error is None or isinstance(error, StoreUnavailable), repr(error)
    return error is not None


def _matches(store: SqliteStore, number: int) -> list[str]:
    return [one.id for one in store.read(lambda r: r.intents_matching(intent(number).extents))]


def test_a_full_disk_refuses_and_recovers(faults: Faults, store: SqliteStore, path: Path) -> None:
    _put(store, 0).result(10)
    faults.room = 60_000
    refused = [number for number in range(1, 200) if _is_refused(_put(store, number))]
    assert 0 < len(refused) < 199
    kept = [number for number in range(200) if number not in refused]
    assert _versions(store, 200) == [1 if number in kept else None for number in range(200)]
    assert all(_matches(store, number) == [] for number in refused)
    faults.room = None
    store.check()
    for number in refused:
        _put(store, number).result(10)
    assert _versions(store, 200) == [1] * 200
    assert integrity_problems(path) == []


def test_of_a_batch_that_does_not_fit_the_small_ones_succeed(
    faults: Faults, store: SqliteStore
) -> None:
    """One huge change fills the disk; those that share its commit are tried alone."""
    _put(store, 0).result(10)
    huge = intent(1, extents=[extent(first * 20_000, 20_000) for first in range(8)])
    gate = threading.Event()
    holding = store.submit((), lambda _: gate.wait(10))  # until all of them wait
    futures = [_put(store, 2), store.submit(huge.extents, putting(huge)), _put(store, 3)]
    faults.room = 400_000
    gate.set()
    holding.result(10)
    assert [_is_refused(future) for future in futures] == [False, True, False]
    assert _versions(store, 4) == [1, None, 1, 1]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (apsw.IOError, "disk reports an error"),
        (apsw.ReadOnlyError, "cannot be written"),
        (apsw.FullError, "disk is full"),
    ],
)
def test_a_disk_that_does_not_write_refuses(
    faults: Faults, store: SqliteStore, path: Path, error: type[apsw.Error], words: str
) -> None:
    _put(store, 0).result(10)
    faults.write_error = error
    assert _is_refused(_put(store, 0, version=2))
    assert _is_refused(_put(store, 1))
    with pytest.raises(StoreUnavailable, match=words):
        store.check()
    assert _versions(store, 2) == [1, None], "reading goes on"
    faults.write_error = None
    _put(store, 1).result(10)
    assert _versions(store, 2) == [1, 1]
    assert integrity_problems(path) == []


def test_a_flush_that_fails_is_no_acknowledgement(
    faults: Faults, store: SqliteStore, path: Path
) -> None:
    _put(store, 0).result(10)
    faults.flush_error = apsw.IOError
    assert _is_refused(_put(store, 0, version=2))
    assert _versions(store, 1) == [1]
    faults.flush_error = None
    _put(store, 0, version=3).result(10)
    assert _versions(store, 1) == [3]
    assert integrity_problems(path) == []


def test_a_file_that_cannot_grow_refuses_and_recovers(store: SqliteStore, path: Path) -> None:
    """SQLite's own limit of pages: no room in the file itself, whatever the log has."""
    _put(store, 0).result(10)
    _limit_pages(store, 30)
    refused = [number for number in range(1, 300) if _is_refused(_put(store, number))]
    assert refused
    _limit_pages(store, 1_000_000)
    _put(store, 1_000).result(10)
    found = _versions(store, 300)
    assert found == [None if number in refused else 1 for number in range(300)]
    assert integrity_problems(path) == []


def _limit_pages(store: SqliteStore, pages: int) -> None:
    pragma = f"PRAGMA max_page_count = {pages}"
    store.submit((), lambda t: t._connection.execute(pragma).fetchall()).result(10)  # type: ignore[attr-defined]


def test_a_read_only_file_is_refused_at_the_start(faults: Faults, path: Path) -> None:
    store = SqliteStore(path, vfs=VFS)
    _put(store, 0).result(10)
    store.close()
    faults.is_read_only = True
    with pytest.raises(StoreUnavailable):
        SqliteStore(path, vfs=VFS)
    faults.is_read_only = False
    store = SqliteStore(path, vfs=VFS)
    assert _versions(store, 1) == [1]
    store.close()


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="folder"):
        SqliteStore(tmp_path / "nowhere" / "line.db")


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        SqliteStore(tmp_path)


def test_garbage_is_refused(path: Path) -> None:
    path.write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreUnavailable, match="no database"):
        SqliteStore(path)
    assert path.read_bytes() == b"no database" * 1_000
