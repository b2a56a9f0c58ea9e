"""Inside a change of the line: check a message, put it on the record, and everything it leads to.

What the server itself owes is done in the same change: the events that follow, the conflicts that
open or close, and the machine's receipt for every recipient whose machine this server is.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from openline.app.line import entries, jws
from openline.app.line.services import LineServices
from openline.errors import InvariantBroken, VersionMismatch
from openline.formats.line_event import encode_event
from openline.formats.line_message import encode
from openline.line.agreement import Agreement
from openline.line.event import EndCause, Ended, Event
from openline.line.line import Line
from openline.line.message.bodies import Body, Finding, LineCheck, Receipt
from openline.line.message.envelope import Message
from openline.line.message.kind import CheckMode, FindingState, Kind, ReceiptKind
from openline.line.sky import standing
from openline.line.thread import Marks
from openline.store.ports import Record, Transaction

RECEIPT_LIFETIME: Final = timedelta(days=7)
FINDING_LIFETIME: Final = timedelta(days=90)
_ROUNDS_MAX: Final = 100
_DUE_AT_ONCE: Final = 500  # of what is due: the rest at the next tick, so that nobody waits long


@dataclass(frozen=True, slots=True)
class Taken:
    """A message on the record: its number, when it was received, and what was found.

    events: what it led to at once. repeated: it was on the record before, and nothing was added.
    """

    entry: int
    received: datetime
    message: Message
    marks: Marks
    events: tuple[Event, ...] = ()
    repeated: bool = False


@dataclass(slots=True)
class LineChange:
    """One change of the line within a transaction. `now` is when it was received."""

    services: LineServices
    tx: Transaction
    now: datetime
    events: list[Event] = field(default_factory=list)

    @classmethod
    def begin(cls, services: LineServices, tx: Transaction, now: datetime) -> "LineChange":
        """A change on the line as it is in this transaction."""
        services.writing.catch_up(tx)
        return cls(services, tx, now)

    @property
    def line(self) -> Line:
        """The line, with everything that this change did."""
        return self.services.writing.line

    def take(self, token: bytes, message: Message, *, carried: bool = False) -> Taken:
        """Put a message on the record. One that is there already changes nothing.

        Raises: InvalidInput, NotFound, PermissionDenied, VersionMismatch.
        """
        known = self._known(token, message)
        if known is not None:
            return known
        self.line.check(message, self.now, carried=carried)
        entry = self._append_message(token, message, carried=carried)
        self._settle()
        marks = self.line.state.messages[message.id].marks
        return Taken(entry, self.now, message, marks, tuple(self.events))

    def say(
        self,
        party: str,
        body: Body,
        recipients: tuple[str, ...],
        thread: str,
        message_id: str,
        lifetime: timedelta,
        officer: str | None = None,
    ) -> tuple[bytes, Message]:
        """A message of a party whose key is held here, signed, with its next number."""
        state = self.line.state
        message = Message(
            message_id,
            state.agreed().id,
            state.agreed().version,
            party,
            recipients,
            state.party(party).sequences.last + 1,
            self.now,
            self.now + lifetime,
            thread,
            body,
            officer,
        )
        return jws.sign(encode(message), party, self.services.signers[party]), message

    def check_line(self, party: str) -> None:
        """The machine of a party tries the line to all others."""
        new_id = str(self.services.new_id())
        others = tuple(one.id for one in self.line.state.agreed().parties if one.id != party)
        body = LineCheck(CheckMode.MACHINE)
        token, message = self.say(party, body, others, new_id, new_id, RECEIPT_LIFETIME)
        self.line.check(message, self.now)
        self._append_message(token, message)

    def agree(self, body: bytes, agreement: Agreement) -> int:
        """Put a version of the agreement on the record; its number there."""
        entry = self._append(self.services.origin, entries.AGREEMENT, body, agreement)
        self._settle()
        return entry

    def tick(self) -> tuple[Event, ...]:
        """Everything that the clock leads to by now."""
        self._settle()
        return tuple(self.events)

    def note(self, event: Event) -> None:
        """Put on the record what another server said of its own messages."""
        self._append_event(event)

    def note_shown(self, kind: str, body: bytes, message_id: str, parties: tuple[str, ...]) -> None:
        """Put on the record what was shown of a message to these parties."""
        self.tx.append_record(self.now, self.services.origin, kind, body)
        projection = self.services.writing
        origin, sequence = self.services.origin, projection.position + 1
        projection.take_shown(Record(sequence, self.now, origin, kind, body), message_id, parties)

    def _known(self, token: bytes, message: Message) -> Taken | None:
        found = self.line.state.messages.get(message.id)
        if found is None:
            return None
        (record,) = self.tx.records(found.entry - 1, 1)
        if record.body != token:
            raise VersionMismatch(
                "another message has this id",
                cure="give every message an id of its own",
                field="id",
            )
        return Taken(found.entry, found.received, message, found.marks, repeated=True)

    def _append_message(self, token: bytes, message: Message, *, carried: bool = False) -> int:
        kind = entries.CARRIED if carried else entries.MESSAGE
        entry = self._append(message.sender, kind, token, message, carried=carried)
        taken = self.line.state.messages[message.id]
        for event in self.line.follow(taken):
            self._append_event(event)
        self._receive_for_hosted(message)
        return entry

    def _receive_for_hosted(self, message: Message) -> None:
        """The machine's receipt for every recipient whose machine this server is."""
        if message.kind is Kind.RECEIPT:
            return  # a receipt has no receipt
        if isinstance(message.body, LineCheck) and message.body.of is not None:
            return
        for party in message.recipients:
            if party in self.services.signers:
                self._receive(party, message)

    def _receive(self, party: str, message: Message) -> None:
        """To all who have the message: a server of another recipient knows by nothing else."""
        body: Body = Receipt(ReceiptKind.DELIVERED, message.id)
        others = tuple(name for name in message.recipients if name != party)
        to = (message.sender, *others)
        new_id = str(self.services.new_id())
        thread = message.thread
        if isinstance(message.body, LineCheck) and message.body.mode is CheckMode.MACHINE:
            body = LineCheck(CheckMode.MACHINE, message.body.channel, message.id)
            thread, to = new_id, (message.sender,)
        token, receipt = self.say(party, body, to, thread, new_id, RECEIPT_LIFETIME)
        self.line.check(receipt, self.now)
        self._append_message(token, receipt)

    def _settle(self) -> None:
        """Take what is due and what the comparison finds, until nothing is left to say.

        Of much that is due at once only the first is taken.
        """
        left = _DUE_AT_ONCE
        for _ in range(_ROUNDS_MAX):
            compared = self.line.compare(self.now, self.services.remote)
            due = self.line.due(self.now, left) if left > 0 else []
            left -= len(due)
            said = [*due, *compared]
            for event in said:
                self._append_event(event)
            if not said and not self._find():
                return
        raise InvariantBroken("the line does not come to rest")

    def _find(self) -> bool:
        """Tell those who are shown conflicts alone of them; whether there was one to tell."""
        agreement = self.line.state.agreement
        if agreement is None or not agreement.covers(self.now):
            return False
        found = self.line.findings(self.services.signers)
        for thread, finding in found:
            self._tell(thread, finding)
        return bool(found)

    def _tell(self, thread: str, finding: Finding, *to: str) -> None:
        state = self.line.state
        party, about = state.threads[thread].opener, finding.about
        recipients = to or (state.threads[str(about)].opener,)
        new_id = str(self.services.new_id())
        self._append_message(
            *self.say(party, finding, recipients, thread, new_id, FINDING_LIFETIME)
        )

    def _append_event(self, event: Event) -> None:
        self.events.append(event)
        hiding = self._hidden_from(event) if isinstance(event, Ended) else ()
        self._append(self.services.origin, entries.EVENT, encode_event(event), event)
        if isinstance(event, Ended) and hiding:
            self._tell(event.thread, Finding(FindingState.ENDED), *hiding)

    def _hidden_from(self, event: Ended) -> tuple[str, ...]:
        """Those on other servers who have to be told that its time is over: they do not know it."""
        state, remote = self.line.state, self.services.remote
        notice = state.notices.get(event.thread)
        if notice is None or not remote or event.cause is not EndCause.ENDED:
            return ()
        if notice.party not in self.services.signers:
            return ()
        found = standing(state, event.thread, remote)
        return () if found is None else tuple(sorted(found.hidden_to))

    def _append(
        self,
        party: str,
        kind: str,
        body: bytes,
        content: Message | Event | Agreement,
        *,
        carried: bool = False,
    ) -> int:
        self.tx.append_record(self.now, party, kind, body)
        projection = self.services.writing
        sequence = projection.position + 1
        record = Record(sequence, self.now, party, kind, body)
        projection.take_known(
            record, entries.LineEntry(sequence, self.now, party, content, carried)
        )
        return sequence
