"""The availability of a USS: what is known, and setting it."""

from concurrent.futures import Future
from datetime import datetime

from openline.airspace.reference import Availability, UssAvailability
from openline.app.caller import Caller
from openline.app.dss import records
from openline.app.dss.rules import require_version
from openline.app.dss.versions import new_version
from openline.app.services import Services
from openline.errors import InvalidInput
from openline.limits import PARTY_NAME_MAX
from openline.store.ports import Reader, Transaction


def get_availability(services: Services, uss_id: str) -> Availability:
    """What was last set for that USS; Unknown with version "" if nobody has.

    Raises: InvalidInput for no id or one beyond PARTY_NAME_MAX; StoreUnavailable.
    """
    _check_id(uss_id)
    return services.store.read(lambda reader: _current(reader, uss_id))


def set_availability(
    services: Services,
    caller: Caller,
    uss_id: str,
    state: UssAvailability,
    old_version: str,
    now: datetime,
) -> "Future[Availability]":
    """Set it; done when it is durable. `old_version` is "" where none was set before.

    Raises: InvalidInput; in the future VersionMismatch, StoreUnavailable.
    """
    _check_id(uss_id)

    def change(tx: Transaction) -> Availability:
        current = _current(tx, uss_id)
        require_version(old_version, current.version, f"the availability of {uss_id!r}", "version")
        version = new_version(uss_id, 0, now, services.new_id())
        availability = Availability(uss_id, state, version)
        tx.put_availability(availability)
        body = records.availability_put(availability)
        records.append(tx, now, caller.sub, records.AVAILABILITY_PUT, body)
        return availability

    # By name, since it has no place: of two who know the same version, one is late.
    return services.store.submit([], change, exclusive=f"availability/{uss_id}")


def _current(reader: Reader, uss_id: str) -> Availability:
    return reader.availability(uss_id) or Availability(uss_id, UssAvailability.UNKNOWN, "")


def _check_id(uss_id: str) -> None:
    if not 0 < len(uss_id) <= PARTY_NAME_MAX or not uss_id.isprintable():
        raise InvalidInput(
            "no id of a USS", cure=f"give 1 to {PARTY_NAME_MAX} characters in the path"
        )
