"""Prepared statements, in binary, several in one round trip.

The driver's own cursors spend more time on one change than the database does: they look for a type
for each value and wait for each statement. Here a statement is described by the server once for
each connection, which fixes how values are written, and all that is sent together is waited for
once.

Statements are written with `%s` or `%b` for each value. Instants are aware datetimes; a list is an
array of one dimension without NULL.
"""

import re
import selectors
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Any]]
_Write = Callable[[Any], bytes]
_Read = Callable[[bytes], Any]

_PLACEHOLDER: Final = re.compile("%[sb]")
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)  # the server's, for instants
_MICROSECOND: Final = timedelta(microseconds=1)
_ARRAY: Final = struct.Struct(">iIIiI")  # dimensions, whether NULLs, type, length, first index
_BOOL, _BYTEA, _INT8, _INT4, _TEXT, _FLOAT8, _TIMESTAMPTZ = 16, 17, 20, 23, 25, 701, 1184
_VARCHAR: Final = 1043


def _instant(data: bytes) -> datetime:
    return _EPOCH + int.from_bytes(data, signed=True) * _MICROSECOND


def _since_epoch(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _integer(data: bytes) -> int:
    return int.from_bytes(data, signed=True)


def _number(data: bytes) -> float:
    value: float = struct.unpack(">d", data)[0]
    return value


def _fixed(code: str, convert: Callable[[Any], Any] | None = None) -> _Write:
    pack = struct.Struct(f">{code}").pack
    if convert is None:
        return pack
    return lambda value: pack(convert(value))


def _array_fixed(element: int, code: str, convert: Callable[[Any], Any] | None = None) -> _Write:
    """An array of elements of one size."""
    size = struct.calcsize(f">{code}")

    def write(values: Sequence[Any]) -> bytes:
        count = len(values)
        parts: list[Any] = [size] * (2 * count)
        parts[1::2] = values if convert is None else map(convert, values)
        return _head(element, count) + struct.pack(">" + f"i{code}" * count, *parts)

    return write


def _array_of_bytes(element: int, write_one: _Write) -> _Write:
    def write(values: Sequence[Any]) -> bytes:
        parts = [_head(element, len(values))]
        for value in values:
            data = write_one(value)
            parts += (len(data).to_bytes(4), data)
        return b"".join(parts)

    return write


def _head(element: int, count: int) -> bytes:
    return _ARRAY.pack(1, 0, element, count, 1) if count else _ARRAY.pack(0, 0, element, 0, 0)[:12]


_WRITERS: Final[dict[int, _Write]] = {
    _BOOL: _fixed("?"),
    _BYTEA: bytes,
    _INT8: _fixed("q"),
    _INT4: _fixed("i"),
    _TEXT: str.encode,
    _VARCHAR: str.encode,
    _FLOAT8: _fixed("d"),
    _TIMESTAMPTZ: _fixed("q", _since_epoch),
    1000: _array_fixed(_BOOL, "?"),
    1001: _array_of_bytes(_BYTEA, bytes),
    1009: _array_of_bytes(_TEXT, str.encode),
    1016: _array_fixed(_INT8, "q"),
    1022: _array_fixed(_FLOAT8, "d"),
    1185: _array_fixed(_TIMESTAMPTZ, "q", _since_epoch),
}
_READERS: Final[dict[int, _Read]] = {
    _BOOL: lambda data: data != b"\0",
    _BYTEA: bytes,
    _INT8: _integer,
    _INT4: _integer,
    _TEXT: bytes.decode,
    _VARCHAR: bytes.decode,
    _FLOAT8: _number,
    _TIMESTAMPTZ: _instant,
}


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement that the server knows by name, and how its values are written."""

    name: bytes
    writers: tuple[_Write, ...]
    formats: tuple[int, ...]

    def written(self, values: Sequence[Any]) -> list[bytes | None]:
        try:
            return [
                None if value is None else write(value)
                for write, value in zip(self.writers, values, strict=True)
            ]
        except (struct.error, OverflowError) as error:
            raise errors.NumericValueOutOfRange(str(error)) from error


class Wire:
    """The statements of one connection, used by one thread at a time."""

    def __init__(self, driver: PGconn) -> None:
        self._driver = driver
        self._prepared: dict[str, _Prepared] = {}
        self._names = count()
        # Not the default kind: that would be one more open file for each connection.
        kind = getattr(selectors, "PollSelector", selectors.SelectSelector)
        self._selector: selectors.BaseSelector = kind()
        self._selector.register(self._driver.socket, selectors.EVENT_READ)

    def run(self, statements: Sequence[Statement]) -> list[PGresult]:
        """Send these in one go and wait for all; the result of each.

        After the first that fails, those behind it are not run. Raises: psycopg.Error,
        UnicodeError.
        """
        prepared = [self._known(text) for text, _ in statements]
        written = [
            one.written(values) for one, (_, values) in zip(prepared, statements, strict=True)
        ]
        driver = self._driver
        driver.enter_pipeline_mode()
        for one, values in zip(prepared, written, strict=True):
            driver.send_query_prepared(one.name, values, one.formats, 1)
        driver.pipeline_sync()
        self._flush()
        results = self._results()
        driver.exit_pipeline_mode()
        for result in results:
            if result.status == ExecStatus.FATAL_ERROR:
                raise _error_of(result)
        return results

    def _known(self, text: str) -> _Prepared:
        found = self._prepared.get(text)
        if found is None:
            found = self._prepared[text] = self._prepare(text)
        return found

    def _prepare(self, text: str) -> _Prepared:
        numbers = iter(range(1, text.count("%") + 1))
        command = _PLACEHOLDER.sub(lambda _: f"${next(numbers)}", text)
        name = b"openline_%d" % next(self._names)
        _require_success(self._driver.prepare(name, command.encode()))
        described = self._driver.describe_prepared(name)
        _require_success(described)
        types = [described.param_type(place) for place in range(described.nparams)]
        try:
            writers = tuple(_WRITERS[kind] for kind in types)
        except KeyError as error:
            raise psycopg.NotSupportedError(f"no way to write a value of type {error}") from None
        return _Prepared(name, writers, (1,) * len(types))

    def _flush(self) -> None:
        """Send everything, and read meanwhile: a server that cannot answer does not listen."""
        while self._driver.flush():
            self._selector.modify(self._driver.socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            self._selector.select()
            self._selector.modify(self._driver.socket, selectors.EVENT_READ)
            self._driver.consume_input()

    def _results(self) -> list[PGresult]:
        """One for each statement, once all have ended."""
        driver = self._driver
        results: list[PGresult] = []
        between = True  # each statement ends with None; two of them: nothing more will come
        while True:
            while driver.is_busy():
                self._selector.select()
                driver.consume_input()
            result = driver.get_result()
            if result is None:
                if between:
                    raise psycopg.OperationalError("the connection is lost")
                between = True
                continue
            between = False
            if result.status == ExecStatus.PIPELINE_SYNC:
                return results
            results.append(result)


def rows_of(result: PGresult) -> list[Row]:
    """The rows of a result."""
    value = result.get_value
    try:
        readers = [_READERS[result.ftype(column)] for column in range(result.nfields)]
    except KeyError as error:
        raise psycopg.NotSupportedError(f"no way to read a value of type {error}") from None
    return [
        tuple(
            None if (data := value(row, column)) is None else read(data)
            for column, read in enumerate(readers)
        )
        for row in range(result.ntuples)
    ]


def _require_success(result: PGresult) -> None:
    if result.status != ExecStatus.COMMAND_OK:
        raise _error_of(result)


def _error_of(result: PGresult) -> psycopg.Error:
    state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode("ascii", "replace")
    try:
        kind: type[psycopg.Error] = errors.lookup(state)
    except KeyError:
        # Without a state it comes from the client's side: the connection.
        kind = psycopg.DatabaseError if state else psycopg.OperationalError
    return kind(result.get_error_message("utf-8").removeprefix("ERROR:").strip())
