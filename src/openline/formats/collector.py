"""Gathers the entities of one file and decides what a bad element does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePath

from openline.airspace.entity import Constraint, Notice, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.errors import AreaTooLarge, InvalidInput
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude import Altitude, AltitudeBand
from openline.geo.altitude_resolver import resolve_band
from openline.geo.footprint import Footprint
from openline.limits import FEATURES_MAX


class Collector:
    """Entities of one file in order; intents with the same party and id become one.

    Readers wrap each element in `with collector.element(...)`: an InvalidInput raised inside gets
    the file and the element; with `skip_invalid` it becomes a warning and reading goes on.
    """

    def __init__(self, source: str, options: ReadOptions) -> None:
        self.source = source
        self.options = options
        self._intents: dict[tuple[str, str], OperationalIntent] = {}
        self._constraints: list[Constraint] = []
        self._notices: list[Notice] = []
        self._warnings: dict[str, None] = {}
        self._skipped: list[InvalidInput] = []
        self._elements = 0

    @contextmanager
    def element(self, name: str, line: int | None = None) -> Iterator[None]:
        """The scope of one element (`features[3]`, `Placemark 'north'`) of the file."""
        self._elements += 1
        if self._elements > FEATURES_MAX:
            raise AreaTooLarge(
                f"more than {FEATURES_MAX:,} elements", cure="split the file", file=self.source
            )
        try:
            yield
        except InvalidInput as error:
            error.at(file=self.source, line=line, element=name)
            if not self.options.skip_invalid:
                raise
            self._skipped.append(error)
            self.warn(f"skipped: {error}")

    def party(self, stated: str | None = None) -> str:
        """The party: the caller's word, else the file's, else the file's stem."""
        stem = PurePath(self.source).stem
        if stem in ("", "-", "<stdin>"):
            stem = "stdin"
        return self.options.party or (stated or "").strip() or stem

    def band(self, lower: Altitude, upper: Altitude, footprint: Footprint) -> AltitudeBand:
        """The limits resolved over the footprint by the caller's policy."""
        return resolve_band(lower, upper, footprint, self.options.altitude)

    def warn(self, sentence: str) -> None:
        """Note something the user should know; the same sentence is kept once."""
        self._warnings[sentence] = None

    def add_intent(self, intent: OperationalIntent) -> None:
        """Add an intent, or its volumes to the one with the same party and id."""
        key = (intent.party, intent.id)
        known = self._intents.get(key)
        if known is not None:
            volumes: tuple[Volume4D, ...] = known.volumes + intent.volumes
            intent = replace(known, volumes=volumes)
        self._intents[key] = intent

    def add_constraint(self, constraint: Constraint) -> None:
        """Add a constraint."""
        self._constraints.append(constraint)

    def add_notice(self, notice: Notice) -> None:
        """Add a notice."""
        self._notices.append(notice)

    def traffic(self) -> Traffic:
        """Everything gathered so far."""
        return Traffic(
            tuple(self._intents.values()),
            tuple(self._constraints),
            tuple(self._notices),
            tuple(
                f"{self.source}: {w}" if not w.startswith("skipped") else w for w in self._warnings
            ),
            tuple(self._skipped),
        )
