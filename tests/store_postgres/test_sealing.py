"""Several processes seal one record in PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from openline.app.seal_record import Sealer
from openline.errors import InvalidInput
from openline.line.record.entry import Entry
from openline.line.record.proof import inclusion_holds
from openline.line.record.tree import Tree, TreeHead
from openline.store.ports import Record
from openline.store.postgres.store import PostgresStore
from tests.unit.record_samples import NORTH, ORIGIN, SOUTH, START

WRITERS = 4
ROUNDS = 40


def _leaf(record: Record) -> bytes:
    return Entry(record.sequence, record.time, record.party, record.kind, record.body).leaf_hash()


def test_two_sealers_make_one_record(dsn: str, stores: list) -> None:
    """While entries come, both seal, each with a store of its own, as two processes have."""
    stores += [PostgresStore(dsn), PostgresStore(dsn)]
    sealers = [Sealer(store, NORTH, ORIGIN) for store in stores]
    done = threading.Event()

    def write(number: int) -> None:
        for turn in range(ROUNDS):
            body = b"%d/%d" % (number, turn)
            change = lambda t, body=body: t.append_record(START, "north", "kind", body)  # noqa: E731
            stores[number % 2].submit((), change).result(60)

    def seal(sealer: Sealer) -> None:
        while not done.is_set():
            sealer.seal()

    with ThreadPoolExecutor(WRITERS + 2) as pool:
        sealing = [pool.submit(seal, sealer) for sealer in sealers]
        for writing in [pool.submit(write, number) for number in range(WRITERS)]:
            writing.result(60)
        done.set()
        for one in sealing:
            one.result(60)
    count = WRITERS * ROUNDS
    assert [sealer.seal() for sealer in sealers] == [count, count]
    records = stores[0].read(lambda r: r.records(0, 1000))
    tree = Tree(_leaf(record) for record in records)
    checkpoints = stores[0].read(lambda r: r.checkpoints(0, 1000))
    assert all(one.root == tree.root(one.size) for one in checkpoints)
    assert all(one.size < other.size for one, other in pairwise(checkpoints))
    assert checkpoints[-1].size == count
    for sealer in sealers:
        proof = sealer.inclusion(count // 2)
        head = TreeHead(proof.checkpoint.size, proof.checkpoint.root)
        assert inclusion_holds(head, count // 2 - 1, proof.leaf, proof.path)


def test_of_two_first_starts_with_two_keys_one_is_refused(dsn: str, stores: list) -> None:
    stores += [PostgresStore(dsn), PostgresStore(dsn)]
    start = threading.Barrier(2)

    def first(number: int) -> str:
        start.wait(30)
        try:
            Sealer(stores[number], (NORTH, SOUTH)[number], ORIGIN)
        except InvalidInput:
            return "refused"
        return "kept"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(first, range(2))) == ["kept", "refused"]
