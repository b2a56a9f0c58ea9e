"""The child process of the fuzzer: reads mutated inputs under limits on time and memory.

Run as `python -m tests.property.format_fuzz FORMAT SEED FIRST COUNT PROGRESS_FILE`. It ends with 0,
or with 1 and one JSON object on standard output that says which input failed and how. The number
of the input being read is always in the progress file, should the process be killed.
"""

import contextlib
import json
import random
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Final, NoReturn

from openline.errors import InvalidInput
from openline.formats import registry
from openline.formats.traffic import Traffic
from tests.format_mutations import mutated
from tests.format_samples import OPTIONS, folders, samples

SECONDS_MAX: Final = 5
MEMORY_MAX: Final = 256 * 1024 * 1024
_OTHER_READER_SHARE: Final = 0.1


class _TooSlow(BaseException):
    """Not an Exception, so that no reader can swallow it."""


def _expire(_signal: int, _frame: object) -> NoReturn:
    raise _TooSlow


def _warm_up() -> None:
    """Import every reader and its libraries, so that only the input counts against the limit."""
    for name in folders():
        for path in samples(name):
            with contextlib.suppress(InvalidInput):  # whether a sample is valid is tested elsewhere
                registry.read(path.read_bytes(), path.name, OPTIONS, name)


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    bound = pages * resource.getpagesize() + MEMORY_MAX
    resource.setrlimit(resource.RLIMIT_AS, (bound, resource.RLIM_INFINITY))


def _read(data: bytes, name: str, rng: random.Random) -> None:
    """Read by the format's own reader, recognise by content, and sometimes read by another."""
    names = [name]
    if rng.random() < _OTHER_READER_SHARE:
        names.append(rng.choice(folders()))
    with contextlib.suppress(InvalidInput):
        names.append(registry.detect(data, rng.choice(("-", "a.json", "a.txt", f"a.{name}"))).name)
    for reader in dict.fromkeys(names):
        try:
            result = registry.read(data, "fuzzed", OPTIONS, reader)
        except InvalidInput as error:
            str(error).encode()  # a message that cannot be printed is a fault too
        else:
            assert isinstance(result, Traffic)
            "".join(result.warnings).encode()


def main(name: str, seed: int, first: int, count: int, progress: Path) -> int:
    """Read `count` inputs from number `first` on. Returns the exit status."""
    _warm_up()
    _limit_memory()
    signal.signal(signal.SIGVTALRM, _expire)
    with progress.open("w", encoding="ascii") as note:
        for number in range(first, first + count):
            note.seek(0)
            note.write(f"{number}\n")
            note.flush()
            data = mutated(name, seed, number)
            rng = random.Random(f"reading:{name}:{seed}:{number}")
            started = time.process_time()
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_MAX)
            try:
                _read(data, name, rng)
            except _TooSlow:
                return _report(number, f"more than {SECONDS_MAX} s", traceback.format_exc())
            except BaseException as error:  # whatever it is, it is the finding
                return _report(number, type(error).__name__, traceback.format_exc())
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            if time.process_time() - started > SECONDS_MAX:
                return _report(number, f"more than {SECONDS_MAX} s", "in one call of a library")
    return 0


def _report(number: int, what: str, where: str) -> int:
    sys.stdout.write(json.dumps({"number": number, "what": what, "where": where[-3000:]}))
    return 1


if __name__ == "__main__":
    words = sys.argv[1:]
    sys.exit(main(words[0], int(words[1]), int(words[2]), int(words[3]), Path(words[4])))
