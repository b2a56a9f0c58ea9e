"""The keys that one attempt of a change holds, and how it gets more."""

from collections.abc import Mapping, Sequence
from typing import Final

from openline.airspace.extent import Extent
from openline.store.postgres.locks import SKY_KEY, Keys, missing, union
from openline.store.postgres.session import Session

_LOCK: Final = """
    SELECT count(CASE WHEN exclusive THEN pg_advisory_xact_lock(number)
                ELSE pg_advisory_xact_lock_shared(number) END)
    FROM unnest(%b::int8[], %b::bool[]) AS key (number, exclusive)"""
_TRY_LOCK: Final = """
    SELECT CASE WHEN exclusive THEN pg_try_advisory_xact_lock(number)
                ELSE pg_try_advisory_xact_lock_shared(number) END
    FROM unnest(%b::int8[], %b::bool[]) AS key (number, exclusive)"""
# The server's table of locks is shared by all; a change that needs more takes the sky alone.
_KEYS_MAX: Final = 256


class StartOver(Exception):
    """This attempt cannot go on; the next one has a chance if it takes these beforehand."""

    def __init__(self, keys: Keys, extents: Sequence[Extent] = ()) -> None:
        super().__init__("another transaction is in the way")
        self.keys = keys
        self.extents = tuple(extents)


class Locks:
    """The keys that one attempt holds, and how it gets more."""

    def __init__(self, session: Session, enabled: bool) -> None:
        self._session = session
        self._enabled = enabled
        self.held: Keys = {}

    def need(self, wanted: Mapping[int, bool]) -> None:
        """Hold these keys before the next question. Raises: StartOver.

        Waits only for keys behind all that it holds: see `locks`.
        """
        if not self._enabled or self.held.get(SKY_KEY):
            return  # with the sky alone, everything is
        more = missing(self.held, wanted)
        if not more:
            return
        if len(self.held) + len(more) > _KEYS_MAX:
            self._session.fail(StartOver({SKY_KEY: True}))
        numbers, modes = list(more), list(more.values())
        if not self.held or numbers[0] > max(self.held):
            self._wait_for(numbers, modes)
        elif not all(granted for (granted,) in self._session.ask(_TRY_LOCK, numbers, modes)):
            self._session.fail(StartOver(union(self.held, wanted)))
        self.held = union(self.held, more)

    def _wait_for(self, numbers: list[int], modes: list[bool]) -> None:
        before = self._session.last_queued()
        if before is not None and before[0] is _LOCK:  # nothing in between: one statement does
            before[1][0].extend(numbers)
            before[1][1].extend(modes)
        else:
            self._session.queue(_LOCK, numbers, modes)

    def require(self, wanted: Mapping[int, bool]) -> None:
        """Return if these keys have been held since before the last question. Raises: StartOver."""
        if self._enabled and not self.held.get(SKY_KEY) and missing(self.held, wanted):
            self._session.fail(StartOver(union(self.held, wanted)))
