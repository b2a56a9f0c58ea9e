"""`openline line` against a server in this process: what a duty officer types and reads."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from click.testing import CliRunner, Result
from icalendar import Calendar

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.auth.key_ring import KeyRing
from openline.api.auth.tokens import TokenPolicy
from openline.api.line.sessions import Sessions
from openline.api.server import Front, create_app
from openline.app.line import accounts
from openline.app.line.accounts import put_account
from openline.app.line.roles import Role
from openline.app.services import Services
from openline.cli import line_connection
from openline.cli.line import line
from openline.client import Client
from tests.app_transport import AppTransport
from tests.line_server import HandClock, make_line

PASSWORD = "correct horse battery"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A line between north, south and east, with a duty officer each; its HTTP transport."""
    monkeypatch.setattr(accounts, "_hasher", lambda: PasswordHasher(1, 8, 1))  # quick, not safe
    clock = HandClock()
    services = make_line(clock=clock)
    for name, party, role in (
        ("ada", "north", Role.DUTY),
        ("bo", "south", Role.DUTY),
        ("ben", "south", Role.DUTY),
        ("cai", "east", Role.WATCH),
    ):
        put_account(services.store, "test", name, party, role, PASSWORD, clock.now()).result()
    issuer = TokenIssuer(new_key())
    front = Front(
        KeyRing([issuer.trusted_key], []),
        TokenPolicy(frozenset({"here"})),
        sessions=Sessions(issuer, "here"),
    )
    app = create_app(Services(services.store, clock, line=services), front)
    with AppTransport(app) as transport:
        yield transport


@pytest.fixture
def officer(served: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Run a command as one of the officers."""
    tokens: dict[str, str] = {}

    def opened(
        _server: str | None, token: str | None, _key: str | None, name: str | None
    ) -> Client:
        return Client("http://here", token, officer=name, transport=served)

    monkeypatch.setattr(line_connection, "open_client", opened)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def run(user: str, *words: str) -> Result:
        if user not in tokens:
            with Client("http://here", transport=served) as client:
                tokens[user] = client.log_in(user, PASSWORD).access_token
        return CliRunner().invoke(line, [words[0], "--token", tokens[user], *words[1:]])

    return run


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output + repr(result.exception)
    return result.output


def test_the_first_day_of_the_line(officer: Any) -> None:
    out = done(
        officer(
            "ada",
            *("notify", "--unlocated", "--asks", "stay_outside", "--text", "keep out"),
            *("--start", "2026-11-22T12:30:00Z", "--end", "2026-11-22T18:00:00Z"),
        )
    )
    assert "lead time 30 min: LATE" in out
    thread = json.loads(done(officer("bo", "inbox", "--json")))["threads"][0]["id"]
    done(officer("bo", "receipt", thread[:6]))
    done(officer("bo", "answer", thread[:6], "continuing_as_planned"))
    shown = done(officer("ada", "show", thread[:6]))
    assert "ANSWER by south/bo: code continuing_as_planned" in shown
    status = officer("ada", "status").output
    assert f"WITHOUT A PLACE: {thread[:8]}" in status
    assert "south: answered (continuing as planned)" in status
    assert "east: received" in status
    assert "a receipt is not consent" in status


def test_a_session_is_kept_and_renewed(
    served: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with Client("http://here", transport=served) as client:
        client.log_in("bo", PASSWORD)
        line_connection.keep_session("http://here", "an older one", "bo")
        line_connection.renew_session(client)
        kept = line_connection.read_session()
        assert Client("http://here", kept["token"], transport=served).me().officer == "bo"
        line_connection.keep_session("http://elsewhere", "of another", "bo")
        line_connection.renew_session(client)
        assert line_connection.read_session()["token"] == "of another"


def test_who_only_watches_can_say_nothing(officer: Any) -> None:
    result = officer("cai", "urgent", "stop")
    assert result.exit_code != 0
    assert "openline.file" in str(result.exception)
    assert done(officer("cai", "inbox")).strip() == "Nothing waits for you."


def test_a_line_check_by_people_is_answered(officer: Any) -> None:
    done(officer("ada", "check", "--to", "south"))
    thread = json.loads(done(officer("bo", "inbox", "--json")))["threads"][0]["id"]
    done(officer("bo", "check", "--of", thread[:6]))
    side = json.loads(done(officer("ada", "show", thread, "--json")))["thread"]["sides"][0]
    assert side["step"] == "answered"
    urgent = json.loads(done(officer("ada", "urgent", "stop", "--to", "south", "--json")))
    wrong = officer("bo", "check", "--of", urgent["thread"])
    assert "is no line check" in str(wrong.exception)


def test_what_was_said_is_told_without_brackets(officer: Any) -> None:
    thread = json.loads(done(officer("ada", "urgent", "stop", "--json")))["thread"]
    done(officer("bo", "receipt", thread, "--not-yet", "crew 7", "--not-yet", "post 3"))
    shown = done(officer("ada", "show", thread))
    assert "receipt disseminated, passed_to name crew 7; name post 3\n" in shown


def test_an_urgent_call_is_the_first_in_the_inbox(officer: Any) -> None:
    done(
        officer(
            "ada",
            *("notify", "--unlocated", "--start", "2026-11-22T14:00:00Z"),
            *("--end", "2026-11-22T15:00:00Z"),
        )
    )
    done(officer("ada", "urgent", "stop", "--place", "54.0,7.0", "--text", "stop now"))
    threads = json.loads(done(officer("bo", "inbox", "--json")))["threads"]
    assert [one["kind"] for one in threads] == ["URGENT", "NOTIFY"]


def test_a_talk_in_the_calendar(officer: Any, tmp_path: Path) -> None:
    talk = (
        '{"time": "2026-11-23T09:00:00Z", "duration_s": 1800, "channel": "voice",'
        ' "text": "yearly review"}'
    )
    assert "No talk is scheduled" in done(officer("bo", "talks"))
    done(officer("ada", "say", "TALK", talk, "--to", "south"))
    shown = done(officer("bo", "talks"))
    assert "23 Nov 09:00:00Z for 30 min, by voice, asked for by north" in shown
    file = tmp_path / "talks.ics"

    def event() -> Any:
        done(officer("bo", "talks", "--ics", str(file)))
        (found,) = Calendar.from_ical(file.read_bytes()).walk("VEVENT")
        return found

    first = event()
    assert (first["STATUS"], first["SEQUENCE"]) == ("TENTATIVE", 0)
    assert first["DTSTART"].dt == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert first["DTEND"].dt - first["DTSTART"].dt == timedelta(minutes=30)
    assert str(first["SUMMARY"]) == "Talk: north, south (voice)"
    assert "yearly review" in first["DESCRIPTION"]
    thread = str(first["UID"])
    done(officer("bo", "answer", thread, "will_comply"))
    assert event()["STATUS"] == "CONFIRMED"
    assert Calendar.from_ical(calendar_of(officer, "cai", tmp_path)).walk("VEVENT") == []
    done(officer("ada", "cancel", thread))
    assert (event()["UID"], event()["STATUS"], event()["SEQUENCE"]) == (thread, "CANCELLED", 1)
    assert "No talk is scheduled" in done(officer("bo", "talks"))


def calendar_of(officer: Any, user: str, tmp_path: Path) -> bytes:
    file = tmp_path / f"{user}.ics"
    done(officer(user, "talks", "--ics", str(file)))
    return file.read_bytes()


def circle_file(tmp_path: Path) -> str:
    """A circle of 3 km at 54 N 7 E, 0 to 500 m, from 14 to 15 UTC."""
    file = tmp_path / "area.json"
    circle = {"center": {"lat": 54.0, "lng": 7.0}, "radius": {"value": 3000, "units": "M"}}
    low, high = ({"value": value, "reference": "W84", "units": "M"} for value in (0, 500))
    start, end = ({"value": f"2026-11-22T{hour}:00:00Z", "format": "RFC3339"} for hour in (14, 15))
    volume = {"outline_circle": circle, "altitude_lower": low, "altitude_upper": high}
    file.write_text(json.dumps([{"volume": volume, "time_start": start, "time_end": end}]))
    return str(file)


def test_a_readback_says_how_far_it_is(officer: Any, tmp_path: Path) -> None:
    done(officer("ada", "notify", circle_file(tmp_path)))
    thread = json.loads(done(officer("bo", "inbox", "--json")))["threads"][0]["id"]
    out = done(
        officer(
            "bo",
            *("readback", thread, "--place", "54.081,7.0", "--altitude", "0/500"),
            *("--start", "2026-11-22T14:00:00Z", "--end", "2026-11-22T15:00:00Z"),
        )
    )
    assert "9,01" in out  # 0.081 degrees of latitude are 9.0 km
    assert "READ BACK OTHERWISE: place" in out


def test_a_suspension_takes_two_persons(officer: Any) -> None:
    suspend = ("say", "SUSPEND", '{"second_officer": "ben"}')
    alone = officer("bo", *suspend)
    assert "did not confirm" in str(alone.exception)
    assert "this is one" in str(officer("bo", "confirm", "bo", "SUSPEND").exception)
    done(officer("ben", "confirm", "bo", "SUSPEND"))
    done(officer("bo", *suspend))
    assert "SUSPENDED since" in officer("ada", "status").output
    again = officer("bo", "say", "RESUME", '{"second_officer": "ben"}')
    assert "did not confirm" in str(again.exception), "a confirmation is for one kind, once"


@pytest.mark.parametrize(
    ("place", "refusal"), [("54.0,7.001", ""), ("54.08,7.0", "found it 8,9"), (None, "no place")]
)
def test_a_site_is_found_on_the_map_by_two_persons(
    officer: Any, place: str | None, refusal: str, tmp_path: Path
) -> None:
    where = ("--place", place) if place else ()
    done(officer("ben", "confirm", "bo", "NOTIFY", *where))
    file = circle_file(tmp_path)
    site = officer("bo", "notify", file, "--kind", "site", "--confirmed-by", "ben")
    assert refusal in str(site.exception)
    assert (site.exit_code == 0) is (refusal == "")


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (("answer", "nothing-like-it", "will_comply"), "openline line status lists them"),
        (("notify",), "give either FILE or --unlocated"),
        (("say", "FOO", "{}"), "one of LINE_CHECK"),
        (("say", "QUERY", '{"text": "why", "purpose": "none"}'), "purpose"),
        (("urgent", "stop", "--place", "here"), "two numbers"),
    ],
)
def test_a_wrong_word_is_told_with_its_cure(
    officer: Any, words: tuple[str, ...], cure: str
) -> None:
    result = officer("ada", *words)
    assert result.exit_code != 0
    assert cure in result.output + str(result.exception)


def test_a_way_out_is_shown_and_proposed(officer: Any, tmp_path: Path) -> None:
    file = circle_file(tmp_path)
    done(officer("ada", "notify", file, "--kind", "plan"))
    done(officer("bo", "notify", file, "--kind", "plan", "--name", "Box"))
    board = json.loads(officer("bo", "status", "--json").output)
    (conflict,) = board["conflicts"]
    limits = ("--climb", "0", "--sideways", "0", "--earlier", "0s")
    out = done(officer("bo", "advise", conflict["id"], *limits))
    # An hour and the time minimum of a minute.
    assert "1. 1 h 01 min later; 22 Nov 15:01:00Z to 22 Nov 16:01:00Z; cost 3,660" in out
    assert "was filed first" in out
    assert "proposed: 1 h 01 min later" in done(
        officer("bo", "advise", conflict["id"][:6], *limits, "--propose", "1")
    )
    (seen,) = json.loads(officer("ada", "status", "--json").output)["conflicts"][0]["proposals"]
    assert seen["proposal"]["by"] == "south"
    assert seen["meets"] == []
    none = officer("bo", "advise", conflict["id"], *limits, "--later", "10min")
    assert none.exit_code == 1
    assert "no way out within the limits" in none.output
    assert officer("bo", "advise", conflict["id"], *limits, "--propose", "9").exit_code != 0


def test_a_thread_and_a_day_are_written_as_files(officer: Any, tmp_path: Path) -> None:
    done(officer("ada", "notify", circle_file(tmp_path), "--name", "Survey"))
    (thread,) = json.loads(officer("bo", "inbox", "--json").output)["threads"]
    kml, page = tmp_path / "survey.kml", tmp_path / "day.html"
    done(officer("bo", "export", thread["id"], "--out", str(kml)))
    assert b"<kml" in kml.read_bytes()
    assert b"Survey" in kml.read_bytes()
    done(officer("bo", "export", "--day", "2026-11-22", "--out", str(page)))
    assert b"22 November 2026" in page.read_bytes()
    rows = done(officer("bo", "export", "--day", "2026-11-22", "--form", "csv"))
    assert rows.startswith("entry,time,kind")
    assert officer("bo", "export").exit_code == 2
    assert officer("bo", "export", thread["id"], "--day", "2026-11-22").exit_code == 2
