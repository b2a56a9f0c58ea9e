"""What conformance tells, as JSON objects: one for each event, for scripts and streams.

Written: instants in UTC with `Z`, lengths in metres, times in seconds; what is not there is null.
    `event` is `conformance`; `change` is `began`, `over`, `ended` or `state`.
"""

from openline.airspace.conformance.discrepancy import ConformanceEvent, sentence
from openline.formats.instants import format_instant


def conformance_object(event: ConformanceEvent) -> dict[str, object]:
    """The event as a JSON object."""
    discrepancy = event.discrepancy
    found: dict[str, object] = {
        "event": "conformance",
        "change": event.change.value,
        "time": format_instant(event.time),
        "intent": event.intent_id,
        "party": event.party,
        "state": None if event.state is None else event.state.value,
    }
    if discrepancy is not None:
        found["discrepancy"] = discrepancy.kind.value
        found["track"] = discrepancy.track
        found["declared"], found["observed"] = discrepancy.declared, discrepancy.observed
        offset = discrepancy.offset
        found["offset"] = None
        if offset is not None:
            found["offset"] = {
                "lateral_m": round(offset.lateral_m, 2),
                "vertical_m": round(offset.vertical_m, 2),
                "time_s": round(offset.time_s, 3),
                "volume": offset.volume,
            }
    return found | {"words": sentence(event)}
