"""What a party sees of the line as it travels: SI units in the names, instants as RFC 3339.

What is not known, or not shown, is absent. tests/unit/test_line_board.py holds these types to the
values of `openline.line.board`.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

Instant = str
# A body with its kind beside it, or a coarse form: `api.line.says` describes each of them.
Values = Annotated[dict[str, Any], Meta(extra_json_schema={"$ref": "#/schemas/Says"})]
Volumes = list[Annotated[dict[str, Any], Meta(extra_json_schema={"$ref": "#/schemas/Volume"})]]


class Separation(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Separation minima."""

    lateral_m: float
    vertical_m: float
    time_s: float


class ClassMinima(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The minima between two classes of flight."""

    classes: list[str]
    separation: Separation


class Peer(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The server of a party: reached, silent, paused or never heard; cosigned: entries of our
    record under its newest cosignature, seen: of its record under ours."""

    server: str
    behind: int
    waiting: int
    refused: int
    evidence: list[str]
    heard: Instant | None = None
    fault: str | None = None
    skew_s: float | None = None
    cosigned: int | None = None
    cosigned_at: Instant | None = None
    cosigned_age_s: float | None = None
    seen: int | None = None
    refuses: str | None = None


class Link(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A party as it is heard: live, late or UNKNOWN. age_s is absent if it was never heard."""

    party: str
    name: str
    own: bool
    state: str
    skewed: bool
    missing: list[int]
    age_s: float | None = None
    skew_s: float | None = None
    suspended_since: Instant | None = None
    alert: str | None = None
    officer: str | None = None
    last_human_check: Instant | None = None
    peer: Peer | None = None


class Clock(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What is owed: what, by whom, until when."""

    what: str
    owes: str
    due: Instant
    overdue: bool
    alarms: int
    paused: bool
    thread: str
    role: str | None = None


class PassedTo(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A crew or post that was told, and when it said so."""

    name: str
    received_at: Instant | None = None


class Side(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A thread with one recipient. times: pairs of a step and when it was reached.

    shown: how much of it the recipient is shown (`full`, `cells`, `conflicts`), for whoever opened
    the thread.
    """

    party: str
    step: str
    times: list[tuple[str, Instant]]
    passed_on: list[PassedTo]
    wrong: list[str]
    overdue: list[str]
    answer: str | None = None
    until: Instant | None = None
    answered_by: str | None = None
    text: str | None = None
    unable: str | None = None
    distance_m: float | None = None
    shown: str | None = None


class Thread(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What was said about one thing: one visible state and one clock.

    says: the body of the message that counts now, its `kind` beside it, or its coarse form.
    """

    id: str
    kind: str
    opener: str
    own: bool
    state: str
    opened: Instant
    entry: int
    shown: str
    current: str
    version: int
    sides: list[Side]
    overdue: bool
    late: bool
    widened_s: float
    stale: bool
    unlocated: bool
    unauthorised: bool
    disagrees: list[str]
    conflicts: list[str]
    says: Values | None = None
    clock: Clock | None = None
    lead_time_s: float | None = None
    ended: str | None = None
    ended_at: Instant | None = None


class Place(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A position in degrees."""

    lat: float
    lng: float


class ConflictFacts(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The numbers of a conflict; those of place and height are absent where one is not located."""

    time_start: Instant
    time_end: Instant
    lateral_m: float
    vertical_m: float
    time_s: float
    reason: str
    time_gap_s: float
    distance_m: float | None = None
    vertical_gap_m: float | None = None
    altitude_lower_m: float | None = None
    altitude_upper_m: float | None = None
    where: Place | None = None
    unlocated: str | None = None


class Proposal(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A way out of a conflict, and what became of it."""

    message: str
    conflict: str
    by: str
    moves: str
    volumes: Volumes
    step: str
    answered_by: str | None = None


class ProposalSeen(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A proposal, and the threads it would still come too close to."""

    proposal: Proposal
    meets: list[str]


class Conflict(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Two things that come too close. Both parties see the same id."""

    id: str
    other: str
    own_thread: str
    other_thread: str
    facts: ConflictFacts
    opened: Instant
    entry: int
    over: bool
    only_unlocated: bool
    disagrees: list[str]
    proposals: list[ProposalSeen]
    own_name: str | None = None
    other_name: str | None = None
    clock: Clock | None = None
    closed: Instant | None = None


class Breach(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A claim that the agreement was broken. dispositions: pairs of a party and what it says."""

    thread: str
    by: str
    against: list[str]
    rule: str
    time: Instant
    text: str
    replies: int
    dispositions: list[tuple[str, str]]
    state: str


class Counters(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What there is to do."""

    threads: int
    unread: int
    unanswered: int
    overdue: int
    overdue_others: int
    alarms: int
    conflicts: int
    unlocated: int
    disagreements: int


class Board(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that a party may see at one instant. `entry`: the record up to that number.

    live: false for a board as it was at an earlier instant; absent for the one of now.
    """

    party: str
    now: Instant
    entry: int
    agreement: str
    version: int
    in_force: bool
    valid_until: Instant
    separation: Separation
    class_minima: list[ClassMinima]
    links: list[Link]
    conflicts: list[Conflict]
    unlocated: list[str]
    closures: list[str]
    differing: list[tuple[str, str]]
    unauthorised: list[str]
    breaches: list[Breach]
    clocks: list[Clock]
    threads: list[Thread]
    counters: Counters
    sentence: str
    live: bool = True


class Said(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One message of a thread. body: with its `kind`, or its coarse form; absent where only the
    digest of the message is shown."""

    entry: int
    id: str
    kind: str
    sender: str
    recipients: list[str]
    time_sent: Instant
    received: Instant
    carried: bool
    shown: str
    latency_s: float
    late: bool
    wrong: list[str]
    officer: str | None = None
    body: Values | None = None
    lead_time_s: float | None = None
    distance_m: float | None = None


class ThreadSaid(Struct, forbid_unknown_fields=True):
    """A thread and everything that was said in it, as far as the party may see.

    live: false for a thread as it was at an earlier instant.
    """

    thread: Thread | None
    conflict: Conflict | None
    said: list[Said]
    live: bool = True


class Inbox(Struct, forbid_unknown_fields=True):
    """What waits for the party, most pressing first: own clocks and the threads they are in."""

    party: str
    now: Instant
    entry: int
    clocks: list[Clock]
    threads: list[Thread]
    conflicts: list[Conflict]
