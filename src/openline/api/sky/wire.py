"""What of the live sky travels: SI units in the names, instants as RFC 3339; null is not known.

tests/unit/test_sky_wire.py holds these types to `openline.formats.sky_events`.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from openline.airspace.conformance.discrepancy import Change, DiscrepancyKind
from openline.airspace.encounter.alerting import AlertEventKind
from openline.airspace.entity import EntityKind, IntentState
from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.rules import Reason
from openline.airspace.track.tracker import TrackEventKind
from openline.app.sky.feed_status import FeedState

Instant = str
AlertWord = Literal["none", "preventive", "corrective", "warning"]


class Track(Struct, forbid_unknown_fields=True, rename={"aircraft": "class"}):
    """An aircraft: who, where at its newest position, how old that is and how sure.

    altitude_m: over the WGS-84 ellipsoid. within_m: how far from there it may be by now. lost:
    nothing was heard for so long that only its last place is known. doubts: how many reports were
    not believed; null in the past.
    """

    id: str
    name: str
    icao24: str | None
    uid: str | None
    callsign: str | None
    operation_id: str | None
    party: str | None
    aircraft: AircraftClass
    time: Instant
    age_s: float
    lat: float
    lng: float
    pressure_altitude_ft: float | None
    altitude_m: float | None
    speed_mps: float | None
    track_deg: float | None
    vertical_rate_mps: float | None
    on_ground: bool | None
    within_m: float
    lost: bool
    doubts: int | None


class Named(Struct, forbid_unknown_fields=True):
    """A track by its id, and its name for people."""

    id: str
    name: str


class Encounter(Struct, forbid_unknown_fields=True):
    """A predicted loss of separation: who, when it begins and ends, how close it comes.

    enter_s, exit_s, closest_s: seconds from `predicted_at`. altitudes: what the heights were
    compared by. turning: it comes first if both turn as they declared. level: of the alert that
    was raised of them; absent in the past.
    """

    first: Named
    second: Named
    predicted_at: Instant
    begins: Instant
    enter_s: float
    exit_s: float
    closest_s: float
    lateral_m: float
    vertical_m: float | None
    altitudes: str
    turning: bool
    level: AlertWord | UnsetType = UNSET


class Thing(Struct, forbid_unknown_fields=True):
    """What stands in the sky: an operation, a closure or constraint, a notice; its thread's id."""

    id: str
    kind: EntityKind
    party: str


class Entry(Struct, forbid_unknown_fields=True):
    """An aircraft that is in a volume that is not its own, or will be, if it flies straight on.

    enter_s: seconds from `predicted_at`, 0: it is in it. altitudes: what the heights were compared
    by; `mixed`: pressure altitude, within its margin; `none`: the aircraft's is not known. level:
    of the alert that was raised of it. turning: it comes first if the aircraft turns as declared.
    """

    aircraft: Named
    into: Thing
    predicted_at: Instant
    begins: Instant
    enter_s: float
    altitudes: str
    turning: bool | UnsetType = UNSET
    level: AlertWord | UnsetType = UNSET


class Picture(Struct, forbid_unknown_fields=True):
    """What the caller may see: tracks, predicted losses, and the number of the last event.

    entries: into volumes; null in the past, of which none are kept. time: of the picture; in the
    past the last that was kept before the instant asked for. begins: the oldest instant that one
    is kept of, null: none yet.
    """

    time: Instant
    tracks: list[Track]
    encounters: list[Encounter]
    entries: list[Entry] | None
    event: int
    begins: Instant | None


class Feed(Struct, forbid_unknown_fields=True):
    """A sender of positions. state: UNKNOWN is silent, or never heard: it is no empty sky.

    age_s: of its newest position, now; null: there is none, or it speaks of none. rate_per_s:
    positions a second over the last ten, of a feed that is not the caller's without the sender's
    own aircraft. reason: of what could not be used, for the sender alone. own: it is the caller's.
    """

    name: str
    state: FeedState
    age_s: float | None
    rate_per_s: float
    reason: str
    own: bool


class Feeds(Struct, forbid_unknown_fields=True):
    """Every sender since the server began, by name."""

    feeds: list[Feed]


class SkyEvent(Struct, tag_field="event", kw_only=True):
    """Anything that the stream of the sky tells; `event` says which."""


class AlertEvent(SkyEvent, tag="alert", kw_only=True):
    """An alert of a pair that begins, changes its level, is over or cannot be followed."""

    kind: AlertEventKind
    level: AlertWord
    time: Instant
    first: Named
    second: Named
    predicted_at: Instant
    begins: Instant
    enter_s: float
    exit_s: float
    closest_s: float
    lateral_m: float
    vertical_m: float | None
    altitudes: str
    turning: bool
    words: str


class EntryEvent(SkyEvent, tag="entry", kw_only=True):
    """An alert of an aircraft and a volume: it begins, changes its level, is over, or lost."""

    kind: AlertEventKind
    level: AlertWord
    time: Instant
    aircraft: Named
    into: Thing
    predicted_at: Instant
    begins: Instant
    enter_s: float
    altitudes: str
    turning: bool | UnsetType = UNSET
    words: str


class TrackEvent(SkyEvent, tag="track", kw_only=True):
    """A track came, went, or is another than it was taken for."""

    kind: TrackEventKind
    time: Instant
    id: str
    name: str
    detail: str


class SetAside(SkyEvent, tag="set_aside", kw_only=True):
    """A position that was not believed, and why."""

    reason: Reason
    detail: str
    time: Instant
    name: str
    feed: str
    lat: float
    lng: float


class Offset(Struct, kw_only=True):
    """How far outside of the declared volume with that number."""

    lateral_m: float
    vertical_m: float
    time_s: float
    volume: int


class DiscrepancyEvent(SkyEvent, tag="discrepancy", kw_only=True, omit_defaults=True):
    """What was observed and is not as declared. full: whether that is all that is known of it."""

    entry: int
    full: bool
    change: Change
    time: Instant
    words: str
    kind: DiscrepancyKind | None = None
    intent_id: str | None = None
    party: str | None = None
    state: IntentState | None = None
    track: str | None = None
    offset: Offset | None = None
    declared: str | None = None
    observed: str | None = None
    lat: float | None = None
    lng: float | None = None


class Resync(SkyEvent, tag="resync", kw_only=True):
    """Too much was missed, or the server began anew: read the tracks again."""


AnyEvent = AlertEvent | EntryEvent | TrackEvent | SetAside | DiscrepancyEvent | Resync


class Flyer(Named, forbid_unknown_fields=True):
    """An aircraft of an alert on the record. party: whose it is, null: nobody's, or not told."""

    party: str | None


class AlertEntry(AlertEvent, tag="alert", kw_only=True):
    """An alert of a pair as the record has it. entry: its number there."""

    entry: int
    first: Flyer
    second: Flyer


class EntryEntry(EntryEvent, tag="entry", kw_only=True):
    """An alert of an aircraft and a volume as the record has it. entry: its number there."""

    entry: int
    aircraft: Flyer


class Alerts(Struct):
    """What the caller may read of them, in the order of the record. `entry`: the last entry that
    was looked at: give it as `after` for more; the end is reached where it stays the same."""

    alerts: list[AlertEntry | EntryEntry]
    entry: int


class Discrepancies(Struct):
    """What the caller may read of them, in the order of the record. `entry`: the last entry that
    was looked at: give it as `after` for more; the end is reached where it stays the same."""

    discrepancies: list[DiscrepancyEvent]
    entry: int
