"""What the rules of several kinds need: the message that is spoken of, and whose thread it is."""

from openline.errors import InvalidInput, PermissionDenied
from openline.line.message.envelope import Message
from openline.line.message.kind import Kind
from openline.line.state import LineState
from openline.line.thread import MessageEntry, Thread


def thread_of(state: LineState, message: Message) -> Thread:
    """The thread of a message that passed the general checks."""
    return state.threads[message.thread]


def spoken_of(state: LineState, message: Message, message_id: str) -> MessageEntry:
    """The message of the same thread with that id, by another party.

    Raises: InvalidInput if there is none.
    """
    found = state.messages.get(message_id)
    if found is None or found.message.thread != message.thread:
        raise InvalidInput("there is no such message in this thread", field="of")
    if found.message.sender == message.sender:
        raise InvalidInput("it is the sender's own message", field="of")
    return found


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
    if thread.ended is not None:
        raise InvalidInput(f"it is {thread.ended.value} already", field="thread")
