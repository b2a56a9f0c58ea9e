"""Everything said on the line has a word, a name and a sentence, in every language there is."""

import importlib
import pkgutil
import re
import string
import unicodedata
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

import openline.line
from openline.airspace.advise.turn import TurnRule
from openline.airspace.volume import Volume4D
from openline.demo.acts import TWO_SERVERS
from openline.formats.line_catalogue import Catalogue, catalogue, label, languages
from openline.formats.line_message import BODIES
from openline.formats.line_words import describe, headline, instant_words, volume_words
from openline.geo.position import Position
from openline.line.event import (
    ConflictFacts,
    ConflictOpened,
    Event,
    LinkChanged,
    LinkState,
    ProposalChecked,
)
from openline.line.message import bodies as b
from openline.line.message.kind import AnswerCode, Kind, NoticeKind, ReceiptKind, UrgentAction
from openline.line.private.verdict import GUARANTEES, WORDS
from tests import line_strategies
from tests.house.test_words import FORBIDDEN
from tests.unit.line_samples import HOUR, NOON, OTHER, message, volume

STANDING = (
    "A notice is information, not permission and not protection; a receipt is not consent; "
    "unknown is never shown as clear."
)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
ENGLISH = catalogue("en")
OTHERS = tuple(one for one in languages() if one != "en")
# What is spelled as in English in a language; what is an example of a value is so in each.
SAME: dict[str, set[str]] = {
    "fr": {"Urgent", "URGENT…", "Incident", "Question", "normal", "Position", "Positions"}
    | {"Parties", "Distances"},
    "es": {"normal", "no"},
}
SCRIPTS = {"ru": "CYRILLIC", "ar": "ARABIC"}
# Units, datums and abbreviations are the same for every reader.
LATIN = {"HTML", "CSV", "KML", "W84", "AMSL", "UTC", "MGRS", "SHA-256", "hPa", "min", "N", "E"}


def _enumerations() -> set[type[StrEnum]]:
    for module in pkgutil.walk_packages(openline.line.__path__, "openline.line."):
        importlib.import_module(module.name)
    here = {kind for kind in _below(StrEnum) if kind.__module__.startswith("openline.line")}
    # A private check is no message of the line: line/private/verdict.py has its words.
    return {kind for kind in here if not kind.__module__.startswith("openline.line.private")}


def _below(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


def _field_names(kind: Any) -> Iterator[str]:
    for field in fields(kind):
        yield field.name
        for part in (field.type, *get_args(field.type)):
            if is_dataclass(part) and part is not Volume4D:
                yield from _field_names(part)


def _strings(words: Catalogue) -> dict[str, str]:
    """Every string of a language, by where it stands in its file."""

    def flat(content: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
        for name, value in content.items():
            if isinstance(value, dict):
                yield from flat(value, f"{path}{name}/")
            else:
                yield f"{path}{name}", value

    return dict(flat(msgspec.to_builtins(words), ""))


def _templates(words: Catalogue) -> dict[str, str]:
    named = {f"sentences.{name}": text for name, text in words.sentences.items()}
    return named | {f"phrases.{name}": text for name, text in words.phrases.items()}


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_english_is_there() -> None:
    assert "en" in languages()
    assert ENGLISH.standing == STANDING


@pytest.mark.parametrize("language", languages())
def test_every_code_has_a_word(language: str) -> None:
    words = catalogue(language)
    kinds = _enumerations()
    assert len(kinds) >= 20
    for kind in kinds:
        known, codes = set(words.codes[kind.__name__]), {code.value for code in kind}
        cure = f"Cure: give {kind.__name__} a word for each code in catalogue/{language}.json."
        assert known == codes, cure
        for code in kind:
            assert label(code, language).strip()
    assert set(words.codes) == {kind.__name__ for kind in kinds} | {"ConflictCause"}


@pytest.mark.parametrize("language", languages())
def test_every_field_has_a_name(language: str) -> None:
    values = (*BODIES.values(), *get_args(Event))
    needed = {name for value in values for name in _field_names(value)}
    assert needed - {"facts"} <= set(catalogue(language).fields), "its parts are shown"


@pytest.mark.parametrize("language", languages())
def test_every_kind_and_event_has_a_sentence(language: str) -> None:
    words = catalogue(language)
    names = {event.name for event in get_args(Event)}
    assert set(words.events) == names
    for name in names:
        assert name in words.sentences
    for kind in Kind:
        assert any(key.partition(".")[0] == kind for key in words.sentences)
    for code in AnswerCode:
        assert f"ANSWER.{code}" in words.sentences
    for receipt in ReceiptKind:
        assert f"RECEIPT.{receipt}" in words.sentences


@pytest.mark.parametrize("language", languages())
def test_every_language_says_the_same_with_the_same_values(language: str) -> None:
    words, english = _templates(catalogue(language)), _templates(ENGLISH)
    assert set(words) == set(english)
    for name, template in words.items():
        assert _placeholders(template) == _placeholders(english[name]), name
    assert set(catalogue(language).fields) == set(ENGLISH.fields)


def test_the_languages_of_the_line_are_there() -> None:
    assert set(languages()) == {"ar", "en", "es", "fr", "ru"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_strings_of_english_and_no_other(language: str) -> None:
    strings, english = _strings(catalogue(language)), _strings(ENGLISH)
    lacks, more = english.keys() - strings.keys(), strings.keys() - english.keys()
    assert not lacks, f"Cure: say {sorted(lacks)} in catalogue/{language}.json."
    assert not more, f"Cure: take {sorted(more)} out of catalogue/{language}.json."
    assert list(strings) == list(english), "Cure: keep the order of en.json."
    for name, text in strings.items():
        assert text.strip() == text != "", name
        assert sorted(_fields_in(text)) == sorted(_fields_in(english[name])), name


@pytest.mark.parametrize("language", OTHERS)
def test_no_string_is_left_in_english(language: str) -> None:
    allowed = SAME.get(language, set())
    for name, text in _strings(catalogue(language)).items():
        if text == _strings(ENGLISH)[name] and not name.endswith(".example"):
            assert text in allowed, name


@pytest.mark.parametrize("language", sorted(SCRIPTS))
def test_a_language_is_in_its_script(language: str) -> None:
    for name, text in _strings(catalogue(language)).items():
        if name == "language" or name.endswith(".example"):
            continue
        bare = re.sub(r"\{\w+\}", " ", text)
        letters = {unicodedata.name(one).split()[0] for one in bare if one.isalpha()}
        if set(bare) - set(" {}/,;:"):  # not of values alone
            assert SCRIPTS[language] in letters, name
        words = set(re.findall(r"[A-Za-z][A-Za-z0-9-]*", bare))
        assert words <= LATIN, name


def _fields_in(template: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(template) if name is not None]


def test_the_words_promise_nothing() -> None:
    forbidden = [*FORBIDDEN, r"clear(?:ed|ance)?", r"permi(?:t|ssion)\w*", r"safe\w*", "allow"]
    data = msgspec.json.encode(ENGLISH).decode()
    for denial in (STANDING, ENGLISH.console["filing.standing"]):
        data = data.replace(denial, "")
    for pattern in forbidden:
        found = re.search(rf"\b(?:{pattern})\b", data, re.IGNORECASE)
        assert found is None, found


def test_a_language_that_is_not_here_is_english() -> None:
    for language in ("tlh", "en-GB", "EN", "../en", "", "x" * 1_000):
        assert catalogue(language).language == "en"


@settings(deadline=None, max_examples=60, suppress_health_check=SLOW)
@given(line_strategies.messages())
def test_any_message_can_be_shown(said: Any) -> None:
    line = headline(said)
    assert line.strip()
    assert "\n" not in line
    rows = describe(said)
    assert rows[0] == ("From", said.sender)
    for name, value in rows:
        assert name.strip()
        assert value.strip()


@settings(deadline=None, max_examples=60)
@given(line_strategies.events)
def test_any_event_can_be_shown(said: Any) -> None:
    assert headline(said).strip()
    assert all(name.strip() and value.strip() for name, value in describe(said))


def test_a_notice_without_a_place_says_so() -> None:
    body = b.Notify(NoticeKind.UNLOCATED, NOON, NOON + HOUR)
    assert headline(message(body=body)) == (
        "Notice without a place, 2026-11-22 12:00Z to 2026-11-22 13:00Z: it stands for the whole "
        "agreed area until it is located"
    )


@pytest.mark.parametrize(
    ("kind", "body", "line"),
    [
        (Kind.URGENT, b.Urgent(UrgentAction.STOP), "URGENT from north: STOP"),
        (
            Kind.ANSWER,
            b.Answer(AnswerCode.CONTINUING_AS_PLANNED, OTHER),
            "north is continuing as planned",
        ),
        (
            Kind.ANSWER,
            b.Answer(AnswerCode.NEED_MORE_TIME, OTHER, NOON),
            "north needs more time, until 2026-11-22 12:00Z",
        ),
        (
            Kind.RECEIPT,
            b.Receipt(ReceiptKind.READ, OTHER),
            "A duty officer of north has read it",
        ),
        (
            Kind.READBACK,
            b.Readback(OTHER, Position(-54.1, -7.25), 100.0, 900.5, NOON, NOON + HOUR),
            "north understood: 54.10000S 7.25000W, 100 m to 900.5 m W84, "
            "2026-11-22 12:00Z to 2026-11-22 13:00Z",
        ),
        (Kind.QUERY, b.Query("who {from} was it?"), "Question: who {from} was it?"),
        (Kind.QUERY, b.Query("who?", urgent=True), "Urgent question: who?"),
    ],
)
def test_headlines(kind: Kind, body: Any, line: str) -> None:
    assert headline(message(kind, body)) == line


def test_every_field_is_described_in_its_order() -> None:
    rows = describe(message(Kind.NOTIFY))
    names = [name for name, _ in rows]
    assert names == [
        *("From", "To", "Officer", "Sent", "Expires", "Tells of", "Begins", "Ends"),
        *("Where", "Where", "Where", "Asks", "Name", "Class of flight", "Text", "Others see"),
        *("On the spot", "Confirmed by"),
    ]
    assert dict(rows)["On the spot"] == (
        "Role: convoy lead; Phone: +00 000 0002; Frequency: 121.5 MHz; Tried at: 2026-11-22 11:00Z"
    )
    assert ("Tells of", "a movement") in describe(message(Kind.AMEND))


def test_limits_are_shown_as_their_author_gave_them() -> None:
    assert volume_words(volume(2)) == (
        "route of 2 points from 54.00000N 7.00000E, 926 m to each side; 2000 ft AMSL to FL100; "
        "2026-11-22 12:00Z to 2026-11-22 13:00Z"
    )
    assert volume_words(volume(1)).startswith("circle of 1500 m around 54.50000N 7.25000E; 100.5 m")


def test_what_comes_only_from_a_missing_place_is_said_to() -> None:
    facts = ConflictFacts(NOON, NOON + HOUR, 9_260.0, 300.0, 60.0, "no place", unlocated=OTHER)
    event = ConflictOpened("c-1", ("a", OTHER), ("north", "south"), facts)
    assert headline(event).endswith("only because a notice names no place")
    assert ("Agreed lateral separation", "9260 m") in describe(event)


def test_unknown_is_never_shown_as_anything_else() -> None:
    event = LinkChanged("north", ("south",), LinkState.UNKNOWN, None)
    assert headline(event) == "The link to north is UNKNOWN"


def test_what_a_proposal_would_still_meet_is_said() -> None:
    free = ProposalChecked("c-1", OTHER, ("north",), ())
    assert headline(free) == "Moved as proposed, nothing else would be too close"
    assert "still" in headline(ProposalChecked("c-1", OTHER, ("north",), ("t-1",)))


def test_seconds_are_shown_where_there_are_any() -> None:
    assert instant_words(NOON.replace(second=5)) == "2026-11-22 12:00:05Z"
    assert instant_words(NOON.replace(microsecond=500_000)) == "2026-11-22 12:00:00.500000Z"


def test_what_others_say_in_english_is_so_in_the_catalogue() -> None:
    """The page translates by names; the English of each is that of whoever says it."""
    page = ENGLISH.console
    for act in TWO_SERVERS:
        assert page[f"demo.{act.name}.title"] == act.title
        assert page[f"demo.{act.name}.sentence"] == act.sentence
    for reason, words in WORDS.items():
        assert page[f"private.reason.{reason.value}"] == words
    for number, guarantee in enumerate(GUARANTEES, start=1):
        assert page[f"private.guarantee.{number}"] == guarantee.replace("*", "")
    assert {one.value for one in TurnRule} == {
        name.removeprefix("rule.") for name in page if name.startswith("rule.")
    }
