"""The feeds of a server: who sends positions, whether it still does, and how old they are.

Every sender of positions is a feed. It stays in the book when it falls silent: UNKNOWN is no empty
sky. Whoever has sent nothing since the server began is not in it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openline.airspace.track.report import PositionReport
from openline.app.sky.feed_status import FeedState, FeedStatus

FEEDS_MAX: Final = 1_000  # beyond it the one that is silent for the longest is forgotten


@dataclass(frozen=True, slots=True)
class FeedView:
    """A feed as somebody may see it.

    age_s: of its newest position, now; None: there is none, or it speaks of none. rate_per_s:
    positions a second over the last ten, for others than the sender without its own aircraft.
    reason: why something of it could not be used, for the sender alone.
    """

    name: str
    state: FeedState
    age_s: float | None
    rate_per_s: float
    reason: str
    own: bool


@dataclass(slots=True)
class _Feed:
    """Everything of a feed, and what of it everybody may count."""

    whole: FeedStatus
    shown: FeedStatus


@dataclass(slots=True)
class FeedBook:
    """All feeds, by the name of their sender. Times by the clock of the server."""

    _feeds: dict[str, _Feed] = field(default_factory=dict)

    def heard(
        self, name: str, reports: list[PositionReport], sky_now: datetime, now: datetime
    ) -> None:
        """Positions of a message of that sender came in; `sky_now`: the time they are of."""
        feed = self._of(name)
        now_s = now.timestamp()
        newest = max((report.time for report in reports), default=None)
        age_s = None if newest is None else (sky_now - newest).total_seconds()
        feed.whole.heard(now_s, age_s, len(reports))
        if not feed.whole.rate_per_s(now_s):  # it speaks, and has had nothing to tell for a while
            feed.whole.age_s = None
        shown = sum(report.party is None for report in reports)
        if shown:
            feed.shown.heard(now_s, age_s, shown)

    def refused(self, name: str, count: int, reason: str) -> None:
        """So many positions of that sender could not be used."""
        if count:
            self._of(name).whole.refuse(reason, count)

    def view(self, party: str, now: datetime) -> list[FeedView]:
        """All feeds as a party may see them, by name."""
        now_s = now.timestamp()
        return [self._view(feed, party, now_s) for _, feed in sorted(self._feeds.items())]

    def _view(self, feed: _Feed, party: str, now_s: float) -> FeedView:
        whole, own = feed.whole, feed.whole.name == party
        counted = whole if own else feed.shown
        return FeedView(
            whole.name,
            whole.state(now_s),
            whole.age_now_s(now_s),
            counted.rate_per_s(now_s),
            whole.reason if own else "",
            own,
        )

    def _of(self, name: str) -> _Feed:
        found = self._feeds.get(name)
        if found is None:
            if len(self._feeds) >= FEEDS_MAX:
                del self._feeds[min(self._feeds, key=self._heard_s)]
            found = self._feeds[name] = _Feed(FeedStatus(name), FeedStatus(name))
        return found

    def _heard_s(self, name: str) -> float:
        return self._feeds[name].whole.heard_s or 0.0
