"""Sign by a program of the user: a smart card, a PKCS #11 token, an agent, a person at a button.

The program is given one more word. `public-key`: it prints `ed25519:BASE64`. `sign`: it reads the
message from standard input and prints the signature in base64. It may ask its user for a PIN on
the terminal. Its answer is checked with the public key before it is used.
"""

import base64
import binascii
import shlex
import subprocess
from typing import Final

from openline.app.ed25519 import verify
from openline.errors import InvalidInput, Unreachable
from openline.line.signatures import parse_public_key

PREFIX: Final = "exec:"
_WAIT_S: Final = 120.0  # time to find the card and type the PIN
_ANSWER_MAX: Final = 1_000


class CommandSigner:
    """Signs by a command, as `exec:pkcs11-sign --slot 2` names it.

    Raises: Unreachable if the program cannot be run or does not answer in two minutes, InvalidInput
    if it fails or its answer is not what it should be.
    """

    def __init__(self, word: str) -> None:
        try:
            self._command = shlex.split(word.removeprefix(PREFIX))
        except ValueError as error:
            raise InvalidInput(f"the command of the key cannot be read: {error}") from None
        if not self._command:
            raise InvalidInput("no command", cure="write exec:PROGRAM")
        self._public_key = parse_public_key(self._run("public-key", b""))

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._public_key

    def sign(self, message: bytes) -> bytes:
        """The signature, checked."""
        try:
            signature = base64.b64decode(self._run("sign", message), validate=True)
        except binascii.Error:
            signature = b""
        if not verify(self._public_key, message, signature):
            raise InvalidInput(
                f"{self._command[0]} gave a signature that is not right",
                cure="see that it signs with Ed25519 and prints base64",
            )
        return signature

    def _run(self, word: str, message: bytes) -> str:
        try:
            done = subprocess.run(
                [*self._command, word],
                input=message,
                stdout=subprocess.PIPE,
                timeout=_WAIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unreachable(f"no answer in {_WAIT_S:g} s", file=self._command[0]) from None
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or str(error)
            raise Unreachable(f"cannot be run: {problem.lower()}", file=self._command[0]) from None
        if done.returncode != 0:
            raise InvalidInput(f"{self._command[0]} {word} failed with code {done.returncode}")
        if len(done.stdout) > _ANSWER_MAX or not done.stdout.isascii():
            raise InvalidInput(f"{self._command[0]} {word} answered something else")
        return done.stdout.decode("ascii").strip()
