"""Option values as people write them, and the options that several commands share."""

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from openline.errors import OpenlineError

if TYPE_CHECKING:
    from openline.airspace.separation import Separation

_ParamType: Any = click.ParamType  # generic in some releases of click, not in others
_Function = TypeVar("_Function", bound=Callable[..., Any])


class _Value(_ParamType):  # type: ignore[misc]
    """A value that a function of ours reads; its error is shown with the option's name."""

    def __init__(self, name: str, read: Callable[[str], Any]) -> None:
        self.name = name
        self._read = read

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value read. Raises: BadParameter."""
        if not isinstance(value, str):
            return value
        try:
            return self._read(value)
        except OpenlineError as error:
            self.fail(str(error), param, ctx)


class _PathName(click.Path):
    """A path as a word, completed by the shell. Whoever opens it says what is wrong with it."""

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> Any:
        """The word as it stands."""
        return value


def _length(text: str) -> float:
    from openline.formats.quantities import parse_length

    return parse_length(text)


def _duration(text: str) -> object:
    from openline.formats.quantities import parse_duration

    return parse_duration(text)


def _instant(text: str) -> datetime:
    from openline.formats.instants import parse_instant

    return parse_instant(text)


def _minima(text: str) -> "Separation":
    from difflib import get_close_matches

    from openline.airspace.separation import PRESETS
    from openline.errors import InvalidInput
    from openline.formats.quantities import parse_minima

    try:
        return parse_minima(text)
    except InvalidInput as error:
        near = get_close_matches(text.strip().lower(), PRESETS, n=1)
        if near and "/" not in text:
            raise InvalidInput(f"{text!r} are no minima", cure=f"did you mean {near[0]}?") from None
        raise error


def _period(text: str) -> tuple[datetime, datetime]:
    from openline.airspace.volume import check_window
    from openline.errors import InvalidTimeRange
    from openline.formats.instants import parse_instant

    start, slash, end = text.partition("/")
    if not slash:
        raise InvalidTimeRange(
            f"{text!r} is no period", cure="write START/END: 2026-11-22T10:00Z/2026-11-22T12:00Z"
        )
    return check_window(parse_instant(start), parse_instant(end))


def _ground(text: str) -> tuple[float, float]:
    from openline.formats.quantities import parse_ground

    return parse_ground(text)


def _qnh(text: str) -> float:
    from openline.formats.quantities import parse_pressure

    return parse_pressure(text)


def _party(text: str) -> tuple[str | None, str]:
    from openline.errors import InvalidInput

    file, equals, name = text.rpartition("=")
    if not name.strip() or (equals and not file):
        raise InvalidInput(f"{text!r} names no party", cure="write FILE=NAME, or NAME for all")
    return (file if equals else None), name.strip()


def _takeoff(text: str) -> tuple[str | None, datetime]:
    file, equals, instant = text.rpartition("=")
    return (file if equals else None), _instant(instant)


LENGTH: Final = _Value("LENGTH", _length)
DURATION: Final = _Value("DURATION", _duration)
INSTANT: Final = _Value("INSTANT", _instant)
MINIMA: Final = _Value("MINIMA", _minima)
PERIOD: Final = _Value("START/END", _period)
PATH: Final = _PathName()

_READING: Final = (
    click.option(
        "--party",
        "parties",
        type=_Value("[FILE=]NAME", _party),
        multiple=True,
        help="Whose traffic a file (or every file) holds. Else the file's own word, else its name.",
    ),
    click.option(
        "--takeoff",
        "takeoffs",
        type=_Value("[FILE=]INSTANT", _takeoff),
        multiple=True,
        help="Take-off of plans that have no times, as 2026-11-22T10:00Z.",
    ),
    click.option(
        "--ground",
        type=_Value("LOW..HIGH", _ground),
        help="Lowest and highest ground (AMSL) in the region, for limits above ground: 400m..520m.",
    ),
    click.option(
        "--widen-agl",
        is_flag=True,
        help="Without --ground: let limits above ground stand for any ground on Earth.",
    ),
    click.option("--qnh", type=_Value("HPA", _qnh), help="Pressure, for flight levels: 1013."),
    click.option(
        "--fl-margin",
        type=LENGTH,
        help="How far a flight level may really be off, instead of extremes of weather: 300m.",
    ),
    click.option(
        "--half-width", type=LENGTH, help="Half the width of lines that state none: 200m."
    ),
    click.option("--format", "format_name", metavar="NAME", help="Do not guess: see `formats`."),
    click.option(
        "--skip-invalid", is_flag=True, help="Leave out a bad feature with a warning, and go on."
    ),
)


def reading_options(function: _Function) -> _Function:
    """The options that say how files are read; the values go to `sources.reading_of`."""
    for option in reversed(_READING):
        function = option(function)
    return function


_COSTS: Final = (
    ("later", "Cost of each second later. Default 1."),
    ("earlier", "Cost of each second earlier. Default 1."),
    ("up", "Cost of each metre higher. Default 2."),
    ("down", "Cost of each metre lower. Default 2."),
    ("sideways", "Cost of each metre sideways. Default 0.3."),
    ("narrower", "Cost of each metre narrower. Default 0.6."),
    ("lost", "Cost of each second that is left out of a window. Default 2."),
    ("apart", "Cost of not moving the whole plan alike. Default 60."),
)


def cost_options(function: _Function) -> _Function:
    """The options for what changes cost, in seconds of delay; the values are `cost_...`."""
    for name, help_ in reversed(_COSTS):
        option = click.option(f"--cost-{name}", type=float, metavar="N", help=help_)
        function = option(function)
    return function


def files_argument(function: _Function) -> _Function:
    """One or more FILES: paths, directories, `-` for standard input."""
    argument = click.argument("files", nargs=-1, required=True, type=PATH, metavar="FILES...")
    return argument(function)


def same_file(one: str, other: str) -> bool:
    """Whether two names lead to one file; `-` is no file."""
    import os

    if "-" in (one, other):
        return False
    try:
        return PurePath(os.path.realpath(one)) == PurePath(os.path.realpath(other))
    except ValueError:  # no file has such a name
        return False
