"""What the parties agreed, as the page asks for it."""

from collections.abc import Iterator

import pytest

from openline.geo.polygon import Polygon
from openline.line.view import board
from tests.api.line_app import LineApp

PATH = "/line/v1/agreement"


@pytest.fixture
def app() -> Iterator[LineApp]:
    made = LineApp()
    yield made
    made.close()


def test_it_has_the_area_the_minima_and_the_parties(app: LineApp) -> None:
    answer = app.get(PATH)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    agreed = app.line.look(lambda line, _position: line.state.agreed())
    assert (found["id"], found["version"]) == (agreed.id, agreed.version)
    assert isinstance(agreed.area, Polygon)
    (ring,) = agreed.area.rings()
    corners = [(one["lat"], one["lng"]) for one in found["area"]["outline_polygon"]["vertices"]]
    assert corners == [(one.lat_deg, one.lng_deg) for one in ring]
    seen = app.line.look(lambda line, _position: board(line.state, "south", app.clock.now()))
    assert found["separation"]["lateral_m"] == seen.separation.lateral_m
    assert [one["id"] for one in found["parties"]] == [one.id for one in agreed.parties]


def test_no_key_is_in_it(app: LineApp) -> None:
    agreed = app.line.look(lambda line, _position: line.state.agreed())
    text = app.get(PATH).text
    for party in agreed.parties:
        assert party.public_key.hex() not in text
    assert "key" not in app.get(PATH).json()["parties"][0]


def test_nobody_reads_it_without_a_token(app: LineApp) -> None:
    assert app.get(PATH, party=None).status_code == 401
    assert app.get(PATH, party="west").status_code == 403
