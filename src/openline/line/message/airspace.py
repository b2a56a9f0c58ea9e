"""Bodies that tell of airspace: notices, closures, urgent messages, and what is proposed.

Place is always a volume or a position. Raises: InvalidInput with `field`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from openline.airspace.volume import Volume4D, check_window
from openline.errors import InvalidInput
from openline.geo.position import Position
from openline.line.agreement import Coarseness, check_id
from openline.line.message.coarse import CoarseForm
from openline.line.message.kind import (
    Asks,
    Binding,
    ClosureReason,
    FindingState,
    Kind,
    Missing,
    NoticeKind,
    UrgentAction,
)
from openline.line.message.text import NAME_MAX, check_text

VOLUMES_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class FieldContact:
    """Somebody on the spot. `tested_at` is when the contact was last tried and answered."""

    role: str
    phone: str | None = None
    frequency_mhz: float | None = None
    tested_at: datetime | None = None

    def __post_init__(self) -> None:
        check_text(self.role, "contact.role", NAME_MAX)
        check_text(self.phone, "contact.phone", NAME_MAX)
        if self.phone is None and self.frequency_mhz is None:
            raise InvalidInput("a contact without phone or frequency_mhz", field="contact")


@dataclass(frozen=True, slots=True)
class Notify:
    """A notice: where, how high, when; without volumes it is unlocated.

    show: how much of it each recipient sees; None is everything, for a plan what the agreement
    says. confirmed_by: the second person who looked at a site on the map. coarse: of a notice that
    is not shown in full, what stands for its place; then it has nothing else that says more. One
    that is shown as conflicts alone has times that say nothing.
    """

    kind: ClassVar[Kind] = Kind.NOTIFY
    notice: NoticeKind
    time_start: datetime
    time_end: datetime
    volumes: tuple[Volume4D, ...] = ()
    asks: Asks = Asks.KEEP_MINIMA
    name: str | None = None
    flight_class: str | None = None
    text: str | None = None
    show: Coarseness | None = None
    contact: FieldContact | None = None
    confirmed_by: str | None = None
    coarse: CoarseForm | None = None

    def __post_init__(self) -> None:
        check_window(self.time_start, self.time_end)
        if self.coarse is not None:
            self._check_coarse(self.coarse)
            return
        check_text(self.name, "name", NAME_MAX)
        check_text(self.text)
        check_text(self.confirmed_by, "confirmed_by", NAME_MAX)
        if self.flight_class is not None:
            check_id(self.flight_class, "flight_class")
        if len(self.volumes) > VOLUMES_MAX:
            raise InvalidInput(f"more than {VOLUMES_MAX} volumes", cure="split", field="volumes")
        if (self.notice is NoticeKind.UNLOCATED) != (not self.volumes):
            raise InvalidInput(
                "only an unlocated notice is without volumes, and it has none",
                cure="give volumes, or notice: unlocated",
                field="volumes",
            )
        for volume in self.volumes:
            if volume.time_start < self.time_start or volume.time_end > self.time_end:
                raise InvalidInput("a volume is outside the notice's time", field="volumes")
        if self.notice is NoticeKind.MOVEMENT and self.contact is None:
            raise InvalidInput("a movement needs a field contact", field="contact")
        if self.notice is NoticeKind.SITE and self.confirmed_by is None:
            raise InvalidInput(
                "a site is entered by two persons", cure="give confirmed_by", field="confirmed_by"
            )

    @property
    def located(self) -> bool:
        """Whether it names a place, be it to others alone."""
        return self.notice is not NoticeKind.UNLOCATED

    @property
    def hidden(self) -> bool:
        """Whether nothing is known of it but that it is there: no place, no height, no time."""
        return self.coarse is not None and self.show is Coarseness.CONFLICTS

    def _check_coarse(self, coarse: CoarseForm) -> None:
        told = (self.name, self.flight_class, self.text, self.contact, self.confirmed_by)
        if self.volumes or any(one is not None for one in told):
            raise InvalidInput("a coarse form says nothing that is hidden", field="coarse")
        if self.show not in (Coarseness.CELLS, Coarseness.CONFLICTS):
            raise InvalidInput("a coarse form is shown as cells or conflicts", field="show")
        needed = self.show is Coarseness.CELLS and self.located
        if bool(coarse.cells) != needed:
            word = "has" if needed else "has no"
            raise InvalidInput(f"this coarse form {word} cells", field="coarse.cells")


@dataclass(frozen=True, slots=True)
class Finding:
    """What the machine of a party finds of its own notice, for another who is shown no more of it.

    about: the thread of the other's that it comes too close to, or no longer does; `of`: the
    message there that it was compared with. ended: the time of the notice itself is over.
    """

    kind: ClassVar[Kind] = Kind.FINDING
    state: FindingState
    about: str | None = None
    of: str | None = None

    def __post_init__(self) -> None:
        alone = self.state is FindingState.ENDED
        if (self.about is None) != alone or (self.of is None) != alone:
            raise InvalidInput("about and of belong to a conflict, and both do", field="about")


@dataclass(frozen=True, slots=True)
class Amend:
    """A notice as it is from now on, whole. For a site the same again confirms it."""

    kind: ClassVar[Kind] = Kind.AMEND
    notice: Notify


@dataclass(frozen=True, slots=True)
class Cancel:
    """The end of a notice, closure or authority before its time."""

    kind: ClassVar[Kind] = Kind.CANCEL
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class Clarify:
    """Asks for what a notice leaves open."""

    kind: ClassVar[Kind] = Kind.CLARIFY
    missing: tuple[Missing, ...]
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)
        if not self.missing or len(set(self.missing)) != len(self.missing):
            raise InvalidInput("name what is missing, each once", field="missing")


@dataclass(frozen=True, slots=True)
class Propose:
    """A way out of a conflict: the proposer's or the other's notice as it could be.

    `moves` is the thread of the notice that would change; `volumes` what it would become.
    """

    kind: ClassVar[Kind] = Kind.PROPOSE
    conflict: str
    moves: str
    volumes: tuple[Volume4D, ...]
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)
        if not 1 <= len(self.volumes) <= VOLUMES_MAX:
            raise InvalidInput(f"1 to {VOLUMES_MAX} volumes", field="volumes")


@dataclass(frozen=True, slots=True)
class Accept:
    """Takes a proposal; whose notice it moves then amends it."""

    kind: ClassVar[Kind] = Kind.ACCEPT
    proposal: str


@dataclass(frozen=True, slots=True)
class Decline:
    """Turns a proposal down."""

    kind: ClassVar[Kind] = Kind.DECLINE
    proposal: str
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)


@dataclass(frozen=True, slots=True)
class Urgent:
    """Asks for something at once. Any duty officer may send it, and any may acknowledge it."""

    kind: ClassVar[Kind] = Kind.URGENT
    action: UrgentAction
    volumes: tuple[Volume4D, ...] = ()
    position: Position | None = None
    about: str | None = None  # the thread of a notice or conflict
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.text)
        if len(self.volumes) > VOLUMES_MAX:
            raise InvalidInput(f"more than {VOLUMES_MAX} volumes", field="volumes")


@dataclass(frozen=True, slots=True)
class Closure:
    """Airspace closed or restricted: one limit, a reason, a review and an end.

    supersedes: the thread of the closure that this one replaces.
    """

    kind: ClassVar[Kind] = Kind.CLOSURE
    name: str
    volumes: tuple[Volume4D, ...]
    reason: ClosureReason
    binding: Binding
    review_at: datetime
    revision: int = 1
    supersedes: str | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        check_text(self.name, "name", NAME_MAX)
        check_text(self.text)
        if not 1 <= len(self.volumes) <= VOLUMES_MAX:
            raise InvalidInput(f"1 to {VOLUMES_MAX} volumes", field="volumes")
        if not 1 <= self.revision <= 10_000:
            raise InvalidInput("a revision counts from 1", field="revision")
        if (self.revision > 1) != (self.supersedes is not None):
            raise InvalidInput("a revision after the first supersedes one", field="supersedes")
        check_window(self.time_start, self.time_end)
        if not self.time_start <= self.review_at <= self.time_end:
            raise InvalidInput("the review is within the time of the closure", field="review_at")

    @property
    def time_start(self) -> datetime:
        """When the first volume begins."""
        return min(volume.time_start for volume in self.volumes)

    @property
    def time_end(self) -> datetime:
        """When the last volume ends: no closure is without an end."""
        return max(volume.time_end for volume in self.volumes)
