"""What a party may see of what another one said: all of it, coarse cells, or only that it is there.

The sender chooses: a notice says it in `show`, for a plan the agreement does where the notice is
silent. Whoever is not in a thread sees nothing of it.
A coarse form has the kind, what is asked and, with cells, the time; no height, no shape, no name,
no text. With `conflicts` it has no time either: what is too close is told as a conflict.
Left as it is: that and when a notice ends, is read and answered; when an answer is due is
told to whoever owes it.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from openline.geo.covering import Cells, covering
from openline.geo.footprint import Footprint
from openline.line.agreement import Coarseness
from openline.line.message.bodies import Amend, Body, Notify, Readback
from openline.line.message.coarse import CELL_LEVEL
from openline.line.message.kind import Asks, NoticeKind
from openline.line.state import LineState
from openline.line.thread import Marks, MessageEntry

CellsOf = Callable[[Footprint], Cells]


@dataclass(frozen=True, slots=True)
class CoarseNotice:
    """A notice as somebody sees it who may not see all of it. No time and cells: only that it is.

    cells: ids of S2 cells, ascending, at most of level CELL_LEVEL; they contain the place.
    """

    notice: NoticeKind
    asks: Asks
    shown: Coarseness
    time_start: datetime | None = None
    time_end: datetime | None = None
    cells: Cells = ()


def cells_of(footprint: Footprint) -> Cells:
    """The coarse cells of a place."""
    return covering(footprint, CELL_LEVEL)


def shown_to(state: LineState, thread_id: str, party: str) -> Coarseness | None:
    """What a party sees of a thread as it is now; None for nothing."""
    thread = state.threads.get(thread_id)
    if thread is None or party not in thread.parties:
        return None
    if party == thread.opener:
        return Coarseness.FULL
    current = state.messages.get(thread.current)
    return Coarseness.FULL if current is None else _chosen(state, current, party)


def visible_message(state: LineState, entry: MessageEntry, party: str) -> Coarseness | None:
    """FULL: the party may have the signed bytes; else their digest and the coarse form, if there is
    one (`visible_body`). None: it may not know of the message at all."""
    message = entry.message
    if party == message.sender:
        return Coarseness.FULL
    if party not in message.recipients:
        return None
    body = message.body
    if isinstance(body, Readback):  # it repeats place, heights and times
        read = state.messages.get(body.of)
        own = read is None or party == read.message.sender
        return Coarseness.FULL if own else _chosen(state, read, party)
    return _chosen(state, entry, party)


def visible_body(
    state: LineState, entry: MessageEntry, party: str, cells: CellsOf = cells_of
) -> Body | CoarseNotice | None:
    """What a party may read of a message: its body, its coarse form, or nothing."""
    shown = visible_message(state, entry, party)
    if shown is Coarseness.FULL:
        return entry.message.body
    notify = notify_of(entry.message.body)
    return None if shown is None or notify is None else coarse(notify, shown, cells)


def visible_marks(state: LineState, entry: MessageEntry, party: str) -> Marks | None:
    """The marks of a message, without what tells a time or a place that is not shown."""
    shown = visible_message(state, entry, party)
    if shown is Coarseness.FULL or shown is None:
        return None if shown is None else entry.marks
    if shown is Coarseness.CELLS:
        return replace(entry.marks, distance_m=None, wrong=())
    return replace(entry.marks, lead_time=None, late=False, distance_m=None, wrong=())


def coarse(notify: Notify, shown: Coarseness, cells: CellsOf = cells_of) -> CoarseNotice:
    """The coarse form of a notice; of what came as one, that."""
    if shown is Coarseness.CONFLICTS or notify.hidden:
        return CoarseNotice(notify.notice, notify.asks, shown)
    if notify.coarse is not None:
        told = (notify.time_start, notify.time_end, notify.coarse.ids)
        return CoarseNotice(notify.notice, notify.asks, shown, *told)
    ids = {cell for volume in notify.volumes for cell in cells(volume.footprint)}
    times = (notify.time_start, notify.time_end)
    return CoarseNotice(notify.notice, notify.asks, shown, *times, tuple(sorted(ids)))


def notify_of(body: Body) -> Notify | None:
    """The notice in a message, if there is one."""
    if isinstance(body, Amend):
        return body.notice
    return body if isinstance(body, Notify) else None


def _chosen(state: LineState, entry: MessageEntry | None, party: str) -> Coarseness:
    """What the sender of a message chose for a party that it went to."""
    notify = None if entry is None else notify_of(entry.message.body)
    if entry is None or notify is None:
        return Coarseness.FULL
    return chosen(state, notify, entry.message.sender, party)


def chosen_of(
    state: LineState, notify: Notify, sender: str, parties: Collection[str]
) -> Coarseness:
    """How much of a notice goes to the server of these parties: all of it if one may have that,
    else no more than the one who is shown least."""
    shown = {chosen(state, notify, sender, party) for party in parties}
    for one in (Coarseness.FULL, Coarseness.CONFLICTS):
        if one in shown:
            return one
    return Coarseness.CELLS


def chosen(state: LineState, notify: Notify, sender: str, party: str) -> Coarseness:
    """How much of a notice its sender shows to another party."""
    if notify.show is not None:
        return notify.show
    if notify.notice is not NoticeKind.PLAN:
        return Coarseness.FULL
    found = state.agreed().party(sender)
    return Coarseness.CONFLICTS if found is None else found.shown_to(party)
