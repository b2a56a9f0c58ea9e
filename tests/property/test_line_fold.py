"""A line that resumes what was folded at any entry, and takes the rest, is as one that took all.

Whether it is a new line or one that went ahead on entries that were taken back.
"""

from dataclasses import replace

from hypothesis import settings

from openline.app.line.fold import Fold, dump, load
from openline.errors import InvalidInput
from openline.line.line import Folded, Line
from openline.line.message.bodies import Amend, Cancel
from openline.store.ports import Record
from tests.line_world import DAY, MINUTE, START, replay
from tests.property.line_history import LineHistory


def through_bytes(folded: Folded) -> Folded:
    """What is read back from its bytes."""
    fold = Fold(Record(1, START, "north", "k", b"b"), folded, 0, {"n": "north"}, False)
    found = load(dump(fold))
    assert found == fold
    return found.line


class FoldedHistory(LineHistory):
    """Every history is folded at some of its entries."""

    def teardown(self) -> None:
        world = self.world
        count = len(world.entries)
        for cut in {1, count // 3, count // 2, count - 1, count}:
            at = world.entries[cut - 1].at
            earlier = Line()
            replay(earlier, world.entries[:cut])
            earlier.due(at)
            earlier.compare(at)
            new, ahead = Line(), self.gone_ahead()
            for line in (new, ahead):
                line.resume(through_bytes(earlier.folded()))
                replay(line, world.entries[cut:])
                assert line.state == world.state
                assert line.due(world.now) == []
                assert line.compare(world.now) == []
                later = world.now + 2 * DAY
                assert line.due(later) == world.line.due(later)

    def gone_ahead(self) -> Line:
        """A line that took entries which no record has: every notice moved or cancelled."""
        world, line = self.world, self.world.replayed()
        line.compare(world.now)
        for number, notice in enumerate(tuple(line.state.notices.values())):
            moved = replace(notice.notify, time_start=notice.notify.time_start - MINUTE)
            body = Cancel() if number % 3 == 0 else Amend(moved)
            try:
                said = world.message(notice.party, body, thread=notice.thread, id=f"ahead-{number}")
            except InvalidInput:
                continue  # whoever had it is no party any more
            taken = line.take_message(len(world.entries) + number + 1, world.now, said)
            for event in (*line.follow(taken), *line.compare(world.now)):
                line.take_event(taken.entry, world.now, event)
        return line


FoldedHistory.TestCase.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)
TestFold = FoldedHistory.TestCase
