"""`openline private` as two duty officers type it: two laptops, files between them, no network."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from openline.app.private.carried import first_step, side_of
from openline.app.private.kept import Folder
from openline.app.private.plans import Plans
from openline.cli import private_net, private_steps
from openline.formats.instants import format_instant
from openline.formats.private_check import encode_envelope
from openline.line.private.session import Envelope
from openline.line.private.verdict import GUARANTEES
from tests.private_world import HereEngine, farthest_nm, needs_psi
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
    assert farthest_nm(north.output, shapes) <= 0.002  # places are read out to 2 m
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
    assert "openline private carry" in again.output, "what to do"
    taken = laptops.at("north", "answer", laptops.file("2"), laptops.file("3"))
    assert taken.exit_code == 1
    twice = laptops.at("north", "answer", laptops.file("2"), laptops.file("4"))
    assert twice.exit_code == UNKNOWN
    assert "it has its verdict, which `openline private show" in twice.output
    assert not Path(laptops.file("4")).exists()
    assert ": OVERLAP" in laptops.at("north", "list").output, "the verdict stands"


def test_nothing_is_begun_where_it_cannot_be_written(laptops: Laptops) -> None:
    """Else a session would have its verdict, and no file for the other side."""
    plan, theirs = laptops.plan("relief", 7.5), laptops.plan("survey", 7.65)
    for out in ("1", "2", "3", "shared.geojson"):
        Path(laptops.file(out)).write_text("mine")
    assert "the file exists (use --force" in laptops.ask(plan).output
    assert "no session is kept here" in laptops.at("north", "list").output
    laptops.ask(plan, "--force")
    assert "the file exists" in laptops.answer(theirs).output
    assert "no session is kept here" in laptops.at("south", "list").output
    laptops.answer(theirs, "--force")
    for more in ([laptops.file("3")], [laptops.file("4"), "--geojson", laptops.file("3")]):
        held = laptops.at("north", "answer", laptops.file("2"), *more)
        assert (held.exit_code, "the file exists" in held.output) == (2, True)
    nowhere = laptops.at("north", "answer", laptops.file("2"), laptops.file("no/where"))
    assert (nowhere.exit_code, "cannot be written" in nowhere.output) == (3, True)
    assert "no verdict" in laptops.at("north", "list").output
    good = laptops.at("north", "answer", laptops.file("2"), laptops.file("3"), "--force")
    assert good.exit_code == 1, good.output


def test_a_file_that_was_lost_is_written_again(laptops: Laptops) -> None:
    laptops.ask(laptops.plan("relief", 7.5))
    laptops.answer(laptops.plan("survey", 7.65))
    for party, number in (("north", "1"), ("south", "2")):
        again = laptops.at(party, "carry", "", laptops.file("again"), "--force")
        assert again.exit_code == 0, again.output
        assert _bytes(laptops, "again") == _bytes(laptops, number)
    laptops.at("north", "answer", laptops.file("2"), laptops.file("3"))
    assert laptops.at("north", "carry", "", laptops.file("again"), "--force").exit_code == 0
    assert _bytes(laptops, "again") == _bytes(laptops, "3")


def _bytes(laptops: Laptops, name: str) -> bytes:
    return Path(laptops.file(name)).read_bytes()


def test_a_file_of_ones_own_is_told_from_one_that_came(laptops: Laptops) -> None:
    plan = laptops.plan("relief", 7.5)
    laptops.ask(plan)
    own = laptops.at("north", "answer", laptops.file("1"), laptops.file("2"))
    assert own.exit_code == 2
    assert "this file is your own: north wrote it for south (carry it to south" in own.output
    key = laptops.at(
        *("north", "answer", laptops.file("1"), laptops.file("2"), "--plan", plan),
        *laptops.agreed("north"),
    )
    assert key.exit_code == 2
    assert "the key is that of north" in key.output
    laptops.answer(laptops.plan("survey", 7.65))
    back = laptops.at("south", "answer", laptops.file("2"), laptops.file("3"))
    assert "this file is your own: south wrote it for north" in back.output
    stranger = laptops.at("east", "answer", laptops.file("1"), laptops.file("3"))
    assert "north asks south: to answer, give --agreement" in stranger.output


def test_a_verdict_that_expired_is_shown_as_no_calm_one(
    laptops: Laptops, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptops.ask(laptops.plan("relief", 7.5))
    laptops.answer(laptops.plan("survey", 9.5))
    north = laptops.at("north", "answer", laptops.file("2"), laptops.file("3"), "--json")
    name = json.loads(north.stdout)["session"]
    assert laptops.at("north", "show", name).exit_code == 0
    late = datetime.now(UTC) + timedelta(hours=4, seconds=1)

    class _Late(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return late

    monkeypatch.setattr(private_steps, "datetime", _Late)
    shown = laptops.at("north", "show", name)
    assert shown.exit_code == UNKNOWN
    assert shown.stdout.startswith("EXPIRED: this says nothing any more, and counts as an overlap")
    value = json.loads(laptops.at("north", "show", name, "--json").stdout)
    assert (value["expired"], value["counts_as_overlap"]) == (True, True)
    assert "expired: counts as an overlap" in laptops.at("north", "list").output


def test_what_is_over_is_said_not_to_be_asked(laptops: Laptops) -> None:
    gone = datetime.now(UTC) - timedelta(hours=1)
    over = laptops.plan(
        "over",
        7.5,
        time_start=format_instant(gone - timedelta(minutes=9)),
        time_end=format_instant(gone),
    )
    asked = laptops.ask(laptops.plan("relief", 7.5), "--plan", over)
    assert asked.exit_code == 0
    assert "1 of 2 volumes are over: they are not asked about" in asked.output


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


class _South:
    """The server of south, which has no plan; what came to it, and what was slept for."""

    def __init__(self, laptops: Laptops, at: datetime) -> None:
        self.seen: list[Any] = []
        self._at = at
        self._folder = Folder(laptops.folder / "server")
        self._agreed = laptops.agreed("south")[1::2]

    def __call__(self, _url: str) -> "_South":
        return self

    def sleep(self, instant: datetime) -> None:
        self.seen.append(round((instant - self._at).total_seconds()))

    def send(self, envelope: Envelope) -> bytes:
        self.seen.append(len(encode_envelope(envelope)))
        if envelope.check is None:
            return b"{}"
        side = side_of(self._agreed[0], self._agreed[1], "north", HereEngine(), self._at)
        nothing = Plans((), (), (), ())
        step = first_step(side, envelope, lambda *_: nothing, self._folder, ("", ""), self._at)
        assert step.carry is not None
        return encode_envelope(step.carry)

    def close(self) -> None:
        pass


def test_sessions_at_fixed_times_do_not_tell_whether_there_are_plans(
    laptops: Laptops, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    monkeypatch.setattr(private_net, "_next_time", lambda _every: at)
    empty = laptops.folder / "empty"
    empty.mkdir()
    plan, wide = laptops.plan("relief", 7.5), laptops.plan("wide", 7.5, altitude_upper="60000 ft")
    (laptops.folder / "broken.geojson").write_text("{")
    seen = []
    for files, code in ((str(empty), 0), (plan, 0), (wide, 4), (laptops.file("broken.geojson"), 4)):
        south = _South(laptops, at)
        monkeypatch.setattr(private_net, "PrivatePeer", south)
        monkeypatch.setattr(private_net, "_sleep_until", south.sleep)
        found = laptops.at(
            *("north", "check", "--plan", files, "--peer", "https://south.example", "--json"),
            *("--every", "10min", "--times", "1", "--bucket", "512", *laptops.agreed("north")),
        )
        assert found.exit_code == code, found.output
        value = json.loads(found.stdout)
        assert value["counts_as_overlap"] is (code == UNKNOWN)
        if code == UNKNOWN:
            assert "your plans are not in it" in value["detail"]
            shown = laptops.at("north", "show", value["session"])
            assert shown.exit_code == UNKNOWN, "it is kept as UNKNOWN too"
        seen.append(south.seen)
    for before, leaves, size, answered, last in seen:
        assert (before, leaves) == (-60, 0), "made a minute before, sent at the time"
        assert answered % 10 == 0, "answered in whole steps"
        assert (size, last) == (seen[0][2], seen[0][4]), "in one size"


def test_sessions_at_fixed_times_keep_to_what_was_agreed(laptops: Laptops) -> None:
    for words, wrong in (
        (["--every", "9min"], "6 questions an hour were agreed (ask every 0:10:00"),
        (["--every", "10min", "--bucket", "700"], "700 is no agreed size"),
    ):
        found = laptops.at(
            *("north", "check", "--plan", laptops.plan("relief", 7.5)),
            *("--peer", "https://south.example", *words, *laptops.agreed("north")),
        )
        assert found.exit_code == 2
        assert wrong in found.output


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
