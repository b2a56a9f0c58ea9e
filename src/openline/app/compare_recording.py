"""Compare a recording with what was declared: tracks in, discrepancies out, second by second."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from openline.airspace.conformance.discrepancy import ConformanceEvent
from openline.airspace.conformance.from_track import observation_of
from openline.airspace.conformance.monitor import ConformanceMonitor
from openline.airspace.conformance.observed import DeclaredOperation
from openline.airspace.conformance.policy import ConformancePolicy
from openline.airspace.entity import OperationalIntent
from openline.airspace.track.played import Recording
from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.track.tracker import Tracker
from openline.errors import InvalidInput
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.footprint import Footprint


@dataclass(slots=True)
class Comparison:
    """Declared operations beside a recording. A track flies the operation that is called as its
    callsign or id; `unused` counts positions that could not be judged, by reason, afterwards.

    Raises: InvalidInput for no operation, or two of one id.
    """

    intents: tuple[OperationalIntent, ...]
    policy: ConformancePolicy = field(default_factory=ConformancePolicy)
    area: Footprint | None = None
    altitudes: AltitudePolicy = field(default_factory=AltitudePolicy)
    unused: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.intents:
            raise InvalidInput("nothing is declared", cure="give a file with operational intents")
        seen: set[str] = set()
        for intent in self.intents:
            if intent.id in seen:
                raise InvalidInput(f"two operational intents have the id {intent.id!r}")
            seen.add(intent.id)

    def events(self, recording: Recording) -> Iterator[ConformanceEvent]:
        """What is told, in order, each change once."""
        monitor = ConformanceMonitor(self.policy, self.area, self.altitudes)
        monitor.declare(DeclaredOperation(intent) for intent in self.intents)
        names = _names(self.intents)
        tracker = Tracker()
        last: dict[str, datetime] = {}
        for now, reports in recording.seconds():
            tracker.update([_declaring(report, names) for report in reports], now)
            moved = [track for track in tracker if last.get(track.id) != track.time]
            last.update((track.id, track.time) for track in moved)
            yield from monitor.observe([observation_of(track) for track in moved], now)
        self.unused = dict(monitor.unused)


def _names(intents: Iterable[OperationalIntent]) -> dict[str, str]:
    """What an aircraft may be called that flies an operation; a name of two operations is none."""
    found: dict[str, set[str]] = {}
    for intent in intents:
        for name in {intent.id, intent.name or intent.id}:
            found.setdefault(name.strip().casefold(), set()).add(intent.id)
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}


def _declaring(report: PositionReport, names: dict[str, str]) -> PositionReport:
    """The report with the operation that its callsign or id is the name of."""
    identity: Identity = report.identity
    for name in (identity.callsign, identity.uid, identity.icao24):
        operation = names.get(name.casefold()) if name else None
        if operation is not None:
            return replace(report, identity=identity._replace(operation_id=operation))
    return report
