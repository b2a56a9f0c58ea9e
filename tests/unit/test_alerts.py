"""Which entries call a party outside the line, what the alert says, and whose signature it has."""

import json
from datetime import timedelta

import pytest

from openline.app.ed25519 import signer_of_seed
from openline.app.line.alerts import (
    Alert,
    alerts_after,
    alerts_of,
    body_of,
    check_signature,
    signature_of,
    text_of,
    title_of,
)
from openline.app.line.compose import Saying, compose
from openline.app.line.services import LineServices
from openline.app.line.tick import tick
from openline.errors import InvalidInput, Unauthenticated
from openline.line.agreement import Coarseness
from openline.line.message.bodies import Body, LineCheck, Notify, Urgent
from openline.line.message.kind import CheckMode, NoticeKind, UrgentAction
from tests.line_server import PARTIES, START, HandClock, make_line, signer

HOUR = timedelta(hours=1)
UNLOCATED = Notify(NoticeKind.UNLOCATED, START + 2 * HOUR, START + 3 * HOUR)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def line(clock: HandClock) -> LineServices:
    return make_line(clock=clock)


def say(line: LineServices, party: str, body: Body, *to: str) -> None:
    compose(line, party, Saying(body, f"officer-{party}", to), line.clock.now()).result()


def wait(line: LineServices, clock: HandClock, seconds: float) -> None:
    """Let the time go by in steps of a second, as the server's clock does."""
    for _ in range(int(seconds)):
        clock.sleep(seconds=1)
        future = tick(line, clock.now())
        if future is not None:
            future.result()


def alerts(line: LineServices, hosted: tuple[str, ...] = PARTIES) -> list[Alert]:
    records = line.store.read(lambda reader: reader.records(0, 10_000))
    return line.look(
        lambda state, _position: [
            alert
            for record in records
            if (entry := line.recent.entry_of(record)) is not None
            for alert in alerts_of(state, record, entry, "test.example", hosted)
        ]
    )


def told(line: LineServices) -> list[tuple[str, str]]:
    return [(alert.party, alert.name) for alert in alerts(line)]


def test_urgent_calls_those_it_was_said_to_and_no_other(line: LineServices) -> None:
    say(line, "north", Urgent(UrgentAction.STOP, text="crew below"), "south")
    (alert,) = alerts(line)
    assert (alert.party, alert.name) == ("south", "URGENT")
    assert alert.words == "URGENT from north: STOP: crew below"
    assert alert.thread is not None


def test_a_line_check_a_notice_with_its_place_and_a_receipt_call_nobody(line: LineServices) -> None:
    say(line, "north", LineCheck(CheckMode.HUMAN))
    assert not alerts(line)


def test_a_notice_without_a_place_calls_its_readers(line: LineServices) -> None:
    say(line, "north", UNLOCATED, "south", "east")
    assert [one for one in told(line) if one[1] == "NOTIFY"] == [
        ("east", "NOTIFY"),
        ("south", "NOTIFY"),
    ]
    assert alerts(line)[0].words.startswith("north: Notice without a place, 2026-11-22 14:00Z")


def test_what_is_not_shown_is_not_in_the_alert(line: LineServices) -> None:
    hidden = Notify(
        NoticeKind.UNLOCATED,
        START + 2 * HOUR,
        START + 3 * HOUR,
        text="the name of a ship",
        show=Coarseness.CONFLICTS,
    )
    say(line, "north", hidden, "south")
    (alert,) = [one for one in alerts(line) if one.name == "NOTIFY"]
    assert "ship" not in alert.words
    assert "14:00" not in alert.words
    assert alert.words == "Notice: a place not named"


def test_alarms_call_the_party_that_owes_and_not_the_one_that_waits(
    line: LineServices, clock: HandClock
) -> None:
    say(line, "north", Urgent(UrgentAction.STOP), "south")
    wait(line, clock, 61)
    assert told(line).count(("south", "duty.alarm")) == 3  # at 10, 30 and 60 s, as agreed
    assert told(line).count(("south", "duty.overdue")) == 1
    assert ("north", "duty.alarm") not in told(line)
    alarm = next(one for one in alerts(line) if one.name == "duty.alarm")
    assert alarm.words == ("Alarm 1 to duty officer of south: a person's acknowledgement is owed")
    assert alarm.time == START + timedelta(seconds=10)


def test_a_link_calls_when_it_is_unknown_and_not_when_it_is_late(clock: HandClock) -> None:
    line = make_line(clock=clock, hosted=("south",))
    other = make_line(line.store, clock)
    say(other, "north", LineCheck(CheckMode.HUMAN), "south")
    wait(line, clock, 200)  # the machine of north says nothing more
    links = [one for one in alerts(line, ("south",)) if one.name == "link.changed"]
    assert [one.words for one in links] == ["The link to north is UNKNOWN"]


def test_two_notices_that_meet_call_both_sides(line: LineServices) -> None:
    say(line, "north", UNLOCATED, "south")
    say(line, "south", UNLOCATED, "north")
    found = told(line)
    assert ("north", "conflict.opened") in found
    assert ("south", "conflict.opened") in found
    assert ("east", "conflict.opened") not in found
    opened = next(one for one in alerts(line) if one.name == "conflict.opened")
    assert opened.thread is not None
    assert "only because a notice names no place" in opened.words


def test_only_parties_of_this_server_are_called(clock: HandClock) -> None:
    every = make_line(clock=clock)
    say(every, "north", Urgent(UrgentAction.HOLD))
    south = make_line(every.store, clock, hosted=("south",))
    found, last = alerts_after(south, "test.example", 0, 1_000)
    assert [one.party for one in found] == ["south"]
    assert alerts_after(south, "test.example", last, 1_000) == ([], last)


def test_an_alert_is_the_same_whoever_makes_it_and_two_are_never(
    line: LineServices, clock: HandClock
) -> None:
    say(line, "north", Urgent(UrgentAction.HOLD))
    say(line, "north", Urgent(UrgentAction.HOLD))
    again = make_line(line.store, clock)
    assert alerts(again) == alerts(line)
    assert len({one.id for one in alerts(line)}) == len(alerts(line)) == 4
    other = make_line(clock=HandClock(START + HOUR))  # a record of the same name and length
    say(other, "north", Urgent(UrgentAction.HOLD))
    assert not {one.id for one in alerts(other)} & {one.id for one in alerts(line)}


def test_the_subject_and_the_text_of_a_mail(line: LineServices) -> None:
    say(line, "north", Urgent(UrgentAction.STOP), "south")
    (alert,) = alerts(line)
    assert title_of(alert) == "Openline, south: Urgent"
    assert "a receipt is not consent" in text_of(alert)
    assert f"Entry {alert.entry} of test.example, thread {alert.thread}" in text_of(alert)


# As docs/line.md prints it. The key is the one of RFC 8032, 7.1, TEST 1, whose public half is the
# one there; Ed25519 signatures are deterministic, so any library makes the same one.
_VECTOR_SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
_VECTOR_BODY = (
    b'{"id":"0123456789abcdef0123456789abcdef","origin":"line.example","party":"south",'
    b'"entry":7,"time":"2026-11-22T12:00:00Z","name":"URGENT",'
    b'"thread":"c5b5e0a4-5a3c-4f0e-9a86-3f5c3a2b1d00","words":"URGENT from north: STOP"}'
)
VECTOR_SIGNATURE = (
    "ed25519=Tng05EzKU64nSqiA8t2eTdd4TFTijH8NfCjA+JJWJ2HE"
    "f6TGRrU9sA3ajiYuaIPlrBVEqRCsAQJrIUNFAtZHAw=="
)


def vector() -> Alert:
    return Alert(
        "0123456789abcdef0123456789abcdef",
        "line.example",
        "south",
        7,
        START,
        "URGENT",
        "c5b5e0a4-5a3c-4f0e-9a86-3f5c3a2b1d00",
        "URGENT from north: STOP",
    )


def test_the_vector_of_the_document() -> None:
    body = body_of(vector())
    assert body == _VECTOR_BODY
    key = signer_of_seed(_VECTOR_SEED)
    assert key.public_key.hex().startswith("d75a980182b10ab7")
    assert signature_of(body, key) == VECTOR_SIGNATURE
    check_signature(body, VECTOR_SIGNATURE, key.public_key)
    assert json.loads(body)["entry"] == 7


@pytest.mark.parametrize(
    "header", ["", "ed25519=", "ed25519=AAAA", "rsa=AAAA", "ed25519=!!", VECTOR_SIGNATURE + "="]
)
def test_another_header_is_refused(header: str) -> None:
    key = signer_of_seed(_VECTOR_SEED).public_key
    with pytest.raises((InvalidInput, Unauthenticated)):
        check_signature(_VECTOR_BODY, header, key)


def test_a_changed_body_and_another_party_are_refused() -> None:
    key = signer_of_seed(_VECTOR_SEED)
    header = signature_of(_VECTOR_BODY, key)
    with pytest.raises(Unauthenticated):
        check_signature(_VECTOR_BODY.replace(b"STOP", b"HOLD"), header, key.public_key)
    with pytest.raises(Unauthenticated):
        check_signature(_VECTOR_BODY, header, signer("north").public_key)
