"""A day on which two sites exchange nothing but files: each has its own server and record."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from openline.app.line.change import Taken
from openline.app.line.compose import Saying, compose
from openline.app.line.jws import payload_of
from openline.app.line.services import LineServices
from openline.app.line.take_bundle import Account, Result, take_bundle
from openline.app.line.tick import tick
from openline.app.line.views import board_of, thread_of
from openline.app.line.write_bundle import Chosen, write_bundle, write_text
from openline.formats.bundle import encode_bundle, sign_head
from openline.formats.line_message import decode
from openline.line.agreement import Coarseness
from openline.line.board import Board
from openline.line.message.bodies import (
    Accept,
    Amend,
    Answer,
    Body,
    Cancel,
    LineCheck,
    Propose,
    Receipt,
    Urgent,
)
from openline.line.message.kind import (
    AnswerCode,
    CheckMode,
    Kind,
    NoticeKind,
    ReceiptKind,
    UrgentAction,
)
from openline.line.thread import Step
from tests.line_server import PARTIES, START, HandClock, make_line, signer
from tests.line_world import HOUR, notice, unlocated, volume

OFFICERS = {"north": "Ada", "south": "Bo"}


class Site:
    """One party's server, and what it has written so far."""

    def __init__(self, party: str, clock: HandClock) -> None:
        self.party = party
        self.clock = clock
        self.line: LineServices = make_line(clock=clock, hosted=[party])
        self.written = 0

    def say(self, body: Body, thread: str | None = None) -> Taken:
        """An officer says something."""
        saying = Saying(body, OFFICERS[self.party], (), thread)
        return compose(self.line, self.party, saying, self.clock.now()).result()

    def bundle(self, to: str, *, packed: bool = True) -> bytes | None:
        """What was said since the last bundle; None for nothing."""
        chosen = Chosen(self.written)
        made = write_bundle(self.line, (self.party, to), chosen, self.clock.now())
        self.written = made.entry
        if made.head is None:
            return None
        signature = sign_head(made.head, signer(self.party))
        return encode_bundle(made.head, signature, made.tokens, packed=packed)

    def read(self, data: bytes) -> Account:
        """Put a file on the record."""
        return take_bundle(self.line, data, self.party, self.clock.now()).result()

    def board(self) -> Board:
        """What this side sees."""
        return board_of(self.line, self.party, self.clock.now())

    def step(self, thread: str, party: str) -> Step:
        """How far a thread is with a recipient, as this side sees it."""
        sides = self.line.look(lambda line, _at: line.state.threads[thread].sides)
        return sides[party].step


def carry(of: Site, to: Site) -> Account | None:
    """A file from one site to the other."""
    data = of.bundle(to.party)
    return None if data is None else to.read(data)


def exchange(one: Site, other: Site) -> None:
    """Files to and fro until neither has anything to say."""
    for _ in range(10):
        accounts = [carry(one, other), carry(other, one)]
        assert all(found is None or not found.count(Result.REFUSED) for found in accounts)
        if accounts == [None, None]:
            return
    raise AssertionError("it does not come to rest")


def agreed_view(board: Board, parties: Iterable[str]) -> dict[str, object]:
    """What both sides have to see alike of every thread: its kind and state, and its answers."""
    return {
        thread.id: (
            thread.kind,
            thread.opener,
            {
                side.party: (side.step, side.answer)
                for side in thread.sides
                if side.party in parties
            },
        )
        for thread in board.threads
        if thread.kind is not Kind.LINE_CHECK
    }


def test_the_first_day_by_files_alone() -> None:
    clock = HandClock()
    north, south = Site("north", clock), Site("south", clock)
    first = north.say(unlocated(START + 2 * HOUR))
    thread = first.message.thread
    assert north.step(thread, "south") is Step.SENT, "sent, and not received: nobody carried it"

    clock.sleep(minutes=40)
    taken = carry(north, south)
    assert taken is not None
    assert taken.count(Result.NEW) == 1
    clock.sleep(minutes=5)
    carry(south, north)
    assert north.step(thread, "south") is Step.RECEIVED

    south.say(Receipt(ReceiptKind.READ, first.message.id), thread)
    south.say(Answer(AnswerCode.CONTINUING_AS_PLANNED, first.message.id), thread)
    clock.sleep(minutes=5)
    carry(south, north)
    assert north.step(thread, "south") is Step.ANSWERED

    north.say(Amend(notice()), thread)
    clock.sleep(minutes=20)
    carry(north, south)
    assert south.step(thread, "south") is not Step.ANSWERED, "what was amended is answered anew"

    clock.sleep(minutes=1)
    urgent = north.say(Urgent(UrgentAction.STOP, text="stop now"))
    text = write_text(north.line, ("north", "south"), Chosen(0, (urgent.message.thread,)))
    assert len(text) == 1
    heard = south.read(text[0].encode())
    assert heard.count(Result.NEW) == 1, "read out, long before the next file"
    south.say(Receipt(ReceiptKind.READ, urgent.message.id), urgent.message.thread)
    exchange(north, south)
    assert north.step(urgent.message.thread, "south") is Step.READ

    boards = agreed_view(north.board(), PARTIES), agreed_view(south.board(), PARTIES)
    assert boards[0] == boards[1]
    assert len(boards[0]) == 2
    said = [thread_of(one.line, one.party, thread, clock.now()).said for one in (north, south)]
    kinds = [[(one.sender, one.kind) for one in found] for found in said]
    assert sorted(kinds[0]) == sorted(kinds[1])


def test_a_whole_day_of_machines_stands_between_two_files() -> None:
    """Line checks of machines take numbers and are in no file: 1,440 a day."""
    clock = HandClock()
    north, south = Site("north", clock), Site("south", clock)
    north.say(unlocated(START + 60 * HOUR))
    carry(north, south)
    for _ in range(1_500):
        clock.sleep(minutes=1)
        due = tick(north.line, clock.now())
        if due is not None:
            due.result()
    sequence = north.say(Urgent(UrgentAction.HOLD)).message.sequence
    found = carry(north, south)
    assert sequence > 1_500
    assert found is not None
    assert found.count(Result.NEW) == len(found.outcomes) > 0
    assert found.before is None, "the sender says that nothing else was for south"


def test_a_file_comes_late() -> None:
    clock = HandClock()
    north, south = Site("north", clock), Site("south", clock)
    said = compose(
        north.line,
        "north",
        Saying(unlocated(START + 2 * HOUR), "Ada", lifetime=timedelta(hours=1)),
        clock.now(),
    ).result()
    check = north.say(LineCheck(CheckMode.HUMAN))
    clock.sleep(hours=1)
    found = carry(north, south)
    assert found is not None
    results = {one.message.id: one for one in found.outcomes if one.message is not None}
    assert results[said.message.id].result is Result.REFUSED
    assert "expired" in str(results[said.message.id].reason)
    assert results[check.message.id].result is Result.NEW, "an hour late, and no clock is blamed"
    assert south.line.look(lambda line, _at: line.state.party("north").skew) is None


def test_what_is_shown_coarsely_goes_as_that_and_both_boards_say_the_same() -> None:
    """Plans are shown to others as conflicts alone, by the agreement: their bytes stay here."""
    clock = HandClock()
    north, south = Site("north", clock), Site("south", clock)
    north.line.remote["south"] = frozenset(["south"])
    south.line.remote["north"] = frozenset(["north"])
    plan = north.say(notice(notice=NoticeKind.PLAN, name="kestrel"))
    cells = north.say(notice(show=Coarseness.CELLS, name="kestrel"))
    data = north.bundle("south", packed=False)
    assert data is not None
    head, *tokens = data.rsplit(b"\n", 3)[:-1]
    assert b"left_out 0" in head
    payloads = [payload_of(token) for token in tokens]
    assert all(b"coarse" in one and b"volumes" not in one for one in payloads)
    assert not any(b"kestrel" in one for one in payloads)
    (text,) = write_text(north.line, ("north", "south"), Chosen(0, (cells.message.thread,)))
    assert south.read(text.encode()).count(Result.REFUSED) == 0
    account = south.read(data)
    assert (account.count(Result.NEW), account.count(Result.KNOWN)) == (1, 1)
    assert account.outcomes[0].message is not None
    assert account.outcomes[0].message.id == plan.message.id
    own = south.say(notice(show=Coarseness.FULL))
    exchange(north, south)
    boards = north.board(), south.board()
    ids = [{one.id for one in board.conflicts if not one.over} for board in boards]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 2
    south.say(Cancel(), own.message.thread)
    exchange(north, south)
    assert all(one.over for site in (north, south) for one in site.board().conflicts)


def test_without_the_key_of_its_sender_what_is_shown_coarsely_is_left_out_and_counted() -> None:
    clock = HandClock()
    north = Site("north", clock)
    north.say(notice(notice=NoticeKind.PLAN))
    shown = north.say(unlocated(START + 2 * HOUR))
    keyless = replace(north.line, signers={})
    made = write_bundle(keyless, ("north", "south"), Chosen(), clock.now())
    assert made.head is not None
    assert (made.head.messages, made.head.left_out, made.left_out) == (1, 1, 1)
    assert decode(payload_of(made.tokens[0])).id == shown.message.id


def test_a_file_for_two_in_the_wrong_order() -> None:
    clock = HandClock()
    north, south = Site("north", clock), Site("south", clock)
    said = north.say(unlocated(START + 2 * HOUR))
    first = north.bundle("south")
    north.say(Amend(unlocated(START + 4 * HOUR)), said.message.thread)
    second = north.bundle("south")
    north.say(Amend(unlocated(START + 6 * HOUR)), said.message.thread)
    third = north.bundle("south")
    assert first is not None
    assert second is not None
    assert third is not None
    early = south.read(second)
    assert early.count(Result.REFUSED) == 1
    assert "no such thread" in str(early.outcomes[0].reason)
    assert early.before == said.message.sequence
    assert south.read(first).count(Result.NEW) == 1
    assert south.read(third).count(Result.NEW) == 1
    overtaken = south.read(second)
    assert "amended it since" in str(overtaken.outcomes[0].reason)
    state = south.line.look(lambda line, _at: line.state.notices[said.message.thread])
    assert state.notify.time_start == START + 6 * HOUR, "the later amendment stands"


def test_both_sites_find_the_same_conflict_and_settle_it() -> None:
    clock = HandClock()
    north, south = Site("north", clock), Site("south", clock)
    north.say(notice())
    plan = south.say(notice())
    exchange(north, south)
    boards = north.board(), south.board()
    ids = [[one.id for one in board.conflicts if not one.over] for board in boards]
    assert ids[0] == ids[1]
    (conflict,) = ids[0]

    later = replace(volume(), time_start=START + 5 * HOUR, time_end=START + 6 * HOUR)
    moved = north.say(Propose(conflict, plan.message.thread, (later,)), conflict)
    clock.sleep(minutes=1)
    exchange(north, south)
    south.say(Accept(moved.message.id), conflict)
    south.say(Amend(notice(later)), plan.message.thread)
    exchange(north, south)
    for site in (north, south):
        assert all(one.over for one in site.board().conflicts)
