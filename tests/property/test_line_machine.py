"""Any history of the line: random messages, clocks, pauses and agreements, and what must hold.

After every step: 1 no number of a party is used twice, and gaps are known; 2 no duty is lost: what
was due is marked, and what is no longer owed was done, or its thread ended or was renewed; 3 the
alarms of a duty come in order and never twice; 4 the state of a thread is that of its sides;
5 nothing that is due is left unsaid; 6 notices with a place are found by when they begin.
At the end: 7 another line that reads the same entries, whole or in pieces, stands the same and has
nothing to say.
"""

from typing import Any

from hypothesis import settings
from hypothesis.stateful import invariant

from openline.line.agreement import Agreement
from openline.line.event import Alarm
from openline.line.message.kind import Kind
from openline.line.rules.watch import is_paused
from openline.line.thread import MessageEntry, Step
from tests.line_world import DAY
from tests.property.line_history import LineHistory


class LineMachine(LineHistory):
    """What must hold after every step of a history, and at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.owed: dict[str, Any] = {}
        self.alarms: dict[str, int] = {}
        self.read = 0  # entries that were looked at
        self.look()

    def look(self) -> None:
        """Take note of the entries since the last look."""
        world = self.world
        for one in world.entries[self.read :]:
            if isinstance(one.what, Alarm):
                assert one.what.number > self.alarms.get(one.what.duty, 0), "twice"
                self.alarms[one.what.duty] = one.what.number
        new, self.read = world.entries[self.read :], len(world.entries)
        spoke = [one.what.message for one in new if isinstance(one.what, MessageEntry)]
        agreed = any(isinstance(one.what, Agreement) for one in new)
        for duty_id, duty in self.owed.items():
            now_owed = world.state.duties.get(duty_id)
            if now_owed is not None and now_owed.duty.since == duty.since:
                continue
            self.alarms.pop(duty_id, None)
            thread = world.state.threads.get(duty.thread)
            ended = thread is not None and not thread.standing
            by_party = any(one.sender == duty.owes for one in spoke)
            by_opener = any(one.thread == duty.thread for one in spoke)
            resumed = any(one.kind is Kind.RESUME for one in spoke)
            why = (ended, by_party, by_opener, agreed, resumed, thread is None and duty.thread)
            assert any(why), f"{duty_id} was lost"
        self.owed = {name: found.duty for name, found in world.state.duties.items()}

    @invariant()
    def no_duty_is_lost(self) -> None:
        self.look()
        state, now = self.world.state, self.world.now
        for name, found in state.duties.items():
            assert name == found.duty.id
            assert state.agreed().party(found.duty.owes) is not None
            thread = state.threads.get(found.duty.thread)
            assert thread is None or thread.standing
            if found.duty.due <= now and not is_paused(state, found):
                assert found.overdue, name
            following = found.duty.alarm(found.alarms + 1)
            if following is not None and not is_paused(state, found):
                assert following[0] > now, name

    @invariant()
    def no_number_is_used_twice(self) -> None:
        used: dict[str, set[int]] = {}
        for one in self.world.entries:
            if isinstance(one.what, MessageEntry):
                message = one.what.message
                assert message.sequence not in used.setdefault(message.sender, set())
                used[message.sender].add(message.sequence)
        for party, numbers in used.items():
            known = self.world.state.party(party).sequences
            assert known.last == max(numbers)
            assert set(known.missing) == set(range(1, known.last + 1)) - numbers

    @invariant()
    def threads_are_as_their_sides(self) -> None:
        state = self.world.state
        for thread in state.threads.values():
            steps = [side.step for side in thread.sides.values()]
            if thread.standing:
                assert thread.state is min(steps, key=lambda step: step.rank)
            else:
                assert thread.state is Step.CLOSED
            overdue = {name for name in thread.overdue_duties if state.duties[name].overdue}
            assert thread.overdue_duties == overdue
            for side in thread.sides.values():
                assert side.overdue <= thread.overdue_duties
                assert side.step is max(side.times, key=lambda step: step.rank, default=side.step)
        for thread_id in (*state.notices, *state.closures):
            assert state.threads[thread_id].standing

    @invariant()
    def notices_with_a_place_are_found_by_when_they_begin(self) -> None:
        state = self.world.state
        placed = [one for one in state.notices.values() if one.notify.volumes]
        for until in {one.notify.time_start - one.widen for one in placed}:
            begun = {one.thread for one in placed if one.notify.time_start - one.widen <= until}
            found = state.begun_by(until)
            assert set(found) == begun
            assert len(found) == len(begun)

    @invariant()
    def nothing_is_left_unsaid(self) -> None:
        assert self.world.line.due(self.world.now) == []
        due = self.world.state.next_due()
        assert due is None or due > self.world.now

    def teardown(self) -> None:
        world = self.world
        count = len(world.entries)
        for line in (world.replayed(), world.replayed(count // 3, count // 2, count - 1)):
            assert line.state == world.state
            assert line.due(world.now) == []
            assert line.compare(world.now) == []
            later = world.now + 2 * DAY
            assert line.due(later) == world.line.due(later)


LineMachine.TestCase.settings = settings(deadline=None, max_examples=40, stateful_step_count=30)
TestLine = LineMachine.TestCase
