"""What a file holds once read, and what a reader is told. No I/O here."""

from dataclasses import dataclass, field
from datetime import datetime

from openline.airspace.entity import Constraint, Entity, Notice, OperationalIntent
from openline.errors import InvalidInput
from openline.geo.altitude_resolver import AltitudePolicy


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller knows that a file may not say.

    party: overrides the file's; else the file's properties, else the file's stem name the party.
    takeoff: start of a plan that has no times (aware).
    half_width_m: for lines that state none.
    between: the period of interest; daily schedules are expanded within it.
    skip_invalid: report a bad feature as a warning and go on, instead of raising.
    """

    party: str | None = None
    takeoff: datetime | None = None
    altitude: AltitudePolicy = field(default_factory=AltitudePolicy)
    half_width_m: float | None = None
    between: tuple[datetime, datetime] | None = None
    skip_invalid: bool = False


@dataclass(frozen=True, slots=True)
class Traffic:
    """Everything read from one or more files, in file order. `warnings` are sentences.

    skipped: why features were left out, with `skip_invalid`; each is among the warnings too.
    """

    intents: tuple[OperationalIntent, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    notices: tuple[Notice, ...] = ()
    warnings: tuple[str, ...] = ()
    skipped: tuple[InvalidInput, ...] = ()

    def __add__(self, other: "Traffic") -> "Traffic":
        return Traffic(
            self.intents + other.intents,
            self.constraints + other.constraints,
            self.notices + other.notices,
            self.warnings + other.warnings,
            self.skipped + other.skipped,
        )

    def entities(self) -> tuple[Entity, ...]:
        """Intents, then constraints, then notices."""
        return (*self.intents, *self.constraints, *self.notices)

    @property
    def volume_count(self) -> int:
        """How many volumes all entities have together."""
        return sum(len(entity.volumes) for entity in self.entities())
