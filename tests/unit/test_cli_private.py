"""`openline private` as two duty officers type it: two laptops, files between them, no network."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from openline.cli import private_net, private_steps
from openline.formats.instants import format_instant
from openline.line.private.session import Envelope
from openline.line.private.verdict import GUARANTEES, Doubt, Reason
from tests.private_world import HereEngine, needs_psi
from tests.unit.command import feature, invoke, write_geojson

pytestmark = needs_psi
UNKNOWN = 4


@dataclass
class Laptops:
    """Two laptops in one folder: whose turn it is decides where sessions are kept."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def at(self, party: str, *args: str) -> Result:
        self.monkeypatch.setenv("XDG_STATE_HOME", str(self.folder / f"{party}-state"))
        return invoke("private", *args)

    def file(self, name: str) -> str:
        return str(self.folder / name)

    def plan(self, name: str, west: float, **properties: Any) -> str:
        start = datetime.now(UTC) + timedelta(hours=1)
        times = {
            "time_start": format_instant(start),
            "time_end": format_instant(start + timedelta(minutes=20)),
        }
        known = feature(name, west, **(times | properties))
        return write_geojson(self.folder / f"{name}.geojson", known)

    def agreed(self, party: str) -> list[str]:
        return ["--agreement", self.file("agreement.toml"), "--key", self.file(f"{party}.key")]

    def ask(self, plan: str, *more: str) -> Result:
        return self.at(
            "north", "check", self.file("1"), "--plan", plan, *self.agreed("north"), *more
        )

    def answer(self, plan: str, *more: str) -> Result:
        return self.at(
            *("south", "answer", self.file("1"), self.file("2"), "--plan", plan),
            *(*self.agreed("south"), *more),
        )


@pytest.fixture
def laptops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Laptops:
    monkeypatch.setattr(private_steps, "WorkerEngine", HereEngine)
    made = Laptops(tmp_path, monkeypatch)
    for party in ("north", "south"):
        assert invoke("keys", "new", made.file(f"{party}.key")).exit_code == 0
    now = datetime.now(UTC)
    period = "/".join(format_instant(now + timedelta(days=days)) for days in (-1, 100))
    pairs = [f"{party}={made.file(party)}.key.pub" for party in ("north", "south")]
    words = [word for pair in pairs for word in ("--party", pair)]
    name = made.file("agreement.toml")
    assert invoke("agreement", "new", name, "--id", "ns", "--valid", period, *words).exit_code == 0
    with open(name, "a", encoding="utf-8") as file:
        file.write("\n[private]\nbuckets = [512, 1024]\n")
    for party in ("north", "south"):
        key = made.file(f"{party}.key")
        assert invoke("agreement", "sign", name, "--key", key).exit_code == 0
    return made


def test_two_laptops_find_that_their_plans_meet_and_where(laptops: Laptops) -> None:
    own, theirs = laptops.plan("relief", 7.5), laptops.plan("survey", 7.65)
    asked = laptops.ask(own)
    assert asked.exit_code == 0, asked.output
    assert "Carry" in asked.output
    answered = laptops.answer(theirs)
    assert answered.exit_code == 0, answered.output
    drawn = laptops.file("shared.geojson")
    north = laptops.at("north", "answer", laptops.file("2"), laptops.file("3"), "--geojson", drawn)
    assert north.exit_code == 1, north.output
    assert "OVERLAP: 1 of your volumes shares" in north.output
    assert "relief, volume 1" in north.output
    assert "survey" not in north.output
    south = laptops.at("south", "answer", laptops.file("3"))
    assert south.exit_code == 1, south.output
    assert "survey, volume 1" in south.output
    assert "relief" not in south.output
    shapes = json.loads(Path(drawn).read_text())["features"]
    assert {shape["geometry"]["type"] for shape in shapes} == {"Polygon"}
    for carried in ("1", "2", "3"):
        data = Path(laptops.file(carried)).read_bytes()
        assert b"relief" not in data
        assert b"survey" not in data


def test_plans_that_are_apart_end_with_what_that_is_worth(laptops: Laptops) -> None:
    laptops.ask(laptops.plan("relief", 7.5))
    laptops.answer(laptops.plan("survey", 9.5))
    north = laptops.at("north", "answer", laptops.file("2"), laptops.file("3"), "--json")
    assert north.exit_code == 0, north.output
    value = json.loads(north.stdout)
    assert value["verdict"] == "no_overlap_found"
    assert value["counts_as_overlap"] is False
    assert value["guarantees"] == list(GUARANTEES)
    listed = laptops.at("north", "list")
    assert "NO OVERLAP FOUND" in listed.output
    shown = laptops.at("north", "show", value["session"][:6])
    assert shown.exit_code == 0
    assert "1. No shared item between my committed set" in shown.output
    waiting = laptops.at("south", "show", value["session"])
    assert waiting.exit_code == UNKNOWN
    assert "Treat it as an overlap" in waiting.output


def test_a_file_that_was_changed_is_unknown(laptops: Laptops) -> None:
    laptops.ask(laptops.plan("relief", 7.5))
    laptops.answer(laptops.plan("survey", 7.65))
    data = Path(laptops.file("2")).read_bytes()
    for spoilt in (data[:-20], data.replace(b'"setup":"', b'"setup":"AAAA', 1), b"", b"\xff"):
        Path(laptops.file("2")).write_bytes(spoilt)
        north = laptops.at("north", "answer", laptops.file("2"), laptops.file("3"), "--json")
        assert north.exit_code == UNKNOWN, north.output
        value = json.loads(north.stdout)
        assert value["verdict"] == "unknown"
        assert value["counts_as_overlap"] is True
        assert not Path(laptops.file("3")).exists(), "nothing more is answered"
    Path(laptops.file("2")).write_bytes(data)
    good = laptops.at("north", "answer", laptops.file("2"), laptops.file("3"))
    assert good.exit_code == 1, "what was whole is taken after all"


def test_the_same_file_twice_is_unknown(laptops: Laptops) -> None:
    laptops.ask(laptops.plan("relief", 7.5))
    plan = laptops.plan("survey", 7.65)
    assert laptops.answer(plan).exit_code == 0
    again = laptops.answer(plan, "--force")
    assert again.exit_code == UNKNOWN
    assert "second CHECK" in again.output


def test_an_opened_session_is_recomputed(laptops: Laptops) -> None:
    theirs = laptops.plan("survey", 7.65)
    laptops.ask(laptops.plan("relief", 7.5))
    laptops.answer(theirs)
    north = laptops.at("north", "answer", laptops.file("2"), laptops.file("3"), "--json")
    name, opened = json.loads(north.stdout)["session"], laptops.file("opened")
    assert laptops.at("south", "open", name, opened).exit_code == 0
    audit = laptops.at("north", "audit", opened, "--flown", theirs)
    assert audit.exit_code == 0, audit.output
    assert "holds: the commitment" in audit.output
    assert "all of it is what they sent" in audit.output
    elsewhere = laptops.plan("elsewhere", 8.5)
    assert laptops.at("north", "audit", opened, "--flown", elsewhere).exit_code == 1
    value = json.loads(Path(opened).read_text())
    value["has"] = value["has"][1:]
    Path(opened).write_text(json.dumps(value))
    spoilt = laptops.at("north", "audit", opened, "--json")
    assert spoilt.exit_code == 1
    assert json.loads(spoilt.stdout)["holds"] is False


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["check", "out"], "--plan is needed"),
        (["check", "--plan", "x", "--agreement", "x", "--key", "x"], "one of the two"),
        (
            ["check", "o", "--plan", "x", "--agreement", "x", "--key", "x", "--every", "1min"],
            "--peer",
        ),
        (["answer", "nowhere"], "no such file"),
        (["show", "00"], "no session begins"),
        (["audit", "nowhere"], "no such file"),
    ],
)
def test_bad_usage_says_what_to_do(laptops: Laptops, args: list[str], words: str) -> None:
    found = laptops.at("north", *args)
    assert found.exit_code in (2, 3)
    assert words in found.output


def test_an_agreement_that_not_all_signed_is_not_used(laptops: Laptops) -> None:
    signatures = Path(laptops.file("agreement.toml.v1.sig"))
    signatures.unlink()
    found = laptops.ask(laptops.plan("relief", 7.5))
    assert found.exit_code == 2
    assert "not signed by every party" in found.output


class _Silent:
    """A server that does not answer; it counts what it was asked."""

    asked = 0
    sizes: set[int] = set()  # noqa: RUF012  # of the one run of the test

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, envelope: Envelope) -> bytes:
        assert envelope.check is not None
        type(self).asked += 1
        type(self).sizes.add(len(envelope.check.request))
        raise Doubt(Reason.SILENT)

    def close(self) -> None:
        pass


def test_sessions_at_fixed_times_do_not_tell_whether_there_are_plans(
    laptops: Laptops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_net, "PrivatePeer", _Silent)
    monkeypatch.setattr(private_net, "_next_time", lambda _every: datetime.now(UTC))
    empty = laptops.folder / "empty"
    empty.mkdir()
    plan = laptops.plan("relief", 7.5)
    (laptops.folder / "broken.geojson").write_text("{")
    for files in (str(empty), plan, laptops.file("broken.geojson")):
        found = laptops.at(
            *("north", "check", "--plan", files, "--peer", "https://south.example"),
            *("--every", "10min", "--times", "1", *laptops.agreed("north")),
        )
        assert found.exit_code == UNKNOWN
    assert _Silent.asked == 3
    assert len(_Silent.sizes) == 1


def test_a_session_is_on_the_record_of_a_database(laptops: Laptops) -> None:
    from openline.wiring import open_store

    laptops.ask(laptops.plan("relief", 7.5), "--db", laptops.file("north.db"))
    laptops.answer(laptops.plan("survey", 7.65))
    laptops.at(
        *("north", "answer", laptops.file("2"), laptops.file("3")),
        *("--db", laptops.file("north.db")),
    )
    store = open_store(laptops.file("north.db"))
    records = store.read(lambda reader: reader.records(0, 10))
    store.close()
    assert [one.kind for one in records] == ["private.check", "private.verdict"]
    assert json.loads(records[1].body)["verdict"] == "overlap"
