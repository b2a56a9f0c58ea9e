"""Bundles and texts that were cut, changed, mixed up, forged or blown up: refused, and said why."""

import base64
import gzip
import zlib
from collections.abc import Callable
from hashlib import sha256

import pytest

from openline.app.ed25519 import KeySigner
from openline.app.line.compose import Saying, compose
from openline.app.line.jws import parts_of, sign
from openline.app.line.open_bundle import open_bundle
from openline.app.line.services import LineServices
from openline.app.line.take_bundle import Account, Result, take_bundle
from openline.app.line.write_bundle import Chosen, write_bundle, write_text
from openline.errors import AreaTooLarge, InvalidInput, OpenlineError, Unauthenticated
from openline.formats.bundle import (
    BUNDLE_BYTES_MAX,
    Head,
    content_of,
    decode_bundle,
    encode_bundle,
    head_of,
    sign_head,
)
from openline.formats.bundle_text import (
    DICTIONARY,
    check_letters,
    decode_texts,
    encode_text,
)
from openline.line.message.bodies import Notify, Query, Urgent
from openline.line.message.kind import NoticeKind, UrgentAction
from openline.line.note import Note
from openline.line.note import sign as sign_note
from tests.line_server import START, make_line, signer
from tests.line_world import HOUR, unlocated

AGREED = ("northern-sky-2026", 1)


def north() -> LineServices:
    """A server of north that said three things, the last of them URGENT."""
    line = make_line(hosted=["north"])
    for body in (unlocated(START + 2 * HOUR), Query("why?"), Urgent(UrgentAction.STOP)):
        compose(line, "north", Saying(body, "Ada"), START).result()
    return line


LINE = north()
MADE = write_bundle(LINE, ("north", "south"), Chosen(), START)
assert MADE.head is not None
HEAD: Head = MADE.head
TOKENS = MADE.tokens
GOOD = encode_bundle(HEAD, sign_head(HEAD, signer("north")), TOKENS)
PACKED = encode_bundle(HEAD, sign_head(HEAD, signer("north")), TOKENS, packed=True)
NUMBERED = list(enumerate(TOKENS, 1))


def other(
    parties: tuple[str, str] = ("north", "south"),
    agreement: tuple[str, int] = AGREED,
    by: KeySigner | None = None,
    numbered: list[tuple[int, bytes]] | None = None,
) -> bytes:
    """A bundle rightly made of what may be wrong."""
    chosen = NUMBERED if numbered is None else numbered
    head = head_of(agreement, parties, START, chosen, 0)
    signature = sign_head(head, by or signer(parties[0]))
    return encode_bundle(head, signature, [token for _, token in chosen])


def head_with(old: str, new: str) -> bytes:
    """The head says something else, and is signed anew by its own party."""
    text = HEAD.text.replace(old, new)
    assert text != HEAD.text
    note = Note(text, (sign_note(text, "north", signer("north")),))
    return str(note).encode() + b"\n" + content_of(TOKENS)


def flipped(at: int, bit: int = 1) -> bytes:
    """One bit of the file is another one."""
    data = bytearray(GOOD)
    data[at] ^= bit
    return bytes(data)


def read(data: bytes, party: str = "south") -> Account:
    """What south's server makes of it."""
    return take_bundle(make_line(hosted=[party]), data, party, START).result()


def swapped_lines() -> bytes:
    head, content = GOOD[: -HEAD.size], GOOD[-HEAD.size :].splitlines(keepends=True)
    return head + content[1] + content[0] + content[2]


BOMB = gzip.compress(b"openline.bundle/1 " + bytes(200_000_000), 9, mtime=0)
CONTENT_AT = len(GOOD) - HEAD.size
DEFECTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "no bundle"),
    "another file": (lambda: b'{"type": "record"}\n', "no bundle"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "no bundle"),
    "cut in the head": (lambda: GOOD[:60], "cut off"),
    "cut before the signature": (lambda: GOOD[: GOOD.index(b"\n\n") + 2], "cut off"),
    "cut in the signature": (lambda: GOOD[: GOOD.index(b"\n\n") + 30], "cut off"),
    "cut before the messages": (lambda: GOOD[:CONTENT_AT], "cut off"),
    "cut in a message": (lambda: GOOD[:-200], "cut off"),
    "the last line end is missing": (lambda: GOOD[:-1], "cut off"),
    "something follows": (lambda: GOOD + b"x\n", "longer"),
    "twice in one file": (lambda: GOOD + GOOD, "longer"),
    "a line of the head is missing": (
        lambda: GOOD.replace(b"to south\n", b""),
        "head cannot be read",
    ),
    "a head in another order": (
        lambda: GOOD.replace(b"from north\nto south\n", b"to south\nfrom north\n"),
        "head cannot be read",
    ),
    "a bit of the head": (lambda: flipped(GOOD.index(b"left_out 0") + 9), "not signed"),
    "a bit of the time": (lambda: flipped(GOOD.index(b"made 2026") + 8), "not signed"),
    "a bit of the digest": (lambda: flipped(GOOD.index(b"sha256 ") + 9, 2), "head"),
    "a bit of the signature": (lambda: flipped(CONTENT_AT - 20), ""),
    "a bit of the first message": (lambda: flipped(CONTENT_AT + 300), "line 15: "),
    "a bit of the last message": (lambda: flipped(len(GOOD) - 90), "line 17: "),
    "lines changed places": (swapped_lines, "not those that the head"),
    "a line twice, another gone": (
        lambda: GOOD[:CONTENT_AT] + content_of((TOKENS[0], TOKENS[0], TOKENS[2])),
        "",
    ),
    "line ends of another system": (lambda: GOOD.replace(b"\n", b"\r\n"), "head"),
    "a byte order mark": (lambda: b"\xef\xbb\xbf" + GOOD, "no bundle"),
    "an empty line more": (
        lambda: GOOD[:CONTENT_AT] + b"\n" + GOOD[CONTENT_AT:],
        "longer than",
    ),
    "another version of the form": (
        lambda: GOOD.replace(b"bundle/1", b"bundle/2"),
        "no bundle",
    ),
    "signed by somebody else": (lambda: other(by=signer("south")), "not signed by the key"),
    "a second signature": (
        lambda: (
            GOOD[:CONTENT_AT].replace(
                b"\xe2\x80\x94", str(sign_head(HEAD, signer("east"))).encode() + b"\xe2\x80\x94", 1
            )
            + GOOD[CONTENT_AT:]
        ),
        "one signature",
    ),
    "for another party": (lambda: other(("north", "east")), "for 'east', not for 'south'"),
    "by a stranger": (lambda: other(("west", "south")), "no party"),
    "under another agreement": (lambda: other(agreement=("else-2026", 1)), "is under 'else-2026'"),
    "from and to itself": (lambda: other(("south", "south")), "cannot be"),
    "no message": (lambda: head_with("messages 3", "messages 0"), "cannot be"),
    "more messages than said": (lambda: head_with("messages 3", "messages 2"), "3 messages, not 2"),
    "numbers that cannot be": (lambda: head_with("numbers 1 3", "numbers 3 1"), "cannot be"),
    "after what is in it": (lambda: head_with("after 0", "after 1"), "cannot be"),
    "a leading zero": (lambda: head_with("after 0", "after 00"), "one form"),
    "a number of many digits": (lambda: head_with("after 0", f"after {'9' * 400}"), "head"),
    "an instant that is none": (lambda: head_with("made 2026-11-22", "made 2026-13-22"), "instant"),
    "a path for a party": (lambda: head_with("from north", "from ../../x"), ""),
    "a terminal's escape": (lambda: head_with("from north", "from \x1b[2J"), ""),
    "packed and cut": (lambda: PACKED[:-9], "cut off"),
    "packed and changed": (
        lambda: PACKED[:100] + bytes([PACKED[100] ^ 1]) + PACKED[101:],
        "",
    ),
    "packed, and more follows": (lambda: PACKED + b"x", "follows"),
    "packed twice": (lambda: gzip.compress(PACKED), "no bundle"),
    "a bomb": (lambda: BOMB, "at most 4,194,304"),
    "too large": (lambda: GOOD + bytes(BUNDLE_BYTES_MAX), "at most 4,194,304"),
    "a line that is too long": (
        lambda: other(numbered=[(1, b"x" * 262_145)]),
        "the line is no message",
    ),
}


def test_the_good_ones_are_taken() -> None:
    for data in (GOOD, PACKED):
        account = read(data)
        assert [one.result for one in account.outcomes] == [Result.NEW] * 3


@pytest.mark.parametrize("name", DEFECTS)
def test_a_bundle_is_refused_as_a_whole(name: str) -> None:
    make, words = DEFECTS[name]
    with pytest.raises(OpenlineError) as caught:
        read(make())
    assert words in str(caught.value)
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize("bit", range(0, 8 * len(GOOD), 97))
def test_no_bit_can_be_changed(bit: int) -> None:
    with pytest.raises((InvalidInput, Unauthenticated)):
        read(flipped(bit // 8, 1 << bit % 8))


PAYLOAD = parts_of(TOKENS[0])[1]
FORGED = sign(PAYLOAD.replace(b"12:00", b"12:01", 1), "north", signer("south"))
BORROWED = sign(
    PAYLOAD.replace(b'"from":"north"', b'"from":"east"').replace(b',"east"]', b"]"),
    "north",
    signer("north"),
)
FOR_EAST = sign(PAYLOAD.replace(b'["south","east"]', b'["east"]', 1), "north", signer("north"))
UNKNOWN = sign(PAYLOAD.replace(b'"v":1', b'"v":2', 1), "north", signer("north"))
FOREIGN = sign(
    PAYLOAD.replace(b'"from":"north"', b'"from":"east"').replace(b',"east"]', b"]"),
    "east",
    signer("east"),
)


@pytest.mark.parametrize(
    ("token", "words"),
    [
        (FORGED, "not by the key of 'north'"),
        (BORROWED, "another than its sender"),
        (FOR_EAST, "not for 'south'"),
        (UNKNOWN, "version 2 of the format"),
        (FOREIGN, "a message of 'east' in a bundle of 'north'"),
        (b"no.message", "no compact JWS"),
        (b"\xff\xfe\x00", "no compact JWS"),
    ],
)
def test_one_bad_message_keeps_back_no_other(token: bytes, words: str) -> None:
    account = read(other(numbered=[(1, TOKENS[0]), (2, token), (3, TOKENS[2])]))
    assert [one.result for one in account.outcomes] == [Result.NEW, Result.REFUSED, Result.NEW]
    assert words in str(account.outcomes[1].reason)


def test_the_same_message_twice_is_known() -> None:
    account = read(other(numbered=[(1, TOKENS[0]), (2, TOKENS[0])]))
    assert sorted(one.result for one in account.outcomes) == [Result.KNOWN, Result.NEW]


def test_a_bomb_is_not_unpacked() -> None:
    """200 MB of zeros in 200 kB: what is unpacked is never more than the limit and one byte."""
    assert len(BOMB) < 250_000
    with pytest.raises(AreaTooLarge):
        decode_bundle(BOMB)


def test_nothing_is_no_bundle() -> None:
    with pytest.raises(InvalidInput):
        head_of(AGREED, ("north", "south"), START, [])
    with pytest.raises(AreaTooLarge):
        head_of(AGREED, ("north", "south"), START, [(1, bytes(BUNDLE_BYTES_MAX))])


# Texts

THREAD = LINE.look(lambda line, _at: next(iter(line.state.threads)))
(TEXT,) = write_text(LINE, ("north", "south"), Chosen(0, (THREAD,)))
ROWS = TEXT.splitlines()


def garbled(row: int, at: int, letter: str = "A") -> str:
    """One letter is another one."""
    rows = list(ROWS)
    new = letter if rows[row][at] != letter else "B"
    rows[row] = rows[row][:at] + new + rows[row][at + 1 :]
    return "\n".join(rows)


def renumbered(row: int, number: int) -> str:
    rows = list(ROWS)
    rows[row] = f"{number:02}{rows[row][2:]}"
    return "\n".join(rows)


def rebuilt(data: bytes) -> str:
    """Bytes in rightly checked lines."""
    letters = base64.b32encode(data).decode().rstrip("=")
    parts = [letters[at : at + 40] for at in range(0, len(letters), 40)]
    rows = [f"{n:02} {part} {check_letters(n, part)}" for n, part in enumerate(parts, 1)]
    return "\n".join([f"BEGIN OPENLINE 1 A TO B LINES {len(rows)}", *rows, "END OPENLINE"])


def stream(payload: bytes) -> bytes:
    packer = zlib.compressobj(9, zdict=DICTIONARY)
    return packer.compress(payload) + packer.flush()


TEXT_DEFECTS: dict[str, tuple[str, str]] = {
    "one wrong letter": (garbled(2, 7), "line 2: the line is garbled"),
    "one wrong letter of the check": (garbled(3, -1), "line 3: the line is garbled"),
    "a letter is missing": (TEXT.replace(ROWS[4], ROWS[4][:10] + ROWS[4][11:]), "line 4"),
    "a letter that is none": (TEXT.replace(ROWS[1], ROWS[1][:10] + "0" + ROWS[1][11:]), "line 1"),
    "neighbours changed places": (
        TEXT.replace(ROWS[2], ROWS[2][:5] + ROWS[2][6] + ROWS[2][5] + ROWS[2][7:]),
        "line 2",
    ),
    "another number": (renumbered(2, 4), "line 4"),
    "a line is missing": (TEXT.replace(ROWS[3] + "\n", ""), "line 3: it has not come"),
    "the last line is missing": (TEXT.replace(ROWS[-2] + "\n", ""), "it has not come"),
    "no end": ("\n".join(ROWS[:-1]), "cut off"),
    "no begin": ("\n".join(ROWS[1:]), "no bundle"),
    "a garbled begin": (TEXT.replace("LINES ", "LINE "), "first line is garbled"),
    "begun twice": ("\n".join((ROWS[0], *ROWS)), "before the last one ended"),
    "fewer lines said": (TEXT.replace(ROWS[0], ROWS[0][:-1] + "3"), "more than the 3 lines"),
    "words among the lines": (TEXT.replace(ROWS[3], "say again"), "line 3: the line is garbled"),
    "letters that hold nothing": (rebuilt(b"x" * 100), "hold no message"),
    "a signature alone": (rebuilt(bytes(64)), "hold no message"),
    "a stream cut off": (rebuilt(bytes(64) + stream(PAYLOAD)[:-5]), "hold no message"),
    "more than a stream": (rebuilt(bytes(64) + stream(PAYLOAD) + b"xx"), "hold no message"),
    "a bomb": (rebuilt(bytes(64) + stream(bytes(1_000_000))), "16,384"),
    "no sender": (rebuilt(bytes(64) + stream(b'{"v":1}')), "names no sender"),
    "no JSON": (rebuilt(bytes(64) + stream(b"what")), ""),
}


@pytest.mark.parametrize("name", TEXT_DEFECTS)
def test_a_text_is_refused(name: str) -> None:
    text, words = TEXT_DEFECTS[name]
    assert text != TEXT
    with pytest.raises(OpenlineError) as caught:
        read(text.encode())
    assert words in str(caught.value)


def test_a_forged_text_is_refused() -> None:
    account = read(rebuilt(bytes(64) + stream(PAYLOAD)).encode())
    assert account.outcomes[0].result is Result.REFUSED
    assert "signature is not by the key of 'north'" in str(account.outcomes[0].reason)


def test_every_wrong_letter_shows_and_its_line_is_named() -> None:
    for row in range(1, len(ROWS) - 1):
        for at in range(3, len(ROWS[row])):
            if ROWS[row][at] == " ":
                continue
            for letter in "AMZ27":
                if ROWS[row][at] == letter:
                    continue
                with pytest.raises(InvalidInput) as caught:
                    decode_texts(garbled(row, at, letter).encode())
                assert caught.value.facts["line"] == row


@pytest.mark.parametrize(
    "text",
    [
        TEXT.lower(),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace(" ", "   "),
        "\n".join(f"> > {row}" for row in ROWS),
        "\n".join((ROWS[0], *reversed(ROWS[1:-1]), ROWS[-1])),
        "\n".join((ROWS[0], *ROWS[1:-1], *ROWS[1:3], ROWS[-1])),
        f"Dear Bo,\n\n{TEXT}\n\nAda\n\xff",
        TEXT.replace("NORTH TO", "N TO"),
    ],
    ids=["small", "line ends", "spaces", "quoted", "backwards", "twice", "letter", "names"],
)
def test_what_a_voice_or_a_mail_does_to_a_text_does_no_harm(text: str) -> None:
    assert read(text.encode("latin-1")).count(Result.NEW) == 1


def test_two_texts_in_one_mail() -> None:
    urgent = LINE.look(lambda line, _at: list(line.state.threads)[-1])
    (second,) = write_text(LINE, ("north", "south"), Chosen(0, (urgent,)))
    assert read(f"{TEXT}\n{second}".encode()).count(Result.NEW) == 2


def test_a_notice_with_the_longest_words_still_fits() -> None:
    body = Notify(
        NoticeKind.UNLOCATED, START + HOUR, START + 2 * HOUR, name="n" * 80, text="word " * 55
    )
    line = make_line(hosted=["north"])
    said = compose(line, "north", Saying(body, "A" * 80), START).result()
    (text,) = write_text(line, ("north", "south"), Chosen(0, (said.message.thread,)))
    assert len(text) <= 2_048
    assert max(map(len, text.splitlines())) <= 64
    assert text.isascii()


def test_what_does_not_fit_is_said() -> None:
    noise = b"".join(sha256(bytes([n])).digest() for n in range(40))
    with pytest.raises(AreaTooLarge, match="2,048"):
        encode_text(noise, bytes(64), "north", "south")


def test_nothing_is_verified_without_an_agreement() -> None:
    """`show` says so; what was changed is refused all the same."""
    assert len(open_bundle(other(by=signer("south")), None).tokens) == 3
    with pytest.raises(InvalidInput, match="was changed"):
        open_bundle(flipped(CONTENT_AT + 300), None)
