"""What the live sky was: pictures of it, kept for a while and within a bound of memory.

A picture every FINE_S, after FINE_FOR only one in COARSE_S; ROWS_MAX aircraft in all pictures
together (about 53 bytes each) and SPAN at most: the oldest goes first. 5,000 aircraft are kept for
two hours, 400 for a day. Positions are kept to 1 cm, and not carried on.
"""

import math
from collections import deque
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np

from openline.airspace.track.aircraft import AircraftClass
from openline.airspace.track.pair_alerts import PairLoss
from openline.airspace.track.past import PastTrack
from openline.airspace.track.report import Identity
from openline.airspace.track.states import Rows
from openline.airspace.track.track import Track, spread_after_m

FINE_S: Final = 5.0
COARSE_S: Final = 30.0
FINE_FOR: Final = timedelta(minutes=10)
SPAN: Final = timedelta(hours=24)
ROWS_MAX: Final = 2_000_000
ENCOUNTERS_MAX: Final = 100  # of each picture: those with the nearest losses
_PER_DEGREE: Final = 1e7  # 1 cm
_GAP: Final = timedelta(seconds=2 * COARSE_S)  # so long after a picture nothing is known


class Known(NamedTuple):
    """Who an aircraft is. `owner`: who alone may see it; None: everybody."""

    id: str
    identity: Identity
    party: str | None
    aircraft: AircraftClass
    owner: str | None


class Picture(NamedTuple):
    """All aircraft at an instant: who they are, and numbers of each in the same order."""

    time: datetime
    aircraft: tuple[Known, ...]
    places: Any  # (n, 2) int32
    numbers: Any  # (n, 8) float32: see `_NUMBERS`
    on_ground: Any  # (n,) bool
    encounters: tuple[PairLoss, ...]

    def tracks(self, may_see: Callable[[str | None], bool]) -> Iterator[PastTrack]:
        """Those whose owner says so."""
        rows = [row for row, known in enumerate(self.aircraft) if may_see(known.owner)]
        places = (self.places[rows] / _PER_DEGREE).tolist()
        numbers = self.numbers[rows].tolist()
        for row, (lat, lng), said in zip(rows, places, numbers, strict=True):
            yield self._track(row, lat, lng, said)

    def met(self, may_see: Callable[[str | None], bool]) -> Iterator[PairLoss]:
        """The losses that were predicted then, of which somebody may see one aircraft."""
        owners = {known.id: known.owner for known in self.aircraft}
        for loss in self.encounters:
            if may_see(owners.get(loss.first)) or may_see(owners.get(loss.second)):
                yield loss

    def _track(self, row: int, lat: float, lng: float, said: list[float]) -> PastTrack:
        pressure, altitude, east, north, rate, spread, bound, age = said
        known = self.aircraft[row]
        speed = None if math.isnan(east) else math.hypot(east, north)
        return PastTrack(
            known.id,
            known.identity,
            known.party,
            known.aircraft,
            self.time - timedelta(seconds=max(age, 0.0)),
            lat,
            lng,
            _or_none(pressure),
            _or_none(altitude),
            speed,
            None if speed is None else math.degrees(math.atan2(east, north)) % 360.0,
            _or_none(rate),
            bool(self.on_ground[row]),
            spread_after_m(spread, max(age, 0.0), speed, bound),
        )


class SkyHistory:
    """Pictures in order of time. Not for several threads."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}
        self._forget()

    @property
    def begins(self) -> datetime | None:
        """The oldest instant that something is known of."""
        kept = self._coarse or self._fine
        return kept[0].time if kept else None

    @property
    def ends(self) -> datetime | None:
        """The newest instant that something is known of."""
        last = self._last()
        return None if last is None else last.time

    def is_due(self, now: datetime) -> bool:
        """Whether the next picture is to be taken."""
        last = self._last()
        return last is None or not timedelta(0) <= now - last.time < timedelta(seconds=FINE_S)

    def take(
        self,
        rows: Rows,
        owner_of: Callable[[Track], str | None],
        encounters: list[PairLoss],
        now: datetime,
    ) -> None:
        """Keep the picture of now. If the clock went back, all before is forgotten."""
        last = self._last()
        if last is not None and now <= last.time:
            self._forget()
        known, before = {}, self._known
        for track in rows.tracks:
            one = Known(track.id, track.identity, track.party, track.aircraft, owner_of(track))
            same = before.get(track.id)
            known[track.id] = same if same == one else one
        self._known = known
        self._add(_picture(rows, tuple(known.values()), tuple(encounters[:ENCOUNTERS_MAX]), now))

    def at(self, instant: datetime) -> Picture | None:
        """The last picture at or before an instant; None if there is none of so long before."""
        before = chain(reversed(self._fine), reversed(self._coarse))
        found: Picture | None = next((one for one in before if one.time <= instant), None)
        return found if found is not None and instant - found.time <= _GAP else None

    def _forget(self) -> None:
        self._fine: deque[Picture] = deque()
        self._coarse: deque[Picture] = deque()
        self._rows = 0

    def _last(self) -> Picture | None:
        return self._fine[-1] if self._fine else None

    def _add(self, picture: Picture) -> None:
        self._fine.append(picture)
        self._rows += len(picture.aircraft)
        while self._fine[0].time < picture.time - FINE_FOR:
            old = self._fine.popleft()
            if self._coarse and old.time - self._coarse[-1].time < timedelta(seconds=COARSE_S):
                self._rows -= len(old.aircraft)
            else:
                self._coarse.append(old)
        while self._rows > ROWS_MAX or (
            self._coarse and self._coarse[0].time < picture.time - SPAN
        ):
            kept = self._coarse or self._fine
            if len(kept) == 1 and kept is self._fine:
                break
            self._rows -= len(kept.popleft().aircraft)


def _picture(
    rows: Rows, aircraft: tuple[Known, ...], encounters: tuple[PairLoss, ...], now: datetime
) -> Picture:
    table = rows.table
    places = np.rint(table[:, :2] * _PER_DEGREE).astype(np.int32)
    numbers = table[:, 2:10].astype(np.float32)
    numbers[:, 7] = (now - rows.origin).total_seconds() - table[:, 10]
    return Picture(now, aircraft, places, numbers, table[:, 9] > 0, encounters)


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
