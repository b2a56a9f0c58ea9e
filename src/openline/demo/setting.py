"""What stands before the curtain rises: keys, an agreement that all signed, people, settings.

All of it in one folder. The keys are made anew each time: a demo is no reason for a key that
everybody knows.
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Final

from openline.app.configuration import Configuration, configuration
from openline.app.key_files import create_key
from openline.app.line.accounts import put_account
from openline.app.line.roles import Role
from openline.app.read_agreement import load_agreement, signatures_name
from openline.app.settings_table import Value
from openline.demo import region
from openline.formats.agreement_toml import agreement_digest
from openline.formats.instants import format_instant
from openline.line.note import Note
from openline.line.signatures import public_key_text, sign_agreement
from openline.line.signing import Signer
from openline.store.ports import Store

DATABASE: Final = "demo.db"
_AGREEMENT: Final = "agreement.toml"
_AREA: Final = "area.geojson"
_HEAD: Final = """\
[agreement]
id = "{id}"
version = 1
area = "{area}"
valid = ["{start}", "{end}"]

[separation]
lateral_nm = 5.0
vertical_ft = 1000
time_s = 60

[notice]
lead_time_min = 30
receipt_within_s = 60
read_within_s = 300
disseminated_within_s = 600
urgent_alarms_s = [20, 40, 60]

[query]
answer_within_days = 7
urgent_within_days = 2

[line_check]
machine_every_s = 300
human_every_h = 8
unknown_after_missed = 2
"""
_PARTY: Final = """
[[party]]
id = "{id}"
name = "{name}"
key = "{key}"
ladder = ["duty officer", "cell chief", "commander"]
channels = ["https", "bundle"]
frequencies_mhz = [121.5, 243.0]
shows = {{ default = "full" }}
"""


def prepare(folder: Path, host: str, port: int, db: str | None) -> Configuration:
    """Write keys and agreement into the folder; the settings of a server on them.

    Raises: InvalidInput, Unreachable for a folder that is not empty or cannot be written to.
    """
    signers: dict[str, Signer] = {
        party: create_key(str(folder / f"{party}.key")) for party in region.PARTIES
    }
    _write_agreement(folder, signers)
    given: dict[str, Value] = {
        "db": db or str(folder / DATABASE),
        "host": host,
        "port": port,
        "agreement": str(folder / _AGREEMENT),
        "party_keys": tuple(str(folder / f"{party}.key") for party in signers),
        "record_origin": "vessa-sound",
        "access_log": False,
        "log_level": "warning",
        "drain_s": 2.0,
    }
    return configuration({name: (value, "demo") for name, value in given.items()})


def add_people(store: Store) -> None:
    """An account for everybody of the story. Raises: StoreUnavailable."""
    futures = [
        put_account(
            store, "demo", one.user, one.party, Role(one.role), region.PASSWORD, region.START
        )
        for one in region.OFFICERS
    ]
    for future in futures:
        future.result()


def _write_agreement(folder: Path, signers: dict[str, Signer]) -> None:
    (folder / _AREA).write_text(json.dumps(region.area(), indent=1), "utf-8")
    text = _HEAD.format(
        id=region.AGREEMENT_ID,
        area=_AREA,
        start=format_instant(region.START - timedelta(days=10)),
        end=format_instant(region.START + timedelta(days=170)),
    )
    for party, name in region.PARTIES.items():
        key = public_key_text(signers[party].public_key)
        text += _PARTY.format(id=party, name=name, key=key)
    file = folder / _AGREEMENT
    file.write_text(text, "utf-8")
    agreement = load_agreement(str(file)).agreement
    note: Note | None = None
    for signer in signers.values():
        note = sign_agreement(agreement, agreement_digest(agreement), signer, note)
    Path(signatures_name(str(file), agreement.version)).write_text(str(note), "utf-8")
