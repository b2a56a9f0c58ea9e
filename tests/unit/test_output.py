"""What is said on standard error."""

import pytest

from openline.cli.output import warn


def test_few_widenings_are_all_said(capsys: pytest.CaptureFixture[str]) -> None:
    warn(["widened: FL100", "a.kml: skipped"])
    assert capsys.readouterr().err == "warning: widened: FL100\nwarning: a.kml: skipped\n"


def test_many_widenings_become_one_line_and_hide_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    warn([*(f"widened: FL{level}" for level in range(50)), "a.kml: skipped"])
    assert capsys.readouterr().err == (
        "warning: a.kml: skipped\n"
        "warning: altitude limits were widened in 50 ways, for example: FL0; "
        "--json and --html list them all\n"
    )


def test_very_many_warnings_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    warn(f"skipped: {number}" for number in range(30))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "warning: and 10 more; --json holds them all"
