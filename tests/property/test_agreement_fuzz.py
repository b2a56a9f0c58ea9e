"""Whatever is done to an agreement, it is read, or refused with its file and a line."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import InvalidInput
from openline.formats.agreement_toml import canonical_bytes, read_agreement
from openline.line.agreement import Agreement
from tests.unit.agreement_samples import TEXT, area_of, sample

PIECES = (
    *('"', "'", '"""', "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "#", "\n", "\\", "\x00"),
    *("nan", "inf", "-1", "1e400", "9" * 30, "true", "1979-05-27", "[party]", "[[agreement]]"),
    *("\ud7ff", "é", "\u202e", '""', "[]", "{}", "99999-01-01T00:00Z", "0x10", "+5", "1_0"),
)


def _read(data: bytes) -> Agreement | None:
    known, refused = None, None
    try:
        known = read_agreement(data, "agreement.toml", lambda _: area_of("area.geojson"))
    except InvalidInput as error:
        refused = error
    if known is not None:
        assert canonical_bytes(known).count(b"\n") == 2
        return known
    assert refused is not None
    assert refused.facts["file"] == "agreement.toml"
    line = refused.facts.get("line", 1)
    assert isinstance(line, int)
    assert 1 <= line <= data.count(b"\n") + 1
    return None


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**32), st.integers(1, 4))
def test_changed_files_are_read_or_refused(seed: int, changes: int) -> None:
    chance = random.Random(seed)
    text = TEXT
    for _ in range(changes):
        at, length = chance.randrange(len(text)), chance.choice((0, 0, 1, 3, 20, 200))
        text = text[:at] + chance.choice(PIECES) + text[at + length :]
    _read(text.encode("utf-8", "surrogatepass"))


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200), st.integers(0, len(TEXT)))
def test_bytes_are_read_or_refused(data: bytes, at: int) -> None:
    _read(data)
    _read(TEXT.encode()[:at] + data + TEXT.encode()[at:])


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 2**32))
def test_values_of_other_types_are_read_or_refused(seed: int) -> None:
    chance = random.Random(seed)
    lines = TEXT.split("\n")
    with_values = [at for at, line in enumerate(lines) if "=" in line]
    at = chance.choice(with_values)
    name = lines[at].split("=")[0]
    values = ["1", "-1", "0", "1.5", "nan", "true", '""', '"x"', "[]", "{}", "[1]", '["x", "x"]']
    values += ["1979-05-27", "07:32:00", "1e308", "9" * 18, '{ a = "b" }', "[[1]]", '["x"]']
    lines[at] = f"{name}= {chance.choice(values)}"
    _read("\n".join(lines).encode())


def test_the_sample_itself_is_read() -> None:
    assert _read(TEXT.encode()) == sample()
