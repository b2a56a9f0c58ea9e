"""`openline config`, `openline service`, and the options of `openline serve`."""

import configparser
import json
import subprocess
import sys
from pathlib import Path

import pytest

from openline.app.settings_table import SETTINGS
from openline.cli.main import cli
from tests.unit.command import invoke


def test_config_show_says_value_and_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("openline.toml").write_text('db = "postgresql://u:secret@h/d"\ndev = true\n')
    monkeypatch.setenv("OPENLINE_PORT", "99")
    lines = invoke("config", "show").stdout.splitlines()
    rows = {line.split()[0]: line.split(maxsplit=2)[1:] for line in lines}
    assert rows["port"] == ["99", "environment OPENLINE_PORT"]
    assert rows["db"] == ["postgresql://u:***@h/d", "openline.toml, line 1"]
    assert rows["drain_s"] == ["10", "default"]
    found = json.loads(invoke("config", "show", "--json").stdout)
    assert list(found) == [setting.name for setting in SETTINGS]
    assert found["db"] == {"value": "postgresql://u:***@h/d", "origin": "openline.toml, line 1"}
    assert found["audiences"] == {"value": [], "origin": "default"}
    assert "secret" not in json.dumps(found)


def test_config_show_of_a_bad_file_is_2(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("port = 'x'\n")
    result = invoke("config", "show", "--config", str(path))
    assert result.exit_code == 2
    assert "bad.toml, line 1" in result.stderr


def test_every_setting_has_its_option() -> None:
    import click

    command = cli.get_command(click.Context(cli), "serve")
    assert command is not None
    options = {word for param in command.params for word in param.opts}
    assert {setting.option for setting in SETTINGS} <= options


def test_help_of_serve_is_light() -> None:
    heavy = ("starlette", "uvicorn", "jwt", "cryptography", "msgspec", "numpy", "apsw", "asyncio")
    code = (
        "import sys\nfrom openline.cli.main import main\n"
        f"try: main()\nfinally: print([m for m in sys.modules if m in {heavy!r}])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "serve", "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_unit_can_be_read_and_names_the_settings() -> None:
    result = invoke("service", "unit", "--config", "/etc/our sky/100%.toml")
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(result.stdout)
    start = unit["Service"]["ExecStart"]
    assert start.endswith('serve --config "/etc/our sky/100%%.toml"')
    assert Path(start.split()[0]).name == "openline"
    assert unit["Service"]["NoNewPrivileges"] == "yes"
    assert unit["Service"]["DynamicUser"] == "yes"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_a_path_that_a_unit_cannot_hold_is_refused() -> None:
    assert invoke("service", "unit", "--config", "a\nExecStart=b").exit_code == 2
