"""Who asks: the party and what its token allows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The party behind a request. `sub` names it as manager; `scopes` are those of its token."""

    sub: str
    scopes: frozenset[str]
