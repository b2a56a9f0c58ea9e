"""Look up constraints: by id, or by what touches an area of interest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openline.airspace.extent import Extent
from openline.airspace.reference import ConstraintReference, UssAvailability
from openline.app.dss.get_intents import refuse_too_many
from openline.app.dss.rules import availability_of
from openline.app.services import Services
from openline.errors import NotFound
from openline.store.ports import Reader


@dataclass(frozen=True, slots=True)
class FoundConstraints:
    """Constraints, by id, and the availability of their managers."""

    constraints: Sequence[ConstraintReference]
    availability: Mapping[str, UssAvailability]


def get_constraint(services: Services, constraint_id: str) -> FoundConstraints:
    """The one constraint of that id, expired or not. Raises: NotFound, StoreUnavailable."""

    def query(reader: Reader) -> FoundConstraints:
        constraint = reader.constraint(constraint_id)
        if constraint is None:
            raise NotFound(f"there is no constraint {constraint_id}")
        return FoundConstraints([constraint], availability_of(reader, (constraint.manager,)))

    return services.store.read(query)


def query_constraints(
    services: Services, area: Extent, *, at_hand: bool = False
) -> FoundConstraints:
    """Every constraint with a volume that touches the area, whatever the time is now.

    Raises: AreaTooLarge if more than QUERY_RESULTS_MAX were found; StoreUnavailable; NotAtHand.
    """

    def query(reader: Reader) -> FoundConstraints:
        return found_constraints(reader, [area])

    return services.store.read_at_hand(query) if at_hand else services.store.read(query)


def found_constraints(reader: Reader, extents: Sequence[Extent]) -> FoundConstraints:
    """The constraints that touch these extents. Raises: AreaTooLarge."""
    constraints = reader.constraints_matching(extents)
    refuse_too_many(len(constraints), "constraints")
    return FoundConstraints(constraints, availability_of(reader, (c.manager for c in constraints)))
