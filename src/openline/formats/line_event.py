"""An event of the line as JSON, in exactly one form: what the server says of itself, as it is kept.

{"event":"conflict.opened", …} with the fields of the dataclass by name and in order, on one line,
without spaces, as `line_values` writes them. Any other way to write the same is refused at reading.
Laws, held by tests/property/test_line_event.py: what is written reads back as the same event; the
same event is the same bytes.
"""

from typing import Annotated, Any, Final, get_args

from msgspec import UNSET, Meta, Struct, UnsetType

from openline.errors import InvalidInput
from openline.formats import json_text
from openline.formats.fields import shown
from openline.formats.line_bodies import Instant
from openline.formats.line_values import checked, read, write
from openline.formats.line_volume import LatLngPoint, Number
from openline.line.duty import DutyKind
from openline.line.event import EndCause, Event, LinkState
from openline.line.message.kind import Missing

EVENTS: Final[dict[str, Any]] = {event.name: event for event in get_args(Event)}
_Count = Annotated[int, Meta(ge=0, le=2**53)]


class ConflictFacts(Struct, forbid_unknown_fields=True, kw_only=True):
    """The numbers of a conflict."""

    time_start: Instant
    time_end: Instant
    lateral_m: Number
    vertical_m: Number
    time_s: Number
    reason: str
    distance_m: Number | UnsetType = UNSET
    vertical_gap_m: Number | UnsetType = UNSET
    time_gap_s: Number | UnsetType = UNSET
    altitude_lower_m: Number | UnsetType = UNSET
    altitude_upper_m: Number | UnsetType = UNSET
    where: LatLngPoint | UnsetType = UNSET
    unlocated: str | UnsetType = UNSET


class ConflictStands(Struct, forbid_unknown_fields=True, kw_only=True):
    """A conflict opened or changed."""

    conflict: str
    threads: tuple[str, str]
    parties: list[str]
    facts: ConflictFacts


class ConflictClosed(Struct, forbid_unknown_fields=True, kw_only=True):
    """A conflict is no more."""

    conflict: str
    threads: tuple[str, str]
    parties: list[str]
    cause: str


class ProposalChecked(Struct, forbid_unknown_fields=True, kw_only=True):
    """What a proposal would leave in the way."""

    conflict: str
    proposal: str
    parties: list[str]
    meets: list[str]


class ClarifyAsked(Struct, forbid_unknown_fields=True, kw_only=True):
    """The server asks for what a notice leaves open."""

    thread: str
    parties: list[str]
    missing: list[Missing]


class Overdue(Struct, forbid_unknown_fields=True, kw_only=True):
    """A duty was not done in time."""

    duty: str
    thread: str
    parties: list[str]
    owes: str
    what: DutyKind
    due: Instant


class Alarm(Struct, forbid_unknown_fields=True, kw_only=True):
    """An alarm is raised."""

    duty: str
    thread: str
    parties: list[str]
    owes: str
    what: DutyKind
    number: _Count
    ladder_step: _Count
    ladder_role: str


class Ended(Struct, forbid_unknown_fields=True, kw_only=True):
    """A notice, closure or authority no longer stands."""

    thread: str
    parties: list[str]
    cause: EndCause


class OfThread(Struct, forbid_unknown_fields=True, kw_only=True):
    """A site is stale, or a plan has no authority."""

    thread: str
    parties: list[str]


class LinkChanged(Struct, forbid_unknown_fields=True, kw_only=True):
    """A party is heard again, late, or not known to be there."""

    party: str
    parties: list[str]
    state: LinkState
    age_s: Annotated[float, Meta(ge=-1e10, le=1e10)] | UnsetType = UNSET


class ClosuresDiffer(Struct, forbid_unknown_fields=True, kw_only=True):
    """Two closures that share a border have other limits."""

    threads: tuple[str, str]
    parties: list[str]
    text: str


class NumbersSettled(Struct, forbid_unknown_fields=True, kw_only=True):
    """Numbers of a party that are missing were for others."""

    party: str
    parties: list[str]
    up_to: _Count


SCHEMAS: Final[dict[str, type[Struct]]] = {
    "conflict.opened": ConflictStands,
    "conflict.changed": ConflictStands,
    "conflict.closed": ConflictClosed,
    "proposal.checked": ProposalChecked,
    "clarify.asked": ClarifyAsked,
    "duty.overdue": Overdue,
    "duty.alarm": Alarm,
    "thread.ended": Ended,
    "site.stale": OfThread,
    "link.changed": LinkChanged,
    "authority.missing": OfThread,
    "closures.differ": ClosuresDiffer,
    "numbers.settled": NumbersSettled,
}


def encode_event(event: Event) -> bytes:
    """The one form of an event. Raises: InvalidInput for what would not read back."""
    value = write(event)
    checked(value, SCHEMAS[event.name], "")
    return json_text.encode({"event": event.name} | value).encode()


def decode_event(data: bytes) -> Event:
    """The event in that form. Raises: InvalidInput with `field` for anything else."""
    value = json_text.decode(data)
    if not isinstance(value, dict):
        raise InvalidInput("an event is a JSON object", field="event")
    name = value.pop("event", None)
    if not isinstance(name, str) or name not in EVENTS:
        raise InvalidInput(f"the event {shown(name)} is not known", field="event")
    checked(value, SCHEMAS[name], "")
    event: Event = read(EVENTS[name], value, "")
    if encode_event(event) != data:
        raise InvalidInput(
            "the event is not in its one form", cure="it was changed after it was written"
        )
    return event
