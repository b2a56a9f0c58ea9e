"""Look up operational intents: by id, or by what touches an area of interest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openline.airspace.extent import Extent
from openline.airspace.reference import IntentReference, UssAvailability
from openline.app.dss.rules import availability_of
from openline.app.services import Services
from openline.errors import AreaTooLarge, NotFound
from openline.limits import QUERY_RESULTS_MAX
from openline.store.ports import Reader


@dataclass(frozen=True, slots=True)
class FoundIntents:
    """Operational intents, by id, and the availability of their managers."""

    intents: Sequence[IntentReference]
    availability: Mapping[str, UssAvailability]


def get_intent(services: Services, intent_id: str) -> FoundIntents:
    """The one intent of that id, expired or not. Raises: NotFound, StoreUnavailable."""

    def query(reader: Reader) -> FoundIntents:
        intent = reader.intent(intent_id)
        if intent is None:
            raise NotFound(f"there is no operational intent {intent_id}")
        return FoundIntents([intent], availability_of(reader, (intent.manager,)))

    return services.store.read(query)


def query_intents(services: Services, area: Extent, *, at_hand: bool = False) -> FoundIntents:
    """Every intent with a volume that touches the area, whatever the time is now.

    Raises: AreaTooLarge if more than QUERY_RESULTS_MAX were found; StoreUnavailable; NotAtHand.
    """

    def query(reader: Reader) -> FoundIntents:
        return found_intents(reader, [area])

    return services.store.read_at_hand(query) if at_hand else services.store.read(query)


def found_intents(reader: Reader, extents: Sequence[Extent]) -> FoundIntents:
    """The intents that touch these extents. Raises: AreaTooLarge."""
    intents = reader.intents_matching(extents)
    refuse_too_many(len(intents), "operational intents")
    return FoundIntents(intents, availability_of(reader, (i.manager for i in intents)))


def refuse_too_many(count: int, what: str) -> None:
    """Raises: AreaTooLarge beyond QUERY_RESULTS_MAX: an answer is whole or it is none."""
    if count > QUERY_RESULTS_MAX:
        raise AreaTooLarge(
            f"{count:,} {what} are there; at most {QUERY_RESULTS_MAX:,} are answered",
            cure="ask for a smaller area, fewer heights or a shorter time",
        )
