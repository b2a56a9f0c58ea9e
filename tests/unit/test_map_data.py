"""What of the map comes with the page: arcs renumbered, aerodromes in columns."""

from typing import Any

import airportsdata

from tools.map_data import aerodromes, waters

WORLD: dict[str, Any] = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [["unused"], ["a"], ["b"], ["c"], ["unused"]],
    "objects": {
        "land": {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "arcs": [[0]]}]},
        "lakes": {
            "type": "GeometryCollection",
            "geometries": [{"type": "MultiPolygon", "arcs": [[[1, -4]]]}, {"type": None}],
        },
        "rivers": {
            "type": "GeometryCollection",
            "geometries": [{"type": "LineString", "arcs": [2], "properties": {"name": "no"}}],
        },
    },
}


def test_only_the_arcs_of_waters_are_left_and_backwards_stays_backwards() -> None:
    found = waters(WORLD)
    assert found["arcs"] == [["a"], ["b"], ["c"]]
    lake, nothing = found["objects"]["lakes"]["geometries"]
    assert lake == {"type": "MultiPolygon", "arcs": [[[0, -3]]]}  # ~2 is arc c, backwards
    assert nothing["type"] is None
    assert found["objects"]["rivers"]["geometries"] == [{"type": "LineString", "arcs": [1]}]


def test_aerodromes_have_four_letters() -> None:
    def one(code: str, iata: str) -> dict[str, Any]:
        return {"icao": code, "iata": iata, "lat": 50.123456, "lon": -8.0, "name": code.title()}

    found = aerodromes({code: one(code, iata) for code, iata in (("KXYZ", ""), ("1TX3", "A"))})
    assert found == {
        "indicator": ["KXYZ"],
        "lat": [50.1235],
        "lng": [-8.0],
        "name": ["Kxyz"],
        "airline": [0],
    }


def test_the_package_knows_a_great_airport() -> None:
    found = aerodromes(airportsdata.load())
    row = found["indicator"].index("EFHK")
    assert (found["airline"][row], round(found["lat"][row])) == (1, 60)
