"""Follow the record as one party may see it: which entries are new, and what of them is shown."""

from dataclasses import dataclass

from openline.app.line import announced, observed
from openline.app.line.entries import LineEntry
from openline.app.line.services import LineServices
from openline.formats.instants import format_instant
from openline.line.agreement import Agreement, Coarseness
from openline.line.line import Line
from openline.line.masking import visible_message
from openline.line.message.envelope import Message
from openline.store.ports import Record


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as a party is told of it. `jws` only if it may read the whole message.

    name: `message`, `event` or `agreement`; kind: the message's kind or the event's name.
    """

    entry: int
    time: str
    name: str
    kind: str
    thread: str | None
    party: str
    jws: str | None


def entries_after(
    services: LineServices, party: str, after: int, limit: int
) -> tuple[list[Shown], int]:
    """What a party is shown of the next `limit` records, and the number of the last one read."""
    records = services.store.read(lambda reader: reader.records(after, limit))
    if not records:
        return [], after

    def show(line: Line, _position: int) -> list[Shown]:
        shown = (_of_record(services, line, party, record) for record in records)
        return [one for one in shown if one is not None]

    return services.look(show), records[-1].sequence


def _of_record(services: LineServices, line: Line, party: str, record: Record) -> Shown | None:
    if record.kind == observed.KIND:
        found = observed.told(line.state, record, party).observed.event
        time = format_instant(record.time)
        thread, by = found.intent_id, record.party
        return Shown(record.sequence, time, "event", record.kind, thread, by, None)
    if record.kind == announced.KIND:
        said = announced.told(line.state, record, party)
        if said is None:
            return None
        time, thread = format_instant(record.time), said.announced.thread
        return Shown(record.sequence, time, "event", record.kind, thread, record.party, None)
    entry = services.recent.entry_of(record)
    return None if entry is None else _shown(line, party, record, entry)


def _shown(line: Line, party: str, record: Record, entry: LineEntry) -> Shown | None:
    time = format_instant(record.time)
    match entry.content:
        case Message() as message:
            if party != message.sender and party not in message.recipients:
                return None
            known = line.state.messages.get(message.id)
            full = known is not None and (
                visible_message(line.state, known, party) is Coarseness.FULL
            )
            jws = record.body.decode() if full else None
            return Shown(
                entry.sequence, time, "message", message.kind, message.thread, message.sender, jws
            )
        case Agreement() as agreement:
            return Shown(entry.sequence, time, "agreement", agreement.id, None, record.party, None)
        case event:
            if party not in event.parties:
                return None
            return Shown(
                entry.sequence,
                time,
                "event",
                event.name,
                thread_of_entry(entry),
                record.party,
                None,
            )


def thread_of_entry(entry: LineEntry) -> str | None:
    """The thread that an entry is about; a conflict is a thread of its own."""
    for name in ("thread", "conflict"):
        value = getattr(entry.content, name, None)
        if isinstance(value, str):
            return value
    return None
