"""`openline show`: what was understood of files."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import click

from openline.cli.options import PERIOD, files_argument, reading_options

if TYPE_CHECKING:
    from openline.airspace.entity import Entity
    from openline.airspace.volume import Volume4D
    from openline.app.read_files import FileContent
    from openline.geo.footprint import Footprint

_VOLUMES_SHOWN: Final = 5


@click.command("show", short_help="Show what was understood of files.")
@files_argument
@click.option("--between", type=PERIOD, help="Where daily schedules are expanded.")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout, with every volume.")
def show(files: tuple[str, ...], as_json: bool, **params: Any) -> None:
    """Show what was understood of FILES: who, when, which heights over which datum, warnings."""
    from openline.app.read_files import read_each
    from openline.cli.output import write_stdout
    from openline.cli.sources import reading_of
    from openline.formats.findings import encode

    contents = read_each(files, reading_of(params))
    if as_json:
        write_stdout((encode([_record(content) for content in contents], indent=2),))
        return
    for content in contents:
        _print(content)


def _record(content: "FileContent") -> dict[str, Any]:
    from openline.app.check_files import widenings

    return {
        "file": content.source or None,
        "format": content.format_name or None,
        "entities": [_entity_record(entity) for entity in content.traffic.entities()],
        "warnings": [*content.traffic.warnings, *widenings(content.traffic)],
    }


def _entity_record(entity: "Entity") -> dict[str, Any]:
    from openline.formats.instants import format_instant

    record: dict[str, Any] = {
        "kind": entity.kind.value,
        "id": entity.id,
        "party": entity.party,
        "name": entity.name,
        "source": entity.source,
    }
    for name in ("state", "priority", "reason", "text"):
        if hasattr(entity, name):
            record[name] = getattr(entity, name)
    start, end = _window(entity)
    record |= {"time_start": format_instant(start), "time_end": format_instant(end)}
    record["volumes"] = [_volume_record(volume) for volume in entity.volumes]
    return record


def _volume_record(volume: "Volume4D") -> dict[str, Any]:
    from openline.formats.instants import format_instant

    return {
        "footprint": _footprint_words(volume.footprint),
        "altitude": str(volume.altitude),
        "altitude_lower_m": round(volume.altitude_lower_m, 3),
        "altitude_upper_m": round(volume.altitude_upper_m, 3),
        "widenings": list(volume.altitude.widenings),
        "time_start": format_instant(volume.time_start),
        "time_end": format_instant(volume.time_end),
    }


def _print(content: "FileContent") -> None:
    from openline.app.check_files import widenings
    from openline.cli.output import printable, warn
    from openline.formats.registry import by_name

    traffic = content.traffic
    if content.format_name:
        title = by_name(content.format_name).title
        kinds = (
            (len(traffic.intents), "intent"),
            (len(traffic.constraints), "constraint"),
            (len(traffic.notices), "notice"),
            (traffic.volume_count, "volume"),
        )
        counts = ", ".join(f"{count:,} {word}{'' if count == 1 else 's'}" for count, word in kinds)
        click.echo(f"{printable(content.source)}: {title}; {counts}")
        for entity in traffic.entities():
            for line in _lines(entity):
                click.echo(printable(line))
    warn((*traffic.warnings, *widenings(traffic)))


def _lines(entity: "Entity") -> Iterator[str]:
    from openline.formats.instants import format_instant

    state = f", {entity.state}" if hasattr(entity, "state") else ""
    name = f" ({entity.name})" if entity.name and entity.name != entity.id else ""
    yield f"  {entity.kind} {entity.id}{name} of {entity.party}{state}"
    start, end = _window(entity)
    if not entity.volumes:
        yield f"    no place; {format_instant(start)} to {format_instant(end)}"
    for volume in entity.volumes[:_VOLUMES_SHOWN]:
        yield (
            f"    {_footprint_words(volume.footprint)}; {volume.altitude} = "
            f"{volume.altitude_lower_m:,.1f}..{volume.altitude_upper_m:,.1f} m WGS-84; "
            f"{format_instant(volume.time_start)} to {format_instant(volume.time_end)}"
        )
    more = len(entity.volumes) - _VOLUMES_SHOWN
    if more > 0:
        yield f"    and {more:,} more volumes, to {format_instant(end)}; --json shows them"


def _window(entity: "Entity") -> tuple[Any, Any]:
    from openline.airspace.entity import Notice

    if isinstance(entity, Notice):
        return entity.time_start, entity.time_end
    starts = min(volume.time_start for volume in entity.volumes)
    return starts, max(volume.time_end for volume in entity.volumes)


def _footprint_words(footprint: "Footprint") -> str:
    from openline.geo.circle import Circle
    from openline.geo.polygon import Polygon

    if isinstance(footprint, Circle):
        lat, lng = footprint.centre
        return f"circle of {footprint.radius_m:,.10g} m around {lat:.5f}, {lng:.5f}"
    if isinstance(footprint, Polygon):
        lat, lng = footprint.outer[0]
        holes = f" with {len(footprint.holes)} holes" if footprint.holes else ""
        return f"polygon of {len(footprint.outer):,} points{holes} from {lat:.5f}, {lng:.5f}"
    lat, lng = footprint.path[0]
    width = 2 * footprint.half_width_m
    count = len(footprint.path)
    return f"corridor {width:,.10g} m wide of {count:,} points from {lat:.5f}, {lng:.5f}"
