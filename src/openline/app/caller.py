"""Who asks: the party and what its token allows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The party behind a request. `sub` names it as manager; `scopes` are those of its token.

    officer: the person who is logged in for the party; None for a machine.
    """

    sub: str
    scopes: frozenset[str]
    officer: str | None = None
