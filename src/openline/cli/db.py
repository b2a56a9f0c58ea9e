"""`openline db`: look after the database of the server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from openline.cli.main import EXIT_INVALID
from openline.cli.options import PATH
from openline.cli.settings import config_option

if TYPE_CHECKING:
    from openline.cli.progress import ProgressBar

_Function = TypeVar("_Function", bound=Callable[..., Any])

_POSTGRES: Final = ("postgresql://", "postgres://")
_MEMORY: Final = ":memory:"
_NOTHING: Final = "-"

_json_option = click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
_quiet_option = click.option("--no-progress", is_flag=True, help="Never show a progress bar.")


def _db_options(function: _Function) -> _Function:
    words = "The database. Default: the one that `openline serve` would use here."
    return click.option("--db", metavar="PATH|ADDRESS", help=words)(config_option(function))


@click.group("db", short_help="Look after the database: upgrade, backup, restore, check, stats.")
def db() -> None:
    """Look after the database of the server."""


@db.command("upgrade", short_help="Bring the database to the newest schema.")
@_db_options
@click.option("--to", "to_version", type=click.IntRange(min=1), metavar="N", help="Another schema.")
@_json_option
def upgrade(db: str | None, config_file: str | None, to_version: int | None, as_json: bool) -> None:
    """Bring the database to the newest schema, after a backup. Stop the server first."""
    place = _place(db, config_file)
    if place.startswith(_POSTGRES):
        before, after, backup = _upgrade_postgres(place, to_version)
    else:
        from openline.store.sqlite.schema import NEWEST
        from openline.store.sqlite.upkeep import upgrade as upgrade_file

        after = to_version or NEWEST
        before, kept = upgrade_file(Path(place), after)
        backup = None if kept is None else str(kept)
    if as_json:
        _write({"schema_before": before, "schema": after, "backup": backup})
    elif before == after:
        click.echo(f"Nothing to do: the database has schema {after}.")
    else:
        click.echo(f"From schema {before} to {after}.")
        if backup is not None:
            _tell(f"As it was: {backup}")


@db.command("backup", short_help="Copy the database to a file.")
@click.argument("out", type=PATH, metavar="OUT")
@_db_options
@_json_option
@_quiet_option
def backup(
    out: str, db: str | None, config_file: str | None, as_json: bool, no_progress: bool
) -> None:
    """Copy the database, as of one commit, to the new file OUT. The server may be at work."""
    from openline.store.sqlite.upkeep import back_up

    source = _file(_place(db, config_file), "pg_dump")
    with _progress("copying", no_progress) as bar:
        back_up(source, Path(out), progress=bar.update)
    size = Path(out).stat().st_size
    if as_json:
        _write({"backup": out, "bytes": size})
    else:
        _tell(f"wrote {out}, {size:,} bytes")


@db.command("restore", short_help="Put a backup in the place of the database.")
@click.argument("backup", type=PATH, metavar="BACKUP")
@_db_options
@click.option("--force", is_flag=True, help="Replace the database if it exists; it is kept aside.")
@_json_option
@_quiet_option
def restore(
    backup: str,
    db: str | None,
    config_file: str | None,
    force: bool,
    as_json: bool,
    no_progress: bool,
) -> None:
    """Put BACKUP, checked, in the place of the database. Stop the server first."""
    from openline.errors import InvalidInput
    from openline.store.sqlite.upkeep import restore as restore_file

    target = _file(_place(db, config_file), "pg_restore")
    if target.exists() and not force:
        raise InvalidInput("the database exists", cure="use --force to replace it", file=target)
    with _progress("copying", no_progress) as bar:
        replaced = restore_file(Path(backup), target, progress=bar.update)
    if as_json:
        _write({"restored": str(target), "replaced": None if replaced is None else str(replaced)})
        return
    _tell(f"restored {target}")
    if replaced is not None:
        _tell(f"As it was: {replaced}")


@db.command("check", short_help="Look for damage.")
@_db_options
@_json_option
@_quiet_option
@click.pass_context
def check(
    ctx: click.Context, db: str | None, config_file: str | None, as_json: bool, no_progress: bool
) -> None:
    """Read everything in the database and say what is wrong. The server may be at work.

    Exit code: 0 sound, 2 damaged, 3 cannot be opened.
    """
    place = _place(db, config_file)
    if place.startswith(_POSTGRES):
        problems = _postgres_problems(place)
    else:
        from openline.store.sqlite.upkeep import integrity_problems

        with _progress("checking", no_progress) as bar:
            problems = integrity_problems(Path(place), progress=bar.update)
    if as_json:
        _write({"ok": not problems, "problems": problems})
    else:
        from openline.cli.output import printable

        for problem in problems:
            click.echo(printable(problem))
        click.echo("The database is damaged." if problems else "The database is sound.")
    if problems:
        ctx.exit(EXIT_INVALID)


@db.command("stats", short_help="Say how much is in the database.")
@_db_options
@_json_option
def stats(db: str | None, config_file: str | None, as_json: bool) -> None:
    """Say how much is in the database. The server may be at work."""
    place = _place(db, config_file)
    found: dict[str, object]
    if place.startswith(_POSTGRES):
        found = dict(_postgres().stats(place))
    else:
        found = _file_stats(Path(place))
    if as_json:
        _write(found)
        return
    for name, value in found.items():
        words = f"{value:,}" if isinstance(value, int) else str(value or _NOTHING)
        click.echo(f"{name:<16} {words:>24}")


def _file_stats(path: Path) -> dict[str, object]:
    from dataclasses import asdict

    from openline.store.sqlite.upkeep import figures

    facts = asdict(figures(path))
    rows = facts.pop("rows")
    told = {
        name.removesuffix("_us"): _instant(facts.pop(name))
        for name in ("oldest_end_us", "newest_record_us")
    }
    return {**facts, **rows, **told}


def _instant(microseconds: int | None) -> str | None:
    from openline.store.sqlite.rows import instant

    return None if microseconds is None else f"{instant(microseconds):%Y-%m-%dT%H:%M:%SZ}"


def _place(db: str | None, config_file: str | None) -> str:
    """The database that is meant. Raises: InvalidInput for one that is not kept."""
    from openline.cli.settings import read_settings
    from openline.errors import InvalidInput

    place = read_settings({"db": db}, config_file).text("db")
    if place == _MEMORY:
        raise InvalidInput("a store in memory ends with its server", cure="name a database: --db")
    if "://" in place and not place.startswith(_POSTGRES):
        raise InvalidInput("there is no such kind of store", cure="give a file or postgresql://…")
    return place


def _file(place: str, instead: str) -> Path:
    """The file of a database in one. Raises: InvalidInput."""
    from openline.errors import InvalidInput

    if place.startswith(_POSTGRES):
        raise InvalidInput("this is for a file; PostgreSQL has its own way", cure=f"use {instead}")
    return Path(place)


def _postgres() -> Any:
    from openline.errors import InvalidInput

    try:
        from openline.store.postgres import migrations
    except ModuleNotFoundError as error:
        raise InvalidInput(
            f"PostgreSQL needs {error.name}, which is not installed",
            cure="pip install 'openline[postgres]'",
        ) from None
    return migrations


def _upgrade_postgres(place: str, to_version: int | None) -> tuple[int, int, None]:
    migrations = _postgres()
    wanted = migrations.CURRENT if to_version is None else min(to_version, migrations.CURRENT)
    before = int(migrations.stats(place)["schema_version"])
    if wanted < before:
        migrations.downgrade(place, wanted)
    else:
        migrations.upgrade(place, to=wanted)
    return before, wanted, None


def _postgres_problems(place: str) -> list[str]:
    migrations = _postgres()
    found = migrations.stats(place)["schema_version"]
    if found == migrations.CURRENT:
        return []
    return [f"the database has schema {found}, this release needs {migrations.CURRENT}"]


@contextmanager
def _progress(title: str, no_progress: bool) -> "Iterator[ProgressBar]":
    from openline.cli.progress import ProgressBar

    with ProgressBar(wanted=not no_progress, title=title) as bar:
        yield bar


def _write(facts: dict[str, object]) -> None:
    from openline.cli.output import write_stdout
    from openline.formats.findings import encode

    write_stdout((encode(facts, indent=2),))


def _tell(sentence: str) -> None:
    from openline.cli.output import tell

    tell(sentence)
