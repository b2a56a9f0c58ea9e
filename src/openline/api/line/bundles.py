"""Bundles: what a party said as a file, and what came in one."""

from functools import partial
from typing import Final

from openline.api.line import bundle_wire as wire
from openline.api.line.call import FILERS, PREFIX, caller_party, line_of
from openline.api.operation import Call, Later, Operation
from openline.app.line import roles
from openline.app.line.services import LineServices
from openline.app.line.take_bundle import Account, Outcome, Result, take_bundle
from openline.app.line.write_bundle import Chosen, write_bundle, write_text
from openline.errors import InvalidInput
from openline.formats.bundle import sign_head

_ENTRY_DIGITS: Final = 16
_THREADS_MAX: Final = 100
_QUERY: Final = {
    "to": "The party that it is for",
    "after": "Only what was said after this entry of the record; else all",
    "threads": "Only these threads, with commas between them",
    "text": "`true`: as lines of plain letters, the newest message alone if `after` is not given",
}


def _make(call: Call) -> wire.Made:
    line, party = line_of(call), caller_party(call)
    parties = (party, call.query.get("to", ""))
    chosen = Chosen(_after(call), _threads(call))
    if call.query.get("text") == "true":
        return wire.Made(None, None, [], list(write_text(line, parties, chosen)), 0, 0, 0)
    made = write_bundle(line, parties, chosen, call.now)
    signature = None
    if made.head is not None and party in line.signers:
        signature = str(sign_head(made.head, line.signers[party]))
    return wire.Made(
        None if made.head is None else made.head.text,
        signature,
        [token.decode() for token in made.tokens],
        [],
        made.entry,
        made.more,
        made.left_out,
    )


def _take(call: Call) -> Later:
    roles.require(call.caller, roles.FILE, "sending messages")
    line: LineServices = line_of(call)
    return Later(take_bundle(line, call.raw_body, caller_party(call), call.now), account_values)


def _after(call: Call) -> int:
    text = call.query.get("after", "0")
    if not text.isdecimal() or not text.isascii() or len(text) > _ENTRY_DIGITS:
        raise InvalidInput("it is no number of an entry", field="after")
    return int(text)


def _threads(call: Call) -> tuple[str, ...]:
    names = tuple(filter(None, call.query.get("threads", "").split(",")))
    if len(names) > _THREADS_MAX:
        raise InvalidInput(f"{len(names)} threads; {_THREADS_MAX} are the most", field="threads")
    return names


def account_values(found: Account) -> wire.Account:
    """An account as it travels."""
    head, count = found.head, found.count
    return wire.Account(
        None if head is None else head.sender,
        None if head is None else head.made,
        count(Result.NEW),
        count(Result.KNOWN),
        count(Result.REFUSED),
        [_carried(one) for one in found.outcomes],
        [wire.Missing(party, list(numbers)) for party, numbers in found.missing.items()],
        found.before,
    )


def _carried(one: Outcome) -> wire.Carried:
    said = one.message
    what = partial(wire.Carried, one.result.value)
    if said is None:
        return what(None, None, None, None, None, None, late=False, reason=one.reason)
    return what(
        said.id,
        said.sender,
        said.sequence,
        said.kind.value,
        said.thread,
        one.entry,
        late=one.late,
        reason=one.reason,
    )


OPERATIONS: Final = (
    Operation(
        name="makeBundle",
        method="GET",
        path=f"{PREFIX}/bundles",
        summary="What the caller's party said to another, as the parts of one signed file",
        handler=_make,
        scopes=FILERS,
        response=wire.Made,
        errors=(400, 404),
        query=_QUERY,
    ),
    Operation(
        name="takeBundle",
        method="POST",
        path=f"{PREFIX}/bundles",
        summary="Take the messages of a bundle or a text for the caller's party; each is told of",
        handler=_take,
        scopes=FILERS,
        media_type="application/octet-stream",
        response=wire.Account,
        errors=(400, 404),
        too_large=413,
    ),
)
