"""The survey of a drone operator who plans in QGroundControl."""

import json
from typing import Any

from shared_sky.places import Km, place


def dollart_dyke() -> str:
    """A lawn-mower survey of a dyke, as QGroundControl saves it."""
    home = (12.6, -33.4)
    lat, lng = place(home)

    def item(number: int, command: int, point: Km | None, height: float) -> dict[str, Any]:
        where = (0.0, 0.0) if point is None else place(point)
        return {
            "AMSLAltAboveTerrain": None,
            "Altitude": height,
            "AltitudeMode": 1,
            "autoContinue": True,
            "command": command,
            "doJumpId": number,
            "frame": 2 if point is None else 3,
            "params": [0, 0, 0, None if point else 0, *where, height],
            "type": "SimpleItem",
        }

    items = [item(1, 22, home, 60.0)]
    for row in range(6):
        north = -33.4 + 0.08 * row
        ends = [(12.6, north), (13.2, north)][:: 1 if row % 2 == 0 else -1]
        items += [item(len(items) + 1 + n, 16, end, 60.0) for n, end in enumerate(ends)]
    items.append(item(len(items) + 1, 20, None, 0.0))
    plan = {
        "fileType": "Plan",
        "geoFence": {"circles": [], "polygons": [], "version": 2},
        "groundStation": "QGroundControl",
        "mission": {
            "cruiseSpeed": 15,
            "firmwareType": 12,
            "globalPlanAltitudeMode": 1,
            "hoverSpeed": 8,
            "items": items,
            "plannedHomePosition": [lat, lng, 2.0],
            "vehicleType": 2,
            "version": 2,
        },
        "rallyPoints": {"points": [], "version": 2},
        "version": 1,
    }
    return json.dumps(plan, indent=4) + "\n"
