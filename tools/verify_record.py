"""A second verifier of exported records, written apart: it shares no code with Openline.

    python tools/verify_record.py FILE [VERIFIER-KEY ...]

It needs this file and the library `cryptography`, and follows docs/record.md alone. With verifier
keys, the record's key must be one of them. Exit code 0: verified; 1: refused, with the line.
"""

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADER = ["type", "format", "origin", "size", "key", "witnesses", "parties", "agreement", "hash"]
ENTRY = ["type", "sequence", "time", "party", "kind", "hash"]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
NOTE_MAX, SIGNATURES_MAX, LINE_MAX, NAME_MAX = 65536, 64, 8 * 1024 * 1024, 200
TIME_MAX = 7258118400  # the year 2200
WRONG = (InvalidSignature, ValueError, LookupError, TypeError, AttributeError, RecursionError)
Key = tuple[str, int, bytes]  # name, type, public key


class Refused(Exception):
    """Line number, and what is wrong there."""


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _need(right: object, problem: str) -> None:
    if not right:
        raise ValueError(problem)


def _unbase64(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    _need(base64.b64encode(data).decode() == text, "base64 in another form")
    return data


def _good_name(name: str) -> bool:
    return 0 < len(name) <= NAME_MAX and name.isprintable() and not set(name) & {" ", "+"}


def _read_key(text: str) -> Key:
    name, given_id, material = text.split("+", 2)
    data = _unbase64(material)
    _need(_good_name(name) and len(data) == 33 and data[0] in (1, 4), "not an Ed25519 key")
    _need(_key_id((name, data[0], data[1:])).hex() == given_id, "the key does not fit its id")
    return name, data[0], data[1:]


def _key_id(key: Key) -> bytes:
    return _sha(key[0].encode() + b"\n" + bytes([key[1]]) + key[2])[:4]


def _is_signed(text: str, signatures: Iterable[tuple[str, bytes]], key: Key) -> bool:
    found = False
    for name, data in signatures:
        if name != key[0] or data[:4] != _key_id(key):
            continue
        message, signature = text.encode(), data[4:]
        if key[1] == 4:
            seconds, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            _need(seconds <= TIME_MAX, "signed in a far future")
            message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        Ed25519PublicKey.from_public_bytes(key[2]).verify(signature, message)
        found = True
    return found


def _read_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    _need(len(note.encode()) <= NOTE_MAX, "the note is too long")
    _need(not any(ord(c) < 32 and c != "\n" for c in note), "control characters in the note")
    text, blank, lines = note.rpartition("\n\n")
    _need(text and blank and lines.endswith("\n"), "not a signed note")
    signatures = []
    for line in lines[:-1].split("\n"):
        dash, name, data = line.split(" ")
        _need(dash == "—" and _good_name(name) and len(_unbase64(data)) > 4, "no signature line")
        signatures.append((name, _unbase64(data)))
    _need(len(signatures) <= SIGNATURES_MAX, "too many signatures")
    return text + "\n", signatures


class Verifier:
    """Takes the lines of an export one by one."""

    def __init__(self, trusted: list[Key]) -> None:
        self.trusted = trusted
        self.header: dict[str, Any] = {}
        self.stack: list[bytes] = []  # roots of complete subtrees, largest first
        self.count, self.sealed = 0, -1
        self.witnessed: dict[str, int] = {}

    def line(self, raw: bytes) -> None:
        """Take one line with its line end. Raises if anything is wrong with it."""
        _need(raw.endswith(b"\n"), "the line has no end")
        value = json.loads(raw)
        again = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        _need(again + b"\n" == raw, "not in its one form")
        kind = value["type"]
        _need(self.header or kind == "record", "the first line is no header")
        if kind != "entry":
            seal = raw[: raw.rindex(b',"hash":"')]
            _need(_sha(seal).hex() == value["hash"], "the hash is not that of the line")
        {"record": self._head, "entry": self._entry, "checkpoint": self._checkpoint}[kind](value)

    def _head(self, value: dict[str, Any]) -> None:
        _need(not self.header, "a second header")
        _need(list(value) == HEADER and repr(value["format"]) == "1", "an unknown header")
        self.key = _read_key(value["key"])
        self.witnesses = [_read_key(text) for text in value["witnesses"]]
        _need(self.key[:2] == (value["origin"], 1), "the key is not that of the origin")
        _need(type(value["size"]) is int and value["size"] >= 0, "no size")
        _need(set(map(type, value["parties"].values())) <= {str}, "a party without a key")
        _need(not self.trusted or self.key in self.trusted, "the key is not a trusted one")
        self.header = value

    def _entry(self, value: dict[str, Any]) -> None:
        _need(list(value) in ([*ENTRY, "body"], [*ENTRY, "body_base64"]), "not an entry")
        _need(type(value["sequence"]) is int and TIME.fullmatch(value["time"]), "no entry")
        datetime.fromisoformat(value["time"])
        body = value["body"].encode() if "body" in value else _unbase64(value["body_base64"])
        text = body.decode(errors="ignore").encode() == body
        _need(text == ("body" in value), "text is to stand as text, other bytes as base64")
        party, kind = value["party"].encode(), value["kind"].encode()
        lengths = f"{len(party)} {len(kind)} {len(body)}"
        line = f"openline.entry/1 {value['sequence']} {value['time']} {lengths}\n"
        leaf = _sha(b"\0" + line.encode() + party + kind + body)
        _need(leaf.hex() == value["hash"], "the hash is not that of the entry")
        _need(value["sequence"] == self.count + 1, "entries are missing or out of order")
        size = self.count = self.count + 1
        while size % 2 == 0:  # two subtrees of one size become one
            leaf, size = _sha(b"\1" + self.stack.pop() + leaf), size // 2
        self.stack.append(leaf)

    def root(self) -> bytes:
        """The root hash so far."""
        root = self.stack[-1] if self.stack else _sha(b"")
        for left in self.stack[-2::-1]:
            root = _sha(b"\1" + left + root)
        return root

    def _checkpoint(self, value: dict[str, Any]) -> None:
        _need(list(value) == ["type", "note", "hash"], "not a checkpoint")
        text, signatures = _read_note(value["note"])
        start = f"{self.key[0]}\n{self.count}\n{base64.b64encode(self.root()).decode()}\n"
        _need(_is_signed(text, signatures, self.key), "not signed with the record's key")
        for key in self.witnesses:
            if _is_signed(text, signatures, key):
                self.witnessed[key[0]] = self.count
        _need(text.startswith(start), "these are not the entries that were signed")
        _need(all(text[len(start) :].split("\n")[:-1]), "an empty line in the checkpoint")
        self.sealed = self.count


def verify(lines: Iterable[bytes], trusted: list[Key]) -> Verifier:
    """Verify the lines of an export. Raises: Refused."""
    verifier, number = Verifier(trusted), 0
    try:
        for raw in lines:
            number += 1
            verifier.line(raw)
        promised = verifier.header["size"]
        _need(verifier.count == promised, f"{promised} entries promised, {verifier.count} found")
        _need(verifier.sealed == promised, "the last entries are under no checkpoint")
    except WRONG as error:
        raise Refused(number, str(error) or "a wrong signature") from None
    return verifier


def main(arguments: list[str]) -> int:
    """The command."""
    try:
        with open(arguments[0], "rb") as file:
            lines = iter(lambda: file.readline(LINE_MAX), b"")
            done = verify(lines, [_read_key(text) for text in arguments[1:]])
    except Refused as error:
        print(f"REFUSED: {arguments[0]}, line {error.args[0]}: {error.args[1]}")
        return 1
    said = [f"verified: {done.header['key']}, {done.count} entries, root {done.root().hex()}"]
    said += [f"cosigned by {name}: {size} entries" for name, size in done.witnessed.items()]
    print("\n".join(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
