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

# Cells: of one stored extent, and of one area that is asked for
COVERING_CELLS_MAX: Final = 64
QUERY_CELLS_MAX: Final = 4096

# Files
FILE_BYTES_MAX: Final = 256 * 1024 * 1024
ARCHIVE_BYTES_MAX: Final = 64 * 1024 * 1024  # unpacked content of a KMZ
NESTING_MAX: Final = 64
FEATURES_MAX: Final = 2_000_000
TEXT_MAX: Final = 500  # characters of a name or reason that are kept
VOLUMES_PER_INTENT_MAX: Final = 10_000

# Requests to the server
BODY_BYTES_MAX: Final = 4 * 1024 * 1024  # as the field's reference server
REQUEST_VOLUMES_MAX: Final = 1_000  # of one operational intent or constraint
REQUEST_VERTICES_MAX: Final = 10_000  # of all its volumes together, as in F3548 (OiMaxVertices)
REQUEST_CELLS_MAX: Final = 20_000  # of all its volumes together
# S2 level of the smallest cells that are kept of a party's volume, about 70 m wide: what is kept
# shows no drawn shape, and what passes within a cell is told.
STORED_LEVEL_FINEST: Final = 17
REQUEST_ALTITUDE_MIN_M: Final = -8_000.0  # as in the F3548 interface
REQUEST_ALTITUDE_MAX_M: Final = 100_000.0
AREA_MAX_KM2: Final = 2_500.0  # per volume of an intent, a subscription or a query
CONSTRAINT_AREA_MAX_KM2: Final = 10_000.0  # per volume, as in F3548 (CstrMaxArea)
DURATION_MAX: Final = timedelta(days=20 * 366)
HORIZON_MAX: Final = timedelta(days=10 * 366)  # from now to the end of an entity
SUBSCRIPTION_DURATION_MAX: Final = timedelta(hours=24)
KEY_OVNS_MAX: Final = 50_000
QUERY_RESULTS_MAX: Final = 20_000  # beyond it a query is refused, never cut
URL_MAX: Final = 2_048  # characters of a USS's address
PARTY_NAME_MAX: Final = 256  # characters of a USS's id

# Documents of a store: small named values
DOCUMENT_NAME_MAX: Final = 200  # characters of a kind or an id
DOCUMENT_BYTES_MAX: Final = 1_048_576  # what is larger is no small value

# Messages of the line
LINE_AREA_MAX_KM2: Final = 5_000_000.0  # per volume of a message: larger than nearly every FIR

# Tokens and the keys they are signed with
TOKEN_BYTES_MAX: Final = 8_192  # a header line of a common proxy
RSA_BITS_MIN: Final = 2_048  # fewer can be broken
RSA_BITS_MAX: Final = 8_192  # more make a check slow enough to be an attack
KEYS_MAX: Final = 100  # of one file or key set
KEY_SET_BYTES_MAX: Final = 1_048_576
KEY_FILE_BYTES_MAX: Final = 1_048_576

# The server as a process
PARTIES_MAX: Final = 10_000  # whose share of requests is counted; the one seen first goes first
STREAMS_MAX: Final = 1_000  # of each process: clients that follow the record or the sky
LOG_LINES_MAX: Final = 10_000  # that wait to be written; beyond it lines are dropped and counted
SETTINGS_BYTES_MAX: Final = 1_048_576  # of openline.toml

# The live sky
IDENTITY_MAX: Final = 100  # characters of a callsign or another name of an aircraft
TRACKS_MAX: Final = 50_000  # aircraft followed at once: several times all that fly on Earth
TRACK_HISTORY_MAX: Final = 240  # positions kept of each: about four minutes at one a second

assert RADIUS_MIN_M > RESOLUTION_M, "a circle must be larger than the resolution"
assert SMALLEST_MINIMUM_M > 2 * RESOLUTION_M, "a minimum must be resolvable"
assert POLYGON_EXTENT_MAX_M < 10_000_000.0, "a polygon stays within a hemisphere"
assert COVERING_CELLS_MAX < QUERY_CELLS_MAX, "what is stored must be searchable"
assert ALTITUDE_FLOOR_M < 0 < ALTITUDE_CEILING_M
assert SUBSCRIPTION_DURATION_MAX < HORIZON_MAX < DURATION_MAX
assert AREA_MAX_KM2 <= CONSTRAINT_AREA_MAX_KM2
