"""The agreement: what the parties of a line have written down, as values that cannot be wrong.

Whatever is checked, owed or late is read from here and from nowhere else. An agreement has no
field for what a flight is for.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openline.airspace.separation import Separation
from openline.airspace.volume import check_window
from openline.errors import InvalidInput
from openline.geo.footprint import Footprint
from openline.line.private.terms import PrivateTerms
from openline.line.signing import PUBLIC_KEY_BYTES

PARTIES_MAX: Final = 50
LADDER_MAX: Final = 10
LIST_MAX: Final = 100
ALARMS_MAX: Final = 10
VERSION_MAX: Final = 1_000_000
FREQUENCY_MAX_MHZ: Final = 40_000.0
_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?")
_SECOND: Final = timedelta(seconds=1)


def check_id(value: str, field: str) -> str:
    """An id of the agreement. Raises: InvalidInput for anything but a-z, 0-9, `-` and `.`."""
    if not _ID.fullmatch(value):
        raise InvalidInput(
            f"{value[:64]!r} is no id", cure="use a-z, 0-9, - and ., at most 64", field=field
        )
    return value


def check_different(values: Iterable[object], field: str) -> None:
    """Raises: InvalidInput if a value occurs twice or there are too many."""
    listed = list(values)
    if len(listed) > LIST_MAX * PARTIES_MAX:
        raise InvalidInput(f"{len(listed)} values are too many", field=field)
    twice = [value for at, value in enumerate(listed) if value in listed[:at]]
    if twice:
        raise InvalidInput(f"{str(twice[0])[:80]!r} is given twice", cure="keep one", field=field)


def check_duration(value: timedelta, field: str, low: timedelta, high: timedelta) -> None:
    """Raises: InvalidInput if a duration is outside; both ends are allowed."""
    if not low <= value <= high:
        raise InvalidInput(
            f"{value} is outside {low} to {high}", cure="check the unit", field=field
        )


class Channel(StrEnum):
    """How messages reach a party."""

    HTTPS = "https"
    BUNDLE = "bundle"  # a signed file by e-mail, on a stick or over radio
    VOICE = "voice"


class Coarseness(StrEnum):
    """How much of a plan another party is shown."""

    FULL = "full"
    CELLS = "cells"
    CONFLICTS = "conflicts"  # only that there is a conflict here


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who can be reached. At least one way is given."""

    role: str
    phone: str | None = None
    email: str | None = None

    def __post_init__(self) -> None:
        if not self.phone and not self.email:
            raise InvalidInput(
                f"contact {self.role!r} cannot be reached", cure="give phone or email"
            )


@dataclass(frozen=True, slots=True)
class Party:
    """One side of the line. `answers_for` are its members; `ladder` goes from the first step up.

    shows: what the others see of its plans unless it says otherwise; shows_to: exceptions by party.
    positions_to: the parties, with their members, that see its own aircraft and those of its
    members; itself, if members and party are to see each other's. None named: who sends a position
    alone sees it.
    """

    id: str
    name: str
    public_key: bytes
    answers_for: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    ladder: tuple[str, ...] = ("duty officer",)
    channels: tuple[Channel, ...] = (Channel.HTTPS,)
    frequencies_mhz: tuple[float, ...] = ()
    shows: Coarseness = Coarseness.CONFLICTS
    shows_to: tuple[tuple[str, Coarseness], ...] = ()
    positions_to: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_id(self.id, "id")
        if len(self.public_key) != PUBLIC_KEY_BYTES or not any(self.public_key):
            raise InvalidInput("it is no Ed25519 key", cure="openline keys new", field="key")
        if not self.ladder or len(self.ladder) > LADDER_MAX:
            raise InvalidInput(f"a ladder has 1 to {LADDER_MAX} steps", field="ladder")
        if not self.channels:
            raise InvalidInput("a party needs a channel", field="channels")
        for name, values in (
            ("answers_for", self.answers_for),
            ("ladder", self.ladder),
            ("channels", self.channels),
            ("frequencies_mhz", self.frequencies_mhz),
            ("shows", tuple(party for party, _ in self.shows_to)),
            ("positions_to", self.positions_to),
        ):
            check_different(values, name)
        for member in self.answers_for:
            check_id(member, "answers_for")
        for frequency in self.frequencies_mhz:
            if not 0 < frequency <= FREQUENCY_MAX_MHZ:
                raise InvalidInput(f"{frequency:g} MHz is no frequency", field="frequencies_mhz")

    def shown_to(self, party: str) -> Coarseness:
        """What that party sees of this one's plans by default."""
        return dict(self.shows_to).get(party, self.shows)


@dataclass(frozen=True, slots=True)
class FlightClass:
    """A class of flight, as the agreement names it."""

    id: str
    name: str

    def __post_init__(self) -> None:
        check_id(self.id, "id")


@dataclass(frozen=True, slots=True)
class ClassMinima:
    """The minima between two classes of flight; the order does not matter."""

    classes: tuple[str, str]
    separation: Separation


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """When a notice is late, and what its receiver owes. Alarms count from the first."""

    lead_time: timedelta
    receipt_within: timedelta
    read_within: timedelta
    urgent_alarms: tuple[timedelta, ...]
    disseminated_within: timedelta | None = None

    def __post_init__(self) -> None:
        check_duration(self.lead_time, "lead_time_min", timedelta(0), timedelta(days=30))
        check_duration(self.receipt_within, "receipt_within_s", _SECOND, timedelta(days=1))
        check_duration(self.read_within, "read_within_s", _SECOND, timedelta(days=7))
        if self.disseminated_within is not None:
            limit = timedelta(days=7)
            check_duration(self.disseminated_within, "disseminated_within_s", _SECOND, limit)
        if self.read_within < self.receipt_within:
            raise InvalidInput(
                "a person cannot owe a receipt before the machine does", field="read_within_s"
            )
        alarms = self.urgent_alarms
        if not alarms or len(alarms) > ALARMS_MAX:
            raise InvalidInput(f"1 to {ALARMS_MAX} alarms are needed", field="urgent_alarms_s")
        for alarm in alarms:
            check_duration(alarm, "urgent_alarms_s", _SECOND, timedelta(hours=1))
        if list(alarms) != sorted(set(alarms)):
            raise InvalidInput("each alarm comes after the one before", field="urgent_alarms_s")


@dataclass(frozen=True, slots=True)
class QueryTerms:
    """When a question has to be answered."""

    answer_within: timedelta = timedelta(days=7)
    urgent_within: timedelta = timedelta(days=2)

    def __post_init__(self) -> None:
        limit = timedelta(days=366)
        check_duration(self.answer_within, "answer_within_days", timedelta(hours=1), limit)
        check_duration(self.urgent_within, "urgent_within_days", timedelta(hours=1), limit)
        if self.urgent_within > self.answer_within:
            raise InvalidInput(
                "an urgent question is answered sooner than others", field="urgent_within_days"
            )


@dataclass(frozen=True, slots=True)
class AuthorityTerms:
    """Whether the others are told of a plan without a valid authority, and how long after its own
    side was. None: they are not."""

    shown_after: timedelta | None = None

    def __post_init__(self) -> None:
        if self.shown_after is not None:
            limit = timedelta(days=30)
            check_duration(self.shown_after, "shown_after_min", timedelta(0), limit)


@dataclass(frozen=True, slots=True)
class LineCheckTerms:
    """How often the line is tried, by machines and by people, and when its state is unknown."""

    machine_every: timedelta
    human_every: timedelta
    unknown_after_missed: int

    def __post_init__(self) -> None:
        check_duration(self.machine_every, "machine_every_s", _SECOND, timedelta(hours=1))
        check_duration(self.human_every, "human_every_h", timedelta(minutes=5), timedelta(days=31))
        if not 1 <= self.unknown_after_missed <= 10:
            raise InvalidInput("1 to 10 checks may be missed", field="unknown_after_missed")


class SeenBy(StrEnum):
    """Who is shown an aircraft that somebody merely sees, and that is nobody's own here."""

    ANYBODY = "anybody"  # whoever may look at this server at all
    PARTIES = "parties"  # the parties and their members


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of what the parties agreed. In force from `time_start` to before `time_end`,
    once every party has signed it.

    area: an unlocated notice stands for all of it. private: None if private checks are not agreed.
    Raises: InvalidInput with `field`.
    """

    id: str
    version: int
    area: Footprint
    time_start: datetime
    time_end: datetime
    separation: Separation
    notice: NoticeTerms
    line_check: LineCheckTerms
    parties: tuple[Party, ...]
    query: QueryTerms = QueryTerms()
    authority: AuthorityTerms = AuthorityTerms()
    classes: tuple[FlightClass, ...] = ()
    class_minima: tuple[ClassMinima, ...] = ()
    private: PrivateTerms | None = None
    positions_seen_by: SeenBy = SeenBy.ANYBODY

    def __post_init__(self) -> None:
        check_id(self.id, "id")
        if not 1 <= self.version <= VERSION_MAX:
            raise InvalidInput(
                f"version {self.version} is outside 1..{VERSION_MAX}", field="version"
            )
        check_window(self.time_start, self.time_end)
        if not 2 <= len(self.parties) <= PARTIES_MAX:
            raise InvalidInput(
                f"the number of parties is {len(self.parties)}; a line has 2 to {PARTIES_MAX}",
                field="party",
            )
        self._check_parties()
        self._check_classes()

    def _check_parties(self) -> None:
        seen: set[str | bytes] = set()
        for party in self.parties:
            values: tuple[str | bytes, ...] = (party.id, party.public_key, *party.answers_for)
            for value in values:
                if value in seen:
                    word = "the key" if isinstance(value, bytes) else repr(value)
                    raise InvalidInput(
                        f"{word} of party {party.id!r} is already somebody's",
                        cure="ids, members and keys belong to one party",
                        field="party",
                        party=party.id,
                    )
                seen.add(value)
        ids = {party.id for party in self.parties}
        for party, other in ((one, name) for one in self.parties for name, _ in one.shows_to):
            if other not in ids or other == party.id:
                raise InvalidInput(
                    f"party {party.id!r} shows something to {other!r}, which is no other party",
                    field="party",
                    party=party.id,
                )
        for party in self.parties:
            unknown = sorted(set(party.positions_to) - ids)
            if unknown:
                raise InvalidInput(
                    f"party {party.id!r} shows positions to {unknown[0]!r}, which is no party",
                    field="party",
                    party=party.id,
                )

    def _check_classes(self) -> None:
        known = [one.id for one in self.classes]
        check_different(known, "flight_class")
        pairs = [tuple(sorted(minima.classes)) for minima in self.class_minima]
        check_different(["/".join(pair) for pair in pairs], "separation.between")
        for name in (name for pair in pairs for name in pair):
            if name not in known:
                raise InvalidInput(
                    f"there is no class of flight {name!r}",
                    cure="name it in a [[flight_class]]",
                    field="separation.between",
                )

    def party(self, party_id: str) -> Party | None:
        """The party of that id."""
        for party in self.parties:
            if party.id == party_id:
                return party
        return None

    def names_of(self, party: Party) -> frozenset[str]:
        """The party and its members."""
        return frozenset((party.id, *party.answers_for))

    def party_of_key(self, public_key: bytes) -> Party | None:
        """The party that holds a key."""
        return next((one for one in self.parties if one.public_key == public_key), None)

    def covers(self, now: datetime) -> bool:
        """Whether the instant is within its time; the start counts, the end does not."""
        return self.time_start <= now < self.time_end

    def separation_between(self, one: str | None, other: str | None) -> Separation:
        """The minima between flights of two classes: their own, or the general ones.

        A class that is None or not known errs toward the wider: `widest_separation`.
        """
        known = {item.id for item in self.classes}
        if one is None or other is None or one not in known or other not in known:
            return self.widest_separation()
        wanted = sorted((one, other))
        for minima in self.class_minima:
            if sorted(minima.classes) == wanted:
                return minima.separation
        return self.separation

    def widest_separation(self) -> Separation:
        """The widest of each minimum: safe for flights whose class is not known."""
        every = [self.separation, *(minima.separation for minima in self.class_minima)]
        return Separation(
            max(one.lateral_m for one in every),
            max(one.vertical_m for one in every),
            max(one.time for one in every),
        )
