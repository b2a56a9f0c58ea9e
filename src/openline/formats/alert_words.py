"""An alert of a pair as one sentence, for the screen, a remark and the log.

Distances are rounded down, times to the second: errs toward closer.
"""

import math
from datetime import timedelta
from typing import Final

from openline.airspace.encounter.alerting import AlertEventKind, AlertLevel
from openline.airspace.entity import EntityKind
from openline.airspace.track.entry_alerts import EntryEvent, VolumeEntry
from openline.airspace.track.losses import Zero
from openline.airspace.track.pair_alerts import PairEvent, PairLoss
from openline.units import feet, nautical_miles

LEVEL_WORDS: Final = {
    AlertLevel.NONE: "none",
    AlertLevel.PREVENTIVE: "preventive",
    AlertLevel.CORRECTIVE: "corrective",
    AlertLevel.WARNING: "warning",
}


_THING_WORDS: Final = {
    EntityKind.INTENT: "the operation",
    EntityKind.CONSTRAINT: "the closure",
    EntityKind.NOTICE: "the notified volume",
}


def sentence(event: PairEvent) -> str:
    """What is announced: who, when, how close."""
    loss = event.loss
    pair = f"{loss.first_shown} and {loss.second_shown}"
    if event.kind is AlertEventKind.OVER:
        return f"over: {pair}"
    if event.kind is AlertEventKind.LOST:
        return f"lost: {pair}, one is no longer seen: nothing can be said"
    declared = ", if they turn as declared" if loss.turning else ""
    return f"{pair}: {when(loss)}{declared}; closest {distance(loss)}"


def entry_sentence(event: EntryEvent) -> str:
    """What is announced: who, into what, when."""
    entry = event.entry
    both = f"{entry.shown} and {thing_words(entry)}"
    if event.kind is AlertEventKind.OVER:
        return f"over: {both}"
    if event.kind is AlertEventKind.LOST:
        return f"lost: {both}, the aircraft is no longer seen: nothing can be said"
    known = "" if entry.zero is not Zero.NONE else "; its altitude is not known"
    if entry.enter_s <= 0:
        return f"{entry.shown}: in {thing_words(entry)} now{known}"
    at = entry.time + timedelta(seconds=entry.enter_s)
    wait = f"in {math.floor(entry.enter_s)} s, at {at:%H:%M:%S}Z"
    declared = ", if it turns as declared" if entry.turning else ""
    return f"{entry.shown}: enters {thing_words(entry)} {wait}{declared}{known}"


def thing_words(entry: VolumeEntry) -> str:
    """What it flies into, and whose that is; without a name, by the first eight of its id."""
    thing = entry.thing
    return f"{_THING_WORDS[entry.kind]} {thing.name or thing.id[:8]} of {thing.party}"


def when(loss: PairLoss) -> str:
    """When the loss of separation begins, in words."""
    if loss.enter_s <= 0:
        return "loss of separation now"
    at = loss.time + timedelta(seconds=loss.enter_s)
    return f"loss of separation in {math.floor(loss.enter_s)} s, at {at:%H:%M:%S}Z"


def distance(loss: PairLoss) -> str:
    """Lateral and vertical distance at the worst instant, and when."""
    miles = math.floor(nautical_miles(loss.lateral_m) * 100) / 100
    return f"{miles:.2f} NM / {height(loss)} in {math.floor(loss.closest_s)} s"


def height(loss: PairLoss) -> str:
    """The vertical distance; what is not known is said."""
    if loss.vertical_m is None:
        return "altitude unknown" if loss.zero is Zero.NONE else "altitudes of different zero"
    return f"{math.floor(feet(loss.vertical_m) + 1e-6):,} ft"
