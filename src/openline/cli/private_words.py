"""A private check in words: what to carry, the verdict, and what that is worth."""

import math
from collections.abc import Iterator
from datetime import datetime
from textwrap import wrap
from typing import Final

from openline.app.private.carried import session_name
from openline.app.private.check import Session
from openline.app.private.kept import Kept
from openline.app.private.told import Met, around, met_volumes, span
from openline.cli.table import minima_words
from openline.formats.instants import format_instant
from openline.line.private.grid import Grid
from openline.line.private.verdict import GUARANTEES, NEXT, WORDS, Verdict, VerdictKind
from openline.report.words import position
from openline.units import METRES_PER_FOOT, METRES_PER_NAUTICAL_MILE

_HEADS: Final = {
    VerdictKind.NO_OVERLAP_FOUND: "NO OVERLAP FOUND",
    VerdictKind.OVERLAP: "OVERLAP",
    VerdictKind.UNKNOWN: "UNKNOWN",
}
_WIDTH: Final = 100


def verdict_lines(session: Session | None, verdict: Verdict, now: datetime) -> Iterator[str]:
    """A verdict to read, with what it does and does not say."""
    if verdict.expired(now):
        yield "EXPIRED: this says nothing any more, and counts as an overlap. Ask again. It was:"
    yield _headline(session, verdict)
    if session is not None and verdict.kind is VerdictKind.OVERLAP:
        for one in met_volumes(session):
            yield from _met_lines(one, session.own.terms.grid)
        yield f"On a map: `openline private show {session_name(session)} --geojson OUT`"
        yield "Next: talk to them by voice, or propose a change of the smallest volume."
    if verdict.reason is not None:
        yield f"Treat it as an overlap. Next: {NEXT[verdict.reason]}."
    if session is not None:
        yield from _frame_lines(session, verdict)
    yield ""
    yield "What this says, and what it does not:"
    for number, sentence in enumerate(GUARANTEES, start=1):
        plain = sentence.replace("*", "")
        yield from wrap(
            f"{number}. {plain}", _WIDTH, initial_indent="  ", subsequent_indent="     "
        )


def list_lines(kept: list[Kept], now: datetime) -> Iterator[str]:
    """The sessions that are kept, one on a line."""
    if not kept:
        yield "no session is kept here"
    for one in kept:
        session = one.session
        how = "asked" if one.first else "was asked by"
        verdict = session.verdict
        state = _state(verdict, now)
        drawn = "; drawn for opening" if session.to_be_opened else ""
        made = format_instant(session.own.made.replace(microsecond=0))
        yield f"{session_name(session)}  {made}  {one.party} {how} {one.peer}: {state}{drawn}"


def _state(verdict: Verdict | None, now: datetime) -> str:
    if verdict is None:
        return "no verdict: counts as an overlap"
    if verdict.expired(now):
        return f"expired: counts as an overlap (was {_HEADS[verdict.kind]})"
    return _HEADS[verdict.kind]


def _headline(session: Session | None, verdict: Verdict) -> str:
    head = _HEADS[verdict.kind]
    if verdict.reason is not None:
        detail = f" ({verdict.detail})" if verdict.detail else ""
        return f"{head}: {WORDS[verdict.reason]}{detail}"
    peer = session.own.recipient if session is not None else "the peer"
    if verdict.kind is VerdictKind.NO_OVERLAP_FOUND:
        if session is not None and not session.opening.asks:
            return f"{head}, for there was no plan to ask about"
        return f"{head} with what {peer} used"
    count = len(met_volumes(session)) if session is not None else 0
    what = "1 of your volumes shares" if count == 1 else f"{count} of your volumes share"
    return f"{head}: {what} {_items(len(verdict.items))} of the grid with {peer}"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def _met_lines(one: Met, grid: Grid) -> Iterator[str]:
    low_m, high_m, start, end = span(one.items, grid)
    cells = len({item.cell for item in one.items})
    yield f"  {one.plan}, volume {one.number}"
    yield (
        f"    yours:  {one.altitude}, {format_instant(one.time_start)} to "
        f"{format_instant(one.time_end)}"
    )
    yield (
        f"    shared: {low_m / METRES_PER_FOOT:,.0f} to {high_m / METRES_PER_FOOT:,.0f} ft over "
        f"WGS-84, {format_instant(start)} to {format_instant(end)}"
    )
    middle, radius_m = around(one.items)
    reach = math.ceil(radius_m / METRES_PER_NAUTICAL_MILE * 10) / 10
    where = f"within {reach:.1f} NM of {position(middle)}"
    yield f"            {'in 1 cell' if cells == 1 else f'in {cells} cells'}, {where}"


def _frame_lines(session: Session, verdict: Verdict) -> Iterator[str]:
    terms, own = session.own.terms, session.own
    scope, grid = terms.scope, terms.grid
    where = f"in {len(scope.sector)} cells" if scope.sector else "everywhere"
    yield (
        f"Looked {where} from {format_instant(grid.slot_start(scope.first))} to "
        f"{format_instant(grid.slot_start(scope.end))}, under {terms.agreement} version "
        f"{terms.version}. {minima_words(terms.minima)}"
    )
    if verdict.as_of is not None and verdict.expires is not None:
        yield (
            f"As of {format_instant(verdict.as_of.replace(microsecond=0))}; it says nothing after "
            f"{format_instant(verdict.expires.replace(microsecond=0))}."
        )
    if session.to_be_opened:
        yield (
            f"This session was drawn: when the flights are over, run `openline private open "
            f"{session_name(session)} OUT` and give OUT to {own.recipient}."
        )
