"""F3548 JSON: the shapes of the standard, checked with the types of uas-standards."""

import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from implicitdict import ImplicitDict
from uas_standards.astm.f3548.v21 import api

from openline.airspace.entity import Constraint, IntentState, Notice, OperationalIntent
from openline.airspace.volume import Volume4D
from openline.errors import InvalidAltitude, InvalidGeometry, InvalidInput, InvalidTimeRange
from openline.formats import f3548
from openline.formats.traffic import Traffic
from openline.geo.altitude import UNLIMITED, Altitude, AltitudeReference, AltitudeUnit
from openline.geo.altitude_resolver import resolve_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon
from openline.limits import ALTITUDE_FLOOR_M, TIME_MAX, TIME_MIN
from tests.format_samples import FOLDER, OPTIONS

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
END = START + timedelta(hours=1, microseconds=7)


def metres(value: float) -> api.Altitude:
    return api.Altitude(value=value)


def instant(text: str) -> api.Time:
    return ImplicitDict.parse({"value": text, "format": "RFC3339"}, api.Time)


def volume_4d() -> dict[str, Any]:
    """A Volume4D made by the types of the standard's own API."""
    circle = api.Circle(center=api.LatLngPoint(lng=7.5, lat=48.7), radius=api.Radius(value=250))
    block = api.Volume3D(
        outline_circle=circle, altitude_lower=metres(100.5), altitude_upper=metres(220)
    )
    made = api.Volume4D(
        volume=block,
        time_start=instant("2026-11-22T10:00:00Z"),
        time_end=instant("2026-11-22T11:00:00.000007Z"),
    )
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]


def read(document: object, source: str = "north.json") -> Traffic:
    return f3548.read(json.dumps(document).encode(), source, OPTIONS)


def edited(path: str, value: object) -> dict[str, Any]:
    """The Volume4D with one member replaced, or removed for None."""
    document = copy.deepcopy(volume_4d())
    *names, last = path.split(".")
    target = document
    for name in names:
        target = target[name]
    target[last] = value
    return document


def test_what_the_types_of_the_standard_make_is_read() -> None:
    meant = Volume4D.over_ellipsoid(Circle.of(48.7, 7.5, 250), 100.5, 220, START, END)
    for document in (volume_4d(), [volume_4d()], {"volumes": [volume_4d()]}):
        (intent,) = read(document).intents
        assert intent.volumes == (meant,)
        assert (intent.id, intent.party) == ("north", "north")
    assert read([volume_4d()], "-").intents[0].id == "stdin"


def test_an_intent_with_off_nominal_volumes() -> None:
    path = FOLDER / "f3548" / "intent_details.json"
    (intent,) = f3548.read(path.read_bytes(), path.name, OPTIONS).intents
    assert intent.id == "9d158f59-80b7-4c11-9c0c-8a2b4d936b2d"
    assert (intent.party, intent.priority) == ("uss_one", 7)
    assert intent.state is IntentState.NONCONFORMING
    nominal, off_nominal = intent.volumes
    assert nominal.altitude_lower_m == 180.25
    assert off_nominal.footprint == Circle.of(48.705, 7.51, 2500)


def test_a_constraint_may_be_open() -> None:
    path = FOLDER / "f3548" / "constraint.json"
    traffic = f3548.read(path.read_bytes(), path.name, OPTIONS)
    (constraint,) = traffic.constraints
    assert (constraint.party, constraint.reason) == ("authority", "org.example.fire")
    assert constraint.volumes[0].altitude_lower_m == ALTITUDE_FLOOR_M
    assert traffic.warnings == (
        "constraint.json: a constraint without altitude_lower has no limit there",
    )
    open_ended = {"volume": {"outline_circle": volume_4d()["volume"]["outline_circle"]}}
    body = {"constraints": [{"reference": {"id": "c"}, "details": {"volumes": [open_ended]}}]}
    volume = read(body).constraints[0].volumes[0]
    assert (volume.time_start, volume.time_end) == (TIME_MIN, TIME_MAX)
    assert volume.altitude.upper == UNLIMITED


def test_the_extents_of_a_put_are_an_intent_or_without_state_a_constraint() -> None:
    put = {"extents": [volume_4d()], "uss_base_url": "https://uss.example.com"}
    assert len(read(put | {"state": "Activated"}).intents) == 1
    assert len(read(put).constraints) == 1


@pytest.mark.parametrize(
    ("document", "kind", "words"),
    [
        (edited("volume.altitude_lower", None), InvalidAltitude, "without altitude_lower"),
        (edited("volume.altitude_lower.reference", "SFC"), InvalidAltitude, "'SFC' is not W84"),
        (edited("volume.altitude_lower.units", "FT"), InvalidInput, "'FT' are not metres"),
        (edited("volume.altitude_lower.value", 220), InvalidAltitude, "not above"),
        (edited("volume.outline_circle", None), InvalidGeometry, "no outline"),
        (edited("volume.outline_polygon", {"vertices": []}), InvalidGeometry, "two outlines"),
        (edited("volume.outline_circle.radius.units", "FT"), InvalidInput, "not metres"),
        (edited("volume.outline_circle.radius.value", -5), InvalidGeometry, "radius -5 m"),
        (edited("volume.outline_circle.center.lat", 91), InvalidGeometry, "center: latitude 91"),
        (edited("volume.outline_circle.center.lng", "7"), InvalidGeometry, "is text"),
        (edited("time_end", None), InvalidTimeRange, "without time_end"),
        (edited("time_end.format", "UNIX"), InvalidTimeRange, "'UNIX' is not known"),
        (edited("time_end.value", "2026-11-22T10:00:00Z"), InvalidTimeRange, "not after"),
        (edited("time_end", "2026-11-22T11:00:00Z"), InvalidInput, "is not an object"),
        ({"operational_intent_reference": {}}, InvalidInput, "a reference alone"),
        ({"uss_base_url": "https://uss.example.com"}, InvalidInput, "a reference alone"),
        ({"volumes": 3}, InvalidInput, "not an array"),
        ([1], InvalidInput, "not an object"),
        ("volume", InvalidInput, "not an object"),
        ({}, InvalidInput, "no volume in it"),
    ],
)
def test_refusals_name_the_member(document: object, kind: type[InvalidInput], words: str) -> None:
    with pytest.raises(kind) as caught:
        read(document)
    assert str(caught.value).startswith("north.json")
    assert words in str(caught.value)


def test_a_refusal_carries_the_path() -> None:
    broken = edited("volume.outline_circle.radius.value", None)
    with pytest.raises(InvalidInput) as caught:
        read({"operational_intents": [{"details": {"volumes": [volume_4d(), broken]}}]})
    assert caught.value.facts["element"] == "operational_intents[0]"
    assert caught.value.facts["field"] == "volumes[1].volume.outline_circle.radius"


@pytest.mark.parametrize("state", IntentState)
def test_what_is_written_is_what_the_types_of_the_standard_read(state: IntentState) -> None:
    polygon = Polygon.of([(48.7, 7.5), (48.7, 7.6), (48.8, 7.6)])
    volumes = tuple(
        Volume4D.over_ellipsoid(footprint, 100, 200, START, END)
        for footprint in (polygon, Circle.of(48.0, 7.0, 300))
    )
    intent_id = "9d158f59-80b7-4c11-9c0c-8a2b4d936b2d"
    constraint = Constraint("1b9b2c3e-9d6a-4f35-8b0b-0d7a51d41f1d", "q", volumes[:1], "fire")
    traffic = Traffic((OperationalIntent(intent_id, "p", volumes, state, 3),), (constraint,))
    document = json.loads(f3548.write(traffic))
    intent = ImplicitDict.parse(document["operational_intents"][0], api.OperationalIntent)
    assert intent.reference.time_end.value.datetime == END
    # the rules on which volumes a state must and may not have are in the API's text
    needs_nominal = state is not IntentState.CONTINGENT
    needs_off_nominal = state in (IntentState.NONCONFORMING, IntentState.CONTINGENT)
    assert bool(intent.details.volumes) == needs_nominal
    assert bool(intent.details.off_nominal_volumes) == needs_off_nominal
    written = ImplicitDict.parse(document["constraints"][0], api.Constraint)
    assert written.details.volumes[0].volume.altitude_upper.value == 200
    back = f3548.read(json.dumps(document).encode(), "x", OPTIONS)
    assert replace(back.intents[0], source=None) == traffic.intents[0]


def test_what_the_standard_has_not_errs_outward() -> None:
    corridor = Corridor.of([(48.7, 7.5), (48.8, 7.6), (48.8, 7.8)], 500)
    hole = [(48.72, 7.56), (48.72, 7.58), (48.73, 7.58)]
    holed = Polygon.of([(48.7, 7.5), (48.7, 7.6), (48.8, 7.6)], [hole])
    amsl = (Altitude(1000.0, AltitudeReference.AMSL, AltitudeUnit.FT), UNLIMITED)
    bands = [resolve_band(*amsl, footprint, OPTIONS.altitude) for footprint in (corridor, holed)]
    volumes = tuple(
        Volume4D(footprint, band, START, END)
        for footprint, band in zip((corridor, holed), bands, strict=True)
    )
    traffic = Traffic((OperationalIntent("a", "p", volumes),), (), (Notice("n", "p", START, END),))
    back = f3548.read(f3548.write(traffic), "x", OPTIONS)
    assert not back.notices
    first, second, filled = back.intents[0].volumes
    assert isinstance(first.footprint, Polygon)
    assert isinstance(second.footprint, Polygon)
    assert filled.footprint == Polygon(holed.outer)
    assert first.altitude_lower_m == bands[0].altitude_lower_m
    assert first.altitude.lower.reference is AltitudeReference.W84


def test_a_corridor_too_wide_to_draw_is_refused() -> None:
    wide = Corridor.of([(48.7, 7.5), (48.8, 7.6)], 300_000)
    volume = Volume4D.over_ellipsoid(wide, 0, 100, START, END)
    with pytest.raises(InvalidGeometry, match=r"300,000 m.*geojson"):
        f3548.write(Traffic((OperationalIntent("a", "p", (volume,)),)))
