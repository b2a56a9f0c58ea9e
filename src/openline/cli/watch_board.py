"""The live board of `openline watch`: feeds, encounters, what was announced, and the tracks.

Distances are rounded down. What is old is shown with its age; a feed that says nothing is UNKNOWN.
"""

import asyncio
import math
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from openline.airspace.encounter.alerting import AlertLevel
from openline.airspace.track.entry_alerts import VolumeEntry
from openline.airspace.track.pair_alerts import PairLoss
from openline.airspace.track.track import Track
from openline.app.sky.feed_status import FeedState, FeedStatus
from openline.app.sky.watch import SkyWatch
from openline.cli.output import printable
from openline.cli.unruled_table import unruled_table
from openline.formats.alert_words import LEVEL_WORDS, height, thing_words
from openline.units import KNOT_MPS, feet, nautical_miles

_STYLES: Final = {
    AlertLevel.NONE: "dim",
    AlertLevel.PREVENTIVE: "cyan",
    AlertLevel.CORRECTIVE: "yellow",
    AlertLevel.WARNING: "bold red",
}
_FEED_STYLES: Final = {
    FeedState.LIVE: "green",
    FeedState.LATE: "yellow",
    FeedState.UNKNOWN: "bold red",
    FeedState.ENDED: "dim",
}
_DOUBT_SHOWN: Final = timedelta(seconds=60)
_FIXED_LINES: Final = 8  # headings and the lines between the parts


class Board:
    """What is on the screen."""

    def __init__(self, watch: SkyWatch, words: deque[str]) -> None:
        self._watch = watch
        self._words = words

    def render(self, statuses: list[FeedStatus], now: datetime, lines: int) -> RenderableType:
        """The board for a screen of so many lines."""
        watch = self._watch
        encounters = watch.encounters
        room = max(lines - _FIXED_LINES - len(statuses), 6)
        shown = min(len(encounters), max(room // 3, 3))
        entered = min(len(watch.entries), max(room // 5, 2))
        words = list(self._words)[-min(len(self._words), max(room // 5, 2)) :]
        rest = max(room - shown - entered - len(words), 1)
        return Group(
            self._head(now),
            _feeds(statuses, watch),
            self._encounters(encounters, shown),
            *([self._entries(watch.entries, entered)] if len(watch.obstacles) else []),
            *(Text(word, style="dim") for word in words),
            self._tracks(now, rest),
        )

    def _head(self, now: datetime) -> Text:
        minima = self._watch.minima
        count = len(self._watch.states) if self._watch.states is not None else 0
        text = Text(f"{now:%Y-%m-%d %H:%M:%S}Z", style="bold")
        text.append(
            f"  {count:,} aircraft  minima {nautical_miles(minima.lateral_m):g} NM / "
            f"{feet(minima.vertical_m):g} ft, {self._watch.lookahead_s:g} s ahead  q: quit",
            style="not bold",
        )
        return text

    def _encounters(self, encounters: list[PairLoss], rows: int) -> RenderableType:
        if not encounters:
            return Text("no loss of separation predicted", style="dim")
        table = unruled_table("level", "who", "and", ">loss in", ">closest", ">vertical", ">at")
        for loss in encounters[:rows]:
            level = self._watch.level(loss)
            closest = loss.time + timedelta(seconds=loss.closest_s)
            table.add_row(
                LEVEL_WORDS[level],
                printable(loss.first_shown),
                printable(loss.second_shown),
                "now" if loss.enter_s <= 0 else f"{math.floor(loss.enter_s)} s",
                f"{math.floor(nautical_miles(loss.lateral_m) * 100) / 100:.2f} NM",
                height(loss),
                f"{closest:%H:%M:%S}Z",
                style=_STYLES[level],
            )
        more = len(encounters) - rows
        return table if more <= 0 else Group(table, Text(f"and {more:,} more", style="dim"))

    def _entries(self, entries: list[VolumeEntry], rows: int) -> RenderableType:
        if not entries:
            return Text("no entry into a volume predicted", style="dim")
        table = unruled_table("level", "who", "~enters", ">in", ">at")
        for entry in entries[:rows]:
            level = self._watch.entry_level(entry)
            at = entry.time + timedelta(seconds=entry.enter_s)
            table.add_row(
                LEVEL_WORDS[level],
                printable(entry.shown),
                printable(thing_words(entry)),
                "it is" if entry.enter_s <= 0 else f"{math.floor(entry.enter_s)} s",
                f"{at:%H:%M:%S}Z",
                style=_STYLES[level],
            )
        more = len(entries) - rows
        return table if more <= 0 else Group(table, Text(f"and {more:,} more", style="dim"))

    def _tracks(self, now: datetime, rows: int) -> RenderableType:
        tracks = sorted(self._watch.tracker, key=lambda t: (t.lost, t.identity.shown(), t.id))
        table = unruled_table(
            *("aircraft", "address", ">pressure", ">W84", ">speed", ">track", ">age", ">within"),
            *("~feed", "~"),
        )
        for track in tracks[:rows]:
            table.add_row(*_row(track, now), style="dim" if track.lost else "")
        more = len(tracks) - rows
        return table if more <= 0 else Group(table, Text(f"and {more:,} more", style="dim"))


def _row(track: Track, now: datetime) -> tuple[str, ...]:
    speed, east_north = track.speed_mps(), track.velocity_mps
    course = math.degrees(math.atan2(*east_north)) % 360 if east_north and speed else None
    pressure, height_m = track.pressure_altitude_ft(15.0), track.altitude_m(15.0)
    age_s = max((now - track.time).total_seconds(), 0.0)
    remark = "lost" if track.lost else "on the ground" if track.latest.on_ground else ""
    doubt = track.doubt
    if doubt is not None and now - doubt.time < _DOUBT_SHOWN:
        remark = f"set aside {track.doubts}: {doubt.detail}"
    spread = track.spread_m(now)
    return (
        printable(track.identity.shown()),
        track.identity.icao24 or "",
        "" if pressure is None else f"{pressure:,.0f} ft",
        "" if height_m is None else f"{height_m:,.0f} m",
        "" if speed is None else f"{speed / KNOT_MPS:.0f} kt",
        "" if course is None else f"{course:03.0f}",
        f"{age_s:.0f} s",
        f"{spread / 1000:.1f} km" if spread >= 1000 else f"{spread:.0f} m",
        printable(track.latest.feed),
        printable(remark),
    )


def _feeds(statuses: list[FeedStatus], watch: SkyWatch) -> Table:
    now_s = asyncio.get_running_loop().time()
    table = unruled_table("~feed", "state", ">age", ">a second", ">taken", ">refused", "~why")
    for status in statuses:
        state = status.state(now_s)
        taken = watch.feeds.get(status.name)
        doubts = 0 if taken is None else taken.doubts
        reason = status.reason or ("" if taken is None else taken.reason)
        table.add_row(
            printable(status.name),
            Text(state, style=_FEED_STYLES[state]),
            "" if status.age_s is None else f"{status.age_s:.1f} s",
            f"{status.rate_per_s(now_s):.1f}",
            f"{0 if taken is None else taken.accepted:,}",
            f"{status.refused + doubts:,}",
            printable(reason),
        )
    return table
