"""Private checks over the net: what a server answers to a party that asks, and puts on its record.

The plans that are compared are those in a folder of the server, and its party's own notices on the
line that have a place. Each session is two entries of the record: `private.check`, with the
commitments of both sides, and `private.verdict`, with this side's verdict and none of its items.
"""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from openline.airspace.volume import Volume4D
from openline.app.line.services import LineServices
from openline.app.private.carried import Step, first_step, head_of, next_step, open_envelope
from openline.app.private.check import Session, Side
from openline.app.private.engine import Engine
from openline.app.private.kept import Folder, Kept
from openline.app.private.plans import Named, Plans, named_volumes, plans_within
from openline.app.read_files import read_files
from openline.errors import InvalidInput, NotFound, OpenlineError
from openline.formats import json_text
from openline.formats.agreement_toml import agreement_digest
from openline.formats.instants import format_instant
from openline.formats.private_check import encode_envelope
from openline.line.message.kind import NoticeKind
from openline.line.private.grid import Scope
from openline.line.private.session import Check, Envelope
from openline.line.private.verdict import Doubt, Reason, Verdict, unknown
from openline.line.state import LineState
from openline.store.ports import Store

PATH: Final = "/line/v1/private/sessions"
CHECK: Final = "private.check"
VERDICT: Final = "private.verdict"
PLANS: Final = "plans"
SESSIONS: Final = "sessions"
NOTED_MAX: Final = 10_000
NO_FILES: Final = ("", "")  # agreement and key of a server are its own


class PrivateService:
    """Answers private checks for the parties of one server; one at a time.

    folder: `plans` in it holds what is compared, in folders of the parties where the server speaks
    for several; `sessions` what is kept.
    """

    def __init__(self, line: LineServices, folder: Path, engine: Engine) -> None:
        self._plans = folder / PLANS
        self.line, self.kept = line, Folder(folder / SESSIONS)
        self._engine = engine
        self._lock = threading.Lock()
        self._noted: dict[tuple[bytes, str, Reason], None] = {}  # in the order they were noted

    def take(self, data: bytes, now: datetime) -> bytes:
        """The answer to what a party sent: CHECK and ANSWER, or nothing to its last ANSWER.

        Raises: Doubt, LimitExceeded, NotFound, StoreUnavailable.
        """
        envelope = open_envelope(data)
        head = head_of(envelope)
        if head.recipient not in self.line.signers:
            raise NotFound(f"{head.recipient!r} has no machine here")
        side = self.side(head.recipient, head.sender)
        if envelope.check is not None and isinstance(head, Check) and head.carried:
            raise Doubt(Reason.OTHER_SESSION, "it came over the net and says that it was carried")
        with self._lock:
            kept = self.kept.find(head.session, side.party)
            if kept is None:
                return encode_envelope(carried(self.first(side, envelope, now)))
            self.conclude(side, kept, envelope, now)
            return b"{}"

    def side(self, party: str, peer: str) -> Side:
        """One party of this server towards another one. Raises: NotFound where none is agreed."""
        agreement = self.line.look(lambda line, _position: line.state.agreed())
        digest = agreement_digest(agreement)
        signer = self.line.signers[party]
        try:
            return Side(agreement, digest, peer, signer, self._engine)
        except InvalidInput as error:
            raise NotFound(error.problem, cure=error.cure) from None

    def first(self, side: Side, envelope: Envelope, now: datetime) -> Step:
        """Answer a CHECK of the peer. Raises: Doubt, LimitExceeded, StoreUnavailable."""
        step = first_step(side, envelope, self._plans_of, self.kept, NO_FILES, now)
        note(self.line.store, CHECK, side.party, commitments(step.kept), now)
        return step

    def conclude(self, side: Side, kept: Kept, envelope: Envelope, now: datetime) -> Step:
        """The verdict of a session that is kept. Raises: Doubt, which is its verdict then."""
        try:
            step = next_step(side, kept, envelope, self.kept, now)
        except Doubt as doubt:
            if kept.session.verdict is None:  # else that one stands, and nothing new is known
                self._note_doubt(kept, doubt, now)
            raise
        if step.kept.session.verdict is not None:
            self.note_verdict(step.kept, step.kept.session.verdict, now)
        return step

    def _note_doubt(self, kept: Kept, doubt: Doubt, now: datetime) -> None:
        """Put a doubt on the record once for each reason: whoever goes on sending what is wrong
        fills no record. Raises: StoreUnavailable."""
        known = (kept.session.own.session, kept.party, doubt.reason)
        if known not in self._noted:
            self.note_verdict(kept, unknown(doubt), now)
            self._noted[known] = None
            if len(self._noted) > NOTED_MAX:
                del self._noted[next(iter(self._noted))]

    def note_verdict(self, kept: Kept, verdict: Verdict, now: datetime) -> None:
        """Put which of the three it is on the record. Raises: StoreUnavailable."""
        note(self.line.store, VERDICT, kept.party, verdict_class(kept.session, verdict), now)

    def _plans_of(self, side: Side, scope: Scope) -> Plans:
        """Raises: Doubt if the plans of this server cannot be read: it cannot answer then."""
        found = self.line.look(lambda line, _position: own_notices(line.state, side.party))
        volumes = [named for _thread, named in found]
        try:
            folder = self._plans if len(self.line.signers) == 1 else self._plans / side.party
            if folder.is_dir() and any(folder.iterdir()):
                volumes += named_volumes(read_files([str(folder)]).entities())
            minima = side.agreement.widest_separation()
            return plans_within(tuple(volumes), minima, scope, side.agreed)
        except (OpenlineError, OSError) as error:
            raise Doubt(Reason.REFUSED, f"the plans here cannot be compared: {error}") from error


def carried(step: Step) -> Envelope:
    """What a step gives the peer. Raises: Doubt if it is nothing."""
    if step.carry is None:
        raise Doubt(Reason.FAILED)
    return step.carry


def own_notices(
    state: LineState, party: str, threads: frozenset[str] | None = None
) -> tuple[tuple[str, Named], ...]:
    """The volumes of a party's notices and plans that stand and have a place, with their threads;
    of those threads alone, if they are given. Sites do not fly."""
    return tuple(
        (
            thread,
            Named(notice.notify.name or thread, number, _widened(volume, notice.widen)),
        )
        for thread, notice in state.notices.items()
        if notice.party == party
        and notice.notify.notice is not NoticeKind.SITE
        and (threads is None or thread in threads)
        for number, volume in enumerate(notice.notify.volumes, start=1)
    )


def _widened(volume: Volume4D, by: timedelta) -> Volume4D:
    start, end = volume.time_start - by, volume.time_end + by
    return replace(volume, time_start=start, time_end=end)


def note(store: Store, kind: str, party: str, values: dict[str, Any], now: datetime) -> None:
    """Put an entry on the record; returns when it is durable. Raises: StoreUnavailable."""
    body = json_text.encode(values).encode()
    store.submit((), lambda tx: tx.append_record(now, party, kind, body)).result()


def commitments(kept: Kept) -> dict[str, Any]:
    """What the record has of a session: who asked whom, when, and what both committed to."""
    own, peer = kept.session.own, kept.session.peer
    return {
        "session": own.session.hex(),
        "party": own.sender,
        "peer": own.recipient,
        "made": format_instant(own.made),
        "first": kept.first,
        "agreement": own.terms.agreement,
        "version": own.terms.version,
        "bucket": own.bucket,
        "commitment": own.commitment.hex(),
        "peer_commitment": None if peer is None else peer.commitment.hex(),
    }


def verdict_class(session: Session, verdict: Verdict) -> dict[str, Any]:
    """What the record has of a verdict: which of the three it is, and of which session."""
    return {
        "session": session.own.session.hex(),
        "party": session.own.sender,
        "peer": session.own.recipient,
        "verdict": verdict.kind.value,
        "reason": None if verdict.reason is None else verdict.reason.value,
    }
