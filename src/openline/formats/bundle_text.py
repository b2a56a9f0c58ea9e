"""One message as a few lines of plain letters: to read out over radio, or for an e-mail.

    BEGIN OPENLINE 1 NORTH TO SOUTH LINES 2
    01 ABCDE FGHIJ KLMNO PQRST UVWXY Z2345 67ABC DEFGH QZX
    02 ABCDE FGH 7KM
    END OPENLINE

The letters are base32 (RFC 4648, no padding; small letters count as capitals, spaces count for
nothing) of: the signature (64 bytes), then the payload as a zlib stream (RFC 1950) with the preset
dictionary `DICTIONARY`. The header of the message is not carried: it is the one that `jws` writes
for the party in `from`.
Each line has its number, at most 40 letters, and three letters of check: number and letters of the
line as digits of base 32, modulo 32,749. So one wrong letter, or two neighbours that changed
places, always show, and the line is named; of other faults one in 32,749 stays for the signature.
Lines may come in any order and more than once. What is before BEGIN and after END is left alone,
and so are marks of quoting (`>`) before a line.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from openline.errors import AreaTooLarge, InvalidInput
from openline.line.signing import SIGNATURE_BYTES

TEXT_BYTES_MAX: Final = 2_048  # of one message: what can be read out in some minutes
TEXTS_BYTES_MAX: Final = 65_536  # of a file with several
TEXTS_MAX: Final = 50
PAYLOAD_BYTES_MAX: Final = 16_384  # unpacked
LINE_MAX: Final = 64
LETTERS: Final = 40  # of a line: 25 bytes
PRIME: Final = 32_749  # the greatest below 2**15
_GROUP: Final = 5
_NAME_SHOWN: Final = 16  # for people alone: who sent it stands in the payload
_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_BEGIN: Final = re.compile(
    r"BEGIN OPENLINE 1 (?P<sender>\S{1,64}) TO (?P<to>\S{1,64}) LINES (?P<lines>[0-9]{1,2})"
)
_BEGUN: Final = re.compile(rb"BEGIN\s+OPENLINE", re.IGNORECASE)
_END: Final = "END OPENLINE"
_LINE: Final = re.compile(r"(?P<number>[0-9]{1,2})(?P<letters>(?: ?[A-Z2-7])*)")
DICTIONARY: Final = (
    b'"asks":"stay_outside","asks":"contact_first","notice":"movement","notice":"site",'
    b'"kind":"CANCEL","kind":"AMEND","body":{"notice":{"kind":"RECEIPT","receipt":"disseminated",'
    b'"kind":"ANSWER","code":"will_comply","code":"will_adjust","code":"continuing_as_planned",'
    b'"kind":"URGENT","action":"stop","position":{"lat":,"lng":},"text":"","receipt":"read","of":"'
    b'"volumes":[{"volume":{"outline_polygon":{"vertices":[{"lat":"outline_circle":{"center":'
    b'"radius":{"value":,"units":"M"}},"altitude_lower":{"value":0,"reference":"W84","units":"M"},'
    b'"altitude_upper":{"value":,"format":"RFC3339"}"time_start":"T00:00Z","time_end":"'
    b'"notice":"volume","notice":"unlocated","asks":"keep_minima"'
    b'{"v":1,"id":"-4","kind":"NOTIFY","agreement":"","version":1,"from":"","to":[""],'
    b'"sequence":,"sent":"2026-","expires":"2026-","officer":"","thread":"","body":{"'
)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """What a text carries: the payload and its signature. Nothing of it is verified."""

    payload: bytes
    signature: bytes


def encode_text(payload: bytes, signature: bytes, sender: str, recipient: str) -> str:
    """The lines of a message. Raises: AreaTooLarge for more than TEXT_BYTES_MAX bytes of text."""
    packer = zlib.compressobj(9, zdict=DICTIONARY)
    data = signature + packer.compress(payload) + packer.flush()
    letters = base64.b32encode(data).decode("ascii").rstrip("=")
    parts = [letters[at : at + LETTERS] for at in range(0, len(letters), LETTERS)]
    names = f"{sender.upper()[:_NAME_SHOWN]} TO {recipient.upper()[:_NAME_SHOWN]}"
    head = f"BEGIN OPENLINE 1 {names} LINES {len(parts)}"
    text = "\n".join((head, *(_line(n, part) for n, part in enumerate(parts, 1)), _END, ""))
    if len(text) > TEXT_BYTES_MAX or len(payload) > PAYLOAD_BYTES_MAX:
        raise AreaTooLarge(
            f"the message needs {len(text):,} bytes of text; {TEXT_BYTES_MAX:,} are the most",
            cure="write it as a file, without --text",
        )
    return text


def is_text(data: bytes) -> bool:
    """Whether there is a message as text in it."""
    return _BEGUN.search(data[:TEXTS_BYTES_MAX]) is not None


def decode_texts(data: bytes) -> list[TextMessage]:
    """The messages in a text, in order.

    Raises: InvalidInput with `line`, the number of a line that is garbled; AreaTooLarge.
    """
    if len(data) > TEXTS_BYTES_MAX:
        raise AreaTooLarge(f"a text of {len(data):,} bytes; {TEXTS_BYTES_MAX:,} are the most")
    found = [_message(*block) for block in _blocks(data.decode("utf-8", "replace"))]
    if not found:
        raise InvalidInput("there is no message in it", cure="it begins with BEGIN OPENLINE 1")
    if len(found) > TEXTS_MAX:
        raise AreaTooLarge(f"{len(found)} messages as text; {TEXTS_MAX} are the most")
    return found


def check_letters(number: int, letters: str) -> str:
    """The three letters of check of a line."""
    value = number
    for letter in letters:
        value = (value * 32 + _VALUES[letter]) % PRIME
    return "".join(_ALPHABET[value >> shift & 31] for shift in (10, 5, 0))


def _line(number: int, letters: str) -> str:
    groups = [letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP)]
    return " ".join((f"{number:02}", *groups, check_letters(number, letters)))


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """How many lines each message should have, and the lines between its BEGIN and its END."""
    inside: list[str] | None = None
    count = 0
    for raw in text.splitlines():
        line = " ".join(raw.lstrip("> \t").upper().split())
        begin = _BEGIN.fullmatch(line)
        if begin is not None:
            if inside is not None:
                raise InvalidInput("a message begins before the last one ended", cure=_END)
            inside, count = [], int(begin["lines"])
        elif line == _END and inside is not None:
            yield count, inside
            inside = None
        elif line.startswith("BEGIN OPENLINE") and inside is None:
            raise InvalidInput(
                "the first line is garbled", cure="BEGIN OPENLINE 1 NORTH TO SOUTH LINES 12"
            )
        elif inside is not None and line:
            inside.append(line)
    if inside is not None:
        raise InvalidInput("the text is cut off", cure=f"it ends with {_END}")


def _message(count: int, lines: list[str]) -> TextMessage:
    parts: dict[int, str] = {}
    for place, line in enumerate(lines, 1):
        number, letters = _checked(line, place)
        if parts.setdefault(number, letters) != letters:
            raise InvalidInput("it is there twice, with other letters", line=number)
    missing = sorted(set(range(1, count + 1)) - set(parts))
    if missing:
        raise InvalidInput("it has not come", cure="let it be read out again", line=missing[0])
    if len(parts) != count:
        raise InvalidInput(f"there are more than the {count} lines of the head", line=max(parts))
    return _unpacked("".join(parts[number] for number in sorted(parts)))


def _checked(line: str, place: int) -> tuple[int, str]:
    """The number of a line and its letters. place: where it stands, for one without a number."""
    found = _LINE.fullmatch(line)
    number = int(found["number"]) if found is not None else place
    letters = found["letters"].replace(" ", "") if found is not None else ""
    letters, check = letters[:-3], letters[-3:]
    if not letters or len(letters) > LETTERS or check != check_letters(number, letters):
        raise InvalidInput("the line is garbled", cure="let it be read out again", line=number)
    return number, letters


def _unpacked(letters: str) -> TextMessage:
    wrong = InvalidInput("the lines hold no message", cure="let all of it be read out again")
    try:
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error:
        raise wrong from None
    if base64.b32encode(data).decode("ascii").rstrip("=") != letters:
        raise wrong
    unpacker = zlib.decompressobj(zdict=DICTIONARY)
    try:
        payload = unpacker.decompress(data[SIGNATURE_BYTES:], PAYLOAD_BYTES_MAX + 1)
    except zlib.error:
        raise wrong from None
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise AreaTooLarge(f"more than {PAYLOAD_BYTES_MAX:,} bytes are in the text")
    if not unpacker.eof or unpacker.unused_data:
        raise wrong
    return TextMessage(payload, data[:SIGNATURE_BYTES])
