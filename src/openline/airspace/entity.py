"""Who is in the sky: operational intents, constraints and notices, as frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from openline.airspace.volume import Volume4D, check_window
from openline.errors import AreaTooLarge, InvalidInput
from openline.limits import VOLUMES_PER_INTENT_MAX


class EntityKind(StrEnum):
    """What an entity is; spelled as in files and reports."""

    INTENT = "intent"
    CONSTRAINT = "constraint"
    NOTICE = "notice"


class IntentState(StrEnum):
    """States of an operational intent, spelled as in ASTM F3548-21."""

    ACCEPTED = "Accepted"
    ACTIVATED = "Activated"
    NONCONFORMING = "Nonconforming"
    CONTINGENT = "Contingent"

    def requires_key(self) -> bool:
        """Whether a write in this state must name the OVN of every relevant entity."""
        match self:
            case IntentState.ACCEPTED | IntentState.ACTIVATED:
                return True
            case IntentState.NONCONFORMING | IntentState.CONTINGENT:
                return False
            case _:
                assert_never(self)


def _check(kind: EntityKind, entity_id: str, party: str, volumes: tuple[Volume4D, ...]) -> None:
    if not entity_id:
        raise InvalidInput(f"a {kind} without an id", cure="name it")
    if not party:
        raise InvalidInput(f"{kind} {entity_id!r} has no party", cure="say whose it is")
    if len(volumes) > VOLUMES_PER_INTENT_MAX:
        raise AreaTooLarge(
            f"{kind} {entity_id!r} has {len(volumes):,} volumes; "
            f"at most {VOLUMES_PER_INTENT_MAX:,} are accepted",
            cure="split it",
        )


@dataclass(frozen=True, slots=True)
class OperationalIntent:
    """Planned use of airspace by one party: volumes, state and priority.

    `source` says where it was read (file and element). Raises: InvalidInput, AreaTooLarge.
    """

    id: str
    party: str
    volumes: tuple[Volume4D, ...]
    state: IntentState = IntentState.ACCEPTED
    priority: int = 0
    name: str | None = None
    source: str | None = None

    kind = EntityKind.INTENT

    def __post_init__(self) -> None:
        _check(self.kind, self.id, self.party, self.volumes)
        if not self.volumes:
            raise InvalidInput(f"intent {self.id!r} has no volume", cure="give it one")


@dataclass(frozen=True, slots=True)
class Constraint:
    """An airspace restriction with its reason. Raises: InvalidInput, AreaTooLarge."""

    id: str
    party: str
    volumes: tuple[Volume4D, ...]
    reason: str | None = None
    name: str | None = None
    source: str | None = None

    kind = EntityKind.CONSTRAINT

    def __post_init__(self) -> None:
        _check(self.kind, self.id, self.party, self.volumes)
        if not self.volumes:
            raise InvalidInput(f"constraint {self.id!r} has no volume", cure="give it one")


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about airspace with its time; without volumes it is *unlocated*.

    An unlocated notice stands for the whole agreed area, at every altitude, from `time_start` to
    `time_end`. Raises: InvalidInput, InvalidTimeRange, AreaTooLarge.
    """

    id: str
    party: str
    time_start: datetime
    time_end: datetime
    volumes: tuple[Volume4D, ...] = ()
    text: str | None = None
    name: str | None = None
    source: str | None = None

    kind = EntityKind.NOTICE

    def __post_init__(self) -> None:
        _check(self.kind, self.id, self.party, self.volumes)
        start, end = check_window(self.time_start, self.time_end)
        object.__setattr__(self, "time_start", start)
        object.__setattr__(self, "time_end", end)

    @property
    def located(self) -> bool:
        """Whether the notice names a place."""
        return bool(self.volumes)


Entity = OperationalIntent | Constraint | Notice
