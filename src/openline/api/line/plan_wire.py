"""What `/line/v1/plans/read` and `/line/v1/check` answer; volumes as in messages."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from openline.api.line.board_wire import ConflictFacts
from openline.formats.line_volume import Volume
from openline.line.message.airspace import VOLUMES_MAX


class PlanProblem(Struct, omit_defaults=True):
    """What could not be taken, what to do about it, and where in the file it is.

    code: the kind of problem, as `Openline-Problem` has it: `invalid_altitude`, `unknown_format`.
    """

    message: str
    cure: str | None = None
    line: int | None = None
    element: str | None = None
    field: str | None = None
    code: str | None = None


class PlanEntity(Struct, omit_defaults=True):
    """One entity of a file, with its volumes as a message carries them.

    warnings: what became wider. state, priority: of an intent. time_start, time_end: from the first
    volume to the last, or of a notice that names no place. text: what the file says of it.
    """

    id: str
    name: str
    kind: Literal["intent", "constraint", "notice"]
    volumes: list[Volume]
    warnings: list[str]
    time_start: datetime
    time_end: datetime
    state: str | None = None
    priority: int | None = None
    text: str | None = None


class PlansRead(Struct, omit_defaults=True):
    """What a file holds. format: as it was recognised. problems: what of it could not be taken."""

    entities: list[PlanEntity]
    problems: list[PlanProblem]
    warnings: list[str]
    format: str | None = None


ThreadName = Annotated[str, Meta(min_length=1, max_length=80)]


class CheckAsked(Struct, forbid_unknown_fields=True, rename={"flight_class": "class"}):
    """A plan before it is sent. class: of the agreement. ignore: threads not to be compared with.

    thread: the party's own thread that these volumes would amend, if they are of one.
    """

    volumes: Annotated[list[Volume], Meta(min_length=1, max_length=VOLUMES_MAX)]
    flight_class: Annotated[str, Meta(max_length=64)] | None = None
    ignore: Annotated[list[ThreadName], Meta(max_length=1_000)] = []
    thread: ThreadName | None = None


class CheckConflict(Struct, omit_defaults=True):
    """What the plan comes too close to. near_miss: the two do not overlap, but are closer than the
    minima; infringed says which of them. cells: of the other thing only cells that contain it are
    known. conflict: the thread of the conflict, where it stands on the line already.
    """

    thread: str
    party: str
    kind: Literal["intent", "constraint", "notice"]
    near_miss: bool
    infringed: list[str]
    cells: bool
    facts: ConflictFacts
    name: str | None = None
    conflict: str | None = None


class Checked(Struct):
    """What a plan would come too close to, worst first. Nothing was written.

    compared: with how many things. not_compared: how many more stand that the party is shown as
    conflicts alone; they are compared once the plan is sent. sentence: the outcome.
    """

    now: datetime
    entry: int
    conflicts: list[CheckConflict]
    compared: int
    not_compared: int
    sentence: str
