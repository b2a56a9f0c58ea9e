"""The bodies of ASTM F3548-21 as they travel: names, types and ranges, nothing more.

Unknown fields are ignored, as the standard asks. A field that is optional there may be absent or
null here.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from openline.airspace.entity import IntentState
from openline.airspace.reference import UssAvailability
from openline.limits import KEY_OVNS_MAX

Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Ovn = Annotated[str, Meta(max_length=128)]


class Time(Struct):
    """An instant, RFC 3339."""

    value: str
    format: Literal["RFC3339"] = "RFC3339"


class Radius(Struct):
    """A radius in metres."""

    value: float
    units: Literal["M"]


class Altitude(Struct):
    """Metres over the WGS-84 ellipsoid."""

    value: float
    reference: Literal["W84"]
    units: Literal["M"]


class LatLngPoint(Struct):
    """A point in degrees."""

    lng: Longitude
    lat: Latitude


class Circle(Struct):
    """A centre and a radius."""

    center: LatLngPoint
    radius: Radius


class Polygon(Struct):
    """A ring of points, closed by itself; the smaller side is inside."""

    vertices: Annotated[list[LatLngPoint], Meta(min_length=3)]


class Volume3D(Struct):
    """One outline and its heights; a height that is absent is unbounded."""

    outline_circle: Circle | None = None
    outline_polygon: Polygon | None = None
    altitude_lower: Altitude | None = None
    altitude_upper: Altitude | None = None


class Volume4D(Struct):
    """A volume and its times."""

    volume: Volume3D
    time_start: Time | None = None
    time_end: Time | None = None


class AreaOfInterest(Struct):
    """A query: what touches this volume?"""

    area_of_interest: Volume4D


class ImplicitSubscriptionParameters(Struct):
    """The subscription to be made for an operational intent."""

    uss_base_url: str
    notify_for_constraints: bool | None = None


class PutOperationalIntentReferenceParameters(Struct):
    """A request to create or change an operational intent."""

    extents: list[Volume4D]
    state: IntentState
    uss_base_url: str
    key: Annotated[list[str], Meta(max_length=KEY_OVNS_MAX)] | None = None
    subscription_id: str | None = None
    new_subscription: ImplicitSubscriptionParameters | None = None
    requested_ovn_suffix: str | None = None


class PutConstraintReferenceParameters(Struct):
    """A request to create or change a constraint."""

    extents: list[Volume4D]
    uss_base_url: str


class PutSubscriptionParameters(Struct):
    """A request to create or change a subscription."""

    extents: Volume4D
    uss_base_url: str
    notify_for_operational_intents: bool | None = None
    notify_for_constraints: bool | None = None


class SetUssAvailabilityStatusParameters(Struct):
    """A request to set the availability of a USS: Unknown, Normal or Down, in any case."""

    availability: str
    old_version: str | None = None


class ExchangeRecord(Struct):
    """One exchange between two parties, as one of them recorded it."""

    url: str
    method: str
    recorder_role: Literal["Client", "Server"]
    request_time: Time
    headers: list[str] | None = None
    request_body: str | None = None
    response_time: Time | None = None
    response_body: str | None = None
    response_code: int | None = None
    problem: str | None = None


class ErrorReport(Struct):
    """A report of a fault."""

    exchange: ExchangeRecord
    report_id: str | None = None


class OperationalIntentReference(Struct):
    """An operational intent as others see it; `ovn` is masked for all but its manager."""

    id: str
    manager: str
    uss_availability: UssAvailability
    version: int
    state: IntentState
    ovn: str
    time_start: Time
    time_end: Time
    uss_base_url: str
    subscription_id: str


class ConstraintReference(Struct):
    """A constraint as others see it; `ovn` is masked for all but its manager."""

    id: str
    manager: str
    uss_availability: UssAvailability
    version: int
    ovn: str
    time_start: Time
    time_end: Time
    uss_base_url: str


class Subscription(Struct):
    """A subscription, to its own party only."""

    id: str
    version: str
    notification_index: int
    time_start: Time
    time_end: Time
    uss_base_url: str
    notify_for_operational_intents: bool
    notify_for_constraints: bool
    implicit_subscription: bool
    dependent_operational_intents: list[str]


class SubscriptionState(Struct):
    """A subscription that hears of a change, and its counter afterwards."""

    subscription_id: str
    notification_index: int


class SubscriberToNotify(Struct):
    """An address that the caller must now tell of its change."""

    subscriptions: list[SubscriptionState]
    uss_base_url: str


class GetOperationalIntentReferenceResponse(Struct):
    """One operational intent."""

    operational_intent_reference: OperationalIntentReference


class QueryOperationalIntentReferenceResponse(Struct):
    """Operational intents in an area."""

    operational_intent_references: list[OperationalIntentReference]


class ChangeOperationalIntentReferenceResponse(Struct):
    """What a change made, and who is to be told."""

    subscribers: list[SubscriberToNotify]
    operational_intent_reference: OperationalIntentReference


class GetConstraintReferenceResponse(Struct):
    """One constraint."""

    constraint_reference: ConstraintReference


class QueryConstraintReferencesResponse(Struct):
    """Constraints in an area."""

    constraint_references: list[ConstraintReference]


class ChangeConstraintReferenceResponse(Struct):
    """What a change made, and who is to be told."""

    subscribers: list[SubscriberToNotify]
    constraint_reference: ConstraintReference


class GetSubscriptionResponse(Struct):
    """One subscription."""

    subscription: Subscription


class QuerySubscriptionsResponse(Struct):
    """The caller's subscriptions in an area."""

    subscriptions: list[Subscription]


class PutSubscriptionResponse(Struct):
    """A subscription and what is there now, for each kind it notifies for."""

    subscription: Subscription
    operational_intent_references: list[OperationalIntentReference] | UnsetType = UNSET
    constraint_references: list[ConstraintReference] | UnsetType = UNSET


class DeleteSubscriptionResponse(Struct):
    """The subscription that is no more."""

    subscription: Subscription


class AirspaceConflictResponse(Struct):
    """Why a change was refused, with the entities whose OVNs the key lacks."""

    message: str
    missing_operational_intents: list[OperationalIntentReference] | UnsetType = UNSET
    missing_constraints: list[ConstraintReference] | UnsetType = UNSET


class UssAvailabilityStatus(Struct):
    """A USS and its availability."""

    uss: str
    availability: UssAvailability


class UssAvailabilityStatusResponse(Struct):
    """The availability of a USS and its version."""

    version: str
    status: UssAvailabilityStatus


class ErrorResponse(Struct):
    """Why a request was refused: what, where and what to do."""

    message: str
