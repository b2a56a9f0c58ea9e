"""Encounters where minima depend on who meets whom: drones have other minima than airliners."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from openline.airspace.encounter.detector import Detector
from openline.airspace.encounter.join import Search, Sweep
from openline.airspace.encounter.pruning import Encounters, find_encounters, in_order
from openline.airspace.encounter.snapshot import Snapshot
from openline.errors import InvalidInput


def find_encounters_by_class(
    aircraft: Snapshot,
    classes: Sequence[str],
    detectors: Mapping[tuple[str, str], Detector],
    default: Detector,
    lookahead_s: float,
    search: Search | Sweep | None = None,
) -> Encounters:
    """Every pair in loss within the look-ahead, each by the detector of its two classes.

    Args: `classes`: of each aircraft. `detectors`: by pairs of classes, in either order; a pair
        that is not named has the default.
    Raises: InvalidInput for another number of classes, two detectors for one pair of classes.
    Law: the same as asking each pair by brute force; held by tests/property/test_by_class.
    """
    if len(classes) != len(aircraft):
        raise InvalidInput(f"{len(aircraft)} aircraft and {len(classes)} classes", field="classes")
    names, number = np.unique(np.array(list(classes), dtype=str), return_inverse=True)
    known = _by_pair(detectors)
    found = []
    for k, one in enumerate(names.tolist()):
        for m, other in enumerate(names[: k + 1].tolist()):
            member = np.flatnonzero((number == k) | (number == m))
            detector = known.get(frozenset((one, other)), default)
            part = find_encounters(_taken(aircraft, member), detector, lookahead_s, search)
            first, second = member[part.first], member[part.second]
            # Of the two classes together only those of one and the other, once.
            mixed = (number[first] != number[second]) | (k == m)
            found.append(
                Encounters(first[mixed], second[mixed], part.enter_s[mixed], part.exit_s[mixed])
            )
    return in_order(found)


def _by_pair(detectors: Mapping[tuple[str, str], Detector]) -> dict[frozenset[str], Detector]:
    known: dict[frozenset[str], Detector] = {}
    for pair, detector in detectors.items():
        key = frozenset(pair)
        if known.setdefault(key, detector) != detector:
            raise InvalidInput(f"two detectors for {' and '.join(sorted(key))}", field="detectors")
    return known


def _taken(aircraft: Snapshot, rows: Any) -> Snapshot:
    normal = aircraft.normal[rows] if len(aircraft.normal) else aircraft.normal
    others = (aircraft.point_m, aircraft.velocity_mps, aircraft.altitude_m, aircraft.rate_mps)
    return Snapshot(normal, *(column[rows] for column in others))
