"""An agreement and its changes in words."""

from collections.abc import Iterator
from datetime import timedelta

from openline.airspace.separation import Separation
from openline.app.compare_agreements import Change
from openline.cli.table import minima_words
from openline.formats.instants import format_instant
from openline.formats.json_text import encode
from openline.line.agreement import Agreement, Party, SeenBy
from openline.line.fingerprint import fingerprint
from openline.line.private.terms import PrivateTerms
from openline.units import METRES_PER_FOOT

_SHOWN_MAX = 120


def words(agreement: Agreement) -> Iterator[str]:
    """What an agreement says, a line at a time."""
    yield f"{agreement.id}, version {agreement.version}"
    start, end = format_instant(agreement.time_start), format_instant(agreement.time_end)
    yield f"valid from {start} to before {end}"
    yield minima_words(agreement.separation)
    for one in agreement.class_minima:
        yield f"  between {one.classes[0]} and {one.classes[1]}: {_minima(one.separation)}"
    notice, query, check = agreement.notice, agreement.query, agreement.line_check
    yield f"notices: LATE with less than {_time(notice.lead_time)} to the start"
    yield (
        f"  machine receipt within {_time(notice.receipt_within)}, read by a duty officer within "
        f"{_time(notice.read_within)}"
    )
    if notice.disseminated_within is not None:
        yield f"  passed to the crews within {_time(notice.disseminated_within)}"
    alarms = ", ".join(_time(alarm) for alarm in notice.urgent_alarms)
    yield f"  URGENT: alarms after {alarms}, then up the ladder"
    yield (
        f"questions: answered within {_time(query.answer_within)}, urgent ones within "
        f"{_time(query.urgent_within)}"
    )
    if agreement.authority.shown_after is not None:
        yield (
            "plans without authority: the others are told "
            f"{_time(agreement.authority.shown_after)} after their own side"
        )
    yield (
        f"line checks: by machine every {_time(check.machine_every)}, by people every "
        f"{_time(check.human_every)}; UNKNOWN after {check.unknown_after_missed} missed"
    )
    if agreement.private is not None:
        yield from _private(agreement.private)
    if agreement.positions_seen_by is SeenBy.PARTIES:
        yield "aircraft that somebody merely sees are shown to the parties and their members alone"
    for party in agreement.parties:
        yield from _party(party)


def _private(terms: PrivateTerms) -> Iterator[str]:
    grid = terms.grid
    yield (
        f"private checks: S2 level {grid.level} x {grid.slab_m / METRES_PER_FOOT:g} ft x "
        f"{_time(grid.slot)}, clocks within {_time(grid.clock)}"
    )
    sizes = ", ".join(f"{bucket:,}" for bucket in terms.buckets)
    yield (
        f"  sets of {sizes} items; {terms.questions_per_hour} questions an hour, at most "
        f"{_time(terms.horizon)} ahead"
    )
    yield (
        f"  an answer holds for {_time(terms.expiry)}, one that was carried for "
        f"{_time(terms.carried_expiry)}"
    )


def _party(party: Party) -> Iterator[str]:
    yield f"party {party.id}: {party.name}"
    yield f"  key {' '.join(fingerprint(party.public_key))}"
    if party.answers_for:
        yield f"  answers for {', '.join(party.answers_for)}"
    yield f"  ladder: {', then '.join(party.ladder)}"
    channels = ", ".join(channel.value for channel in party.channels)
    frequencies = ", ".join(f"{value:g} MHz" for value in party.frequencies_mhz)
    yield f"  channels: {channels}" + (f"; {frequencies}" if frequencies else "")
    for contact in party.contacts:
        ways = ", ".join(way for way in (contact.phone, contact.email) if way)
        yield f"  {contact.role}: {ways}"
    shown = "".join(f", {name} {how.value}" for name, how in party.shows_to)
    yield f"  shows of its plans: {party.shows.value}{shown}"
    if party.positions_to:
        yield f"  shows its own aircraft to: {', '.join(party.positions_to)}"


def change_words(change: Change) -> str:
    """One change in words; what is long, as an area, only as changed."""
    if change.field == "area":
        return "area: changed"
    direction = change.direction()
    note = f" ({direction})" if direction else ""
    if change.old is None:
        return f"{change.field}: new, {_value(change.new)}"
    if change.new is None:
        return f"{change.field}: removed, was {_value(change.old)}"
    return f"{change.field}: {_value(change.old)} -> {_value(change.new)}{note}"


def _value(value: object) -> str:
    text = value if isinstance(value, str) else encode(value)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"


def _minima(separation: Separation) -> str:
    return minima_words(separation).removeprefix("Minima: ").removesuffix(".")


def _time(duration: timedelta) -> str:
    seconds = duration.total_seconds()
    for unit, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * unit and seconds % unit == 0:
            return f"{seconds / unit:g} {word}"
    return f"{seconds:g} s"
