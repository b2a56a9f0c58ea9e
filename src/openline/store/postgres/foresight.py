"""Answers that a change will probably want, fetched along with its first question.

A change that begins with an intent or a constraint goes on to ask what touches the places it named.
Asked at once, that costs the database the same and saves a round trip for each question, during
which others wait for this change's locks. What is foreseen stays true until the change itself
writes: the locks on its places keep everybody else out. (Notification indices alone may move on;
see `locks` for who notices.)
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from openline.airspace.extent import Extent
from openline.store.postgres import rows
from openline.store.postgres.indexes import Kind
from openline.store.postgres.reader import PostgresReader, that_touch
from openline.store.postgres.wire import Row, Statement

_READERS: Final[dict[Kind, Callable[[Row], Any]]] = {
    "intent": rows.intent_of,
    "constraint": rows.constraint_of,
    "subscription": rows.subscription_of,
}


class Foresight:
    """What is known of the places of one attempt."""

    def __init__(self, reader: PostgresReader, places: Iterable[Extent]) -> None:
        self._reader = reader
        self._places = tuple(places)
        self._begun = False
        self._known: dict[Kind, tuple[frozenset[Extent], list[Any]]] = {}

    def ask(self, question: Statement, kinds: Sequence[Kind]) -> list[Row]:
        """The answer to a question; if it is the first one, with what touches of these kinds."""
        wanted: dict[Kind, list[Extent]] = {}
        if not self._begun:
            self._begun = True
            for kind in kinds:
                extents = [one for one in self._places if kind != "intent" or _is_bounded(one)]
                if extents:
                    wanted[kind] = extents
        along = [self._reader.candidates(kind, extents) for kind, extents in wanted.items()]
        answer, *others = self._reader.session.ask_all([question, *along])
        for (kind, extents), found in zip(wanted.items(), others, strict=True):
            self._known[kind] = (frozenset(extents), list(map(_READERS[kind], found)))
        return answer

    def matching(self, kind: Kind, extents: Sequence[Extent]) -> list[Any] | None:
        """What touches one of some extents, by id; None if that was not foreseen."""
        if kind not in self._known:
            return None
        places, candidates = self._known[kind]
        return that_touch(candidates, extents) if places.issuperset(extents) else None

    def forget(self, kind: Kind) -> None:
        """The change has written such an entity."""
        self._known.pop(kind, None)


def _is_bounded(extent: Extent) -> bool:
    """Whether something may fly there: the places of subscriptions, which hold much more, have no
    limits of height."""
    return extent.altitude_lower_m is not None or extent.altitude_upper_m is not None
