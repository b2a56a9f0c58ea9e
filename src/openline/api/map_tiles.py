"""Pictures of a map by a server of one's own, behind what the console draws.

None are asked for unless the administrator names such a server: then the browser of everybody who
has the console open asks it, and the policy of the page's content allows pictures from it alone.
"""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from msgspec import Struct

from openline.errors import InvalidInput

_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/[A-Za-z0-9._~/{}?=&%@:+-]*")
_PLACES = ("{z}", "{x}", "{y}")
_CREDIT_MAX = 120


@dataclass(frozen=True, slots=True)
class MapTiles:
    """Square pictures of 256 pixels in Web Mercator. `credit`: who made them, shown on the map."""

    url: str
    credit: str

    @classmethod
    def of(cls, url: str, credit: str) -> Self:
        """Raises: InvalidInput for an address that is none, or lacks {z}, {x} or {y}."""
        if not _ADDRESS.fullmatch(url) or not all(url.count(place) == 1 for place in _PLACES):
            raise InvalidInput(
                "no address of map tiles",
                cure="give one as https://tiles.example/{z}/{x}/{y}.png",
                field="map_tiles",
            )
        if len(credit) > _CREDIT_MAX:
            raise InvalidInput(
                f"{len(credit)} characters; at most {_CREDIT_MAX} fit on the map",
                cure="shorten it",
                field="map_tiles_credit",
            )
        return cls(url, credit)

    @property
    def origin(self) -> str:
        """Where they come from, as a content policy names it."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


class MapTilesView(Struct):
    """Where the console finds pictures of the map, and who made them."""

    url: str
    credit: str


def tiles_of(url: str, credit: str) -> MapTiles | None:
    """None without an address. Raises: InvalidInput."""
    return MapTiles.of(url, credit) if url else None
