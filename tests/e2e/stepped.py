"""`openline` on a machine whose clock steps: by the seconds that are in a file.

SOAK_CLOCK=FILE python -m tests.e2e.stepped serve …
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from openline import wiring
from openline.cli.main import main

_FILE = Path(os.environ["SOAK_CLOCK"])
_real = wiring.SystemClock.now


def _now(self: wiring.SystemClock) -> datetime:
    return _real(self) + timedelta(seconds=float(_FILE.read_text("ascii") or 0))


if __name__ == "__main__":
    wiring.SystemClock.now = _now  # type: ignore[method-assign]
    main()
