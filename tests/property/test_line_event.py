"""What the server says of itself is kept in one form, and reads back as it was."""

import json
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import InvalidInput
from openline.formats.line_event import EVENTS, SCHEMAS, decode_event, encode_event
from openline.line.event import Event
from tests import line_strategies


def test_every_event_has_a_name_a_schema_and_a_strategy() -> None:
    assert set(EVENTS) == set(SCHEMAS)
    assert set(EVENTS.values()) == set(line_strategies.EVENTS) == set(get_args(Event))
    assert len(EVENTS) == len(get_args(Event)), "two events have one name"


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.name)
@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_an_event_reads_back(kind: type[Any], data: st.DataObject) -> None:
    event = data.draw(line_strategies.EVENTS[kind])
    written = encode_event(event)
    assert decode_event(written) == event
    assert encode_event(decode_event(written)) == written


@settings(deadline=None, max_examples=100)
@given(line_strategies.events, st.data())
def test_the_same_in_another_form_is_refused(event: Event, data: st.DataObject) -> None:
    written = encode_event(event)
    value = json.loads(written)
    spaced = json.dumps(value, ensure_ascii=False).encode()
    turned = json.dumps(dict(reversed(value.items())), ensure_ascii=False, separators=(",", ":"))
    more = json.dumps(value | {"zz": 1}, ensure_ascii=False, separators=(",", ":"))
    cut = written[: data.draw(st.integers(0, len(written) - 1))]
    for other in (spaced, turned.encode(), more.encode(), cut, written + b"\n"):
        with pytest.raises(InvalidInput):
            decode_event(other)


@settings(deadline=None, max_examples=200)
@given(line_strategies.events, st.data())
def test_damaged_bytes_give_our_error_or_another_event(event: Event, data: st.DataObject) -> None:
    written = bytearray(encode_event(event))
    written[data.draw(st.integers(0, len(written) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        again = decode_event(bytes(written))
    except InvalidInput:
        return
    assert encode_event(again) == bytes(written)
