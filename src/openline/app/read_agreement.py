"""Read an agreement with its area and its signatures from the files beside it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from openline.app.ed25519 import verify
from openline.app.read_area import read_area
from openline.app.read_files import read_bytes, unreachable
from openline.errors import InvalidInput
from openline.formats.agreement_toml import agreement_digest, read_agreement
from openline.geo.footprint import Footprint
from openline.line.agreement import Agreement
from openline.line.note import Note, parse_note
from openline.line.signatures import Standing, rotation_is_signed, standing

_NOTE_BYTES_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class AgreementFile:
    """An agreement, its digest, and who has signed it."""

    name: str
    agreement: Agreement
    digest: bytes
    note: Note | None
    standing: Standing


def signatures_name(name: str, version: int) -> str:
    """The file of the signatures under a version: `agreement.toml.v2.sig` for version 2."""
    return f"{name}.v{version}.sig"


def load_agreement(name: str) -> AgreementFile:
    """The agreement in a file, its area from the file it names, its signatures from beside it.

    Raises: Unreachable; InvalidInput for anything wrong, a wrong signature too.
    """
    agreement = read_agreement_file(name)
    digest = agreement_digest(agreement)
    signatures = signatures_name(name, agreement.version)
    note = read_note(signatures)
    try:
        found = standing(agreement, digest, note, verify)
    except InvalidInput as error:
        raise error.at(file=signatures) from None
    return AgreementFile(name, agreement, digest, note, found)


def read_agreement_file(name: str) -> Agreement:
    """The agreement in a file, without its signatures. Raises: Unreachable, InvalidInput."""
    folder = Path(name).parent

    def area_of(area: str) -> Footprint:
        if os.path.isabs(area) or ".." in Path(area).parts:
            raise InvalidInput(
                f"the area {area!r} is not beside the agreement",
                cure="keep both files together, and name it without a folder above",
                file=name,
            )
        return read_area(str(folder / area))

    return read_agreement(read_bytes(name), name, area_of)


def read_note(name: str) -> Note | None:
    """The signed note in a file; None if there is none. Raises: Unreachable, InvalidInput."""
    try:
        with open(name, "rb") as file:
            data = file.read(_NOTE_BYTES_MAX)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise unreachable(name, error) from None
    try:
        return parse_note(data)
    except InvalidInput as error:
        raise error.at(file=name) from None


def handed_over(name: str, party: str, old: bytes, new: bytes) -> bool:
    """Whether the file is a change of that party's key from the old one to the new one.

    Raises: Unreachable; InvalidInput if it is something else, or a signature in it is wrong.
    """
    note = read_note(name)
    if note is None:
        raise unreachable(name, FileNotFoundError())
    try:
        return rotation_is_signed(note, party, old, new, verify)
    except InvalidInput as error:
        raise error.at(file=name) from None
