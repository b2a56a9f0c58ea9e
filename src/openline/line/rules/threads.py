"""What the rules of several kinds need: whose thread it is, what is owed in it, what is done."""

from datetime import datetime, timedelta

from openline.errors import InvalidInput, NotFound, PermissionDenied
from openline.line.duty import Duty, DutyKind, duty_name
from openline.line.message.bodies import Receipt
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind, ReceiptKind
from openline.line.state import LineState
from openline.line.thread import MessageEntry, Side, Step, Thread


def thread_of(state: LineState, message: Message) -> Thread:
    """The thread of a message that passed the general checks."""
    return state.threads[message.thread]


def spoken_of(state: LineState, message: Message, message_id: str) -> MessageEntry:
    """The message of the same thread with that id, which its sender got from another party.

    Raises: InvalidInput if there is none, or if who sent it is not told.
    """
    found = state.messages.get(message_id)
    if found is None or found.message.thread != message.thread:
        raise InvalidInput("there is no such message in this thread", field="of")
    said = found.message
    if said.sender == message.sender:
        raise InvalidInput("it is the sender's own message", field="of")
    if message.sender not in said.recipients:
        raise InvalidInput("there is no such message in this thread", field="of")
    _require_told(state, message, said.sender)
    return found


def _require_told(state: LineState, message: Message, party: str) -> None:
    if party not in message.recipients and state.agreed().party(party) is not None:
        raise InvalidInput(
            f"it does not go to {party!r}, who has to know it",
            cure=f"send it to {party!r} too",
            field="to",
        )


def require_everybody(state: LineState, message: Message) -> None:
    """Raises: InvalidInput if it does not go to all others in its thread who are parties still;
    for one that begins a thread: to all other parties."""
    thread = state.threads.get(message.thread)
    names = [one.id for one in state.agreed().parties] if thread is None else thread.parties
    for name in names:
        if name != message.sender:
            _require_told(state, message, name)


def require_kind(thread: Thread, kinds: tuple[Kind, ...], word: str) -> None:
    """Raises: InvalidInput if the thread is not one of these."""
    if thread.kind not in kinds:
        raise InvalidInput(f"{word} does not belong to a thread of this kind", field="thread")


def require_opener(thread: Thread, message: Message, word: str) -> None:
    """Raises: PermissionDenied if the message is not by who began the thread."""
    if thread.opener != message.sender:
        raise PermissionDenied(f"only {thread.opener!r} can {word} this")


def require_standing(thread: Thread) -> None:
    """Raises: InvalidInput if what the thread is about no longer stands."""
    if not thread.standing:
        word = "closed" if thread.ended is None else thread.ended.value
        raise InvalidInput(f"it is {word} already", field="thread")


def require_person(message: Message, word: str) -> str:
    """The officer who sent it. Raises: InvalidInput if no person did."""
    if message.officer is None:
        raise InvalidInput(
            f"{word} is said by a person, not by a machine",
            cure="name the officer",
            field="officer",
        )
    return message.officer


def require_known(state: LineState, message: Message, thread_id: str | None) -> None:
    """Raises: NotFound if a message is about a thread that its sender is not in."""
    thread = None if thread_id is None else state.threads.get(thread_id)
    if thread_id is not None and (thread is None or message.sender not in thread.parties):
        raise NotFound("there is no such thread for this party", field="about")


def owe(
    state: LineState,
    thread_id: str,
    kind: DutyKind,
    owes: str,
    owed_to: tuple[str, ...],
    since: datetime,
    due: datetime,
    alarms: tuple[timedelta, ...] = (),
    *,
    insists: bool = False,
) -> None:
    """A party owes something to others. Who is no party any more owes nothing, nor is owed."""
    agreed = state.agreed()
    party = agreed.party(owes)
    others = tuple([one for one in owed_to if one != owes and agreed.party(one) is not None])
    others = owed_to if others == owed_to else others  # one tuple for all duties of a thread
    if party is not None and others:
        ladder = party.ladder
        state.owe(Duty(thread_id, kind, owes, others, since, due, ladder, alarms, insists))


def owe_receipts(state: LineState, thread: Thread, since: datetime, *, read: bool = True) -> None:
    """Every recipient owes a machine's receipt, and a person's unless nobody has to read it."""
    terms = state.agreed().notice
    to = (thread.opener,)
    for party in thread.sides:
        due = since + terms.receipt_within
        owe(state, thread.id, DutyKind.DELIVERED, party, to, since, due)
        if read:
            due = since + terms.read_within
            owe(state, thread.id, DutyKind.READ, party, to, since, due)


def done(state: LineState, thread: Thread, party: str, *kinds: DutyKind) -> None:
    """What a party owed in a thread is done."""
    for kind in kinds:
        state.done(duty_name(thread.id, kind, party))


def is_overtaken(thread: Thread, message: Message) -> bool:
    """Whether something of the same kind that its sender said there later came before it: then that
    one counts, as it does where both came in their order."""
    return any(
        one.message.sequence > message.sequence
        and one.message.sender == message.sender
        and one.message.kind is message.kind
        and _tells_how(one.message)
        for one in thread.entries
    )


def _tells_how(message: Message) -> bool:
    """Whether it takes the place of what its sender said before: of receipts those about crews."""
    body = message.body
    return not isinstance(body, Receipt) or body.receipt in (
        ReceiptKind.DISSEMINATED,
        ReceiptKind.UNABLE,
    )


def note_seen(state: LineState, thread: Thread, entry: MessageEntry) -> Side | None:
    """A recipient showed that it has the thread's message: its machine, or a person who read it.

    None if the sender is not a recipient of the thread.
    """
    message = entry.message
    side = thread.sides.get(message.sender)
    if side is None:
        return None
    side.reach(Step.RECEIVED, entry.received)
    done(state, thread, message.sender, DutyKind.DELIVERED)
    if message.officer is not None:  # an alarm stops for a person alone
        side.reach(Step.READ, entry.received)
        done(state, thread, message.sender, DutyKind.READ, DutyKind.URGENT_ACKNOWLEDGEMENT)
    return side
