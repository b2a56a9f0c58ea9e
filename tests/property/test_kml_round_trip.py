"""What is written as KML reads back as it was."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.airspace.entity import Constraint, IntentState, Notice, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.formats import kml
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude import SURFACE, UNLIMITED, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import AltitudePolicy, resolve_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon

POLICY = AltitudePolicy(ground_amsl_m=(200.0, 450.0), qnh_hpa=1013.25)
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")),
    min_size=1,
    max_size=20,
)
LAT = st.floats(-85.0, 85.0)
LNG = st.floats(-180.0, 180.0)
WIDTH = st.floats(1.0, 50_000.0)


@st.composite
def footprints(draw: st.DrawFn) -> Footprint:
    lat, lng = draw(LAT), draw(LNG)
    kind = draw(st.sampled_from(["circle", "corridor", "polygon", "holed"]))
    if kind == "circle":
        return Circle.of(lat, lng, draw(WIDTH))
    corners = [(lat, lng), (lat + 1, lng), (lat + 1, _east(lng, 1)), (lat, _east(lng, 1))]
    if kind == "corridor":
        return Corridor.of(corners[: draw(st.integers(2, 4))], draw(WIDTH))
    hole = [
        (lat + 0.2, _east(lng, 0.2)),
        (lat + 0.4, _east(lng, 0.2)),
        (lat + 0.4, _east(lng, 0.4)),
    ]
    return Polygon.of(corners, [hole] if kind == "holed" else [])


def _east(lng: float, degrees: float) -> float:
    return lng + degrees if lng + degrees <= 180 else lng + degrees - 360


@st.composite
def limits(draw: st.DrawFn) -> tuple[Altitude, Altitude]:
    low = draw(st.floats(0.0, 3000.0))
    high = low + draw(st.floats(4000.0, 5000.0))
    unit = draw(st.sampled_from(AltitudeUnit))
    scale = 1.0 if unit is AltitudeUnit.M else 3.28
    lower = Altitude(low * scale, draw(st.sampled_from(AltitudeReference)), unit)
    upper = Altitude(high * scale, draw(st.sampled_from(AltitudeReference)), unit)
    return (
        draw(st.sampled_from([lower, SURFACE])),
        draw(st.sampled_from([upper, UNLIMITED, Altitude(30_000.0, unit=AltitudeUnit.FT)])),
    )


@st.composite
def windows(draw: st.DrawFn) -> tuple[datetime, datetime]:
    epoch = datetime(1971, 1, 1, tzinfo=UTC)
    start = epoch + draw(st.timedeltas(timedelta(0), timedelta(days=80_000)))
    return start, start + draw(st.timedeltas(timedelta(microseconds=1), timedelta(days=400)))


@st.composite
def volumes(draw: st.DrawFn) -> Volume4D:
    footprint = draw(footprints())
    return Volume4D(footprint, resolve_band(*draw(limits()), footprint, POLICY), *draw(windows()))


@st.composite
def traffics(draw: st.DrawFn) -> Traffic:
    ids = draw(st.lists(WORDS, min_size=3, max_size=5, unique=True))
    some = st.lists(volumes(), min_size=1, max_size=3).map(tuple)
    name = st.none() | WORDS
    intents = tuple(
        OperationalIntent(
            entity_id,
            draw(WORDS),
            draw(some),
            draw(st.sampled_from(IntentState)),
            draw(st.integers(-1000, 1000)),
            draw(name),
        )
        for entity_id in ids[2:]
    )
    constraint = Constraint(ids[0], draw(WORDS), draw(some), draw(name), draw(name))
    parts = draw(st.just(()) | some)
    notice = Notice(ids[1], draw(WORDS), *draw(windows()), parts, draw(name), draw(name))
    return Traffic(intents, (constraint,), (notice,))


@given(traffics())
@settings(deadline=None, max_examples=60)
def test_every_entity_reads_back_as_it_was(traffic: Traffic) -> None:
    back = kml.read(kml.write(traffic), "back.kml", ReadOptions(altitude=POLICY))
    for before, after in zip(traffic.entities(), back.entities(), strict=True):
        for field in before.__dataclass_fields__:
            if field != "source":
                assert getattr(after, field) == getattr(before, field), field
