"""`openline bundle` as a duty officer types it: two sites, each with its own server or database."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy
from openline.api.line.sessions import Sessions
from openline.api.server import Front, create_app
from openline.app.line.compose import Saying, compose
from openline.app.line.roles import Role
from openline.app.line.services import LineServices
from openline.app.services import Services
from openline.cli import line_connection
from openline.cli.bundle import bundle
from openline.cli.bundle_words import spans
from openline.client import Client
from openline.line.message.bodies import Receipt, Urgent
from openline.line.message.kind import ReceiptKind, UrgentAction
from openline.store.sqlite.store import SqliteStore
from tests.app_transport import AppTransport
from tests.line_server import HandClock, make_line, signer, write_files
from tests.line_world import HOUR, START, unlocated


class Site:
    """A server of one party, and its record."""

    def __init__(self, party: str, clock: HandClock, *, holds_key: bool = True) -> None:
        self.line: LineServices = make_line(clock=clock, hosted=[party] if holds_key else [])
        self.issuer = TokenIssuer(new_key())
        front = Front(
            KeyRing([self.issuer.trusted_key], []),
            TokenPolicy(frozenset({"here"})),
            sessions=Sessions(self.issuer, "here"),
        )
        app = create_app(Services(self.line.store, clock, line=self.line), front)
        self.transport = AppTransport(app)
        self.party = party

    def client(self, key: Any = None) -> Client:
        token = self.issuer.token(
            "ada", Role.DUTY.scopes, "here", START.timestamp(), 3_600, self.party
        )
        address = f"http://{self.party}"
        return Client(address, token, signer=key, transport=self.transport)


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Site]]:
    clock = HandClock()
    found = {party: Site(party, clock) for party in ("north", "south")}
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(
        line_connection, "open_client", lambda server, _token, _key, _name: found[server].client()
    )
    with found["north"].transport, found["south"].transport:
        yield found


def run(*words: str, code: int = 0) -> str:
    result: Result = CliRunner().invoke(bundle, list(words))
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


def test_a_notice_goes_there_and_its_receipt_comes_back(
    sites: dict[str, Site], tmp_path: Path
) -> None:
    north = sites["north"].line
    said = compose(north, "north", Saying(unlocated(START + 2 * HOUR), "Ada"), START).result()
    there, back = str(tmp_path / "there"), str(tmp_path / "back")
    out = run("write", there, "--to", "south", "--server", "north", "--packed")
    assert "1 message of north to south, numbers" in out
    assert "entries 1 to" in out
    first = run("read", there, "--server", "south")
    assert "1 new, 0 known, 0 refused" in first
    assert re.search(r"new north \d+ NOTIFY", first)  # its machine may have spoken before
    assert "0 new, 1 known, 0 refused" in run("read", there, "--server", "south")
    run("write", back, "--to", "north", "--server", "south")
    assert "RECEIPT in 00000000: entry" in run("read", back, "--server", "north")
    sides = north.look(lambda line, _at: line.state.threads[said.message.thread].sides)
    assert sides["south"].step == "received"


def test_the_next_bundle_has_what_came_after_the_last(
    sites: dict[str, Site], tmp_path: Path
) -> None:
    north = sites["north"].line
    compose(north, "north", Saying(unlocated(START + 2 * HOUR), "Ada"), START).result()
    write = ("--to", "south", "--server", "north")
    one, two = str(tmp_path / "1"), str(tmp_path / "2")
    run("write", one, *write)
    assert "nothing to write" in run("write", two, *write)
    compose(north, "north", Saying(Urgent(UrgentAction.STOP), "Ada"), START).result()
    assert "1 message of north to south" in run("write", two, *write)
    late = run("read", two, "--server", "south")
    assert "an earlier bundle, with number" in late
    both = json.loads(run("read", two, one, "--server", "south", "--json"))
    assert [file["file"] for file in both] == [one, two]
    assert [file["new"] for file in both] == [1, 0]
    assert [file["before"] for file in both] == [None, None]
    again = CliRunner().invoke(bundle, ["write", one, *write, "--since", "0"])
    assert "the file exists" in str(again.exception)


def test_a_notice_is_read_out(sites: dict[str, Site], tmp_path: Path) -> None:
    north = sites["north"].line
    said = compose(north, "north", Saying(unlocated(START + 2 * HOUR), "Ada"), START).result()
    text = run("write", "-", "--to", "south", "--text", said.message.id, "--server", "north")
    assert len(text) <= 2_048
    assert text.isascii()
    assert all(len(line) <= 64 for line in text.splitlines())
    mail = tmp_path / "mail"
    quoted = "".join(f"> {line}\r\n" for line in text.lower().splitlines())
    mail.write_text(f"Hello,\n\n{quoted}\nBest regards\n")
    assert "1 new, 0 known, 0 refused" in run("read", str(mail), "--server", "south")
    lines = text.splitlines()
    lines[3] = lines[3].replace(lines[3][5], "A" if lines[3][5] != "A" else "B", 1)
    mail.write_text("\n".join(lines))
    assert "line 3: the line is garbled" in run("read", str(mail), "--server", "south", code=1)


def test_who_holds_the_key_signs_where_the_server_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = HandClock()
    site = Site("north", clock, holds_key=False)
    with site.transport, site.client(signer("north")) as own, site.client() as other:
        monkeypatch.setattr("openline.client.client.datetime", _Clock)
        own.say(Urgent(UrgentAction.HOLD))
        made, data = own.make_bundle("south")
        assert made.signature is None
        assert data is not None
        with pytest.raises(Exception, match="does not hold the party's key"):
            other.make_bundle("south")


class _Clock:
    """The hand clock's time for a client."""

    @staticmethod
    def now(_zone: Any) -> Any:
        return START


def test_a_bundle_is_shown_without_a_server(sites: dict[str, Site], tmp_path: Path) -> None:
    compose(
        sites["north"].line, "north", Saying(unlocated(START + 2 * HOUR), "Ada"), START
    ).result()
    file = str(tmp_path / "file")
    run("write", file, "--to", "south", "--server", "north", "--packed")
    agreement = str(write_files(tmp_path))
    out = run("show", file, "--agreement", agreement)
    assert "bundle of north to south" in out
    assert "Verified" in out
    assert "without a place" in out
    assert "NOT VERIFIED" in run("show", file)
    data = bytearray(Path(file).read_bytes())
    data[-20] ^= 1
    Path(file).write_bytes(data)
    assert "REFUSED" in run("show", file, "--agreement", agreement, code=1)


def test_a_message_for_another_party_is_refused(sites: dict[str, Site], tmp_path: Path) -> None:
    compose(
        sites["north"].line, "north", Saying(unlocated(START + 2 * HOUR), "Ada"), START
    ).result()
    file = str(tmp_path / "file")
    run("write", file, "--to", "east", "--server", "north")
    assert "for 'east', not for 'south'" in run("read", file, "--server", "south", code=1)


def test_two_databases_need_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr("openline.wiring.SystemClock.now", lambda _self: START)
    monkeypatch.setattr("openline.app.key_files.signer_of", signer)
    for party in ("north", "south"):
        store = SqliteStore(str(tmp_path / party))
        line = make_line(store, HandClock(), [party])
        if party == "north":
            compose(line, party, Saying(unlocated(START + 2 * HOUR), "Ada"), START).result()
        store.close()
    there, back = str(tmp_path / "there"), str(tmp_path / "back")
    north, south = (("--db", str(tmp_path / one), "--key", one) for one in ("north", "south"))
    run("write", there, "--to", "south", *north)
    assert "1 new" in run("read", there, *south)
    assert "1 known" in run("read", there, *south)
    run("write", back, "--to", "north", *south)
    assert "new south 1 RECEIPT" in run("read", back, *north)
    text = run("write", "-", "--to", "south", "--text", "0000", *north)
    assert text.startswith("BEGIN OPENLINE 1 NORTH TO ALL LINES ")
    keyless = CliRunner().invoke(bundle, ["write", back, "--to", "south", "--db", "x"])
    assert "--db needs the key" in str(keyless.exception)


@pytest.mark.parametrize(
    ("numbers", "words"), [((), ""), ((3,), "3"), ((1, 2, 3, 5, 7, 8), "1 to 3, 5, 7 to 8")]
)
def test_numbers_in_short(numbers: tuple[int, ...], words: str) -> None:
    assert spans(numbers) == words


def test_receipts_of_machines_are_not_read_out(sites: dict[str, Site], tmp_path: Path) -> None:
    north, south = sites["north"].line, sites["south"].line
    said = compose(north, "north", Saying(unlocated(START + 2 * HOUR), "Ada"), START).result()
    file = str(tmp_path / "file")
    run("write", file, "--to", "south", "--server", "north")
    run("read", file, "--server", "south")
    text = ("write", "-", "--to", "north", "--server", "south", "--text", said.message.id)
    nothing = CliRunner().invoke(bundle, list(text))
    assert "nothing to write" in str(nothing.exception)
    read = Receipt(ReceiptKind.READ, said.message.id)
    compose(south, "south", Saying(read, "Bo", (), said.message.id), START).result()
    heard = tmp_path / "heard"
    heard.write_text(run(*text))
    assert "1 new, 0 known, 0 refused" in run("read", str(heard), "--server", "north")
