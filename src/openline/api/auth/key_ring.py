"""The keys that are trusted now: those of files for good, those of endpoints kept fresh.

A key set that cannot be fetched or read leaves the keys known before in force, however long that
lasts; the log and `age_s` tell of it. A set that was read replaces the old one as a whole, so a key
that its issuer took back is gone within one refresh.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from openline.api.auth.keys import TrustedKey, keys_of_jwks
from openline.errors import OpenlineError

_LOG: Final = logging.getLogger("openline.auth")
UNKNOWN_KID_WAIT_S: Final = 5.0  # between two fetches that strangers' tokens may cause


@dataclass(slots=True)
class KeySet:
    """One source of keys that may change: its name, how to fetch it, what it gave last."""

    name: str
    fetch: Callable[[], bytes]
    keys: tuple[TrustedKey, ...] = ()
    read_at_s: float | None = None  # monotonic

    def refresh(self) -> bool:
        """Fetch and read (blocking); True if the keys are other ones now. Never raises."""
        try:
            found = keys_of_jwks(self.fetch(), self.name)
        except OpenlineError as error:
            self._tell(str(error))
            return False
        except Exception as error:  # whatever a stranger's server does, we go on
            self._tell(f"{self.name}: {type(error).__name__}: {error}")
            return False
        changed = _identities(found) != _identities(self.keys)
        self.keys = found
        self.read_at_s = time.monotonic()
        return changed

    def _tell(self, problem: str) -> None:
        kept = f"the {len(self.keys)} keys known before stay" if self.keys else "no key is known"
        _LOG.warning("key set not refreshed (%s): %s", kept, problem)


class KeyRing:
    """All trusted keys. `generation` counts the changes: whoever caches compares it."""

    def __init__(self, fixed: Sequence[TrustedKey], sets: Sequence[KeySet] = ()) -> None:
        self._fixed = tuple(fixed)
        self._sets = tuple(sets)
        self._lock = asyncio.Lock()
        self._tried_at_s = float("-inf")
        self.generation = 0

    def candidates(self, kid: str | None, algorithm: str) -> tuple[TrustedKey, ...]:
        """The keys that may have signed: those with the token's key id and those without any.

        A token without a key id may be signed by any key of its algorithm.
        """
        known = [*self._fixed, *(key for one in self._sets for key in one.keys)]
        return tuple(
            key
            for key in known
            if key.algorithm == algorithm and (kid is None or key.kid in (None, kid))
        )

    def knows(self, kid: str) -> bool:
        """Whether a key of that id is known."""
        return any(key.kid == kid for one in self._sets for key in one.keys)

    @property
    def is_empty(self) -> bool:
        """Whether no key is known at all, so that every token must be refused."""
        return not self._fixed and not any(one.keys for one in self._sets)

    @property
    def has_sets(self) -> bool:
        """Whether there is anything to keep fresh."""
        return bool(self._sets)

    def age_s(self) -> float:
        """Seconds since the oldest key set was read; 0 without sets, infinite if never read."""
        now = time.monotonic()
        ages = [now - one.read_at_s if one.read_at_s else float("inf") for one in self._sets]
        return max(ages, default=0.0)

    async def refresh(self) -> None:
        """Fetch every key set, off the event loop. Never raises."""
        async with self._lock:
            await self._refresh()

    async def refresh_for_unknown(self) -> bool:
        """Fetch because of an unknown key id, at most every few seconds; True if that was done."""
        async with self._lock:
            if not self._sets or time.monotonic() - self._tried_at_s < UNKNOWN_KID_WAIT_S:
                return False
            await self._refresh()
            return True

    async def keep_fresh(self, interval_s: float) -> None:
        """Refresh for ever; ends by being cancelled."""
        while True:
            await asyncio.sleep(interval_s)
            await self.refresh()

    async def _refresh(self) -> None:
        self._tried_at_s = time.monotonic()
        changed = await asyncio.gather(*(asyncio.to_thread(one.refresh) for one in self._sets))
        if any(changed):
            self.generation += 1


def _identities(keys: Sequence[TrustedKey]) -> set[tuple[str | None, str, object]]:
    return {
        (
            key.kid,
            key.algorithm,
            key.key.public_numbers()
            if hasattr(key.key, "public_numbers")
            else key.key.public_bytes_raw(),
        )
        for key in keys
    }
