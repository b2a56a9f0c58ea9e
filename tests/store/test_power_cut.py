"""Power cuts: whatever was acknowledged is there, and the file is sound."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from openline.store.ports import Transaction
from openline.store.sqlite import writer
from openline.store.sqlite.store import SqliteStore
from openline.store.sqlite.upkeep import integrity_problems
from tests.store.power_cut import Disk, RecordingVfs
from tests.store.samples import asking, intent, putting

RUNS = 4
CUTS = 75  # of each run
NIGHTLY_RUNS = 40
NIGHTLY_CUTS = 250
INTENTS = 60

_State = int | None  # the version of an intent; None: it is not there


class _Workload:
    """Bursts of changes to some intents, noting on the disk what was asked and acknowledged."""

    def __init__(self, path: Path, disk: Disk, vfs: str, seed: int) -> None:
        self._path, self._disk, self._vfs = path, disk, vfs
        self._rng = random.Random(seed)
        self._version = dict.fromkeys(range(INTENTS), 0)

    def run(self, bursts: int) -> None:
        store = SqliteStore(self._path, vfs=self._vfs)
        for _ in range(bursts):
            self._burst(store)
            if self._rng.random() < 0.1:  # a restart brings the log into the file and removes it
                store.close()
                store = SqliteStore(self._path, vfs=self._vfs)
        store.close()

    def _burst(self, store: SqliteStore) -> None:
        waiting = []
        for number in self._rng.sample(range(INTENTS), self._rng.randint(1, 8)):
            self._version[number] += 1
            version: _State = self._version[number]
            one = intent(number, version=self._version[number])
            change = putting(one)
            if self._rng.random() < 0.2:
                version, change = None, _removing(one.id)
            fails = self._rng.random() < 0.1
            if not fails:
                self._disk.note("asked", (number, version))
            future = store.submit(one.extents, _failing(change) if fails else change)
            if not fails:
                note = (number, version)
                future.add_done_callback(lambda _, note=note: self._disk.note("answered", note))
            waiting.append((future, fails))
        for future, fails in waiting:
            assert isinstance(future.exception(10), _Refused if fails else type(None))


class _Refused(Exception):
    pass


def _removing(intent_id: str):  # type: ignore[no-untyped-def]
    def change(transaction: Transaction) -> None:
        transaction.delete_intent(intent_id)
        transaction.append_record(intent(0).updated_at, "uss1", "intent.delete", b"")

    return change


def _failing(change):  # type: ignore[no-untyped-def]
    def failing(transaction: Transaction) -> None:
        change(transaction)
        raise _Refused

    return failing


def _expected(disk: Disk, cut: int) -> dict[int, set[_State]]:
    """For each intent: the states in which it may be after the cut."""
    may: dict[int, set[_State]] = {number: {None} for number in range(INTENTS)}
    for event in disk.events[:cut]:
        if event.kind == "asked":
            may[event.note[0]].add(event.note[1])
        elif event.kind == "answered":
            may[event.note[0]] = {event.note[1]}
    return may


def _losses(disk: Disk, cut: int, folder: Path, seed: int) -> list[str]:
    """What is wrong after a cut."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in disk.image(cut, random.Random(seed)).items():
        (folder / name).write_bytes(content)
    path = folder / "line.db"
    store = SqliteStore(path)
    try:
        wrong = []
        for number, may in _expected(disk, cut).items():
            found = store.read(asking(intent(number).id))
            version = None if found is None else found.version
            if version not in may:
                wrong.append(f"intent {number}: {version}, not one of {may}")
            elif found is not None and found != intent(number, version=found.version):
                wrong.append(f"intent {number} is garbled")
        records = store.read(lambda reader: reader.records(0, 1_000_000))
        if [record.sequence for record in records] != list(range(1, len(records) + 1)):
            wrong.append("the record has gaps")
    finally:
        store.close()
    return wrong + integrity_problems(path)


@pytest.fixture
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    monkeypatch.setattr(writer, "CHECKPOINT_PAGES", 40)  # often, so that cuts fall into them
    disk = Disk()
    vfs = RecordingVfs(f"cut-{request.node.name}", disk)
    yield disk
    vfs.unregister()


def _vfs_name(request: pytest.FixtureRequest) -> str:
    return f"cut-{request.node.name}"


def _cut_and_look(disk: Disk, tmp_path: Path, vfs: str, seed: int, cuts: int) -> None:
    (tmp_path / "run").mkdir()
    _Workload(tmp_path / "run" / "line.db", disk, vfs, seed).run(bursts=40)
    rng = random.Random(seed)
    places = rng.sample(range(1, len(disk.events) + 1), min(cuts, len(disk.events)))
    for place in places:
        wrong = _losses(disk, place, tmp_path / "after", seed + place)
        assert not wrong, f"seed {seed}, power cut after event {place}: {wrong[:5]}"


@pytest.mark.parametrize("seed", range(RUNS))
def test_nothing_acknowledged_is_lost(
    disk: Disk, tmp_path: Path, request: pytest.FixtureRequest, seed: int
) -> None:
    _cut_and_look(disk, tmp_path, _vfs_name(request), seed, CUTS)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(1_000, 1_000 + NIGHTLY_RUNS))
def test_nothing_acknowledged_is_lost_in_ten_thousand_cuts(
    disk: Disk, tmp_path: Path, request: pytest.FixtureRequest, seed: int
) -> None:
    _cut_and_look(disk, tmp_path, _vfs_name(request), seed, NIGHTLY_CUTS)


def test_a_disk_that_lies_is_found_out(
    disk: Disk, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The test can fail: where flushes do nothing, acknowledged changes are lost."""
    disk.lies = True
    with pytest.raises(Exception, match=r"power cut after event|damaged|database"):
        _cut_and_look(disk, tmp_path, _vfs_name(request), 1, CUTS)
