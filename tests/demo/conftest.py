"""One whole play, seen by all tests of it."""

import pytest

from openline.demo.acts import ACTS
from tests.demo.stage import Played, played


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """All acts, played to the end; the server is gone."""
    return played(tmp_path_factory.mktemp("demo"), ACTS)
