"""What of the story is computed, in the words of each language: why two conflict, what moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from openline.airspace.advise.words import duration
from openline.api.line.advice_wire import AdviceChange, AdviceWay
from openline.api.line.board_wire import Conflict, Instant, Place
from openline.formats.line_catalogue import ENGLISH, Catalogue
from openline.units import METRES_PER_NAUTICAL_MILE, feet


class Worded(Protocol):
    """A value that has words of its own in each language."""

    def in_words(self, words: Catalogue) -> str:
        """The value in the language of these words."""
        ...


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is a conflict: in English as the server says it, else by its numbers."""

    conflict: Conflict

    def in_words(self, words: Catalogue) -> str:
        """Who, when, how close, at what height over WGS-84, where."""
        facts = self.conflict.facts
        if words.language == ENGLISH:
            return facts.reason
        apart = facts.distance_m or facts.vertical_gap_m or facts.time_gap_s
        lower, upper = facts.altitude_lower_m, facts.altitude_upper_m
        who = self._who() | {"start": _instant(facts.time_start), "end": _instant(facts.time_end)}
        parts = [_console(words, "reason.close" if apart else "reason.overlap", who)]
        if apart or self.conflict.only_unlocated:
            parts.append(self._closeness(words))
        if lower is not None and upper is not None:
            band = {"lower": _height(lower), "upper": _height(upper)}
            parts.append(words.filled(words.phrases["band"], band))
        if facts.where is not None:
            parts.append(_console(words, "conflict.near", {"place": _place(facts.where)}))
        return "; ".join(parts)

    def _who(self) -> dict[str, str]:
        conflict = self.conflict
        own = conflict.own_name or conflict.own_thread[:8]
        other = conflict.other_name or conflict.other_thread[:8]
        return {"own": own, "other": f"{other} ({conflict.other})"}

    def _closeness(self, words: Catalogue) -> str:
        facts = self.conflict.facts
        if self.conflict.only_unlocated:
            return words.console["conflict.unlocated"]
        gaps = {"lateral": _miles(facts.distance_m), "vertical": _length(facts.vertical_gap_m)}
        parts = [_console(words, "conflict.how", gaps)]
        if facts.time_gap_s:
            length = duration(timedelta(seconds=round(facts.time_gap_s)))
            parts.append(_console(words, "conflict.time", {"duration": length}))
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Change:
    """What a way out changes: in English as the server says it, else by its numbers."""

    way: AdviceWay

    def in_words(self, words: Catalogue) -> str:
        """Each change with the numbers of its volumes, unless it is of all of them."""
        changes = self.way.changes
        if words.language == ENGLISH:
            return self.way.words
        if len(changes) == 1 and len(changes[0].volumes) == len(self.way.volumes):
            return _change(words, changes[0])
        parts = []
        for one in changes:
            name = "advice.of.one" if len(one.volumes) == 1 else "advice.of"
            values = {"numbers": _numbers(one.volumes), "change": _change(words, one)}
            parts.append(_console(words, name, values))
        return "; ".join(parts)


def _change(words: Catalogue, one: AdviceChange) -> str:
    parts = []

    def add(name: str, **values: str) -> None:
        parts.append(_console(words, f"advice.{name}", values))

    if one.delay_s:
        length = duration(timedelta(seconds=abs(one.delay_s)))
        add("later" if one.delay_s > 0 else "earlier", duration=length)
    if one.climb_m:
        add("higher" if one.climb_m > 0 else "lower", height=_length(abs(one.climb_m)))
    if one.sideways_m:
        bearing = round(one.bearing_deg or 0.0) % 360
        point = words.console[f"compass.{round(bearing / 45) % 8}"]
        add("sideways", distance=_miles(one.sideways_m), bearing=f"{bearing:03d}° ({point})")
    if one.narrower_m:
        add("narrower", distance=_length(one.narrower_m))
    if one.lost_s:
        add("without", duration=duration(timedelta(seconds=one.lost_s)))
    if not parts:
        return words.console["advice.asis"]
    told = parts[0]
    for part in parts[1:]:
        told = _console(words, "advice.and", {"first": told, "second": part})
    return told


def _console(words: Catalogue, name: str, values: Mapping[str, str]) -> str:
    return words.filled(words.console[name], values)


def _numbers(volumes: Sequence[int]) -> str:
    return ", ".join(str(one + 1) for one in volumes)


def _instant(instant: Instant) -> str:
    return f"{instant[:10]} {instant[11:16]}Z"


def _length(metres: float | None) -> str:
    return "?" if metres is None else f"{metres:,.0f} m ({feet(metres):,.0f} ft)"


def _height(metres: float) -> str:
    return f"{_length(metres)} W84"


def _miles(metres: float | None) -> str:
    return "?" if metres is None else f"{metres / METRES_PER_NAUTICAL_MILE:.1f} NM"


def _place(place: Place) -> str:
    north, east = "NS"[place.lat < 0], "EW"[place.lng < 0]
    return f"{abs(place.lat):.4f}{north} {abs(place.lng):.4f}{east}"
