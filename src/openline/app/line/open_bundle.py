"""A bundle or a text, opened: verified against the keys of an agreement, its messages as tokens."""

from collections.abc import Callable
from dataclasses import dataclass

from openline.app.ed25519 import verify
from openline.app.line import jws
from openline.errors import InvalidInput, OpenlineError, PermissionDenied
from openline.formats.bundle import Bundle, Head, check_bundle, decode_bundle, is_bundle
from openline.formats.bundle_text import decode_texts, is_text
from openline.formats.line_message import decode
from openline.line.agreement import Agreement, Party
from openline.line.message.envelope import Message

KeyOf = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Opened:
    """The messages of a file, in its order. head: None for messages as text."""

    head: Head | None
    tokens: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """A message of a bundle: what it says, or why it is refused. verified: its signature was."""

    message: Message | None
    refused: OpenlineError | None
    verified: bool


def open_bundle(data: bytes, agreement: Agreement | None) -> Opened:
    """The messages in a file. agreement: None verifies nothing but the form.

    Raises: InvalidInput (with `line` where a line is at fault), AreaTooLarge, Unauthenticated.
    """
    if not is_bundle(data) and is_text(data):
        found = (jws.joined(one.payload, one.signature) for one in decode_texts(data))
        return Opened(None, tuple(found))
    bundle = decode_bundle(data)
    if agreement is not None:
        _check(bundle, agreement)
    elif not bundle.intact:
        raise InvalidInput("a message in it was changed", cure="ask the sender for the file again")
    return Opened(bundle.head, bundle.tokens)


def require_for(opened: Opened, party: str) -> None:
    """Raises: PermissionDenied for a bundle that is for another party."""
    if opened.head is not None and opened.head.recipient != party:
        raise PermissionDenied(
            f"the bundle is for {opened.head.recipient!r}, not for {party!r}",
            cure="give it to that party",
        )


def look_at(token: bytes, opened: Opened, key_of: KeyOf | None) -> Looked:
    """A message of a bundle. key_of: None verifies nothing."""
    message = None
    try:
        message = decode(jws.payload_of(token))
        if key_of is not None:
            party, _ = jws.verified_payload(token, key_of)
            if party != message.sender:
                raise InvalidInput("it is signed by another than its sender", field="from")
        _check_place(message, opened.head)
    except OpenlineError as error:
        return Looked(message, error, verified=False)
    return Looked(message, None, verified=key_of is not None)


def keys_of(agreement: Agreement) -> KeyOf:
    """The keys that the agreement pins."""
    return {one.id: one.public_key for one in agreement.parties}.get


def _check(bundle: Bundle, agreement: Agreement) -> None:
    head = bundle.head
    if head.agreement != agreement.id:
        raise InvalidInput(
            f"the bundle is under {head.agreement!r}, not {agreement.id!r}", field="agreement"
        )
    sender = _party(agreement, head.sender, "from")
    _party(agreement, head.recipient, "to")
    if not bundle.intact:
        _name_the_line(bundle, keys_of(agreement))
    check_bundle(bundle, sender.public_key, verify)


def _party(agreement: Agreement, party_id: str, field: str) -> Party:
    found = agreement.party(party_id)
    if found is None:
        raise InvalidInput(f"{party_id!r} is no party of the agreement", field=field)
    return found


def _name_the_line(bundle: Bundle, key_of: KeyOf) -> None:
    """Raises: InvalidInput with the line of the first message that was changed."""
    head_lines = str(bundle.note).count("\n") + 1
    for line, token in enumerate(bundle.tokens, head_lines + 1):
        try:
            jws.verified_payload(token, key_of)
        except OpenlineError:
            raise InvalidInput(
                "the message in it was changed",
                cure="ask the sender for the file again",
                line=line,
            ) from None


def _check_place(message: Message, head: Head | None) -> None:
    if head is None:
        return
    if message.sender != head.sender:
        raise InvalidInput(
            f"a message of {message.sender!r} in a bundle of {head.sender!r}", field="from"
        )
    if head.recipient not in message.recipients:
        raise InvalidInput(f"the message is not for {head.recipient!r}", field="to")
