"""Each test of the contract runs on each backend."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from openline.store.ports import Store
from tests.contract.backends import BACKENDS, Place


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A new place, closed afterwards."""
    made = BACKENDS[request.param](tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(place: Place) -> Store:
    """An empty store."""
    return place.open()
