"""The live traffic of a server, by its settings and its agreement."""

from collections.abc import Callable
from datetime import datetime

from openline.app.configuration import Configuration
from openline.app.line.services import LineServices
from openline.app.sky.agreed_minima import minima_of
from openline.app.sky.conformance import SkyConformance
from openline.app.sky.service import SkyService
from openline.app.sky.watch import SkyWatch
from openline.line.sight import Sight


def open_sky(told: Configuration, line: LineServices | None = None) -> SkyService | None:
    """The sky of a server of one process; of several, none would see all of it.

    Its minima are those of the agreement, between any two classes their own; of an aircraft whose
    class is not known, the widest. Without an agreement they are 5 NM and 1,000 ft.
    """
    if told.count("workers") > 1:
        return None
    agreed = line.look(lambda found, _position: found.state.agreement) if line else None
    minima = minima_of(agreed)
    return SkyService(SkyWatch(minima), replays=told.switch("dev"), sight_of=sight_by(line))


def sight_by(line: LineServices | None) -> Callable[[datetime], Sight]:
    """Who may see which aircraft, by the agreement of a line as it is then."""
    if line is None:
        return lambda _now: Sight()
    return lambda now: Sight.of(line.look(lambda found, _position: found.state.agreement), now)


def open_conformance(line: LineServices | None, sky: SkyService | None) -> SkyConformance | None:
    """What compares the two; None where one of them is missing."""
    return None if line is None or sky is None else SkyConformance(line, sky)
