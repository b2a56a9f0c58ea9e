"""Places in the free text of NOTAM."""

import pytest

from openline.errors import InvalidGeometry
from openline.formats.notam_place import places
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon

KYIV = (50.47, 30.25)  # 50°28'12"N 030°15'00"E


@pytest.mark.parametrize(
    "position",
    [
        "502812N0301500E",
        "502812N 0301500E",
        "502812N/0301500E",
        "N502812 E0301500",
        "N502812E0301500",
        "502812.0N0301500.0E",
        "5028.2N03015.0E",
        "50.47N030.25E",
        "50 28 12N 030 15 00E",
        "50-28-12N 030-15-00E",
        "50°28'12\"N 030°15'00\"E",
        "50:28.2N 030:15.0E",
    ],
)
def test_positions(position: str) -> None:
    (circle,) = places(f"EXERCISE WI 5NM RADIUS OF {position} (CENTRE).")
    assert isinstance(circle, Circle)
    assert circle.centre == pytest.approx(KYIV, abs=1e-9)
    assert circle.radius_m == 5 * 1852


def test_southern_and_western() -> None:
    (circle,) = places("RADIUS 2KM CENTRED ON 3456S05830W")
    assert isinstance(circle, Circle)
    assert circle.centre == pytest.approx((-(34 + 56 / 60), -58.5))
    assert circle.radius_m == 2000


@pytest.mark.parametrize(
    ("words", "radius_m"),
    [
        ("WI 5NM RADIUS OF 5028N03015E", 9260),
        ("WITHIN 1.5 NM OF 5028N03015E", 2778),
        ("5 NM RAD CENTERED AT 5028N03015E", 9260),
        ("CIRCLE CENTRE 5028N03015E RADIUS 500M", 500),
        ("A 300 FT RADIUS OF 5028N03015E", 91.44),
        ("10KM RADIUS 5028N03015E", 10_000),
    ],
)
def test_radii(words: str, radius_m: float) -> None:
    (circle,) = places(words)
    assert isinstance(circle, Circle)
    assert circle.radius_m == pytest.approx(radius_m)


def test_as_many_circles_as_positions() -> None:
    found = places("WI 2NM RADIUS OF 5028N03015E AND WI 3NM RADIUS OF 5128N03115E")
    assert [c.radius_m for c in found if isinstance(c, Circle)] == [3704, 5556]


@pytest.mark.parametrize("joint", [" - ", ", ", " "])
def test_area_bounded_by_points(joint: str) -> None:
    corners = ["5000N03000E", "5000N03100E", "5100N03030E"]
    expected = ((50.0, 30.0), (50.0, 31.0), (51.0, 30.5))
    for points in (corners, [*corners, corners[0]]):
        (area,) = places("AREA BOUNDED BY " + joint.join(points) + ".")
        assert isinstance(area, Polygon)
        assert area.outer == expected


def test_prefixed_letters_do_not_mix_with_neighbours() -> None:
    (area,) = places("N500000 E0300000 N500000 E0310000 N510000 E0303000")
    assert isinstance(area, Polygon)
    assert area.outer == ((50.0, 30.0), (50.0, 31.0), (51.0, 30.5))


def test_two_closed_areas() -> None:
    one = "5000N03000E 5000N03100E 5100N03030E 5000N03000E"
    other = "4000N03000E 4000N03100E 4100N03030E 4000N03000E"
    assert len(places(f"AREA 1: {one} AREA 2: {other}")) == 2


def test_strip() -> None:
    (strip,) = places("2NM EITHER SIDE OF LINE 5000N03000E - 5000N03100E")
    assert isinstance(strip, Corridor)
    assert strip.half_width_m == 3704


@pytest.mark.parametrize(
    "text",
    [
        "RWY 08/26 CLOSED",
        "OBST AT 5028N03015E",
        "LINE 5028N03015E 5128N03015E",
        "5000N03000E 5000N03100E THENCE ALONG THE BORDER TO 5100N03030E",
        "5000N03000E 5000N03100E CLOCKWISE ARC OF RADIUS 5NM CENTRED ON 5028N03015E 5100N03030E",
        "WI 5NM RADIUS OF EACH POINT 5000N03000E 5100N03030E",
        "FREQ 123456 CALL 0301530",
        "",
    ],
)
def test_what_is_not_certain_is_left_to_the_q_line(text: str) -> None:
    assert places(text) == []


@pytest.mark.parametrize(
    "text",
    ["WI 5NM RADIUS OF 5060N03015E", "WI 5NM RADIUS OF 9128N03015E", "RADIUS 0NM 5028N03015E"],
)
def test_impossible_places_are_refused(text: str) -> None:
    with pytest.raises(InvalidGeometry):
        places(text)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text", ["5" * 20_000, "5028N " * 3000, "50 28 " * 3000, "WI 5NM " * 3000, "N50 " * 5000]
)
def test_long_text_takes_no_time(text: str) -> None:
    assert places(text) == []
