"""Plans before they are sent: what a file holds, and what it would come too close to."""

import json
import math
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from openline.formats.line_message import body_values
from openline.formats.line_volume import volume_value
from openline.geo.polygon import Polygon
from openline.geo.position import Position
from openline.line.agreement import Coarseness
from openline.line.message.kind import NoticeKind
from tests.api.line_app import LineApp
from tests.line_world import HOUR, MINUTE, START, circle, notice, unlocated, volume

READ, CHECK = "/line/v1/plans/read", "/line/v1/check"
SQUARE = [[7.0, 54.0], [7.1, 54.0], [7.1, 54.1], [7.0, 54.1], [7.0, 54.0]]
TIMES = {"time_start": "2026-11-22T14:00:00Z", "time_end": "2026-11-22T15:00:00Z"}


@pytest.fixture
def app() -> Iterator[LineApp]:
    made = LineApp()
    yield made
    made.close()


def feature(properties: dict[str, Any], ring: Any = SQUARE) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": TIMES | properties, "geometry": geometry}


def geojson(*features: dict[str, Any]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def heights(**more: Any) -> dict[str, Any]:
    return {"altitude_lower": "1000 ft AMSL", "altitude_upper": "2000 ft AMSL", **more}


def read(app: LineApp, data: bytes, query: str = "name=plan.geojson") -> dict[str, Any]:
    answer = app.post(f"{READ}?{query}", content=data)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_file_is_read_as_a_message_would_carry_it(app: LineApp) -> None:
    found = read(app, geojson(feature(heights(name="Survey 1"))))
    assert found["problems"] == []
    assert found["format"] == "geojson"
    (plan,) = found["entities"]
    assert (plan["name"], plan["kind"]) == ("Survey 1", "intent")
    (first,) = plan["volumes"]
    assert first["volume"]["altitude_lower_given"] == {
        "value": 1000.0,
        "reference": "AMSL",
        "units": "FT",
    }
    # 54N 7E: the geoid is 39 to 41 m over the ellipsoid there; 1,000 ft are 304.8 m.
    assert 343 < first["volume"]["altitude_lower"]["value"] < 346.5
    assert first["time_start"]["value"].startswith("2026-11-22T14:00:00")
    said = app.post(
        "/line/v1/say",
        json={
            "kind": "NOTIFY",
            "body": {
                "notice": "plan",
                "time_start": plan["time_start"],
                "time_end": plan["time_end"],
                "volumes": plan["volumes"],
                "name": plan["name"],
            },
        },
    )
    assert said.status_code == 201, said.text


def test_a_bad_feature_is_a_problem_and_the_others_are_read(app: LineApp) -> None:
    bow_tie = [[7.0, 54.0], [7.1, 54.1], [7.1, 54.0], [7.0, 54.1], [7.0, 54.0]]
    found = read(app, geojson(feature(heights(name="good")), feature(heights(name="bad"), bow_tie)))
    assert [one["name"] for one in found["entities"]] == ["good"]
    (problem,) = found["problems"]
    assert "features[1]" in problem["element"]
    assert problem["message"]
    assert not any("skipped" in one for one in found["warnings"])


def test_what_no_file_says_is_asked_for_and_taken_from_the_query(app: LineApp) -> None:
    over_ground = {"altitude_lower": "SFC", "altitude_upper": "120 m AGL"}
    data = geojson(feature(over_ground | {"name": "low"}))
    without = read(app, data)
    assert without["entities"] == []
    (problem,) = without["problems"]
    assert "ground" in problem["message"] + problem["cure"]
    (plan,) = read(app, data, "name=plan.geojson&ground=10m..60m")["entities"]
    assert plan["warnings"], "what became wider is said"
    upper = plan["volumes"][0]["volume"]["altitude_upper"]["value"]
    assert 60 + 120 + 39 < upper < 60 + 120 + 42


def test_a_zipped_file_is_read_and_a_bomb_is_not(app: LineApp) -> None:
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>K</name>'
        "<TimeSpan><begin>2026-11-22T14:00:00Z</begin><end>2026-11-22T15:00:00Z</end></TimeSpan>"
        "<Polygon><altitudeMode>absolute</altitudeMode><extrude>1</extrude><outerBoundaryIs>"
        "<LinearRing><coordinates>7,54,300 7.1,54,300 7.1,54.1,300 7,54,300</coordinates>"
        "</LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
    )

    def packed(text: bytes) -> bytes:
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("doc.kml", text)
        return out.getvalue()

    found = read(app, packed(kml.encode()), "name=k.kmz&ground=0m")
    assert [one["name"] for one in found["entities"]] == ["K"], found
    large = read(app, packed(bytes(12_000_000)), "name=k.kmz")
    assert large["entities"] == []
    assert large["problems"][0]["cure"]


@pytest.mark.parametrize(
    ("data", "query"),
    [
        (b"", "name=a.kml"),
        (b"\xff\xfe\x00", "name=a.kml"),
        (b"<kml", "name=a.kml"),
        (b"{" * 100_000, "name=a.geojson"),
        (b'{"type":"FeatureCollection","features":[{"type":"Feature"}]}', ""),
        (b"hello", "name=../../etc/passwd"),
        (b"hello", "format=none"),
    ],
)
def test_what_is_no_plan_is_a_problem_with_words(app: LineApp, data: bytes, query: str) -> None:
    found = read(app, data, query)
    assert found["entities"] == []
    assert found["problems"], found
    assert all(one["message"] for one in found["problems"])
    assert "etc" not in json.dumps(found)


@pytest.mark.parametrize(
    "query",
    [
        "takeoff=noon",
        "half_width=5",
        "qnh=abc",
        "qnh=nan",
        "ground=9000m",
        "ground=0m&widen_agl=true",
        "between=2026-11-22T10:00Z",
        "between=2026-11-22T10:00Z/2026-11-22T09:00Z",
        "fl_margin=-5m",
    ],
)
def test_an_option_that_is_wrong_is_refused_by_its_name(app: LineApp, query: str) -> None:
    answer = app.post(f"{READ}?{query}", content=geojson())
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text or "ground" in answer.text


def test_what_a_message_cannot_carry_is_refused_with_words(app: LineApp) -> None:
    for_ever = feature(heights(name="for ever"))
    for_ever["properties"] |= {
        "time_start": "1970-01-01T00:00:00Z",
        "time_end": "2199-01-01T00:00:00Z",
    }
    found = read(app, geojson(for_ever))
    assert found["entities"] == []
    assert "days" in found["problems"][0]["message"]
    period = "between=2026-11-22T00:00:00Z/2026-11-23T00:00:00Z"
    (plan,) = read(app, geojson(for_ever), f"name=a.geojson&{period}")["entities"]
    assert plan["time_start"] == "2026-11-22T00:00:00Z"
    assert any("cut" in one for one in plan["warnings"])
    many = [feature(heights(id="one", name="many")) for _ in range(101)]
    problem = read(app, geojson(*many))["problems"][0]
    assert "101" in problem["message"]


def test_a_file_that_is_too_large_is_refused(app: LineApp) -> None:
    answer = app.post(READ, content=b" " * (2 * 1024 * 1024 + 1))
    assert answer.status_code == 413


def check(app: LineApp, *volumes: Any, party: str = "south", **more: Any) -> dict[str, Any]:
    body = {"volumes": [volume_value(one) for one in volumes], **more}
    answer = app.post(CHECK, party, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_check_says_what_the_line_says_when_it_is_sent(app: LineApp) -> None:
    north = app.say("north", notice(volume(), name="Survey"))
    east = app.say("east", notice(volume(circle(54.0, 7.12, 1_000.0))))  # near, not over
    app.say("east", notice(volume(circle(54.6, 7.0))))  # 66 km away
    before = app.get("/line/v1/board").json()
    found = check(app, volume())
    assert app.get("/line/v1/board").json() == before, "nothing is written"
    assert [one["thread"] for one in found["conflicts"]] == [
        north.message.thread,
        east.message.thread,
    ]
    first, second = found["conflicts"]
    assert (first["near_miss"], second["near_miss"]) == (False, True)
    assert second["infringed"] == ["lateral"]
    assert first["name"] == "Survey"
    assert "Survey" in first["facts"]["reason"]
    assert "our plan" in first["facts"]["reason"]
    app.say("south", notice(volume()))
    board = app.get("/line/v1/board").json()
    said = {one["other_thread"]: one["facts"] for one in board["conflicts"]}
    for one in found["conflicts"]:
        facts = said[one["thread"]]
        assert {k: v for k, v in one["facts"].items() if k != "reason"} == {
            k: v for k, v in facts.items() if k != "reason"
        }


def test_what_the_party_is_not_shown_is_in_no_answer(app: LineApp) -> None:
    app.say("north", notice(volume(), show=Coarseness.CONFLICTS))
    found = check(app, volume())
    assert found["conflicts"] == []
    assert found["not_compared"] == 1
    assert "once it is sent" in found["sentence"]
    app.say("north", notice(volume(circle(54.3)), notice=NoticeKind.PLAN))  # as the agreement says
    assert check(app, volume(circle(54.3)))["not_compared"] == 2


def test_what_is_shown_as_cells_is_compared_as_cells(app: LineApp) -> None:
    hidden = app.say("north", notice(volume(upper_m=100.0), show=Coarseness.CELLS))
    over = volume(lower_m=5_000.0, upper_m=5_100.0)
    (found,) = check(app, over)["conflicts"]
    assert found["thread"] == hidden.message.thread
    assert found["cells"] is True
    assert "cells" in found["facts"]["reason"]
    assert "name" not in found
    assert check(app, volume(circle(54.9, 7.9, 100.0)))["conflicts"] == []


def test_a_notice_without_a_place_is_in_the_way_of_everything_in_its_time(app: LineApp) -> None:
    first = app.say("north", unlocated())
    (found,) = check(app, volume())["conflicts"]
    assert found["thread"] == first.message.thread
    assert found["facts"]["unlocated"] == first.message.thread
    later = volume(start=START + 10 * HOUR)
    assert check(app, later)["conflicts"] == []
    outside = volume(circle(40.0, 7.0))
    assert check(app, outside)["conflicts"] == []


def test_what_ended_was_amended_or_is_ignored_is_not_compared_as_it_was(app: LineApp) -> None:
    first = app.say("north", notice(volume()))
    thread = first.message.thread
    assert check(app, volume(), ignore=[thread])["conflicts"] == []
    moved = notice(volume(start=START + 6 * HOUR))
    amend = {"notice": body_values(moved)}
    answer = app.post(
        "/line/v1/say", "north", json={"kind": "AMEND", "body": amend, "thread": thread}
    )
    assert answer.status_code == 201, answer.text
    assert check(app, volume())["conflicts"] == []
    assert len(check(app, volume(start=START + 6 * HOUR))["conflicts"]) == 1
    app.clock.sleep(hours=8)
    assert check(app, volume(start=START + 6 * HOUR))["conflicts"] == []


def test_the_own_plans_are_not_in_the_own_way(app: LineApp) -> None:
    own = app.say("south", notice(volume()))
    app.say("north", notice(volume(circle(54.5))))
    assert check(app, volume())["conflicts"] == []
    assert check(app, volume(), thread=own.message.thread)["conflicts"] == []
    body = {"volumes": [volume_value(volume())], "thread": own.message.thread}
    assert app.post(CHECK, "north", json=body).status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"volumes": []},
        {"volumes": [{}]},
        {"class": "no-such-class"},
        {"unknown": 1},
        {"volumes": [volume_value(volume())] * 101},
        {"ignore": [""]},
    ],
)
def test_a_bad_question_is_refused(app: LineApp, change: dict[str, Any]) -> None:
    body = {"volumes": [volume_value(volume())]} | change
    answer = app.post(CHECK, json=body)
    assert answer.status_code == 400, answer.text


def test_what_would_keep_others_waiting_is_refused_with_words(app: LineApp) -> None:
    turns = [2 * math.pi * n / 2_500 for n in range(2_500)]
    ring = Polygon(tuple(Position(54 + 0.1 * math.cos(t), 7 + 0.1 * math.sin(t)) for t in turns))
    app.say("north", notice(volume(ring)))
    answer = app.post(CHECK, json={"volumes": [volume_value(volume(ring))]})
    assert answer.status_code == 413
    assert "simplify" in answer.text


def test_only_who_is_of_the_line_may_ask(app: LineApp) -> None:
    body = {"volumes": [volume_value(volume(end=START + 2 * HOUR + MINUTE))]}
    assert app.post(CHECK, None, json=body).status_code == 401
    assert app.post(CHECK, "west", json=body).status_code == 403
    assert app.post(READ, None, content=geojson()).status_code == 401
