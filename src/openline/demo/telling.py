"""How the story is told: as text for people at a terminal, or as lines of JSON for programs."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from shutil import get_terminal_size
from textwrap import fill
from typing import Any, Final, Protocol

from openline.api.demo import ActLine, ActShown
from openline.demo import region
from openline.demo.site import Sites
from openline.demo.worded import Worded
from openline.formats.instants import format_instant
from openline.formats.json_text import encode
from openline.formats.line_catalogue import Catalogue, catalogue, languages

_COLUMNS: Final = 96
_COLUMNS_MIN: Final = 40
_LINKS: Final = {"thread": "t", "conflict": "c", "track": "a"}  # as the page reads them


class Teller(Protocol):
    """Hears of the story, each thing at its instant by the clock of the demo, aware UTC."""

    def greet(self, sites: Sites) -> None:
        """Where the servers are, what is played, who can log in."""
        ...

    def aside(self, name: str) -> None:
        """What is about this run: `browser` (none was found), `begins` (the story waits)."""
        ...

    def act(self, now: datetime, act: ActShown) -> None:
        """An act begins."""
        ...

    def said(self, act: ActShown, line: ActLine) -> None:
        """Something happened in it."""
        ...

    def look(self, now: datetime, act: ActShown, kind: str, name: str, urls: Sequence[str]) -> None:
        """What to look at on the pages of these servers; kind: `thread`, `conflict`, `track`,
        `check` or `page`, and its id or path."""
        ...

    def left_out(self, now: datetime, act: ActShown, error: str) -> None:
        """The rest of the act is left out."""
        ...

    def over(self, now: datetime) -> None:
        """All acts were played."""
        ...


class TextTeller:
    """For a terminal, in the language of words (English). tell: takes a line, or several."""

    def __init__(self, tell: Callable[[str], None], words: Catalogue | None = None) -> None:
        self._tell = tell
        self._words = words or catalogue()

    def greet(self, sites: Sites) -> None:
        """The addresses, a sentence, and everybody's name and password."""
        board = sites.main.board
        values = {
            "region": region.NAME,
            "count": len(board.acts),
            "speed": f"{board.speed:g}",
            "stop": "ctrl-C",
        }
        rows = [
            f"openline demo: {', '.join(site.url for site in sites.all)}",
            wrapped(self._said("hello.what", values), ""),
            wrapped(self._said("hello.people"), ""),
        ]
        for site in sites.all:
            if sites.are_several:
                whose = {"url": site.url, "parties": ", ".join(site.parties)}
                rows.append(self._said("hello.server", whose))
            for one in site.officers:
                role = self._words.console[f"role.{one.role}"]
                rows.append(f"  {one.user:8} {region.PASSWORD}   {one.name}, {one.party} ({role})")
        self._tell("\n".join(rows))

    def aside(self, name: str) -> None:
        """A sentence."""
        self._tell(wrapped(self._said(f"hello.{name}"), ""))

    def act(self, now: datetime, act: ActShown) -> None:
        """Its number, title and sentence."""
        title, sentence = (act_words(self._words, act, part) for part in ("title", "sentence"))
        self._tell(f"\n{_time(now)}  {act.number}. {title}\n{wrapped(sentence)}")

    def said(self, act: ActShown, line: ActLine) -> None:  # noqa: ARG002
        """A line with its time."""
        words = line_words(self._words, line)
        self._tell(wrapped(f"{_time(line.at)}  {words}", further=" " * 11))

    def look(
        self,
        now: datetime,  # noqa: ARG002
        act: ActShown,  # noqa: ARG002
        kind: str,
        name: str,
        urls: Sequence[str],
    ) -> None:
        """An address for each server."""
        private = self._words.console["private.title"]
        ends = {"check": f" ({private})", "page": name}
        end = ends.get(kind) or f"/#{_LINKS[kind]}={name}"
        self._tell("\n".join(f"    → {url}{end}" for url in urls))

    def left_out(self, now: datetime, act: ActShown, error: str) -> None:  # noqa: ARG002
        """That it is, and why."""
        self._tell(f"    ({self._said('said.left_out', {'error': error})})")

    def over(self, now: datetime) -> None:  # noqa: ARG002
        """That it was the story, and how it goes on."""
        self._tell(f"\n{wrapped(self._said('over'), '')}")

    def _said(self, name: str, values: Mapping[str, object] | None = None) -> str:
        return _filled(self._words, name, values or {})


class JsonTeller:
    """A line of JSON for each thing, `words` in the language of words (English); docs/demo.md."""

    def __init__(self, tell: Callable[[str], None], words: Catalogue | None = None) -> None:
        self._tell = tell
        self._words = words or catalogue()

    def greet(self, sites: Sites) -> None:
        """`demo`: addresses, number of acts, speed, everybody's name and password."""
        board = sites.main.board
        servers = [{"url": site.url, "parties": list(site.parties)} for site in sites.all]
        logins = [
            {
                "user": one.user,
                "password": region.PASSWORD,
                "party": one.party,
                "role": one.role,
                "name": one.name,
            }
            for one in (officer for site in sites.all for officer in site.officers)
        ]
        values = {"region": region.NAME, "acts": len(board.acts), "speed": board.speed}
        self._line("demo", **values, servers=servers, logins=logins)

    def aside(self, name: str) -> None:
        """`note`."""
        self._line("note", name=name, words=_filled(self._words, f"hello.{name}", {}))

    def act(self, now: datetime, act: ActShown) -> None:
        """`act`."""
        title, sentence = (act_words(self._words, act, part) for part in ("title", "sentence"))
        self._at("act", now, act, name=act.name, title=title, sentence=sentence)

    def said(self, act: ActShown, line: ActLine) -> None:
        """`said`."""
        words = line_words(self._words, line)
        self._at("said", line.at, act, name=line.name, values=line.values, words=words)

    def look(self, now: datetime, act: ActShown, kind: str, name: str, urls: Sequence[str]) -> None:
        """`look`."""
        ends = {"check": "", "page": name}
        end = ends[kind] if kind in ends else f"/#{_LINKS[kind]}={name}"
        self._at("look", now, act, **{kind: name}, urls=[f"{url}{end}" for url in urls])

    def left_out(self, now: datetime, act: ActShown, error: str) -> None:
        """`left_out`."""
        self._at("left_out", now, act, error=error)

    def over(self, now: datetime) -> None:
        """`over`."""
        self._line("over", time=format_instant(now), words=_filled(self._words, "over", {}))

    def _at(self, event: str, now: datetime, act: ActShown, **values: object) -> None:
        self._line(event, time=format_instant(now), act=act.number, **values)

    def _line(self, event: str, **values: object) -> None:
        self._tell(encode({"event": event, **values}))


def line_of(now: datetime, name: str, values: Mapping[str, object]) -> ActLine:
    """Something that happened, by its name in the catalogues and what goes into it: text, or
    something that has words of its own in each language."""
    texts = {key: _text(value, catalogue()) for key, value in values.items()}
    own: dict[str, Any] = {key: one for key, one in values.items() if hasattr(one, "in_words")}
    worded = {
        language: {key: _text(value, catalogue(language)) for key, value in own.items()}
        for language in languages()
        if own and language != catalogue().language
    }
    words = _filled(catalogue(), f"said.{name}", texts)
    return ActLine(now, name, texts, words, worded)


def line_words(words: Catalogue, line: ActLine) -> str:
    """What happened, in that language."""
    return _filled(words, f"said.{line.name}", line.values | line.worded.get(words.language, {}))


def act_words(words: Catalogue, act: ActShown, part: str) -> str:
    """The title or sentence of an act; of one that no catalogue knows, in English."""
    return words.console.get(f"demo.{act.name}.{part}", str(getattr(act, part)))


def wrapped(text: str, indent: str = " " * 4, further: str = "") -> str:
    """A text as lines that a terminal has room for; those after the first stand `further` in."""
    columns = min(max(get_terminal_size((_COLUMNS, 0)).columns, _COLUMNS_MIN), _COLUMNS)
    return fill(text, columns, initial_indent=indent, subsequent_indent=indent + further)


def _text(value: object | Worded, words: Catalogue) -> str:
    in_words = getattr(value, "in_words", None)
    return str(value) if in_words is None else str(in_words(words))


def _filled(words: Catalogue, name: str, values: Mapping[str, object]) -> str:
    texts = {key: str(value) for key, value in values.items()}
    return words.filled(words.console[f"demo.{name}"], texts)


def _time(instant: datetime) -> str:
    return format_instant(instant.replace(microsecond=0))[11:19] + "Z"
