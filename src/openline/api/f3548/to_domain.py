"""What travels to what the use cases understand. Every refusal names the field."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from uuid import RFC_4122, UUID

from openline.airspace.extent import AskedExtent, Cells, Extent
from openline.api.f3548 import wire
from openline.errors import (
    AreaTooLarge,
    InvalidAltitude,
    InvalidGeometry,
    InvalidInput,
    InvalidTimeRange,
)
from openline.formats.instants import parse_instant
from openline.geo.area import area_km2
from openline.geo.circle import Circle
from openline.geo.covering import covering, surrounding
from openline.geo.polygon import Polygon
from openline.limits import (
    REQUEST_ALTITUDE_MAX_M,
    REQUEST_ALTITUDE_MIN_M,
    REQUEST_CELLS_MAX,
    REQUEST_VERTICES_MAX,
    REQUEST_VOLUMES_MAX,
    STORED_LEVEL_FINEST,
    TIME_MAX,
    TIME_MIN,
)

ID_TEXT_MAX = 64


def entity_id(text: str, field: str = "id") -> str:
    """The id with dashes, in lower case. Raises: InvalidInput unless it is a UUIDv4."""
    try:
        value = UUID(text) if len(text) <= ID_TEXT_MAX else None
    except ValueError:
        value = None
    if value is None or value.version != 4 or value.variant != RFC_4122:
        raise InvalidInput("no UUID of version 4", cure="make a random UUID", field=field)
    return str(value)


def extents_of(volumes: Sequence[wire.Volume4D], area_max_km2: float) -> tuple[Extent, ...]:
    """The extents of an operational intent: every volume has its own times and heights.

    Raises: InvalidGeometry, InvalidAltitude, InvalidTimeRange, AreaTooLarge.
    """
    return _extents(volumes, area_max_km2, needs_altitude=True)


def constraint_extents_of(
    volumes: Sequence[wire.Volume4D], area_max_km2: float
) -> tuple[Extent, ...]:
    """The extents of a constraint: every volume has its own times; heights may be unbounded.

    Raises: InvalidGeometry, InvalidAltitude, InvalidTimeRange, AreaTooLarge.
    """
    return _extents(volumes, area_max_km2, needs_altitude=False)


def area_of_interest(volume: wire.Volume4D, area_max_km2: float) -> Extent:
    """The extent of a query; what is absent is unbounded.

    Raises: InvalidGeometry, InvalidAltitude, InvalidTimeRange, AreaTooLarge.
    """
    place = "area_of_interest"
    lower, upper = altitudes_of(volume, place)
    start, end = times_of(volume, place)
    footprint = _bounded_footprint(volume, place, area_max_km2)
    return AskedExtent(
        surrounding(footprint, STORED_LEVEL_FINEST),
        partial(covering, footprint, STORED_LEVEL_FINEST),
        lower,
        upper,
        start or TIME_MIN,
        end or TIME_MAX,
    )


def cells_of(volume: wire.Volume4D, place: str, area_max_km2: float) -> Cells:
    """Cells that contain the outline, none finer than STORED_LEVEL_FINEST.

    Raises: InvalidGeometry, AreaTooLarge.
    """
    return covering(_bounded_footprint(volume, place, area_max_km2), STORED_LEVEL_FINEST)


def _bounded_footprint(volume: wire.Volume4D, place: str, area_max_km2: float) -> Circle | Polygon:
    with _at(f"{place}.volume"):
        footprint = _footprint(volume.volume)
        area = area_km2(footprint)
        if area > area_max_km2:
            raise AreaTooLarge(
                f"an area of {area:,.0f} km²; at most {area_max_km2:,.0f} km² are accepted",
                cure="split it",
            )
        return footprint


def altitudes_of(volume: wire.Volume4D, place: str) -> tuple[float | None, float | None]:
    """Lower and upper limit in metres over the ellipsoid; None is unbounded.

    Raises: InvalidAltitude.
    """
    lower, upper = (
        limit.value if limit is not None else None
        for limit in (volume.volume.altitude_lower, volume.volume.altitude_upper)
    )
    with _at(f"{place}.volume"):
        for limit in (lower, upper):
            if limit is not None and not REQUEST_ALTITUDE_MIN_M <= limit <= REQUEST_ALTITUDE_MAX_M:
                raise InvalidAltitude(
                    f"altitude {limit:g} m is outside "
                    f"{REQUEST_ALTITUDE_MIN_M:g}..{REQUEST_ALTITUDE_MAX_M:g} m",
                    cure="give metres over the WGS-84 ellipsoid",
                )
        if lower is not None and upper is not None and upper < lower:
            raise InvalidAltitude(
                f"altitude_upper {upper:g} m is below altitude_lower {lower:g} m",
                cure="swap them",
            )
    return lower, upper


def times_of(
    volume: wire.Volume4D, place: str, *, needs_both: bool = False
) -> tuple[datetime | None, datetime | None]:
    """Start and end, None where absent; the end is after the start where both are needed.

    Instants outside TIME_MIN..TIME_MAX are moved to its ends: nothing that lives now reaches
    there, so no answer changes. Raises: InvalidTimeRange.
    """
    start = _instant(volume.time_start, f"{place}.time_start")
    end = _instant(volume.time_end, f"{place}.time_end")
    if needs_both and (start is None or end is None):
        raise InvalidTimeRange(
            "a volume without both time_start and time_end", cure="give both", field=place
        )
    if start is not None and end is not None and (end < start or (needs_both and end == start)):
        raise InvalidTimeRange(
            "time_end is not after time_start", cure="correct one of the two", field=place
        )
    return _within_range(start), _within_range(end)


def _extents(
    volumes: Sequence[wire.Volume4D], area_max_km2: float, *, needs_altitude: bool
) -> tuple[Extent, ...]:
    extents = []
    cells = 0
    for number, volume in enumerate(_not_too_many(volumes)):
        place = f"extents[{number}]"
        extents.append(_bounded(volume, place, area_max_km2, needs_altitude=needs_altitude))
        cells += len(extents[-1].cells)
        if cells > REQUEST_CELLS_MAX:
            raise AreaTooLarge(
                f"the volumes cover more than {REQUEST_CELLS_MAX:,} cells",
                cure="simplify the volumes or join some of them",
                field="extents",
            )
    return tuple(extents)


def _not_too_many(volumes: Sequence[wire.Volume4D]) -> Sequence[wire.Volume4D]:
    if not volumes:
        raise InvalidGeometry("no volume", cure="give at least one", field="extents")
    vertices = sum(
        len(volume.volume.outline_polygon.vertices)
        for volume in volumes
        if volume.volume.outline_polygon is not None
    )
    for count, most, what in (
        (len(volumes), REQUEST_VOLUMES_MAX, "volumes"),
        (vertices, REQUEST_VERTICES_MAX, "vertices"),
    ):
        if count > most:
            raise AreaTooLarge(
                f"{count:,} {what}; at most {most:,} are accepted",
                cure="simplify the volumes or join some of them",
                field="extents",
            )
    return volumes


def _bounded(
    volume: wire.Volume4D, place: str, area_max_km2: float, *, needs_altitude: bool
) -> Extent:
    lower, upper = altitudes_of(volume, place)
    if needs_altitude and (lower is None or upper is None):
        raise InvalidAltitude(
            "a volume without both altitude_lower and altitude_upper",
            cure="give both in metres over the WGS-84 ellipsoid",
            field=f"{place}.volume",
        )
    start, end = times_of(volume, place, needs_both=True)
    cells = cells_of(volume, place, area_max_km2)
    return Extent(cells, lower, upper, start or TIME_MIN, end or TIME_MAX)


def _footprint(volume: wire.Volume3D) -> Circle | Polygon:
    circle, polygon = volume.outline_circle, volume.outline_polygon
    if circle is not None and polygon is None:
        return Circle.of(circle.center.lat, circle.center.lng, circle.radius.value)
    if polygon is not None and circle is None:
        return Polygon.of([(vertex.lat, vertex.lng) for vertex in polygon.vertices])
    number = "no outline" if circle is None else "two outlines"
    raise InvalidGeometry(
        f"a volume with {number}", cure="give either outline_polygon or outline_circle"
    )


def _instant(time: wire.Time | None, place: str) -> datetime | None:
    if time is None:
        return None
    with _at(place):
        return parse_instant(time.value)


def _within_range(instant: datetime | None) -> datetime | None:
    return None if instant is None else min(max(instant, TIME_MIN), TIME_MAX)


@contextmanager
def _at(place: str) -> Iterator[None]:
    try:
        yield
    except InvalidInput as error:
        error.at(field=place)
        raise
