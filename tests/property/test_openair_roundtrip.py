"""What OpenAir writes, it reads back: the same place, and limits that contain the old ones."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.entity import Constraint
from openline.airspace.volume import Volume4D
from openline.formats import openair
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude import Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.geo.position import Position

POLICY = AltitudePolicy(ground_amsl_m=(0.0, 1000.0), qnh_hpa=1013.0)
START = datetime(2026, 11, 22, tzinfo=UTC)
# 0.5 micro-seconds of arc: half of the last decimal that is written
HALF_STEP_DEG = 0.5e-6 / 3600 + 1e-13

lats = st.floats(-85, 85)
lngs = st.floats(-178, 178)


@st.composite
def footprints(draw: st.DrawFn) -> Footprint:
    lat, lng = draw(lats), draw(lngs)
    size = draw(st.floats(0.001, 1.0))
    kind = draw(st.sampled_from(["circle", "corridor", "polygon"]))
    if kind == "circle":
        return Circle(Position(lat, lng), draw(st.floats(0.2, 400_000.0)))
    corners = [Position(lat, lng), Position(lat, lng + size), Position(lat + size, lng + size / 2)]
    if kind == "corridor":
        return Corridor(tuple(corners), draw(st.floats(1.0, 50_000.0)))
    return Polygon(tuple(corners))


@st.composite
def limits(draw: st.DrawFn) -> tuple[Altitude, Altitude]:
    reference = draw(st.sampled_from(list(AltitudeReference)))
    unit = draw(st.sampled_from(list(AltitudeUnit)))
    if reference is AltitudeReference.FL:
        unit = AltitudeUnit.FT
    low = draw(st.floats(0, 9_000))
    return Altitude(low, reference, unit), Altitude(
        low + draw(st.floats(1, 9_000)), reference, unit
    )


def _positions(footprint: Footprint) -> tuple[Position, ...]:
    if isinstance(footprint, Circle):
        return (footprint.centre,)
    return footprint.path if isinstance(footprint, Corridor) else footprint.outer


@given(footprints(), limits(), st.integers(0, 10**6), st.integers(1, 10**6))
@settings(deadline=None, max_examples=150)
def test_what_is_written_is_read(
    footprint: Footprint, pair: tuple[Altitude, Altitude], after_s: int, long_s: int
) -> None:
    band = resolve_band(*pair, footprint, POLICY)
    start = START + timedelta(seconds=after_s)
    volume = Volume4D(footprint, band, start, start + timedelta(seconds=long_s))
    constraint = Constraint("R 1", "party", (volume,), name="Überall")
    data = openair.write(Traffic(constraints=(constraint,)))
    read = openair.read(data, "party.txt", ReadOptions(altitude=POLICY))
    assert read.warnings == ()
    (back,) = read.constraints
    assert (back.id, back.name, back.party) == ("R 1", "Überall", "party")
    (found,) = back.volumes
    assert (found.time_start, found.time_end) == (volume.time_start, volume.time_end)
    assert type(found.footprint) is type(footprint)
    for one, other in zip(_positions(footprint), _positions(found.footprint), strict=True):
        assert one == pytest.approx(other, abs=HALF_STEP_DEG)
    if isinstance(footprint, Circle) and isinstance(found.footprint, Circle):
        assert 0 <= found.footprint.radius_m - footprint.radius_m < 1e-4
    if isinstance(footprint, Corridor) and isinstance(found.footprint, Corridor):
        assert 0 <= found.footprint.half_width_m - footprint.half_width_m < 1e-4
    # outward: one foot, metre or level, and for W84 the change of the geoid over the area
    slack_m = 40.0 if pair[0].reference is AltitudeReference.FL else 1.01
    if pair[0].reference is AltitudeReference.W84:
        slack_m = 130.0
    assert -1e-6 <= volume.altitude_lower_m - found.altitude_lower_m <= slack_m
    assert -1e-6 <= found.altitude_upper_m - volume.altitude_upper_m <= slack_m
