"""Take a signed message from outside: verify it, then put it on the record."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime

from openline.app.line import jws
from openline.app.line.change import LineChange, Taken
from openline.app.line.services import LineServices
from openline.errors import InvalidInput, Unauthenticated
from openline.formats.line_message import decode
from openline.line.line import Line
from openline.line.message.envelope import MESSAGE_BYTES_MAX, Message
from openline.line.message.kind import Kind
from openline.store.ports import Transaction


def take_message(
    services: LineServices,
    token: bytes,
    now: datetime,
    *,
    carried: bool | Callable[[Message], bool] = False,
    only: Kind | None = None,
) -> "Future[Taken]":
    """Take the compact JWS of a message; done when it is durable, with its number on the record.

    The same bytes again give the same answer, and nothing is added. `only`: no other kind is taken.
    `carried`: whether it was on its way for long, or who decides that and may refuse it.
    Raises: InvalidInput, Unauthenticated for a signature that is not the party's; in the future
    also NotFound, PermissionDenied, VersionMismatch, StoreUnavailable.
    """
    party, key, message = read_message(services, token)
    if only is not None and message.kind is not only:
        raise InvalidInput(f"only {only} is taken here", field="kind")
    is_carried = carried(message) if callable(carried) else carried

    def change(tx: Transaction) -> Taken:
        begun = LineChange.begin(services, tx, now)
        require_key(begun.line, party, key)
        return begun.take(token, message, carried=is_carried)

    return services.submit(change, urgent=message.kind is Kind.URGENT)


def read_message(services: LineServices, token: bytes) -> tuple[str, bytes, Message]:
    """The party that signed, the key it signed with, and the message.

    Raises: InvalidInput, Unauthenticated for a signature that is not the party's.
    """
    if len(token) > MESSAGE_BYTES_MAX:
        raise InvalidInput(
            f"a message of {len(token):,} bytes; {MESSAGE_BYTES_MAX:,} are the most",
            cure="say it with fewer volumes",
        )
    keys = _keys(services.writing.line) or services.look(lambda line, _position: _keys(line))
    party, payload = jws.verified_payload(token, keys.get)
    message = decode(payload)
    if message.sender != party:
        raise Unauthenticated(
            f"a message from {message.sender!r} under the key of {party!r}",
            cure="sign it with the sender's own key",
        )
    return party, keys[party], message


def require_key(line: Line, party: str, key: bytes) -> None:
    """Raises: Unauthenticated if the party has another key by now."""
    if _keys(line).get(party) != key:
        raise Unauthenticated(
            f"the key of {party!r} was changed", cure="sign it with the key in force"
        )


def _keys(line: Line) -> dict[str, bytes]:
    """The keys that the agreement pins, by party; none before there is one.

    They are looked at again in the change: whoever asks before may be told of the last ones.
    """
    agreement = line.state.agreement
    return {} if agreement is None else {one.id: one.public_key for one in agreement.parties}
