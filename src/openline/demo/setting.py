"""What stands before the curtain rises: keys, an agreement that all signed, people, servers.

All of it in one folder. The keys are made anew each time: a demo is no reason for a key that
everybody knows.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from openline.api.demo import DemoBoard, Login, Server
from openline.app.configuration import Configuration, configuration
from openline.app.key_files import create_key
from openline.app.line.accounts import put_account
from openline.app.line.roles import Role
from openline.app.private.service import PLANS
from openline.app.read_agreement import load_agreement, signatures_name
from openline.app.settings_table import Value
from openline.demo import region
from openline.demo.cable import Cable
from openline.demo.clock import PacedClock
from openline.demo.review import write_review
from openline.demo.site import Site, Sites
from openline.formats.agreement_toml import agreement_digest
from openline.formats.instants import format_instant
from openline.line.note import Note
from openline.line.signatures import public_key_text, sign_agreement
from openline.line.signing import Signer
from openline.store.ports import Store

DATABASE: Final = "demo.db"
ALONE: Final = (tuple(region.PARTIES),)  # whose each server is, who speaks for it first
TWO: Final = (("north", "aid"), ("south",))
_MACHINE_S: Final = {len(ALONE): 300, len(TWO): 60}  # so that a cut is seen before long
_AGREEMENT: Final = "agreement.toml"
_AREA: Final = "area.geojson"
_HIDING: Final = "south"
_UNSHOWN: Final = "unshown.geojson"
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

[private]

[line_check]
machine_every_s = {machine_s}
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


def prepare(
    folder: Path, host: str, ports: Sequence[int], db: str | None, cables: Sequence[Cable] = ()
) -> list[Configuration]:
    """Write keys and agreement into the folder; the settings of servers on them, one on each port.

    cables: of two servers, those to the first and to the second. Raises: InvalidInput, Unreachable
    for a folder that is not empty or cannot be written to.
    """
    signers: dict[str, Signer] = {
        party: create_key(str(folder / f"{party}.key")) for party in region.PARTIES
    }
    _write_agreement(folder, signers, _MACHINE_S[len(ports)])
    if not cables:
        (port,) = ports
        return [_settings(folder, host, port, db or str(folder / DATABASE), ALONE[0])]
    first = db or str(folder / DATABASE)
    files = (first, second_database(first))
    return [
        _settings(
            folder, host, ports[at], files[at], TWO[at], f"{'+'.join(other)}={cables[1 - at].url}"
        )
        for at, other in enumerate(reversed(TWO))
    ]


def sites_of(
    folder: Path, told: Sequence[Configuration], clock: PacedClock, cables: Sequence[Cable] = ()
) -> Sites:
    """The servers with those settings; where they are is not known before they serve."""
    whose = TWO if cables else ALONE
    sites = [_site(folder, one, clock, of) for one, of in zip(told, whose, strict=True)]
    return Sites(sites, cables)


def tell_places(sites: Sites) -> None:
    """Let each page say where the other servers are, now that they are known."""
    servers = [Server(site.url, list(site.parties)) for site in sites.all]
    for site in sites.all:
        site.board.servers = servers if sites.are_several else []


def add_people(store: Store, site: Site) -> None:
    """An account for everybody of a server. Raises: StoreUnavailable."""
    futures = [
        put_account(
            store, "demo", one.user, one.party, Role(one.role), region.PASSWORD, region.START
        )
        for one in site.officers
    ]
    for future in futures:
        future.result()


def second_database(db: str) -> str:
    """The database of the second server: beside that of the first, with its party in the name."""
    path = Path(db)
    return str(path.with_name(f"{path.stem}.{TWO[1][0]}{path.suffix}"))


def _settings(
    folder: Path, host: str, port: int, db: str, parties: Sequence[str], peer: str | None = None
) -> Configuration:
    given: dict[str, Value] = {
        "db": db,
        "host": host,
        "port": port,
        "agreement": str(folder / _AGREEMENT),
        "party_keys": tuple(str(folder / f"{party}.key") for party in parties),
        "record_origin": "vessa-sound" if peer is None else f"vessa-sound/{parties[0]}",
        "access_log": False,
        "log_level": "warning" if peer is None else "error",  # that a cut link fails is the story
        "drain_s": 2.0,
        "private": str(_private(folder, parties)),
    }
    if peer is not None:
        given["peers"] = (peer,)
    return configuration({name: (value, "demo") for name, value in given.items()})


def _private(folder: Path, parties: Sequence[str]) -> Path:
    """The folder of a server's private checks; in that of the south is a plan that is on no line.

    Raises: Unreachable.
    """
    made = folder / f"{parties[0]}-private"
    plans = made / PLANS / _HIDING if len(parties) > 1 else made / PLANS
    if _HIDING in parties:
        plans.mkdir(parents=True)
        (plans / _UNSHOWN).write_text(json.dumps(region.unshown_plan(), indent=1), "utf-8")
    return made


def _site(folder: Path, told: Configuration, clock: PacedClock, parties: tuple[str, ...]) -> Site:
    people = [one for one in region.OFFICERS if one.party in parties]
    logins = [Login(one.user, region.PASSWORD, one.party, one.role, one.name) for one in people]
    board = DemoBoard(clock, region.START, logins, region.map_of_region(), clock.speed)
    board.pace = replace(clock.pace, ticked=board.tick)
    db = told.text("db")
    whose = "" if parties in ALONE else f"{parties[0]}-"
    return Site(parties, board, partial(write_review, db, folder, whose), Path(db))


def _write_agreement(folder: Path, signers: dict[str, Signer], machine_s: int) -> None:
    (folder / _AREA).write_text(json.dumps(region.area(), indent=1), "utf-8")
    text = _HEAD.format(
        id=region.AGREEMENT_ID,
        area=_AREA,
        start=format_instant(region.START - timedelta(days=10)),
        end=format_instant(region.START + timedelta(days=170)),
        machine_s=machine_s,
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
