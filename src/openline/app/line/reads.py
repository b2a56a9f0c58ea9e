"""Who opened what another party said: one entry of the record a day for each person and thread.

It is there so that a party can show, afterwards, which of its people looked at what was entrusted
to it. It is no receipt: nobody is told, and nothing on the line changes. Boards and machines leave
no entry.
"""

import hashlib
from concurrent.futures import Future
from datetime import datetime
from typing import Final

import msgspec

from openline.app.line.services import LineServices
from openline.line.line import Line
from openline.store.ports import Transaction

READ: Final = "thread.read"  # the kind of the entry
KIND: Final = "thread-read"  # the document that keeps the day of the last one


def note_read(
    services: LineServices, party: str, officer: str | None, thread_id: str, now: datetime
) -> "Future[None] | None":
    """Note that a person of the party opens a thread; done when it is durable.

    None where nothing is to be noted: the party's own thread, a machine, or noted today (UTC).
    """
    if officer is None or _is_own(services, party, thread_id):
        return None
    name = _name(party, officer, thread_id)
    today = now.date().isoformat().encode()
    if services.store.read(lambda reader: reader.document(KIND, name)) == today:
        return None
    told = {"party": party, "officer": officer, "thread": thread_id}
    body = msgspec.json.encode(told, order="deterministic")

    def change(tx: Transaction) -> None:
        if tx.document(KIND, name) != today:
            tx.put_document(KIND, name, today)
            tx.append_record(now, party, READ, body)

    return services.store.submit((), change, f"{KIND}/{name}")


def _is_own(services: LineServices, party: str, thread_id: str) -> bool:
    def ask(line: Line, _position: int) -> bool:
        found = line.state.threads.get(thread_id)  # a line check of old is forgotten
        return found is None or found.opener == party

    return services.look(ask)


def _name(party: str, officer: str, thread_id: str) -> str:
    """A hash: an officer's name and a thread's id may be longer than a document's name."""
    parts = (part.encode() for part in (party, officer, thread_id))
    return hashlib.sha256(b"".join(len(p).to_bytes(4, "big") + p for p in parts)).hexdigest()
