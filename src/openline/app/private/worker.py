"""The process that blinds sets, by the library openmined-psi: one job in, one result out, the end.

Source       openmined-psi 2.0.6: private set intersection by Diffie-Hellman on P-256
Why alone    The library is native code that is given bytes of a peer: what it does with them, how
             long it takes and how much memory it needs stays here. It takes an answer with too few
             elements, and an empty request, without a word: elements are counted before it.
Order        A setup is sorted, a response is in the order of its request.
Keys         Come and go through pipes; nothing is written, and no core is dumped.
"""

import contextlib
import sys
from collections.abc import Sequence
from typing import Any

import msgspec

from openline.app.private.blinding import (
    ELEMENT_BYTES,
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
from openline.line.private.verdict import Reason

_MEMORY_BYTES = 2 * 1024**3  # of addresses, not of memory in use: libraries map much more
_CPU_S = 120
_FALSE_POSITIVES = 1e-9  # asked for by the interface; a list of all elements has none


class _Wrong(Exception):
    """The peer's data is wrong."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def main() -> None:
    """Read a job from standard input, write its result to standard output."""
    _limit()
    job: Job = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Job)
    result = _answered(job)
    sys.stdout.buffer.write(msgspec.msgpack.encode(result))
    sys.stdout.buffer.flush()


def _limit() -> None:
    with contextlib.suppress(ImportError):  # Windows has no such limits
        import resource

        for kind, value in (
            (resource.RLIMIT_AS, _MEMORY_BYTES),
            (resource.RLIMIT_CPU, _CPU_S),
            (resource.RLIMIT_CORE, 0),
        ):
            with contextlib.suppress(ValueError, OSError):  # a lower limit stands already
                resource.setrlimit(kind, (value, value))


def _answered(job: Job) -> Result:
    try:
        import private_set_intersection.python as psi
    except BaseException as error:
        return Missing(f"{type(error).__name__}: {error}"[:300])
    try:
        if isinstance(job, Make):
            return _make(psi, job)
        if isinstance(job, Respond):
            return _respond(psi, job)
        return _match(psi, job)
    except _Wrong as error:
        return Refused(error.reason.value)
    except BaseException:  # native code raises what it likes; it is about the data
        return Refused((Reason.FAILED if isinstance(job, Make) else Reason.ELEMENTS).value)


def _make(psi: Any, job: Make) -> Made:
    server = _keyed(psi.server, job.server_key)
    client = _keyed(psi.client, job.client_key)
    count = len(job.asks)
    setup = server.CreateSetupMessage(
        _FALSE_POSITIVES, count, _texts(job.has), psi.DataStructure.RAW
    )
    request = client.CreateRequest(_texts(job.asks))
    return Made(
        server.GetPrivateKeyBytes(),
        client.GetPrivateKeyBytes(),
        setup.SerializeToString(deterministic=True),
        request.SerializeToString(deterministic=True),
    )


def _keyed(kind: Any, key: bytes) -> Any:
    return kind.CreateFromKey(key, True) if key else kind.CreateWithNewKey(True)


def _texts(elements: Sequence[bytes]) -> list[str]:
    return [element.hex() for element in elements]


def _respond(psi: Any, job: Respond) -> Responded:
    request = _parsed(psi.Request, job.request)
    if not request.reveal_intersection:
        raise _Wrong(Reason.ELEMENTS)
    _check_elements(request.encrypted_elements, job.count)
    response = psi.server.CreateFromKey(job.server_key, True).ProcessRequest(request)
    return Responded(response.SerializeToString(deterministic=True))


def _match(psi: Any, job: Match) -> Matched:
    setup = _parsed(psi.ServerSetup, job.setup)
    if not setup.HasField("raw"):
        raise _Wrong(Reason.ELEMENTS)
    _check_elements(setup.raw.encrypted_elements, job.setup_count)
    response = _parsed(psi.Response, job.response)
    _check_elements(response.encrypted_elements, job.count)
    client = psi.client.CreateFromKey(job.client_key, True)
    return Matched(sorted(client.GetIntersection(setup, response)))


def _parsed(kind: Any, data: bytes) -> Any:
    """The message; its bytes in their one form, so that nothing hides beside it."""
    message = kind()
    try:
        message.ParseFromString(data)
    except BaseException:
        raise _Wrong(Reason.MALFORMED) from None
    message.DiscardUnknownFields()
    if message.SerializeToString(deterministic=True) != data:
        raise _Wrong(Reason.MALFORMED)
    return message


def _check_elements(elements: Sequence[bytes], count: int) -> None:
    if len(elements) != count:
        raise _Wrong(Reason.COUNT)
    if len(set(elements)) != count or any(len(one) != ELEMENT_BYTES for one in elements):
        raise _Wrong(Reason.ELEMENTS)


if __name__ == "__main__":
    main()
