"""Encounters of aircraft, vectorised: when are two of them too close, if they fly on as they do.

    from openline.encounter import Cylinder, WellClear, loss_intervals
    enter_s, exit_s = loss_intervals(
        own_position_m, own_velocity_mps, intruder_position_m, intruder_velocity_mps,
        WellClear.named("do365-phase1"), lookahead_s=180)

Arrays (n, 3), east, north, up, in metres and metres per second; (n,) out, NaN where there is none.
"""

from openline.airspace.encounter.cylinder import Cylinder
from openline.airspace.encounter.detector import Detector, loss_intervals
from openline.airspace.encounter.well_clear import WellClear

__all__ = ["Cylinder", "Detector", "WellClear", "loss_intervals"]
