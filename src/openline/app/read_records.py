"""The record of a store, read while the server goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import methodcaller
from pathlib import Path
from typing import Final, Protocol, TypeVar

from openline.app.cosign_record import WITNESS_KIND
from openline.app.read_files import unreachable
from openline.app.seal_record import KEY_KIND, KEY_NAME
from openline.errors import InvalidInput
from openline.formats.record_lines import WITNESSES_MAX
from openline.line.note import Note, VerifierKey, parse_note, parse_verifier_key
from openline.store.ports import Reader, Record, StoredCheckpoint

T = TypeVar("T")
_PAGE: Final = 1_000
POSTGRES: Final = ("postgresql://", "postgres://")


class Source(Protocol):
    """Where the record is read: any store, or a file that a server may be writing."""

    def read(self, query: Callable[[Reader], T]) -> T:
        """The answer of a query. Raises: StoreUnavailable."""
        ...


def last_sequence(source: Source) -> int:
    """How many entries there are now."""
    return source.read(lambda reader: reader.last_sequence())


def records_of(source: Source, size: int) -> Iterator[Record]:
    """The first `size` records, in order. They never change: each page is a query of its own."""
    after = 0
    while after < size:
        limit = min(_PAGE, size - after)
        page: list[Record] = source.read(methodcaller("records", after, limit))
        if not page:
            return
        yield from page
        after = page[-1].sequence


def key_of(source: Source) -> VerifierKey:
    """The key that seals the record. Raises: InvalidInput if nothing was ever sealed."""
    held = source.read(lambda reader: reader.document(KEY_KIND, KEY_NAME))
    if held is None:
        raise InvalidInput(
            "the record was never sealed",
            cure="start the server once, or sign now: --key FILE --name NAME",
        )
    return parse_verifier_key(held.decode("utf-8", "replace"))


def witnesses_of(source: Source) -> tuple[VerifierKey, ...]:
    """The keys of those who have cosigned a checkpoint."""
    held = source.read(lambda reader: reader.documents(WITNESS_KIND, "", WITNESSES_MAX))
    return tuple(parse_verifier_key(body.decode("utf-8", "replace")) for _, body in held)


def chosen_checkpoints(source: Source, batch: int) -> tuple[int, list[Note]]:
    """How many entries are sealed, and checkpoints of them with about `batch` entries between.

    The last one is among them, and every one that somebody cosigned. Raises: InvalidInput if
    there is none, or a note is none.
    """
    last = source.read(lambda reader: reader.last_checkpoint())
    if last is None:
        raise InvalidInput(
            "nothing of the record is sealed yet",
            cure="start the server once, or sign now: --key FILE --name NAME",
        )
    chosen: list[Note] = []
    after = taken = 0
    while after < last.size:
        page: list[StoredCheckpoint] = source.read(methodcaller("checkpoints", after, _PAGE))
        for one in page:
            after = one.size
            if after > last.size:
                break
            note = parse_note(one.note.encode())
            if after >= taken + batch or after == last.size or len(note.signatures) > 1:
                chosen.append(note)
                taken = after
    return last.size, chosen


@contextmanager
def source_of(name: str) -> Iterator[Source]:
    """The record of a database: a file, or `postgresql://…`. Nothing is written.

    Raises: Unreachable if there is no such file; InvalidInput if it holds something else, or a
    schema that this release does not know or that has no checkpoints yet; StoreUnavailable.
    """
    if not name.startswith(POSTGRES):
        with _file(name) as source:
            yield source
        return
    try:
        from openline.store.postgres.migrations import version_of_database
        from openline.store.postgres.store import PostgresStore
    except ModuleNotFoundError as error:
        raise InvalidInput(
            f"PostgreSQL needs {error.name}, which is not installed",
            cure="pip install 'openline[postgres]'",
        ) from None
    if version_of_database(name) == 0:  # a store would make its tables there
        raise InvalidInput("there is no record in the database")
    store = PostgresStore(name, writers=1, readers=1)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _file(name: str) -> Iterator[Source]:
    """A database file as of one instant."""
    from openline.store.sqlite.connection import open_reader, storage_errors
    from openline.store.sqlite.live import Live
    from openline.store.sqlite.reader import SqliteReader, WriterSight
    from openline.store.sqlite.schema import EMPTY, NEWEST, require_known, version_of

    path = Path(name)
    if not path.is_file():
        raise unreachable(name, FileNotFoundError())
    with storage_errors(path):
        connection = open_reader(path)
        try:
            connection.execute("BEGIN")
            version = version_of(connection)
            require_known(version)
            if version == EMPTY:
                raise InvalidInput("there is no record in it", file=name)
            if version < NEWEST:
                raise InvalidInput(
                    f"the database has schema {version}, this release reads {NEWEST}",
                    cure="openline db upgrade, or start the server once",
                    file=name,
                )
            # The record needs no index.
            yield _Snapshot(SqliteReader(connection, WriterSight(Live())))
        finally:
            connection.close()


class _Snapshot:
    """One reader as a source."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, query: Callable[[Reader], T]) -> T:
        """The answer of a query."""
        return query(self._reader)
