"""Who blinds sets: a process for each job, with limits of time and memory."""

import subprocess
import sys
from typing import Final, Protocol, TypeVar

import msgspec

from openline.app.private.blinding import (
    WORKER,
    Job,
    Made,
    Make,
    Match,
    Matched,
    Missing,
    Refused,
    Respond,
    Responded,
    Result,
)
from openline.errors import InvalidInput
from openline.line.private.verdict import Doubt, Reason

SECONDS_MAX: Final = 120.0
_Result = TypeVar("_Result", bound=msgspec.Struct)


class Engine(Protocol):
    """Whoever can blind, respond and match. Raises: Doubt where the peer's data is wrong."""

    def make(self, job: Make) -> Made:
        """Blind both sets."""
        ...

    def respond(self, job: Respond) -> Responded:
        """Blind a request once more."""
        ...

    def match(self, job: Match) -> Matched:
        """Find what is shared."""
        ...


class WorkerEngine:
    """A process for each job. Raises: InvalidInput without the extra `private`, Doubt."""

    def __init__(self, seconds: float = SECONDS_MAX) -> None:
        self._seconds = seconds

    def make(self, job: Make) -> Made:
        """Blind both sets."""
        return self._run(job, Made)

    def respond(self, job: Respond) -> Responded:
        """Blind a request once more."""
        return self._run(job, Responded)

    def match(self, job: Match) -> Matched:
        """Find what is shared."""
        return self._run(job, Matched)

    def _run(self, job: Job, kind: type[_Result]) -> _Result:
        try:
            ended = subprocess.run(
                [sys.executable, "-m", WORKER],
                input=msgspec.msgpack.encode(job),
                capture_output=True,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Doubt(Reason.FAILED, f"it took longer than {self._seconds:g} s") from None
        except OSError as error:
            raise Doubt(Reason.FAILED, f"no process could be started: {error}") from None
        result = _result(ended)
        if isinstance(result, Missing):
            raise InvalidInput(
                f"private checks cannot be computed here ({result.problem})",
                cure="pip install 'openline[private]': Linux x86-64 with glibc 2.35 or macOS, "
                "Python 3.11 to 3.13",
            )
        if isinstance(result, Refused):
            raise Doubt(Reason(result.reason))
        if not isinstance(result, kind):
            raise Doubt(Reason.FAILED, "the process answered something else")
        return result


def _result(ended: "subprocess.CompletedProcess[bytes]") -> Result:
    if ended.returncode:
        raise Doubt(Reason.FAILED, f"the process ended with {ended.returncode}")
    try:
        found: Result = msgspec.msgpack.decode(ended.stdout, type=Result)
    except msgspec.MsgspecError:
        raise Doubt(Reason.FAILED, "the process answered nothing that can be read") from None
    return found
