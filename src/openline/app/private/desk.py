"""Private checks that people ask for at their own server: with a peer's server, or by files.

A session is computed in a thread of its own, one after the other, and is looked at meanwhile. What
it came to is kept with the session; what could not be begun or read is known until the server ends.
"""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from openline.app.private.carried import (
    ask,
    check_may_ask,
    due,
    head_of,
    next_step,
    open_envelope,
)
from openline.app.private.check import Side
from openline.app.private.kept import Kept
from openline.app.private.plans import Named, Plans, asked_plans, scope_from, sector_of
from openline.app.private.service import (
    CHECK,
    NO_FILES,
    PrivateService,
    carried,
    commitments,
    note,
    own_notices,
)
from openline.errors import InvalidInput, LimitExceeded, NotFound, OpenlineError
from openline.formats.private_check import encode_envelope
from openline.line.private.grid import Scope
from openline.line.private.rules import may_ask
from openline.line.private.session import SESSION_BYTES, Envelope
from openline.line.private.verdict import Doubt, Reason, Verdict, VerdictKind, unknown

Send = Callable[[str, Envelope], bytes]
AT_ONCE_MAX: Final = 8
REMEMBERED_MAX: Final = 200
SHOWN_MAX: Final = 50
_HOUR: Final = timedelta(hours=1)


class Stage(StrEnum):
    """How far a session is that has no verdict yet."""

    WORKING = "working"  # blinding one's own set
    ASKING = "asking"  # the peer has it
    COMPARING = "comparing"
    CARRY = "carry"  # a file has to go to the peer, and one to come back


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom. url: of the peer's server; None: by files, unless the peer is here.

    sector: the level of the cells that are told to the peer, to ask less; None: everywhere.
    """

    peer: str
    volumes: tuple[Named, ...]
    by_file: bool
    url: str | None = None
    bucket: int = 0
    sector: int | None = None


@dataclass(slots=True)
class Job:
    """A session while it is computed, and what it came to. plans: what was asked about."""

    session: bytes
    party: str
    peer: str
    made: datetime
    first: bool
    by_file: bool
    plans: tuple[str, ...] = ()
    stage: Stage | None = Stage.WORKING
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A session as it is shown. kept: None where it could not be begun. A verdict is always there:
    without an answer it is UNKNOWN."""

    session: bytes
    party: str
    peer: str
    made: datetime
    first: bool
    by_file: bool
    plans: tuple[str, ...]
    stage: Stage | None
    verdict: Verdict
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class Budget:
    """How often one party may still ask another. again: when, if it is not now."""

    asked: int
    agreed: int
    again: datetime | None


class PrivateDesk:
    """Begins sessions for people and takes the files they are given. send: asks a server."""

    def __init__(self, service: PrivateService, send: Send) -> None:
        self._service = service
        self._send = send
        self._jobs: dict[tuple[bytes, str], Job] = {}
        self._lock = threading.Lock()
        self._one = threading.Lock()

    def own_plans(self, party: str, threads: frozenset[str]) -> tuple[Named, ...]:
        """The volumes of a party's own notices. Raises: NotFound for one that has no place."""
        line = self._service.line
        found = line.look(lambda seen, _position: own_notices(seen.state, party, threads))
        missing = sorted(threads - {thread for thread, _ in found})
        if missing:
            raise NotFound(
                f"{missing[0][:64]!r} is no notice of yours with a place",
                cure="locate it, or name another one",
                field="threads",
            )
        return tuple(named for _, named in found)

    def ask(self, party: str, question: Question, now: datetime) -> Seen:
        """Begin a session; it is computed in the background.

        Raises: InvalidInput, AreaTooLarge, LimitExceeded, NotFound.
        """
        side = self._service.side(party, question.peer)
        self._require_way(question)
        minima = side.agreement.widest_separation()
        sector: tuple[str, ...] = ()
        if question.sector is not None:
            sector = sector_of(question.volumes, minima, side.agreed, question.sector)
        scope = scope_from(now, side.agreed, sector)
        plans = asked_plans(question.volumes, minima, scope, side.agreed)
        check_may_ask(side, self._service.kept, question.bucket, now)
        names = tuple(dict.fromkeys(one.plan for one in question.volumes))
        session = side.random(SESSION_BYTES)
        job = Job(session, party, question.peer, now, True, question.by_file, names)
        self._start(job, lambda: self._asked(job, side, plans, scope, question))
        return self.seen(party, session.hex())

    def take(self, party: str, data: bytes, now: datetime) -> Seen:
        """Take a file that came from a peer: its question, or what it says to ours.

        Raises: Doubt for what is no such file; NotFound, LimitExceeded.
        """
        envelope = open_envelope(data)
        head = head_of(envelope)
        if head.recipient != party:
            raise Doubt(Reason.OTHER_PARTY, f"it is for {head.recipient}")
        side = self._service.side(party, head.sender)
        kept = self._service.kept.find(head.session, party)
        if kept is not None and kept.session.verdict is not None:
            raise Doubt(Reason.REPLAYED, "this session has its verdict already")
        made = now if kept is None else kept.session.own.made
        first = kept is not None and kept.first
        job = Job(head.session, party, head.sender, made, first, True)
        self._start(job, lambda: self._taken(job, side, kept, envelope))
        return self.seen(party, head.session.hex())

    def file(self, party: str, session: str) -> tuple[str, bytes]:
        """What is to be carried to the peer now, and a name for it. Raises: NotFound."""
        kept = self.seen(party, session).kept
        if kept is None:
            raise NotFound("there is nothing to carry", cure="ask again")
        number, envelope = due(kept)
        return f"{session[:8]}-{number}.private", encode_envelope(envelope)

    def seen(self, party: str, session: str) -> Seen:
        """One session of a party. Raises: NotFound."""
        try:
            name = bytes.fromhex(session)
        except ValueError:
            name = b""
        job = _as_now(self._jobs.get((name, party)))
        kept = self._service.kept.find(name, party) if len(name) == SESSION_BYTES else None
        if job is None and kept is None:
            raise NotFound("there is no such private check of yours", field="session")
        return _seen(job, kept)

    def sessions(self, party: str) -> tuple[Seen, ...]:
        """The last sessions of a party, the newest first."""
        with self._lock:
            jobs = {
                name: _as_now(job) for (name, whose), job in self._jobs.items() if whose == party
            }
        kept = {one.session.own.session: one for one in self._service.kept.last(party, SHOWN_MAX)}
        found = [_seen(jobs.get(name), kept.get(name)) for name in {**kept, **jobs}]
        found.sort(key=lambda one: (one.made, one.session), reverse=True)
        return tuple(found[:SHOWN_MAX])

    def budget(self, party: str, peer: str, asker: str, now: datetime) -> Budget:
        """How often one of the two asked the other in the last hour, as this party has it.

        Raises: NotFound.
        """
        side = self._service.side(party, peer)
        other = peer if asker == party else party
        begun = self._service.kept.begun_by(asker, other, now - _HOUR, party)
        wait = may_ask(begun, side.agreed, now)
        again = None if wait is None else now + wait
        return Budget(len(begun), side.agreed.questions_per_hour, again)

    def _require_way(self, question: Question) -> None:
        here = question.peer in self._service.line.signers
        if not question.by_file and not here and question.url is None:
            raise InvalidInput(
                f"it is not known where the server of {question.peer} is",
                cure="openline peer add, or ask by a file that is carried",
                field="by",
            )

    def _start(self, job: Job, work: Callable[[], None]) -> None:
        with self._lock:
            running = [one for one in self._jobs.values() if _runs(one)]
            if len(running) >= AT_ONCE_MAX or (job.session, job.party) in {
                (one.session, one.party) for one in running
            }:
                raise LimitExceeded(
                    "private checks are being computed", cure="wait for them", retry_after_s=5
                )
            self._jobs[job.session, job.party] = job
            for name in [name for name, one in self._jobs.items() if not _runs(one)]:
                if len(self._jobs) > REMEMBERED_MAX:
                    del self._jobs[name]
        threading.Thread(target=self._run, args=(job, work), name="private", daemon=True).start()

    def _run(self, job: Job, work: Callable[[], None]) -> None:
        with self._one:
            try:
                work()
            except Doubt as doubt:
                job.verdict = unknown(doubt)
            except LimitExceeded as error:
                job.verdict = unknown(Doubt(Reason.REFUSED, str(error)))
            except OpenlineError as error:
                job.verdict = unknown(Doubt(Reason.FAILED, str(error)))
            finally:  # a fault of ours is no answer either
                if job.stage is not Stage.CARRY:
                    job.stage = None

    def _asked(self, job: Job, side: Side, plans: Plans, scope: Scope, question: Question) -> None:
        """A session that this party begins. Raises: Doubt, OpenlineError."""
        service, clock = self._service, self._service.line.clock
        step = ask(
            side,
            plans,
            scope,
            service.kept,
            NO_FILES,
            carried=question.by_file,
            now=clock.now(),
            at_least=question.bucket,
            session=job.session,
        )
        note(service.line.store, CHECK, side.party, commitments(step.kept), clock.now())
        if question.by_file:
            job.stage = Stage.CARRY
            return
        try:
            job.stage = Stage.ASKING
            came = open_envelope(self._sent(question, carried(step)))
            job.stage = Stage.COMPARING
            done = next_step(side, step.kept, came, service.kept, clock.now())
        except (Doubt, LimitExceeded) as error:
            doubt = error if isinstance(error, Doubt) else Doubt(Reason.REFUSED, str(error))
            self._settle(step.kept, unknown(doubt), clock.now())
            raise doubt from None
        service.note_verdict(done.kept, done.kept.session.verdict or _NOTHING, clock.now())
        with contextlib.suppress(Doubt, OpenlineError):  # they have no verdict then; we have ours
            self._sent(question, carried(done))

    def _settle(self, kept: Kept, verdict: Verdict, now: datetime) -> None:
        """Keep why nothing is known. Raises: StoreUnavailable, Unreachable."""
        settled = replace(kept, session=replace(kept.session, verdict=verdict))
        self._service.kept.keep(settled)
        self._service.note_verdict(settled, verdict, now)

    def _sent(self, question: Question, envelope: Envelope) -> bytes:
        """What the peer answers. Raises: Doubt, LimitExceeded."""
        service = self._service
        if question.peer in service.line.signers:
            return service.take(encode_envelope(envelope), service.line.clock.now())
        return self._send(question.url or "", envelope)

    def _taken(self, job: Job, side: Side, kept: Kept | None, envelope: Envelope) -> None:
        """A file that came. Raises: Doubt, OpenlineError."""
        now = self._service.line.clock.now()
        if kept is None:
            self._service.first(side, envelope, now)
            job.stage = Stage.CARRY
        else:
            self._service.conclude(side, kept, envelope, now)


_NOTHING: Final = unknown(Doubt(Reason.SILENT, "nothing that was valid has come yet"))
assert _NOTHING.kind is VerdictKind.UNKNOWN


def _as_now(job: Job | None) -> Job | None:
    """A job as it is before what is kept is read: once its stage is over, that is final."""
    return None if job is None else replace(job)


def _runs(job: Job) -> bool:
    return job.stage not in (None, Stage.CARRY)


def _seen(job: Job | None, kept: Kept | None) -> Seen:
    """A session from what is kept and what is known of its computation; one of them is there."""
    if kept is None:
        assert job is not None
        return Seen(
            job.session,
            job.party,
            job.peer,
            job.made,
            job.first,
            job.by_file,
            job.plans,
            job.stage,
            job.verdict or _NOTHING,
            None,
        )
    own = kept.session.own
    verdict = kept.session.verdict
    stage = job.stage if job is not None else None
    if verdict is not None:
        stage = None
    elif stage is None and own.carried:
        stage = Stage.CARRY
    if verdict is None:
        verdict = (job.verdict if job is not None else None) or _NOTHING
    names = tuple(dict.fromkeys(one.plan for one in kept.session.volumes))
    return Seen(
        own.session,
        kept.party,
        kept.peer,
        own.made,
        kept.first,
        own.carried,
        names,
        stage,
        verdict,
        kept,
    )
