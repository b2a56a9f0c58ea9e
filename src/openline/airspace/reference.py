"""What a discovery service knows of each party's entities: references, never their details.

Names as in ASTM F3548-21. All are frozen values; a change makes another, with a new
OVN or version.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent


class UssAvailability(StrEnum):
    """Availability of a USS, spelled as in F3548."""

    UNKNOWN = "Unknown"
    NORMAL = "Normal"
    DOWN = "Down"


@dataclass(frozen=True, slots=True)
class IntentReference:
    """An operational intent as its manager announced it. `extents` has one entry per volume."""

    id: str
    manager: str
    uss_base_url: str
    state: IntentState
    version: int
    ovn: str
    extents: tuple[Extent, ...]
    time_start: datetime
    time_end: datetime
    subscription_id: str | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ConstraintReference:
    """A constraint as its manager announced it. `extents` has one entry per volume."""

    id: str
    manager: str
    uss_base_url: str
    version: int
    ovn: str
    extents: tuple[Extent, ...]
    time_start: datetime
    time_end: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Subscription:
    """Interest in a volume. Index increments do not change `version`.

    `implicit`: made for an operational intent and removed with the last one that depends on it.
    """

    id: str
    manager: str
    uss_base_url: str
    version: str
    notification_index: int
    extent: Extent
    notify_for_operational_intents: bool
    notify_for_constraints: bool
    implicit: bool
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Availability:
    """What is known of a USS; version "" if nobody has ever set it."""

    uss_id: str
    state: UssAvailability
    version: str


@dataclass(frozen=True, slots=True)
class Report:
    """A DSS report, archived as it came: canonical JSON bytes."""

    id: str
    party: str
    received_at: datetime
    body: bytes
