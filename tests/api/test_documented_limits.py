"""Every limit of a request stands in docs/f3548.md with its number."""

import re
from pathlib import Path

import pytest

from openline import limits

PAGE = Path(__file__).parents[2] / "docs" / "f3548.md"
NUMBERS = {
    "REQUEST_VOLUMES_MAX": f"{limits.REQUEST_VOLUMES_MAX:,}",
    "REQUEST_VERTICES_MAX": f"{limits.REQUEST_VERTICES_MAX:,}",
    "REQUEST_CELLS_MAX": f"{limits.REQUEST_CELLS_MAX:,}",
    "REQUEST_ALTITUDE_MIN_M": f"{limits.REQUEST_ALTITUDE_MIN_M:,.0f} m",
    "REQUEST_ALTITUDE_MAX_M": f"{limits.REQUEST_ALTITUDE_MAX_M:,.0f} m",
    "STORED_LEVEL_FINEST": f"level {limits.STORED_LEVEL_FINEST}",
    "AREA_MAX_KM2": f"{limits.AREA_MAX_KM2:,.0f} km²",
    "CONSTRAINT_AREA_MAX_KM2": f"{limits.CONSTRAINT_AREA_MAX_KM2:,.0f} km²",
    "DURATION_MAX": f"{limits.DURATION_MAX.days:,} days",
    "HORIZON_MAX": f"{limits.HORIZON_MAX.days:,} days",
    "SUBSCRIPTION_DURATION_MAX": f"{limits.SUBSCRIPTION_DURATION_MAX.days * 24} hours",
    "KEY_OVNS_MAX": f"{limits.KEY_OVNS_MAX:,}",
    "QUERY_RESULTS_MAX": f"{limits.QUERY_RESULTS_MAX:,}",
    "URL_MAX": f"{limits.URL_MAX:,} characters",
    "PARTY_NAME_MAX": f"{limits.PARTY_NAME_MAX:,} characters",
    "BODY_BYTES_MAX": f"{limits.BODY_BYTES_MAX // 1024**2} MiB",
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_limit_is_on_the_page(name: str) -> None:
    assert NUMBERS[name] in PAGE.read_text(encoding="utf-8")


def test_no_limit_of_a_request_is_forgotten() -> None:
    text = Path(limits.__file__).read_text(encoding="utf-8")
    section = text.partition("# Requests to the server")[2].partition("\n\n")[0]
    declared = set(re.findall(r"^([A-Z_0-9]+): Final", section, re.MULTILINE))
    assert declared <= set(NUMBERS)
