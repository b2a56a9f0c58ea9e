"""The minima of live traffic by an agreement."""

from openline.airspace.separation import RADAR
from openline.airspace.track.live_minima import LiveMinima
from openline.errors import InvalidInput
from openline.line.agreement import Agreement


def minima_of(agreed: Agreement | None) -> LiveMinima:
    """The minima of live traffic, by an agreement. Of one without a distance, 5 NM and 1,000 ft."""
    if agreed is None:
        return LiveMinima.alike(RADAR)
    try:
        return LiveMinima.between([one.id for one in agreed.classes], agreed.separation_between)
    except InvalidInput:  # an agreement that knows no minima: overlap alone
        return LiveMinima.alike(RADAR)
