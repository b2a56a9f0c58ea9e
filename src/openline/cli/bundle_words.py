"""Bundles in words: what became of one, and what is in one."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from openline.app.line.open_bundle import Opened, keys_of, look_at, open_bundle

if TYPE_CHECKING:
    from openline.api.line.bundle_wire import Account, Carried
    from openline.line.agreement import Agreement
    from openline.line.message.envelope import Message


def account_lines(name: str, told: "Account | str") -> Iterator[str]:
    """What became of a file. told: the refusal of all of it, or an account of each message."""
    if isinstance(told, str):
        yield f"{name}: REFUSED: {told}"
        return
    of = f" of {told.sender}" if told.sender is not None else ""
    yield f"{name}{of}: {told.new} new, {told.known} known, {told.refused} refused"
    for one in told.messages:
        yield f"  {_carried(one)}"
    for gap in told.missing:
        yield f"  have not come from {gap.party}, or were for others: {spans(gap.numbers)}"
    if told.before is not None:
        yield f"  an earlier bundle, with number {told.before}, has not come: ask for it"


def _carried(one: "Carried") -> str:
    what = "a message that cannot be read"
    if one.kind is not None:
        what = f"{one.sender} {one.sequence} {one.kind} in {(one.thread or '')[:8]}"
    if one.reason is not None:
        return f"REFUSED {what}: {one.reason}"
    late = " LATE" if one.late else ""
    return f"{one.result} {what}: entry {one.entry}{late}"


def spans(numbers: Sequence[int]) -> str:
    """Ascending numbers in short: `3, 5 to 9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in runs)


def shown(data: bytes, agreement: "Agreement | None", language: str) -> dict[str, Any]:
    """What is in a file, by names for people and programs.

    Raises: InvalidInput, AreaTooLarge, Unauthenticated.
    """
    from openline.formats.instants import format_utc

    opened = open_bundle(data, agreement)
    head = opened.head
    values: dict[str, Any] = {"verified": agreement is not None, "form": "text"}
    if head is not None:
        values |= {
            "form": "bundle",
            "agreement": f"{head.agreement} version {head.version}",
            "from": head.sender,
            "to": head.recipient,
            "made": format_utc(head.made),
            "numbers": [head.first, head.last],
            "after": head.after,
            "left_out": head.left_out,
        }
    values["messages"] = [_message(token, opened, agreement, language) for token in opened.tokens]
    return values


def _message(
    token: bytes, opened: Opened, agreement: "Agreement | None", language: str
) -> dict[str, Any]:
    from openline.formats.line_words import describe, headline

    found = look_at(token, opened, None if agreement is None else keys_of(agreement))
    message: Message | None = found.message
    refused = None if found.refused is None else str(found.refused)
    if message is None:
        return {"id": None, "refused": refused, "words": None, "fields": []}
    return {
        "id": message.id,
        "sequence": message.sequence,
        "kind": message.kind.value,
        "thread": message.thread,
        "refused": refused,
        "words": headline(message, language),
        "fields": [list(row) for row in describe(message, language)],
    }


def shown_lines(found: dict[str, Any]) -> Iterator[str]:
    """The same to read."""
    if found["form"] == "bundle":
        first, last = found["numbers"]
        count = len(found["messages"])
        yield (
            f"bundle of {found['from']} to {found['to']} under {found['agreement']}, "
            f"made {found['made']}: {count} message{'s' if count > 1 else ''}, "
            f"numbers {first} to {last}"
        )
        if found["left_out"]:
            yield f"left out, as {found['to']} may not have them: {found['left_out']}"
    yield (
        "Verified: every signature is by the key of its party in the agreement."
        if found["verified"] and all(one["refused"] is None for one in found["messages"])
        else "NOT VERIFIED: give --agreement FILE, and believe nothing of it before."
        if not found["verified"]
        else "NOT ALL OF IT HOLDS: what is refused says why."
    )
    for one in found["messages"]:
        yield ""
        if one["refused"] is not None:
            yield f"REFUSED: {one['refused']}"
        if one["id"] is not None:
            yield f"{one['sequence']} {one['kind']} in {one['thread']}: {one['words']}"
            yield from (f"  {name}: {value}" for name, value in one["fields"])
