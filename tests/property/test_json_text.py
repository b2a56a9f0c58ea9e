"""A document in its shortest form is read on a shorter way: it gives what the long one gives."""

import json
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from openline.errors import InvalidInput
from openline.formats import json_text

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(10**17, 10**21)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(['"', "\\", ":", '":', "{}", "\ud800", "é", "\x7f", "\u2028"]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def _long(data: bytes) -> Any:
    """As it is read where there is no shorter way: with a space around it."""
    return json_text.decode(b" " + data + b" ")


def _outcome(read: Any, data: bytes) -> Any:
    try:
        return repr(read(data))
    except InvalidInput as error:
        return error.problem.partition(", at column")[0]


@settings(deadline=None)
@given(
    value=_VALUES,
    doubled=st.booleans(),
    cuts=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 4), st.binary(max_size=3))),
)
def test_a_document_of_any_form_gives_the_same(
    value: Any, doubled: bool, cuts: list[tuple[int, int, bytes]]
) -> None:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    data = text.encode("utf-8", "surrogatepass")
    if doubled:  # the same name twice
        data = b'{"a":%b,"b":1,"a":%b}' % (data, data)
    assert _outcome(json_text.decode, data) == _outcome(_long, data)
    for at, count, put in cuts[:2]:
        data = data[:at] + put + data[at + count :]
    assume(not data.startswith((b"\xef", b"\xff", b"\xfe")))  # byte order marks
    assert _outcome(json_text.decode, data) == _outcome(_long, data)
