"""A line on a real store: agreement files with real keys, and the services of a server."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from uuid import UUID

from openline.app.ed25519 import KeySigner, signer_of_seed
from openline.app.line.agree import agree
from openline.app.line.entries import AgreementEntry
from openline.app.line.services import LineServices
from openline.formats.agreement_toml import agreement_digest
from openline.line.note import Note
from openline.line.signatures import public_key_text, sign_agreement
from openline.store.memory import MemoryStore
from openline.store.ports import Store

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PARTIES = ("north", "south", "east")
_AREA = b"""{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon",
"coordinates": [[[6.0, 53.0], [8.0, 53.0], [8.0, 55.0], [6.0, 55.0], [6.0, 53.0]]]}}"""
_HEAD = """
[agreement]
id = "northern-sky-2026"
version = {version}
area = "area.geojson"
valid = ["2026-11-01T00:00Z", "2027-05-01T00:00Z"]
[separation]
lateral_nm = 5.0
vertical_ft = 1000
time_s = 60
[notice]
lead_time_min = 60
receipt_within_s = 60
read_within_s = 300
urgent_alarms_s = [10, 30, 60]
[line_check]
machine_every_s = {every_s}
human_every_h = 8
unknown_after_missed = 2
"""
_PARTY = """
[[party]]
id = "{party}"
name = "{party}"
key = "{key}"
answers_for = ["{party}-drones"]
ladder = ["duty officer", "chief", "commander"]
channels = ["https", "bundle"]
shows = {{ default = "conflicts" }}
"""


@dataclass
class HandClock:
    """A clock that stands until it is moved."""

    instant: datetime = START

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.instant

    def sleep(self, **parts: float) -> None:
        """Move it: `sleep(minutes=5)`."""
        self.instant += timedelta(**parts)


_numbers = count(1)


def next_id() -> UUID:
    """UUIDs that count, whoever asks."""
    return UUID(int=next(_numbers), version=4)


@cache
def signer(party: str) -> KeySigner:
    """The key of a party, always the same."""
    return signer_of_seed(party.encode().ljust(32, b"."))


@cache
def agreement_entry(
    version: int = 1, parties: tuple[str, ...] = PARTIES, every_s: int = 60
) -> AgreementEntry:
    """An agreement that every party signed."""
    text = _HEAD.format(version=version, every_s=every_s) + "".join(
        _PARTY.format(party=party, key=public_key_text(signer(party).public_key))
        for party in parties
    )
    unsigned = AgreementEntry(text.encode(), "area.geojson", _AREA, b"")
    agreement = unsigned.read()
    note: Note | None = None
    for party in parties:
        note = sign_agreement(agreement, agreement_digest(agreement), signer(party), note)
    assert note is not None
    return AgreementEntry(unsigned.agreement, unsigned.area_name, unsigned.area, str(note).encode())


def write_files(folder: Path, every_s: int = 60) -> Path:
    """The agreement and its signatures as files; its name. every_s: a machine tries the line."""
    entry = agreement_entry(every_s=every_s)
    (folder / "agreement.toml").write_bytes(entry.agreement)
    (folder / entry.area_name).write_bytes(entry.area)
    (folder / "agreement.toml.v1.sig").write_bytes(entry.signatures)
    return folder / "agreement.toml"


def make_line(
    store: Store | None = None,
    clock: HandClock | None = None,
    hosted: Iterable[str] = PARTIES,
    agreed: AgreementEntry | None = None,
    new_id: Callable[[], UUID] = next_id,
) -> LineServices:
    """A line on that store, its agreement in force."""
    own_clock = clock or HandClock()
    line = LineServices(
        store or MemoryStore(),
        own_clock,
        "openline",
        {party: signer(party) for party in hosted},
        new_id,
    )
    agree(line, agreed or agreement_entry(), own_clock.now()).result()
    return line
