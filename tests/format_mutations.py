"""Mutations of sample files: the same seed, format and number give the same bytes, everywhere."""

import copy
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any, Final

from tests.format_samples import folders, samples

_NUMBER: Final = re.compile(rb"-?\d+(?:\.\d+)?")
_TOKEN: Final = re.compile(rb'"[^"]{0,80}"|<[^>]{0,120}>|[A-Za-z_]{2,40}|-?\d+(?:\.\d+)?')
_NUMBERS: Final = (
    *(b"NaN", b"nan", b"Infinity", b"-Infinity", b"inf", b"1e999", b"-1e999", b"1e308", b"1e-320"),
    *(b"0", b"-0", b"-1", b"90.0000001", b"-180.5", b"360", b"4294967296", b"9" * 25, b"9" * 5000),
    *(b"1_0", b"0x1F", b"1,5", b"\xd9\xa1\xd9\xa2", b"", b"null", b"true", b'""', b"[]", b"{}"),
    *(b"1e5", b"100000", b"99999", b"24", b"60", b"13", b"31", b"0000", b"9999"),
)
_PIECES: Final = (
    *(b"\x00", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\r", b"\x1b"),
    *(b"\\ud800", b"\\u0000", b'"', b"'", b"\\", b"<", b"&", b"&#0;", b"&lol;", b"]]>", b"<!--"),
    *(b"[" * 100, b"{" * 100, b'{"a":' * 2000, b"[" * 100_000, b"(" * 5000, b"<a>" * 5000),
    b"A" * 100_000,
    b"7.5 " * 20_000,
    b'<!DOCTYPE a [<!ENTITY lol "lol"><!ENTITY b "&lol;&lol;&lol;">]>',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
)
_VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, "", " ", "x", "-1", "1e999", "NaN", "FL999", "UNL", "2026-11-22T10:00:00"),
    *(0, -1, 1, -0.0, 1e308, -1e308, 5e-324, 10**18, -(10**18), 0.5, 90, 180.0000001, 100_000),
    *([], {}, [[]], [None], [0, 0], [[0, 0]], {"type": "Point"}, {"value": None}, "\x1b[31m\x00"),
    *(
        "9999-12-31T23:59:59.999999-23:59",
        "0001-01-01T00:00:00+23:59",
        "A" * 10_000,
        [0.0] * 20_000,
    ),
)
_ZIP_TIME: Final = (2026, 11, 22, 0, 0, 0)
_Mutation = Callable[[random.Random, bytes], bytes]


def mutated(format_name: str, seed: int, number: int) -> bytes:
    """The mutated input of that number: a sample after one to four mutations."""
    rng = random.Random(f"{format_name}:{seed}:{number}")
    data = rng.choice(samples(format_name)).read_bytes()
    if data[:2] == b"PK" and rng.random() < 0.7:
        return _rezipped(rng, data)
    if data.lstrip()[:1] in (b"{", b"[") and rng.random() < 0.5:
        return _restructured(rng, data)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        data = rng.choice(_MUTATIONS)(rng, data)
    return data


def _rezipped(rng: random.Random, data: bytes) -> bytes:
    """An archive whose members are mutated, so that what is inside is reached too."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as target:
        for name in archive.namelist():
            content = archive.read(name)
            for _ in range(rng.randint(0, 3)):
                content = rng.choice(_MUTATIONS)(rng, content)
            member = zipfile.ZipInfo(name, _ZIP_TIME)
            member.compress_type = rng.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
            target.writestr(member, content)
    return out.getvalue()


def _restructured(rng: random.Random, data: bytes) -> bytes:
    """JSON that stays JSON: members replaced, moved, removed or repeated."""
    try:
        parts = [json.loads(data)]
    except ValueError:
        parts = [json.loads(line) for line in data.split(b"\n") if line.strip()]
    for _ in range(rng.choice((1, 1, 2, 3))):
        slots: list[tuple[Any, Any]] = []
        _collect(parts, slots)
        container, key = rng.choice(slots)
        other, other_key = rng.choice(slots)
        act = rng.randrange(6)
        if act == 0 and container is not parts:
            del container[key]
        elif act == 1:
            container[key] = copy.deepcopy(other[other_key])
        elif act == 2 and isinstance(container, list):
            container.insert(key, copy.deepcopy(container[key]))
        elif act == 3:
            container[key] = [container[key]]
        else:
            container[key] = copy.deepcopy(rng.choice(_VALUES))
    return b"\n".join(json.dumps(part).encode() for part in parts)


def _collect(value: Any, slots: list[tuple[Any, Any]]) -> None:
    keys = range(len(value)) if isinstance(value, list) else value
    for key in keys:
        slots.append((value, key))
        if isinstance(value[key], (dict, list)):
            _collect(value[key], slots)


def _at(rng: random.Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def _cut(rng: random.Random, data: bytes) -> tuple[int, int]:
    start = _at(rng, data)
    return start, min(len(data), start + int(rng.expovariate(1 / 30)) + 1)


def _flip(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 8) if out else 0):
        out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _delete(rng: random.Random, data: bytes) -> bytes:
    start, end = _cut(rng, data)
    return data[:start] + data[end:]


def _duplicate(rng: random.Random, data: bytes) -> bytes:
    start, end = _cut(rng, data)
    times = rng.choice((1, 1, 2, 50))
    return data[:end] + data[start:end] * times + data[end:]


def _splice(rng: random.Random, data: bytes) -> bytes:
    """The head of this and the tail of a sample of any format."""
    other = rng.choice(samples(rng.choice(folders())) or samples("geojson")).read_bytes()
    return data[: _at(rng, data)] + other[_at(rng, other) :]


def _replace_number(rng: random.Random, data: bytes) -> bytes:
    found = list(_NUMBER.finditer(data))
    for match in rng.sample(found, min(len(found), rng.choice((1, 1, 2, 5)))):
        start, end = match.span()
        if data[start:end] == match[0]:  # an earlier replacement may have moved it
            data = data[:start] + rng.choice(_NUMBERS) + data[end:]
    return data


def _swap_tokens(rng: random.Random, data: bytes) -> bytes:
    found = list(_TOKEN.finditer(data))
    if len(found) < 2:
        return data
    first, second = sorted(rng.sample(found, 2), key=lambda match: match.start())
    middle = data[first.end() : second.start()]
    return data[: first.start()] + second[0] + middle + first[0] + data[second.end() :]


def _replace_token(rng: random.Random, data: bytes) -> bytes:
    found = list(_TOKEN.finditer(data))
    if not found:
        return data
    target = rng.choice(found)
    word = rng.choice((*_NUMBERS, *_PIECES[:16], rng.choice(found)[0]))
    return data[: target.start()] + word + data[target.end() :]


def _insert(rng: random.Random, data: bytes) -> bytes:
    at = _at(rng, data)
    return data[:at] + rng.choice(_PIECES) + data[at:]


def _truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: _at(rng, data)]


def _swap_lines(rng: random.Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    first, second = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


def _nest(rng: random.Random, data: bytes) -> bytes:
    """The whole, wrapped deeply."""
    depth = rng.choice((10, 70, 1000, 20_000))
    start, end = rng.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"<a>", b"</a>"), (b"(", b")")))
    return start * depth + data + end * depth


_MUTATIONS: Final[tuple[_Mutation, ...]] = (
    *(_flip, _delete, _duplicate, _splice, _replace_number, _replace_number, _swap_tokens),
    *(_replace_token, _replace_token, _insert, _truncate, _swap_lines, _nest),
)
