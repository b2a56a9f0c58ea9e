"""Many volumes as flat arrays: footprints, altitude limits, times and who they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Final

import numpy as np

from openline.airspace.volume import Volume4D
from openline.geo.altitude import AltitudeReference
from openline.geo.ellipsoid import Floats
from openline.geo.footprint_table import Booleans, FootprintTable, Integers

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DATUMS: Final = {reference: code for code, reference in enumerate(AltitudeReference)}
_AGL: Final = _DATUMS[AltitudeReference.AGL]


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(microsecond: int) -> datetime:
    """The instant so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=int(microsecond))


@dataclass(frozen=True, slots=True)
class VolumeTable:
    """n volumes. start_us, end_us (n,) microseconds since 1970; low_m, high_m (n,) over the
    ellipsoid, outward; low_native_m, high_native_m (n,) in the datums low_datum, high_datum.
    """

    footprints: FootprintTable
    start_us: Integers
    end_us: Integers
    low_m: Floats
    high_m: Floats
    low_native_m: Floats
    high_native_m: Floats
    low_datum: Integers
    high_datum: Integers

    def __len__(self) -> int:
        return len(self.start_us)

    @classmethod
    def of(cls, volumes: Sequence[Volume4D]) -> "VolumeTable":
        """The table of some volumes, in their order."""
        bands = [volume.altitude for volume in volumes]
        times = (microseconds(instant) for v in volumes for instant in (v.time_start, v.time_end))
        start_end = np.fromiter(times, np.int64, 2 * len(bands)).reshape(-1, 2)
        metres = chain.from_iterable(
            (b.altitude_lower_m, b.altitude_upper_m, b.lower.metres(), b.upper.metres())
            for b in bands
        )
        heights = np.fromiter(metres, np.float64, 4 * len(bands)).reshape(-1, 4)
        limits = (_DATUMS[limit.reference] for b in bands for limit in (b.lower, b.upper))
        datums = np.fromiter(limits, np.int64, 2 * len(bands)).reshape(-1, 2)
        return cls(
            FootprintTable.of([volume.footprint for volume in volumes]),
            start_end[:, 0],
            start_end[:, 1],
            heights[:, 0],
            heights[:, 1],
            heights[:, 2],
            heights[:, 3],
            datums[:, 0],
            datums[:, 1],
        )

    @classmethod
    def joined(cls, tables: Sequence["VolumeTable"]) -> "VolumeTable":
        """One table with the volumes of several, in their order; faster than making it anew."""
        if not tables:
            return cls.of(())
        names = [one.name for one in fields(cls) if one.name != "footprints"]
        columns = (np.concatenate([getattr(table, name) for table in tables]) for name in names)
        return cls(FootprintTable.joined([table.footprints for table in tables]), *columns)

    def between(self, low_m: Floats, high_m: Floats) -> "VolumeTable":
        """The same volumes with other limits over the ellipsoid."""
        return replace(self, low_m=low_m, high_m=high_m)


def time_gap_us(a: VolumeTable, i: Integers, b: VolumeTable, j: Integers) -> Integers:
    """Microseconds between the windows; negative where they overlap."""
    result: Integers = np.maximum(a.start_us[i] - b.end_us[j], b.start_us[j] - a.end_us[i])
    return result


def vertical_gap_m(
    a: VolumeTable, i: Integers, b: VolumeTable, j: Integers, *, same_ground: bool
) -> Floats:
    """Metres between the altitude bands; negative where they overlap.

    Limits that face each other in the same datum are compared in it, all others over the
    ellipsoid. Heights above ground count as the same datum only over the same ground.
    """
    result: Floats = np.maximum(
        _limit_gap_m(a, i, b, j, same_ground=same_ground),
        _limit_gap_m(b, j, a, i, same_ground=same_ground),
    )
    return result


def _limit_gap_m(
    above: VolumeTable, i: Integers, below: VolumeTable, j: Integers, *, same_ground: bool
) -> Floats:
    native: Booleans = above.low_datum[i] == below.high_datum[j]
    if not same_ground:
        native = native & (above.low_datum[i] != _AGL)
    result: Floats = np.where(
        native,
        above.low_native_m[i] - below.high_native_m[j],
        above.low_m[i] - below.high_m[j],
    )
    return result
