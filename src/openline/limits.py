"""Every bound in one place, each with its reason. Relations between them are asserted."""

from datetime import UTC, datetime, timedelta
from typing import Final

# Geometry
VERTICES_MAX: Final = 10_000  # per polygon, holes included: beyond it a drawing, not an airspace
RADIUS_MIN_M: Final = 0.1
RADIUS_MAX_M: Final = 5_000_000.0  # a circle or corridor wider than this is not a place
POLYGON_EXTENT_MAX_M: Final = 9_000_000.0  # from its centre: less than a hemisphere
LATERAL_MINIMUM_MAX_M: Final = 500_000.0
SMALLEST_MINIMUM_M: Final = 1.0  # a lateral or vertical minimum is zero or at least this

# Numerical resolution of every lateral and vertical decision (see docs/exactness.md).
RESOLUTION_M: Final = 0.01

# Altitude, metres over the WGS-84 ellipsoid
ALTITUDE_FLOOR_M: Final = -1_000.0  # below the lowest dry land (-430 m AMSL, geoid -107 m)
ALTITUDE_CEILING_M: Final = 100_000.0  # what "unlimited" stands for

# Time: what "permanent" stands for, and the range of every instant
TIME_MIN: Final = datetime(1970, 1, 1, tzinfo=UTC)
TIME_MAX: Final = datetime(2200, 1, 1, tzinfo=UTC)
TIME_MINIMUM_MAX: Final = timedelta(days=7)

# Files
FILE_BYTES_MAX: Final = 256 * 1024 * 1024
ARCHIVE_BYTES_MAX: Final = 64 * 1024 * 1024  # unpacked content of a KMZ
NESTING_MAX: Final = 64
FEATURES_MAX: Final = 2_000_000
TEXT_MAX: Final = 500  # characters of a name or reason that are kept
VOLUMES_PER_INTENT_MAX: Final = 10_000

assert RADIUS_MIN_M > RESOLUTION_M, "a circle must be larger than the resolution"
assert SMALLEST_MINIMUM_M > 2 * RESOLUTION_M, "a minimum must be resolvable"
assert POLYGON_EXTENT_MAX_M < 10_000_000.0, "a polygon stays within a hemisphere"
assert ALTITUDE_FLOOR_M < 0 < ALTITUDE_CEILING_M
