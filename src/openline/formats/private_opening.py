"""An opened session as a file: the salt, the keys and the items of one party, as JSON.

{"openline":"private-opening/1","session":…,"party":…,"salt":…,"server_key":…,"client_key":…,
"has":[[cell,slab,slot],…],"asks":[…]}: bytes in hexadecimal, cells as tokens of S2. Whoever has it
knows the plans of that session: it is written when the flights are over, for the peer alone.
"""

from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from openline.errors import InvalidInput
from openline.formats import json_text
from openline.formats.line_values import checked
from openline.line.private.commitment import Opening
from openline.line.private.grid import Item, cell_of, token_of
from openline.line.private.terms import BUCKET_MAX

VERSION: Final = "private-opening/1"
_Hex = Annotated[str, Meta(pattern="^([0-9a-f]{2}){1,64}$")]
_Token = Annotated[str, Meta(pattern="^[0-9a-f]{0,15}[1-9a-f]$")]
_Number = Annotated[int, Meta(ge=-(2**40), le=2**40)]
_Items = Annotated[list[tuple[_Token, _Number, _Number]], Meta(max_length=BUCKET_MAX)]


class _Opening(Struct, forbid_unknown_fields=True):
    openline: str
    session: _Hex
    party: Annotated[str, Meta(max_length=64)]
    salt: _Hex
    server_key: _Hex
    client_key: _Hex
    has: _Items
    asks: _Items


def encode_opening(session: bytes, party: str, opening: Opening) -> bytes:
    """The file of an opened session."""
    value = {
        "openline": VERSION,
        "session": session.hex(),
        "party": party,
        "salt": opening.salt.hex(),
        "server_key": opening.server_key.hex(),
        "client_key": opening.client_key.hex(),
        "has": _values(opening.has),
        "asks": _values(opening.asks),
    }
    return json_text.encode(value).encode() + b"\n"


def decode_opening(data: bytes, source: str | None = None) -> tuple[bytes, str, Opening]:
    """Session, party and what was opened. Raises: InvalidInput."""
    value = json_text.decode(data, source)
    try:
        if not isinstance(value, dict) or value.get("openline") != VERSION:
            raise InvalidInput("it is no opened session", cure="openline private open writes one")
        checked(value, _Opening, "")
        salt, server_key, client_key = (
            bytes.fromhex(value[name]) for name in ("salt", "server_key", "client_key")
        )
        has, asks = _items(value["has"]), _items(value["asks"])
        opening = Opening(salt, server_key, client_key, has, asks)
    except InvalidInput as error:
        raise error.at(file=source) from None
    return bytes.fromhex(value["session"]), value["party"], opening


def _values(items: tuple[Item, ...]) -> list[list[Any]]:
    return [[token_of(item.cell), item.slab, item.slot] for item in items]


def _items(values: list[list[Any]]) -> tuple[Item, ...]:
    return tuple(Item(cell_of(token), slab, slot) for token, slab, slot in values)
