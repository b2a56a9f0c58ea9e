"""The compiled search of a sky of many aircraft: used once it is there, and nobody waits for it.

Compiling takes twenty seconds of a processor and holds the interpreter all along. So another
process does it, at low priority, and leaves the result on disk; this one only loads it, beside its
work. Until then, and where that cannot be done, the search by numpy finds the same in four times
the time.

    search = COMPILED.search(len(states))     # at once, always
"""

import atexit
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Final

from openline.airspace.encounter.join import Search
from openline.airspace.separation import RADAR
from openline.airspace.track.losses import predicted_losses
from openline.airspace.track.report import Identity, PositionReport
from openline.airspace.track.tracker import Tracker

_LOG: Final = logging.getLogger("openline.sky")
PREPARED_FROM: Final = 100  # aircraft: the compiler begins before it is needed
COMPILED_FROM: Final = 500  # with fewer, the search by numpy is as good
SECONDS_MAX: Final = 600.0  # for the other process, on a machine that is busy
_LIBRARY: Final = "numba"
_PLACE: Final = "NUMBA_CACHE_DIR"
_NO_PLACE: Final = 3  # how the other process ends where nothing can be kept
_LOW_PRIORITY: Final = 10


class Compiled:
    """The compiled search, from when it is ready. For several threads.

    prepare: what makes it, in a thread of its own; None: it cannot be had.
    """

    def __init__(self, prepare: "Callable[[], Search | None] | None" = None) -> None:
        self._prepare = prepare or _prepared
        self._ready: Search | None = None
        self._lock = threading.Lock()
        self._begun: threading.Thread | None = None

    def search(self, count: int) -> Search | None:
        """For so many aircraft: the compiled one if it is ready and worth it. Never waits."""
        if count >= PREPARED_FROM and self._begun is None:
            self._begin()
        return self._ready if count >= COMPILED_FROM else None

    def wait(self, seconds: float) -> bool:
        """Wait for it, and say whether it is there: for measurements and tests."""
        self._begin().join(seconds)
        return self._ready is not None

    def _begin(self) -> threading.Thread:
        with self._lock:
            if self._begun is None:
                self._begun = threading.Thread(target=self._run, name="compiling", daemon=True)
                self._begun.start()
            return self._begun

    def _run(self) -> None:
        try:
            self._ready = self._prepare()
        except Exception:  # a fault of the compiler must not be one of the sky
            _LOG.warning("the compiled search cannot be loaded; numpy's is used", exc_info=True)


def _prepared() -> Search | None:
    """Compiled by another process, loaded by this one. None, and a word in the log: numpy's."""
    if find_spec(_LIBRARY) is None:
        return None
    ended = _compiled_elsewhere(dict(os.environ))
    if ended == _NO_PLACE:
        place = tempfile.mkdtemp(prefix="openline-compiled-")
        atexit.register(shutil.rmtree, place, ignore_errors=True)
        os.environ[_PLACE] = place  # read when the library is loaded, which it is not yet
        ended = _compiled_elsewhere(dict(os.environ))
    if ended:
        _LOG.warning("the search could not be compiled (%s); numpy's is used", ended)
        return None
    return load()


def _compiled_elsewhere(environment: dict[str, str]) -> int | str:
    """How the other process ended: 0 if everything is compiled."""
    try:
        child = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
    except OSError as error:
        return str(error)
    atexit.register(child.kill)
    try:
        return child.wait(SECONDS_MAX)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return f"it took more than {SECONDS_MAX:g} s"
    finally:
        atexit.unregister(child.kill)


def load() -> Search:
    """The compiled search with all that a sky needs of it; compiles what is not on disk.

    Raises: ImportError without the extra `fast`; RuntimeError where nothing can be kept on disk.
    """
    from openline.airspace.encounter.compiled import in_loops

    tracker = Tracker()
    now = datetime(2000, 1, 1, tzinfo=UTC)
    reports = [
        PositionReport(
            feed="",
            identity=Identity.of(uid=name),
            time=now,
            lat_deg=0.0,
            lng_deg=0.0,
            pressure_altitude_ft=0.0,
        )
        for name in ("1", "2")
    ]
    tracker.update(reports, now)
    predicted_losses(tracker.states(now), RADAR, 300.0, in_loops)
    return in_loops


def _main() -> int:
    """What the other process does."""
    with suppress(AttributeError, OSError):
        os.nice(_LOW_PRIORITY)
    try:
        load()
    except RuntimeError:
        return _NO_PLACE
    return 0


COMPILED: Final = Compiled()

if __name__ == "__main__":
    sys.exit(_main())
