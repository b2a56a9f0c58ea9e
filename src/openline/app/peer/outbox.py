"""What is to go to one peer: the record is the queue, and how far the peer is is kept beside it.

Everything that a party of this server says to the peer's party is offered until the peer says what
became of it: it is on its record, or it was refused. What may be taken later is kept apart and
tried again, and holds nothing up. URGENT goes before everything else.

What the recipient may not have in full goes in its coarse form. Not offered: machines' checks of
the line that are not fresh (they would prove nothing any more), what has expired.
Laws, held by tests/peer/test_outbox.py: 1 what was not settled is offered again, also after a kill;
2 `position` never passes what is not settled; 3 at most WINDOW messages are held in memory.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from operator import methodcaller
from typing import Final

import msgspec

from openline.app.line.services import LineServices
from openline.app.line.shown import show, shown_of
from openline.app.peer.offered import is_beat, is_shown
from openline.app.peer.peers import Peer
from openline.app.peer.queue import Offer, Queue
from openline.app.peer.said import Ask, Said, bodies_of, count_between, said_after
from openline.errors import StoreUnavailable
from openline.formats.peer_exchange import Outcome, digest_of
from openline.line.line import Line
from openline.line.masking import notify_of
from openline.line.message.envelope import Message
from openline.line.thread import MessageEntry
from openline.store.ports import Record, Transaction

KIND: Final = "peer.outbox"
WAITING_MAX: Final = 1_000
REFUSED_SHOWN: Final = 100
AGAIN_FIRST_S: Final = 0.25
TOLD_AFTER: Final = 4  # tries; one or two are a reply that overtook what it replies to
AGAIN_LAST_S: Final = 300.0
IN_FLIGHT_S: Final = 3.0  # then it is offered again: the answer was lost
NOTE_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that the peer refused. final: it is not tried again."""

    entry: int
    id: str
    kind: str
    sequence: int
    reason: str
    time: datetime
    final: bool
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept in the store of an outbox: all entries up to `position` are settled but those
    that wait. refused: the last REFUSED_SHOWN that are final; refused_count: all of them."""

    position: int = 0
    waiting: tuple[Refused, ...] = ()
    refused: tuple[Refused, ...] = ()
    refused_count: int = 0


class Outbox:
    """The queue to one peer. Thread-safe. own: the parties whose messages go out from here."""

    def __init__(self, line: LineServices, own: Iterable[str], peer: Peer) -> None:
        self.peer = peer.party
        self._theirs = peer.parties
        self._line = line
        self._own = frozenset(own)
        self._lock = threading.RLock()
        self._kept = self._read()
        self._noted = self._kept
        self._noted_s = float("-inf")
        self._urgent = Queue(self._kept.position)
        self._others = Queue(self._kept.position)
        self._digests: dict[str, Offer] = {}
        self._waiting = {one.entry: one for one in self._kept.waiting}
        self._again_s = dict.fromkeys(self._waiting, 0.0)
        self._numbers: dict[str, int] = {}  # the last of each own party, as far as was scanned
        self._counted = self._kept.position  # up to there `_found` are for the peer
        self._found = self._passed = 0  # and so many of them were looked at

    @property
    def kept(self) -> Kept:
        """How far the peer is, and what it refused."""
        return self._kept

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known that has to go out, but what waits to be tried again."""
        with self._lock:
            return not self._urgent.open and not self._others.open

    def offer(self, count: int, size: int, now_s: float, *, urgent: bool = False) -> list[bytes]:
        """At most so many messages and bytes to send now; they are in flight from then on.

        urgent: URGENT alone. Raises: StoreUnavailable.
        """
        with self._lock:
            self._fill(self._urgent, urgent=True)
            queues = [self._urgent]
            if not urgent:
                self._fill(self._others, urgent=False)
                queues.append(self._others)
            chosen: list[bytes] = []
            for offer in (one for queue in queues for one in tuple(queue.open.values())):
                if offer.until_s > now_s:
                    continue
                size -= len(offer.token)
                if len(chosen) >= count or size < 0:
                    break
                offer.until_s = now_s + IN_FLIGHT_S
                chosen.append(offer.token)
            if not urgent:
                chosen += self._again(count - len(chosen), size, now_s)
            return chosen

    def has_more(self, now_s: float) -> bool:
        """Whether there is something to send now. Raises: StoreUnavailable."""
        with self._lock:
            self._fill(self._urgent, urgent=True)
            self._fill(self._others, urgent=False)
            queues = (self._urgent, self._others)
            if any(one.until_s <= now_s for queue in queues for one in queue.open.values()):
                return True
            return any(at_s <= now_s for at_s in self._again_s.values())

    def is_settled(self) -> bool:
        """Whether the peer has said what became of all that is on the record now.

        Raises: StoreUnavailable.
        """
        with self._lock:
            self._fill(self._urgent, urgent=True)
            self._fill(self._others, urgent=False)
            return self.is_empty and not self._waiting

    def is_overtaken(self) -> bool:
        """Whether another process of this server is further with the peer, and has noted it.

        Raises: StoreUnavailable.
        """
        noted = self._read().position
        with self._lock:
            return noted > self._position()

    def failed(self, tokens: Iterable[bytes]) -> None:
        """They did not arrive, as far as is known: they are offered again at once."""
        with self._lock:
            for token in tokens:
                offer = self._digests.get(digest_of(token))
                if offer is not None:
                    offer.until_s = 0.0

    def settle(self, outcomes: Iterable[Outcome], now: datetime, now_s: float) -> list[Refused]:
        """Take what became of messages; those that were refused for good, or for the TOLD_AFTERth
        time.

        What is not known here changes nothing: the outcome came twice.
        """
        refused = []
        with self._lock:
            for outcome in outcomes:
                offer = self._digests.pop(outcome.sha256, None)
                if offer is None:
                    continue
                if outcome.result == "refused":
                    found = self._refuse(offer, outcome, now, now_s)
                    refused += [found] if found is not None else []
                else:
                    self._waiting.pop(offer.entry, None)
                    self._again_s.pop(offer.entry, None)
                self._urgent.drop(offer.entry)
                self._others.drop(offer.entry)
            self._note(now_s, at_once=bool(refused))
        return refused

    def settled(self, party: str) -> int:
        """All numbers of that party up to this one are settled, as far as they are for the peer."""
        with self._lock:
            last = self._numbers.get(party, 0)
            if self._urgent.scanned < self._others.scanned:
                return 0  # there may be URGENT among them
            queues = (self._urgent, self._others)
            offered = [one.message for queue in queues for one in queue.open.values()]
            numbers = [one.sequence for one in offered if one.sender == party]
            numbers += [one.sequence for one in self._waiting.values()]
        numbers += self._line.look(lambda line, _at: line.state.party(party).sequences.missing[:1])
        return max(0, min([last, *(number - 1 for number in numbers)]))

    def behind(self) -> int:
        """How many messages wait: what is offered, what is still to be, and what was refused for
        now. Raises: StoreUnavailable."""
        with self._lock:
            known = len(self._urgent.open) + len(self._others.open) + len(self._waiting)
            self._line.look(self._count)
            return known + self._found - self._passed

    def waiting(self) -> tuple[Refused, ...]:
        """What was refused and is tried again."""
        with self._lock:
            return tuple(self._waiting.values())

    def next_again_s(self) -> float | None:
        """When the next of what was refused is tried again."""
        with self._lock:
            return min(self._again_s.values(), default=None)

    def note(self) -> None:
        """Keep how far it is; at the end of the server."""
        with self._lock:
            self._note(0.0, at_once=True)

    def _position(self) -> int:
        return min(self._urgent.settled_to, self._others.settled_to)

    def _count(self, line: Line, at: int) -> None:
        """Count what was said since this was asked last."""
        self._found += count_between(line, self._ask(urgent=False), self._counted, at)
        self._counted = at

    def _ask(self, *, urgent: bool) -> Ask:
        return Ask(self._own, self._theirs, urgent)

    def _fill(self, queue: Queue, *, urgent: bool) -> None:
        """Look for more until the window is full."""
        while not queue.is_full():
            room = queue.room
            said = self._next(queue.scanned, room, urgent=urgent)
            offers = {one.entry: one for one in self._offers(said.entries)}
            for one in said.entries:
                if queue.is_full():
                    return
                offer = offers.get(one.entry)
                if offer is not None:
                    self._digests[offer.digest] = offer
                    queue.put(offer)
                self._passed += not is_beat(one.message)
                if not urgent:
                    self._note_number(one.message.sender, one.message.sequence)
                queue.scanned = one.entry
            queue.scanned = said.upto
            if len(said.entries) < room:
                for party, number in () if urgent else said.numbers.items():
                    self._note_number(party, number)
                return

    def _next(self, after: int, most: int, *, urgent: bool) -> Said:
        now, ask = self._line.clock.now(), self._ask(urgent=urgent)
        return self._line.look(lambda line, at: said_after(line, at, ask, after, most, now))

    def _note_number(self, party: str, number: int) -> None:
        self._numbers[party] = max(self._numbers.get(party, 0), number)

    def _offers(self, said: Sequence[MessageEntry]) -> Iterator[Offer]:
        """Those that the peer is to have."""
        now = self._line.clock.now()
        fresh = [one for one in said if now < one.message.time_expires]
        if not fresh:
            return
        bodies = self._line.store.read(
            lambda reader: bodies_of(reader, [one.entry for one in fresh])
        )
        tokens = self._tokens([(one.message, bodies[one.entry]) for one in fresh])
        for one, token in zip(fresh, tokens, strict=True):
            if token:
                yield Offer(one.entry, token, one.message, digest_of(token))

    def _tokens(self, found: list[tuple[Message, bytes]]) -> list[bytes | None]:
        """What the peer is to have of each message: all of it, its coarse form, or nothing."""
        is_full = self._line.look(
            lambda line, _at: [is_shown(line, message, self._theirs) for message, _ in found]
        )
        both = list(zip(found, is_full, strict=True))
        hidden = [one for one, full in both if not full and notify_of(one[0].body) is not None]
        if hidden:
            show(self._line, hidden, self._theirs)
        return [body if full else self._coarse(message) for (message, body), full in both]

    def _coarse(self, message: Message) -> bytes | None:
        """The coarse form that is on the record for the peer."""
        parties = sorted(self._theirs.intersection(message.recipients))
        at = self._line.look(lambda line, _at: line.state.shown.get((message.id, parties[0])))
        if at is None:
            return None
        (record,) = self._line.store.read(methodcaller("records", at - 1, 1))
        return shown_of(record.body).token.encode()

    def _message_of(self, record: Record) -> Message | None:
        entry = self._line.recent.entry_of(record)
        content = None if entry is None else entry.content
        return content if isinstance(content, Message) else None

    def _again(self, count: int, size: int, now_s: float) -> list[bytes]:
        """What was refused and is to be tried again now."""
        tokens: list[bytes] = []
        for entry in [entry for entry, at_s in self._again_s.items() if at_s <= now_s]:
            known = self._waiting[entry]
            (record,) = self._line.store.read(methodcaller("records", entry - 1, 1))
            message, size = self._message_of(record), size - len(record.body)
            if len(tokens) >= count or size < 0:
                break
            if message is None or self._line.clock.now() >= message.time_expires:
                self._give_up(known)
                continue
            self._again_s[entry] = now_s + IN_FLIGHT_S
            (token,) = self._tokens([(message, record.body)])
            if token is None:
                self._give_up(known)
                continue
            digest = digest_of(token)
            self._digests[digest] = Offer(entry, token, message, digest, tries=known.tries)
            tokens.append(token)
        return tokens

    def _refuse(
        self, offer: Offer, outcome: Outcome, now: datetime, now_s: float
    ) -> Refused | None:
        """Note a refusal; itself if it is final, or was tried often."""
        message, tries = offer.message, offer.tries + 1
        if is_beat(message) and outcome.again:
            return None  # the next one is on its way
        refused = Refused(
            offer.entry,
            message.id,
            message.kind.value,
            message.sequence,
            outcome.reason or "",
            now,
            not outcome.again,
            tries,
        )
        if not outcome.again:
            self._give_up(refused)
            return refused
        self._waiting[offer.entry] = refused
        self._again_s[offer.entry] = now_s + min(AGAIN_LAST_S, AGAIN_FIRST_S * 2 ** min(tries, 12))
        if len(self._waiting) > WAITING_MAX:
            self._give_up(self._waiting[min(self._waiting)])
        return refused if tries == TOLD_AFTER else None

    def _give_up(self, refused: Refused) -> None:
        self._waiting.pop(refused.entry, None)
        self._again_s.pop(refused.entry, None)
        shown = (*self._kept.refused, replace(refused, final=True))[-REFUSED_SHOWN:]
        count = self._kept.refused_count + 1
        self._kept = replace(self._kept, refused=shown, refused_count=count)

    def _note(self, now_s: float, *, at_once: bool) -> None:
        """Keep how far it is, now and then: what is offered twice is taken once."""
        waiting = tuple(self._waiting.values())
        self._kept = replace(self._kept, position=self._position(), waiting=waiting)
        if self._kept == self._noted or (not at_once and now_s - self._noted_s < NOTE_EVERY_S):
            return
        self._noted, self._noted_s = self._kept, now_s
        body = msgspec.json.encode(self._kept)

        def change(tx: Transaction) -> None:
            tx.put_document(KIND, self.peer, body)

        with suppress(StoreUnavailable):  # later then
            self._line.store.submit((), change, f"{KIND}/{self.peer}")

    def _read(self) -> Kept:
        found, last = self._line.store.read(
            lambda reader: (reader.document(KIND, self.peer), reader.last_sequence())
        )
        kept = Kept() if found is None else msgspec.json.decode(found, type=Kept)
        # A record that was put back to an older copy is shorter than what was noted.
        waiting = tuple(one for one in kept.waiting if one.entry <= last)
        return replace(kept, position=min(kept.position, last), waiting=waiting)
