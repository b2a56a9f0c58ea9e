"""Say something for a party whose machine this server is: compose, sign, and put on the record."""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from openline.app.line.change import LineChange, Taken
from openline.app.line.confirm import require_confirmed
from openline.app.line.services import LineServices
from openline.errors import NotFound, PermissionDenied, VersionMismatch
from openline.line.line import Line
from openline.line.message.bodies import Body
from openline.line.message.kind import Kind
from openline.store.ports import Transaction

LIFETIME: Final = timedelta(days=30)  # unless said otherwise: the line keeps it anyway


@dataclass(frozen=True, slots=True)
class Saying:
    """What an officer of a party says.

    recipients: empty is everybody else in the thread, or every other party for a new one.
    idempotency_key: the same key says the same thing once, however often it is sent.
    """

    body: Body
    officer: str | None
    recipients: tuple[str, ...] = ()
    thread: str | None = None
    lifetime: timedelta = LIFETIME
    idempotency_key: str | None = None


def compose(services: LineServices, party: str, saying: Saying, now: datetime) -> "Future[Taken]":
    """Say it; done when it is durable.

    Raises: PermissionDenied if the party's key is not held here; in the future as `take_message`.
    """
    if party not in services.signers:
        raise PermissionDenied(
            f"the key of {party!r} is not held by this server",
            cure="sign the message where the key is, and send it signed",
        )

    def change(tx: Transaction) -> Taken:
        begun = LineChange.begin(services, tx, now)
        message_id = _id_of(services, party, saying.idempotency_key)
        known = begun.line.state.messages.get(message_id)
        if known is not None:
            if known.message.body != saying.body:
                raise VersionMismatch(
                    "this idempotency key was used for something else",
                    cure="take a new key for every message",
                    field="Idempotency-Key",
                )
            return Taken(known.entry, known.received, known.message, known.marks, repeated=True)
        require_confirmed(tx, party, saying.officer, saying.body, now)
        thread = saying.thread or message_id
        recipients = saying.recipients or _everybody_else(begun.line, party, saying.thread)
        token, message = begun.say(
            party, saying.body, recipients, thread, message_id, saying.lifetime, saying.officer
        )
        return begun.take(token, message)

    return services.submit(change, urgent=saying.body.kind is Kind.URGENT)


def _id_of(services: LineServices, party: str, key: str | None) -> str:
    """A new id; with a key always the same one."""
    if key is None:
        return str(services.new_id())
    return str(uuid5(NAMESPACE_URL, f"openline.idempotency/1/{party}/{key}"))


def _everybody_else(line: Line, party: str, thread: str | None) -> tuple[str, ...]:
    parties = [one.id for one in line.state.agreed().parties if one.id != party]
    if thread is None:
        return tuple(parties)
    found = line.state.threads.get(thread)
    if found is None or party not in found.parties:
        raise NotFound("there is no such thread for this party", field="thread")
    return tuple(one for one in found.parties if one in parties)  # who left is told nothing more
