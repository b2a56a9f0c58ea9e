"""When what a thread is about is over by itself."""

from datetime import datetime

from openline.line.message.bodies import Authority, Closure, Notify, Talk
from openline.line.state import LineState
from openline.line.thread import Thread


def end_of(state: LineState, thread: Thread) -> datetime | None:
    """The end of a notice as it is now, of a closure, an authority or a talk; else None.

    Errs toward: later, by as much as the sender's clock was off when it gave the times.
    """
    notice, closure = state.notices.get(thread.id), state.closures.get(thread.id)
    if notice is not None:
        if notice.over_at is not None:
            return notice.over_at
        return notice.notify.time_end + notice.widen
    if closure is not None:
        return closure.closure.time_end + closure.widen
    first = state.messages.get(thread.id)
    if first is None:
        return None
    match first.message.body:
        case Notify(time_end=end) | Closure(time_end=end):
            return end
        case Authority(valid_until=end):
            return end
        case Talk(time=time, duration=duration):
            return time + duration
        case _:
            return None
