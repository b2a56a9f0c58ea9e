"""Every error that Openline raises on purpose.

OpenlineError(code, **facts)
├ InvalidInput                 the caller's data or words are wrong
│   ├ InvalidGeometry          a footprint that is no footprint
│   ├ InvalidTimeRange         end not after start, naive or out-of-range instants
│   ├ InvalidAltitude          upper not above lower, unknown datum, missing ground or pressure
│   ├ UnknownFormat            a file that no reader recognises
│   └ AreaTooLarge             beyond a documented limit
├ Unauthenticated              no token, or one that is not accepted
├ PermissionDenied             a token without the scope, or somebody else's entity
├ NotFound                     no such entity
├ VersionMismatch              the version or OVN given is not the current one
├ ManagerDown                  the caller's own USS is declared Down
├ MissingOvns                  the key does not name every relevant entity; carries them
├ LimitExceeded                too many requests; carries when to try again
├ StoreUnavailable             the store cannot answer now; trying again may help
├ Unreachable                  a file, peer or service that cannot be reached
└ InvariantBroken              a fault of ours: loud, no retry

Facts are attributes (`error.facts["file"]`); the message is built from them, so that a person
reads where it is (file, line, element), what is wrong and what to do.
"""

from typing import Final

_PLACE_FACTS: Final = ("file", "line", "element", "field")


class OpenlineError(Exception):
    """Base of the tree. `problem` says what is wrong, `cure` what to do, `facts` where it is."""

    code = "error"

    def __init__(self, problem: str, *, cure: str | None = None, **facts: object) -> None:
        super().__init__(problem)
        self.problem = problem
        self.cure = cure
        self.facts = {name: value for name, value in facts.items() if value is not None}

    def place(self) -> str:
        """Where it is: `file, line 3, element 'x'`; empty if no place is known."""
        words = []
        for name in _PLACE_FACTS:
            if name in self.facts:
                value = self.facts[name]
                words.append(str(value) if name == "file" else f"{name} {value}")
        return ", ".join(words)

    def at(self, **facts: object) -> "OpenlineError":
        """The same error with more facts about its place; facts already known are kept."""
        known = {name: value for name, value in facts.items() if value is not None}
        self.facts = known | self.facts
        return self

    def __str__(self) -> str:
        place = self.place()
        head = f"{place}: {self.problem}" if place else self.problem
        return f"{head} ({self.cure})" if self.cure else head


class InvalidInput(OpenlineError):
    """The caller's data or words are wrong."""

    code = "invalid_input"


class InvalidGeometry(InvalidInput):
    """A footprint that is no footprint: self-crossing, too few points, not a number."""

    code = "invalid_geometry"


class InvalidTimeRange(InvalidInput):
    """An end that is not after its start, or an instant without a time zone."""

    code = "invalid_time_range"


class InvalidAltitude(InvalidInput):
    """An upper limit that is not above the lower one, or a datum that cannot be resolved."""

    code = "invalid_altitude"


class UnknownFormat(InvalidInput):
    """A file that no reader recognises."""

    code = "unknown_format"


class AreaTooLarge(InvalidInput):
    """Input beyond a documented limit."""

    code = "area_too_large"


class Unauthenticated(OpenlineError):
    """No token, or one that is not accepted."""

    code = "unauthenticated"


class PermissionDenied(OpenlineError):
    """A token without the scope that is needed, or an entity of another party."""

    code = "permission_denied"


class NotFound(OpenlineError):
    """No such entity."""

    code = "not_found"


class VersionMismatch(OpenlineError):
    """The version or OVN given is not the current one."""

    code = "version_mismatch"


class ManagerDown(OpenlineError):
    """The caller's own USS is declared Down: it may not plan, change or delete."""

    code = "manager_down"


class MissingOvns(OpenlineError):
    """The key does not name every relevant entity; `facts` carries the missing references."""

    code = "missing_ovns"


class LimitExceeded(OpenlineError):
    """Too much in too short a time; `facts["retry_after_s"]` says when to try again."""

    code = "limit_exceeded"


class StoreUnavailable(OpenlineError):
    """The store cannot answer now; trying again may help."""

    code = "store_unavailable"


class Unreachable(OpenlineError):
    """A file, peer or service that cannot be reached; trying again may help."""

    code = "unreachable"


class InvariantBroken(OpenlineError):
    """A fault of ours. Never caught, never retried."""

    code = "invariant_broken"
