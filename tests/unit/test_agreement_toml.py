"""agreement.toml: every value read, every fault refused with its line, one canonical form."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from openline.airspace.separation import Separation
from openline.errors import InvalidInput
from openline.formats.agreement_toml import agreement_digest, canonical_bytes, read_agreement
from openline.geo.circle import Circle
from openline.geo.position import Position
from openline.line.agreement import Channel, Coarseness, Contact, SeenBy
from openline.line.signatures import public_key_text
from tests.house.test_words import NEVER_AN_ENTITY_FACT
from tests.unit.agreement_samples import AREA, NORTH, SOUTH, TEXT, area_of, line_of, sample


def test_every_value_is_read() -> None:
    known = sample()
    assert (known.id, known.version, known.area) == ("northern-sky", 3, AREA)
    assert known.time_start == datetime(2026, 11, 1, tzinfo=UTC)
    assert known.time_end == datetime(2027, 5, 1, tzinfo=UTC)
    assert known.separation == Separation(9260.0, 304.8, timedelta(seconds=60))
    assert known.notice.lead_time == timedelta(hours=1)
    assert known.notice.read_within == timedelta(minutes=5)
    assert known.notice.disseminated_within == timedelta(minutes=30)
    assert known.notice.urgent_alarms == tuple(timedelta(seconds=s) for s in (10, 30, 60))
    assert known.query.answer_within == timedelta(days=7)
    assert known.line_check.human_every == timedelta(hours=8)
    assert known.line_check.unknown_after_missed == 2
    north, south = known.parties
    assert north.public_key == NORTH.public_key
    assert north.answers_for == ("north-uav", "north-helicopters")
    assert north.channels == (Channel.HTTPS, Channel.BUNDLE)
    assert north.frequencies_mhz == (121.5, 243.0)
    assert north.contacts == (Contact("duty officer", "+00 000 0001"),)
    assert north.shown_to("south") is Coarseness.FULL
    assert north.shown_to("other") is Coarseness.CELLS
    assert south.ladder == ("duty officer",)
    assert south.channels == (Channel.HTTPS,)
    assert south.shown_to("north") is Coarseness.CONFLICTS


def test_minima_by_class() -> None:
    known = sample()
    assert known.separation_between("drone", "drone").lateral_m == 150
    assert known.separation_between("drone", "tanker").lateral_m == 20 * 1852
    assert known.separation_between("tanker", "drone").lateral_m == 20 * 1852
    assert known.separation_between("tanker", "tanker") == known.separation
    widest = Separation(20 * 1852, 304.8, timedelta(seconds=60))
    assert known.separation_between(None, "drone") == widest
    assert known.separation_between("drone", "unheard-of") == widest
    assert known.widest_separation() == widest


# What is replaced by what, what the error says, and the line it names: a text that stands in it.
FAULTS = [
    ('id = "northern-sky"', 'id = "Northern Sky"', "no id", "Northern Sky"),
    ("version = 3", "version = 0", "outside", "version"),
    ("version = 3", "version = 1.5", "whole number", "version"),
    ("version = 3\n", "", "version is missing", "[agreement]"),
    ("version = 3", "verison = 3", "no such field", "verison"),
    ("version = 3", "version = 3\npurpose = 'x'", "no such field", "purpose"),
    ('"2026-11-01T00:00Z"', '"2026-11-01T00:00"', "time zone", "valid"),
    ('"2026-11-01T00:00Z"', '"2028-11-01T00:00Z"', "not after", "valid"),
    ('"2026-11-01T00:00Z", ', "", "start and an end", "valid"),
    ("lateral_nm = 5.0", "lateral_nm = -5", "outside", "[separation]"),
    ("lateral_nm = 5.0", "lateral_nm = nan", "finite", "lateral_nm = nan"),
    ("lateral_nm = 5.0", 'lateral_nm = "5"', "no number", 'lateral_nm = "5"'),
    ("lateral_nm = 5.0", "lateral_nm = 5\nlateral_m = 9260", "both are given", "lateral_nm = 5"),
    ("lateral_nm = 5.0\n", "", "is missing", "[separation]"),
    ("time_s = 60", "time_s = 1e300", "too long", "time_s = 1e300"),
    ('["drone", "drone"]', '["drone", "blimp"]', "no class of flight", "[[separation.between]]"),
    ('["drone", "drone"]', '["drone"]', "between two", '["drone"]'),
    ('["drone", "drone"]', '["drone", "tanker"]', "twice", "[[separation.between]]"),
    ('id = "drone"', 'id = "Drone"', "no id", "Drone"),
    ("receipt_within_s = 60", "receipt_within_s = 0", "outside", "receipt_within_s"),
    ("read_within_s = 300", "read_within_s = 30", "before the machine", "read_within_s"),
    ("[10, 30, 60]", "[]", "alarms", "urgent_alarms_s"),
    ("[10, 30, 60]", "[30, 10]", "comes after", "urgent_alarms_s"),
    ("[10, 30, 60]", "[1e300]", "too long", "urgent_alarms_s"),
    ("[10, 30, 60]", "[10, true]", "no number", "urgent_alarms_s"),
    ("urgent_within_days = 2", "urgent_within_days = 20", "sooner", "urgent_within_days"),
    ("machine_every_s = 60", "machine_every_s = 1e9", "outside", "machine_every_s"),
    ("unknown_after_missed = 2", "unknown_after_missed = 0", "missed", "unknown_after_missed"),
    ("[line_check]\n", "[linecheck]\n", "no such field", "[linecheck]"),
    ("[line_check]\n", "[line_check]\nextra = 1\n", "no such field", "extra"),
    ('id = "south"', 'id = "north"', "already somebody's", "[[party]]"),
    ('id = "south"', 'id = "north-uav"', "already somebody's", "[[party]]"),
    (public_key_text(SOUTH.public_key), "", "has no key", 'key = ""'),
    (public_key_text(SOUTH.public_key), "ed25519:AAAA", "no public key", "ed25519:AAAA"),
    (public_key_text(SOUTH.public_key), public_key_text(bytes(32)), "no Ed25519", "AAAAAA"),
    (public_key_text(SOUTH.public_key), public_key_text(NORTH.public_key), "somebody's", ""),
    ('"https", "bundle"', '"https", "fax"', "'fax' is not known", "fax"),
    ('"https", "bundle"', '"https", "https"', "twice", "channels"),
    ('"https", "bundle"', "", "needs a channel", "channels"),
    ("[121.5, 243.0]", "[-1]", "no frequency", "frequencies_mhz"),
    ('south = "full"', 'south = "all"', "'all' is not known", "shows"),
    ('south = "full"', 'west = "full"', "no other party", "[[party]]"),
    ('phone = "+00 000 0001"', "", "cannot be reached", "[[party.contact]]"),
    ('ladder = ["duty officer", "cell chief"]', "ladder = []", "ladder has", "ladder"),
    ('role = "duty officer"', 'role = "duty officer"\nunit = "x"', "no such field", "unit ="),
]


@pytest.mark.parametrize(("old", "new", "words", "line"), FAULTS, ids=lambda value: str(value)[:30])
def test_every_fault_is_refused_with_its_line(old: str, new: str, words: str, line: str) -> None:
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(InvalidInput, match=words) as caught:
        sample(text)
    assert caught.value.facts["file"] == "agreement.toml"
    stated = caught.value.facts["line"]
    assert isinstance(stated, int)
    if line == "[[party]]":
        assert text.split("\n")[stated - 1] == "[[party]]"
    elif line:
        assert stated == line_of(line, text), str(caught.value)


@pytest.mark.parametrize("table", ["agreement", "separation", "notice", "line_check"])
def test_every_table_has_to_be_there(table: str) -> None:
    lines = TEXT.split("\n")
    at = lines.index(f"[{table}]")
    end = next(n for n in range(at + 1, len(lines)) if not lines[n] or lines[n].startswith("["))
    with pytest.raises(InvalidInput, match=f"{table} is missing"):
        sample("\n".join(lines[:at] + lines[end:]).replace("[[separation.between]]", "[[x.y]]"))


def test_one_party_is_no_line() -> None:
    alone = TEXT[: TEXT.rindex("[[party]]")].replace(', south = "full"', "")
    with pytest.raises(InvalidInput, match="number of parties is 1"):
        sample(alone)


def test_the_canonical_bytes_say_the_same_whatever_the_layout() -> None:
    other = TEXT.replace("lateral_nm = 5.0", "lateral_m = 9260 # the same").replace("60, 3", "60,3")
    other = other.replace('"north-uav", "north-helicopters"', '"north-helicopters", "north-uav"')
    first = other.index("[[party]]")
    second = other.index("[[party]]", first + 1)
    other = other[:first] + other[second:] + "\n" + other[first:second]
    assert other != TEXT
    assert canonical_bytes(sample(other)) == canonical_bytes(sample())
    assert agreement_digest(sample()) == sha256(canonical_bytes(sample())).digest()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 3", "version = 4"),
        ("lateral_nm = 5.0", "lateral_nm = 5.0000001"),
        ("lead_time_min = 60", "lead_time_min = 59"),
        ('name = "Southern Rescue"', 'name = "Southern rescue"'),
        ("[121.5, 243.0]", "[243.0, 121.5]"),
        ('"cells", south', '"full", south'),
        ('ladder = ["duty officer", "cell chief"]', 'ladder = ["cell chief", "duty officer"]'),
        ("disseminated_within_s = 1800\n", ""),
        ("+00 000 0001", "+00 000 0002"),
        ('["tanker", "drone"]', '["tanker", "tanker"]'),
    ],
)
def test_every_changed_value_changes_the_canonical_bytes(old: str, new: str) -> None:
    assert old in TEXT
    assert agreement_digest(sample(TEXT.replace(old, new, 1))) != agreement_digest(sample())


def test_the_area_is_part_of_what_is_signed() -> None:
    moved = Circle(Position(54.0, 7.000001), 100_000.0)
    other = read_agreement(TEXT.encode(), "agreement.toml", lambda _: moved)
    assert agreement_digest(other) != agreement_digest(sample())


def test_the_canonical_bytes_are_json_in_si_units() -> None:
    head, body, end = canonical_bytes(sample()).split(b"\n")
    assert (head, end) == (b"openline.agreement/1", b"")
    values = json.loads(body)
    assert values["separation"] == {"lateral_m": 9260.0, "vertical_m": 304.8, "time_s": 60.0}
    assert values["class_minima"]["drone/tanker"]["lateral_m"] == 37040.0
    assert values["notice"]["lead_time_s"] == 3600.0
    assert values["area"]["geometry"]["coordinates"] == [7.0, 54.0]
    assert list(values["parties"]) == ["north", "south"]


def test_no_field_says_what_a_flight_is_for() -> None:
    for word in NEVER_AN_ENTITY_FACT:
        for head in ("[agreement]", "[[party]]", "[[flight_class]]", "[notice]"):
            with pytest.raises(InvalidInput, match="no such field"):
                sample(TEXT.replace(head, f'{head}\n{word} = "x"', 1))


def test_a_fault_in_the_area_goes_through() -> None:
    def broken(name: str) -> Circle:
        raise InvalidInput("no footprint", file=name)

    with pytest.raises(InvalidInput, match="no footprint"):
        read_agreement(TEXT.encode(), "agreement.toml", broken)
    assert area_of("area.geojson") == AREA


def test_the_others_are_told_of_a_plan_without_authority_only_if_it_is_agreed() -> None:
    agreed = sample(TEXT.replace("[line_check]", "[authority]\nshown_after_min = 90\n[line_check]"))
    assert agreed.authority.shown_after == timedelta(minutes=90)
    assert sample().authority.shown_after is None
    assert agreement_digest(agreed) != agreement_digest(sample())


@pytest.mark.parametrize("value", ["-1", "nan", "50000", '"60"'])
def test_a_wrong_time_after_which_others_are_told_is_refused_with_its_line(value: str) -> None:
    text = TEXT.replace("[line_check]", f"[authority]\nshown_after_min = {value}\n[line_check]")
    with pytest.raises(InvalidInput) as caught:
        sample(text)
    assert caught.value.facts["line"] in (
        line_of("shown_after_min", text),
        line_of("[authority]", text),
    )


def test_positions_are_shown_to_those_that_are_named() -> None:
    text = TEXT.replace('id = "south"', 'id = "south"\npositions_to = ["south", "north"]', 1)
    text = text.replace("[line_check]", '[positions]\nseen_by = "parties"\n[line_check]', 1)
    known = sample(text)
    assert [party.positions_to for party in known.parties] == [(), ("south", "north")]
    assert known.positions_seen_by is SeenBy.PARTIES
    # an agreement that does not speak of it is the same as before there was such a field
    assert b"positions" not in canonical_bytes(sample())
    open_to_all = sample(text.replace('"parties"', '"anybody"'))
    assert len({agreement_digest(one) for one in (known, sample(), open_to_all)}) == 3
    turned = text.replace('["south", "north"]', '["north", "south"]')
    assert agreement_digest(sample(turned)) == agreement_digest(known)
    assert b"seen_by" not in canonical_bytes(open_to_all)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "south"', 'id = "south"\npositions_to = ["west"]', "no party"),
        ('id = "south"', 'id = "south"\npositions_to = ["north", "north"]', "twice"),
        ('id = "south"', 'id = "south"\npositions_to = "north"', "positions_to"),
        ("[line_check]", '[positions]\nseen_by = "friends"\n[line_check]', "not known"),
        ("[line_check]", "[positions]\n[line_check]", "seen_by"),
        ("[line_check]", '[positions]\nseen_by = "parties"\nto = 1\n[line_check]', "such field"),
    ],
)
def test_positions_shown_to_nobody_that_is_known_are_refused(
    old: str, new: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        sample(TEXT.replace(old, new, 1))
    assert caught.value.facts["line"]
