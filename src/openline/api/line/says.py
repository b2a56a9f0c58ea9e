"""What a message says, as it is shown: its body with its kind beside it, or its coarse form.

The schemas are those of `formats.line_bodies` with one more field, `kind`: a reader of a board
tells them apart by it.
"""

from typing import Any, Final

from msgspec import Struct

from openline.formats.line_bodies import SCHEMAS
from openline.line.agreement import Coarseness
from openline.line.message.kind import Asks, Kind, NoticeKind

SAYS: Final = "Says"
BODY: Final = "Body"
COARSE: Final = "CoarseNotice"


class CoarseNotice(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A notice for whoever may not see all of it. cells: ids of S2 cells that contain its place,
    16 hexadecimal digits each; without them nothing is known but that it is there."""

    notice: NoticeKind
    asks: Asks
    shown: Coarseness
    cells: list[str]
    time_start: str | None = None
    time_end: str | None = None


BODIES: Final[tuple[type[Struct], ...]] = (*SCHEMAS.values(), CoarseNotice)


def says_schemas(schemas: dict[type, dict[str, Any]], parts: dict[str, Any]) -> dict[str, Any]:
    """The schemas of what is shown, by name: one for each kind, and that of any of them; and of the
    body of any message.

    schemas: a reference for each of BODIES, to one of the parts.
    """
    found: dict[str, Any] = {}
    forms: list[tuple[Kind, type[Struct]]] = [*SCHEMAS.items(), (Kind.NOTIFY, CoarseNotice)]
    for kind, body in forms:
        part = parts[schemas[body]["$ref"].rpartition("/")[2]]
        name = COARSE if body is CoarseNotice else body.__name__
        found[f"Said{name}"] = part | {
            "title": f"Said{name}",
            "properties": {"kind": {"const": kind.value}} | part["properties"],
            "required": ["kind", *part.get("required", ())],
        }
    shown = {"anyOf": [{"$ref": f"#/schemas/{name}"} for name in found]}
    said = {"anyOf": [schemas[body] for body in SCHEMAS.values()]}
    return found | {SAYS: shown, BODY: said}
