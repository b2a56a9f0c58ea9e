"""The table `[private]` of an agreement: the terms of private checks, in and out."""

from datetime import timedelta
from typing import Any

from openline.errors import InvalidInput
from openline.formats.toml_text import Table
from openline.line.private.grid import GRIDS, Grid
from openline.line.private.terms import BUCKETS, PrivateTerms
from openline.units import METRES_PER_FOOT

_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


def private_terms(table: Table) -> PrivateTerms:
    """The terms in a table; what is not in it is as in docs/private.md.

    Raises: InvalidInput with `file`, `line` and `field`.
    """
    default = PrivateTerms()
    buckets = table.numbers("buckets") or BUCKETS
    if any(bucket != int(bucket) for bucket in buckets):
        raise table.error("a bucket is a whole number", "buckets")
    given: dict[str, Any] = {
        "buckets": tuple(int(bucket) for bucket in buckets),
        "questions_per_hour": table.integer("questions_per_hour", default.questions_per_hour),
        "horizon": _time(table, "horizon_h", _HOUR, default.horizon),
        "expiry": _time(table, "expiry_min", _MINUTE, default.expiry),
        "carried_expiry": _time(table, "carried_expiry_min", _MINUTE, default.carried_expiry),
    }
    try:
        terms = PrivateTerms(_grid(table), **given)
    except InvalidInput as error:
        if "line" in error.facts:
            raise
        field = str(error.facts.pop("field", ""))
        raise error.at(**table.place(field if field in table else None)) from None
    table.finish()
    return terms


def private_values(terms: PrivateTerms | None) -> dict[str, Any]:
    """The table as JSON values in SI units; nothing for an agreement without it."""
    if terms is None:
        return {}
    return {
        "private": {
            "level": terms.grid.level,
            "slab_m": terms.grid.slab_m,
            "slot_s": terms.grid.slot.total_seconds(),
            "clock_s": terms.grid.clock.total_seconds(),
            "buckets": list(terms.buckets),
            "questions_per_hour": terms.questions_per_hour,
            "horizon_s": terms.horizon.total_seconds(),
            "expiry_s": terms.expiry.total_seconds(),
            "carried_expiry_s": terms.carried_expiry.total_seconds(),
        }
    }


def _grid(table: Table) -> Grid:
    name = table.text("grid", "manned")
    if name not in GRIDS:
        known = " or ".join(GRIDS)
        raise table.error(f"there is no grid {name[:40]!r}", "grid", cure=f"use {known}")
    base = GRIDS[name]
    if "slab_m" in table and "slab_ft" in table:
        raise table.error("slab_m and slab_ft: both are given", "slab_ft", cure="give one of them")
    slab_m = table.number("slab_m", base.slab_m)
    if "slab_ft" in table:
        slab_m = table.number("slab_ft") * METRES_PER_FOOT
    return Grid(
        table.integer("level", base.level),
        slab_m,
        _time(table, "slot_s", _SECOND, base.slot),
        _time(table, "clock_s", _SECOND, base.clock),
    )


def _time(table: Table, name: str, unit: timedelta, default: timedelta) -> timedelta:
    number = table.number(name, default / unit)
    try:
        return number * unit
    except OverflowError:
        raise table.error("it is too long", name, cure="check the unit") from None
