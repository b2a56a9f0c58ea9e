"""Signed notes against notes that others published, and against changes."""

from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest

from openline.app.ed25519 import new_signer, signer_of_seed, verify
from openline.errors import InvalidInput
from openline.line.note import (
    Note,
    SignatureType,
    VerifierKey,
    cosign,
    parse_note,
    parse_verifier_key,
    sign,
    signed_by,
)
from openline.line.record.checkpoint import Checkpoint, parse_checkpoint
from openline.line.record.tree import TreeHead

NOTES = Path(__file__).parents[1] / "golden" / "notes"
# golang.org/x/mod/sumdb/note, package documentation.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (NOTES / "peter.txt").read_bytes()
# The example of the C2SP signed-note specification.
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOO_NOTE = (NOTES / "foo.txt").read_bytes()
# A checkpoint of a public certificate log with the cosignatures of public witnesses.
ARCHE = (
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
)
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
STAGEMOLE = "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv"
SMARTIT = "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO"
ARCHE_NOTE = (NOTES / "arche.txt").read_bytes()
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


@pytest.mark.parametrize("text", [PETER, FOO, ARCHE, REMORA, STAGEMOLE, SMARTIT, SUMDB])
def test_published_keys_are_read_and_written(text: str) -> None:
    assert str(parse_verifier_key(text)) == text


@pytest.mark.parametrize(("key", "data"), [(PETER, PETER_NOTE), (FOO, FOO_NOTE)])
def test_published_notes_are_signed(key: str, data: bytes) -> None:
    note = parse_note(data)
    assert str(note).encode() == data
    (found,) = signed_by(note, [parse_verifier_key(key)], verify)
    assert str(found.key) == key


def test_a_published_checkpoint_with_its_witnesses() -> None:
    note = parse_note(ARCHE_NOTE)
    keys = [parse_verifier_key(text) for text in (ARCHE, REMORA, STAGEMOLE, SMARTIT)]
    found = signed_by(note, keys, verify)
    assert [one.key for one in found] == keys
    assert found[0].time is None
    # the timestamp in the line is 0x6a122120
    assert {one.time for one in found[1:]} == {datetime.fromtimestamp(0x6A122120, UTC)}
    checkpoint = parse_checkpoint(note.text)
    assert checkpoint.origin == "arche2025h1.staging.ct.transparency.dev"
    assert checkpoint.head.size == 1432088532
    assert checkpoint.text == note.text


def test_our_signature_is_the_published_one() -> None:
    # The published signer key of PeterNeumann: base64 of 0x01 and the seed.
    signer = signer_of_seed(b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:])
    text = parse_note(PETER_NOTE).text
    assert str(Note(text).signed(sign(text, "PeterNeumann", signer))).encode() == PETER_NOTE


def test_every_changed_bit_of_a_note_is_noticed() -> None:
    key = parse_verifier_key(PETER)
    for at in range(len(PETER_NOTE) * 8):
        changed = bytearray(PETER_NOTE)
        changed[at // 8] ^= 1 << at % 8
        try:
            found = signed_by(parse_note(bytes(changed)), [key], verify)
        except InvalidInput:
            continue
        assert found == (), f"bit {at}"  # a changed name or id is that of a stranger


def test_cosignatures_carry_the_time() -> None:
    signer, other = new_signer(), new_signer()
    checkpoint = Checkpoint("north.example/line", TreeHead(7, bytes(range(32))))
    now = datetime(2026, 11, 22, 10, 0, 5, 999999, tzinfo=UTC)
    note = checkpoint.signed(signer).signed(cosign(checkpoint.text, "south.example", other, now))
    keys = [
        VerifierKey("north.example/line", SignatureType.ED25519, signer.public_key),
        VerifierKey("south.example", SignatureType.COSIGNATURE, other.public_key),
    ]
    found = signed_by(parse_note(str(note).encode()), keys, verify)
    assert [one.key for one in found] == keys
    assert found[1].time == datetime(2026, 11, 22, 10, 0, 5, tzinfo=UTC)
    wrong = VerifierKey("south.example", SignatureType.COSIGNATURE, signer.public_key)
    assert signed_by(note, [wrong], verify) == ()


def test_a_wrong_signature_under_a_known_key_is_refused() -> None:
    signer = new_signer()
    note = Note("one\n").signed(sign("two\n", "north", signer))
    key = VerifierKey("north", SignatureType.ED25519, signer.public_key)
    with pytest.raises(InvalidInput, match="not over this text"):
        signed_by(note, [key], verify)


def test_signing_again_replaces() -> None:
    signer = new_signer()
    one = sign("text\n", "north", signer)
    assert Note("text\n").signed(one).signed(one).signatures == (one,)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"\n\n",
        b"text\n\n",
        b"text\n\nno dash\n",
        "text\n\n— north\n".encode(),
        "text\n\n— north AAAA\n".encode(),
        "text\n\n— north AAAAAAAA".encode(),
        "text\n\n— no+rth AAAAAAAA\n".encode(),
        "text\n\n— north AAAAAAB=\n".encode(),  # padding bits that are not zero
        "te\rxt\n\n— north AAAAAAAA\n".encode(),
        b"\xff\n\n",
        b"x" * 70_000,
        ("text\n\n" + "— n AAAAAAAA\n" * 65).encode(),
    ],
)
def test_what_is_no_note_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_note(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "north",
        "north+00000000+AA==",
        "north+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+AhpcWQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "a b+00000000+AAAA",
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_verifier_key(text)


GOOD = "north\n5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "north\n5\n",
        GOOD[:-1],
        GOOD.replace("5", "05"),
        GOOD.replace("5", "+5"),
        GOOD.replace("5", "-5"),
        GOOD.replace("5", "٥"),
        GOOD.replace("5", "9" * 19),
        GOOD.replace("north", ""),
        GOOD.replace("north", "no rth"),
        GOOD.replace("AAA=", "AAB="),
        GOOD.replace("AAA=", "AAA"),
        GOOD + "\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    assert parse_checkpoint(GOOD).head == TreeHead(5, bytes(32))
    assert parse_checkpoint(GOOD + "more\n").extensions == ("more",)
    with pytest.raises(InvalidInput):
        parse_checkpoint(text)
