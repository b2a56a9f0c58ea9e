"""Convert a file: write its traffic in another format, and say what got lost.

What the target cannot hold is not looked up but found out: the result is read back and compared.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from openline.airspace.entity import Entity
from openline.airspace.volume import Volume4D
from openline.errors import InvalidInput, OpenlineError, UnknownFormat
from openline.formats.registry import FORMATS, Format, read, write
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude_resolver import AltitudePolicy

_SAME_HEIGHT_M: Final = 0.01


@dataclass(frozen=True, slots=True)
class Converted:
    """The file's new bytes, and warnings as sentences: losses, and what reading said."""

    data: bytes
    warnings: tuple[str, ...]


def target_of(name: str) -> Format:
    """The format to write, by the suffix of the target's name.

    Raises: UnknownFormat, if no format that is written has the suffix or more than one has it.
    """
    suffix = PurePath(name).suffix.lower()
    own = [f for f in FORMATS if f.writable and f.suffixes[0] == suffix]
    matching = own or [f for f in FORMATS if f.writable and suffix in f.suffixes]
    if len(matching) == 1:
        return matching[0]
    names = ", ".join(f.name for f in matching or FORMATS if f.writable)
    problem = (
        f"suffix {suffix!r} stands for more than one format"
        if matching
        else f"no format that is written has the suffix {suffix!r}"
    )
    raise UnknownFormat(problem, cure=f"choose with --to: {names}", file=name)


def convert(traffic: Traffic, name: str, options: ReadOptions) -> Converted:
    """The traffic in the format of that name.

    `options` are those that the traffic was read with; they serve to read the result back.
    Raises: UnknownFormat, and InvalidInput if the format can hold nothing of the traffic.
    """
    data = write(traffic, name)
    try:
        back = read(data, "", _for_reading_back(traffic, options), name)
    except OpenlineError as error:
        raise InvalidInput(
            f"{name} cannot hold it: read back, the result is refused: {error}",
            cure="choose another format",
        ) from None
    if traffic.entities() and not back.entities():
        raise InvalidInput(
            f"nothing of the {len(traffic.entities()):,} entities can be held by {name}",
            cure="choose another format",
        )
    return Converted(data, (*traffic.warnings, *_losses(traffic, back, name)))


def _for_reading_back(traffic: Traffic, options: ReadOptions) -> ReadOptions:
    known = options.altitude
    policy = AltitudePolicy(
        known.ground_amsl_m,
        known.qnh_hpa,
        known.flight_level_margin_m,
        widen_agl=known.widen_agl or known.ground_amsl_m is None,
    )
    starts = [volume.time_start for entity in traffic.entities() for volume in entity.volumes]
    return ReadOptions(
        takeoff=min(starts, default=None),
        altitude=policy,
        half_width_m=options.half_width_m,
        between=options.between,
        skip_invalid=True,
    )


def _losses(before: Traffic, after: Traffic, name: str) -> Iterator[str]:
    """What is different once read back, one sentence for each kind of loss."""
    for word, had, has in (
        ("operational intents", len(before.intents), len(after.intents)),
        ("constraints", len(before.constraints), len(after.constraints)),
        ("notices", len(before.notices), len(after.notices)),
    ):
        if has < had:
            yield f"{name}: {had - has:,} of {had:,} {word} are not held"
        elif has > had:
            yield f"{name}: {has - had:,} more {word} than before"
    facts: tuple[tuple[str, Callable[[Entity], object]], ...] = (
        ("party", lambda entity: entity.party),
        ("id", lambda entity: entity.id),
        ("name", lambda entity: entity.name),
        ("state", lambda entity: getattr(entity, "state", None)),
        ("priority", lambda entity: getattr(entity, "priority", 0)),
        ("text or reason", lambda entity: getattr(entity, "text", getattr(entity, "reason", None))),
    )
    missing = max(0, len(before.entities()) - len(after.entities()))
    for word, fact in facts:
        lost = _lost(_count(before, fact), _count(after, fact)) - missing
        if lost > 0:
            yield f"{name}: {word} of {lost:,} entities is lost or changed"
    measures: tuple[tuple[str, Callable[[Volume4D], object]], ...] = (
        ("kind of footprint", lambda volume: type(volume.footprint).__name__.lower()),
        ("datum of an altitude", _datums),
        ("height over the ellipsoid", _heights),
        ("time window", lambda volume: (volume.time_start, volume.time_end)),
    )
    missing = max(0, before.volume_count - after.volume_count)
    for word, measure in measures:
        lost = _lost(_measured(before, measure), _measured(after, measure)) - missing
        if lost > 0:
            yield f"{name}: {word} of {lost:,} volumes is lost or changed"


def _lost(before: Counter[object], after: Counter[object]) -> int:
    return sum((before - after).values())


def _count(traffic: Traffic, fact: Callable[[Entity], object]) -> Counter[object]:
    return Counter(value for entity in traffic.entities() if (value := fact(entity)) is not None)


def _measured(traffic: Traffic, measure: Callable[[Volume4D], object]) -> Counter[object]:
    return Counter(measure(volume) for entity in traffic.entities() for volume in entity.volumes)


def _datums(volume: Volume4D) -> tuple[str, str]:
    return volume.altitude.lower.reference.value, volume.altitude.upper.reference.value


def _heights(volume: Volume4D) -> tuple[int, int]:
    low, high = volume.altitude_lower_m, volume.altitude_upper_m
    return round(low / _SAME_HEIGHT_M), round(high / _SAME_HEIGHT_M)
