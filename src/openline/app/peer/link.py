"""The link to one peer: what is sent, what comes back, and how the link stands.

An exchange is one request and its answer; each has messages, outcomes of those that came the other
way, and how far the sender's numbers are settled. Either side may be the one that connects: the
other's messages come in the answers.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol, TypeVar

from msgspec import Struct

from openline.app.ed25519 import verify
from openline.app.line.services import LineServices
from openline.app.peer.ahead import Ahead
from openline.app.peer.heads import Circle, Witness
from openline.app.peer.inbox import Batch, gap_below, note_settled, take_batch
from openline.app.peer.outbox import Outbox
from openline.app.peer.peers import Peer
from openline.app.peer.refusals import Refusals
from openline.app.seal_record import Sealer
from openline.errors import InvalidInput, Unauthenticated, Unreachable
from openline.formats.instants import format_utc, parse_utc
from openline.formats.peer_exchange import (
    EXCHANGE_PATH,
    MESSAGES_MAX,
    URGENT_PATH,
    Exchange,
    Outcome,
    Problem,
    Stamp,
    check_answer,
    decode,
    encode,
    parse_stamp,
    request_stamp,
)
from openline.formats.peer_heads import HEADS_PATH, Heads
from openline.line.agreement import Agreement
from openline.line.line import Line
from openline.line.signing import Signer

T = TypeVar("T", bound=Struct)
MESSAGE_BYTES_AT_ONCE: Final = 1_048_576
LEAP: Final = 500  # numbers for others, from which on a leap over them is told at once
SETTLE_EVERY_S: Final = 4.0
REACHED_FOR_S: Final = 40.0  # longer than the pause between two exchanges without a reason
SLOW: Final = timedelta(seconds=1)
_HEAD_ROUNDS: Final = 4


class Answered(NamedTuple):
    """What came back over HTTP: status, the header of the peering, the body."""

    status: int
    header: str | None
    body: bytes


class Send(Protocol):
    """Whoever carries a request to a peer and brings the answer."""

    def __call__(self, path: str, header: str, body: bytes) -> Answered:
        """Send it. Raises: Unreachable."""
        ...


@dataclass(frozen=True, slots=True)
class Own:
    """This server as its peers see it: the party that signs, and all whose server it is."""

    party: str
    signer: Signer
    parties: frozenset[str]
    new_nonce: Callable[[], str]


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How the exchange with a peer goes, in this process.

    heard: when it last said something that was signed. fault: why the last try failed, and failed:
    when that was begun; None if it did not. skew: its server's clock minus ours, as exact as half
    the time an exchange took.
    """

    heard: datetime | None = None
    reached: datetime | None = None
    fault: str | None = None
    failed: datetime | None = None
    skew: timedelta | None = None
    exchanges: int = 0
    messages_in: int = 0
    messages_out: int = 0


class Link:
    """The exchange with one peer. Thread-safe."""

    def __init__(
        self, line: LineServices, own: Own, peer: Peer, sealer: Sealer | None, circle: Circle
    ) -> None:
        self.peer = peer
        self.own = own
        self.status = LinkStatus()
        self.outbox = Outbox(line, own.parties, peer)
        self.witness = Witness(line, (own.party, own.signer), peer.party, sealer, circle)
        self._line = line
        self._lock = threading.Lock()
        self._owed: list[Outcome] = []  # what became of messages that came in answers
        self._told_s = float("-inf")
        self._told_settled: dict[str, int] = {}
        self._refusals = Refusals(line, own.party, peer.party)
        self._offset = timedelta(0)  # of the peer's clock, as it said itself
        self._reached_s = float("-inf")
        self.peer_reaches = False
        self.requests = 0  # of the peer, that were taken here
        self.urgent_count = 0  # exchanges with URGENT in them, either way

    @property
    def owes(self) -> bool:
        """Whether the peer waits to hear what became of messages."""
        return bool(self._owed)

    def begin_again(self) -> None:
        """Go on where the store says the peer is. Raises: StoreUnavailable."""
        self.outbox = Outbox(self._line, self.own.parties, self.peer)

    def keep_up(self) -> None:
        """Offer no more what another process, which carries to the peer, has settled meanwhile.

        Raises: StoreUnavailable.
        """
        if self.outbox.is_overtaken():
            self.begin_again()

    def has_news(self) -> bool:
        """Whether numbers were settled that the peer was not told of."""
        told = self._told_settled
        return any(number > told.get(party, 0) for party, number in self._settled().items())

    def is_settled(self) -> bool:
        """Whether each side has heard of all that this one has for the other.

        Raises: StoreUnavailable.
        """
        return not self._owed and self.outbox.is_settled()

    def reaches(self, now_s: float) -> bool:
        """Whether this side reached the peer by itself a short while ago."""
        return now_s - self._reached_s < REACHED_FOR_S

    def exchange(
        self,
        send: Send,
        now_s: float,
        *,
        urgent: bool = False,
        wait_s: float = 0.0,
        ahead: Ahead | None = None,
    ) -> bool:
        """One exchange that this side begins; whether something was sent or came.

        urgent: URGENT alone, and nothing at all if there is none. wait_s: send nothing, and let the
        answer wait so long for something. ahead: takes what came while more is sent or
        asked for; without it, or with nothing more, all is taken before this returns.
        Raises: Unreachable, StoreUnavailable.
        """
        polls = wait_s > 0
        tokens = (
            []
            if polls
            else self.outbox.offer(MESSAGES_MAX, MESSAGE_BYTES_AT_ONCE, now_s, urgent=urgent)
        )
        if urgent and not tokens:
            return False
        owed = [] if urgent else self._take_owed()
        now = self._line.clock.now()
        asked = self._body(tokens, owed, now, give=0 if urgent else MESSAGES_MAX, wait_s=wait_s)
        try:
            path = URGENT_PATH if urgent else EXCHANGE_PATH
            answer = self._ask(send, path, asked, now, Exchange)
        except (Unreachable, Unauthenticated, InvalidInput) as error:
            self.outbox.failed(tokens)
            self._owe(owed)
            self.status = replace(self.status, fault=str(error), failed=now)
            raise error if isinstance(error, Unreachable) else Unreachable(str(error)) from None
        self._reached_s = now_s
        self._told_settled = {self.own.party: asked.settled, **asked.also}
        self.peer_reaches = answer.reaches
        done = self._line.clock.now()
        self.status = replace(
            self.status,
            reached=done,
            fault=None,
            failed=None,
            exchanges=self.status.exchanges + 1,
            messages_out=self.status.messages_out + len(tokens),
        )
        self.urgent_count += urgent
        self._take_outcomes(answer, done, now_s)
        if ahead is not None:
            is_full = len(answer.messages) == MESSAGES_MAX  # so there is more where it came from
            if is_full or (answer.messages and self.outbox.has_more(now_s)):
                ahead(lambda: self._owe(self._take_messages(answer, done)))
                return True
            ahead.finish()
        owed_now = self._take_messages(answer, done)
        self._owe(owed_now)
        return bool(tokens or owed or owed_now)

    def show_heads(self, send: Send) -> None:
        """Show the newest head of our record and look at the peer's; each is cosigned if it
        continues what was seen. Raises: Unreachable, StoreUnavailable."""
        for _ in range(_HEAD_ROUNDS):
            now = self._line.clock.now()
            try:
                answer = self._ask(send, HEADS_PATH, self.witness.asked(), now, Heads)
                if not self.witness.take(answer, self._line.clock.now()):
                    return
            except (Unauthenticated, InvalidInput) as error:
                raise Unreachable(str(error)) from None

    def answer(self, asked: Exchange, now: datetime, now_s: float) -> list[Outcome]:
        """Take what a request of the peer brought; what became of it. Raises: StoreUnavailable."""
        if not self.reaches(now_s):  # else it is measured both ways, which is more exact
            self.status = replace(self.status, skew=parse_utc(asked.clock) - now)
        self.requests += 1
        self.peer_reaches = True
        return self._take(asked, now, now_s)

    def reply(
        self, asked: Exchange, outcomes: list[Outcome], now_s: float, *, urgent: bool
    ) -> Exchange:
        """The answer to a request, with what is there for the peer by now."""
        size, count = MESSAGE_BYTES_AT_ONCE, min(asked.give, MESSAGES_MAX)
        tokens = [] if count == 0 else self.outbox.offer(count, size, now_s, urgent=urgent)
        done = self._line.clock.now()
        self.status = replace(self.status, messages_out=self.status.messages_out + len(tokens))
        return self._body(tokens, outcomes, done, reaches=self.reaches(now_s))

    def _body(
        self,
        tokens: list[bytes],
        outcomes: list[Outcome],
        now: datetime,
        *,
        give: int = 0,
        wait_s: float = 0.0,
        reaches: bool = True,
    ) -> Exchange:
        also = self._settled()
        settled = also.pop(self.own.party, 0)
        return Exchange(
            1,
            self._agreement().id,
            format_utc(now),
            [token.decode() for token in tokens],
            outcomes,
            settled,
            give,
            wait_s,
            reaches,
            also,
        )

    def _settled(self) -> dict[str, int]:
        """Up to which number everything that parties of this server said is settled."""
        spoken = {self.own.party, *self._line.signers} & self.own.parties
        return {party: self.outbox.settled(party) for party in sorted(spoken)}

    def _ask(self, send: Send, path: str, asked: Struct, now: datetime, kind: type[T]) -> T:
        """The peer's answer. Raises: Unreachable, Unauthenticated, InvalidInput."""
        body = encode(asked)
        parties = (self.own.party, self.peer.party)
        nonce = self.own.new_nonce()
        stamp = request_stamp(self.own.signer, parties, path, now + self._offset, nonce, body)
        answered = send(path, str(stamp), body)
        came = self._checked(answered, stamp)
        if answered.status == 200:
            took = self._line.clock.now() - now
            if took < SLOW or self.status.skew is None:  # what was slow measures itself
                self.status = replace(self.status, skew=came.time - now - took / 2)
            return decode(answered.body, kind)
        problem = decode(answered.body, Problem)
        if problem.code == "clock":
            self._offset = came.time - now
        raise Unreachable(f"{self.peer.party} answers {answered.status}: {problem.message}")

    def _checked(self, answered: Answered, asked: Stamp) -> Stamp:
        if answered.header is None and answered.status != 200:
            raise Unreachable(f"the address of {self.peer.party} answers {answered.status}")
        stamp = parse_stamp(answered.header)
        party = self._agreement().party(self.peer.party)
        if party is None:
            raise Unauthenticated(f"{self.peer.party!r} is no party of the agreement")
        check_answer(stamp, asked, answered.status, answered.body, party.public_key, verify)
        return stamp

    def _take(self, came: Exchange, now: datetime, now_s: float) -> list[Outcome]:
        """Take one direction of an exchange; what became of its messages."""
        self._take_outcomes(came, now, now_s)
        return self._take_messages(came, now)

    def _take_outcomes(self, came: Exchange, now: datetime, now_s: float) -> None:
        """Take what the peer says of the other direction, and of its numbers."""
        if came.agreement != self._agreement().id:
            raise InvalidInput(
                f"this line is under {self._agreement().id!r}, not {came.agreement!r}",
                field="agreement",
            )
        party = self.peer.party
        self._refusals.there(self.outbox.settle(came.outcomes, now, now_s), now)
        also = {name: number for name, number in came.also.items() if name in self.peer.hosts}
        self._note_settled({party: came.settled, **also}, now, now_s)

    def _take_messages(self, came: Exchange, now: datetime) -> list[Outcome]:
        """Take the messages that came; what became of them."""
        party = self.peer.party
        tokens = [token.encode() for token in came.messages]
        batch = Batch(party, tokens, parse_utc(came.clock), self.own.parties)
        outcomes = take_batch(self._line, batch, now) if tokens else []
        self._refusals.here(outcomes, tokens, now)
        self.status = replace(
            self.status, heard=now, messages_in=self.status.messages_in + len(tokens)
        )
        return outcomes

    def _note_settled(self, numbers: dict[str, int], now: datetime, now_s: float) -> None:
        is_time = now_s - self._told_s >= SETTLE_EVERY_S
        for party, up_to in numbers.items():
            missing = gap_below(self._line, party, up_to) if up_to else 0
            if missing and (missing >= LEAP or is_time):
                self._told_s = now_s
                note_settled(self._line, party, up_to, self.own.parties, now)

    def _agreement(self) -> Agreement:
        def ask(line: Line, _at: int) -> Agreement:
            return line.state.agreed()

        return self._line.look(ask)

    def _take_owed(self) -> list[Outcome]:
        with self._lock:
            owed, self._owed = self._owed[:MESSAGES_MAX], self._owed[MESSAGES_MAX:]
            return owed

    def _owe(self, outcomes: list[Outcome]) -> None:
        with self._lock:
            self._owed += outcomes
