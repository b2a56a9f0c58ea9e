"""Reading settings: from a TOML file, the environment and options, each checked with its place."""

import math
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from openline.app.configuration import Configuration, configuration
from openline.app.settings_table import BY_NAME, SETTINGS, Kind, Setting, Value
from openline.errors import InvalidInput, Unreachable
from openline.limits import SETTINGS_BYTES_MAX

FILE_NAME: Final = "openline.toml"
FILE_VARIABLE: Final = "OPENLINE_CONFIG"
_PREFIX: Final = "OPENLINE_"
_MEMORY: Final = ":memory:"
# Variables with our prefix that are no settings: the file's name, what clients read, and secrets.
_OTHER_VARIABLES: Final = frozenset(
    {
        *(FILE_VARIABLE, "OPENLINE_SERVER", "OPENLINE_TOKEN"),
        *("OPENLINE_SMTP_USER", "OPENLINE_SMTP_PASSWORD"),
    }
)
# What Kubernetes sets in every container for a service that is called "openline".
_FROM_KUBERNETES: Final = ("OPENLINE_SERVICE_", "OPENLINE_PORT_")
_ON: Final = frozenset({"1", "true", "yes", "on"})
_OFF: Final = frozenset({"0", "false", "no", "off"})

Given = dict[str, tuple[Value, str]]


def read_configuration(
    options: Mapping[str, Value], environment: Mapping[str, str], file: str | None = None
) -> Configuration:
    """The settings: options win over the environment, that over the file, that over defaults.

    `options` are those that were given, by the setting's name. `file`: `--config`; else the
    variable OPENLINE_CONFIG; else `openline.toml` here, if there is one. Raises: InvalidInput with
    file and line, variable or option; Unreachable.
    """
    given: Given = {}
    named = file or environment.get(FILE_VARIABLE)
    if named:
        given |= read_file(Path(named))
    elif Path(FILE_NAME).is_file():
        given |= read_file(Path(FILE_NAME))
    given |= read_environment(environment)
    for name, value in options.items():
        setting = BY_NAME[name]
        checked = check_value(setting, value, f"the option {setting.option}")
        given[name] = (checked, f"option {setting.option}")
    return configuration(given)


def read_file(path: Path) -> Given:
    """The settings of a TOML file. Raises: InvalidInput with file and line; Unreachable."""
    try:
        with path.open("rb") as file:
            data = file.read(SETTINGS_BYTES_MAX + 1)
    except OSError as error:
        raise Unreachable((error.strerror or str(error)).lower(), file=str(path)) from None
    if len(data) > SETTINGS_BYTES_MAX:
        raise InvalidInput(f"more than {SETTINGS_BYTES_MAX} bytes", file=str(path))
    text = _text(data, path)
    try:
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise _no_toml(str(error), path, text) from None
    given: Given = {}
    for name, value in table.items():
        line = _line_of(name, text)
        known = BY_NAME.get(name)
        if known is None:
            raise InvalidInput(f"there is no setting {name!r}", cure=_near(name)).at(
                file=str(path), line=line
            )
        try:
            checked = check_value(known, tuple(value) if isinstance(value, list) else value, name)
        except InvalidInput as error:
            raise error.at(file=str(path), line=line) from None
        where = f"{path}, line {line}" if line else str(path)
        given[name] = (_from_folder(known, checked, path.parent), where)
    return given


def read_environment(environment: Mapping[str, str]) -> Given:
    """The settings of the environment. Lists are divided by commas. Raises: InvalidInput."""
    variables = {setting.environment: setting for setting in SETTINGS}
    given: Given = {}
    for variable, text in environment.items():
        ours = variable.startswith(_PREFIX) and variable not in _OTHER_VARIABLES
        if not ours or not text.strip():  # an empty variable counts as none
            continue
        setting = variables.get(variable)
        if setting is None and variable.startswith(_FROM_KUBERNETES):
            continue
        if setting is None:
            near = get_close_matches(variable.removeprefix(_PREFIX).lower(), BY_NAME, n=1)
            meant = f"did you mean {BY_NAME[near[0]].environment}?" if near else None
            cure = meant or "openline config show lists them"
            raise InvalidInput(f"the variable {variable} is no setting", cure=cure)
        value = _from_text(setting, text)
        checked = check_value(setting, value, f"the variable {variable}")
        given[setting.name] = (checked, f"environment {variable}")
    return given


def check_value(setting: Setting, value: object, place: str) -> Value:
    """The value, if it is of the setting's kind and within its bounds. Raises: InvalidInput."""
    cure = f"give {setting.kind.value}{_bounds(setting)}"
    match setting.kind:
        case Kind.SWITCH:
            fits = isinstance(value, bool)
        case Kind.COUNT:
            fits = isinstance(value, int) and not isinstance(value, bool)
        case Kind.NUMBER:
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case Kind.TEXT:
            fits = isinstance(value, str) and _is_plain(value)
        case Kind.LIST:
            fits = isinstance(value, tuple) and all(
                isinstance(one, str) and _is_plain(one) for one in value
            )
    if not fits:
        raise InvalidInput(f"{place} is {value!r:.80}", cure=cure)
    if setting.choices and value not in setting.choices:
        raise InvalidInput(f"{place} is {value!r:.80}", cure=f"one of {', '.join(setting.choices)}")
    if isinstance(value, int | float) and not _is_within(setting, value):
        raise InvalidInput(f"{place} is {value!r:.80}", cure=cure)
    return value  # type: ignore[return-value]  # what fits is a Value


def _from_text(setting: Setting, text: str) -> object:
    match setting.kind:
        case Kind.LIST:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        case Kind.SWITCH:
            low = text.strip().lower()
            return True if low in _ON else False if low in _OFF else text
        case Kind.COUNT:
            return int(text) if re.fullmatch(r"\s*-?[0-9]{1,18}\s*", text) else text
        case Kind.NUMBER:
            try:
                return float(text)
            except ValueError:
                return text
        case Kind.TEXT:
            return text


def _from_folder(setting: Setting, value: Value, folder: Path) -> Value:
    """Relative paths of a file start at its folder, so that it means the same from everywhere."""
    if not setting.paths:
        return value
    if isinstance(value, tuple):
        return tuple(_path_from(one, folder) for one in value)
    return _path_from(value, folder) if isinstance(value, str) else value


def _path_from(text: str, folder: Path) -> str:
    return text if text == _MEMORY or "://" in text else str(folder / text)


def _is_plain(text: str) -> bool:
    return bool(text.strip()) and text.isprintable()


def _is_within(setting: Setting, value: float) -> bool:
    return math.isfinite(value) and setting.low <= value <= setting.high


def _bounds(setting: Setting) -> str:
    if setting.kind in (Kind.COUNT, Kind.NUMBER):
        return f" from {setting.low:,g} to {setting.high:,.0f}"
    return ""


def _near(name: str) -> str:
    near = get_close_matches(name, BY_NAME, n=1)
    return f"did you mean {near[0]!r}?" if near else "openline config show lists them"


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidInput(
            "it is not UTF-8", cure="save it as UTF-8", file=str(path), line=line
        ) from None


def _no_toml(problem: str, path: Path, text: str) -> InvalidInput:
    found = re.search(r"\(at line (\d+), column (\d+)\)", problem)
    words = problem.partition(" (at ")[0]
    line = int(found[1]) if found else None
    if "(at end of document)" in problem:
        line = max(1, len(text.splitlines()))
    cure = 'write: name = value, texts in quotes, as in db = "openline.db"'
    return InvalidInput(
        f"no TOML: {words[:1].lower()}{words[1:]}", cure=cure, file=str(path), line=line
    )


def _line_of(name: str, text: str) -> int | None:
    """The line of a top-level name or table; None where it is written in another way."""
    word = re.escape(name)
    found = re.search(rf"^\s*(?:\[+\s*)?[\"']?{word}[\"']?\s*[=.\]]", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else None
