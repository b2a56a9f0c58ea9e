"""What parties of this server said to those of a peer: found in the line, without its record.

A record may be long and hold little for a peer; the line knows what was said, and by whom.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Final

from openline.app.peer.offered import is_stale
from openline.line.line import Line
from openline.line.message.kind import Kind
from openline.line.state import LineState
from openline.line.thread import MessageEntry
from openline.store.ports import Reader

_NEAR: Final = 32  # entries between two that are read along: cheaper than another read


@dataclass(frozen=True, slots=True)
class Said:
    """Some of what was said, in the order of the record.

    upto: all there is for the peer up to this entry was given, now or before. numbers: the last of
    each party's messages up to there.
    """

    entries: Sequence[MessageEntry]
    upto: int
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Ask:
    """Whose messages to whom. urgent: URGENT alone, or everything else."""

    own: Collection[str]
    theirs: frozenset[str]
    urgent: bool = False


def said_after(line: Line, at: int, ask: Ask, after: int, most: int, now: datetime) -> Said:
    """At most so many messages after an entry; of machines' checks those that are fresh.

    at: the last entry that the line has.
    """
    state = line.state
    found = [_of_party(state, party, ask, after, now) for party in ask.own]
    entries = list(islice(merge(*found, key=_entry), most))
    if len(entries) < most:
        return Said(entries, at, {name: state.party(name).sequences.last for name in ask.own})
    numbers = dict[str, int]()
    for one in entries:
        message = one.message
        numbers[message.sender] = max(numbers.get(message.sender, 0), message.sequence)
    return Said(entries, entries[-1].entry, numbers)


def count_between(line: Line, ask: Ask, after: int, upto: int) -> int:
    """How many messages of any kind there are from one entry on up to another, without machines'
    checks."""
    said = [_after(line.state.party(party).said, after) for party in ask.own]
    return sum(
        one.entry <= upto and not ask.theirs.isdisjoint(one.message.recipients)
        for some in said
        for one in some
    )


def bodies_of(reader: Reader, entries: Iterable[int]) -> dict[int, bytes]:
    """What the record has under these numbers, which ascend."""
    found: dict[int, bytes] = {}
    run: list[int] = []
    for entry in (*entries, None):
        if run and (entry is None or entry - run[-1] > _NEAR):
            wanted, records = set(run), reader.records(run[0] - 1, run[-1] - run[0] + 1)
            found |= {one.sequence: one.body for one in records if one.sequence in wanted}
            run = []
        if entry is not None:
            run.append(entry)
    return found


def _of_party(
    state: LineState, party: str, ask: Ask, after: int, now: datetime
) -> Iterator[MessageEntry]:
    found = state.party(party)
    said = _after(found.urgent if ask.urgent else found.said, after)
    some = (one for one in said if _is_asked(one, ask))
    return some if ask.urgent else merge(some, _beats(state, party, ask, after, now), key=_entry)


def _beats(state: LineState, party: str, ask: Ask, after: int, now: datetime) -> list[MessageEntry]:
    """Machines' checks that still tell, the oldest first."""
    found = []
    for name in reversed(state.party(party).machine_checks):
        thread = state.threads.get(name)
        if thread is None or not thread.entries or thread.entries[0].entry <= after:
            break
        one = thread.entries[0]
        if _is_asked(one, ask) and not is_stale(one.message, now):
            found.append(one)
    return found[::-1]


def _after(said: Sequence[MessageEntry], after: int) -> Iterator[MessageEntry]:
    return islice(said, bisect_right(said, after, key=_entry), None)


def _is_asked(one: MessageEntry, ask: Ask) -> bool:
    message = one.message
    if (message.kind is Kind.URGENT) != ask.urgent:
        return False
    return not ask.theirs.isdisjoint(message.recipients)


def _entry(one: MessageEntry) -> int:
    return one.entry
