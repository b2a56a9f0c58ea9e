"""Area and minima of a check from an agreement, and what is to be said about it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from openline.airspace.separation import Separation
    from openline.geo.footprint import Footprint

_INSTEAD = ("minima", "lateral", "vertical", "time_", "agreed_area")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a check takes from an agreement. `remarks` go with the result."""

    separation: "Separation"
    area: "Footprint"
    remarks: tuple[str, ...]


def agreed_of(params: dict[str, Any]) -> Agreed | None:
    """What `--agreement` says; None without it.

    Files name no class of flight, so the widest minima count. Raises: UsageError if minima or an
    area are given beside it; as `load_agreement`.
    """
    if params["agreement"] is None:
        return None
    given = [name for name in _INSTEAD if params[name] is not None]
    if given:
        option = given[0].strip("_").replace("_", "-")
        raise click.UsageError(f"--agreement says it: leave out --{option}")
    from datetime import UTC, datetime

    from openline.app.read_agreement import load_agreement
    from openline.line.signatures import Force

    loaded = load_agreement(params["agreement"])
    known = loaded.agreement
    force = loaded.standing.force(known, datetime.now(UTC))
    named = f"agreement {known.id} version {known.version}"
    remarks = [f"area and minima are those of {named}, {force.value}"]
    if force is Force.UNSIGNED:
        remarks.append(f"{named} is not signed by {', '.join(loaded.standing.missing)}")
    widest = known.widest_separation()
    if widest != known.separation:
        remarks.append(
            "some classes of flight have wider minima, and files name no class: the widest of "
            "each minimum is used"
        )
    return Agreed(widest, known.area, tuple(remarks))
