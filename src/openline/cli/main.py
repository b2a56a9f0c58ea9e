"""The command `openline`: its subcommands, loaded when used, and what every one has in common.

Exit codes: 0 no conflict, or done; 1 conflicts; 2 bad usage or input; 3 a file or service that
cannot be reached; 70 a fault of ours; 130 interrupted; 141 the reader of the output went away.
"""

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn, TypeVar

import click

from openline.errors import InvariantBroken, OpenlineError, StoreUnavailable, Unreachable

EXIT_CONFLICTS: Final = 1
EXIT_INVALID: Final = 2
EXIT_UNREACHABLE: Final = 3
EXIT_FAULT: Final = 70  # EX_SOFTWARE; Python's own 1 would read as "conflicts"
EXIT_INTERRUPTED: Final = 130  # 128 + SIGINT
EXIT_CLOSED_PIPE: Final = 141  # 128 + SIGPIPE

# Name -> one line for `openline --help`; the module of that name holds the command of that name.
COMMANDS: Final = {
    "check": "Say who is in whose way, where, when and how close.",
    "advise": "Say the nearest ways out of conflicts, proved free.",
    "show": "Show what was understood of files.",
    "convert": "Write the traffic of a file in another format.",
    "scan": "Find the losses of separation in recorded tracks.",
    "conformance": "Compare recorded tracks with what was declared.",
    "watch": "Watch live feeds: who is on the way to whom.",
    "feed": "Send a recording to a server or a display, as if live.",
    "formats": "List the file formats.",
    "agreement": "Write, check, sign, show and compare agreements.",
    "keys": "Make keys, show them, compare them by voice, replace them.",
    "record": "Export the record, verify it, prove parts of it.",
    "serve": "Serve the sky: an F3548-21 DSS with a durable store.",
    "demo": "Play the days of a line, with live traffic and the page.",
    "account": "Add, list and remove the people of a line.",
    "line": "Talk on a line: status, inbox, notify, answer, receipt, urgent.",
    "peer": "Add, list, pause and remove the servers of other parties.",
    "bundle": "Carry what was said on a line as a file or as text.",
    "private": "Ask whether plans would meet, without showing them.",
    "token": "Print a token of a server that runs with --dev.",
    "config": "Show the settings of the server.",
    "db": "Look after the database: upgrade, backup, restore, check, stats.",
    "service": "Run the server as a service of the system.",
    "doctor": "Look at the environment and say what is missing.",
    "completion": "Print the completion script of a shell.",
}
_Result = TypeVar("_Result")


class CommandGroup(click.Group):
    """Loads a subcommand when it is used and turns our errors into words and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order of use."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        """The command of that name; its module is imported now."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"openline.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """The list of commands, without importing one."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant. Raises: UsageError with the nearest name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(_unknown_command(args[0]))
        return super().resolve_command(ctx, args)

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """As click does it; `openline --help | head -1` ends in silence."""
        make = super().make_context
        return _guarded(lambda: make(info_name, args, parent, **extra))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the subcommand and see that its output has gone out."""
        run = super().invoke

        def run_and_flush() -> Any:
            result = run(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
            return result

        return _guarded(run_and_flush)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: ARG002  # this group always stands alone
        **extra: Any,
    ) -> NoReturn:
        """Run to the end of the process."""
        try:
            code = super().main(
                args, prog_name or "openline", complete_var, standalone_mode=False, **extra
            )
        except click.ClickException as error:
            error.show()
            code = EXIT_INVALID
        except click.Abort:
            code = EXIT_INTERRUPTED
        sys.exit(code if isinstance(code, int) else 0)


def _guarded(run: Callable[[], _Result]) -> _Result:
    """Run; what goes wrong becomes a sentence on stderr and an exit code, never a traceback."""
    try:
        return run()
    except BrokenPipeError:
        _discard_stdout()
        raise click.exceptions.Exit(EXIT_CLOSED_PIPE) from None
    except InvariantBroken:
        _report_fault()
    except (Unreachable, StoreUnavailable) as error:
        _complain(str(error))
        raise click.exceptions.Exit(EXIT_UNREACHABLE) from None
    except OpenlineError as error:
        _complain(str(error))
        raise click.exceptions.Exit(EXIT_INVALID) from None
    except OSError as error:
        _complain(f"the output cannot be written: {(error.strerror or str(error)).lower()}")
        _discard_stdout()
        raise click.exceptions.Exit(EXIT_UNREACHABLE) from None
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except Exception:
        _report_fault()
    raise click.exceptions.Exit(EXIT_FAULT)


def _complain(sentence: str) -> None:
    from openline.cli.output import printable

    click.echo(f"Error: {printable(sentence)}", err=True)


def _report_fault() -> None:
    """A fault of ours is loud: the traceback is what a report of it needs."""
    import traceback

    traceback.print_exc()
    click.echo(
        "Error: this is a fault of Openline, not of your data; the result is not to be used. "
        "Please report it with the lines above and the output of `openline doctor`.",
        err=True,
    )


def _discard_stdout() -> None:
    """Nobody reads on: what is left in the buffer must not raise again at the end."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return  # a stream without a descriptor has no pipe either


def _unknown_command(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, COMMANDS, n=1)
    if near:
        return f"there is no command {name!r}. Did you mean {near[0]!r}?"
    if os.path.exists(name):
        return f"there is no command {name!r}. To check files: openline check {name}"
    return f"there is no command {name!r}; there are {', '.join(COMMANDS)}"


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        import openline

        click.echo(f"openline {openline.__version__}")
        ctx.exit()


@click.group(
    name="openline",
    cls=CommandGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 no conflict, 1 conflicts, 2 bad usage or input, 3 unreachable file.",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Who is in whose way, where, when and how close: plans in, conflicts out."""


def main() -> NoReturn:
    """The entry point."""
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal cannot show is no reason to fail.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    cli.main()
