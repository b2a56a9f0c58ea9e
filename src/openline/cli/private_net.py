"""A private check with the peer's server: once, or at fixed times so that nobody sees when."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from openline.app.private.carried import Step, ask, next_step, open_envelope
from openline.app.private.check import Side
from openline.app.private.kept import Kept
from openline.app.private.plans import Plans, named_volumes, plans_within, scope_from
from openline.app.read_files import read_files
from openline.cli.output import tell, warn
from openline.cli.private import EXIT_UNKNOWN
from openline.cli.private_steps import named_files, record, sessions_folder, tell_verdict
from openline.cli.sources import reading_of
from openline.client.private import PrivatePeer
from openline.errors import LimitExceeded, OpenlineError
from openline.line.private.grid import Scope
from openline.line.private.verdict import Doubt, Reason, unknown

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ask_server(
    side: Side, plans: Plans, scope: Scope, params: dict[str, Any], now: datetime
) -> int:
    """One session with the peer's server. Returns the exit code."""
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
            kept = _exchanged(side, peer, step)
            verdict = kept.session.verdict
        except Doubt as doubt:
            verdict = unknown(doubt)
    finally:
        peer.close()
    verdict = verdict or unknown(Doubt(Reason.FAILED))
    record(params["db"], kept, verdict, datetime.now(UTC))
    return tell_verdict(kept.session, verdict, params)


def _exchanged(side: Side, peer: PrivatePeer, step: Step) -> Kept:
    """The session with its verdict; the peer is given its own. Raises: Doubt."""
    if step.carry is None:
        raise Doubt(Reason.FAILED)
    try:
        came = open_envelope(peer.send(step.carry))
    except LimitExceeded as error:
        raise Doubt(Reason.REFUSED, str(error)) from None
    done = next_step(side, step.kept, came, sessions_folder(), datetime.now(UTC))
    if done.carry is not None:
        _give_theirs(peer, done.carry, side.peer)
    return done.kept


def ask_for_ever(side: Side, params: dict[str, Any]) -> int:
    """A session at every multiple of a period, of one size, whether there are plans or not.

    Ends after `times`, or by being interrupted. Returns the exit code of the last one.
    """
    every: timedelta = params["every"]
    if params["bucket"] is None:
        params["bucket"] = side.agreed.buckets[-1]
    left = params["times"]
    code = 0
    while left is None or left > 0:
        now = _next_time(every)
        scope = scope_from(now, side.agreed)
        plans, unread = Plans((), (), (), ()), None
        try:
            plans = _plans_now(side, scope, params)
        except OpenlineError as error:  # asked all the same: a session that is missing would tell
            unread = error
        try:
            code = ask_server(side, plans, scope, params, now)
            if unread is not None:
                raise unread
        except (Doubt, OpenlineError) as error:
            tell(f"UNKNOWN: {error}")
            code = EXIT_UNKNOWN
        left = None if left is None else left - 1
    return code


def _give_theirs(peer: PrivatePeer, carry: Any, name: str) -> None:
    """Send the answer that gives the peer its verdict; a fault there does not change ours."""
    try:
        peer.send(carry)
    except (Doubt, OpenlineError) as error:
        tell(f"warning: {name} did not take our answer, and has no verdict: {error}")


def _plans_now(side: Side, scope: Scope, params: dict[str, Any]) -> Plans:
    """The plans as the files are now, as far as they are within the horizon; there may be none."""
    names = [name for name in params["plans"] if not _is_empty_folder(name)]
    traffic = read_files(names, reading_of(params))
    warn(traffic.warnings)
    entities = traffic.entities()
    volumes = named_volumes(entities) if entities else ()
    minima = side.agreement.widest_separation()
    plans = plans_within(volumes, minima, scope, side.agreed)
    left_out = len(volumes) - len(plans.volumes)
    if left_out:
        tell(f"{left_out} volumes are over, or begin beyond the horizon: they are not asked about")
    return plans


def _is_empty_folder(name: str) -> bool:
    path = Path(name)
    return path.is_dir() and not any(path.iterdir())


def _next_time(every: timedelta) -> datetime:
    """Wait for the next multiple of a period since 1970, and give it."""
    now = datetime.now(UTC)
    after = _EPOCH + ((now - _EPOCH) // every + 1) * every
    tell(f"next session at {after:%H:%M:%S}Z")
    while (now := datetime.now(UTC)) < after:
        time.sleep(min(60.0, (after - now).total_seconds()))
    return now
