"""The sky of a server: its minima are those of the agreement."""

from openline.airspace.separation import RADAR, Separation
from openline.app.configuration import configuration
from openline.app.sky.opening import open_sky, sight_by
from openline.units import METRES_PER_NAUTICAL_MILE
from tests.line_server import START, make_line


def test_the_minima_are_those_of_the_agreement() -> None:
    line = make_line()
    agreed = line.look(lambda found, _position: found.state.agreed())
    sky = open_sky(configuration({}), line)
    assert sky is not None
    assert sky._watch.minima == agreed.widest_separation()
    assert sky._watch.minima.lateral_m == 5 * METRES_PER_NAUTICAL_MILE
    assert isinstance(sky._watch.minima, Separation)


def test_without_an_agreement_they_are_those_of_radar() -> None:
    sky = open_sky(configuration({}))
    assert sky is not None
    assert sky._watch.minima == RADAR


def test_of_several_processes_none_has_a_sky() -> None:
    assert open_sky(configuration({"workers": (2, "test")})) is None


def test_who_sees_what_is_by_the_agreement_of_the_line() -> None:
    sight = sight_by(make_line())(START)
    assert set(sight.own) >= {"north", "south", "east"}
    assert sight.may_see("north", "north")
    assert not sight.may_see("north", "south")
    assert sight_by(None)(START).own == {}
