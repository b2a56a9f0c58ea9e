"""Read traffic from files: names in, everything that they hold out.

A name is a path, a directory (the files directly in it whose suffix is of a known format), a
pattern with `*`, `?` or `[` that some files match, or `-` for standard input. What cannot be opened
is Unreachable; what is opened but not understood is InvalidInput.
"""

import glob
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from openline.errors import InvalidInput, Unreachable
from openline.formats.registry import FORMATS, by_name, detect, read
from openline.formats.traffic import ReadOptions, Traffic
from openline.limits import FILE_BYTES_MAX

_Told = TypeVar("_Told")

STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read: options for all, and what is told about single files.

    parties, takeoffs: by file, as named or by its last component. format_name: instead of
    recognising the content.
    """

    options: ReadOptions = field(default_factory=ReadOptions)
    parties: Mapping[str, str] = field(default_factory=dict)
    takeoffs: Mapping[str, datetime] = field(default_factory=dict)
    format_name: str | None = None


@dataclass(frozen=True, slots=True)
class FileContent:
    """One file as it was understood. `format_name` is a name in the format registry."""

    source: str
    format_name: str
    traffic: Traffic


def read_files(names: Iterable[str], reading: Reading | None = None) -> Traffic:
    """Everything in all files, in the order of their names.

    Raises: Unreachable (a file that cannot be opened), InvalidInput (content, or a party or
    take-off for a file that is not among the names).
    """
    contents = tuple(read_each(names, reading or Reading()))
    traffics = [content.traffic for content in contents]
    return Traffic(
        tuple(intent for traffic in traffics for intent in traffic.intents),
        tuple(constraint for traffic in traffics for constraint in traffic.constraints),
        tuple(notice for traffic in traffics for notice in traffic.notices),
        tuple(warning for traffic in traffics for warning in traffic.warnings),
    )


def read_each(names: Iterable[str], reading: Reading) -> Iterator[FileContent]:
    """The files one by one; a file named twice is read once and says so."""
    listed = tuple(_listed(names))
    sources = tuple(source for source, _ in listed)
    _check_told(reading.parties, sources, "party")
    _check_told(reading.takeoffs, sources, "take-off")
    seen: set[str] = set()
    for source, notes in listed:
        if source is None:
            yield FileContent("", "", Traffic(warnings=notes))
            continue
        key = source if source == STANDARD_INPUT else os.path.realpath(source)
        if key in seen:
            yield FileContent(source, "", Traffic(warnings=(f"{source}: named twice, read once",)))
            continue
        seen.add(key)
        yield _read_one(source, reading)


def _read_one(source: str, reading: Reading) -> FileContent:
    data = read_bytes(source)
    label = "stdin" if source == STANDARD_INPUT else source
    chosen = by_name(reading.format_name) if reading.format_name else detect(data, label)
    options = replace(
        reading.options,
        party=_told(reading.parties, source) or reading.options.party,
        takeoff=_told(reading.takeoffs, source) or reading.options.takeoff,
    )
    return FileContent(label, chosen.name, read(data, label, options, chosen.name))


def read_bytes(source: str) -> bytes:
    """The bytes of a file or of standard input, at most one beyond the limit for files.

    Raises: Unreachable.
    """
    try:
        if source == STANDARD_INPUT:
            return sys.stdin.buffer.read(FILE_BYTES_MAX + 1)
        with open(source, "rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        raise unreachable(source, error) from None


def unreachable(name: str, error: Exception) -> Unreachable:
    """The operating system's refusal in our words."""
    cure = None
    if isinstance(error, FileNotFoundError):
        problem, cure = "there is no such file", "check the name and the working directory"
    elif isinstance(error, PermissionError):
        problem, cure = "permission denied", "check who may read it"
    elif isinstance(error, OSError):
        problem = (error.strerror or str(error)).lower()
    else:
        problem = str(error)
    return Unreachable(problem, cure=cure, file=name)


def _listed(names: Iterable[str]) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """Sources in order; a source of None carries warnings alone."""
    for name in names:
        for path in _matching(name):
            if path == STANDARD_INPUT or not _is_directory(path):
                yield path, ()
                continue
            known, notes = _directory(path)
            for member in known:
                yield member, ()
            if notes:
                yield None, notes


def _matching(name: str) -> list[str]:
    """The name itself, or, if there is no such file, what it matches as a pattern."""
    if "\0" in name or os.path.lexists(name) or glob.escape(name) == name:
        return [name]
    names = sorted(glob.glob(name))
    if not names:
        raise Unreachable("no file matches", cure="check the pattern", file=name)
    return names


def _is_directory(name: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name).st_mode)
    except (OSError, ValueError) as error:
        raise unreachable(name, error) from None


def _directory(name: str) -> tuple[list[str], tuple[str, ...]]:
    suffixes = {suffix for known in FORMATS for suffix in known.suffixes}
    try:
        paths = sorted(
            path for path in Path(name).iterdir() if path.is_file() and path.name[0] != "."
        )
    except OSError as error:
        raise unreachable(name, error) from None
    files = [str(path) for path in paths if path.suffix.lower() in suffixes]
    if not files:
        raise InvalidInput(
            "the directory holds no file with a known suffix",
            cure="name the files, or see `openline formats`",
            file=name,
        )
    others = tuple(path for path in paths if path.suffix.lower() not in suffixes)
    return files, tuple(f"{path}: not read, its suffix is of no known format" for path in others)


def _told(told: Mapping[str, _Told], source: str) -> _Told | None:
    by_path = told.get(source)
    return by_path if by_path is not None else told.get(Path(source).name)


def _check_told(told: Mapping[str, object], sources: Iterable[str | None], word: str) -> None:
    known = {source for source in sources if source is not None}
    names = known | {Path(source).name for source in known}
    for name in told:
        if name not in names:
            raise InvalidInput(
                f"a {word} is given for {name!r}, which is not among the files",
                cure=f"files are {', '.join(sorted(known)) or 'none'}",
            )
