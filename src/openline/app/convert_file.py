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
        back, losses = Traffic(), [f"the result cannot be checked by reading it back: {error}"]
    else:
        losses = list(_losses(traffic, back, name))
        if traffic.entities() and not back.entities():
            raise InvalidInput(
                f"nothing of the {len(traffic.entities()):,} entities can be held by {name}",
                cure="choose another format with --to",
            )
    return Converted(data, (*traffic.warnings, *losses))


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
            yield f"{name}: {had:,} {word} become {has:,}"
    facts: tuple[tuple[str, Callable[[Entity], object]], ...] = (
        ("party", lambda entity: entity.party),
        ("id", lambda entity: entity.id),
        ("name", lambda entity: entity.name),
        ("state", lambda entity: getattr(entity, "state", None)),
        ("priority", lambda entity: getattr(entity, "priority", 0)),
        ("text or reason", lambda entity: getattr(entity, "text", getattr(entity, "reason", None))),
    )
    for word, fact in facts:
        yield from _changed(word, _count(before, fact), _count(after, fact), name)
    measures: tuple[tuple[str, Callable[[Volume4D], object]], ...] = (
        ("kind of footprint", lambda volume: type(volume.footprint).__name__.lower()),
        ("datum of an altitude", _datums),
        ("height over the ellipsoid", _heights),
        ("time window", lambda volume: (volume.time_start, volume.time_end)),
    )
    for word, measure in measures:
        yield from _changed(word, _measured(before, measure), _measured(after, measure), name)


def _changed(
    word: str, before: Counter[object], after: Counter[object], name: str
) -> Iterator[str]:
    lost = sum((before - after).values())
    if lost:
        yield f"{name}: {word} is lost or changed {lost:,} times"


def _count(traffic: Traffic, fact: Callable[[Entity], object]) -> Counter[object]:
    return Counter(value for entity in traffic.entities() if (value := fact(entity)) is not None)


def _measured(traffic: Traffic, measure: Callable[[Volume4D], object]) -> Counter[object]:
    return Counter(measure(volume) for entity in traffic.entities() for volume in entity.volumes)


def _datums(volume: Volume4D) -> tuple[str, str]:
    return volume.altitude.lower.reference.value, volume.altitude.upper.reference.value


def _heights(volume: Volume4D) -> tuple[int, int]:
    low, high = volume.altitude_lower_m, volume.altitude_upper_m
    return round(low / _SAME_HEIGHT_M), round(high / _SAME_HEIGHT_M)
