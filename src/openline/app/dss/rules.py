"""Rules that several requests share: addresses, owners, times, scopes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from openline.airspace.extent import Extent
from openline.airspace.reference import UssAvailability
from openline.app.caller import Caller
from openline.app.services import Settings
from openline.errors import (
    InvalidInput,
    InvalidTimeRange,
    ManagerDown,
    PermissionDenied,
    VersionMismatch,
)
from openline.limits import DURATION_MAX, HORIZON_MAX, URL_MAX
from openline.store.ports import Reader

STRATEGIC: Final = "utm.strategic_coordination"
CONSTRAINT_MANAGEMENT: Final = "utm.constraint_management"
CONSTRAINT_PROCESSING: Final = "utm.constraint_processing"
CONFORMANCE: Final = "utm.conformance_monitoring_sa"
ARBITRATION: Final = "utm.availability_arbitration"

CLOCK_SKEW: Final = timedelta(minutes=5)  # how far a start may lie in the past


def check_base_url(url: str, field: str, settings: Settings) -> None:
    """Raises: InvalidInput unless it is an https address (or http, where that is allowed)."""
    if not url:
        raise InvalidInput("no address of a USS", cure="give an https address", field=field)
    schemes = ("https", "http") if settings.allow_http_base_urls else ("https",)
    try:
        parts = urlsplit(url)
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or len(url) > URL_MAX or not url.isprintable() or " " in url:
        wanted = " or ".join(schemes)
        raise InvalidInput(
            f"no {wanted} address", cure=f"give an absolute {wanted} address", field=field
        )


def require_scope(caller: Caller, scope: str, what: str) -> None:
    """Raises: PermissionDenied unless the caller's token has the scope."""
    if scope not in caller.scopes:
        raise PermissionDenied(f"{what} needs the scope {scope}", cure="ask for such a token")


def require_manager(caller: Caller, manager: str, what: str) -> None:
    """Raises: PermissionDenied unless the caller manages the entity."""
    if caller.sub != manager:
        raise PermissionDenied(f"{what} is managed by another party")


def require_version(given: str, current: str, what: str, word: str) -> None:
    """Raises: VersionMismatch unless the version or OVN given is the current one."""
    if given != current:
        raise VersionMismatch(
            f"the {word} given is not the current one of {what}",
            cure=f"get it and use the {word} you find",
        )


def require_not_down(reader: Reader, caller: Caller, what: str) -> None:
    """Raises: ManagerDown if the caller's USS is declared Down."""
    if availability_of(reader, (caller.sub,))[caller.sub] is UssAvailability.DOWN:
        raise ManagerDown(
            f"{what} is refused while {caller.sub!r} is declared Down",
            cure="have its availability set to Normal first",
        )


def availability_of(reader: Reader, managers: Iterable[str]) -> dict[str, UssAvailability]:
    """The availability of each manager; Unknown if nobody has set it."""
    found = {manager: reader.availability(manager) for manager in set(managers)}
    return {
        manager: one.state if one is not None else UssAvailability.UNKNOWN
        for manager, one in found.items()
    }


def span(extents: Sequence[Extent]) -> tuple[datetime, datetime]:
    """The first start and the last end."""
    return min(e.time_start for e in extents), max(e.time_end for e in extents)


def check_times(extents: Sequence[Extent], now: datetime) -> None:
    """Whether an entity of these volumes may be stored now.

    Raises: InvalidTimeRange if all of them ended already, or one is too long or too far ahead.
    """
    if all(extent.time_end < now for extent in extents):
        raise InvalidTimeRange(
            "it ended already", cure="give an end in the future", field="extents"
        )
    for number, extent in enumerate(extents):
        check_reach(extent.time_start, extent.time_end, now, f"extents[{number}]")


def check_reach(time_start: datetime, time_end: datetime, now: datetime, field: str) -> None:
    """Raises: InvalidTimeRange if it is longer than DURATION_MAX or ends beyond HORIZON_MAX."""
    if time_end - time_start > DURATION_MAX:
        raise InvalidTimeRange(
            f"longer than {DURATION_MAX.days:,} days", cure="check the years", field=field
        )
    if time_end - now > HORIZON_MAX:
        raise InvalidTimeRange(
            f"its end is more than {HORIZON_MAX.days:,} days ahead",
            cure="check the year",
            field=field,
        )
