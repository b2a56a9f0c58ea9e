"""Who has signed an agreement, when it binds, and how a key is handed over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from openline.app.compare_agreements import compare_agreements
from openline.app.ed25519 import new_signer, verify
from openline.errors import InvalidInput
from openline.formats.agreement_toml import agreement_digest
from openline.line.agreement import Agreement
from openline.line.note import Note, parse_note, sign
from openline.line.record.checkpoint import parse_checkpoint
from openline.line.signatures import (
    Force,
    Rotation,
    agreement_text,
    parse_public_key,
    public_key_text,
    rotation_is_signed,
    rotation_words,
    sign_agreement,
    sign_rotation,
    standing,
)
from tests.unit.agreement_samples import DURING, EAST, NORTH, SOUTH, TEXT, sample

AT = "2026-11-22T10:00:00Z"
CHANGE = Rotation("north", NORTH.public_key, EAST.public_key, datetime(2026, 11, 22, tzinfo=UTC))


def _signed(known: Agreement, *signers: object) -> Note | None:
    note = None
    for signer in signers:
        note = sign_agreement(known, agreement_digest(known), signer, note)  # type: ignore[arg-type]
    return note


def test_it_is_in_force_only_when_every_party_has_signed() -> None:
    known = sample()
    digest = agreement_digest(known)
    steps = [
        ((), (), ("north", "south"), Force.UNSIGNED),
        ((SOUTH,), ("south",), ("north",), Force.UNSIGNED),
        ((SOUTH, NORTH), ("north", "south"), (), Force.IN_FORCE),
        ((SOUTH, NORTH, SOUTH), ("north", "south"), (), Force.IN_FORCE),
    ]
    for signers, signed, missing, force in steps:
        found = standing(known, digest, _signed(known, *signers), verify)
        assert (found.signed, found.missing) == (signed, missing)
        assert found.force(known, DURING) is force


def test_the_start_counts_and_the_end_does_not() -> None:
    known = sample()
    found = standing(known, agreement_digest(known), _signed(known, NORTH, SOUTH), verify)
    second = timedelta(seconds=1)
    assert found.force(known, known.time_start - second) is Force.NOT_YET
    assert found.force(known, known.time_start) is Force.IN_FORCE
    assert found.force(known, known.time_end - second) is Force.IN_FORCE
    assert found.force(known, known.time_end) is Force.EXPIRED


def test_a_change_after_signing_is_noticed() -> None:
    known = sample()
    note = _signed(known, NORTH, SOUTH)
    changed = sample(TEXT.replace("lateral_nm = 5.0", "lateral_nm = 4.0"))
    with pytest.raises(InvalidInput, match="changed after it was signed"):
        standing(changed, agreement_digest(changed), note, verify)
    with pytest.raises(InvalidInput, match="changed after it was signed"):
        sign_agreement(changed, agreement_digest(changed), NORTH, note)
    newer = replace(changed, version=4)
    with pytest.raises(InvalidInput, match="under version 3 of 'northern-sky'"):
        standing(newer, agreement_digest(newer), note, verify)


def test_a_signature_by_a_stranger_does_not_count() -> None:
    known = sample()
    digest = agreement_digest(known)
    with pytest.raises(InvalidInput, match="of no party"):
        sign_agreement(known, digest, EAST, None)
    text = agreement_text(known, digest)
    note = Note(text).signed(sign(text, "north", EAST))  # another key under the name of north
    assert standing(known, digest, note, verify).signed == ()
    forged = replace(sign(text, "north", EAST), key_id=sign(text, "north", NORTH).key_id)
    with pytest.raises(InvalidInput, match="'north' is not over this text"):
        standing(known, digest, Note(text).signed(forged), verify)


def test_a_signature_under_an_agreement_is_none_under_a_checkpoint() -> None:
    known = sample()
    for text in (agreement_text(known, agreement_digest(known)), CHANGE.text(AT)):
        with pytest.raises(InvalidInput):
            parse_checkpoint(text)


def test_keys_are_written_in_one_way() -> None:
    text = public_key_text(NORTH.public_key)
    assert parse_public_key(text) == NORTH.public_key
    wrong = ("", text[:-1], text.removeprefix("ed25519:"), text[:-2] + "+=", "rsa:" + text[8:])
    for word in (*wrong, text + "=", text.upper()):
        with pytest.raises(InvalidInput):
            parse_public_key(word)


def test_a_key_hands_over_to_another_one() -> None:
    note = sign_rotation(CHANGE, AT, NORTH, EAST)
    again = parse_note(str(note).encode())
    assert rotation_words(again.text) == ("north", NORTH.public_key, EAST.public_key, AT)
    old, new = NORTH.public_key, EAST.public_key
    assert rotation_is_signed(again, "north", old, new, verify)
    assert not rotation_is_signed(again, "south", old, new, verify)
    assert not rotation_is_signed(again, "north", new, old, verify)
    assert not rotation_is_signed(again, "north", old, SOUTH.public_key, verify)


def test_both_keys_have_to_sign_the_change() -> None:
    text = CHANGE.text(AT)
    old, new = NORTH.public_key, EAST.public_key
    for signer in (NORTH, EAST, new_signer()):
        note = Note(text).signed(sign(text, "north", signer))
        assert not rotation_is_signed(note, "north", old, new, verify)
    forged = sign_rotation(CHANGE, AT, NORTH, EAST)
    other = replace(forged, text=CHANGE.text("2026-11-23T10:00:00Z"))
    with pytest.raises(InvalidInput, match="not over this text"):
        rotation_is_signed(other, "north", old, new, verify)


@pytest.mark.parametrize(
    "text",
    [
        "",
        CHANGE.text(AT)[:-1],
        CHANGE.text(AT) + "more\n",
        CHANGE.text(AT).replace("from", "to"),
        CHANGE.text(AT).replace("openline.key-rotation/1", "openline.agreement/1"),
        CHANGE.text(AT).replace("ed25519", "ed448"),
    ],
)
def test_what_is_no_change_of_a_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        rotation_words(text)


def test_changes_are_listed_with_their_direction() -> None:
    text = TEXT.replace("lateral_nm = 5.0", "lateral_nm = 4.0").replace(
        "version = 3", "version = 4"
    )
    text = text.replace("lead_time_min = 60", "lead_time_min = 90")
    text = text.replace(', "cell chief"', "").replace('id = "south"', 'id = "west"')
    text = text.replace('south = "full"', 'west = "full"')
    changes = {one.field: one for one in compare_agreements(sample(), sample(text))}
    assert changes["separation.lateral_m"].direction() == "narrower"
    assert changes["notice.lead_time_s"].direction() == "wider"
    assert (changes["version"].old, changes["version"].new) == (3, 4)
    assert changes["version"].direction() is None
    assert changes["parties.north.ladder"].new == ["duty officer"]
    assert changes["parties.south"].new is None
    assert changes["parties.west"].old is None
    assert compare_agreements(sample(), sample()) == ()
