"""Where `openline bundle` writes from and reads into: a server, or the database of one."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from openline.cli.line_connection import session_file
from openline.errors import InvalidInput, OpenlineError, Unreachable

if TYPE_CHECKING:
    from openline.api.line.bundle_wire import Account
    from openline.client import Client
    from openline.line.signing import Signer

_KEPT: Final = "bundles.json"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A bundle as bytes; None if there is nothing to say. entry: of the record, up to which."""

    data: bytes | None
    entry: int
    more: int
    left_out: int


class Reached(Protocol):
    """A server or a database, for one party."""

    @property
    def address(self) -> str:
        """Where it is."""
        ...

    @property
    def party(self) -> str:
        """Whose bundles they are."""
        ...

    def file(self, to: str, after: int, threads: tuple[str, ...], *, packed: bool) -> MadeFile:
        """What the party said to another one."""
        ...

    def texts(self, to: str, thread: str, after: int) -> list[str]:
        """The same of one thread, to read out."""
        ...

    def take(self, data: bytes) -> "Account":
        """Put what came on the record."""
        ...


@contextmanager
def reached(
    connect: "Callable[[str | None, str | None, str | None, str | None], Client]",
    given: dict[str, Any],
) -> Iterator[Reached]:
    """What the options lead to. Raises: InvalidInput, Unreachable, StoreUnavailable."""
    if given["db"] is None:
        with connect(given["server"], given["token"], given["key"], given["officer"]) as client:
            yield _Server(client)
        return
    from openline.app.key_files import signer_of

    if given["key"] is None:
        raise InvalidInput("--db needs the key of the party", cure="give --key FILE")
    yield _Database(given["db"], signer_of(given["key"]))


class _Server:
    """A server that is asked over HTTP."""

    def __init__(self, client: "Client") -> None:
        self._client = client
        self.address = client.url
        self.party = client.me().party

    def file(self, to: str, after: int, threads: tuple[str, ...], *, packed: bool) -> MadeFile:
        """What the party said to another one."""
        from openline.cli.line_look import full_id

        named = tuple(full_id(self._client, thread) for thread in threads)
        made, data = self._client.make_bundle(to, after, named, packed=packed)
        return MadeFile(data, made.entry, made.more, made.left_out)

    def texts(self, to: str, thread: str, after: int) -> list[str]:
        """The same of one thread, to read out."""
        from openline.cli.line_look import full_id

        return self._client.make_texts(to, full_id(self._client, thread), after)

    def take(self, data: bytes) -> "Account":
        """Put what came on the record."""
        return self._client.take_bundle(data)


class _Database:
    """The database of a server; written to only while that does not run."""

    def __init__(self, db: str, signer: "Signer") -> None:
        from openline.app.line.bundle_of_record import line_of_record, party_of_key
        from openline.app.read_records import source_of

        self._db = db
        self._signer = signer
        self.address = os.path.abspath(db) if "://" not in db else db.rpartition("@")[2]
        with source_of(db) as source:
            self.party = party_of_key(line_of_record(source).line, signer.public_key)

    def file(self, to: str, after: int, threads: tuple[str, ...], *, packed: bool) -> MadeFile:
        """What the party said to another one."""
        from datetime import UTC, datetime

        from openline.app.line.bundle_of_record import bundle_of_record, line_of_record
        from openline.app.line.write_bundle import Chosen
        from openline.app.read_records import source_of
        from openline.formats.bundle import encode_bundle, sign_head

        with source_of(self._db) as source:
            found = line_of_record(source)
            named = tuple(_full_id(found.line.state.threads, thread) for thread in threads)
            chosen = Chosen(after, named)
            parties = (self.party, to)
            made = bundle_of_record(source, found, parties, chosen, datetime.now(UTC))
        if made.head is None:
            return MadeFile(None, made.entry, made.more, made.left_out)
        signature = sign_head(made.head, self._signer)
        data = encode_bundle(made.head, signature, made.tokens, packed=packed)
        return MadeFile(data, made.entry, made.more, made.left_out)

    def texts(self, to: str, thread: str, after: int) -> list[str]:
        """The same of one thread, to read out."""
        from openline.app.line.bundle_of_record import line_of_record, texts_of_record
        from openline.app.line.write_bundle import Chosen
        from openline.app.read_records import source_of

        with source_of(self._db) as source:
            found = line_of_record(source)
            chosen = Chosen(after, (_full_id(found.line.state.threads, thread),))
            return list(texts_of_record(source, found, (self.party, to), chosen))

    def take(self, data: bytes) -> "Account":
        """Put what came on the record."""
        from openline.api.line.bundles import account_values
        from openline.app.line.services import LineServices
        from openline.app.line.take_bundle import take_bundle
        from openline.wiring import ORIGIN, SystemClock, open_store

        store, clock = open_store(self._db), SystemClock()
        try:
            line = LineServices(store, clock, ORIGIN, {self.party: self._signer})
            return account_values(take_bundle(line, data, self.party, clock.now()).result())
        finally:
            store.close()


def in_order(files: tuple[str, ...]) -> list[tuple[str, bytes]]:
    """The files and what is in them: bundles first, each sender's in the order of its numbers.

    What cannot be read as a bundle is refused where it is taken. Raises: Unreachable.
    """
    from openline.app.read_files import read_bytes
    from openline.formats.bundle import decode_bundle

    def place(file: tuple[str, bytes]) -> tuple[str, int]:
        try:
            head = decode_bundle(file[1]).head
        except OpenlineError:
            return "~", 0  # after every party
        return head.sender, head.first

    return sorted(((name, read_bytes(name)) for name in files), key=place)


def kept_entry(address: str, party: str, to: str) -> int:
    """Up to which entry of the record the last bundle of this kind went; 0 for the first."""
    return _read_kept().get(_name(address, party, to), 0)


def keep_entry(address: str, party: str, to: str, entry: int) -> None:
    """Keep it for the next bundle. Raises: Unreachable."""
    import json

    file = _kept_file()
    kept = _read_kept() | {_name(address, party, to): entry}
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
        os.replace(new, file)
    except OSError as error:
        raise Unreachable((error.strerror or str(error)).lower(), file=str(file)) from None


def _name(address: str, party: str, to: str) -> str:
    return f"{address} {party} {to}"


def _kept_file() -> Path:
    return session_file().with_name(_KEPT)


def _read_kept() -> dict[str, int]:
    """What was kept; empty if nothing can be read: then a bundle holds all that was said."""
    import json

    try:
        found = json.loads(_kept_file().read_text())
    except (OSError, ValueError):
        return {}
    return {k: v for k, v in found.items() if type(v) is int} if isinstance(found, dict) else {}


def _full_id(threads: dict[str, Any], name: str) -> str:
    """The thread that a name begins. Raises: InvalidInput for none or several."""
    found = [one for one in threads if one.startswith(name)]
    if len(found) == 1:
        return found[0]
    raise InvalidInput(
        f"{len(found) or 'no'} threads begin with {name!r}", cure="write more of the id"
    )
