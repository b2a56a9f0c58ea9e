"""A recording as reports in order of time: what a replay hands out second by second."""

import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import numpy as np

from openline.airspace.encounter.recording import Samples, usable
from openline.airspace.track.motion import motion_of
from openline.airspace.track.report import Identity, PositionReport
from openline.errors import AreaTooLarge, InvalidInput
from openline.units import METRES_PER_FOOT

ROWS_MAX: Final = 20_000_000  # of one recording in memory: about 1.2 GB
_ICAO24: Final = re.compile("[0-9a-fA-F]{6}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class AltitudeZero(StrEnum):
    """What the altitudes of a recording are counted from."""

    PRESSURE = "pressure"  # altimeters at 1013.25 hPa
    W84 = "W84"  # the ellipsoid


class Recording:
    """Rows of positions, added block by block, then handed out in order of time."""

    def __init__(self, name: str, zero: AltitudeZero) -> None:
        self.name = name
        self.zero = zero
        self.unusable = 0  # rows without time, place or altitude
        self._parts: list[Samples] = []
        self._identities: dict[tuple[str, str], int] = {}
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def add(self, tracks: Sequence[str], labels: Sequence[str], *columns: Any) -> None:
        """A block: columns track, label (numbers into the texts), time_s, latitude, longitude,
        altitude_m. Raises: AreaTooLarge."""
        samples = Samples.of(*columns)
        good = usable(samples)
        self.unusable += int((~good).sum())
        samples = samples.taken(good)
        self._rows += len(samples.time_s)
        if self._rows > ROWS_MAX:
            raise AreaTooLarge(
                f"more than {ROWS_MAX:,} positions", cure="play it in parts", file=self.name
            )
        pairs, number = np.unique(
            np.stack((samples.track, samples.label)), axis=1, return_inverse=True
        )
        known = [
            self._identities.setdefault((tracks[t], labels[k]), len(self._identities))
            for t, k in pairs.T.tolist()
        ]
        mine = np.asarray(known, dtype=np.int64)[number.reshape(-1)]
        self._parts.append(samples._replace(track=mine))

    def span(self) -> tuple[datetime, datetime]:
        """The first and the last instant. Raises: InvalidInput if there are no positions."""
        if not self._rows:
            raise InvalidInput("there are no positions in it", file=self.name)
        low = min(float(p.time_s.min()) for p in self._parts if len(p.time_s))
        high = max(float(p.time_s.max()) for p in self._parts if len(p.time_s))
        return _instant(low), _instant(high)

    def seconds(self) -> Iterator[tuple[datetime, list[PositionReport]]]:
        """For each whole second from the first to the last: its end, and the positions of it.

        Seconds without a position come too, so that what is lost is seen to be lost.
        """
        start, _ = self.span()
        time = np.concatenate([part.time_s for part in self._parts])
        order = np.argsort(time, kind="stable")
        rows = [np.concatenate([getattr(p, n) for p in self._parts])[order] for n in _COLUMNS]
        time = time[order]
        rows += motion_of(rows[0], time, *rows[1:])
        identities = [_identity(track, label) for track, label in self._identities]
        begin = int(start.timestamp())
        edges = np.searchsorted(time, np.arange(begin + 1, int(time[-1]) + 2), side="left")
        first = 0
        for number, last in enumerate(edges.tolist()):
            part = [column[first:last].tolist() for column in (*rows, time)]
            yield (
                _instant(begin + number + 1),
                [
                    self._report(identities[row[0]], *row[1:])
                    for row in zip(*part, strict=True)
                    if identities[row[0]].names()
                ],
            )
            first = last

    def _report(
        self,
        identity: Identity,
        lat: float,
        lng: float,
        altitude_m: float,
        speed_mps: float,
        track_deg: float,
        rate_mps: float,
        time_s: float,
    ) -> PositionReport:
        pressure = self.zero is AltitudeZero.PRESSURE
        return PositionReport(
            feed=self.name,
            identity=identity,
            time=_instant(time_s),
            lat_deg=lat,
            lng_deg=(lng + 180.0) % 360.0 - 180.0,
            pressure_altitude_ft=altitude_m / METRES_PER_FOOT if pressure else None,
            altitude_m=None if pressure else altitude_m,
            speed_mps=_or_none(speed_mps),
            track_deg=_or_none(track_deg),
            vertical_rate_mps=_or_none(rate_mps),
        )


_COLUMNS: Final = ("track", "latitude_deg", "longitude_deg", "altitude_m")


def _identity(track: str, label: str) -> Identity:
    callsign = label if label != track else None
    try:
        if _ICAO24.fullmatch(track):
            return Identity.of(icao24=track, callsign=callsign)
        return Identity.of(uid=track, callsign=callsign)
    except InvalidInput:  # a name that no live feed would have: it is nobody's
        return Identity()


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _instant(seconds: float) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)
