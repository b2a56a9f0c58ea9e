"""What `/line/v1/bundles` answers."""

from datetime import datetime

from msgspec import Struct


class Made(Struct):
    """The parts of a bundle: `head`, an empty line, `signature`, an empty line, the messages.

    head: absent where there is nothing to say. signature: absent where this server does not hold
    the party's key. texts: instead of all that, for `text=true`. entry: what was said up to this
    entry of the record is in it. more: messages that did not fit. left_out: messages that the
    recipient gets nothing of.
    """

    head: str | None
    signature: str | None
    messages: list[str]
    texts: list[str]
    entry: int
    more: int
    left_out: int


class Carried(Struct):
    """What became of a message of a bundle: `new`, `known`, or `refused` with its reason."""

    result: str
    id: str | None
    sender: str | None
    sequence: int | None
    kind: str | None
    thread: str | None
    entry: int | None
    late: bool
    reason: str | None


class Missing(Struct):
    """Numbers of a party's messages that have not come, or were for others; of many the first."""

    party: str
    numbers: list[int]


class Account(Struct):
    """What became of a bundle.

    sender and made: absent for messages as text. before: a message for the same recipient from
    before this bundle that has not come: another bundle is to be read.
    """

    sender: str | None
    made: datetime | None
    new: int
    known: int
    refused: int
    messages: list[Carried]
    missing: list[Missing]
    before: int | None
