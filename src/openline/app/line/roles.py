"""Roles of people on the line, and what each may do: every role may do what those before it may."""

from enum import StrEnum
from typing import Final

from openline.app.caller import Caller
from openline.errors import PermissionDenied
from openline.line.message.kind import Kind

WATCH: Final = "openline.watch"
FILE: Final = "openline.file"
DUTY: Final = "openline.duty"
ADMIN: Final = "openline.admin"


class Role(StrEnum):
    """What a person is on the line."""

    WATCH = "watch"  # reads
    FILE = "file"  # files notices and plans
    DUTY = "duty"  # the duty officer: receives, answers, urgent
    ADMIN = "admin"  # accounts, suspension

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes of a token for this role."""
        every = (WATCH, FILE, DUTY, ADMIN)
        return every[: list(Role).index(self) + 1]


_FILED: Final = frozenset(
    {Kind.NOTIFY, Kind.AMEND, Kind.CANCEL, Kind.AUTHORITY, Kind.CLOSURE, Kind.LINE_CHECK}
)
_OF_TWO: Final = frozenset({Kind.SUSPEND, Kind.RESUME})


def scope_for(kind: Kind) -> str:
    """The scope that saying this takes."""
    if kind in _OF_TWO:
        return DUTY  # and a second person, see `compose`
    return FILE if kind in _FILED else DUTY


def require(caller: Caller, scope: str, what: str) -> None:
    """Raises: PermissionDenied if the caller's token lacks the scope."""
    if scope not in caller.scopes:
        raise PermissionDenied(f"the token lacks the scope for {what}", cure=f"it takes {scope}")
