"""A private check with the peer's server: once, or at fixed times so that nobody sees when."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from openline.app.private.carried import Step, ask, check_size, next_step, open_envelope
from openline.app.private.check import Side
from openline.app.private.kept import Kept
from openline.app.private.plans import Plans, named_volumes, plans_within, scope_from
from openline.app.read_files import read_files
from openline.cli.output import tell, warn
from openline.cli.private_steps import named_files, record, sessions_folder, tell_verdict
from openline.cli.sources import reading_of
from openline.client.private import PrivatePeer
from openline.errors import InvalidInput, LimitExceeded, OpenlineError
from openline.line.private.grid import Scope
from openline.line.private.padding import bucket_for
from openline.line.private.verdict import Doubt, Reason, Verdict, unknown

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_LEAD: Final = timedelta(seconds=60)  # what is sent at a fixed time is made before it
_STEP: Final = timedelta(seconds=10)  # in which the last answer follows
_NONE: Final = Plans((), (), (), ())


@dataclass(frozen=True, slots=True)
class _Pace:
    """When each of the two messages leaves. at: the fixed time of a session; None: at once."""

    at: datetime | None = None

    def before_asking(self) -> None:
        """Wait for the fixed time."""
        if self.at is not None:
            _sleep_until(self.at)

    def before_answering(self) -> None:
        """Wait for the next whole step: how long it took to compare does not show."""
        if self.at is not None:
            _sleep_until(self.at + ((datetime.now(UTC) - self.at) // _STEP + 1) * _STEP)


_AT_ONCE: Final = _Pace()


def ask_server(
    side: Side, plans: Plans, scope: Scope, params: dict[str, Any], now: datetime
) -> int:
    """One session with the peer's server. Returns the exit code. Raises: as `ask`."""
    return _session(side, plans, scope, params, now, _AT_ONCE)


def _session(
    side: Side,
    plans: Plans,
    scope: Scope,
    params: dict[str, Any],
    now: datetime,
    pace: _Pace,
    unread: OpenlineError | None = None,
) -> int:
    """unread: why the plans are not in it; the session is as any other, and its verdict UNKNOWN."""
    peer = PrivatePeer(params["peer"])
    try:
        step = ask(
            side,
            plans,
            scope,
            sessions_folder(),
            named_files(params),
            carried=False,
            now=now,
            at_least=params["bucket"] or 0,
        )
        record(params["db"], step.kept, None, now)
        kept, verdict = step.kept, None
        try:
            pace.before_asking()
            kept = _exchanged(side, peer, step, pace)
            verdict = kept.session.verdict
        except Doubt as doubt:
            verdict = unknown(doubt)
    finally:
        peer.close()
    if unread is not None:
        verdict = unknown(Doubt(Reason.FAILED, f"your plans are not in it: {unread}"))
    kept = _settled(kept, verdict or unknown(Doubt(Reason.FAILED)))
    found = kept.session.verdict or unknown(Doubt(Reason.FAILED))
    record(params["db"], kept, found, datetime.now(UTC))
    return tell_verdict(kept.session, found, params)


def _settled(kept: Kept, verdict: Verdict) -> Kept:
    """The session with this verdict, and kept so."""
    if kept.session.verdict == verdict:
        return kept
    settled = replace(kept, session=replace(kept.session, verdict=verdict))
    sessions_folder().keep(settled)
    return settled


def _exchanged(side: Side, peer: PrivatePeer, step: Step, pace: _Pace) -> Kept:
    """The session with its verdict; the peer is given its own. Raises: Doubt."""
    if step.carry is None:
        raise Doubt(Reason.FAILED)
    try:
        came = open_envelope(peer.send(step.carry))
    except LimitExceeded as error:
        raise Doubt(Reason.REFUSED, str(error)) from None
    done = next_step(side, step.kept, came, sessions_folder(), datetime.now(UTC))
    if done.carry is not None:
        pace.before_answering()
        _give_theirs(peer, done.carry, side.peer)
    return done.kept


def ask_for_ever(side: Side, params: dict[str, Any]) -> int:
    """A session at every multiple of a period, of one size, whether there are plans or not.

    Ends after `times`, or by being interrupted. Returns the exit code of the last one.
    Raises: InvalidInput for a size that was not agreed, or more questions than were agreed.
    """
    every: timedelta = params["every"]
    left = params["times"]
    params["bucket"] = params["bucket"] or side.agreed.buckets[-1]
    check_size(side, params["bucket"])
    _check_pace(side, every, left)
    code = 0
    while left is None or left > 0:
        at = _next_time(every)
        _sleep_until(at - min(_LEAD, every / 2))
        code = _at_fixed_time(side, params, at)
        left = None if left is None else left - 1
    return code


def _check_pace(side: Side, every: timedelta, times: int | None) -> None:
    agreed = side.agreed.questions_per_hour
    if every * agreed < _HOUR and (times is None or times > agreed):
        raise InvalidInput(
            f"{agreed} questions an hour were agreed",
            cure=f"ask every {_HOUR / agreed} or less often",
            field="every",
        )


def _at_fixed_time(side: Side, params: dict[str, Any], at: datetime) -> int:
    """One session that leaves at that time, and the exit code. What is wrong with the plans
    changes its verdict, not the session: one that is missing would tell."""
    scope = scope_from(at, side.agreed)
    plans, unread = _NONE, None
    try:
        plans = _plans_now(side, scope, params)
    except OpenlineError as error:
        unread = error
    try:
        return _session(side, plans, scope, params, at, _Pace(at), unread)
    except (Doubt, OpenlineError) as error:
        doubt = error if isinstance(error, Doubt) else Doubt(Reason.FAILED, str(error))
        return tell_verdict(None, unknown(doubt), params)


def _give_theirs(peer: PrivatePeer, carry: Any, name: str) -> None:
    """Send the answer that gives the peer its verdict; a fault there does not change ours."""
    try:
        peer.send(carry)
    except (Doubt, OpenlineError) as error:
        tell(f"warning: {name} did not take our answer, and has no verdict: {error}")


def _plans_now(side: Side, scope: Scope, params: dict[str, Any]) -> Plans:
    """The plans as the files are now, as far as they are within the horizon; there may be none.

    Raises: AreaTooLarge for more than the one size holds; as `read_files`.
    """
    names = [name for name in params["plans"] if not _is_empty_folder(name)]
    traffic = read_files(names, reading_of(params))
    warn(traffic.warnings)
    entities = traffic.entities()
    volumes = named_volumes(entities) if entities else ()
    minima = side.agreement.widest_separation()
    plans = plans_within(volumes, minima, scope, side.agreed)
    bucket_for((len(plans.has), len(plans.asks)), (params["bucket"],))
    left_out = len(volumes) - len(plans.volumes)
    if left_out:
        tell(f"{left_out} volumes are over, or begin beyond the horizon: they are not asked about")
    end = side.agreed.grid.slot_start(scope.end)
    longer = sum(one.time_end >= end for one in plans.volumes)
    if longer:
        tell(f"{longer} volumes go on beyond the horizon: they are asked about until then")
    return plans


def _is_empty_folder(name: str) -> bool:
    path = Path(name)
    return path.is_dir() and not any(path.iterdir())


def _next_time(every: timedelta) -> datetime:
    """The next multiple of a period since 1970."""
    now = datetime.now(UTC)
    after = _EPOCH + ((now - _EPOCH) // every + 1) * every
    tell(f"next session at {after:%H:%M:%S}Z")
    return after


def _sleep_until(instant: datetime) -> None:
    while (left := (instant - datetime.now(UTC)).total_seconds()) > 0:
        time.sleep(min(60.0, left))
