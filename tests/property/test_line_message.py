"""What is written on the line reads back as it was, of every kind; and nothing else is taken."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput
from openline.formats.line_bodies import SCHEMAS
from openline.formats.line_message import BODIES, decode, encode
from openline.line.message.kind import Kind
from tests import line_strategies

# a message of several volumes is large: what is slow here is drawing it
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def test_every_kind_has_a_body_a_schema_and_a_strategy() -> None:
    assert set(BODIES) == set(SCHEMAS) == set(line_strategies.BODIES) == set(Kind)


@pytest.mark.parametrize("kind", Kind)
@settings(deadline=None, max_examples=12, suppress_health_check=SLOW)
@given(data=st.data())
def test_a_message_reads_back(kind: Kind, data: st.DataObject) -> None:
    message = data.draw(line_strategies.messages(kind))
    payload = encode(message)
    again = decode(payload)
    assert again == message
    assert again.kind is kind
    assert encode(again) == payload
    assert _bits(again) == _bits(message)


@settings(deadline=None, max_examples=60, suppress_health_check=SLOW)
@given(line_strategies.messages(), st.data())
def test_an_unknown_field_is_refused_wherever_it_stands(message: Any, data: st.DataObject) -> None:
    value = json.loads(encode(message))
    objects = list(_objects(value))
    path, place = data.draw(st.sampled_from(objects))
    place["zz"] = 1
    with pytest.raises(InvalidInput) as caught:
        decode(json.dumps(value).encode())
    assert caught.value.facts["field"] == (f"{path}.zz" if path else "zz")


@settings(deadline=None, max_examples=150, suppress_health_check=SLOW)
@given(line_strategies.messages(), st.data())
def test_any_other_value_is_refused_or_is_another_message(
    message: Any, data: st.DataObject
) -> None:
    """Nothing but our own error, whatever stands in place of one value."""
    value = json.loads(encode(message))
    _, place = data.draw(st.sampled_from([at for at in _objects(value) if at[1]]))
    name = data.draw(st.sampled_from(sorted(place)))
    odd = st.sampled_from(
        [None, True, 0, -1, 1.5, 2**63, 10**40, "", " ", "x" * 300, "\u0000", [], {}, [[]], "1"]
    )
    place[name] = data.draw(odd | st.floats(allow_nan=False, allow_infinity=False))
    payload = json.dumps(value).encode()
    try:
        again = decode(payload)
    except InvalidInput as error:
        named = error.facts.get("field")
    else:
        named = "none"
        assert decode(encode(again)) == again
    assert named


@settings(deadline=None, max_examples=150, suppress_health_check=SLOW)
@given(line_strategies.messages(), st.data())
def test_damaged_bytes_give_our_error_or_a_message(message: Any, data: st.DataObject) -> None:
    payload = bytearray(encode(message))
    for _ in range(data.draw(st.integers(1, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    try:
        again = decode(bytes(payload))
    except InvalidInput:
        return
    assert decode(encode(again)) == again


def _objects(value: Any, path: str = "") -> Any:
    if isinstance(value, dict):
        yield path, value
        for name, member in value.items():
            yield from _objects(member, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _objects(member, f"{path}[{number}]")


def _bits(message: Any) -> list[str]:
    """The bands of its volumes to the last bit, signs of zero and words too."""
    body = getattr(message.body, "notice", message.body)
    volumes: tuple[Volume4D, ...] = getattr(body, "volumes", ())
    return [repr(volume.altitude) + str(volume.altitude) for volume in volumes]
