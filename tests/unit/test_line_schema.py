"""The JSON schema of a message, held against messages by an independent validator."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator

from openline.errors import InvalidInput
from openline.formats.line_message import decode, encode
from openline.formats.line_schema import message_schema
from openline.line.message.kind import Kind
from tests import line_strategies
from tests.unit.line_samples import OTHER, message
from tests.unit.test_line_message import DELETED, at

SCHEMA = message_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert [one["title"] for one in SCHEMA["oneOf"]] == [kind.value for kind in Kind]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_valid(kind: Kind) -> None:
    assert VALIDATOR.is_valid(json.loads(encode(message(kind))))


@settings(deadline=None, max_examples=40, suppress_health_check=SLOW)
@given(line_strategies.messages())
def test_what_is_written_is_valid(said: Any) -> None:
    assert VALIDATOR.is_valid(json.loads(encode(said)))


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        (Kind.NOTIFY, "v", 2),
        (Kind.NOTIFY, "id", "17"),
        (Kind.NOTIFY, "id", "5c1f0a52-7b7e-4c1b-9d55-000000000002\n"),
        (Kind.NOTIFY, "zz", 1),
        (Kind.NOTIFY, "thread", OTHER),
        (Kind.CANCEL, "thread", DELETED),
        (Kind.NOTIFY, "body.asks", "obey"),
        (Kind.NOTIFY, "body.text", None),
        (Kind.NOTIFY, "body.volumes[0].volume.zz", 1),
        (Kind.NOTIFY, "body.volumes[1].volume.outline_circle.center.lat", 91),
        (Kind.AMEND, "body.notice.target", "x"),
        (Kind.CLOSURE, "body.review_at", DELETED),
    ],
)
def test_what_the_schema_refuses_we_refuse(kind: Kind, path: str, value: object) -> None:
    payload = at(encode(message(kind)), path, value)
    assert not VALIDATOR.is_valid(json.loads(payload))
    with pytest.raises(InvalidInput):
        decode(payload)
