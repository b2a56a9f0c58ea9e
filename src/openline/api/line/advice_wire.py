"""What `/line/v1/advice` asks and answers; volumes as in messages, costs in seconds of delay."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from openline.airspace.advise.cost import Costs, Limits
from openline.airspace.advise.turn import TurnRule
from openline.api.line.plan_wire import CheckConflict, ThreadName
from openline.app.line.advise_line import WAYS_MAX
from openline.app.line.free_windows import VOLUMES_MAX as WINDOWS_MAX
from openline.formats.line_volume import OutlineCircle, OutlinePolygon, Volume
from openline.line.message.airspace import VOLUMES_MAX

_LIMITS, _COSTS = Limits(), Costs()
Seconds = Annotated[float, Meta(ge=0, le=366 * 86_400)]
Metres = Annotated[float, Meta(ge=-1e9, le=1e9)]
Cost = Annotated[float, Meta(ge=0, le=1e6)]


class AdviceArea(Struct, forbid_unknown_fields=True):
    """An area: one of the two."""

    outline_polygon: OutlinePolygon | None = None
    outline_circle: OutlineCircle | None = None


class AdviceLimits(Struct, forbid_unknown_fields=True, frozen=True):
    """How far a plan may be moved: docs/advice.md. Instants are RFC 3339 with `Z`.

    Without floor_m nothing is moved down, for the ground is not known. Heights over WGS-84.
    """

    later_s: Seconds = _LIMITS.later.total_seconds()
    earlier_s: Seconds = _LIMITS.earlier.total_seconds()
    earliest: str | None = None
    latest: str | None = None
    climb_m: Metres = _LIMITS.climb_m
    floor_m: Metres | None = None
    ceiling_m: Metres = _LIMITS.ceiling_m
    sideways_m: Metres = _LIMITS.sideways_m
    narrowest: Annotated[float, Meta(gt=0, le=1)] = _LIMITS.narrowest
    shortest_s: Seconds = _LIMITS.shortest.total_seconds()
    time_step_s: Seconds = _LIMITS.time_step.total_seconds()
    height_step_m: Metres = _LIMITS.height_step_m
    area: AdviceArea | None = None


class AdviceCosts(Struct, forbid_unknown_fields=True, frozen=True):
    """What a change costs, in seconds of delay: of each second, of each metre; `apart` once."""

    later: Cost = _COSTS.later
    earlier: Cost = _COSTS.earlier
    up: Cost = _COSTS.up
    down: Cost = _COSTS.down
    sideways: Cost = _COSTS.sideways
    narrower: Cost = _COSTS.narrower
    lost: Cost = _COSTS.lost
    apart: Cost = _COSTS.apart


class AdviceAsked(Struct, forbid_unknown_fields=True, rename={"flight_class": "class"}):
    """What is to be got out of the way: one of volumes, thread (of the own party) and conflict.

    moves: of a conflict the thread that is to move; absent: as the rule says, or the own one.
    """

    volumes: Annotated[list[Volume], Meta(min_length=1, max_length=VOLUMES_MAX)] | None = None
    flight_class: Annotated[str, Meta(max_length=64)] | None = None
    thread: ThreadName | None = None
    conflict: ThreadName | None = None
    moves: ThreadName | None = None
    limits: AdviceLimits = AdviceLimits()
    costs: AdviceCosts = AdviceCosts()
    count: Annotated[int, Meta(ge=1, le=WAYS_MAX)] = 5


class AdviceChange(Struct, omit_defaults=True):
    """How the volumes of these numbers (from 0, as they stand now) change."""

    volumes: list[int]
    delay_s: float
    climb_m: float
    sideways_m: float
    narrower_m: float
    lost_s: float
    bearing_deg: float | None = None


class AdviceWay(Struct):
    """A way out, proved free. volumes: of the whole plan as it would be, ready for PROPOSE and
    AMEND. words: what changes, in short; sentence: of what."""

    cost_s: float
    words: str
    sentence: str
    changes: list[AdviceChange]
    volumes: list[Volume]
    time_start: datetime
    time_end: datetime


class AdviceTurn(Struct, omit_defaults=True):
    """Which rule says who moves: `nobody`: none does; `fixed`, `off_plan`: the other cannot;
    `priority`, `flies`, `filed`, `name`: the other comes first by it. moves: the thread; absent of
    what is not sent yet."""

    rule: TurnRule
    moves: str | None = None


class AdviceBlocker(Struct, omit_defaults=True):
    """What blocks the most of what the limits allow, where there is no way out."""

    thread: str
    party: str
    name: str | None = None


class Advice(Struct, omit_defaults=True):
    """Ways out, the cheapest first. Nothing was written, and advice is no permission.

    thread: what would be moved, of `party`; absent: what is not sent yet. conflict: the thread that
    a proposal belongs to. rule: who has to move and why, and `why` as facts; moves: that thread,
    where the rule names one. not_compared: how many things are shown to the party as conflicts
    alone, and were not looked at unless the conflict is with them.
    """

    now: datetime
    entry: int
    party: str
    own: bool
    rule: list[str]
    why: list[AdviceTurn]
    conflicts: list[CheckConflict]
    alternatives: list[AdviceWay]
    blockers: list[AdviceBlocker]
    not_compared: int
    sentence: str
    thread: str | None = None
    conflict: str | None = None
    moves: str | None = None


class WindowsAsked(
    Struct,
    forbid_unknown_fields=True,
    rename={"start": "from", "end": "to", "flight_class": "class"},
):
    """When these places and heights are free from `from` to `to`; their own times do not count."""

    volumes: Annotated[list[Volume], Meta(min_length=1, max_length=WINDOWS_MAX)]
    start: str
    end: str
    flight_class: Annotated[str, Meta(max_length=64)] | None = None


class FreeWindow(Struct):
    """A window; a stay within it, ends included, is closer than the minima to nothing shown."""

    time_start: datetime
    time_end: datetime


class TakenWindow(Struct):
    """When something has the place, with the time minimum on both sides."""

    thread: str
    party: str
    name: str
    time_start: datetime
    time_end: datetime


class VolumeWindows(Struct):
    """The windows of one volume, in order."""

    free: list[FreeWindow]
    taken: list[TakenWindow]


class Windows(Struct):
    """For each volume its windows. not_compared: as in Advice."""

    now: datetime
    entry: int
    volumes: list[VolumeWindows]
    not_compared: int
