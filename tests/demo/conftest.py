"""One whole play, seen by all tests of it, whichever process they run in."""

import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from openline.demo.acts import ACTS
from tests.demo.stage import Played, played


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """All acts, played to the end; the server is gone. Processes share one play by a file."""
    own = tmp_path_factory.getbasetemp()
    kept = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "story.pickle"
    with _alone(kept.with_suffix(".lock")):
        if kept.exists():
            found: Played = pickle.loads(kept.read_bytes())
            return found
        made = played(tmp_path_factory.mktemp("demo"), ACTS)
        kept.write_bytes(pickle.dumps(made))
        return made


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """While no other process is here."""
    with file.open("w") as held:
        flock(held, LOCK_EX)
        yield
