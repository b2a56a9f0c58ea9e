"""A verdict as it is told: which of a party's own volumes are concerned, where, how high, when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openline.app.private.check import Session
from openline.formats.geojson_geometry import geometry_of
from openline.formats.instants import format_instant
from openline.geo.covering import cell_polygon
from openline.geo.ellipsoid import geodesic_distance_m
from openline.geo.position import Position
from openline.geo.s2 import cell_corners
from openline.geo.sphere import positions_of, unit_vectors
from openline.line.private.grid import Grid, Item, token_of
from openline.line.private.session import Check
from openline.line.private.verdict import GUARANTEES, NEXT, WORDS, Verdict, VerdictKind

VERSION = 1


@dataclass(frozen=True, slots=True)
class Met:
    """A volume of one's own and what of it is shared: cells, slabs and slots of its items."""

    plan: str
    number: int
    altitude: str
    time_start: datetime
    time_end: datetime
    items: tuple[Item, ...]


def met_volumes(session: Session) -> tuple[Met, ...]:
    """The volumes that share items with the peer, in the order of the plans."""
    if session.verdict is None:
        return ()
    shared = set(session.verdict.items)
    of: dict[int, list[Item]] = {}
    for item, owners in zip(session.opening.asks, session.owners, strict=True):
        if item in shared:
            for owner in owners:
                of.setdefault(owner, []).append(item)
    return tuple(
        Met(one.plan, one.number, one.altitude, one.time_start, one.time_end, tuple(of[number]))
        for number, one in enumerate(session.volumes)
        if number in of
    )


def verdict_values(session: Session | None, verdict: Verdict, now: datetime) -> dict[str, Any]:
    """A verdict as JSON values: what was found and what that is worth now. Instants UTC, metres
    over the WGS-84 ellipsoid. session: None where there is none."""
    value: dict[str, Any] = {
        "version": VERSION,
        "verdict": verdict.kind.value,
        "counts_as_overlap": verdict.counts_as_overlap(now),
    }
    if verdict.reason is not None:
        value["reason"] = verdict.reason.value
        value["words"] = WORDS[verdict.reason]
        value["next"] = NEXT[verdict.reason]
        if verdict.detail:
            value["detail"] = verdict.detail
    if session is not None:
        value |= _session_values(session)
        value["to_be_opened"] = session.to_be_opened
    if verdict.as_of is not None and verdict.expires is not None:
        value["as_of"] = format_instant(verdict.as_of)
        value["expires"] = format_instant(verdict.expires)
        value["expired"] = verdict.expired(now)
    if session is not None and verdict.kind is VerdictKind.OVERLAP:
        grid = session.own.terms.grid
        value["volumes"] = [_met_values(one, grid) for one in met_volumes(session)]
    value["guarantees"] = list(GUARANTEES)
    return value


def overlap_map(session: Session) -> dict[str, Any]:
    """The cells in which own volumes share items, as a GeoJSON FeatureCollection."""
    grid = session.own.terms.grid
    features = []
    for one in met_volumes(session):
        for cell in sorted({item.cell for item in one.items}):
            geometry, _ = geometry_of(cell_polygon(cell))
            here = tuple(item for item in one.items if item.cell == cell)
            properties = {"cell": token_of(cell), "plan": one.plan, "volume": one.number}
            features.append(
                {
                    "type": "Feature",
                    "geometry": geometry,
                    "properties": properties | _reach(here, grid),
                }
            )
    return {"type": "FeatureCollection", "features": features}


def span(items: tuple[Item, ...], grid: Grid) -> tuple[float, float, datetime, datetime]:
    """Lowest and highest metres, first and last instant of some items."""
    slabs, slots = [item.slab for item in items], [item.slot for item in items]
    return (
        grid.slab_floor_m(min(slabs)),
        grid.slab_floor_m(max(slabs) + 1),
        grid.slot_start(min(slots)),
        grid.slot_start(max(slots) + 1),
    )


def around(items: tuple[Item, ...]) -> tuple[Position, float]:
    """The middle of the cells of some items, and metres within which of it every cell lies."""
    corners = [corner for cell in {item.cell for item in items} for corner in cell_corners(cell)]
    (middle,) = positions_of(unit_vectors(corners).mean(axis=0)[None])
    return middle, max(geodesic_distance_m(middle, corner) for corner in corners)


def _session_values(session: Session) -> dict[str, Any]:
    own: Check = session.own
    terms, peer = own.terms, session.peer
    grid = terms.grid
    return {
        "session": own.session.hex(),
        "party": own.sender,
        "peer": own.recipient,
        "agreement": {"id": terms.agreement, "version": terms.version},
        "minima": {
            "lateral_m": terms.minima.lateral_m,
            "vertical_m": terms.minima.vertical_m,
            "time_s": terms.minima.time_s,
        },
        "grid": {
            "level": grid.level,
            "slab_m": grid.slab_m,
            "slot_s": grid.slot.total_seconds(),
            "clock_s": grid.clock.total_seconds(),
        },
        "time_start": format_instant(grid.slot_start(terms.scope.first)),
        "time_end": format_instant(grid.slot_start(terms.scope.end)),
        "sector": list(terms.scope.sector),
        "bucket": own.bucket,
        "peer_bucket": None if peer is None else peer.bucket,
        "commitment": own.commitment.hex(),
        "peer_commitment": None if peer is None else peer.commitment.hex(),
    }


def _met_values(one: Met, grid: Grid) -> dict[str, Any]:
    return {
        "plan": one.plan,
        "volume": one.number,
        "altitude": one.altitude,
        "time_start": format_instant(one.time_start),
        "time_end": format_instant(one.time_end),
        "shared": _reach(one.items, grid)
        | {
            "cells": sorted({token_of(item.cell) for item in one.items}),
            "items": len(one.items),
        },
    }


def _reach(items: tuple[Item, ...], grid: Grid) -> dict[str, Any]:
    low_m, high_m, start, end = span(items, grid)
    return {
        "altitude_lower_m": round(low_m, 3),
        "altitude_upper_m": round(high_m, 3),
        "time_start": format_instant(start),
        "time_end": format_instant(end),
    }
