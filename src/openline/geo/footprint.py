"""What a volume covers on the ground: a polygon, a circle or a corridor."""

from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon

Footprint = Polygon | Circle | Corridor
