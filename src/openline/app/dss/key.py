"""The key: proof that a planner knows every relevant entity."""

from collections.abc import Sequence

from openline.airspace.entity import IntentState
from openline.airspace.extent import Extent
from openline.airspace.reference import UssAvailability
from openline.app.dss.rules import availability_of
from openline.errors import MissingOvns
from openline.store.ports import Reader


def require_key(
    reader: Reader,
    intent_id: str,
    extents: Sequence[Extent],
    key: frozenset[str],
    *,
    with_constraints: bool,
) -> None:
    """Return if the key names the OVN of every entity that touches the extents.

    The party's own other intents count; the intent itself does not, nor an Accepted intent of a
    manager that is Down. OVNs of nothing relevant are ignored.
    Raises: MissingOvns with `intents`, `constraints` and the `availability` of their managers.
    """
    lacking = [
        intent
        for intent in reader.intents_matching(extents)
        if intent.ovn not in key and intent.id != intent_id
    ]
    availability = availability_of(reader, (intent.manager for intent in lacking))
    intents = [
        intent
        for intent in lacking
        if intent.state is not IntentState.ACCEPTED
        or availability[intent.manager] is not UssAvailability.DOWN
    ]
    constraints = [
        constraint
        for constraint in (reader.constraints_matching(extents) if with_constraints else ())
        if constraint.ovn not in key
    ]
    if intents or constraints:
        raise MissingOvns(
            f"the key lacks the OVNs of {len(intents)} operational intents "
            f"and {len(constraints)} constraints",
            cure="get their details from their managers, plan around them and name their OVNs",
            intents=intents,
            constraints=constraints,
            availability=availability
            | availability_of(reader, (constraint.manager for constraint in constraints)),
        )
