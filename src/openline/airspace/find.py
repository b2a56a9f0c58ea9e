"""All conflicts among many entities: candidates from an index, exact refinement after it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np

from openline.airspace.candidates import may_conflict
from openline.airspace.conflict import Conflict, VolumeConflict
from openline.airspace.conflict_builder import (
    located_conflict,
    severity,
    unlocated_conflict,
    volume_conflicts,
)
from openline.airspace.detect import is_unlocated, overlapping
from openline.airspace.detector import Detection, detect
from openline.airspace.entity import Constraint, Entity, EntityKind, Notice, OperationalIntent
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume_table import VolumeTable
from openline.geo.footprint import Footprint
from openline.geo.footprint_table import Booleans, Integers

Progress = Callable[[int, int], None]  # done, total; in candidate pairs

_PAIRS_AT_ONCE: Final = 50_000
_PARALLEL_FROM: Final = 100_000  # candidates; below it threads cost more than they save


@dataclass(frozen=True, slots=True)
class Findings:
    """The conflicts, worst first, and what was looked at. Iterates over the conflicts."""

    conflicts: tuple[Conflict, ...]
    separation: Separation
    intents: int
    volumes: int
    candidates: int

    def __iter__(self) -> Iterator[Conflict]:
        return iter(self.conflicts)

    def __len__(self) -> int:
        return len(self.conflicts)

    def __getitem__(self, index: int) -> Conflict:
        return self.conflicts[index]


def find_conflicts(
    intents: Iterable[OperationalIntent],
    constraints: Iterable[Constraint] = (),
    separation: Separation = INTERSECTION,
    *,
    notices: Iterable[Notice] = (),
    all_pairs: bool = False,
    agreed_area: Footprint | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Every pair of entities closer than the minima; of different parties unless `all_pairs`.

    Constraints are not compared with each other. A notice with a place is compared like an intent;
    one without conflicts with everything of other parties in its time, within the agreed area
    (everywhere, if none is given).

    Errs toward: not reporting, by at most limits.RESOLUTION_M laterally and vertically.
    Laws: those of `detect.conflict`, and: the result is that of `conflict` on every pair.
    """
    entities: tuple[Entity, ...] = (*intents, *constraints, *notices)
    located = [entity for entity in entities if not is_unlocated(entity)]
    sky = _Sky.of(located, all_pairs=all_pairs)
    pairs_i, pairs_j = sky.candidates(separation)
    conflicts = sky.conflicts(pairs_i, pairs_j, separation, progress)
    unlocated = [e for e in entities if isinstance(e, Notice) and not e.located]
    conflicts += _unlocated_conflicts(unlocated, entities, separation, all_pairs, agreed_area)
    conflicts.sort(key=_worst_first)
    return Findings(
        tuple(conflicts),
        separation,
        sum(entity.kind is EntityKind.INTENT for entity in entities),
        len(sky.table),
        len(pairs_i),
    )


def _worst_first(found: Conflict) -> tuple[bool, float, object, str]:
    gaps = (found.distance_m or 0.0, found.vertical_gap_m or 0.0, found.time_gap_s)
    return not found.located, severity(*gaps, found.separation), found.time_start, found.id


@dataclass(frozen=True, slots=True)
class _Sky:
    """All located entities and their volumes. entity, owner, constraint, number: per volume;
    number counts the volumes of one entity, owners are parties, or entities for all pairs.
    """

    entities: Sequence[Entity]
    table: VolumeTable
    entity: Integers
    owner: Integers
    constraint: Booleans
    number: Integers

    @classmethod
    def of(cls, entities: Sequence[Entity], *, all_pairs: bool) -> "_Sky":
        counts = np.array([len(e.volumes) for e in entities], dtype=np.int64)
        entity = np.repeat(np.arange(len(entities)), counts)
        parties: dict[str, int] = {}
        party = np.array([parties.setdefault(e.party, len(parties)) for e in entities], np.int64)
        constraint = np.array([e.kind is EntityKind.CONSTRAINT for e in entities], np.bool_)
        return cls(
            entities,
            VolumeTable.of(list(chain.from_iterable(e.volumes for e in entities))),
            entity,
            entity if all_pairs else party[entity],
            constraint[entity],
            np.arange(len(entity)) - (np.cumsum(counts) - counts)[entity],
        )

    def candidates(self, separation: Separation) -> tuple[Integers, Integers]:
        """Pairs of volumes worth an exact look; the volume of the earlier entity first."""
        chunks = []
        for i, j in may_conflict(self.table, separation, self.owner):
            keep = ~(self.constraint[i] & self.constraint[j])
            chunks.append(np.sort(np.stack((i[keep], j[keep])), axis=0).astype(np.int32))
        if not chunks:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        pairs = np.concatenate(chunks, axis=1)
        order = np.lexsort((pairs[1], pairs[0]))
        return pairs[0][order], pairs[1][order]

    def conflicts(
        self,
        i: Integers,
        j: Integers,
        separation: Separation,
        progress: Progress | None,
    ) -> list[Conflict]:
        """The conflicts among candidate pairs, by entity."""
        total = len(i)
        starts = range(0, total, _PAIRS_AT_ONCE)

        def look(start: int) -> Detection:
            some = slice(start, start + _PAIRS_AT_ONCE)
            return detect(self.table, i[some], self.table, j[some], separation)

        found: dict[tuple[int, int], list[VolumeConflict]] = {}
        with ThreadPoolExecutor(None if total >= _PARALLEL_FROM else 1) as threads:
            for start, detection in zip(starts, threads.map(look, starts), strict=True):
                self._gather(detection, found)
                if progress is not None:
                    progress(min(start + _PAIRS_AT_ONCE, total), total)
        return [
            located_conflict(self.entities[a], self.entities[b], separation, parts)
            for (a, b), parts in found.items()
        ]

    def _gather(
        self, detection: Detection, found: dict[tuple[int, int], list[VolumeConflict]]
    ) -> None:
        i, j = detection.i, detection.j
        parts = volume_conflicts(self.table, self.table, detection, self.number[i], self.number[j])
        sides = zip(self.entity[i].tolist(), self.entity[j].tolist(), strict=True)
        for side, part in zip(sides, parts, strict=True):
            found.setdefault(side, []).append(part)


def _unlocated_conflicts(
    notices: Sequence[Notice],
    entities: Sequence[Entity],
    separation: Separation,
    all_pairs: bool,
    agreed_area: Footprint | None,
) -> list[Conflict]:
    """Each notice without a place against everything of others that may be in the agreed area."""
    conflicts = []
    seen: set[str] = set()
    concerned = entities if agreed_area is None else _within(agreed_area, entities)
    of_others = {
        party: [one for one in concerned if all_pairs or one.party != party]
        for party in {notice.party for notice in notices}
    }
    for notice in notices:
        for entity in of_others[notice.party]:
            if entity is notice:
                continue
            found = unlocated_conflict(notice, entity, separation)
            if found is not None and found.id not in seen:
                seen.add(found.id)
                conflicts.append(found)
    return conflicts


def _within(area: Footprint, entities: Sequence[Entity]) -> list[Entity]:
    """Entities with a volume over the area, and those whose place is not known."""
    located = [entity for entity in entities if not is_unlocated(entity)]
    volumes = list(chain.from_iterable(entity.volumes for entity in located))
    owners = chain.from_iterable([id(entity)] * len(entity.volumes) for entity in located)
    hits = overlapping(area, volumes) if volumes else []
    inside = {owner for owner, hit in zip(owners, hits, strict=True) if hit}
    return [entity for entity in entities if is_unlocated(entity) or id(entity) in inside]
