"""NOTAM text: what each message becomes, and what contradicts itself. 22 Nov 2026 is a Sunday."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from openline.airspace.entity import Constraint, Notice
from openline.errors import InvalidAltitude, InvalidInput
from openline.formats import notam
from openline.formats.traffic import ReadOptions, Traffic
from openline.geo.altitude_resolver import AltitudePolicy
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.polygon import Polygon
from openline.limits import TEXT_MAX, TIME_MAX, TIME_MIN

SAMPLE = Path(__file__).parents[1] / "samples" / "notam" / "messages.txt"
CIRCLE = "E) EXER WI 5NM RADIUS OF 502812N0301530E."


def _read(text: str, **options: object) -> Traffic:
    return notam.read(text.encode(), "test.txt", ReadOptions(**options))  # type: ignore[arg-type]


def _message(  # the fields that a test is about
    q: str = "XXAA/QRTCA/IV/BO/W/000/100/5028N03015E006",
    b: str = "B) 2611220600",
    c: str = "C) 2611242000",
    d: str = "",
    e: str = CIRCLE,
    limits: str = "F) SFC G) FL100",
    head: str = "A0001/26 NOTAMN",
) -> str:
    return f"({head}\nQ) {q}\nA) XXAA {b} {c}\n{d}\n{e}\n{limits})\n"


def _one(text: str, **options: object) -> Constraint | Notice:
    read = _read(text, **options)
    (entity,) = (*read.constraints, *read.notices)
    return entity


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def _times(entity: Constraint | Notice) -> list[tuple[datetime, datetime]]:
    return [(volume.time_start, volume.time_end) for volume in entity.volumes]


def test_sample() -> None:
    read = notam.read(SAMPLE.read_bytes(), "messages.txt", ReadOptions())
    found = {entity.id: entity for entity in read.entities()}
    assert list(found) == [
        *("A0101/26", "A0102/26", "A0103/26", "A0106/26", "A0107/26", "A0104/26", "A0105/26")
    ]
    assert {e.kind.value for e in read.constraints} == {"constraint"}
    assert [notice.id for notice in read.notices] == ["A0104/26", "A0105/26"]
    # A0103 replaces A0102 at 12:00, A0108 cancels A0104 at 12:00
    assert _times(found["A0102/26"]) == [(_at(22, 10), _at(22, 12))]  # type: ignore[arg-type]
    assert found["A0104/26"].volumes[0].time_end == _at(22, 12)
    assert found["A0105/26"].volumes == ()
    assert isinstance(found["A0102/26"].volumes[0].footprint, Polygon)
    assert isinstance(found["A0107/26"].volumes[0].footprint, Corridor)
    low = [warning for warning in read.warnings if "low confidence" in warning]
    assert [warning.split(": ")[1] for warning in low] == ["A0104/26", "A0106/26"]
    assert any("A0105/26" in w and "unlocated" in w for w in read.warnings)


def test_free_text_with_letters_in_brackets_ends_at_the_limits() -> None:
    entity = _one(_message(e=CIRCLE + "\nSEE CHART A) AND F) BELOW, NOTE G) TOO."))
    assert str(entity.volumes[0].altitude) == "SFC to FL100"


def test_all_fields_on_one_line_and_lower_case() -> None:
    assert _one(_message().replace("\n", " ")).id == "A0001/26"
    assert _one(_message().lower()).party == "XXAA"


def test_without_a_header() -> None:
    text = _message().partition("\n")[2].rstrip(")\n")
    assert _one(text).id == "NOTAM 1"
    assert len(_read(text + "\n\n" + text).constraints) == 2


def test_same_message_twice_gets_a_number() -> None:
    assert [c.id for c in _read(_message() * 2).constraints] == ["A0001/26", "A0001/26 #2"]


def test_raw_text_is_kept_and_bounded() -> None:
    entity = _one(_message(e=CIRCLE + " BLAH" * 500))
    assert isinstance(entity, Constraint)
    assert entity.reason is not None
    assert entity.reason.startswith("A0001/26 NOTAMN Q) XXAA/QRTCA")
    assert len(entity.reason) == TEXT_MAX


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("QRTCA", Constraint),
        ("QRDCA", Constraint),
        ("QWULW", Constraint),
        ("QAFLC", Constraint),
        ("QRTCN", Notice),
        ("QRTCD", Notice),
        ("QAFXX", Notice),
        ("QMRLC", Notice),
        ("QFALC", Notice),
        ("QOBCE", Notice),
        ("KKKKK", Notice),
    ],
)
def test_kind_by_q_code(code: str, kind: type) -> None:
    assert isinstance(_one(_message(q=f"XXAA/{code}/IV/BO/W/000/100/5028N03015E006")), kind)


@pytest.mark.parametrize(
    ("fields", "start", "end", "warned"),
    [
        ({}, _at(22, 6), _at(24, 20), False),
        ({"c": "C) PERM"}, _at(22, 6), TIME_MAX, False),
        ({"c": "C) UFN"}, _at(22, 6), TIME_MAX, False),
        ({"c": "C) 2611242000 EST"}, _at(22, 6), TIME_MAX, True),
        ({"c": "C) 2611242000EST"}, _at(22, 6), TIME_MAX, True),
        ({"c": ""}, _at(22, 6), TIME_MAX, True),
        ({"b": "B) WIE"}, TIME_MIN, _at(24, 20), False),
        ({"b": "B) WEF 2611220600Z"}, _at(22, 6), _at(24, 20), False),
        ({"b": "B) 2611222400"}, _at(23, 0), _at(24, 20), False),
    ],
)
def test_times(fields: dict[str, str], start: datetime, end: datetime, warned: bool) -> None:
    read = _read(_message(**fields))
    assert _times(read.constraints[0]) == [(start, end)]
    assert bool(read.warnings) is warned


@pytest.mark.parametrize(
    ("schedule", "windows"),
    [
        ("DAILY 0800-1600", [(22, 8, 22, 16), (23, 8, 23, 16), (24, 8, 24, 16)]),
        (
            "0800-1000 1200-1300",
            [
                (22, 8, 22, 10),
                (22, 12, 22, 13),
                (23, 8, 23, 10),
                (23, 12, 23, 13),
                (24, 8, 24, 10),
                (24, 12, 24, 13),
            ],
        ),
        ("MON-FRI 0700-1500", [(23, 7, 23, 15), (24, 7, 24, 15)]),
        ("SAT-MON 0700 - 0800", [(22, 7, 22, 8), (23, 7, 23, 8)]),
        ("MON AND TUE 2200-0200", [(23, 22, 24, 2)]),
        ("SUN H24, TUE 1000-1100", [(22, 6, 23, 0), (24, 10, 24, 11)]),
        ("NOV 22 24 0900-1000", [(22, 9, 22, 10), (24, 9, 24, 10)]),
        ("23-24 0900-1000", [(23, 9, 23, 10), (24, 9, 24, 10)]),
        ("22 0900-1000 NOV 23 1100-1200", [(22, 9, 22, 10), (23, 11, 23, 12)]),
        ("H24", [(22, 6, 24, 20)]),
        ("MON SR-SS", [(22, 10, 24, 12)]),
    ],
)
def test_schedules(schedule: str, windows: list[tuple[int, ...]]) -> None:
    read = _read(_message(d=f"D) {schedule}"))
    times = _times(read.constraints[0])
    if schedule.startswith("MON AND"):
        times = times[:1]  # Tuesday's begins after C)
    assert times == [(_at(a, b), _at(c, d)) for a, b, c, d in windows]
    assert read.warnings == ()


@pytest.mark.parametrize(
    "schedule",
    ["MON-FRI EXC HOL 0800-1600", "HO", "2561-2600", "NOV 22 2200-NOV 23 0200", "31 H24"],
)
def test_schedules_that_are_not_understood_are_the_whole_time(schedule: str) -> None:
    read = _read(_message(d=f"D) {schedule}"))
    assert _times(read.constraints[0]) == [(_at(22, 6), _at(24, 20))]
    assert "not understood" in read.warnings[0]


def test_permanent_schedule_is_expanded_within_the_period_of_interest() -> None:
    text = _message(c="C) PERM", d="D) DAILY 0800-1600")
    assert "--between" in _read(text).warnings[0]
    entity = _one(text, between=(_at(25, 0), _at(26, 0)))
    assert _times(entity) == [(_at(25, 8), _at(25, 16))]


def test_replaced_before_it_began_is_gone() -> None:
    later = _message(b="B) 2611230600")
    successor = _message(head="A0002/26 NOTAMR A0001/26")
    assert [c.id for c in _read(later + successor).constraints] == ["A0002/26"]


@pytest.mark.parametrize(
    ("limits", "band"),
    [
        ("F) SFC G) FL100", "SFC to FL100"),
        ("F) GND G) 5000FT AMSL", "SFC to 5,000 ft AMSL"),
        ("F) 1000 FT MSL G) 1500M AMSL", "1,000 ft AMSL to 1,500 m AMSL"),
        ("F) FL 50\nG) FL 95", "FL050 to FL095"),
        ("", "SFC to FL100"),
        ("F) SFC G) 9000FT", "SFC to FL100"),
        ("F) SFC G) 10050FT AMSL", "SFC to 10,050 ft AMSL"),
    ],
)
def test_limits(limits: str, band: str) -> None:
    assert str(_one(_message(limits=limits)).volumes[0].altitude) == band


def test_limits_of_the_q_line_alone() -> None:
    entity = _one(_message(q="XXAA/QRTCA/IV/BO/W/050/999/5028N03015E006", limits=""))
    assert str(entity.volumes[0].altitude) == "FL050 to unlimited"
    read = _read(_message(q="XXAA/QRTCA", limits=""))
    assert str(read.constraints[0].volumes[0].altitude) == "SFC to unlimited"
    assert len(read.warnings) == 2


@pytest.mark.parametrize(
    ("q_levels", "limits", "both"),
    [
        ("000/100", "F) SFC G) FL150", ("FL150", "FL100")),
        ("000/100", "F) SFC G) UNL", ("unlimited", "FL100")),
        ("000/050", "F) SFC G) 2000M AMSL", ("2,000 m AMSL", "FL050")),
        ("050/100", "F) SFC G) FL100", ("SFC", "FL050")),
        ("050/100", "F) 3000FT AMSL G) FL100", ("3,000 ft AMSL", "FL050")),
        ("000/010", "F) SFC G) 5000FT AGL", ("5,000 ft AGL", "FL010")),
    ],
)
def test_limits_that_differ_are_an_error_that_names_both(
    q_levels: str, limits: str, both: tuple[str, str]
) -> None:
    text = _message(q=f"XXAA/QRTCA/IV/BO/W/{q_levels}/5028N03015E006", limits=limits)
    with pytest.raises(InvalidAltitude) as caught:
        _read(text, altitude=AltitudePolicy(ground_amsl_m=(0.0, 100.0)))
    assert all(word in caught.value.problem for word in both)
    assert caught.value.facts["element"] == "NOTAM A0001/26"
    assert caught.value.facts["line"] == 1


def test_places_that_lie_apart_are_both_taken() -> None:
    read = _read(_message(q="XXAA/QRTCA/IV/BO/W/000/100/5028N03015W006"))
    assert len(read.constraints[0].volumes) == 2
    assert "lie apart" in read.warnings[0]


def test_area_that_crosses_itself_falls_back_to_the_q_line() -> None:
    crossing = "E) AREA 5000N03000E 5100N03100E 5100N03000E 5000N03100E."
    read = _read(_message(e=crossing))
    assert read.constraints[0].volumes[0].footprint == Circle.of(50 + 28 / 60, 30.25, 6 * 1852)
    assert any("crosses itself" in warning for warning in read.warnings)
    with pytest.raises(InvalidInput, match="crosses itself"):
        _read(_message(q="XXAA/QRTCA", e=crossing))


@pytest.mark.parametrize(
    "q",
    ["XXAA/QRTCA/IV/BO/W/000/100/5028N03015E999", "XXAA/QRTCA/IV/BO/W/000/100", "garbage", ""],
)
def test_no_place_at_all_is_an_unlocated_notice(q: str) -> None:
    read = _read(_message(q=q, e="E) GPS UNRELIABLE."))
    (notice,) = read.notices
    assert not notice.located
    assert (notice.time_start, notice.time_end) == (_at(22, 6), _at(24, 20))
    assert "unlocated" in read.warnings[0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (_message(b="B) 2613220600"), "not a time"),
        (_message(b="B) 22 NOV 0600"), "not a time"),
        (_message(c="C) 2611210600"), "not after start"),
        (_message(q="XXAA/QRTCA/IV/BO/W/200/100/5028N03015E006"), "above its upper"),
        (_message(q="XXAA/QRTCA/IV/BO/W/000/100/5068N03015E006"), "not a position"),
        (_message(q="XXAA/QRTCA", limits="F) SFC G) 9000FT"), "no datum"),
        (_message(limits="F) FL100 G) FL050"), "not above"),
        ("(A0001/26 NOTAMN)", "none of the fields"),
    ],
)
def test_errors_name_the_notam(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem) as caught:
        _read("\n\n" + text)
    assert caught.value.facts["element"] == "NOTAM A0001/26"
    assert caught.value.facts["line"] == 3
    read = _read(_message(head="A0009/26 NOTAMN") + text, skip_invalid=True)
    assert [entity.id for entity in read.entities()] == ["A0009/26"]


def test_no_notam_in_it() -> None:
    with pytest.raises(InvalidInput, match="no NOTAM"):
        _read("hello")
    with pytest.raises(InvalidInput, match="characters"):
        _read(_message(e="E) " + "X" * 30_000))
    assert not notam.recognises("ac r\nan notam area\nah notam\n")
    assert notam.recognises(_message().lower())
    assert notam.recognises("q) xxaa/qrtca/iv/bo/w/000/100/5028n03015e006")
