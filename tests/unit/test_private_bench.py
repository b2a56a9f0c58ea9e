"""The measurement of private checks runs, and its page has what it should."""

from bench import private_cases, private_results
from tests.private_world import needs_psi

pytestmark = needs_psi


def test_private_and_plain_are_measured_side_by_side() -> None:
    case = private_cases.private_check(1, 5, quick=True)
    (row,) = case["buckets"]
    assert row["bucket"] == 1024
    assert row["bytes"]["check"] == 2 * (35 * 1024) + 6, "33 bytes and 2 for each element"
    assert row["conflicts"] == 0 or row["shared_items"] > 0, "no conflict is missed"
    page = "\n".join(private_results.private_check(case))
    assert "| 1,024 |" in page
