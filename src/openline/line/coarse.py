"""The coarse form of a notice made from the notice, and what it is compared as.

Both servers compare the form and not what it hides, so both find the same.
Errs toward: larger. Cells contain the place, SLAB_M high steps of height contain the heights, the
time is all of the notice's. Class of flight is not told: the widest minima hold.
"""

from datetime import datetime
from typing import Final

from openline.airspace.volume import Volume4D
from openline.geo.covering import Cells, cell_polygon
from openline.limits import ALTITUDE_CEILING_M, ALTITUDE_FLOOR_M
from openline.line.agreement import Coarseness
from openline.line.masking import cells_of
from openline.line.message.bodies import Notify
from openline.line.message.coarse import CELL_LEVEL, CELLS_MAX, CoarseForm
from openline.line.thread import Thread

SLAB_M: Final = 1_500.0  # about 5,000 ft
_FINEST: Final = 30


def coarse_form(
    notify: Notify,
    shown: Coarseness,
    of: bytes,
    version: int,
    window: tuple[datetime, datetime],
) -> Notify:
    """What is said in place of a notice to those who are shown no more of it.

    of: SHA-256 of the notice as it was signed. window: the times of one that is shown as conflicts
    alone, which say nothing of its own.
    """
    if shown is Coarseness.CONFLICTS:
        form = CoarseForm(of, version)
        return Notify(notify.notice, *window, asks=notify.asks, show=shown, coarse=form)
    times = (notify.time_start, notify.time_end)
    ids = {cell for volume in notify.volumes for cell in cells_of(volume.footprint)}
    cells = tuple(f"{cell:016x}" for cell in _fewer(ids))
    low, high = _slabs(notify.volumes) if cells else (None, None)
    form = CoarseForm(of, version, cells, low, high)
    return Notify(notify.notice, *times, asks=notify.asks, show=shown, coarse=form)


def volumes_of(notify: Notify) -> tuple[Volume4D, ...]:
    """What a notice is compared as: its volumes, or one for each cell of its coarse form."""
    form = notify.coarse
    if form is None or form.altitude_lower_m is None or form.altitude_upper_m is None:
        return notify.volumes
    band = (form.altitude_lower_m, form.altitude_upper_m)
    times = (notify.time_start, notify.time_end)
    return tuple(Volume4D.over_ellipsoid(cell_polygon(cell), *band, *times) for cell in form.ids)


def version_in(thread: Thread, message_id: str) -> int:
    """Which version of a notice a message of its thread says, counted from 1.

    The same again is the same version.
    """
    version, last = 0, None
    for entry in thread.entries:
        body = entry.message.body
        notify = body if isinstance(body, Notify) else getattr(body, "notice", None)
        if isinstance(notify, Notify):
            version += notify != last
            last = notify
        if entry.message.id == message_id:
            break
    return max(version, 1)


def _fewer(cells: set[int]) -> Cells:
    """Cells that contain these, at most CELLS_MAX, ascending, none inside another."""
    level = CELL_LEVEL
    found = _outermost(cells)
    while len(found) > CELLS_MAX:
        level -= 1
        found = _outermost({_parent(cell, level) for cell in found})
    return tuple(sorted(found))


def _outermost(cells: set[int]) -> set[int]:
    """Those that no other one contains."""
    levels = {(cell & -cell).bit_length() for cell in cells}
    wider = {cell: [_at(cell, bits) for bits in levels if bits > _bits(cell)] for cell in cells}
    return {cell for cell in cells if not cells.intersection(wider[cell])}


def _parent(cell: int, level: int) -> int:
    """The cell of that level that contains it; itself if it is no finer."""
    bits = 2 * (_FINEST - level) + 1
    return _at(cell, bits) if bits > _bits(cell) else cell


def _bits(cell: int) -> int:
    return (cell & -cell).bit_length()


def _at(cell: int, bits: int) -> int:
    least = 1 << (bits - 1)
    return (cell & -least) | least


def _slabs(volumes: tuple[Volume4D, ...]) -> tuple[float, float]:
    low = min(volume.altitude_lower_m for volume in volumes)
    high = max(volume.altitude_upper_m for volume in volumes)
    lower = SLAB_M * (low // SLAB_M)
    upper = SLAB_M * -(-high // SLAB_M)
    upper = max(upper, lower + SLAB_M)
    return max(lower, ALTITUDE_FLOOR_M), min(upper, ALTITUDE_CEILING_M)
