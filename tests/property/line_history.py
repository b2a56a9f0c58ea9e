"""Random histories of a line: every rule says one thing, lets time pass, or changes terms."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from openline.airspace.volume import Volume4D
from openline.errors import OpenlineError
from openline.geo.position import Position
from openline.line.agreement import AuthorityTerms, Channel, LineCheckTerms
from openline.line.message.bodies import (
    Accept,
    AlertState,
    Amend,
    Answer,
    Authority,
    Body,
    Breach,
    Cancel,
    Clarify,
    Closure,
    Decline,
    Disposition,
    FieldContact,
    Handover,
    Incident,
    LineCheck,
    Notify,
    PassedTo,
    Propose,
    Query,
    Readback,
    Receipt,
    Reply,
    Resume,
    Suspend,
    Talk,
    Urgent,
)
from openline.line.message.envelope import Message
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    Asks,
    Binding,
    CheckMode,
    ClosureReason,
    DispositionState,
    Kind,
    Missing,
    NoticeKind,
    ReceiptKind,
    UnableReason,
    UrgentAction,
)
from openline.line.thread import MessageEntry
from tests.line_world import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    World,
    agreement,
    circle,
    notice,
    volume,
)

PARTIES = st.sampled_from(["north", "south", "east"])
OFFICER = st.sampled_from(["Ada", "Bo", None])
ANY = st.integers(0, 10**6)
SOON = st.sampled_from([-HOUR, -MINUTE, timedelta(0), 10 * MINUTE, 2 * HOUR, DAY])
FOR = st.sampled_from([MINUTE, HOUR, 9 * HOUR])
STEP = st.sampled_from([SECOND, 15 * SECOND, MINUTE, 7 * MINUTE, HOUR, 9 * HOUR, 31 * DAY])
# Where and how high: few of each, so that things meet.
PLACE = st.sampled_from([(54.0, 7.0), (54.05, 7.0), (55.0, 8.0)])
HEIGHTS = st.sampled_from([(0.0, 500.0), (0.0, 900.0), (900.0, 2_000.0)])


class LineHistory(RuleBasedStateMachine):
    """One world, and all that can happen in it."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(agreement(line_check=LineCheckTerms(5 * MINUTE, 8 * HOUR, 2)))
        self.versions = 1
        self.held: list[Message] = []  # said, and not come yet

    # What can be said

    def say(self, sender: str, body: Body, **fields: Any) -> None:
        """Say it; a refusal in our own words changes nothing and is as good."""
        world = self.world
        if world.state.agreed().party(sender) is None:
            return
        before = len(world.entries)
        try:
            world.say(sender, body, **fields)
        except OpenlineError:
            assert len(world.entries) == before

    def pick(self, number: int, *kinds: Kind) -> MessageEntry | None:
        """One of the messages that begin a thread of these kinds."""
        found = [one for one in self.world.state.messages.values() if one.message.kind in kinds]
        return found[number % len(found)] if found else None

    def reader(self, of: MessageEntry, number: int, sender: str) -> str:
        """Mostly somebody who got the message."""
        to = of.message.recipients
        return sender if number % 5 == 0 else to[number % len(to)]

    def volume(self, start: timedelta, lasts: timedelta, place: Any, heights: Any) -> Volume4D:
        begins = self.world.now + start
        return volume(circle(*place), begins, begins + lasts, *heights)

    @rule(
        sender=PARTIES,
        kind=st.sampled_from(NoticeKind),
        asks=st.sampled_from(Asks),
        start=SOON,
        lasts=FOR,
        place=PLACE,
        heights=HEIGHTS,
        to=st.sampled_from([None, "one"]),
    )
    def notify(
        self,
        sender: str,
        kind: NoticeKind,
        asks: Asks,
        start: timedelta,
        lasts: timedelta,
        place: Any,
        heights: Any,
        to: str | None,
    ) -> None:
        body = self._notify(kind, asks, self.volume(start, lasts, place, heights))
        others = [one for one in ("south", "north", "east") if one != sender]
        self.say(sender, body, **({} if to is None else {"recipients": (others[0],)}))

    def _notify(self, kind: NoticeKind, asks: Asks, where: Volume4D) -> Notify:
        if kind is NoticeKind.UNLOCATED:
            return Notify(kind, where.time_start, where.time_end, asks=asks)
        contact = FieldContact("driver", "1") if kind is NoticeKind.MOVEMENT else None
        confirmed = "Zoe" if kind is NoticeKind.SITE else None
        return notice(where, asks=asks, notice=kind, contact=contact, confirmed_by=confirmed)

    @rule(
        number=ANY,
        same=st.booleans(),
        start=SOON,
        lasts=FOR,
        place=PLACE,
        heights=HEIGHTS,
        officer=OFFICER,
    )
    def amend(
        self,
        number: int,
        same: bool,
        start: timedelta,
        lasts: timedelta,
        place: Any,
        heights: Any,
        officer: str | None,
    ) -> None:
        first = self.pick(number, Kind.NOTIFY)
        if first is None:
            return
        standing = self.world.state.notices.get(first.message.thread)
        was = first.message.body if standing is None else standing.notify
        assert isinstance(was, Notify)
        now = was
        if not same:
            kind = NoticeKind.VOLUME if was.notice is NoticeKind.UNLOCATED else was.notice
            now = self._notify(kind, was.asks, self.volume(start, lasts, place, heights))
        sender = first.message.sender
        self.say(sender, Amend(now), thread=first.message.thread, officer=officer)

    @rule(number=ANY, sender=PARTIES)
    def cancel(self, number: int, sender: str) -> None:
        kinds = (Kind.NOTIFY, Kind.CLOSURE, Kind.AUTHORITY, Kind.URGENT, Kind.QUERY, Kind.TALK)
        first = self.pick(number, *kinds)
        if first is not None:
            by = first.message.sender if number % 3 else sender
            self.say(by, Cancel(), thread=first.message.thread)

    @rule(number=ANY, sender=PARTIES)
    def clarify(self, number: int, sender: str) -> None:
        first = self.pick(number, Kind.NOTIFY, Kind.CLOSURE, Kind.URGENT)
        if first is not None:
            by = self.reader(first, number, sender)
            self.say(by, Clarify((Missing.PLACE,)), thread=first.message.thread)

    @rule(number=ANY, sender=PARTIES, kind=st.sampled_from(ReceiptKind), officer=OFFICER)
    def receipt(self, number: int, sender: str, kind: ReceiptKind, officer: str | None) -> None:
        found = list(self.world.state.messages.values())
        if not found:
            return
        entry = found[-1 - number % min(len(found), 8)]
        of, sender = entry.message, self.reader(entry, number, sender)
        at = self.world.now if number % 2 else None
        passed = (PassedTo("crew", at),) if kind is ReceiptKind.DISSEMINATED else ()
        reason = UnableReason.OTHER if kind is ReceiptKind.UNABLE else None
        body = Receipt(kind, of.id, passed, reason)
        self.say(sender, body, thread=of.thread, officer=officer)

    @rule(number=ANY, sender=PARTIES, place=PLACE, heights=HEIGHTS)
    def read_back(self, number: int, sender: str, place: Any, heights: Any) -> None:
        of = self.pick(number, Kind.NOTIFY, Kind.CLOSURE, Kind.URGENT, Kind.AMEND)
        if of is not None:
            now = self.world.now
            lower, upper = heights
            end = now + HOUR
            body = Readback(of.message.id, Position(*place), lower, upper, now, end)
            self.say(self.reader(of, number, sender), body, thread=of.message.thread)

    @rule(
        number=ANY,
        sender=PARTIES,
        code=st.sampled_from(AnswerCode),
        until=st.sampled_from([-SECOND, MINUTE, 6 * MINUTE, DAY]),
        officer=OFFICER,
    )
    def answer(
        self, number: int, sender: str, code: AnswerCode, until: timedelta, officer: str | None
    ) -> None:
        kinds = (Kind.NOTIFY, Kind.AMEND, Kind.URGENT, Kind.QUERY, Kind.CLOSURE, Kind.TALK)
        of = self.pick(number, *kinds)
        if of is not None:
            later = self.world.now + until if code is AnswerCode.NEED_MORE_TIME else None
            query = of.message.kind is Kind.QUERY and code.ends_duty
            code = AnswerCode.ANSWERED if query else code
            body = Answer(code, of.message.id, later, "so")
            self.say(
                self.reader(of, number, sender), body, thread=of.message.thread, officer=officer
            )

    @rule(sender=PARTIES, about=ANY, officer=OFFICER, off=st.sampled_from([0, 3600, -3600]))
    def urgent(self, sender: str, about: int, officer: str | None, off: int) -> None:
        other = self.pick(about, Kind.URGENT)
        body = Urgent(UrgentAction.STOP, about=None if other is None else other.message.thread)
        sent = self.world.now + off * SECOND
        before = len(self.world.entries)
        self.say(sender, body, officer=officer, time_sent=sent)
        agreed = self.world.state.agreed()
        assert agreed.party(sender) is None or len(self.world.entries) > before, "never refused"

    @rule(
        sender=PARTIES,
        start=SOON,
        lasts=FOR,
        place=PLACE,
        heights=HEIGHTS,
        number=ANY,
        again=st.booleans(),
    )
    def close(
        self,
        sender: str,
        start: timedelta,
        lasts: timedelta,
        place: Any,
        heights: Any,
        number: int,
        again: bool,
    ) -> None:
        standing = list(self.world.state.closures.values())
        old = standing[number % len(standing)] if standing and again else None
        where = self.volume(start, lasts, place, heights)
        body = Closure(
            "field",
            (where,),
            ClosureReason.FIRE,
            Binding.AGREED,
            where.time_start + lasts / 2,
            1 if old is None else old.closure.revision + 1,
            None if old is None else old.thread,
        )
        self.say(sender, body)

    @rule(sender=PARTIES, number=ANY, kind=st.integers(0, 4), officer=OFFICER)
    def claim(self, sender: str, number: int, kind: int, officer: str | None) -> None:
        now, bodies = self.world.now, list[Body]()
        bodies += [Incident(now, "it fell"), Query("why?", urgent=bool(number % 2))]
        bodies += [Breach("lead time", now, "too late"), AlertState(AlertLevel.RAISED)]
        bodies += [Talk(now + HOUR, HOUR, Channel.VOICE)]
        self.say(sender, bodies[kind], officer=officer)

    @rule(number=ANY, sender=PARTIES, state=st.sampled_from([None, *DispositionState]))
    def reply(self, number: int, sender: str, state: DispositionState | None) -> None:
        of = self.pick(number, Kind.BREACH)
        if of is not None:
            body: Body = Reply("no") if state is None else Disposition(state)
            self.say(sender, body, thread=of.message.thread)

    @rule(sender=PARTIES, start=SOON, lasts=FOR, number=ANY)
    def authorise(self, sender: str, start: timedelta, lasts: timedelta, number: int) -> None:
        now = self.world.now
        plan = self.pick(number, Kind.NOTIFY)
        only = () if plan is None or number % 2 else (plan.message.thread,)
        self.say(sender, Authority("chief", None, now + start, now + start + 3 * lasts, only))

    @rule(sender=PARTIES, suspend=st.booleans(), other=st.sampled_from(["Zoe", "Ada", "Bo"]))
    def watch(self, sender: str, suspend: bool, other: str) -> None:
        if suspend and self.world.state.party("north").suspended_since is None and other != "Zoe":
            self.say(sender, Handover(other))
        else:
            self.say(sender, Suspend(other) if suspend else Resume(other))

    @rule(sender=PARTIES, mode=st.sampled_from(CheckMode), number=ANY, officer=OFFICER)
    def line_check(self, sender: str, mode: CheckMode, number: int, officer: str | None) -> None:
        of = self.pick(number, Kind.LINE_CHECK) if number % 2 else None
        body = LineCheck(mode, of=None if of is None else of.message.id)
        self.say(sender, body, officer=officer)

    @precondition(lambda self: any(not one.closed for one in self.world.state.conflicts.values()))
    @rule(number=ANY, sender=PARTIES, step=st.integers(0, 2), place=PLACE, heights=HEIGHTS)
    def propose(self, number: int, sender: str, step: int, place: Any, heights: Any) -> None:
        found = [one for one in self.world.state.conflicts.values() if not one.closed]
        conflict = found[number % len(found)]
        given = list(conflict.proposals)
        body: Body
        if step == 0 or not given:
            where = self.volume(HOUR, HOUR, place, heights)
            body = Propose(conflict.id, conflict.threads[number % 2], (where,))
        else:
            last = given[-1]
            body = Accept(last) if step == 1 else Decline(last)
        self.say(sender, body, thread=conflict.id)

    # What goes wrong on the way

    @rule(sender=PARTIES, ahead=st.integers(1, 3), come=st.booleans())
    def leap(self, sender: str, ahead: int, come: bool) -> None:
        """A message is lost on its way, or held up and comes after others."""
        if self.world.state.agreed().party(sender) is None:
            return
        lost = self.world.message(sender, Query("where?"), time_expires=self.world.now + 30 * DAY)
        number = lost.sequence + ahead
        self.say(sender, Query("and now?"), sequence=number)
        if come:
            self.held.append(lost)

    @precondition(lambda self: self.held)
    @rule()
    def come_late(self) -> None:
        message, before = self.held.pop(0), len(self.world.entries)
        try:
            self.world.hear(message, carried=True)
        except OpenlineError:
            assert len(self.world.entries) == before

    @rule(number=ANY)
    def replay(self, number: int) -> None:
        """What came once never comes again."""
        found = self.pick(number, *Kind)
        if found is None:
            return
        for message in (found.message, self._again(found.message)):
            before = len(self.world.entries)
            try:
                self.world.hear(message, carried=True)
            except OpenlineError:
                assert len(self.world.entries) == before
            else:
                raise AssertionError("a number was taken twice")

    def _again(self, message: Message) -> Message:
        thread = "other" if message.kind.begins_thread else message.thread
        return replace(message, id="other", thread=thread)

    @rule(duration=STEP, jump=st.booleans())
    def wait(self, duration: timedelta, jump: bool) -> None:
        world = self.world
        if world.now + duration > world.state.agreed().time_end:
            return
        if jump or duration > DAY:
            world.jump(duration)
        else:
            world.sleep(duration)

    @rule(without=st.sampled_from([None, "north", "south", "east"]), other=st.booleans())
    def agree(self, without: str | None, other: bool) -> None:
        """Another version: a party leaves or comes back, and terms change."""
        self.versions += 1
        terms = agreement(self.versions)
        parties = tuple(one for one in terms.parties if one.id != without)
        changes: dict[str, Any] = {"parties": parties, "time_end": self.world.now + 900 * DAY}
        changes["line_check"] = LineCheckTerms(5 * MINUTE, (4 if other else 8) * HOUR, 2)
        if other:
            changes["authority"] = AuthorityTerms(10 * MINUTE)
        self.world.agree(replace(terms, **changes))
