"""Sessions of people: a token after a password, a new one before it ends."""

import math
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openline.api.auth.issuer import TokenIssuer
from openline.api.line import wire
from openline.api.rate import RateLimit
from openline.app.caller import Caller
from openline.app.line.accounts import Account, find_account, log_in
from openline.app.services import Services
from openline.clock import Clock
from openline.errors import LimitExceeded, Unauthenticated

LIFETIME_S: Final = 3_600
_TRIES_PER_S: Final = 0.1  # for each name: guessing takes longer than a password lives
_TRIES_AT_ONCE: Final = 10


@dataclass(frozen=True, slots=True)
class Sessions:
    """Hands out the tokens of people. `audience` is this server's name in them; `clock`: what they
    expire by, where it is not the clock of the line."""

    issuer: TokenIssuer
    audience: str
    clock: Clock | None = None
    _tries: RateLimit = field(default_factory=lambda: RateLimit(_TRIES_PER_S, _TRIES_AT_ONCE))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, services: Services, asked: wire.LogIn, now: datetime) -> wire.Session:
        """A session for a name and a password. Raises: Unauthenticated, LimitExceeded."""
        with self._lock:
            wait_s = self._tries.take(asked.user)
        if wait_s > 0:
            raise LimitExceeded(
                f"too many tries for {asked.user!r}",
                cure="wait, then try again",
                retry_after_s=math.ceil(wait_s),
            )
        return self._session(log_in(services.store, asked.user, asked.password), now)

    def renew(self, services: Services, caller: Caller, now: datetime) -> wire.Session:
        """A new token, with the role that the account has now.

        Raises: Unauthenticated if the account is gone or went to another party.
        """
        account = find_account(services.store, caller.officer or "")
        if account is None or account.party != caller.sub:
            raise Unauthenticated("this session has no account any more", cure="log in")
        return self._session(account, now)

    def _session(self, account: Account, now: datetime) -> wire.Session:
        now = self.clock.now() if self.clock is not None else now
        token = self.issuer.token(
            account.name,
            account.role.scopes,
            self.audience,
            now.timestamp(),
            LIFETIME_S,
            account.party,
        )
        return wire.Session(token, "Bearer", LIFETIME_S, account.name, account.party, account.role)
