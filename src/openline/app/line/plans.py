"""A file of plans as what a message can carry: every entity with its volumes, every problem named.

What a message cannot carry as it is becomes wider, with a warning, or is refused with words; it
never becomes smaller. Nothing is put on the record.
"""

from dataclasses import dataclass, replace
from typing import Final

from openline.airspace.entity import Entity
from openline.airspace.volume import Volume4D
from openline.app.read_files import Reading
from openline.errors import AreaTooLarge, InvalidAltitude, InvalidInput, OpenlineError
from openline.formats import kmz
from openline.formats.line_volume import WIDENINGS_MAX, volume_value
from openline.formats.registry import by_name, detect, read
from openline.formats.traffic import Traffic
from openline.geo.altitude import ellipsoid_band
from openline.limits import DURATION_MAX, REQUEST_VERTICES_MAX
from openline.line.message.airspace import VOLUMES_MAX
from openline.line.message.text import NAME_MAX, TEXT_MAX, without_hidden

PLAN_BYTES_MAX: Final = 2 * 1024 * 1024  # reading more would keep others of the server waiting
ENTITIES_MAX: Final = 1_000
_VOLUMES_MAX: Final = 10_000  # of all entities of a file together
_PROBLEMS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class PlanRead:
    """One entity, its volumes as a message carries them, and what was widened. name: to show."""

    entity: Entity
    name: str
    volumes: tuple[Volume4D, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlansRead:
    """What a file holds. problems: what of it could not be taken, each as its own error.

    format_name: in the format registry; None if it was not recognised.
    """

    format_name: str | None
    plans: tuple[PlanRead, ...] = ()
    problems: tuple[OpenlineError, ...] = ()
    warnings: tuple[str, ...] = ()


def read_plans(data: bytes, source: str, reading: Reading) -> PlansRead:
    """What the bytes of a file hold. source: its name, for messages and the suffix.

    Raises: AreaTooLarge for too many bytes. What is wrong in the file is among the problems.
    """
    if len(data) > PLAN_BYTES_MAX:
        raise AreaTooLarge(
            f"{len(data):,} bytes; at most {PLAN_BYTES_MAX:,} are read here",
            cure="split the file, or check it with `openline check`",
            file=source,
        )
    chosen = None
    try:
        chosen = (
            by_name(reading.format_name) if reading.format_name else detect(data, source)
        ).name
        if kmz.is_zip(data):
            data, chosen = _unpacked(data, source), "kml"
        traffic = read(data, source, replace(reading.options, skip_invalid=True), chosen)
        _bounded(traffic, source)
    except InvalidInput as error:
        return PlansRead(chosen, problems=(error.at(file=source),))
    plans: list[PlanRead] = []
    problems: list[OpenlineError] = list(traffic.skipped)
    for entity in traffic.entities():
        try:
            plans.append(_carried(entity, reading))
        except InvalidInput as error:
            problems.append(error.at(element=entity.name or entity.id, file=source))
    left = [one for one in traffic.warnings if not one.startswith("skipped")]
    if not plans and not problems:
        left.append("there is no intent, constraint or notice in the file")
    return PlansRead(chosen, tuple(plans), tuple(problems[:_PROBLEMS_MAX]), tuple(left))


def _unpacked(data: bytes, source: str) -> bytes:
    text = kmz.unpack(data, source)
    if len(text) > 4 * PLAN_BYTES_MAX:
        raise AreaTooLarge(
            f"it unpacks to {len(text):,} bytes; at most {4 * PLAN_BYTES_MAX:,} are read here",
            cure="split it",
        )
    return text


def _bounded(traffic: Traffic, source: str) -> None:
    """Raises: AreaTooLarge for more than one answer holds."""
    counts = (len(traffic.entities()), traffic.volume_count)
    for count, most, what in zip(
        counts, (ENTITIES_MAX, _VOLUMES_MAX), ("entities", "volumes"), strict=True
    ):
        if count > most:
            raise AreaTooLarge(
                f"{count:,} {what}; at most {most:,} are read here",
                cure="split the file",
                file=source,
            )


def _carried(entity: Entity, reading: Reading) -> PlanRead:
    """Raises: InvalidInput for what no message carries."""
    if len(entity.volumes) > VOLUMES_MAX:
        raise AreaTooLarge(
            f"{len(entity.volumes):,} volumes; a message carries {VOLUMES_MAX}",
            cure="split the plan, or draw it with fewer",
        )
    vertices = sum(_vertices(volume) for volume in entity.volumes)
    if vertices > REQUEST_VERTICES_MAX:
        raise AreaTooLarge(
            f"{vertices:,} vertices; a message carries {REQUEST_VERTICES_MAX:,}",
            cure="simplify the outlines",
        )
    volumes = []
    warnings: dict[str, None] = {}
    for number, volume in enumerate(entity.volumes):
        try:
            changed = _fitting(volume, reading)
            volume_value(changed)
        except InvalidInput as error:
            error.at(field=f"volumes[{number}]")
            raise
        volumes.append(changed)
        warnings |= dict.fromkeys(changed.altitude.widenings)
        if (changed.time_start, changed.time_end) != (volume.time_start, volume.time_end):
            warnings["cut to the period that was asked for"] = None
    return PlanRead(entity, _name(entity), tuple(volumes), tuple(warnings))


def _vertices(volume: Volume4D) -> int:
    footprint = volume.footprint
    rings = getattr(footprint, "rings", None)
    if rings is not None:
        return sum(len(ring) for ring in rings())
    return len(getattr(footprint, "path", ()))


def _fitting(volume: Volume4D, reading: Reading) -> Volume4D:
    """The volume as a message can carry it; never smaller but for a period that was asked for."""
    period = reading.options.between
    if volume.time_end - volume.time_start > DURATION_MAX and period is not None:
        start, end = max(volume.time_start, period[0]), min(volume.time_end, period[1])
        volume = replace(volume, time_start=start, time_end=end)
    band = replace(volume.altitude, widenings=_shortened(volume.altitude.widenings))
    volume = replace(volume, altitude=band)
    try:
        volume_value(volume)
    except InvalidAltitude:
        told = f"{band.lower} to {band.upper} is carried in metres over WGS-84"
        plain = ellipsoid_band(band.altitude_lower_m, band.altitude_upper_m)
        widenings = _shortened((*band.widenings, told))
        return replace(volume, altitude=replace(plain, widenings=widenings))
    return volume


def _shortened(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """As many reasons as a message carries, each as long as it may be."""
    short = tuple(dict.fromkeys(without_hidden(one)[:TEXT_MAX] for one in sentences))
    if len(short) <= WIDENINGS_MAX:
        return short
    more = f"and for {len(short) - WIDENINGS_MAX + 1} more reasons"
    return (*short[: WIDENINGS_MAX - 1], more)


def _name(entity: Entity) -> str:
    """A name that a message may carry: nothing hidden in it, and short."""
    text = without_hidden(entity.name or entity.id).strip()
    return text[:NAME_MAX].strip() or entity.kind.value
