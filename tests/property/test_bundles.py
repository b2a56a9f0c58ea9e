"""Laws of bundles: however what was said is split, ordered and repeated, the same is taken.

1 one party's in the order in which they were written: nothing is refused;
2 in any order, with any repeated, once all were read until nothing new is in them: the same
  messages are on the record, each taken once;
3 once a notice was read, its amendments in any order leave what its sender said last;
4 a bundle and a text read back as what was written, and packed as well.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.app.line.compose import Saying, compose
from openline.app.line.services import LineServices
from openline.app.line.take_bundle import Result, take_bundle
from openline.app.line.write_bundle import Chosen, write_bundle
from openline.errors import OpenlineError
from openline.formats.bundle import (
    decode_bundle,
    encode_bundle,
    head_of,
    sign_head,
)
from openline.formats.bundle_text import decode_texts, encode_text
from openline.line.message.bodies import (
    AlertState,
    Amend,
    Answer,
    Body,
    Cancel,
    LineCheck,
    Notify,
    Query,
    Receipt,
    Urgent,
)
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    CheckMode,
    Kind,
    ReceiptKind,
    UrgentAction,
)
from tests.line_server import START, HandClock, make_line, signer
from tests.line_world import HOUR, notice, unlocated

WRITERS = ("north", "south")
_BEGIN = ("NOTIFY", "QUERY", "URGENT", "ALERT", "CHECK")
_WITHIN = ("READ", "ANSWER")
_TOUCHING = ("AMEND", "CANCEL")
_OFFICERS = {"north": "Ada", "south": "Bo"}


def steps(*kinds: str) -> st.SearchStrategy[list[tuple[str, str, int]]]:
    """Who says what about which thread; `WRITE` puts it all in bundles."""
    one = st.tuples(
        st.sampled_from(WRITERS), st.sampled_from((*kinds, "WRITE")), st.integers(0, 10**6)
    )
    return st.lists(one, min_size=1, max_size=25)


@dataclass
class History:
    """What two parties said on a server of theirs, and the bundles that they wrote for a third."""

    clock: HandClock = field(default_factory=HandClock)
    line: LineServices = field(init=False)
    bundles: list[bytes] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WRITERS, 0))

    def __post_init__(self) -> None:
        self.line = make_line(clock=self.clock, hosted=WRITERS)

    def play(self, said: list[tuple[str, str, int]]) -> "History":
        """Say it all; what the line refuses is not said."""
        for party, kind, number in said:
            self.clock.sleep(seconds=7)
            if kind == "WRITE":
                self.write(party)
                continue
            body, thread = self.body(party, kind, number)
            if body is not None:
                self.say(party, body, thread)
        for party in WRITERS:
            self.write(party)
        return self

    def say(self, party: str, body: Body, thread: str | None) -> None:
        """To everybody."""
        saying = Saying(body, _OFFICERS[party], (), thread)
        try:
            compose(self.line, party, saying, self.clock.now()).result()
        except OpenlineError:
            return

    def body(self, party: str, kind: str, number: int) -> tuple[Body | None, str | None]:
        """A body, and the thread that it is in."""
        begun: dict[str, Body] = {
            "NOTIFY": notice() if number % 2 else unlocated(START + 2 * HOUR),
            "QUERY": Query(f"what of {number}?"),
            "URGENT": Urgent(list(UrgentAction)[number % 5]),
            "ALERT": AlertState(AlertLevel.RAISED),
            "CHECK": LineCheck(CheckMode.HUMAN),
        }
        if kind in begun:
            return begun[kind], None
        messages = self.line.look(lambda line, _at: list(line.state.messages.values()))
        own = kind in _TOUCHING
        found = [
            one.message
            for one in messages
            if (one.message.sender == party) is own
            and one.message.kind in (Kind.NOTIFY, *(() if own else (Kind.URGENT, Kind.AMEND)))
        ]
        if not found:
            return None, None
        of = found[number % len(found)]
        at = START + timedelta(hours=2, minutes=number % 600)
        within: dict[str, Body] = {
            "READ": Receipt(ReceiptKind.READ, of.id),
            "ANSWER": Answer(AnswerCode.CONTINUING_AS_PLANNED, of.id),
            "AMEND": Amend(unlocated(at) if isinstance(of.body, Notify) else unlocated()),
            "CANCEL": Cancel(),
        }
        return within[kind], of.thread

    def write(self, party: str) -> None:
        """Put what was said since the last time in a bundle for east."""
        made = write_bundle(
            self.line, (party, "east"), Chosen(self.written[party]), self.clock.now()
        )
        self.written[party] = made.entry
        if made.head is not None:
            signature = sign_head(made.head, signer(party))
            packed = len(self.bundles) % 2 == 0
            self.bundles.append(encode_bundle(made.head, signature, made.tokens, packed=packed))

    def ids(self) -> set[str]:
        """Everything that is for east."""
        messages = self.line.look(lambda line, _at: list(line.state.messages.values()))
        return {one.message.id for one in messages if "east" in one.message.recipients}


class East:
    """The third party's server; how often each message was new."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.line = make_line(clock=HandClock(now), hosted=["east"])
        self.new: list[str] = []

    def read(self, data: bytes) -> tuple[int, list[str]]:
        """How many were new, and why the others were refused."""
        account = take_bundle(self.line, data, "east", self.now).result()
        fresh = [one.message for one in account.outcomes if one.result is Result.NEW]
        self.new += [message.id for message in fresh if message is not None]
        return len(fresh), [str(one.reason) for one in account.outcomes if one.reason]

    def notices(self) -> dict[str, object]:
        """What stands, by thread."""
        return self.line.look(
            lambda line, _at: {name: one.notify for name, one in line.state.notices.items()}
        )


def read_all(history: History, order: list[int]) -> East:
    """The bundles in an order of their numbers, then all until nothing is new."""
    east = East(history.clock.now())
    for number in order:
        east.read(history.bundles[number % len(history.bundles)])
    while sum([east.read(data)[0] for data in history.bundles]):
        pass
    return east


ORDER = st.lists(st.integers(0, 40), max_size=40)


@given(said=steps(*_BEGIN, *_TOUCHING))
@settings(deadline=None, max_examples=50)
def test_in_their_order_nothing_is_refused(said: list[tuple[str, str, int]]) -> None:
    history = History().play([("north", kind, number) for _, kind, number in said])
    east = East(history.clock.now())
    for data in history.bundles:
        _, refused = east.read(data)
        assert refused == []
    assert set(east.new) == history.ids()


@given(said=steps(*_BEGIN, *_WITHIN), order=ORDER)
@settings(deadline=None, max_examples=100)
def test_in_any_order_the_same_is_taken_once(
    said: list[tuple[str, str, int]], order: list[int]
) -> None:
    history = History().play(said)
    if not history.bundles:
        return
    east = read_all(history, order)
    assert len(east.new) == len(set(east.new))
    assert set(east.new) == history.ids()
    on_record = east.line.look(lambda line, _at: set(line.state.messages))
    assert set(east.new) <= on_record


@given(numbers=st.lists(st.integers(0, 600), min_size=2, max_size=6), order=ORDER)
@settings(deadline=None, max_examples=100)
def test_in_any_order_the_same_notices_stand(numbers: list[int], order: list[int]) -> None:
    """A notice and its amendments, each in a bundle of its own, the notice read first."""
    history = History()
    for kind, number in (("NOTIFY", 0), *(("AMEND", number) for number in numbers)):
        history.play([("north", kind, number)])
    standing = history.line.look(lambda line, _at: dict(line.state.notices))
    found = read_all(history, [0, *order]).notices()
    assert found == {name: one.notify for name, one in standing.items()}


TOKEN = st.binary(min_size=1, max_size=300).filter(lambda data: b"\n" not in data)


@given(
    tokens=st.lists(TOKEN, min_size=1, max_size=10),
    first=st.integers(1, 2**52),
    after=st.none() | st.just(0),
    packed=st.booleans(),
    days=st.floats(-10_000, 10_000),
)
@settings(deadline=None)
def test_a_bundle_reads_back(
    tokens: list[bytes], first: int, after: int | None, packed: bool, days: float
) -> None:
    numbered = list(enumerate(tokens, first))
    made = START + timedelta(days=days)
    head = head_of(("a", 1), ("north", "south"), made, numbered, after)
    data = encode_bundle(head, sign_head(head, signer("north")), tokens, packed=packed)
    found = decode_bundle(data)
    assert (found.head, found.tokens, found.intact) == (head, tuple(tokens), True)


@given(payload=st.binary(max_size=400), signature=st.binary(min_size=64, max_size=64))
@settings(deadline=None)
def test_a_text_reads_back(payload: bytes, signature: bytes) -> None:
    (found,) = decode_texts(encode_text(payload, signature, "north", "south").encode())
    assert (found.payload, found.signature) == (payload, signature)


@given(data=st.binary(max_size=600))
@settings(deadline=None)
def test_garbage_is_refused_in_our_words(data: bytes) -> None:
    for begin in (
        b"",
        b"openline.bundle/1 ",
        b"\x1f\x8b\x08\x00",
        b"BEGIN OPENLINE 1 A TO B LINES 1\n",
    ):
        for read in (decode_bundle, decode_texts):
            try:
                read(begin + data)
            except OpenlineError:
                continue
