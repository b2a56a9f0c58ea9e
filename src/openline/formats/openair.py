"""OpenAir airspace: read as constraints, written for every volume with a place.

Source: OpenAir terrain and airspace description language 1.0 (WinPilot, 1998/1999) and the
extended format of SeeYou (Naviter, 2.1, 2025).
Read: AC AY AN AI AL AH AA, V X= D= W=, DP DA DB DC DY, `*` comments, TO/TC terrain (skipped);
UTF-8 or Latin-1; any case and spacing of positions and altitudes (see `openair_fields`).
Datum: AMSL, AGL, flight levels as stated; a number alone is feet AMSL. Radii and widths are NM.
Times: the AA intervals of the extended format; without one an airspace is permanent. `AA NONE`
(times by other means) is permanent.
Exact: DC circles and DP polygons. A DY airway is a corridor with round ends.
Errs toward: larger. Arcs are circumscribed, at most 10 m outside (see `geo.arc`); a limit
that is missing or left to another publication (`AH NOTAM`) becomes surface or unlimited, with a
warning; a polygon that is not closed is closed.
Left out: frequencies, stations, transponder codes, label places, pens and brushes, terrain.
`V` values do not outlive their airspace: a missing centre is an error, never the previous one.
"""

import re
from collections import Counter
from typing import Final

from openline.errors import InvalidInput
from openline.formats.collector import Collector
from openline.formats.openair_airspace import Airspace, Record, airspace_of
from openline.formats.openair_write import write
from openline.formats.plain_text import decode_lines, shorten
from openline.formats.traffic import ReadOptions, Traffic

__all__ = ["read", "recognises", "write"]

_RECORD: Final = re.compile(r"([A-Za-z]{1,2})(?:[ \t]+(.*))?$", re.DOTALL)
_OPENING: Final = re.compile(r"^[ \t]*ac[ \t]+\S", re.MULTILINE)
_FOLLOWING: Final = re.compile(r"^[ \t]*(?:an|al|ah|ay|dp|dc|v)[ \t]+\S", re.MULTILINE)
_COMMENTS: Final = ("*", ";", "#")
_TERRAIN: Final = frozenset({"TO", "TC"})


def recognises(head: str) -> bool:
    """Whether the head has an airspace, or nothing but `*` comments so far."""
    if _OPENING.search(head) and _FOLLOWING.search(head):
        return True
    lines = [line.strip() for line in head.split("\n") if line.strip()]
    return len(lines) > 1 and all(line.startswith("*") for line in lines)


def read(data: bytes, source: str, options: ReadOptions) -> Traffic:
    """Every airspace as a constraint. Raises: InvalidInput with file, line and airspace."""
    collector = Collector(source, options)
    ignored = Ignored()
    blocks = _blocks(decode_lines(data, source), ignored)
    if not blocks:
        raise InvalidInput(
            "there is no airspace in it", cure="an AC record begins one", file=source
        )
    seen: Counter[str] = Counter()
    for block in blocks:
        name = next((r.value.strip() for r in block if r.key == "AN"), "") or "without a name"
        with collector.element(f"airspace {shorten(name, 80)!r}", block[0].line):
            airspace = airspace_of(block, ignored.add)
            seen[airspace.id] += 1
            _add(airspace, seen[airspace.id], collector)
    for sentence in ignored.sentences():
        collector.warn(sentence)
    return collector.traffic()


class Ignored:
    """Counts what is read over, by kind, to say it once."""

    def __init__(self) -> None:
        self._first: dict[str, int] = {}
        self._count: Counter[str] = Counter()

    def add(self, kind: str, line: int) -> None:
        """Note one more of a kind."""
        self._first.setdefault(kind, line)
        self._count[kind] += 1

    def sentences(self) -> list[str]:
        """One sentence for each kind."""
        return [
            f"{kind}: {self._count[kind]} ignored, the first on line {line}"
            for kind, line in self._first.items()
        ]


def _blocks(lines: list[str], ignored: Ignored) -> list[list[Record]]:
    """The records of each airspace, from its AC on."""
    blocks: list[list[Record]] = []
    outside = "records before the first AC"
    for number, text in enumerate(lines, start=1):
        line = text.strip()
        if not line or line.startswith(_COMMENTS):
            continue
        match = _RECORD.match(line)
        if match is None:
            ignored.add("lines that are no record", number)
            continue
        record = Record(number, match[1].upper(), match[2] or "")
        if record.key == "AC":
            blocks.append([record])
            outside = ""
        elif record.key in _TERRAIN or outside:
            outside = outside or "records of terrain"
            ignored.add(outside, number)
        else:
            blocks[-1].append(record)
    return blocks


def _add(airspace: Airspace, occurrence: int, collector: Collector) -> None:
    for note in airspace.notes:
        collector.warn(f"{airspace.name}, line {airspace.line}: {note}")
    constraint = airspace.constraint(
        airspace.id if occurrence == 1 else f"{airspace.id} #{occurrence}",
        collector.party(),
        f"{collector.source}, line {airspace.line}",
        collector.band,
    )
    collector.add_constraint(constraint)
