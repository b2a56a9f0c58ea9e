"""What flies in the demo: two hundred aircraft on their ways, drones, and those of the story.

Aircraft of the airways are apart by construction: opposite directions and crossing airways have
levels of their own, and on one level all fly at one speed. All of them stay outside of the agreed
area, as careful people do. Positions follow from the seed and the time alone.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from math import atan2, cos, degrees, hypot, pi, sin
from random import Random
from typing import Any, Final, NamedTuple

from openline.demo.region import Place
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

_NM: Final = METRES_PER_NAUTICAL_MILE
_STEP_S: Final = 1.0  # speed and track follow from where it was a second before
_ICAO_FIRST: Final = 0xF00000  # a block that no state uses
_DRONE: Final = "uncrewed"
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Where(NamedTuple):
    """A place and a height in feet over the ellipsoid, which the demo takes for pressure too."""

    east_nm: float
    north_nm: float
    feet: float

    def beyond(self, other: "Where", share: float) -> "Where":
        """On the way from here to there, 0 to 1."""
        return Where(*(a + (b - a) * share for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True, slots=True)
class Leg:
    """Straight on from one instant (seconds from the beginning) to the next."""

    begin_s: float
    end_s: float
    start: Where
    end: Where

    def at(self, time_s: float) -> Where:
        """Where it is at an instant within."""
        return self.start.beyond(self.end, (time_s - self.begin_s) / (self.end_s - self.begin_s))


@dataclass(slots=True)
class Actor:
    """An aircraft of the story, on legs that follow one another. `party` sends its positions;
    `operation` is the thread of the plan that it says it flies. lands: it stands at both ends of
    its way, and is seen there, `waits_s` before it begins; else it comes from elsewhere and goes
    there."""

    icao24: str
    callsign: str
    party: str
    kind: str
    legs: list[Leg] = field(default_factory=list)
    operation: str | None = None
    lands: bool = False
    waits_s: float = 60.0

    def fly(self, begin_s: float, start: Where, *ways: tuple[Where, float]) -> "Actor":
        """Fly from a place at an instant, over places at a speed in m/s each."""
        self.legs = []
        return self.go_on(begin_s, start, *ways)

    def go_on(self, begin_s: float, start: Where, *ways: tuple[Where, float]) -> "Actor":
        """From an instant on fly otherwise; what was to come after it is dropped."""
        self.legs = [leg for leg in self.legs if leg.begin_s < begin_s]
        if self.legs and self.legs[-1].end_s > begin_s:
            last = self.legs[-1]
            self.legs[-1] = Leg(last.begin_s, begin_s, last.start, last.at(begin_s))
        for end, speed_mps in ways:
            length_m = hypot(end.east_nm - start.east_nm, end.north_nm - start.north_nm) * _NM
            climb_m = abs(end.feet - start.feet) * METRES_PER_FOOT
            end_s = begin_s + hypot(length_m, climb_m) / speed_mps
            self.legs.append(Leg(begin_s, end_s, start, end))
            begin_s, start = end_s, end
        return self

    def at(self, time_s: float) -> Where | None:
        """Where it is; None before it begins and after it ended."""
        for leg in self.legs:
            if leg.begin_s <= time_s < leg.end_s:
                return leg.at(time_s)
        if not self.legs or not self.lands:
            return None
        if time_s >= self.legs[-1].end_s:
            return self.legs[-1].end
        return self.legs[0].start if time_s >= self.legs[0].begin_s - self.waits_s else None

    def stands(self, time_s: float) -> bool:
        """Whether it is on the ground."""
        return not any(leg.begin_s <= time_s < leg.end_s for leg in self.legs)


@dataclass(frozen=True, slots=True)
class Lane:
    """One level of an airway: `count` aircraft at one speed, and whoever leaves is followed by
    another one at the other end."""

    name: str
    start: Where
    end: Where
    speed_mps: float
    count: int
    offset: float  # share of the length, 0 to 1

    def flights(self, time_s: float) -> Iterator[tuple[str, Where]]:
        """A name that stays for the whole way, and where it is."""
        length_m = hypot(*(b - a for a, b in zip(self.start[:2], self.end[:2], strict=True))) * _NM
        for slot in range(self.count):
            gone = self.offset + slot / self.count + self.speed_mps * time_s / length_m
            lap, share = divmod(gone, 1.0)
            yield f"{self.name}/{slot}/{int(lap)}", self.start.beyond(self.end, share)


@dataclass(frozen=True, slots=True)
class Hold:
    """A racetrack: two straight minutes and two turns of a minute each."""

    name: str
    fix: Where
    speed_mps: float
    offset: float

    def flights(self, time_s: float) -> Iterator[tuple[str, Where]]:
        """The aircraft in it."""
        leg_nm = self.speed_mps * 60.0 / _NM
        radius_nm = leg_nm / pi
        phase, part = divmod((time_s / 60.0 + self.offset * 4.0) % 4.0, 1.0)
        east, north = {
            0: (leg_nm * part, 0.0),
            1: (leg_nm + radius_nm * sin(pi * part), radius_nm * (1 - cos(pi * part))),
            2: (leg_nm * (1 - part), 2 * radius_nm),
            3: (-radius_nm * sin(pi * part), radius_nm * (1 + cos(pi * part))),
        }[int(phase)]
        fix = self.fix
        yield self.name, Where(fix.east_nm + east, fix.north_nm + north, fix.feet)


@dataclass(frozen=True, slots=True)
class Round:
    """A drone that goes round a place."""

    name: str
    middle: Where
    radius_nm: float
    speed_mps: float

    def flights(self, time_s: float) -> Iterator[tuple[str, Where]]:
        """The drone."""
        angle = self.speed_mps * time_s / (self.radius_nm * _NM)
        east, north = self.radius_nm * cos(angle), self.radius_nm * sin(angle)
        middle = self.middle
        yield self.name, Where(middle.east_nm + east, middle.north_nm + north, middle.feet)


Traffic = Lane | Hold | Round


def background(seed: int) -> tuple[Traffic, ...]:
    """About two hundred aircraft and two dozen drones around the region."""
    chance = Random(seed)  # a story, no secret
    return (*_airways(chance), *_climbs(chance), *_holds(chance), *_drones(chance))


def _airways(chance: Random) -> Iterator[Lane]:
    reach = 400.0
    for number, across in enumerate((58.0, 74.0, -58.0, -74.0)):
        ends = (Where(-reach, across + 4.0, 0.0), Where(reach, across - 4.0, 0.0))
        yield from _airway(f"E{number}", ends, (300, 310, 320, 330), number % 2 == 1, chance)
    for number, across in enumerate((66.0, 84.0, -66.0, -84.0)):
        ends = (Where(across - 5.0, -reach, 0.0), Where(across + 5.0, reach, 0.0))
        yield from _airway(f"N{number}", ends, (350, 360, 370, 380), number % 2 == 1, chance)


def _airway(
    name: str, ends: tuple[Where, Where], levels: Sequence[int], back: bool, chance: Random
) -> Iterator[Lane]:
    start, end = reversed(ends) if back else ends
    for level in levels:
        feet = level * 100.0
        yield Lane(
            f"{name}-{level}",
            start._replace(feet=feet),
            end._replace(feet=feet),
            chance.uniform(225.0, 250.0),
            5,
            chance.random(),
        )


def _climbs(chance: Random) -> Iterator[Lane]:
    """Departures and arrivals, away from the area and below the airways."""
    ways = (
        ("D1", Where(30.0, 62.0, 1_500.0), Where(170.0, 170.0, 24_000.0)),
        ("D2", Where(8.0, -66.0, 1_500.0), Where(140.0, -180.0, 24_000.0)),
        ("A1", Where(-160.0, 160.0, 24_000.0), Where(-45.0, 86.0, 9_000.0)),
        ("A2", Where(-160.0, -170.0, 24_000.0), Where(-52.0, -84.0, 9_000.0)),
    )
    for name, start, end in ways:
        yield Lane(name, start, end, 150.0, 5, chance.random())


def _holds(chance: Random) -> Iterator[Hold]:
    fixes = (Place(-100.0, 70.0), Place(110.0, -70.0), Place(125.0, 78.0))
    for number, fix in enumerate(fixes):
        for level in range(80, 140, 10):
            where = Where(fix.east_nm, fix.north_nm, level * 100.0)
            yield Hold(f"H{number}-{level}", where, 110.0, chance.random())


def _drones(chance: Random) -> Iterator[Round]:
    for side in (-1, 1):
        for number in range(12):
            east = -104.0 + 18.0 * number + (9.0 if side > 0 else 0.0)
            middle = Where(east, side * (61.0 + chance.uniform(0.0, 2.0)), 400.0)
            yield Round(f"U{side}-{number}", middle, chance.uniform(0.4, 0.9), 18.0)


class Sky:
    """Every position at an instant, as the parties send them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._background = background(seed)
        self._names: dict[str, tuple[str, str]] = {}
        self.actors: dict[str, Actor] = {}

    def add(self, name: str, callsign: str, party: str, kind: str) -> Actor:
        """An aircraft of the story; it flies once it has legs."""
        number = 0x00E000 + len(self.actors)
        actor = Actor(f"{_ICAO_FIRST + number:06x}", callsign, party, kind)
        self.actors[name] = actor
        return actor

    def seen(
        self, time_s: float, part: int, parts: int, when: str, own: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """Positions of one of so many parts of the background, and of the story, as a radar sees
        them: not the drones of parties but its own, if it has some. when: the instant as text."""
        found = []
        for number, traffic in enumerate(self._background):
            if number % parts == part:
                before = dict(traffic.flights(time_s - _STEP_S))
                kind = _DRONE if isinstance(traffic, Round) else "aeroplane"
                for name, where in traffic.flights(time_s):
                    icao24, callsign = self._named(name)
                    one = _position(before.get(name), where, when)
                    found.append(one | {"icao24": icao24, "callsign": callsign, "class": kind})
        for actor, values in self._story(time_s, when):
            if not own or actor.party in own or actor.kind != _DRONE:
                found.append(values)
        return found

    def own(self, time_s: float, when: str) -> dict[str, list[dict[str, Any]]]:
        """Positions of the story's aircraft by the party that sends them as its own."""
        found: dict[str, list[dict[str, Any]]] = {}
        for actor, values in self._story(time_s, when):
            sent = values | {"own": True}
            if actor.operation is not None:
                sent["operation_id"] = actor.operation
            found.setdefault(actor.party, []).append(sent)
        return found

    def _story(self, time_s: float, when: str) -> Iterator[tuple[Actor, dict[str, Any]]]:
        for actor in self.actors.values():
            where = actor.at(time_s)
            if where is not None:
                before = actor.at(time_s - _STEP_S)
                names = {"icao24": actor.icao24, "callsign": actor.callsign, "class": actor.kind}
                ground = {"on_ground": True} if actor.stands(time_s) else {}
                yield actor, _position(before, where, when) | names | ground

    def _named(self, name: str) -> tuple[str, str]:
        """Address and callsign that follow from the seed and the name alone."""
        if name not in self._names:
            chance = Random(f"{self._seed}/{name}")
            letters = "".join(chance.choice(_LETTERS) for _ in range(3))
            address = _ICAO_FIRST + 0x010000 + chance.randrange(0x0E0000)
            self._names[name] = f"{address:06x}", f"{letters}{chance.randrange(100, 1000)}"
        return self._names[name]


def _position(before: Where | None, where: Where, when: str) -> dict[str, Any]:
    """A position; speed and track are those of the last second, if it was there."""
    lat, lng = Place(where.east_nm, where.north_nm).position
    found = {
        "time": when,
        "lat": round(lat, 6),
        "lng": round(lng, 6),
        "pressure_altitude_ft": round(where.feet, 1),
        "altitude_m": round(where.feet * METRES_PER_FOOT, 1),
        "accuracy_m": 10.0,
    }
    if before is None:
        return found
    east_m = (where.east_nm - before.east_nm) * _NM
    north_m = (where.north_nm - before.north_nm) * _NM
    return found | {
        "speed_mps": round(hypot(east_m, north_m) / _STEP_S, 2),
        "track_deg": round(degrees(atan2(east_m, north_m)) % 360.0, 2),
        "vertical_rate_mps": round((where.feet - before.feet) * METRES_PER_FOOT / _STEP_S, 2),
    }
