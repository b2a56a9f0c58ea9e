"""Kinds of aircraft, as far as it matters for how fast they can be."""

from enum import StrEnum
from typing import Final


class AircraftClass(StrEnum):
    """What flies. Nothing here says whose it is or what it does."""

    UNKNOWN = "unknown"
    AEROPLANE = "aeroplane"
    LIGHT = "light"  # piston aeroplanes, ultralights, gyroplanes
    FAST = "fast"  # jets that fly faster than sound
    ROTORCRAFT = "rotorcraft"
    GLIDER = "glider"  # paragliders and parachutists too
    BALLOON = "balloon"  # airships too
    UNCREWED = "uncrewed"
    VEHICLE = "vehicle"  # on the ground of an airport


# Ground speed in m/s that no aircraft of the class reaches, the wind (at most 110 m/s, in a jet
# stream) included. Beyond it a position is a fault or a forgery.
SPEED_BOUND_MPS: Final = {
    AircraftClass.UNKNOWN: 700.0,  # as for recordings (`openline scan`)
    AircraftClass.AEROPLANE: 700.0,  # faster ones say so, or say nothing
    AircraftClass.LIGHT: 300.0,
    AircraftClass.FAST: 1_200.0,
    AircraftClass.ROTORCRAFT: 180.0,
    AircraftClass.GLIDER: 200.0,
    AircraftClass.BALLOON: 150.0,
    AircraftClass.UNCREWED: 400.0,  # from toys to jets
    AircraftClass.VEHICLE: 100.0,
}
# Vertical: 60,000 ft/min, more than a fighter's best climb or dive.
VERTICAL_BOUND_MPS: Final = 305.0
ACCELERATION_MPS2: Final = 5.0  # a turn with 27 degrees of bank

assert set(SPEED_BOUND_MPS) == set(AircraftClass), "every class has its bound"
