"""A server of the demo: its page, where it is, and whose people log in there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from openline.api.demo import DemoBoard
from openline.demo.cable import Cable
from openline.demo.region import OFFICERS, Officer
from openline.demo.review import Reviewed


@dataclass(slots=True)
class Site:
    """One server. parties: whose it is, the one that speaks for it first. url: once it serves.
    review: makes the record a file, and its review. db: its database."""

    parties: tuple[str, ...]
    board: DemoBoard
    review: Callable[[], Reviewed]
    db: Path
    url: str = ""

    @property
    def officers(self) -> tuple[Officer, ...]:
        """The people of its parties."""
        return tuple(one for one in OFFICERS if one.party in self.parties)

    def on_duty(self, party: str = "") -> str:
        """Somebody who may look and say things there, for that party if one is named."""
        parties = (party,) if party else self.parties
        return next(
            one.user for one in self.officers if one.role == "duty" and one.party in parties
        )


@dataclass(frozen=True, slots=True)
class Sites:
    """All servers of a demo, the first is the main one; the cables between them, each way one."""

    all: Sequence[Site]
    cables: Sequence[Cable] = ()

    @property
    def main(self) -> Site:
        """The first."""
        return self.all[0]

    @property
    def are_several(self) -> bool:
        """Whether parties have servers of their own."""
        return len(self.all) > 1

    @property
    def is_cut(self) -> bool:
        """Whether they cannot reach each other."""
        return any(one.is_cut for one in self.cables)

    def of(self, party: str) -> Site:
        """The server of a party."""
        return next(one for one in self.all if party in one.parties)

    def are_settled(self) -> bool:
        """Whether all that was said is where it is to be, as far as it can get there."""
        return self.is_cut or all(one.board.is_settled() for one in self.all)
