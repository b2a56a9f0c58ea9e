"""Proposals: a way out of a conflict that one side offers and the other takes or turns down."""

from dataclasses import dataclass, field
from enum import StrEnum

from openline.airspace.volume import Volume4D


class ProposalStep(StrEnum):
    """What became of a proposal."""

    OPEN = "open"
    ACCEPTED = "accepted"  # whose notice it moves owes the amendment
    DECLINED = "declined"
    DONE = "done"  # the notice was amended as proposed
    LAPSED = "lapsed"  # the conflict closed, or another proposal was accepted


@dataclass(slots=True)
class ProposalState:
    """A proposal by the id of its message. `moves` is the thread of the notice that would change.

    meets: for each party the threads of the others that the notice would still come too close to,
    as far as that party may know.
    """

    message: str
    conflict: str
    by: str
    moves: str
    volumes: tuple[Volume4D, ...]
    step: ProposalStep = ProposalStep.OPEN
    answered_by: str | None = None
    meets: dict[str, tuple[str, ...]] = field(default_factory=dict)
