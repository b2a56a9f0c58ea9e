"""A point on the Earth by geodetic latitude and longitude, WGS-84, degrees."""

import math
from typing import NamedTuple

from openline.errors import InvalidGeometry


class Position(NamedTuple):
    """Geodetic latitude [-90, 90] and longitude [-180, 180] in degrees, WGS-84."""

    lat_deg: float
    lng_deg: float

    @classmethod
    def checked(cls, lat_deg: float, lng_deg: float) -> "Position":
        """The position, if it is one.

        Raises: InvalidGeometry for numbers that are not finite or out of range.
        """
        if not (math.isfinite(lat_deg) and math.isfinite(lng_deg)):
            raise InvalidGeometry(
                f"latitude {lat_deg}, longitude {lng_deg} is not a finite number",
                cure="give both in decimal degrees",
            )
        if not -90.0 <= lat_deg <= 90.0:
            swapped = " (are latitude and longitude swapped?)" if -90 <= lng_deg <= 90 else ""
            raise InvalidGeometry(
                f"latitude {lat_deg:g} is outside -90..90{swapped}",
                cure="give the latitude in decimal degrees",
            )
        if not -180.0 <= lng_deg <= 180.0:
            raise InvalidGeometry(
                f"longitude {lng_deg:g} is outside -180..180",
                cure="give the longitude in decimal degrees; split no shape at 180",
            )
        return cls(float(lat_deg), float(lng_deg))
