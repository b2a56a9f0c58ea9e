"""How a whole run of the tests is laid out, so that it ends soon."""

import gc
from functools import cache
from pathlib import PurePath

import pytest

# Files whose tests take long one by one: begun first, they are not what both processes wait for at
# the end. The order is that of the list; what it does not name comes after, as it was.
LONG_FIRST = (
    "tests/console/test_demo.py",
    "tests/peer/test_faults.py",
    "tests/demo",
    "tests/console",
    "tests/peer",
    "tests/contract/test_machine.py",
    "tests/simulation",
    "tests/e2e",
    "tests/store",
    "tests/store_postgres",
)


@cache
def _place(path: str) -> int:
    for number, long in enumerate(LONG_FIRST):
        if PurePath(path).is_relative_to(long):
            return number
    return len(LONG_FIRST)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, where many are run."""
    items.sort(key=lambda item: _place(item.nodeid.partition("::")[0]))


def pytest_collection_finish() -> None:
    """Ten thousand tests are no garbage: no later search for garbage looks at them again."""
    gc.collect()
    gc.freeze()
