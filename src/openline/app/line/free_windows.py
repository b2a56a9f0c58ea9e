"""When a place and height on the line are free, as far as a party is shown what stands there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from openline.airspace.advise.obstacles import Sky
from openline.airspace.advise.windows import Taken, Window, free_windows, minus
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D, check_window
from openline.app.line.advise_line import CORNERS_MAX, labels_of, one_of_few
from openline.app.line.check_plan import check_asked
from openline.app.line.services import LineServices
from openline.errors import AreaTooLarge, InvalidTimeRange
from openline.line.line import Line
from openline.line.seen import Seen, SeenSky, Things

PERIOD_MAX: Final = timedelta(days=8)
VOLUMES_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class TakenBy:
    """When something that is shown has the place, with the time minimum on both sides."""

    thread: str
    party: str
    name: str
    time_start: datetime
    time_end: datetime


@dataclass(frozen=True, slots=True)
class VolumeWindows:
    """The free windows of one volume in order, ends included, and who has the rest."""

    free: tuple[Window, ...]
    taken: tuple[TakenBy, ...]


@dataclass(frozen=True, slots=True)
class LineWindows:
    """For each volume when it is free. hidden: what was not looked at: shown as conflicts alone."""

    now: datetime
    entry: int
    volumes: tuple[VolumeWindows, ...]
    hidden: int


@dataclass(frozen=True, slots=True)
class _Around:
    """What is round a volume, taken from the line at one instant."""

    entry: int
    hidden: int
    groups: tuple[tuple[tuple[Separation, tuple[Seen, ...]], ...], ...]  # for each volume
    labels: dict[str, str]
    things: Things


def windows_on_line(
    services: LineServices,
    party: str,
    volumes: tuple[Volume4D, ...],
    period: Window,
    now: datetime,
    flight_class: str | None = None,
) -> LineWindows:
    """When the places of these volumes are free for the party; their own times do not count.

    Exact for each class of flight. Raises: InvalidInput, InvalidTimeRange, AreaTooLarge,
    LimitExceeded.
    """
    check_window(*period)
    if period[1] - period[0] > PERIOD_MAX:
        raise InvalidTimeRange(f"a period of more than {PERIOD_MAX.days} days", field="to")
    if len(volumes) > VOLUMES_MAX:
        raise AreaTooLarge(f"more than {VOLUMES_MAX} volumes", field="volumes")
    stays = [replace(one, time_start=period[0], time_end=period[1]) for one in volumes]

    def ask(line: Line, position: int) -> _Around:
        state = line.state
        check_asked(state, party, flight_class, None)
        sky = services.seen.setdefault(party, SeenSky(party))
        things = sky.renew(state, now)
        groups = tuple(_groups(things, stay, flight_class) for stay in stays)
        names = {one.what.thread for several in groups for _, group in several for one in group}
        labels = labels_of(state, party, sorted(names))
        return _Around(position, sky.hidden, groups, labels, things)

    around = services.look(ask)
    _bounded(around, stays)
    area = around.things.agreed.area
    with one_of_few():
        found = tuple(
            _windows(stay, period, groups, Sky.of((), area), party, around.labels)
            for stay, groups in zip(stays, around.groups, strict=True)
        )
    return LineWindows(now, around.entry, found, around.hidden)


def _groups(
    things: Things, stay: Volume4D, flight_class: str | None
) -> tuple[tuple[Separation, tuple[Seen, ...]], ...]:
    """What is near, by the minima towards it."""
    groups: dict[Separation, list[Seen]] = {}
    for one in things.reached((stay,), things.agreed.widest_separation()):
        minima = things.agreed.separation_between(flight_class, one.what.flight_class)
        groups.setdefault(minima, []).append(one)
    return tuple((minima, tuple(group)) for minima, group in groups.items())


def _bounded(around: _Around, stays: Sequence[Volume4D]) -> None:
    """Raises: AreaTooLarge for more than is looked at in one answer."""
    widest = around.things.agreed.widest_separation()
    effort = around.things.effort(stays, widest)
    if effort > CORNERS_MAX:
        raise AreaTooLarge(
            "there is too much round these volumes for one answer",
            cure="give a shorter period, fewer volumes, or simpler ones",
            field="volumes",
        )


def _windows(
    stay: Volume4D,
    period: Window,
    groups: Sequence[tuple[Separation, tuple[Seen, ...]]],
    empty: Sky,
    party: str,
    labels: dict[str, str],
) -> VolumeWindows:
    taken: list[Taken] = []
    for minima, group in groups:
        sky = Sky.of((one.what.entity for one in group), empty.agreed_area)
        taken += free_windows(stay, period, sky, minima, party=party).taken
    free = minus(period, [(one.time_start, one.time_end) for one in taken])
    named = (
        TakenBy(one.entity.id, one.entity.party, labels[one.entity.id], *_within(one, period))
        for one in sorted(taken, key=lambda one: (one.time_start, one.time_end, one.entity.id))
    )
    return VolumeWindows(tuple(free), tuple(named))


def _within(taken: Taken, period: Window) -> Window:
    return max(taken.time_start, period[0]), min(taken.time_end, period[1])
