"""What of the live sky of a server goes out to others: no more than its own parties may see.

Without parties, what anybody may see. Tracks come as often as they are new; an alert and its end
once each; of what stands on the line, every volume that one of the parties is shown in full.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from openline.airspace.entity import Entity
from openline.airspace.track.entry_alerts import EntryEvent
from openline.airspace.track.pair_alerts import PairEvent
from openline.airspace.track.report import PositionReport
from openline.airspace.track.track import Track
from openline.app.line.services import LineServices
from openline.app.sky.service import SkyService
from openline.app.sky.watch import names_of
from openline.formats.drawing import flat_polygons
from openline.line.agreement import Coarseness
from openline.line.line import Line
from openline.line.masking import shown_to
from openline.line.sky import standing

NOBODY: Final = ""  # sees what anybody may see
VOLUMES_MAX: Final = 2_000  # things that stand; of more those that begin first

Place = tuple[float, float]
Standing = dict[tuple[str, int], Entity]  # by thread and version


@dataclass(frozen=True, slots=True)
class Picked:
    """What is new: positions, and alerts with where they are. And what stands, all of it."""

    positions: list[PositionReport]
    alerts: list[tuple[PairEvent | EntryEvent, Place]]
    standing: Standing


class Outgoing:
    """Picks what goes out to one address. Not for several threads."""

    def __init__(
        self, sky: SkyService, line: LineServices | None = None, parties: Iterable[str] = ()
    ) -> None:
        self._sky = sky
        self._line = line
        self._parties = tuple(sorted(parties)) or (NOBODY,)
        self._position = sky.position
        self._sent: dict[str, datetime] = {}

    def pick(self, now: datetime) -> Picked:
        """What is new since the last time. Raises: StoreUnavailable."""
        stands = {} if self._line is None else self._line.look(self._standing)
        tracks, carry_s = self._tracks(now)
        events: dict[int, object] = {}
        last = self._position
        for party in self._parties:
            found, last = self._sky.events_after(self._position, party)
            events.update((one.number, one.event) for one in found)
        self._position = last
        alerts = [
            (event, _place(event, tracks, stands))
            for _, event in sorted(events.items())
            if isinstance(event, PairEvent | EntryEvent)
        ]
        fresh = [one for one in tracks.values() if self._sent.get(one.id) != one.time]
        self._sent = {one.id: one.time for one in tracks.values()}
        return Picked([one.told(carry_s) for one in fresh if not one.lost], alerts, stands)

    def again(self) -> None:
        """Every track counts as new: what was picked last did not arrive."""
        self._sent = {}

    def _tracks(self, now: datetime) -> tuple[dict[str, Track], float]:
        views = [self._sky.view(party, now) for party in self._parties]
        return {track.id: track for view in views for track in view.tracks}, views[0].carry_s

    def _standing(self, line: Line, _position: int) -> Standing:
        state = line.state
        agreed = state.agreement
        known = set() if agreed is None else {party.id for party in agreed.parties}
        shown = [
            thread
            for thread in (*state.notices, *state.closures)
            if any(
                shown_to(state, thread, party) is Coarseness.FULL
                for party in self._parties
                if party in known
            )
        ]
        found = [one for thread in shown if (one := standing(state, thread)) and one.located]
        found.sort(key=lambda one: (one.time_start, one.thread))
        return {(one.thread, one.version): one.entity for one in found[:VOLUMES_MAX]}


def _place(event: PairEvent | EntryEvent, tracks: dict[str, Track], stands: Standing) -> Place:
    """Where an aircraft of it is that may be shown, else a corner of the volume that it enters;
    where none is known, nowhere."""
    for name in names_of(event):
        if name in tracks:
            return tracks[name].latest.lat_deg, tracks[name].latest.lng_deg
    if isinstance(event, EntryEvent):
        for (thread, _), entity in stands.items():
            if thread == event.entry.thing.id and entity.volumes:
                lng, lat = flat_polygons(entity.volumes[0].footprint)[0][0][0]
                return lat, lng
    return 0.0, 0.0
