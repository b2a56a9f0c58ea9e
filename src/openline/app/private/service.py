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
from openline.app.private.carried import first_step, head_of, next_step, open_envelope
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


class PrivateService:
    """Answers private checks for the parties of one server; one at a time.

    folder: `plans` in it holds what is compared, `sessions` what is kept.
    """

    def __init__(self, line: LineServices, folder: Path, engine: Engine) -> None:
        self._line = line
        self._plans = folder / PLANS
        self._kept = Folder(folder / SESSIONS)
        self._engine = engine
        self._lock = threading.Lock()

    def take(self, data: bytes, now: datetime) -> bytes:
        """The answer to what a party sent: CHECK and ANSWER, or nothing to its last ANSWER.

        Raises: Doubt, LimitExceeded, NotFound, StoreUnavailable.
        """
        envelope = open_envelope(data)
        head = head_of(envelope)
        if head.recipient not in self._line.signers:
            raise NotFound(f"{head.recipient!r} has no machine here")
        side = self._side(head.recipient, head.sender)
        if envelope.check is not None and isinstance(head, Check) and head.carried:
            raise Doubt(Reason.OTHER_SESSION, "it came over the net and says that it was carried")
        with self._lock:
            kept = self._kept.find(head.session, side.party)
            if kept is None:
                return self._first(side, envelope, now)
            self._conclude(side, kept, envelope, now)
            return b"{}"

    def _side(self, party: str, peer: str) -> Side:
        agreement = self._line.look(lambda line, _position: line.state.agreed())
        digest = agreement_digest(agreement)
        signer = self._line.signers[party]
        try:
            return Side(agreement, digest, peer, signer, self._engine)
        except InvalidInput as error:
            raise NotFound(error.problem, cure=error.cure) from None

    def _first(self, side: Side, envelope: Envelope, now: datetime) -> bytes:
        step = first_step(side, envelope, self._plans_of, self._kept, ("", ""), now)
        note(self._line.store, CHECK, side.party, commitments(step.kept), now)
        if step.carry is None:
            raise Doubt(Reason.FAILED)
        return encode_envelope(step.carry)

    def _conclude(self, side: Side, kept: Kept, envelope: Envelope, now: datetime) -> None:
        try:
            step = next_step(side, kept, envelope, self._kept, now)
        except Doubt as doubt:
            values = verdict_class(kept.session, unknown(doubt))
            note(self._line.store, VERDICT, side.party, values, now)
            raise
        session = step.kept.session
        if session.verdict is not None:
            values = verdict_class(session, session.verdict)
            note(self._line.store, VERDICT, side.party, values, now)

    def _plans_of(self, side: Side, scope: Scope) -> Plans:
        """Raises: Doubt if the plans of this server cannot be read: it cannot answer then."""
        volumes = list(self._line.look(lambda line, _position: own_notices(line.state, side.party)))
        try:
            if self._plans.is_dir() and any(self._plans.iterdir()):
                volumes += named_volumes(read_files([str(self._plans)]).entities())
            minima = side.agreement.widest_separation()
            return plans_within(tuple(volumes), minima, scope, side.agreed)
        except (OpenlineError, OSError) as error:
            raise Doubt(Reason.REFUSED, f"the plans here cannot be compared: {error}") from error


def own_notices(state: LineState, party: str) -> tuple[Named, ...]:
    """The volumes of a party's notices and plans that stand and have a place; sites do not fly."""
    return tuple(
        Named(notice.notify.name or thread, number, _widened(volume, notice.widen))
        for thread, notice in state.notices.items()
        if notice.party == party and notice.notify.notice is not NoticeKind.SITE
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
