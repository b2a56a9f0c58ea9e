"""Keys in files: a private key that only its owner can read, a public key as one line of text.

A private key is PEM (PKCS #8). It is never printed. A file that others may read is refused: whoever
can read it can sign in the party's name.
"""

import contextlib
import os
import stat
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from openline.app.command_signer import PREFIX, CommandSigner
from openline.app.ed25519 import KeySigner
from openline.app.read_files import unreachable
from openline.errors import InvalidInput, Unreachable
from openline.line.signatures import parse_public_key, public_key_text
from openline.line.signing import Signer

PRIVATE_MODE: Final = 0o600
_FILE_BYTES_MAX: Final = 16 * 1024
PUBLIC_SUFFIX: Final = ".pub"


def create_key(name: str) -> KeySigner:
    """Make a key and write it to a new file of mode 0600, and the public one to NAME.pub.

    Raises: InvalidInput if one of the files exists, Unreachable if one cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    signer = KeySigner(key)
    public = public_key_text(signer.public_key) + "\n"
    if os.path.lexists(name + PUBLIC_SUFFIX):
        raise _exists(name + PUBLIC_SUFFIX)
    _write_new(name, pem, PRIVATE_MODE)
    try:
        _write_new(name + PUBLIC_SUFFIX, public.encode(), 0o644)
    except (InvalidInput, Unreachable):
        with contextlib.suppress(OSError):
            os.unlink(name)  # a key without its public half was never given out
        raise
    return signer


def load_signer(name: str) -> KeySigner:
    """The signer of a private key in a file.

    Raises: Unreachable; InvalidInput if others may read the file, or it is no Ed25519 key.
    """
    try:
        with open(name, "rb", opener=_open_at_once) as file:
            _check_owner(os.fstat(file.fileno()), name)
            data = file.read(_FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        raise unreachable(name, error) from None
    try:
        key = load_pem_private_key(data, password=None)
    except TypeError:
        raise InvalidInput(
            "the private key is encrypted",
            cure="keys with a passphrase are not read yet: openssl pkey -in FILE -out OTHER",
            file=name,
        ) from None
    except (ValueError, UnsupportedAlgorithm):
        raise InvalidInput(
            "there is no private key in it", cure="openline keys new makes one", file=name
        ) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidInput(
            "it is not an Ed25519 key", cure="openline keys new makes one", file=name
        )
    return KeySigner(key)


def signer_of(word: str) -> Signer:
    """The signer that a word stands for: a private key in a file, or `exec:PROGRAM`.

    Raises: as `load_signer` and `CommandSigner`.
    """
    return CommandSigner(word) if word.startswith(PREFIX) else load_signer(word)


def load_public_key(word: str) -> bytes:
    """The public key of a word: `ed25519:…` itself, a file of it, a private key, `exec:PROGRAM`.

    Raises: Unreachable, InvalidInput.
    """
    if word.startswith("ed25519:"):
        return parse_public_key(word)
    if word.startswith(PREFIX):
        return CommandSigner(word).public_key
    try:
        with open(word, "rb", opener=_open_at_once) as file:
            data = file.read(_FILE_BYTES_MAX + 1) or b""
    except (OSError, ValueError) as error:
        raise unreachable(word, error) from None
    if b"PRIVATE KEY" in data:
        return load_signer(word).public_key
    try:
        return parse_public_key(data.decode("ascii").strip())
    except (UnicodeDecodeError, InvalidInput):
        raise InvalidInput(
            "there is no key in it",
            cure="give ed25519:…, a file of openline keys new, or its .pub",
            file=word,
        ) from None


def _open_at_once(name: str, flags: int) -> int:
    """Open without waiting for whoever may write to a pipe of that name."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _check_owner(status: os.stat_result, name: str) -> None:
    if os.name != "posix":
        return
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput("a private key is kept in a file", file=name)
    if status.st_mode & 0o077:
        raise InvalidInput(
            f"others may use this private key (mode {stat.S_IMODE(status.st_mode):04o})",
            cure="chmod 600 it; if others had access, make a new key",
            file=name,
        )
    if status.st_uid not in (os.geteuid(), 0):
        raise InvalidInput("this private key belongs to another user", file=name)


def _write_new(name: str, data: bytes, mode: int) -> None:
    try:
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise _exists(name) from None
    except (OSError, ValueError) as error:
        raise unreachable(name, error) from None


def _exists(name: str) -> InvalidInput:
    return InvalidInput("the file exists", cure="a key is never replaced: name another", file=name)
