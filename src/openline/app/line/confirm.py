"""Two persons: what the second one confirms beforehand, and the check that this was done.

A suspension, its end, and the entry of a site are said by one person and confirmed by another. The
second person logs in and confirms; then the first one says it. A confirmation is for one person,
one kind, and a short time; for a site it says where the second person found it on the map.
"""

from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from openline.errors import InvalidInput, PermissionDenied
from openline.geo.ellipsoid import geodesic_distance_m
from openline.geo.position import Position
from openline.line.message.bodies import Amend, Body, Notify, Resume, Suspend, check_text
from openline.line.message.kind import Kind, NoticeKind
from openline.line.place import place_of
from openline.store.ports import Store, Transaction

KIND: Final = "confirmation"
VALID_FOR: Final = timedelta(minutes=15)
SITE_WITHIN_M: Final = 1_000.0
_CONFIRMED: Final = frozenset({Kind.SUSPEND, Kind.RESUME, Kind.NOTIFY, Kind.AMEND})


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the second person says: who may say what, since when; for a site, where it is."""

    at: datetime
    place: tuple[float, float] | None = None


def confirm(
    store: Store,
    party: str,
    second: str,
    first: str,
    kind: Kind,
    place: Position | None,
    now: datetime,
) -> "Future[None]":
    """Confirm that `first` says something of that kind. Raises: InvalidInput."""
    check_text(first, "officer", 64)
    if first == second:
        raise InvalidInput("two persons are needed, and this is one", field="officer")
    if kind not in _CONFIRMED:
        raise InvalidInput(f"{kind} needs no second person", field="kind")
    seen = None if place is None else (place.lat_deg, place.lng_deg)
    body = msgspec.json.encode(Confirmation(now, seen))

    def change(tx: Transaction) -> None:
        tx.put_document(KIND, _name(party, second, first, kind), body)

    return store.submit((), change, f"{KIND}/{party}")


def second_person_of(body: Body) -> str | None:
    """The second person that a message names; None if it needs none."""
    if isinstance(body, Suspend | Resume):
        return body.second_officer
    notify = body.notice if isinstance(body, Amend) else body
    if isinstance(notify, Notify) and notify.notice is NoticeKind.SITE:
        return notify.confirmed_by
    return None


def require_confirmed(
    tx: Transaction, party: str, officer: str | None, body: Body, now: datetime
) -> None:
    """Take the confirmation that a message needs; it counts once.

    Raises: PermissionDenied if there is none, InvalidInput if the second person saw another place.
    """
    second = second_person_of(body)
    if second is None:
        return
    name = _name(party, second, officer or "", body.kind)
    found = tx.document(KIND, name)
    given = None if found is None else msgspec.json.decode(found, type=Confirmation)
    if given is None or not timedelta(0) <= now - given.at <= VALID_FOR:
        raise PermissionDenied(
            f"{second!r} did not confirm this",
            cure=f"{second} logs in and confirms {body.kind} by {officer}, then say it",
        )
    _check_place(body, given)
    tx.delete_document(KIND, name)


def _check_place(body: Body, given: Confirmation) -> None:
    place = None if isinstance(body, Suspend | Resume) else place_of(body)
    if place is None:
        return
    if given.place is None:
        raise InvalidInput("the second person named no place", field="place")
    distance_m = geodesic_distance_m(place, Position.checked(*given.place))
    if distance_m > SITE_WITHIN_M:
        raise InvalidInput(
            f"the second person found it {distance_m:,.0f} m from the named place",
            cure="look at the map together",
            field="volumes",
        )


def _name(party: str, second: str, first: str, kind: Kind) -> str:
    return f"{party}/{second}/{first}/{kind}"
