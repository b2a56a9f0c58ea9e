"""What happens in the sky, as JSON objects: one for each event, for scripts and streams.

Written: instants in UTC with `Z`, lengths in metres, times to come in seconds; `event` says which
    kind of object it is: `alert`, `entry`, `track`, `set_aside`, `discrepancy`.
"""

from datetime import datetime, timedelta

from openline.airspace.track.entry_alerts import EntryEvent, VolumeEntry
from openline.airspace.track.pair_alerts import PairEvent, PairLoss
from openline.airspace.track.past import PastTrack
from openline.airspace.track.report import PositionReport
from openline.airspace.track.track import Track
from openline.airspace.track.tracker import SetAside, TrackEvent
from openline.formats.alert_words import LEVEL_WORDS, entry_sentence, sentence
from openline.formats.instants import format_instant
from openline.formats.observed_json import observed_object
from openline.line.observed import ObservedTold


def event_object(
    event: PairEvent | EntryEvent | TrackEvent | SetAside | ObservedTold,
) -> dict[str, object]:
    """The event as a JSON object."""
    if isinstance(event, PairEvent):
        head = _announced("alert", event)
        return head | loss_object(event.loss) | {"words": sentence(event)}
    if isinstance(event, EntryEvent):
        head = _announced("entry", event)
        return head | entry_object(event.entry) | {"words": entry_sentence(event)}
    if isinstance(event, TrackEvent):
        return {
            "event": "track",
            "kind": event.kind.value,
            "time": format_instant(event.time),
            "id": event.track,
            "name": event.shown,
            "detail": event.detail,
        }
    if isinstance(event, ObservedTold):
        return observed_object(event)
    report = event.report
    return {
        "event": "set_aside",
        "reason": event.reason.value,
        "detail": event.detail,
        "time": format_instant(report.time),
        "name": report.identity.shown(),
        "feed": report.feed,
        "lat": report.lat_deg,
        "lng": report.lng_deg,
    }


def _announced(name: str, event: PairEvent | EntryEvent) -> dict[str, object]:
    return {
        "event": name,
        "kind": event.kind.value,
        "level": LEVEL_WORDS[event.level],
        "time": format_instant(event.time),
    }


def track_object(track: Track, now: datetime, carry_s: float) -> dict[str, object]:
    """A track: who, where at its newest position, how old and how sure it is."""
    told = track.told(carry_s)
    place = {"lat": told.lat_deg, "lng": told.lng_deg}
    certainty = {
        "within_m": round(track.spread_m(now), 1),
        "lost": track.lost,
        "doubts": track.doubts,
    }
    aged = _aged(track.time, now)
    return _who(track.id, told) | aged | place | _motion(told) | certainty


def past_object(track: PastTrack, instant: datetime) -> dict[str, object]:
    """A track as it was at an instant; what is not kept of it is null."""
    place = {"lat": round(track.lat_deg, 7), "lng": round(track.lng_deg, 7)}
    certainty = {"within_m": round(track.spread_m, 1), "lost": False, "doubts": None}
    aged = _aged(track.time, instant)
    return _who(track.id, track) | aged | place | _motion(track) | certainty


def _who(name: str, seen: PositionReport | PastTrack) -> dict[str, object]:
    identity = seen.identity
    return {
        "id": name,
        "name": identity.shown(),
        "icao24": identity.icao24,
        "uid": identity.uid,
        "callsign": identity.callsign,
        "operation_id": identity.operation_id,
        "party": seen.party,
        "class": seen.aircraft.value,
    }


def _aged(time: datetime, now: datetime) -> dict[str, object]:
    age_s = max((now - time).total_seconds(), 0.0)
    return {"time": format_instant(time), "age_s": round(age_s, 3)}


def _motion(seen: PositionReport | PastTrack) -> dict[str, object]:
    return {
        "pressure_altitude_ft": _rounded(seen.pressure_altitude_ft, 1),
        "altitude_m": _rounded(seen.altitude_m, 1),
        "speed_mps": _rounded(seen.speed_mps, 2),
        "track_deg": _rounded(seen.track_deg, 2),
        "vertical_rate_mps": _rounded(seen.vertical_rate_mps, 2),
        "on_ground": seen.on_ground,
    }


def loss_object(loss: PairLoss) -> dict[str, object]:
    """A predicted loss: who, when it begins and ends, how close."""
    begins = loss.time + timedelta(seconds=loss.enter_s)
    return {
        "first": {"id": loss.first, "name": loss.first_shown},
        "second": {"id": loss.second, "name": loss.second_shown},
        "predicted_at": format_instant(loss.time),
        "begins": format_instant(begins),
        "enter_s": round(loss.enter_s, 3),
        "exit_s": round(loss.exit_s, 3),
        "closest_s": round(loss.closest_s, 3),
        "lateral_m": round(loss.lateral_m, 1),
        "vertical_m": None if loss.vertical_m is None else round(loss.vertical_m, 1),
        "altitudes": loss.zero.name.lower(),
        "turning": loss.turning,
    }


def entry_object(entry: VolumeEntry) -> dict[str, object]:
    """A predicted entry into a volume: who, into what, when."""
    return {
        "aircraft": {"id": entry.track, "name": entry.shown},
        "into": {
            "id": entry.thing.id,
            "kind": entry.thing.kind.value,
            "party": entry.thing.party,
        },
        "predicted_at": format_instant(entry.time),
        "begins": format_instant(entry.time + timedelta(seconds=entry.enter_s)),
        "enter_s": round(entry.enter_s, 3),
        "altitudes": entry.zero.name.lower(),
        "turning": entry.turning,
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
