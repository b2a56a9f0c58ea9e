"""What happens in the sky, as JSON objects: one for each event, for scripts and streams.

Written: instants in UTC with `Z`, lengths in metres, times to come in seconds; `event` says which
    kind of object it is: `alert`, `track`, `set_aside`, `discrepancy`.
"""

from datetime import datetime, timedelta

from openline.airspace.track.pair_alerts import PairEvent, PairLoss
from openline.airspace.track.past import PastTrack
from openline.airspace.track.track import Track
from openline.airspace.track.tracker import SetAside, TrackEvent
from openline.formats.alert_words import LEVEL_WORDS, sentence
from openline.formats.instants import format_instant
from openline.formats.observed_json import observed_object
from openline.line.observed import ObservedTold


def event_object(event: PairEvent | TrackEvent | SetAside | ObservedTold) -> dict[str, object]:
    """The event as a JSON object."""
    if isinstance(event, PairEvent):
        head: dict[str, object] = {
            "event": "alert",
            "kind": event.kind.value,
            "level": LEVEL_WORDS[event.level],
            "time": format_instant(event.time),
        }
        return head | loss_object(event.loss) | {"words": sentence(event)}
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


def track_object(track: Track, now: datetime, carry_s: float) -> dict[str, object]:
    """A track: who, where at its newest position, how old and how sure it is."""
    told = track.told(carry_s)
    identity = told.identity
    return {
        "id": track.id,
        "name": identity.shown(),
        "icao24": identity.icao24,
        "uid": identity.uid,
        "callsign": identity.callsign,
        "operation_id": identity.operation_id,
        "party": told.party,
        "class": told.aircraft.value,
        "time": format_instant(track.time),
        "age_s": round(max((now - track.time).total_seconds(), 0.0), 3),
        "lat": told.lat_deg,
        "lng": told.lng_deg,
        "pressure_altitude_ft": _rounded(told.pressure_altitude_ft, 1),
        "altitude_m": _rounded(told.altitude_m, 1),
        "speed_mps": _rounded(told.speed_mps, 2),
        "track_deg": _rounded(told.track_deg, 2),
        "vertical_rate_mps": _rounded(told.vertical_rate_mps, 2),
        "on_ground": told.on_ground,
        "within_m": round(track.spread_m(now), 1),
        "lost": track.lost,
        "doubts": track.doubts,
    }


def past_object(track: PastTrack, instant: datetime) -> dict[str, object]:
    """A track as it was at an instant; what is not kept of it is null."""
    identity = track.identity
    return {
        "id": track.id,
        "name": identity.shown(),
        "icao24": identity.icao24,
        "uid": identity.uid,
        "callsign": identity.callsign,
        "operation_id": identity.operation_id,
        "party": track.party,
        "class": track.aircraft.value,
        "time": format_instant(track.time),
        "age_s": round(max((instant - track.time).total_seconds(), 0.0), 3),
        "lat": round(track.lat_deg, 7),
        "lng": round(track.lng_deg, 7),
        "pressure_altitude_ft": _rounded(track.pressure_altitude_ft, 1),
        "altitude_m": _rounded(track.altitude_m, 1),
        "speed_mps": _rounded(track.speed_mps, 2),
        "track_deg": _rounded(track.track_deg, 2),
        "vertical_rate_mps": _rounded(track.vertical_rate_mps, 2),
        "on_ground": track.on_ground,
        "within_m": round(track.spread_m, 1),
        "lost": False,
        "doubts": None,
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
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
