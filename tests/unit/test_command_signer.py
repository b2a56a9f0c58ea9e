"""A key behind a program: cards, tokens, agents."""

import shlex
import sys
from pathlib import Path

import pytest

from openline.app.command_signer import CommandSigner
from openline.app.ed25519 import verify
from openline.app.key_files import create_key, load_public_key, signer_of
from openline.errors import InvalidInput, Unreachable
from openline.line.signatures import public_key_text
from tests.unit.command import invoke

PROGRAM = """\
import base64, sys
from openline.app.key_files import load_signer
from openline.line.signatures import public_key_text
signer = load_signer({key!r})
if sys.argv[-1] == "public-key":
    print(public_key_text(signer.public_key))
else:
    print(base64.b64encode(signer.sign(sys.stdin.buffer.read() + {more!r})).decode())
"""


def _word(folder: Path, text: str) -> str:
    path = folder / "card program.py"
    path.write_text(text)
    return "exec:" + shlex.join([sys.executable, str(path), "--slot", "2"])


def test_a_program_signs(tmp_path: Path) -> None:
    key = str(tmp_path / "a.key")
    own = create_key(key)
    word = _word(tmp_path, PROGRAM.format(key=key, more=b""))
    signer = signer_of(word)
    assert signer.public_key == own.public_key == load_public_key(word)
    assert verify(own.public_key, b"message", signer.sign(b"message"))
    shown = invoke("keys", "show", word)
    assert public_key_text(own.public_key) in shown.stdout


def test_an_agreement_is_signed_by_a_program(tmp_path: Path) -> None:
    keys = [str(tmp_path / name) for name in ("a.key", "b.key")]
    for key in keys:
        create_key(key)
    word = _word(tmp_path, PROGRAM.format(key=keys[0], more=b""))
    name = str(tmp_path / "agreement.toml")
    parties = ("--party", f"a={word}", "--party", f"b={keys[1]}")
    assert invoke("agreement", "new", name, "--id", "x", *parties).exit_code == 0
    signed = invoke("agreement", "sign", name, "--key", word)
    assert "signed by a" in signed.stdout, signed.output


def test_a_wrong_signature_is_not_used(tmp_path: Path) -> None:
    key = str(tmp_path / "a.key")
    create_key(key)
    signer = CommandSigner(_word(tmp_path, PROGRAM.format(key=key, more=b"more")))
    with pytest.raises(InvalidInput, match="not right"):
        signer.sign(b"message")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("print('hello')", "no public key"),
        ("import sys; sys.exit(3)", "failed with code 3"),
        ("print('x' * 5000)", "something else"),
        ("print('é')", "something else"),
    ],
)
def test_a_program_that_answers_something_else_is_refused(
    tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        CommandSigner(_word(tmp_path, text))


def test_what_is_no_program_is_refused(tmp_path: Path) -> None:
    for word in ("exec:", "exec: ", 'exec:"open'):
        with pytest.raises(InvalidInput):
            CommandSigner(word)
    with pytest.raises(Unreachable):
        CommandSigner(f"exec:{tmp_path / 'none'}")
