"""What the report's pages say: the conflicts as words and numbers, ready for the templates.

Names come from files of strangers: they are cleaned (one line, no control characters) and bounded
here; the templates escape them and isolate their direction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from openline.airspace.conflict import Conflict, VolumeConflict
from openline.airspace.entity import Constraint, Entity, EntityKind, Notice, OperationalIntent
from openline.airspace.find import Findings
from openline.report import words

PICTURES_MAX: Final = 200  # conflicts with pictures; the rest is in the index
INDEX_MAX: Final = 5_000  # rows of the index; a page with more does not open on a phone
PARTS_SHOWN: Final = 4
NAME_MAX: Final = 60  # with these bounds the longest conflict fits one printed page
TEXT_MAX: Final = 120
WIDENINGS_SHOWN: Final = 3
WARNINGS_MAX: Final = 1_000
WARNING_MAX: Final = 1_000  # characters


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of a conflict, as in the table of both sides."""

    letter: str
    party: str
    intent: str
    name: str
    kind: str
    text: str
    source: str
    volume: str
    window: str
    native: str
    ellipsoid: str
    widenings: tuple[str, ...]

    @property
    def label(self) -> str:
        """What identifies it in a list: the name, else the id."""
        return self.name or self.intent


@dataclass(frozen=True, slots=True)
class ConflictView:
    """One conflict: what the index and its own section say."""

    number: int
    anchor: str
    conflict: Conflict
    a: SideView
    b: SideView
    sentence: str
    kind: str
    when: str
    when_lines: tuple[str, str]
    band: tuple[str, ...]
    distance: str
    numbers: tuple[tuple[str, tuple[str, ...]], ...]
    parts: tuple[tuple[str, ...], ...]
    parts_left: int

    @property
    def located(self) -> bool:
        """Whether it has a place, so that there is something to draw."""
        return self.conflict.located


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice without a place, and the conflicts that follow from it."""

    side: SideView
    when: str
    conflicts: tuple[ConflictView, ...]


def tiles(
    findings: Findings, constraints: int | None, notices: int | None
) -> tuple[tuple[str, str], ...]:
    """How much was looked at and found, as (what, number); what is not told is left out."""
    counted = (
        ("Operational intents", findings.intents),
        ("Constraints", constraints),
        ("Notices", notices),
        ("Volumes", findings.volumes),
        ("Candidate pairs", findings.candidates),
        ("Conflicts", len(findings)),
    )
    return tuple((word, f"{number:,}") for word, number in counted if number is not None)


def compared(findings: Findings, constraints: int | None, notices: int | None) -> str:
    """What was looked at: `4 operational intents, 1 constraint and 2 notices`."""
    counts = [words.count(findings.intents, "operational intent")]
    counts += [words.count(constraints, "constraint")] if constraints else []
    counts += [words.count(notices, "notice")] if notices else []
    return " and ".join((", ".join(counts[:-1]), counts[-1])) if counts[1:] else counts[0]


def conflict_views(findings: Findings) -> tuple[ConflictView, ...]:
    """All conflicts in the order of the findings, numbered from 1, as many as the index shows."""
    shown = findings.conflicts[:INDEX_MAX]
    return tuple(conflict_view(number, found) for number, found in enumerate(shown, start=1))


def conflict_view(number: int, conflict: Conflict) -> ConflictView:
    """The words and numbers of one conflict."""
    worst = conflict.parts[0] if conflict.parts else None
    a = _side("A", conflict.a, worst.a_volume if worst else None)
    b = _side("B", conflict.b, worst.b_volume if worst else None)
    names = tuple(
        name
        for entity in (conflict.a, conflict.b)
        for name in (entity.party, entity.id, entity.name or "")
        if name
    )
    return ConflictView(
        number=number,
        anchor=f"conflict-{number}",
        conflict=conflict,
        a=a,
        b=b,
        sentence=words.with_short_names(words.clean(conflict.reason), names, NAME_MAX),
        kind=kind_of(conflict),
        when=words.window(conflict.time_start, conflict.time_end),
        when_lines=words.window_lines(conflict.time_start, conflict.time_end),
        band=_band(conflict),
        distance=_distance(conflict),
        numbers=_numbers(conflict),
        parts=tuple(_part(part, conflict) for part in conflict.parts[:PARTS_SHOWN]),
        parts_left=max(0, len(conflict.parts) - PARTS_SHOWN),
    )


def kind_of(conflict: Conflict) -> str:
    """`Overlap`, or which minima are infringed, or that no place is known."""
    if not conflict.located:
        return "Notice without a place"
    infringed = conflict.infringed
    if not infringed:
        return "Overlap"
    return (
        "Closer than the " + " and ".join(infringed) + " minim" + ("a" if infringed[1:] else "um")
    )


def unlocated(views: Sequence[ConflictView]) -> tuple[NoticeView, ...]:
    """The notices without a place, each with its conflicts, in the order of the conflicts."""
    grouped: dict[tuple[str, str], list[tuple[SideView, Notice, ConflictView]]] = {}
    for view in views:
        if view.located:
            continue
        for side, entity in ((view.a, view.conflict.a), (view.b, view.conflict.b)):
            if isinstance(entity, Notice) and not entity.located:
                grouped.setdefault((entity.party, entity.id), []).append((side, entity, view))
                break  # two such notices: the conflict is shown once
    return tuple(
        NoticeView(
            group[0][0],
            words.window(group[0][1].time_start, group[0][1].time_end),
            tuple(view for _, _, view in group),
        )
        for group in grouped.values()
    )


def _side(letter: str, entity: Entity, volume_number: int | None) -> SideView:
    volume = entity.volumes[volume_number] if volume_number is not None else None
    band = volume.altitude if volume else None
    if volume is not None and volume_number is not None:
        window = words.window(volume.time_start, volume.time_end)
        place = f"{volume_number + 1} of {len(entity.volumes)}"
    else:
        place = "" if entity.volumes else "none: the whole agreed area"
        window = (
            words.window(entity.time_start, entity.time_end) if isinstance(entity, Notice) else ""
        )
    widenings = tuple(words.clean(w, TEXT_MAX) for w in band.widenings) if band else ()
    if len(widenings) > WIDENINGS_SHOWN:
        left = len(widenings) - WIDENINGS_SHOWN
        widenings = (*widenings[:WIDENINGS_SHOWN], f"and {left} more")
    return SideView(
        letter=letter,
        party=words.clean(entity.party, NAME_MAX),
        intent=words.clean(entity.id, NAME_MAX),
        name=words.clean(entity.name or "", NAME_MAX),
        kind=_kind(entity),
        text=words.clean(_text(entity), TEXT_MAX),
        source=words.clean(entity.source or "not stated", TEXT_MAX),
        volume=place,
        window=window,
        native=str(band) if band else "",
        ellipsoid=_both(band.altitude_lower_m, band.altitude_upper_m) if band else "",
        widenings=widenings,
    )


def _kind(entity: Entity) -> str:
    match entity.kind:
        case EntityKind.INTENT if isinstance(entity, OperationalIntent):
            return f"Operational intent, {entity.state.value}, priority {entity.priority}"
        case EntityKind.CONSTRAINT:
            return "Constraint"
        case _:
            return "Notice"


def _text(entity: Entity) -> str:
    if isinstance(entity, Notice):
        return entity.text or ""
    return entity.reason or "" if isinstance(entity, Constraint) else ""


def _both(lower_m: float, upper_m: float) -> str:
    return f"{words.band_m(lower_m, upper_m)} ({words.band_ft(lower_m, upper_m)})"


def _band(conflict: Conflict) -> tuple[str, ...]:
    lower, upper = conflict.altitude_lower_m, conflict.altitude_upper_m
    if lower is None or upper is None:
        return ("not known",)
    return words.band_m(lower, upper), words.band_ft(lower, upper)


def _distance(conflict: Conflict) -> str:
    if conflict.distance_m is None:
        return "not known"
    return words.distance(conflict.distance_m) if conflict.distance_m > 0 else "0: overlap"


def _numbers(conflict: Conflict) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Rows of the table of numbers: what, and the lines of its value."""
    together = conflict.time_gap_s <= 0
    window = words.window(conflict.time_start, conflict.time_end)
    lasting = words.length_of_time(conflict.time_start, conflict.time_end)
    rows: list[tuple[str, tuple[str, ...]]] = [
        ("Time" if together else "Time between them", (window, lasting))
    ]
    if conflict.altitude_lower_m is None or conflict.where is None:
        unknown = ("not known: the notice names no place",)
        return (*rows, ("Altitude", unknown), ("Horizontal distance", unknown))
    gap = conflict.vertical_gap_m or 0.0
    rows.append(("Altitude (WGS-84)", _band(conflict)))
    rows.append(("Horizontal distance", (_distance(conflict),)))
    rows.append(("Vertical gap", (words.height(gap) if gap > 0 else "0: overlap",)))
    seconds = conflict.time_gap_s
    rows.append(("Time gap", (words.duration(seconds) if seconds > 0 else "0: overlap",)))
    infringed = conflict.infringed
    minima = dict(words.minima(conflict.separation))
    less = tuple(f"{word}: less than {minima[word]}" for word in infringed)
    rows.append(("Minima infringed", less or ("the volumes overlap",)))
    rows.append(("Where (WGS-84)", (words.position(conflict.where), words.decimal(conflict.where))))
    return tuple((what, tuple(v for v in value if v)) for what, value in rows)


def _part(part: VolumeConflict, conflict: Conflict) -> tuple[str, ...]:
    """One pair of volumes: A's and B's volume, time, band, distance, vertical gap, time gap."""
    return (
        f"{part.a_volume + 1} of {len(conflict.a.volumes)}",
        f"{part.b_volume + 1} of {len(conflict.b.volumes)}",
        words.window(part.time_start, part.time_end),
        words.band_m(part.altitude_lower_m, part.altitude_upper_m),
        words.distance(part.distance_m) if part.distance_m > 0 else "0",
        words.height(part.vertical_gap_m) if part.vertical_gap_m > 0 else "0",
        words.duration(part.time_gap_s) if part.time_gap_s > 0 else "0",
    )
