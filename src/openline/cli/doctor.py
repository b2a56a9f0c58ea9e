"""`openline doctor`: the environment, and what is missing in it."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import click

from openline.cli.main import EXIT_UNREACHABLE

# Distribution -> module; each has a metadata version and must be importable.
_LIBRARIES: Final = {
    "apsw": "apsw",
    "click": "click",
    "cryptography": "cryptography",
    "defusedxml": "defusedxml",
    "geographiclib": "geographiclib",
    "httptools": "httptools",
    "jinja2": "jinja2",
    "msgspec": "msgspec",
    "numpy": "numpy",
    "prometheus-client": "prometheus_client",
    "pyjwt": "jwt",
    "rich": "rich",
    "s2geometry": "s2geometry",
    "starlette": "starlette",
    "uvicorn": "uvicorn",
}


class Finding(NamedTuple):
    """One line: what was looked at, what was found, and whether it will do."""

    what: str
    found: str
    ok: bool = True


@click.command("doctor", short_help="Look at the environment and say what is missing.")
@click.option("--json", "as_json", is_flag=True, help="As JSON on stdout.")
@click.pass_context
def doctor(ctx: click.Context, /, as_json: bool) -> None:
    """Look at the environment and say what is missing: Python, libraries, geoid, terminal.

    Exit code: 0 everything is there, 3 something that is needed is missing.
    """
    from openline.cli.output import printable, write_stdout
    from openline.formats.findings import encode

    findings = list(_findings())
    missing = [finding.what for finding in findings if not finding.ok]
    if as_json:
        checks = [finding._asdict() for finding in findings]
        write_stdout((encode({"ok": not missing, "checks": checks}, indent=2),))
    else:
        for finding in findings:
            mark = "ok" if finding.ok else "MISSING"
            click.echo(f"{mark:<8} {finding.what:<18} {printable(finding.found)}")
        click.echo(f"Missing: {', '.join(missing)}." if missing else "Everything is there.")
    if missing:
        ctx.exit(EXIT_UNREACHABLE)


def _findings() -> Iterator[Finding]:
    import openline

    installed = openline.__version__ != "0+unknown"
    yield Finding("openline", openline.__version__, installed)
    yield Finding(
        "python",
        f"{platform.python_implementation()} {platform.python_version()}",
        sys.version_info >= (3, 11),
    )
    yield Finding("system", platform.platform(terse=True))
    for distribution, module in _LIBRARIES.items():
        yield _library(distribution, module)
    yield _tried("geoid grid", _geoid)
    yield _tried("time", _time)
    yield Finding("terminal", _terminal())
    yield Finding("encoding", f"stdout {sys.stdout.encoding}, files {sys.getfilesystemencoding()}")
    yield Finding("processors", str(os.cpu_count() or "unknown"))


def _library(distribution: str, module: str) -> Finding:
    from importlib import import_module
    from importlib.metadata import PackageNotFoundError, version

    try:
        import_module(module)
        return Finding(distribution, version(distribution))
    except PackageNotFoundError:
        return Finding(distribution, "version unknown")
    except Exception as error:  # a broken binary fails in its own ways
        return Finding(distribution, f"{type(error).__name__}: {error}", False)


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, look())
    except Exception as error:
        return Finding(what, f"{type(error).__name__}: {error}", False)


def _geoid() -> str:
    from openline.geo.geoid import undulation_m

    return f"EGM96, {float(undulation_m(48.75, 7.58)):.1f} m at 48.75N 7.58E"


def _time() -> str:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    return f"{now:%Y-%m-%dT%H:%M:%SZ}, local zone {now.astimezone().tzname()} (never used)"


def _terminal() -> str:
    import shutil

    if not sys.stdout.isatty():
        return "none: output is plain text"
    size = shutil.get_terminal_size()
    return f"{size.columns} columns, TERM={os.environ.get('TERM', '')}"
