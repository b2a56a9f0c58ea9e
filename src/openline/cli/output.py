"""Where words and data go: stdout for data, stderr for what is said about it, files whole or not
at all."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from openline.errors import InvalidInput, Unreachable

STANDARD_OUTPUT: Final = "-"
_WARNINGS_SHOWN: Final = 20
_WIDENED: Final = "widened: "
_WIDENINGS_SHOWN: Final = 3


def printable(text: str) -> str:
    """Text of others, safe for a terminal: control and direction characters become escapes."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )


def warn(sentences: Iterable[str]) -> None:
    """Warnings on stderr; of very many the first, and of many widenings only how many."""
    lines = _fewer_widenings(tuple(sentences))
    for sentence in lines[:_WARNINGS_SHOWN]:
        click.echo(f"warning: {printable(sentence)}", err=True)
    if len(lines) > _WARNINGS_SHOWN:
        more = len(lines) - _WARNINGS_SHOWN
        click.echo(f"warning: and {more:,} more; --json holds them all", err=True)


def _fewer_widenings(sentences: tuple[str, ...]) -> tuple[str, ...]:
    """They are no defects, and twenty of them would hide what is one."""
    widened = [sentence for sentence in sentences if sentence.startswith(_WIDENED)]
    if len(widened) <= _WIDENINGS_SHOWN:
        return sentences
    others = tuple(sentence for sentence in sentences if not sentence.startswith(_WIDENED))
    ways = (
        f"altitude limits were widened in {len(widened)} ways, for example: "
        f"{widened[0].removeprefix(_WIDENED)}; --json and --html list them all"
    )
    return (*others, ways)


def tell(sentence: str) -> None:
    """A remark on stderr."""
    click.echo(printable(sentence), err=True)


def write_stdout(chunks: Iterable[bytes]) -> None:
    """Bytes to standard output, as they are."""
    sys.stdout.flush()  # what was said before as text comes first
    stream = sys.stdout.buffer
    for chunk in chunks:
        stream.write(chunk)
    stream.flush()


def write_out(name: str, data: bytes) -> None:
    """The data to a file, or to standard output for `-`."""
    if name == STANDARD_OUTPUT:
        write_stdout((data,))
    else:
        write_file(name, data, force=True)


def write_file(name: str, data: bytes, *, force: bool) -> None:
    """A file with all of the data, or the file as it was before. Raises: as `write_chunks`."""
    write_chunks(name, (data,), force=force)


def write_chunks(name: str, chunks: Iterable[bytes], *, force: bool) -> None:
    """A file with all chunks, however large, or the file as it was before.

    Raises: InvalidInput if the file exists and `force` is not given, Unreachable if it cannot be
    written.
    """
    path = Path(name)
    try:
        if path.exists() and not force:
            raise InvalidInput("the file exists", cure="use --force to replace it", file=name)
        if path.exists() and not path.is_file():
            _write_through(path, chunks)  # a device or a pipe is not replaced by a file
            return
        _write_and_rename(path.resolve(), chunks, force=force)
    except FileExistsError:
        raise InvalidInput("the file exists", cure="use --force to replace it", file=name) from None
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise Unreachable(f"cannot be written: {problem.lower()}", file=name) from None


def _write_through(path: Path, chunks: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(chunks)


def _write_and_rename(path: Path, chunks: Iterable[bytes], *, force: bool) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:32]}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, _mode(path))
        if force:
            os.replace(temporary, path)
        else:
            _link(temporary, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)


def _link(temporary: str, path: Path) -> None:
    """The name, if nobody took it meanwhile: a link refuses that, a rename does not."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        os.replace(temporary, path)


def _mode(path: Path) -> int:
    """The mode of the file that is replaced, or what a new file gets from the umask."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def is_terminal() -> bool:
    """Whether standard output is a terminal that can be drawn on."""
    return sys.stdout is not None and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
