"""Put an agreement on the record: from then on it is the one in force."""

from concurrent.futures import Future
from datetime import datetime
from pathlib import Path

from openline.app.line.change import LineChange
from openline.app.line.entries import AgreementEntry
from openline.app.line.services import LineServices
from openline.app.read_agreement import AgreementFile, load_agreement, signatures_name
from openline.app.read_files import read_bytes
from openline.errors import InvalidInput, VersionMismatch
from openline.formats.agreement_toml import read_agreement
from openline.formats.instants import format_instant
from openline.geo.footprint import Footprint
from openline.line.signatures import Force
from openline.store.ports import Transaction


def read_signed(name: str, now: datetime) -> tuple[AgreementFile, AgreementEntry]:
    """An agreement that every party signed and that covers the instant, with its files as text.

    Raises: Unreachable, InvalidInput if it is not in force.
    """
    found = load_agreement(name)
    force = found.standing.force(found.agreement, now)
    if force is not Force.IN_FORCE:
        raise _not_in_force(found, force)
    data = read_bytes(name)
    area_names: list[str] = []

    def area_of(area_name: str) -> Footprint:
        area_names.append(area_name)
        return found.agreement.area

    read_agreement(data, name, area_of)
    (area_name,) = area_names
    area = read_bytes(str(Path(name).parent / area_name))
    signatures = read_bytes(signatures_name(name, found.agreement.version))
    return found, AgreementEntry(data, area_name, area, signatures)


def agree(services: LineServices, entry: AgreementEntry, now: datetime) -> "Future[int | None]":
    """Put a version on the record; its number, or None if it is the one in force already.

    Raises (in the future): VersionMismatch for another agreement, an older version, or a version
    that stands there with other words; StoreUnavailable.
    """
    agreement = entry.read()

    def change(tx: Transaction) -> int | None:
        begun = LineChange.begin(services, tx, now)
        current = begun.line.state.agreement
        if current is not None:
            if current == agreement:
                return None
            if current.id != agreement.id or agreement.version <= current.version:
                raise VersionMismatch(
                    f"version {current.version} of {current.id!r} is on the record, and "
                    f"version {agreement.version} of {agreement.id!r} cannot follow it",
                    cure="raise the version and let every party sign; a new line has a new store",
                )
        return begun.agree(entry.encode(), agreement)

    return services.submit(change)


def _not_in_force(found: AgreementFile, force: Force) -> InvalidInput:
    agreement, missing = found.agreement, ", ".join(found.standing.missing)
    words = {
        Force.UNSIGNED: (f"{missing} has not signed it", "openline agreement sign"),
        Force.NOT_YET: (
            f"it begins at {format_instant(agreement.time_start)}",
            "start the server then, or let every party sign a version that begins earlier",
        ),
        Force.EXPIRED: (
            f"it ended at {format_instant(agreement.time_end)}",
            "let every party sign a new version",
        ),
    }
    problem, cure = words.get(force, ("", "openline agreement show"))
    return InvalidInput(f"the agreement is {force}: {problem}", cure=cure, file=found.name)
