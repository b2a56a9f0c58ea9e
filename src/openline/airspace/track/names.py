"""Which track a report is of: by its 24-bit address, its uid, its callsign.

Two names belong to one aircraft once one report carries both. A callsign is used twice by mistake,
so it leads to a track that has surer names only if the place fits too: within `_JOIN_M` and both
accuracies of where the track would be. No name leads to a track with another address or uid.
Errs toward: two tracks for one aircraft, never one track for two.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from openline.airspace.track.plausible import Fix, distance_m
from openline.airspace.track.report import PositionReport
from openline.airspace.track.track import Track

_JOIN_M: Final = 1_000.0
_SHARED_MAX: Final = 8  # tracks that one name may lead to; more share it in name only
_WEAK: Final = ("callsign:", "operation:")


def fits(track: Track, report: PositionReport, time: datetime) -> bool:
    """Whether the report is where the track would be at that time."""
    place, here = track.place_at(time), Fix.of(report, time)
    return distance_m(place, here) <= _JOIN_M + place.spread_m + here.spread_m


class NameTable:
    """From names to tracks; a track's former names are dropped when it gets new ones."""

    def __init__(self) -> None:
        self._tracks: dict[str, list[Track]] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    def put(self, track: Track) -> None:
        """The track answers to its names of now."""
        keys = track.identity.names()
        known = self._names.get(track.id, ())
        if known == keys:
            return
        self._forget(track, known)
        self._names[track.id] = keys
        for key in keys:
            sharing = self._tracks.setdefault(key, [])
            if len(sharing) < _SHARED_MAX:
                sharing.append(track)

    def drop(self, track: Track) -> None:
        """The track answers to nothing any more."""
        self._forget(track, self._names.pop(track.id, ()))

    def candidates(self, report: PositionReport, time: datetime) -> Iterator[Track]:
        """The tracks that may be the report's aircraft, the surest first, each once."""
        seen: list[Track] = []
        for key in report.identity.names():
            sharing = self._tracks.get(key)
            if not sharing or (len(sharing) == 1 and sharing[0] in seen):
                continue
            weak = key.startswith(_WEAK)
            track = _by_place(sharing, report, time) if weak else _by_name(sharing, report)
            if track is not None and track not in seen:
                seen.append(track)
        return iter(seen)

    def _forget(self, track: Track, keys: tuple[str, ...]) -> None:
        for key in keys:
            sharing = self._tracks.get(key, [])
            if track in sharing:
                sharing.remove(track)
            if not sharing:
                self._tracks.pop(key, None)


def _by_name(sharing: list[Track], report: PositionReport) -> Track | None:
    return next((t for t in sharing if not t.identity.contradicts(report.identity)), None)


def _by_place(sharing: list[Track], report: PositionReport, time: datetime) -> Track | None:
    """The one that fits; else one that has no surer name either: there it is a jump."""
    possible = [t for t in sharing if not t.identity.contradicts(report.identity)]
    near = [t for t in possible if fits(t, report, time)]
    if near:
        return near[0]
    if not report.identity.names()[0].startswith(_WEAK):
        return None
    return next((t for t in possible if t.identity.names()[0].startswith(_WEAK)), None)
