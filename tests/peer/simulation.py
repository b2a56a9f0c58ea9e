"""Many servers by seed: the real code, on clocks, a network, disks and crashes that chance decides.

    python -m tests.peer.simulation 17            # play one seed again, step by step
    python -m tests.peer.simulation 1-2000        # many
    python -m tests.peer.simulation 17 --long     # a long history

Two to four parties talk while exchanges are cut, lost, repeated, held back, crossed and garbled,
while disks fail, clocks are off and step back, and servers crash, also in the middle of an
exchange. Then the network heals and the clocks are set. Invariants:
1 what was acknowledged to its sender is on the record of each recipient, byte for byte, or its
  refusal is on both records;
2 no message is on a record twice, and none on that of a party it was not for;
3 no number of a party is missing in the end;
4 of what both sides have, both boards say the same: threads, their states, and conflicts;
5 the review of what two said to each other is the same from both records;
6 records only grow: each is cosigned by the others, and nothing is held against anybody;
7 a server that reads its record anew is where it was: nothing stands in its memory alone.
"""

import random
import sys
from collections.abc import Iterator
from datetime import timedelta

from openline.app.line.change import Taken
from openline.app.line.services import LineServices
from openline.app.line.views import board_of
from openline.app.peer.common import common_review
from openline.errors import OpenlineError, StoreUnavailable
from openline.line.message.bodies import Amend, Answer, Body, Cancel, Query, Receipt, Urgent
from openline.line.message.kind import AnswerCode, Asks, Kind, ReceiptKind, UrgentAction
from tests.line_world import circle, notice, unlocated, volume
from tests.peer.memo import memoised
from tests.peer.test_heads import heads
from tests.peer.world import World, instant

PARTIES = ("north", "south", "east", "west")
COUNTS = (2, 2, 2, 2, 2, 3, 3, 4)
SHORT, LONG = 7, 60  # steps
FAULTS = ("cut", "lost", "twice", "held", "garbled", "crossed", "dies", "falls")
SKEWS = (0.0, 0.0, 0.1, -0.1, 3.0, -8.0, 29.0, -45.0, 3_600.0, -3_600.0)
AHEAD_S = 3_700.0  # then what was said by a clock that was ahead is no longer of the future
ROUNDS = 14
REVIEWED = 16  # of short histories, every so manieth is reviewed and read anew


class Run:
    """One seed."""

    def __init__(self, seed: int, steps: int = SHORT, *, told: bool = False) -> None:
        self.chance = random.Random(seed)
        self.seed = seed
        self.steps = steps
        self.told = told
        self.world = World(*PARTIES[: self.chance.choice(COUNTS)])
        self.said: list[Taken] = []
        self.compared = False  # whether the boards could be compared

    def play(self) -> None:
        """All of it. Raises: AssertionError."""
        self.begin()
        for _ in range(self.steps):
            self.step()
        self.heal()
        self.check()

    def begin(self) -> None:
        """Something is said and arrives: then it can be answered, amended and contradicted."""
        self.say()
        for taken in self.said:
            for party in taken.message.recipients:
                if self.chance.random() < 0.7:
                    self.world.exchange(taken.message.sender, party)

    def step(self) -> None:
        """One thing that happens."""
        act = self.chance.choice(
            (
                self.say,
                self.say,
                self.say,
                self.exchange,
                self.exchange,
                self.exchange,
                self.wait,
                self.show,
                self.crash,
                self.skew,
                self.fail,
            )
        )
        try:
            act()
        except StoreUnavailable as error:
            self.tell(f"  {error}")

    def say(self) -> None:
        """Somebody says something; what is not acknowledged may be said or not."""
        party = self.chance.choice(self.world.parties)
        others = [one for one in self.world.parties if one != party]
        to = tuple(self.chance.sample(others, self.chance.randint(1, len(others))))
        thread, body = self.something(party)
        try:
            taken = self.world.say(party, body, *(() if thread else to), thread=thread)
        except OpenlineError as error:
            self.tell(f"{party} may not say {body.kind}: {error}")
            return
        self.said.append(taken)
        self.tell(f"{party} says {taken.message.kind} {taken.message.id[-6:]}")

    def something(self, party: str) -> tuple[str | None, Body]:
        """A body, and the thread it belongs to; none for one that begins a thread."""
        now = instant(self.world.now_s)
        start = now + self.chance.choice((90, 100, 120, 200)) * timedelta(minutes=1)
        where = volume(circle(54.0 + self.chance.randint(0, 2) * 0.05), start)
        fresh: list[Body] = [
            unlocated(start),
            notice(where, asks=self.chance.choice(tuple(Asks))),
            notice(where),
            Urgent(UrgentAction.STOP),
            Query("who flies on Monday?"),
        ]
        known = [
            one
            for one in self.world[party].line.look(
                lambda line, _at: list(line.state.messages.values())
            )
            if one.message.kind in (Kind.NOTIFY, Kind.URGENT, Kind.QUERY)
        ]
        if not known or self.chance.random() < 0.5:
            return None, self.chance.choice(fresh)
        message = self.chance.choice(known).message
        if message.sender == party:
            own: list[Body] = [Amend(notice(where)), Amend(unlocated(start)), Cancel()]
            return message.thread, self.chance.choice(own)
        replies: list[Body] = [
            Receipt(ReceiptKind.READ, message.id),
            Answer(AnswerCode.WILL_COMPLY, message.id),
            Answer(AnswerCode.CONTINUING_AS_PLANNED, message.id),
        ]
        return message.thread, self.chance.choice(replies)

    def exchange(self) -> None:
        """One that goes well or does not; what was held back before may arrive after it."""
        one, other = self.chance.sample(self.world.parties, 2)
        fault = self.chance.choice(FAULTS) if self.chance.random() < 0.6 else None
        urgent = self.chance.random() < 0.3
        self.tell(f"{one} to {other}, {fault or 'well'}{', urgent' if urgent else ''}")
        self.world.exchange(one, other, fault, urgent=urgent)
        if self.chance.random() < 0.3:
            self.world.let_through()

    def wait(self) -> None:
        """Time passes, and clocks are looked at or not."""
        seconds = self.chance.choice((0.2, 3.0, 4.0, 30.0, 61.0, 400.0))
        self.tell(f"{seconds} s pass")
        self.world.sleep(seconds)
        for site in self.world.sites.values():
            if self.chance.random() < 0.8:
                site.tick()

    def show(self) -> None:
        """Heads are shown."""
        one, other = self.chance.sample(self.world.parties, 2)
        self.tell(f"{one} shows its head to {other}")
        try:
            heads(self.world, one, other)
        except OpenlineError as error:
            self.tell(f"  {error}")

    def crash(self) -> None:
        """A server is killed and started."""
        party = self.chance.choice(self.world.parties)
        self.tell(f"{party} crashes")
        self.world[party].begin()

    def skew(self) -> None:
        """A clock is put wrong, or right."""
        party, seconds = self.chance.choice(self.world.parties), self.chance.choice(SKEWS)
        self.tell(f"the clock of {party} is {seconds} s off")
        self.world.skew(party, seconds)

    def fail(self) -> None:
        """A disk fails for a while."""
        party, changes = self.chance.choice(self.world.parties), self.chance.randint(1, 6)
        self.tell(f"the disk of {party} fails {changes} times")
        self.world[party].fail(changes)

    def heal(self) -> None:
        """The network heals, the clocks are set; what was said by a clock ahead comes in time."""
        self.tell("it heals")
        for party in self.world.parties:
            self.world[party].fail(0)
            self.world.skew(party, 0.0)
        self.world.let_through()
        self.world.rest()
        for number in range(ROUNDS):
            if not self.waits():
                break
            self.world.sleep(400.0 if number else AHEAD_S)
            self.world.rest()
        for _ in range(3):
            for one, other in pairs(self.world.parties):
                if not self.are_cosigned(one, other):
                    heads(self.world, one, other)

    def waits(self) -> bool:
        """Whether anything was refused for now."""
        links = [link for site in self.world.sites.values() for link in site.peering.links]
        return any(link.outbox.waiting() for link in links)

    def are_cosigned(self, *two: str) -> bool:
        """Whether each of two has cosigned all of the other's record."""
        for one, other in (two, two[::-1]):
            cosigned = self.world[one].link(other).witness.cosigned
            last = len(self.world[one].records())
            if cosigned is None or cosigned.size < last:
                return False
        return True

    def check(self) -> None:
        """The invariants. Raises: AssertionError."""
        self.check_messages()
        self.check_boards()
        self.check_heads()
        if self.steps > SHORT or self.seed % REVIEWED == 0:
            for two in pairs(self.world.parties):
                one, other = (common_review(self.world[party].records(), two) for party in two)
                assert one == other, f"the reviews of {two} differ"
            self.check_memory()

    def check_messages(self) -> None:
        """Every message is where it belongs, and nowhere else."""
        records = {party: site.messages() for party, site in self.world.sites.items()}
        refused = {
            party: b"".join(one.body for one in site.refusals())
            for party, site in self.world.sites.items()
        }
        for taken in self.said:
            message = taken.message
            token = records[message.sender].get(message.id)
            assert token is not None, f"{message.id} is gone from its own record"
            for party in message.recipients:
                there = records[party].get(message.id)
                if there is None:
                    why = f"{message.kind} {message.id} of {message.sender} is not at {party}"
                    assert message.id.encode() in refused[message.sender], why
                    assert token in refused[party], f"{why}, and {party} does not say so"
                else:
                    assert there == token, "other bytes"
        for party, site in self.world.sites.items():
            for _, message in site.said():
                assert party in (message.sender, *message.recipients), "not for it"
            for link in site.board().links:
                assert link.party == party or not link.missing, f"{party} misses {link}"

    def check_boards(self) -> None:
        """Boards of two parties say the same of what both have, where nothing was refused and no
        times were widened for a clock that was off."""
        if any(site.refusals() or self.widened(party) for party, site in self.world.sites.items()):
            return
        self.compared = True
        for one, other in pairs(self.world.parties):
            views = [self.seen_by(party, {one, other}) for party in (one, other)]
            assert views[0] == views[1], f"the boards of {one} and {other} differ"

    def widened(self, party: str) -> bool:
        """Whether a party's server took something by a clock that was off."""
        return self.world[party].line.look(
            lambda line, _at: any(one.marks.widened for one in line.state.messages.values())
        )

    def seen_by(self, party: str, two: set[str]) -> tuple[object, object]:
        """What the board of a party says of the threads and conflicts between two."""
        board = self.world[party].board()
        threads = {
            view.id: (
                view.kind,
                view.ended,
                view.current,
                {side.party: (side.step, side.answer) for side in view.sides if side.party in two},
            )
            for view in board.threads
            if view.kind is not Kind.LINE_CHECK
            and two <= {view.opener, *(side.party for side in view.sides)}
        }
        conflicts = self.world[party].line.look(
            lambda line, _at: {
                one.id
                for one in line.state.conflicts.values()
                if one.closed is None and set(one.parties) == two
            }
        )
        return threads, conflicts

    def check_heads(self) -> None:
        """Everybody has cosigned everybody, and nobody accuses anybody."""
        for party, site in self.world.sites.items():
            for link in site.peering.links:
                assert not link.witness.evidence, f"{party}: {link.witness.evidence[0].what}"
                cosigned = link.witness.cosigned
                assert cosigned is not None, f"{link.peer.party} never cosigned {party}"
                assert cosigned.size == site.sealer.size

    def check_memory(self) -> None:
        """What a server knows is what its record says."""
        for party, site in self.world.sites.items():
            line = site.line
            anew = LineServices(line.store, line.clock, line.origin, line.signers, line.new_id)
            boards = [board_of(one, party, site.clock.now()) for one in (line, anew)]
            assert boards[0] == boards[1], f"{party} shows what is not on its record"

    def tell(self, words: str) -> None:
        """Say what happens, to whoever plays a seed again."""
        if self.told:
            print(f"{self.world.now_s:9.1f} {words}")


def pairs(parties: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every two of them."""
    for at, one in enumerate(parties):
        for other in parties[at + 1 :]:
            yield one, other


def replay(seed: int, steps: int = SHORT) -> str:
    """The command that plays a seed again."""
    return f"python -m tests.peer.simulation {seed}{' --long' if steps == LONG else ''}"


def main(seeds: str, *options: str) -> None:
    """Play one seed, or from the first to the last."""
    first, _, last = seeds.partition("-")
    steps = LONG if "--long" in options else SHORT
    for number in range(int(first), int(last or first) + 1):
        try:
            Run(number, steps, told=not last).play()
        except Exception:
            print(f"seed {number}: {replay(number, steps)}")
            raise


if __name__ == "__main__":
    with memoised():
        main(*sys.argv[1:])
