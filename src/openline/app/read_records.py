"""The record of a store, read in one instant while the server goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from openline.app.read_files import unreachable
from openline.errors import InvalidInput
from openline.store.ports import Reader, Record

_PAGE: Final = 1_000


def all_records(reader: Reader) -> Iterator[Record]:
    """Every record of one reader, in order."""
    after = 0
    while page := reader.records(after, _PAGE):
        yield from page
        after = page[-1].sequence


@contextmanager
def records_of_sqlite(name: str) -> Iterator[Callable[[], Iterator[Record]]]:
    """A function that gives every record of a database file, as of one instant, each time anew.

    Nothing is written. Raises: Unreachable if there is no such file; InvalidInput if it holds
    something else; StoreUnavailable.
    """
    from openline.store.sqlite.connection import open_reader, storage_errors
    from openline.store.sqlite.live import Live
    from openline.store.sqlite.reader import SqliteReader, WriterSight
    from openline.store.sqlite.schema import EMPTY, require_known, version_of

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
            reader = SqliteReader(connection, WriterSight(Live()))  # records need no index
            yield lambda: all_records(reader)
        finally:
            connection.close()
