"""The check before sending: what a plan would come too close to of all that its party is shown."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from openline.airspace.entity import EntityKind
from openline.airspace.volume import Volume4D
from openline.app.line.services import LineServices
from openline.errors import AreaTooLarge, InvalidInput, NotFound
from openline.line.event import ConflictFacts
from openline.line.facts import facts_of
from openline.line.line import Line
from openline.line.seen import ASKED, Close, SeenSky, asked_of
from openline.line.state import LineState
from openline.line.view import ID_SHOWN
from openline.line.view_threads import name_for

CORNERS_MAX: Final = 2_000_000  # about a second, where nothing can be left out
_ONLY_CELLS: Final = "Of the other, only cells that contain it are known."


@dataclass(frozen=True, slots=True)
class PlanConflict:
    """What a plan would come too close to. infringed: which minima, where the two do not overlap.

    cells: of the other thing only cells that contain it are known. conflict: its id, where it
    stands on the line already.
    """

    thread: str
    party: str
    kind: EntityKind
    name: str | None
    infringed: tuple[str, ...]
    cells: bool
    facts: ConflictFacts
    conflict: str | None = None


@dataclass(frozen=True, slots=True)
class PlanChecked:
    """The outcome. compared: with how many things; hidden: how many are not compared before the
    plan is sent, because they are shown as conflicts alone."""

    now: datetime
    entry: int
    conflicts: tuple[PlanConflict, ...]
    compared: int
    hidden: int

    @property
    def sentence(self) -> str:
        """The outcome in words. It is never said that the sky is free."""
        count = len(self.conflicts)
        thing = "thing" if count == 1 else "things"
        words = [
            f"Too close to {count:,} {thing} that you are shown."
            if count
            else f"Nothing of what you are shown ({self.compared:,}) is closer than the minima."
        ]
        if self.hidden:
            words.append(
                f"{self.hidden:,} more, shown to you as conflicts alone, are compared once it is "
                "sent."
            )
        return " ".join(words)


def check_plan(
    services: LineServices,
    party: str,
    volumes: tuple[Volume4D, ...],
    now: datetime,
    *,
    flight_class: str | None = None,
    ignore: Collection[str] = (),
    thread: str | None = None,
) -> PlanChecked:
    """What a plan of the party would come too close to if it were sent now. Nothing is written.

    thread: the party's own, which the plan would amend. Raises: InvalidInput for a class that the
    agreement does not know, NotFound for a thread of nobody or of another party, AreaTooLarge for
    more than is compared while others wait.
    """

    def ask(line: Line, position: int) -> PlanChecked:
        state = line.state
        check_asked(state, party, flight_class, thread)
        sky = services.seen.setdefault(party, SeenSky(party))
        things = sky.renew(state, now)
        if things.effort(volumes, state.agreed().widest_separation()) > CORNERS_MAX:
            raise AreaTooLarge(
                f"more than {CORNERS_MAX:,} pairs of corners to compare",
                cure="simplify the volumes; it is compared as it is once it is sent",
                field="volumes",
            )
        asked = asked_of(party, volumes, flight_class, thread=thread or ASKED)
        found = things.close_to(asked, frozenset(ignore))
        conflicts = tuple(told_conflict(state, party, asked.thread, one) for one in found)
        return PlanChecked(now, position, conflicts, len(things), sky.hidden)

    return services.look(ask)


def check_asked(state: LineState, party: str, flight_class: str | None, thread: str | None) -> None:
    """Raises: InvalidInput for a class that is not known, NotFound for a thread of another."""
    agreed = state.agreed()
    if flight_class is not None and flight_class not in {one.id for one in agreed.classes}:
        known = ", ".join(one.id for one in agreed.classes) or "none"
        raise InvalidInput(
            f"{flight_class[:64]!r} is no class of the agreement",
            cure=f"its classes are: {known}",
            field="class",
        )
    if thread is not None:
        found = state.threads.get(thread)
        if found is None or found.opener != party:
            raise NotFound("there is no such thread of this party", field="thread")


def told_reason(state: LineState, party: str, asked: str, other: str, reason: str) -> str:
    """The sentence to read out: `your plan` for what is asked of, names where they are shown."""
    for word, plan in (("Intent", "Your plan"), ("intent", "your plan")):
        reason = reason.replace(f"{word} {asked} of {party}", plan)
    name, short = name_for(state, other, party), other[:ID_SHOWN]
    return reason.replace(other, short if name is None else f"{name} ({short})")


def told_conflict(state: LineState, party: str, asked: str, close: Close) -> PlanConflict:
    """Something that is too close, as the party is told of it; asked: the thread of what is asked
    about, or ASKED."""
    other, facts = close.other.what, facts_of(close.found)
    reason = told_reason(state, party, asked, other.thread, facts.reason)
    if close.other.cells:
        reason = f"{reason} {_ONLY_CELLS}"
    stands = state.conflicts.get(close.found.id)
    return PlanConflict(
        other.thread,
        other.party,
        other.entity.kind,
        name_for(state, other.thread, party),
        close.found.infringed,
        close.other.cells,
        replace(facts, reason=reason),
        stands.id if stands is not None and stands.closed is None else None,
    )
