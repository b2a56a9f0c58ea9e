"""Bodies of requests: JSON into typed values, or a refusal that names the field."""

import re
from functools import cache
from typing import Any, Final

import msgspec

from openline.errors import InvalidInput

_PATH: Final = re.compile(r"^(?P<problem>.*) - at `(?:\$\.?)?(?P<field>[^`]*)`$", re.DOTALL)
_CURE: Final = "send a JSON object as the interface describes it"


def read_body(raw: bytes, kind: Any) -> Any:
    """The body as a value of that type; unknown fields are ignored.

    Raises: InvalidInput for what is no JSON, too deeply nested, of a wrong type or out of range.
    """
    try:
        return _decoder(kind).decode(raw)
    except msgspec.ValidationError as error:
        found = _PATH.match(str(error))
        if found is None:
            raise InvalidInput(_sentence(str(error)), cure=_CURE) from None
        problem, field = _sentence(found["problem"]), found["field"] or "body"
        raise InvalidInput(problem, cure=_CURE, field=field) from None
    except RecursionError:
        raise InvalidInput("the body is nested too deeply", cure=_CURE) from None
    except (msgspec.DecodeError, UnicodeError, ValueError) as error:
        raise InvalidInput(
            f"the body is no JSON: {_sentence(str(error))}", cure="send JSON in UTF-8"
        ) from None


def read_object(raw: bytes) -> dict[str, object]:
    """The whole body as an object, unknown fields and all. Raises: InvalidInput."""
    found: dict[str, object] = read_body(raw, dict[str, object])
    return found


@cache
def _decoder(kind: Any) -> "msgspec.json.Decoder[Any]":
    return msgspec.json.Decoder(kind)


def _sentence(text: str) -> str:
    return text[:1].lower() + text[1:].encode("utf-8", "replace").decode()
