"""The one point that stands for what a message names: what a read-back is compared with."""

from openline.airspace.volume import Volume4D
from openline.geo.circle import Circle
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.geo.sphere import positions_of, unit_vectors
from openline.line.message.bodies import Amend, Body, Closure, Notify, Urgent


def place_of(body: Body) -> Position | None:
    """The centre of the first volume; None for what names no place."""
    volumes: tuple[Volume4D, ...] = ()
    match body:
        case Amend():
            volumes = body.notice.volumes
        case Notify() | Closure():
            volumes = body.volumes
        case Urgent():
            volumes = body.volumes
            if not volumes:
                return body.position
    return centre_of(volumes[0]) if volumes else None


def centre_of(volume: Volume4D) -> Position:
    """The centre of a circle; the mean of the corners of a polygon or of the points of a route."""
    footprint = volume.footprint
    if isinstance(footprint, Circle):
        return footprint.centre
    points = footprint.outer if isinstance(footprint, Polygon) else footprint.path
    return positions_of(unit_vectors(points).sum(axis=0)[None, :])[0]
