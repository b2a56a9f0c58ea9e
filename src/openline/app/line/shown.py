"""What is said across servers in place of a notice that its recipients may not have in full.

It is a message with the id, number, times and thread of the notice, and its coarse form as body,
signed by the key of the same party. It is made once, and kept on the sender's record beside the
notice: so the record has what was shown to whom, and what is sent again is the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

import msgspec

from openline.app.line import jws
from openline.app.line.change import LineChange
from openline.app.line.entries import SHOWN
from openline.app.line.services import LineServices
from openline.formats.line_message import encode
from openline.line.agreement import Coarseness
from openline.line.coarse import coarse_form, version_in
from openline.line.masking import chosen_of, notify_of
from openline.line.message.bodies import Amend
from openline.line.message.coarse import CoarseForm
from openline.line.message.envelope import Message
from openline.line.state import LineState
from openline.store.ports import Transaction


@dataclass(frozen=True, slots=True)
class Shown:
    """The coarse form of a message, for these parties. token: as it was signed."""

    message: str
    parties: tuple[str, ...]
    token: str

    def encode(self) -> bytes:
        """The body of its entry."""
        return msgspec.json.encode(self)


def shown_of(body: bytes) -> Shown:
    """What an entry holds that was made here."""
    return msgspec.json.decode(body, type=Shown)


def hides(form: CoarseForm, token: bytes) -> bool:
    """Whether that is the message which the form stands for, as it was signed."""
    return form.sha256 == sha256(token).digest()


def show(
    services: LineServices, hidden: Iterable[tuple[Message, bytes]], to: frozenset[str]
) -> None:
    """Put on the record what is said to these parties in place of messages, with their tokens.

    What is there already, what has no coarse form, and what is by a party whose key is not here, is
    left out. Raises: StoreUnavailable.
    """

    def change(tx: Transaction) -> None:
        begun = LineChange.begin(services, tx, now)
        for message, token in hidden:
            parties = tuple(sorted(to.intersection(message.recipients)))
            if not parties or (message.id, parties[0]) in begun.line.state.shown:
                continue
            form = _coarse(begun.line.state, message, token, parties)
            if form is None or message.sender not in services.signers:
                continue
            signed = jws.sign(encode(form), message.sender, services.signers[message.sender])
            entry = Shown(message.id, parties, signed.decode())
            begun.note_shown(SHOWN, entry.encode(), message.id, parties)

    now = services.clock.now()
    services.submit(change).result()


def _coarse(
    state: LineState, message: Message, token: bytes, parties: tuple[str, ...]
) -> Message | None:
    notify, thread = notify_of(message.body), state.threads.get(message.thread)
    if notify is None or thread is None:
        return None
    shown = chosen_of(state, notify, message.sender, parties)
    if shown is Coarseness.FULL:
        return None
    window = (message.time_sent, max(state.agreed().time_end, message.time_expires))
    version = version_in(thread, message.id)
    form = coarse_form(notify, shown, sha256(token).digest(), version, window)
    is_amend = isinstance(message.body, Amend)
    return replace(message, body=Amend(form) if is_amend else form)
