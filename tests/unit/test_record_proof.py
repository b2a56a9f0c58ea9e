"""Proofs that stand by themselves, and the command record."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from openline.app.ed25519 import new_signer
from openline.app.key_files import create_key
from openline.app.prove_record import (
    check_proof,
    prove_consistency,
    prove_inclusion,
    verify_proof,
)
from openline.errors import InvalidInput
from openline.formats.record_proof import (
    Consistency,
    Proof,
    decode_proof,
    encode_proof,
)
from openline.line.record.tree import leaf_hash
from openline.store.sqlite.store import SqliteStore
from tests.unit.command import invoke
from tests.unit.record_samples import (
    KEY,
    ORIGIN,
    WITNESS,
    checkpoint,
    cosigned_export,
    entries,
    plain_export,
)


@pytest.fixture
def export(tmp_path: Path) -> str:
    path = tmp_path / "day.record"
    path.write_bytes(b"".join(cosigned_export()))
    return str(path)


def test_every_entry_can_be_proved(export: str) -> None:
    for number in range(1, 6):
        proof = prove_inclusion(export, number)
        assert proof.entry.entry() == entries(5)[number - 1]
        again = decode_proof(encode_proof(proof))
        assert again == proof
        done = check_proof(again)
        assert done.head.size == 5
        assert [one.key for one in done.witnesses] == [WITNESS]


def test_growth_can_be_proved(export: str) -> None:
    proof = prove_consistency(export, 3)
    assert (proof.old_note, proof.note) == (checkpoint(3), checkpoint(5))
    assert check_proof(decode_proof(encode_proof(proof))).head.size == 5
    same = prove_consistency(export, 5)
    assert same.path == ()
    assert check_proof(same).head.size == 5


def test_what_is_not_there_cannot_be_proved(export: str) -> None:
    with pytest.raises(InvalidInput, match="no entry 6"):
        prove_inclusion(export, 6)
    with pytest.raises(InvalidInput, match="no checkpoint of 2"):
        prove_consistency(export, 2)


def test_every_flipped_bit_of_a_proof_is_refused(export: str) -> None:
    for proof in (prove_inclusion(export, 4), prove_consistency(export, 3)):
        data = encode_proof(proof)
        for at in range(len(data) * 8):
            changed = bytearray(data)
            changed[at // 8] ^= 1 << at % 8
            with pytest.raises(InvalidInput):
                check_proof(decode_proof(bytes(changed)))


def _bent(export: str) -> dict[str, Proof]:
    inclusion, growth = prove_inclusion(export, 4), prove_consistency(export, 3)
    other = prove_inclusion(export, 5)
    stranger = replace(KEY, public_key=new_signer().public_key)
    entry = replace(entries(5)[3], body=b"another body")
    line = replace(inclusion.entry, body=entry.body, leaf=entry.leaf_hash())
    early = checkpoint(3)
    return {
        "another body": replace(inclusion, entry=line),
        "another number": replace(inclusion, entry=replace(inclusion.entry, sequence=3)),
        "another entry's path": replace(inclusion, path=other.path),
        "a step too few": replace(inclusion, path=inclusion.path[:-1]),
        "a step too many": replace(inclusion, path=(*inclusion.path, leaf_hash(b""))),
        "no checkpoint of the key": replace(inclusion, key=stranger),
        "a checkpoint before the entry": replace(inclusion, note=early),
        "an old checkpoint for a new one": replace(growth, note=growth.old_note),
        "backwards": Consistency(KEY, (), growth.note, growth.path, growth.old_note),
        "no path": replace(growth, path=()),
    }


@pytest.mark.parametrize(
    "name",
    [
        "another body",
        "another number",
        "another entry's path",
        "a step too few",
        "a step too many",
        "no checkpoint of the key",
        "a checkpoint before the entry",
        "an old checkpoint for a new one",
        "backwards",
        "no path",
    ],
)
def test_a_bent_proof_is_refused(export: str, name: str) -> None:
    proofs = _bent(export)
    assert len(proofs) == 10
    with pytest.raises(InvalidInput):
        check_proof(decode_proof(encode_proof(proofs[name])))


def test_a_proof_of_another_key_is_not_trusted(export: str, tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(encode_proof(prove_inclusion(export, 1)))
    assert verify_proof(str(path), (KEY,)).head.size == 5
    other = replace(KEY, public_key=new_signer().public_key)
    with pytest.raises(InvalidInput, match="not a trusted one"):
        verify_proof(str(path), (other,))


@pytest.mark.parametrize("data", [b"", b"{}\n", b'{"type":"inclusion"}\n', b"\xff\n", b"[]\n[]\n"])
def test_what_is_no_proof_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        decode_proof(data)


def test_the_command_verifies_and_proves(export: str, tmp_path: Path) -> None:
    verified = invoke("record", "verify", export)
    assert verified.exit_code == 0
    for words in ("entries: 5", f"record: {ORIGIN}", "cosigned: south.example/line: 5 entries"):
        assert words in verified.stdout
    assert "The key stands in the file itself" in verified.stdout
    trusted = invoke("record", "verify", export, "--key", str(KEY), "--json")
    assert json.loads(trusted.stdout)["verified"] is True
    assert invoke("record", "verify", export, "--key", str(WITNESS)).exit_code == 1
    out = str(tmp_path / "p.proof")
    assert invoke("record", "prove", export, out, "--entry", "2").exit_code == 0
    assert invoke("record", "prove", export, out, "--entry", "2").exit_code == 2
    assert "entry 2 is one of the first 5" in invoke("record", "verify", out).stdout
    assert invoke("record", "prove", export, out, "--since", "3", "--force").exit_code == 0
    assert "the first 3 of 5 entries were not changed" in invoke("record", "verify", out).stdout
    assert invoke("record", "prove", export, out).exit_code == 2
    assert invoke("record", "prove", export, out, "--entry", "9", "--force").exit_code == 2
    assert invoke("record", "verify", str(tmp_path / "none")).exit_code == 3


def test_the_command_names_the_place(export: str) -> None:
    data = bytearray(Path(export).read_bytes())
    data[data.index(b"notify")] ^= 1
    Path(export).write_bytes(data)
    refused = invoke("record", "verify", export)
    assert refused.exit_code == 1
    assert f"REFUSED: {export}, line 2, element entry 1: " in refused.stdout
    facts = json.loads(invoke("record", "verify", export, "--json").stdout)
    assert (facts["verified"], facts["line"], facts["element"]) == (False, "2", "entry 1")


def test_a_store_is_exported_while_it_is_open(tmp_path: Path) -> None:
    database, key, out = (str(tmp_path / name) for name in ("sky.db", "north.key", "day.record"))
    signer = create_key(key)
    store = SqliteStore(database)
    options = ("--db", database, "--key", key, "--name", ORIGIN, "--batch", "2")
    try:
        for entry in entries(5):
            store.submit(
                (),
                lambda transaction, one=entry: transaction.append_record(  # type: ignore[misc]
                    one.time, one.party, one.kind, one.body
                ),
            ).result()
        done = invoke("record", "export", out, *options)
        assert done.exit_code == 0, done.output
    finally:
        store.close()
    verified = json.loads(invoke("record", "verify", out, "--json").stdout)
    assert (verified["entries"], verified["checkpoints"]) == (5, 3)
    own = b"".join(plain_export(5, 2)).split(b"\n")
    lines = Path(out).read_bytes().split(b"\n")
    assert [x for x in lines if b'"entry"' in x] == [x for x in own if b'"entry"' in x]
    assert signer.public_key.hex() not in done.output
    assert invoke("record", "export", out, *options).exit_code == 2
    wrong = ("--db", key, "--key", key, "--name", ORIGIN)
    refused = invoke("record", "export", out, *wrong, "--force")
    assert (refused.exit_code, "Traceback" in refused.output) == (3, False)
    gone = ("--db", str(tmp_path / "gone"), "--key", key, "--name", ORIGIN)
    assert invoke("record", "export", out, *gone, "--force").exit_code == 3


def test_a_name_that_cannot_sign_is_refused(tmp_path: Path, export: str) -> None:
    key = str(tmp_path / "a.key")
    create_key(key)
    named = ("--db", export, "--key", key, "--name", "two words")
    assert invoke("record", "export", str(tmp_path / "out"), *named).exit_code == 2


def test_the_agreement_says_whose_record_it_is(tmp_path: Path) -> None:
    names = ("north.key", "south.key", "stranger.key", "sky.db", "a.toml", "b.toml", "day.record")
    north, south, stranger, database, agreed, other, out = (str(tmp_path / n) for n in names)
    for key in (north, south, stranger):
        create_key(key)
    SqliteStore(database).close()
    for name, party in ((agreed, north), (other, stranger)):
        parties = ("--party", f"north={party}", "--party", f"south={south}")
        assert invoke("agreement", "new", name, "--id", "sky", *parties).exit_code == 0
    options = ("--db", database, "--key", north, "--name", ORIGIN, "--agreement", agreed)
    assert invoke("record", "export", out, *options).exit_code == 0
    facts = json.loads(invoke("record", "verify", out, "--agreement", agreed, "--json").stdout)
    assert facts["party"] == "north, by sky version 1"
    assert facts["agreement"] == "not signed by north, south"
    header = json.loads(Path(out).read_bytes().split(b"\n")[0])
    assert list(header["parties"]) == ["north", "south"]
    assert header["agreement"]["id"] == "sky"
    refused = invoke("record", "verify", out, "--agreement", other)
    assert (refused.exit_code, "of no party" in refused.stdout) == (1, True)
