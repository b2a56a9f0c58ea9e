"""Ways out that a server answered, as what a party says."""

import msgspec

from openline.airspace.volume import Volume4D
from openline.api.line.advice_wire import AdviceWay
from openline.formats.line_volume import volumes_of


def volumes_of_way(way: AdviceWay) -> tuple[Volume4D, ...]:
    """The whole plan as a way out would have it, ready for PROPOSE and AMEND.

    Heights in metres, each over its own datum. Raises: InvalidInput and its kinds, with `field`,
    when the server answered volumes that are none.
    """
    return volumes_of(msgspec.to_builtins(way.volumes), "volumes")
