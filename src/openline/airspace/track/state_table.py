"""What detection needs of all tracks, kept as they change: a look at a large sky costs little more
than what is new in it.

Law: the same states as of a table that is made anew; held by tests/property/test_tracker.
"""

from datetime import datetime
from typing import Final

import numpy as np

from openline.airspace.track.states import TABLE_WIDTH, Rows, States, row_of, states_of
from openline.airspace.track.track import Track

_FIRST_ROWS: Final = 64


class StateTable:
    """One row for each track that is put and not dropped, in no order. Not for several threads."""

    def __init__(self, carry_s: float) -> None:
        self._carry_s = carry_s
        self._rows = np.empty((_FIRST_ROWS, TABLE_WIDTH))
        self._tracks: list[Track] = []
        self._place: dict[Track, int] = {}
        self._changed: set[Track] = set()
        self._origin: datetime | None = None

    def put(self, track: Track) -> None:
        """The track is new or has changed."""
        if track not in self._place:
            self._place[track] = len(self._tracks)
            self._tracks.append(track)
        self._changed.add(track)

    def drop(self, track: Track) -> None:
        """The track is no longer wanted; nothing happens if it never was."""
        place = self._place.pop(track, None)
        if place is None:
            return
        self._changed.discard(track)
        last = self._tracks.pop()
        if last is not track:  # the last one moves into the gap
            self._tracks[place] = last
            self._place[last] = place
            if last not in self._changed:  # else its row comes with the next look, or is not there
                self._rows[place] = self._rows[len(self._tracks)]

    def states(self, now: datetime) -> States:
        """All of them, carried on to `now`."""
        return states_of(self.rows(now), now)

    def rows(self, now: datetime) -> Rows:
        """All of them as they are; the table is only good until the next change."""
        origin = self._origin = self._origin or now
        count = len(self._tracks)
        if count > len(self._rows):
            grown = np.empty((2 * count, TABLE_WIDTH))
            grown[: len(self._rows)] = self._rows
            self._rows = grown
        if self._changed:
            places = [self._place[track] for track in self._changed]
            self._rows[places] = [row_of(t, self._carry_s, origin) for t in self._changed]
            self._changed.clear()
        return Rows(tuple(self._tracks), self._rows[:count], origin)
