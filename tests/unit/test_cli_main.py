"""The command as a process: start-up, exit codes, pipes, signals."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openline.airspace import find
from openline.cli.main import COMMANDS, cli
from tests.unit.command import invoke, north, run, south

START = [sys.executable, "-c", "from openline.cli.main import main; main()"]


def _cpu_s(*args: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run(*args)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("args", [("--help",), ("--version",), ("check", "--help")])
def test_help_costs_less_than_200_ms_of_cpu(args: tuple[str, ...]) -> None:
    run(*args)  # bytecode is written on the first run
    assert min(_cpu_s(*args) for _ in range(5)) < 0.2


def test_help_imports_nothing_heavy() -> None:
    heavy = ("numpy", "s2geometry", "rich", "jinja2", "msgspec", "geographiclib", "asyncio")
    code = (
        "import sys\nfrom openline.cli.main import main\n"
        "try: main()\nfinally: print([m for m in sys.modules if m in " + repr(heavy) + "])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_every_command_is_listed_as_it_describes_itself() -> None:
    import click

    context = click.Context(cli)
    for name, words in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert (command.name, command.short_help) == (name, words)
        assert invoke(name, "--help").exit_code == 0


def test_version_is_that_of_the_package() -> None:
    from importlib.metadata import version

    assert invoke("--version").stdout == f"openline {version('openline')}\n"


def test_an_unknown_command_names_the_nearest(tmp_path: Path) -> None:
    result = invoke("chek")
    assert result.exit_code == 2
    assert "Did you mean 'check'?" in result.stderr
    path = north(tmp_path)
    assert f"openline check {path}" in invoke(path).stderr


def test_a_fault_of_ours_is_70_and_loud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("openline.app.check_files.find_among", broken)
    result = invoke("check", north(tmp_path))
    assert result.exit_code == 70
    assert "ZeroDivisionError" in result.stderr
    assert "fault of Openline" in result.stderr
    assert find.find_conflicts is not broken


def test_ctrl_c_is_130(tmp_path: Path) -> None:
    fifo = tmp_path / "never"
    os.mkfifo(fifo)
    with subprocess.Popen(
        [*START, "check", str(fifo)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        writer = os.open(fifo, os.O_WRONLY)  # returns once the command has opened it to read
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        os.close(writer)
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


@pytest.mark.parametrize("args", [("--help",), ("check",), ("check", "--json"), ("formats",)])
def test_a_closed_pipe_is_silent(tmp_path: Path, args: tuple[str, ...]) -> None:
    files = (north(tmp_path), south(tmp_path)) if args[0] == "check" else ()
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [*START, *args, *files], stdout=write_end, stderr=subprocess.PIPE, check=False
    )
    os.close(write_end)
    assert done.stderr == b""
    assert done.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("args", [("check",), ("check", "--csv"), ("formats",)])
def test_a_full_disk_is_3_and_said(tmp_path: Path, args: tuple[str, ...]) -> None:
    files = (north(tmp_path), south(tmp_path)) if args[0] == "check" else ()
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*START, *args, *files], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 3
    assert b"no space left" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_poor_encoding_is_no_failure(tmp_path: Path) -> None:
    path = north(tmp_path)
    args = [*START, "check", path, south(tmp_path), "--party", "north.geojson=Київ"]
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(args, capture_output=True, env=environment, check=False)
    assert done.returncode == 1
    assert rb"\u041a\u0438\u0457\u0432" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(shell: str) -> None:
    result = invoke("completion", shell)
    assert result.exit_code == 0
    assert "_OPENLINE_COMPLETE" in result.stdout


def test_completion_completes() -> None:
    environment = {
        **os.environ,
        "_OPENLINE_COMPLETE": "bash_complete",
        "COMP_WORDS": "openline ch",
        "COMP_CWORD": "1",
    }
    done = subprocess.run(START, capture_output=True, text=True, env=environment, check=False)
    assert "plain,check" in done.stdout
