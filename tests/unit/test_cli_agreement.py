"""The commands agreement and keys, as people use them."""

import json
import os
import stat
from pathlib import Path

import pytest

from openline.app.key_files import create_key, load_public_key, load_signer
from openline.errors import InvalidInput, Unreachable
from tests.unit.agreement_samples import TEXT, write_sample
from tests.unit.command import invoke, north, south

VALID = ("--valid", "2020-01-01T00:00Z/2190-01-01T00:00Z")


def _fingerprint(key: str) -> str:
    shown = invoke("keys", "fingerprint", key).stdout
    return " ".join(line.split()[1] for line in shown.splitlines())


def _parties(folder: Path) -> tuple[str, str, str]:
    """A new agreement of two parties, and their private keys."""
    keys = tuple(str(folder / f"{name}.key") for name in ("north", "south"))
    for key in keys:
        assert invoke("keys", "new", key).exit_code == 0
    name = str(folder / "agreement.toml")
    made = invoke(
        *("agreement", "new", name, "--id", "northern-sky", *VALID),
        *("--party", f"north={keys[0]}.pub", "--party", f"south={keys[1]}"),
    )
    assert made.exit_code == 0, made.output
    return name, keys[0], keys[1]


def test_from_new_keys_to_an_agreement_in_force(tmp_path: Path) -> None:
    name, north_key, south_key = _parties(tmp_path)
    unsigned = invoke("agreement", "check", name)
    assert unsigned.exit_code == 1
    assert "not signed by north, south" in unsigned.stdout
    assert invoke("agreement", "sign", name, "--key", north_key).exit_code == 0
    half = invoke("agreement", "check", name)
    assert (half.exit_code, "not signed by south" in half.stdout) == (1, True)
    signed = invoke("agreement", "sign", name, "--key", south_key)
    assert "version 1: in force" in signed.stdout
    assert invoke("agreement", "check", name).exit_code == 0
    quiet = invoke("agreement", "check", name, "-q")
    assert (quiet.exit_code, quiet.output) == (0, "")
    shown = invoke("agreement", "show", name)
    assert "lateral 5 NM (9,260 m)" in shown.stdout
    values = json.loads(invoke("agreement", "show", name, "--json").stdout)
    assert values["signed_by"] == ["north", "south"]
    assert values["state"] == "in force"
    assert values["separation"]["lateral_m"] == 9260.0


def test_what_changes_after_signing_is_refused(tmp_path: Path) -> None:
    name, key, _ = _parties(tmp_path)
    invoke("agreement", "sign", name, "--key", key)
    Path(name).write_text(Path(name).read_text().replace("lateral_nm = 5.0", "lateral_nm = 4.0"))
    changed = invoke("agreement", "check", name)
    assert changed.exit_code == 2
    assert "agreement.toml.v1.sig" in changed.stderr
    assert "changed after it was signed" in changed.stderr
    area = tmp_path / "area.geojson"
    Path(name).write_text(Path(name).read_text().replace("lateral_nm = 4.0", "lateral_nm = 5.0"))
    assert invoke("agreement", "check", name).exit_code == 1
    area.write_text(area.read_text().replace("53.0", "53.1"))
    assert "its area was changed" in invoke("agreement", "check", name).stderr


def test_a_new_version_is_signed_anew(tmp_path: Path) -> None:
    name, key, other = _parties(tmp_path)
    for one in (key, other):
        invoke("agreement", "sign", name, "--key", one)
    new = tmp_path / "next.toml"
    text = Path(name).read_text().replace("lateral_nm = 5.0", "lateral_nm = 6.0")
    new.write_text(text)
    same = invoke("agreement", "diff", name, str(new))
    assert same.exit_code == 1
    assert "separation.lateral_m: 9260.0 -> 11112.0 (wider)" in same.stdout
    assert "version is still 1" in same.stdout
    new.write_text(text.replace("version = 1", "version = 2"))
    Path(name).write_text(new.read_text())
    fresh = invoke("agreement", "check", name)
    assert (fresh.exit_code, "version 2: not signed" in fresh.stdout) == (1, True)
    assert invoke("agreement", "sign", name, "--key", key).exit_code == 0
    assert (tmp_path / "agreement.toml.v1.sig").exists()
    assert (tmp_path / "agreement.toml.v2.sig").exists()
    assert invoke("agreement", "diff", name, str(new)).stdout == "They say the same.\n"


def test_a_changed_key_is_checked_against_its_rotation(tmp_path: Path) -> None:
    name, key, other = _parties(tmp_path)
    new_key, out = str(tmp_path / "next.key"), str(tmp_path / "change.txt")
    invoke("keys", "new", new_key)
    rotated = invoke("keys", "rotate", key, new_key, "--party", "north", "--out", out)
    assert rotated.exit_code == 0, rotated.output
    old_text, new_text = (Path(f"{path}.pub").read_text().strip() for path in (key, new_key))
    new = tmp_path / "next.toml"
    new.write_text(Path(name).read_text().replace(old_text, new_text))
    shown = invoke("agreement", "diff", name, str(new), "--rotation", out)
    assert f"hands over to the new one: {out}" in shown.stdout
    alone = invoke("agreement", "diff", name, str(new))
    assert "compare the fingerprint by voice" in alone.stdout
    wrong = str(tmp_path / "wrong.txt")
    invoke("keys", "rotate", other, new_key, "--party", "north", "--out", wrong)
    refused = invoke("agreement", "diff", name, str(new), "--rotation", wrong)
    assert "no --rotation hands over" in refused.stdout
    changes = json.loads(invoke("agreement", "diff", name, str(new), "--json").stdout)
    assert [one["field"] for one in changes] == ["parties.north.key"]
    assert invoke("keys", "rotate", key, key, "--party", "north", "--out", "x").exit_code == 2
    assert invoke("keys", "rotate", key, new_key, "--party", "north", "--out", out).exit_code == 2


def test_nothing_is_replaced(tmp_path: Path) -> None:
    name, key, _ = _parties(tmp_path)
    assert invoke("keys", "new", key).exit_code == 2
    again = invoke("agreement", "new", name, "--id", "x", "--party", "a", "--party", "b")
    assert again.exit_code == 2
    assert "the file exists" in again.stderr


def test_a_draft_without_keys_says_what_is_missing(tmp_path: Path) -> None:
    name = str(tmp_path / "a.toml")
    made = invoke("agreement", "new", name, "--id", "x", "--party", "a", "--party", "b")
    assert made.exit_code == 0
    checked = invoke("agreement", "check", name)
    assert checked.exit_code == 2
    assert "the party has no key" in checked.stderr
    lines = Path(name).read_text().split("\n")
    number = lines.index('key = ""') + 1
    assert f"line {number}," in checked.stderr
    assert invoke("agreement", "new", name, "--id", "x", "--party", "a").exit_code == 2


def test_the_area_stays_beside_the_agreement(tmp_path: Path) -> None:
    for area in ("../area.geojson", str(tmp_path / "area.geojson")):
        name = write_sample(tmp_path, TEXT.replace('"area.geojson"', f'"{area}"'))
        refused = invoke("agreement", "check", name)
        assert (refused.exit_code, "not beside" in refused.stderr) == (2, True)
    name = write_sample(tmp_path, TEXT.replace('"area.geojson"', '"none.geojson"'))
    assert invoke("agreement", "check", name).exit_code == 3


def test_a_check_takes_area_and_minima_from_the_agreement(tmp_path: Path) -> None:
    name, *_ = _parties(tmp_path)
    files = (north(tmp_path), south(tmp_path))
    checked = invoke("check", *files, "--agreement", name, "--json")
    found = json.loads(checked.stdout)
    assert "agreement northern-sky version 1, not signed by every party" in found["warnings"][0]
    assert "not signed by north, south" in found["warnings"][1]
    table = invoke("check", *files, "--agreement", name)
    assert "lateral 5 NM (9,260 m), vertical 304.8 m" in table.stdout
    assert "area and minima are those of agreement northern-sky version 1" in table.stderr
    for option in (("--minima", "radar"), ("--lateral", "5nm"), ("--agreed-area", files[0])):
        both = invoke("check", *files, "--agreement", name, *option)
        assert (both.exit_code, "leave out" in both.stderr) == (2, True)


def test_the_widest_minima_count_and_are_named(tmp_path: Path) -> None:
    name = write_sample(tmp_path)
    checked = invoke("check", north(tmp_path), south(tmp_path), "--agreement", name)
    assert "lateral 20 NM" in checked.stdout
    assert "files name no class" in checked.stderr


def test_keys_are_shown_but_never_the_private_half(tmp_path: Path) -> None:
    key = str(tmp_path / "a.key")
    made = invoke("keys", "new", key)
    public = Path(f"{key}.pub").read_text().strip()
    assert public in made.stdout
    shown = [invoke("keys", "show", word).stdout for word in (key, f"{key}.pub", public)]
    assert len(set(shown)) == 1
    named = invoke("keys", "show", key, "--name", "north.example/line").stdout
    assert "signs records as: north.example/line+" in named
    private = "".join(Path(key).read_text().split("\n")[1:-2])
    for output in (made.output, *shown, named):
        assert private not in output
    assert invoke("keys", "show", str(tmp_path / "none")).exit_code == 3
    (tmp_path / "text").write_text("hello")
    assert invoke("keys", "show", str(tmp_path / "text")).exit_code == 2


def test_fingerprints_are_compared_by_what_was_read_out(tmp_path: Path) -> None:
    keys = [str(tmp_path / name) for name in ("a", "b")]
    for key in keys:
        invoke("keys", "new", key)
    digits = _fingerprint(keys[0])
    assert invoke("keys", "fingerprint", keys[0], "--compare", digits).exit_code == 0
    other = invoke("keys", "fingerprint", keys[1], "--compare", digits)
    assert (other.exit_code, "ANOTHER KEY" in other.stdout) == (1, True)
    wrong = str((int(digits[0]) + 1) % 10) + digits[1:]
    misheard = invoke("keys", "fingerprint", keys[0], "--compare", wrong)
    assert (misheard.exit_code, misheard.stdout) == (1, "Misheard: group 1. Ask for it again.\n")
    assert invoke("keys", "fingerprint", keys[0], "--compare", "12").exit_code == 2
    assert len(invoke("keys", "fingerprint", keys[0], "--spoken").stdout.split()) == 48


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o601])
def test_a_private_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    name = str(tmp_path / "a.key")
    old = os.umask(0)
    try:
        signer = create_key(name)
    finally:
        os.umask(old)
    assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
    assert load_signer(name).public_key == signer.public_key
    Path(name).chmod(mode)
    for load in (load_signer, load_public_key):
        with pytest.raises(InvalidInput, match=f"mode {mode:04o}"):
            load(name)


def test_what_is_no_private_key_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    path = tmp_path / "key"
    other = generate_private_key(SECP256R1())
    pems = {
        "no private key": b"hello",
        "not an Ed25519 key": other.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ),
        "encrypted": other.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
        ),
    }
    for words, data in pems.items():
        path.write_bytes(data)
        path.chmod(0o600)
        with pytest.raises(InvalidInput, match=words):
            load_signer(str(path))
    with pytest.raises(Unreachable):
        load_signer(str(tmp_path))
    with pytest.raises(Unreachable):
        create_key(str(tmp_path / "none" / "key"))
    (tmp_path / "b.pub").write_text("x")
    with pytest.raises(InvalidInput, match="the file exists"):
        create_key(str(tmp_path / "b"))
    assert not (tmp_path / "b").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes")
def test_a_pipe_is_no_key_and_nobody_waits_for_it(tmp_path: Path) -> None:
    name = str(tmp_path / "pipe")
    os.mkfifo(name, 0o600)
    with pytest.raises(InvalidInput, match="kept in a file"):
        load_signer(name)
    with pytest.raises(InvalidInput, match="no key in it"):
        load_public_key(name)
