"""Openline: who is in whose way, where, when and how close.

    import openline
    traffic = openline.read("north.geojson", "south.kml")
    for conflict in openline.find_conflicts(traffic, openline.Separation(lateral_m=9260)):
        print(conflict.reason)

`import openline` itself is light: each name below is loaded on first use.
"""

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from openline.airspace.conflict import Conflict
    from openline.airspace.detect import conflict
    from openline.airspace.entity import Constraint, Notice, OperationalIntent
    from openline.airspace.find import Findings
    from openline.airspace.separation import Separation
    from openline.airspace.volume import Volume4D
    from openline.app.check_files import find_conflicts
    from openline.app.library import read
    from openline.client import Client
    from openline.errors import OpenlineError
    from openline.formats.traffic import Traffic
    from openline.geo.circle import Circle
    from openline.geo.corridor import Corridor
    from openline.geo.polygon import Polygon
    from openline.geo.position import Position

    __version__: str

_HOMES: Final = {
    "Circle": "openline.geo.circle",
    "Client": "openline.client.client",
    "Conflict": "openline.airspace.conflict",
    "Constraint": "openline.airspace.entity",
    "Corridor": "openline.geo.corridor",
    "Findings": "openline.airspace.find",
    "Notice": "openline.airspace.entity",
    "OpenlineError": "openline.errors",
    "OperationalIntent": "openline.airspace.entity",
    "Polygon": "openline.geo.polygon",
    "Position": "openline.geo.position",
    "Separation": "openline.airspace.separation",
    "Traffic": "openline.formats.traffic",
    "Volume4D": "openline.airspace.volume",
    "conflict": "openline.airspace.detect",
    "find_conflicts": "openline.app.check_files",
    "read": "openline.app.library",
}

__all__ = [
    "Circle",
    "Client",
    "Conflict",
    "Constraint",
    "Corridor",
    "Findings",
    "Notice",
    "OpenlineError",
    "OperationalIntent",
    "Polygon",
    "Position",
    "Separation",
    "Traffic",
    "Volume4D",
    "__version__",
    "conflict",
    "find_conflicts",
    "read",
]


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("openline")
    except PackageNotFoundError:  # run from a source tree that was never installed
        return "0+unknown"


def __getattr__(name: str) -> Any:
    if name == "__version__":
        value: Any = _version()
    elif name in _HOMES:
        from importlib import import_module

        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'openline' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
