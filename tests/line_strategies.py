"""Hypothesis strategies for everything that is said on the line: every kind, every event."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from openline.airspace.volume import Volume4D
from openline.geo.altitude import Altitude, AltitudeBand, ellipsoid_band
from openline.geo.altitude_resolver import resolve_band
from openline.geo.footprint import Footprint
from openline.geo.position import Position
from openline.line.agreement import Channel, Coarseness
from openline.line.duty import DutyKind
from openline.line.event import (
    Alarm,
    AuthorityMissing,
    ClarifyAsked,
    ClosuresDiffer,
    ConflictChanged,
    ConflictClosed,
    ConflictFacts,
    ConflictOpened,
    EndCause,
    Ended,
    Event,
    LinkChanged,
    LinkState,
    NumbersSettled,
    Overdue,
    ProposalChecked,
    Stale,
)
from openline.line.message import bodies as b
from openline.line.message.coarse import CoarseForm
from openline.line.message.envelope import Message
from openline.line.message.kind import (
    AlertLevel,
    AnswerCode,
    Asks,
    Binding,
    CheckMode,
    ClosureReason,
    DispositionState,
    FindingState,
    Kind,
    Missing,
    NoticeKind,
    ReceiptKind,
    UnableReason,
    UrgentAction,
)
from tests.property.traffic_strategies import POLICY, bands, footprints

_NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
PARTIES: Final = ("north", "south", "east.rescue", "a-1")
_Draw = st.DrawFn

# letters of every script, quotes, signs that JSON escapes, characters beyond 16 bits; nothing that
# cannot be printed
letters = st.characters(exclude_categories=["C", "Z"]) | st.sampled_from('"\\/ {}[]:,é日🚁')
message_ids = st.uuids(version=4).map(str)
conflict_ids = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._:-]{0,79}", fullmatch=True)
thread_ids = message_ids | conflict_ids
instants = st.integers(-(10**13), 10**13).map(lambda n: _NOON + timedelta(microseconds=n))
metres = st.floats(-1e6, 1e6)
positions = st.builds(Position, st.floats(-90, 90), st.floats(-180, 180))


def texts(most: int) -> st.SearchStrategy[str]:
    """Text for people, never blank."""
    return st.text(letters, min_size=1, max_size=most).filter(lambda text: bool(text.strip()))


names = texts(b.NAME_MAX)
sentences = texts(b.TEXT_MAX)
maybe_text = st.none() | sentences


@st.composite
def windows(draw: _Draw) -> tuple[datetime, datetime]:
    """A start and a later end."""
    start = draw(instants)
    return start, start + timedelta(microseconds=draw(st.integers(1, 10**12)))


@st.composite
def altitude_bands(draw: _Draw, footprint: Footprint) -> AltitudeBand:
    """Limits of any datum and unit, resolved, or metres over the ellipsoid."""
    if draw(st.booleans()):
        low = draw(st.floats(-500, 5_000))
        return ellipsoid_band(low, low + draw(st.floats(1, 5_000)))
    lower, upper = draw(bands())
    return resolve_band(lower, upper, footprint, POLICY)


@st.composite
def volumes_within(draw: _Draw, start: datetime, end: datetime) -> Volume4D:
    """A volume whose times are in the window."""
    length = (end - start) // timedelta(microseconds=1)
    first = draw(st.integers(0, length - 1))
    last = draw(st.integers(first + 1, length))
    microsecond = timedelta(microseconds=1)
    footprint = draw(footprints)
    band = draw(altitude_bands(footprint))
    return Volume4D(footprint, band, start + first * microsecond, start + last * microsecond)


def _some_volumes(
    window: tuple[datetime, datetime], least: int = 1
) -> st.SearchStrategy[tuple[Volume4D, ...]]:
    return st.lists(volumes_within(*window), min_size=least, max_size=3).map(tuple)


field_contacts = st.builds(
    b.FieldContact,
    names,
    names,
    st.none() | st.floats(0.001, 40_000),
    st.none() | instants,
)


@st.composite
def cells(draw: _Draw) -> str:
    """An S2 cell of level 10 or coarser."""
    bits = 60 - 2 * draw(st.integers(0, 10))  # below the cell's own path
    path = draw(st.integers(0, 6 * 4 ** ((60 - bits) // 2) - 1))
    return f"{(2 * path + 1) << bits:016x}"


@st.composite
def coarse_notices(draw: _Draw) -> b.Notify:
    """A notice in its coarse form."""
    notice, window = draw(st.sampled_from(NoticeKind)), draw(windows())
    shown = draw(st.sampled_from([Coarseness.CELLS, Coarseness.CONFLICTS]))
    some = st.lists(cells(), min_size=1, max_size=4, unique=True)
    told = shown is Coarseness.CELLS and notice is not NoticeKind.UNLOCATED
    place = (tuple(sorted(draw(some))), 0.0, 1_500.0) if told else ()
    of, version = draw(st.binary(min_size=32, max_size=32)), draw(st.integers(1, 99))
    form = CoarseForm(of, version, *place)
    return b.Notify(notice, *window, asks=draw(st.sampled_from(Asks)), show=shown, coarse=form)


@st.composite
def findings(draw: _Draw) -> b.Finding:
    """What a machine finds."""
    state = draw(st.sampled_from(FindingState))
    told = () if state is FindingState.ENDED else (draw(thread_ids), draw(message_ids))
    return b.Finding(state, *told)


@st.composite
def notifies(draw: _Draw) -> b.Notify:
    """A notice of any kind."""
    if draw(st.integers(0, 4)) == 0:
        return draw(coarse_notices())
    notice = draw(st.sampled_from(NoticeKind))
    window = draw(windows())
    unlocated = notice is NoticeKind.UNLOCATED
    movement, site = notice is NoticeKind.MOVEMENT, notice is NoticeKind.SITE
    return b.Notify(
        notice,
        *window,
        () if unlocated else draw(_some_volumes(window)),
        asks=draw(st.sampled_from(Asks)),
        name=draw(st.none() | names),
        flight_class=draw(st.none() | st.sampled_from(["drone", "tanker"])),
        text=draw(maybe_text),
        show=draw(st.none() | st.sampled_from(Coarseness)),
        contact=draw(field_contacts if movement else st.none() | field_contacts),
        confirmed_by=draw(names if site else st.none() | names),
    )


@st.composite
def receipts(draw: _Draw) -> b.Receipt:
    """A receipt of any of the four kinds."""
    kind = draw(st.sampled_from(ReceiptKind))
    told = st.lists(st.builds(b.PassedTo, names, st.none() | instants), min_size=1, max_size=3)
    return b.Receipt(
        kind,
        draw(message_ids),
        tuple(draw(told)) if kind is ReceiptKind.DISSEMINATED else (),
        draw(st.sampled_from(UnableReason)) if kind is ReceiptKind.UNABLE else None,
        draw(maybe_text),
    )


@st.composite
def readbacks(draw: _Draw) -> b.Readback:
    """A read-back."""
    low = draw(st.floats(-1_000, 50_000))
    high = low + draw(st.floats(0, 50_000))
    return b.Readback(draw(message_ids), draw(positions), low, high, *draw(windows()))


@st.composite
def answers(draw: _Draw) -> b.Answer:
    """An answer with any code."""
    code = draw(st.sampled_from(AnswerCode))
    return b.Answer(
        code,
        draw(message_ids),
        draw(instants) if code is AnswerCode.NEED_MORE_TIME else None,
        draw(sentences if code is AnswerCode.ANSWERED else maybe_text),
    )


@st.composite
def proposals(draw: _Draw) -> b.Propose:
    """A proposal."""
    volumes = draw(_some_volumes(draw(windows())))
    return b.Propose(draw(conflict_ids), draw(message_ids), volumes, draw(maybe_text))


@st.composite
def urgents(draw: _Draw) -> b.Urgent:
    """An urgent message with or without a place."""
    return b.Urgent(
        draw(st.sampled_from(UrgentAction)),
        draw(_some_volumes(draw(windows()), least=0)),
        draw(st.none() | positions),
        draw(st.none() | thread_ids),
        draw(maybe_text),
    )


@st.composite
def closures(draw: _Draw) -> b.Closure:
    """A closure, first or revised."""
    window = draw(windows())
    volumes = draw(_some_volumes(window))
    revision = draw(st.integers(1, 10_000))
    return b.Closure(
        draw(names),
        volumes,
        draw(st.sampled_from(ClosureReason)),
        draw(st.sampled_from(Binding)),
        min(volume.time_start for volume in volumes),
        revision,
        draw(message_ids) if revision > 1 else None,
        draw(maybe_text),
    )


@st.composite
def authorities(draw: _Draw) -> b.Authority:
    """Who authorised what."""
    operations = tuple(draw(st.lists(message_ids, max_size=4)))
    request = draw(st.none() | names)
    return b.Authority(draw(names), request, *draw(windows()), operations)


_entries = st.builds(b.Evidence, names, st.integers(1, 2**53))
_files = st.builds(b.Evidence, names, st.none(), st.binary(min_size=32, max_size=32))
_evidence = st.lists(_entries | _files, max_size=3).map(tuple)
_missing = st.lists(st.sampled_from(Missing), min_size=1, unique=True).map(tuple)
_durations = st.integers(1, 86_400 * 10**6).map(lambda n: timedelta(microseconds=n))

BODIES: Final[dict[Kind, st.SearchStrategy[Any]]] = {
    Kind.LINE_CHECK: st.builds(
        b.LineCheck,
        st.sampled_from(CheckMode),
        st.sampled_from(Channel),
        st.none() | message_ids,
    ),
    Kind.NOTIFY: notifies(),
    Kind.AMEND: st.builds(b.Amend, notifies()),
    Kind.CANCEL: st.builds(b.Cancel, maybe_text),
    Kind.RECEIPT: receipts(),
    Kind.READBACK: readbacks(),
    Kind.ANSWER: answers(),
    Kind.CLARIFY: st.builds(b.Clarify, _missing, maybe_text),
    Kind.FINDING: findings(),
    Kind.PROPOSE: proposals(),
    Kind.ACCEPT: st.builds(b.Accept, message_ids),
    Kind.DECLINE: st.builds(b.Decline, message_ids, maybe_text),
    Kind.URGENT: urgents(),
    Kind.ALERT_STATE: st.builds(b.AlertState, st.sampled_from(AlertLevel)),
    Kind.CLOSURE: closures(),
    Kind.INCIDENT: st.builds(
        b.Incident, instants, sentences, st.none() | positions, st.none() | thread_ids
    ),
    Kind.QUERY: st.builds(b.Query, sentences, st.booleans(), st.none() | thread_ids),
    Kind.BREACH: st.builds(b.Breach, names, instants, sentences, _evidence),
    Kind.REPLY: st.builds(b.Reply, sentences, _evidence),
    Kind.DISPOSITION: st.builds(b.Disposition, st.sampled_from(DispositionState), maybe_text),
    Kind.AUTHORITY: authorities(),
    Kind.SUSPEND: st.builds(b.Suspend, names, maybe_text),
    Kind.RESUME: st.builds(b.Resume, names, maybe_text),
    Kind.HANDOVER: st.builds(b.Handover, names, maybe_text),
    Kind.TALK: st.builds(b.Talk, instants, _durations, st.sampled_from(Channel), maybe_text),
}


@st.composite
def messages(draw: _Draw, kind: Kind | None = None) -> Message:
    """A message of that kind, or of any."""
    chosen = kind or draw(st.sampled_from(Kind))
    sender, *others = draw(st.permutations(PARTIES))
    sent = draw(instants)
    message_id = draw(message_ids)
    return Message(
        id=message_id,
        agreement_id="northern-sky-2026",
        agreement_version=draw(st.integers(1, 1_000_000)),
        sender=sender,
        recipients=tuple(others[: draw(st.integers(1, len(others)))]),
        sequence=draw(st.integers(1, 2**53)),
        time_sent=sent,
        time_expires=sent + timedelta(microseconds=draw(st.integers(1, 10**13))),
        thread=message_id if chosen.begins_thread else draw(thread_ids),
        body=draw(BODIES[chosen]),
        officer=draw(st.none() | names),
    )


_parties = st.lists(st.sampled_from(PARTIES), min_size=1, unique=True).map(tuple)
_pairs = st.tuples(thread_ids, thread_ids)
_any_party = st.sampled_from(PARTIES)
_counts = st.integers(0, 1_000)
_seconds = st.floats(0, 1e6)


@st.composite
def conflict_facts(draw: _Draw) -> ConflictFacts:
    """The numbers of a conflict; each that can be unknown is at times."""
    unknown: Callable[..., Any] = lambda values: draw(st.none() | values)  # noqa: E731
    return ConflictFacts(
        *draw(windows()),
        draw(_seconds),
        draw(_seconds),
        draw(_seconds),
        draw(sentences),
        unknown(metres),
        unknown(metres),
        draw(_seconds),
        unknown(metres),
        unknown(metres),
        unknown(positions),
        unknown(thread_ids),
    )


_ages = st.none() | st.integers(-(10**15), 10**15).map(lambda n: timedelta(microseconds=n))
_conflict = (thread_ids, _pairs, _parties, conflict_facts())
_owed = (names, thread_ids, _parties, _any_party, st.sampled_from(DutyKind))

EVENTS: Final[dict[type[Any], st.SearchStrategy[Any]]] = {
    ConflictOpened: st.builds(ConflictOpened, *_conflict),
    ConflictChanged: st.builds(ConflictChanged, *_conflict),
    ConflictClosed: st.builds(ConflictClosed, thread_ids, _pairs, _parties, names),
    ProposalChecked: st.builds(
        ProposalChecked, thread_ids, thread_ids, _parties, st.lists(thread_ids).map(tuple)
    ),
    ClarifyAsked: st.builds(ClarifyAsked, thread_ids, _parties, _missing),
    Overdue: st.builds(Overdue, *_owed, instants),
    Alarm: st.builds(Alarm, *_owed, _counts, _counts, names),
    Ended: st.builds(Ended, thread_ids, _parties, st.sampled_from(EndCause)),
    Stale: st.builds(Stale, thread_ids, _parties),
    LinkChanged: st.builds(LinkChanged, _any_party, _parties, st.sampled_from(LinkState), _ages),
    AuthorityMissing: st.builds(AuthorityMissing, thread_ids, _parties),
    ClosuresDiffer: st.builds(ClosuresDiffer, _pairs, _parties, sentences),
    NumbersSettled: st.builds(NumbersSettled, _any_party, _parties, _counts),
}
events: Final[st.SearchStrategy[Event]] = st.one_of(*EVENTS.values())
altitudes: Final = st.builds(Altitude, metres)
