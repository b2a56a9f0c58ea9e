"""A bundle: messages of one party to another in one signed file, for e-mail or a stick.

Form: a signed note, an empty line, then each message as it was signed, a compact JWS on a line:

    openline.bundle/1 AGREEMENT
    version 1
    from north
    to south
    made 2026-11-22T12:00:00.000000Z
    messages 2
    numbers 4 7
    after 3
    left_out 0
    bytes 1904
    sha256 HEX

    — north SIGNATURE

    MESSAGE
    MESSAGE

`bytes` and `sha256` are of everything after the second empty line, so the signature is over all of
it. numbers: the first and the last among the sender's own. after: the last number before them that
was for the same recipient, 0 if there was none; the sender says that from there to the last nothing
else was for it. `none`: only some were chosen. left_out: messages that it gets nothing of.
The whole file may be compressed (gzip, RFC 1952, one member).
Refused: any other way to write the same, more than one signature, more than `BUNDLE_BYTES_MAX`
bytes packed or unpacked.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from openline.errors import AreaTooLarge, InvalidInput, Unauthenticated
from openline.line.agreement import VERSION_MAX, check_id
from openline.line.message.envelope import MESSAGE_BYTES_MAX
from openline.line.note import (
    Note,
    NoteSignature,
    SignatureType,
    VerifierKey,
    parse_note,
    sign,
    signed_by,
)
from openline.line.signing import Signer, Verify

MAGIC: Final = b"openline.bundle/1 "
GZIP: Final = b"\x1f\x8b"
BUNDLE_BYTES_MAX: Final = 4 * 1024 * 1024  # as one request to a server
MESSAGES_MAX: Final = 10_000
_HEAD_BYTES_MAX: Final = 4_096
_NUMBER_MAX: Final = 2**53
_TIME: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_HEAD: Final = re.compile(
    r"openline\.bundle/1 (?P<agreement>[^\n]*)\nversion (?P<version>\d{1,16})\n"
    r"from (?P<sender>[^\n]*)\nto (?P<recipient>[^\n]*)\nmade (?P<made>[^\n]{1,40})\n"
    r"messages (?P<messages>\d{1,16})\nnumbers (?P<first>\d{1,16}) (?P<last>\d{1,16})\n"
    r"after (?P<after>\d{1,16}|none)\nleft_out (?P<left_out>\d{1,16})\nbytes (?P<bytes>\d{1,16})\n"
    r"sha256 (?P<digest>[0-9a-f]{64})\n",
    re.ASCII,
)
_ASK_AGAIN: Final = "ask the sender for the file again"


@dataclass(frozen=True, slots=True)
class Head:
    """What a bundle says of itself.

    first, last: numbers of the sender's messages. after: the last one before them that was for the
    same recipient, 0 if there was none; from there to `last` nothing else is for it. None if only
    some were chosen. left_out: messages that the recipient gets nothing of.
    """

    agreement: str
    version: int
    sender: str
    recipient: str
    made: datetime
    messages: int
    first: int
    last: int
    after: int | None
    left_out: int
    size: int
    digest: str

    @property
    def text(self) -> str:
        """The text that is signed."""
        after = "none" if self.after is None else self.after
        return (
            f"{MAGIC.decode()}{self.agreement}\nversion {self.version}\nfrom {self.sender}\n"
            f"to {self.recipient}\nmade {self.made.astimezone(UTC).strftime(_TIME)}\n"
            f"messages {self.messages}\nnumbers {self.first} {self.last}\nafter {after}\n"
            f"left_out {self.left_out}\nbytes {self.size}\nsha256 {self.digest}\n"
        )


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was read; `check_bundle` says whether its sender signed it."""

    head: Head
    note: Note
    tokens: tuple[bytes, ...]

    @property
    def intact(self) -> bool:
        """Whether the messages are those that the head was made over."""
        return _digest(self.tokens) == self.head.digest


def content_of(tokens: Sequence[bytes]) -> bytes:
    """Messages as they stand in a bundle."""
    return b"".join(token + b"\n" for token in tokens)


def head_of(
    agreement: tuple[str, int],
    parties: tuple[str, str],
    made: datetime,
    numbered: Sequence[tuple[int, bytes]],
    after: int | None = None,
    left_out: int = 0,
) -> Head:
    """The head over messages with their numbers, ascending.

    agreement: id and version. parties: sender and recipient.
    Raises: InvalidInput for none, AreaTooLarge for more than a bundle holds.
    """
    tokens = [token for _, token in numbered]
    content = content_of(tokens)
    if not tokens:
        raise InvalidInput("a bundle holds at least one message", field="messages")
    if len(tokens) > MESSAGES_MAX or len(content) > BUNDLE_BYTES_MAX - _HEAD_BYTES_MAX:
        raise AreaTooLarge(
            f"{len(tokens):,} messages of {len(content):,} bytes are more than a bundle holds",
            cure="write several",
            field="messages",
        )
    return Head(
        *agreement,
        *parties,
        made=made,
        messages=len(tokens),
        first=numbered[0][0],
        last=numbered[-1][0],
        after=after,
        left_out=left_out,
        size=len(content),
        digest=sha256(content).hexdigest(),
    )


def sign_head(head: Head, signer: Signer) -> NoteSignature:
    """The signature of the sender over a head, and so over the whole bundle."""
    return sign(head.text, head.sender, signer)


def encode_bundle(
    head: Head, signature: NoteSignature, tokens: Sequence[bytes], *, packed: bool = False
) -> bytes:
    """The file. packed: compressed."""
    data = str(Note(head.text, (signature,))).encode() + b"\n" + content_of(tokens)
    return _packed(data) if packed else data


def is_bundle(data: bytes) -> bool:
    """Whether it begins as a bundle does, compressed or not."""
    return data.startswith((MAGIC, GZIP))


def decode_bundle(data: bytes) -> Bundle:
    """The bundle in a file; nothing is verified yet but the form.

    Raises: InvalidInput, AreaTooLarge; with `line` where a line is at fault.
    """
    plain = _unpacked(data)
    if not plain.startswith(MAGIC):
        raise InvalidInput(
            "it is no bundle", cure="it begins with openline.bundle/1, or BEGIN OPENLINE 1"
        )
    parts = plain.split(b"\n\n", 2)
    if len(parts) < 3 or len(parts[0]) + len(parts[1]) > _HEAD_BYTES_MAX:
        raise InvalidInput("the head is cut off or was changed", cure=_ASK_AGAIN)
    note = parse_note(parts[0] + b"\n\n" + parts[1] + b"\n")
    head = _head(note.text)
    if len(note.signatures) != 1:
        raise InvalidInput("a bundle has one signature, its sender's", cure=_ASK_AGAIN)
    if str(note).encode() + b"\n" != plain[: len(plain) - len(parts[2])]:
        raise InvalidInput("the head is not in its one form", cure=_ASK_AGAIN)
    return Bundle(head, note, _tokens(head, parts[2], parts[0].count(b"\n") + 5))


def check_bundle(bundle: Bundle, public_key: bytes, verify: Verify) -> None:
    """Whether its sender signed it, all of it. public_key: that of the sender in the agreement.

    Raises: InvalidInput, Unauthenticated.
    """
    head = bundle.head
    if not bundle.intact:
        raise InvalidInput(
            "the messages are not those that the head was made over", cure=_ASK_AGAIN
        )
    key = VerifierKey(head.sender, SignatureType.ED25519, public_key)
    try:
        signed = signed_by(bundle.note, (key,), verify)
    except InvalidInput:
        signed = ()
    if not signed:
        raise Unauthenticated(
            f"the bundle is not signed by the key of {head.sender!r} in the agreement",
            cure=_ASK_AGAIN,
            field="signature",
        )


def _digest(tokens: Sequence[bytes]) -> str:
    return sha256(content_of(tokens)).hexdigest()


def _head(text: str) -> Head:
    found = _HEAD.fullmatch(text)
    if found is None:
        raise InvalidInput("the head cannot be read", cure=_ASK_AGAIN)
    number = {name: int(text) for name, text in found.groupdict().items() if text.isdecimal()}
    for name in ("agreement", "sender", "recipient"):
        check_id(found[name], name)
    try:
        made = datetime.strptime(found["made"], _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput("made is no instant", cure=_ASK_AGAIN, field="made") from None
    head = Head(
        found["agreement"],
        number["version"],
        found["sender"],
        found["recipient"],
        made,
        number["messages"],
        number["first"],
        number["last"],
        number.get("after"),
        number["left_out"],
        number["bytes"],
        found["digest"],
    )
    _check_values(head)
    if head.text != text:
        raise InvalidInput("the head is not in its one form", cure=_ASK_AGAIN)
    return head


def _check_values(head: Head) -> None:
    wrong = (
        ("version", not 1 <= head.version <= VERSION_MAX),
        ("to", head.sender == head.recipient),
        ("messages", not 1 <= head.messages <= MESSAGES_MAX),
        ("numbers", not 1 <= head.first <= head.last <= _NUMBER_MAX),
        ("after", (head.after or 0) >= head.first),
        ("bytes", head.size > BUNDLE_BYTES_MAX),
    )
    for name, bad in wrong:
        if bad:
            raise InvalidInput("the head says what cannot be", cure=_ASK_AGAIN, field=name)


def _tokens(head: Head, content: bytes, first_line: int) -> tuple[bytes, ...]:
    """The messages of the content. first_line: the number of its first line in the file."""
    if len(content) != head.size:
        word = "cut off" if len(content) < head.size else "longer than its head says"
        raise InvalidInput(
            f"the file is {word}: {len(content):,} bytes of messages, not {head.size:,}",
            cure=_ASK_AGAIN,
        )
    tokens = tuple(content.split(b"\n"))
    if tokens[-1]:
        raise InvalidInput("the last line has no end", cure=_ASK_AGAIN)
    tokens = tokens[:-1]
    for number, token in enumerate(tokens, first_line):
        if not token or len(token) > MESSAGE_BYTES_MAX:
            raise InvalidInput("the line is no message", cure=_ASK_AGAIN, line=number)
    if len(tokens) != head.messages:
        raise InvalidInput(
            f"{len(tokens):,} messages, not {head.messages:,} as the head says", cure=_ASK_AGAIN
        )
    return tokens


def _packed(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def _unpacked(data: bytes) -> bytes:
    """The plain file; what would be larger than the limit is never unpacked."""
    if data.startswith(GZIP) and len(data) <= BUNDLE_BYTES_MAX:
        unpacker = zlib.decompressobj(31)
        try:
            plain = unpacker.decompress(data, BUNDLE_BYTES_MAX + 1)
        except zlib.error:
            raise InvalidInput("it cannot be unpacked", cure=_ASK_AGAIN) from None
        if len(plain) <= BUNDLE_BYTES_MAX and not unpacker.eof:
            raise InvalidInput("the packed file is cut off", cure=_ASK_AGAIN)
        if unpacker.unused_data:
            raise InvalidInput("something follows the packed file", cure=_ASK_AGAIN)
        data = plain
    if len(data) > BUNDLE_BYTES_MAX:
        raise AreaTooLarge(
            f"a bundle has at most {BUNDLE_BYTES_MAX:,} bytes, unpacked as well",
            cure="write several",
        )
    return data
