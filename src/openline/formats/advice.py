"""Advice as JSON: docs/advice.md describes the fields. Seconds, metres, degrees; `Z` instants."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from openline.airspace.advise.advice import Advice
from openline.airspace.advise.move import Change
from openline.airspace.advise.search import Alternative
from openline.airspace.advise.windows import FreeWindows
from openline.airspace.entity import Entity
from openline.airspace.volume import Volume4D
from openline.formats.instants import format_instant


def advice_record(advice: Advice, reasons: Iterable[str]) -> dict[str, Any]:
    """One plan: who is in its way, why it moves, its ways out or what blocks them."""
    return {
        "plan": entity_record(advice.plan),
        "conflicts": [entity_record(one) for one in advice.conflicts],
        "moves_because": list(reasons),
        "alternatives": [
            alternative_record(one) | {"sentence": advice.sentence(one)}
            for one in advice.alternatives
        ],
        "blockers": [entity_record(one) for one in advice.blockers],
        "summary": advice.summary,
    }


def alternative_record(one: Alternative) -> dict[str, Any]:
    """One way out: its cost in seconds of delay, what changes, and every volume as it then is."""
    return {
        "plan": entity_record(one.plan),
        "cost_s": round(one.cost, 3),
        "changes": [_change(change) for change in one.changes],
        "volumes": [_volume(volume) for volume in one.plan.volumes],
    }


def windows_record(found: FreeWindows) -> dict[str, Any]:
    """The free windows, and who has the rest."""
    return {
        "free": [
            {"time_start": format_instant(start), "time_end": format_instant(end)}
            for start, end in found.free
        ],
        "taken": [
            entity_record(one.entity)
            | {
                "time_start": format_instant(one.time_start),
                "time_end": format_instant(one.time_end),
            }
            for one in found.taken
        ],
    }


def entity_record(entity: Entity) -> dict[str, Any]:
    """Kind, party and id."""
    return {"kind": entity.kind.value, "party": entity.party, "id": entity.id}


def _change(change: Change) -> dict[str, Any]:
    return {
        "volumes": list(change.volumes),
        "delay_s": change.delay / timedelta(seconds=1),
        "climb_m": round(change.climb_m, 3),
        "sideways_m": round(change.sideways_m, 3),
        "bearing_deg": change.bearing_deg if change.sideways_m else None,
        "narrower_m": round(change.narrower_m, 3),
        "lost_s": change.lost / timedelta(seconds=1),
    }


def _volume(volume: Volume4D) -> dict[str, Any]:
    return {
        "time_start": format_instant(volume.time_start),
        "time_end": format_instant(volume.time_end),
        "altitude_lower_m": round(volume.altitude_lower_m, 3),
        "altitude_upper_m": round(volume.altitude_upper_m, 3),
    }
