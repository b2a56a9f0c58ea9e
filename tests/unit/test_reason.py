"""The sentence that is read out."""

from datetime import UTC, datetime, timedelta

from openline.airspace.detect import conflict
from openline.airspace.entity import Constraint, Notice, OperationalIntent
from openline.airspace.reason import distance
from openline.airspace.separation import Separation
from openline.airspace.volume import Volume4D
from openline.geo.circle import Circle

START = datetime(2026, 6, 15, 8, tzinfo=UTC)
MINIMA = Separation(9_260.0, 304.8, timedelta(seconds=60))


def _intent(
    name: str, lat: float, low_m: float, start: datetime, title: str | None = None
) -> OperationalIntent:
    volume = Volume4D.over_ellipsoid(
        Circle.of(lat, 8.0, 1_000.0), low_m, low_m + 100, start, start + timedelta(hours=1)
    )
    return OperationalIntent(name, f"{name} air", (volume,), name=title)


def test_overlap() -> None:
    found = conflict(_intent("a", 47, 100, START, "survey"), _intent("b", 47, 150, START))
    assert found is not None
    assert found.infringed == ()
    assert found.reason == (
        "Intent a (survey) of a air and intent b of b air overlap from 08:00Z to 09:00Z on "
        "15 June 2026, 492 to 657 ft (150 to 200 m) WGS-84, near 47.0000N 8.0000E."
    )


def test_every_minimum_infringed() -> None:
    later = START + timedelta(hours=1, seconds=30)
    found = conflict(_intent("a", 47, 100, START), _intent("b", 47.05, 352.4, later), MINIMA)
    assert found is not None
    assert found.infringed == ("lateral", "vertical", "time")
    assert found.reason == (
        "Intent a of a air and intent b of b air come too close, 1.9 NM apart (minimum 5.0 NM) and "
        "500 ft apart vertically (minimum 1,000 ft) and 30 s apart in time (minimum 60 s), between "
        "09:00Z and 09:00:30Z on 15 June 2026, 656 to 1,157 ft (200 to 353 m) WGS-84, near "
        "47.0250N 8.0000E."
    )


def test_constraint_over_midnight() -> None:
    night = START.replace(hour=23, minute=30)
    closure = Constraint("R1", "state", _intent("x", 47, 0, night).volumes, name="R1")
    found = conflict(_intent("a", 47, 50, night), closure)
    assert found is not None
    assert "constraint R1 of state overlap from 23:30Z on 15 June 2026 to 00:30Z on 16 June" in (
        found.reason
    )


def test_unlocated_notice_says_so_whichever_side_it_is() -> None:
    notice = Notice("N1", "north", START, START + timedelta(minutes=10))
    intent = _intent("a", 47, 100, START)
    expected = (
        "Notice N1 of north names no place and stands for the whole agreed area, at every "
        "altitude, until it is clarified: intent a of a air lies within its time, 08:00Z to 08:10Z "
        "on 15 June 2026."
    )
    for sides in ((notice, intent), (intent, notice)):
        found = conflict(*sides)
        assert found is not None
        assert not found.located
        assert found.where is None
        assert found.reason == expected


def test_a_gap_never_reads_as_the_minimum() -> None:
    assert distance(9_259.9) == "4.9 NM"
    assert distance(9_260.0) == "5.0 NM"
    assert distance(499.99) == "499 m"
    assert distance(0.4) == "less than 1 m"
