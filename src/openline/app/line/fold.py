"""What the entries of the line amount to at one of them, as bytes and back.

Form: Python's pickle, of values of this package and of dates alone; whatever else is named in it
is refused. Bytes mean something to the very program that made them, and to no other: whoever keeps
them longer than a process lives must know that they are its own (`snapshot`).
Law, held by tests/property/test_line_fold.py: what was folded, written and read, and then took the
rest of the entries, is what took all of them.
"""

import io
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from openline.errors import InvalidInput
from openline.line.line import Folded
from openline.store.ports import Record

_DATES: Final = frozenset({"date", "datetime", "timedelta", "timezone"})
_OURS: Final = ("openline.line.", "openline.airspace.", "openline.geo.")
_ALSO: Final = frozenset({__name__, Record.__module__})


@dataclass(frozen=True, slots=True)
class Fold:
    """A projection at an entry: `record` is that entry, `line` what all up to it amount to.

    filed_entry: the last entry of something filed. managers: whom the agreement names for what is
    filed. managers_changed: what was filed is still to be looked through for them.
    """

    record: Record
    line: Folded
    filed_entry: int
    managers: Mapping[str, str]
    managers_changed: bool


def dump(fold: Fold) -> bytes:
    """The fold as bytes: a copy of all that is in it."""
    return pickle.dumps(fold, pickle.HIGHEST_PROTOCOL)


def load(data: bytes) -> Fold:
    """What `dump` made bytes of. Raises: InvalidInput for anything else."""
    try:
        found = _Values(io.BytesIO(data)).load()
    except Exception as error:  # pickle raises whatever it stumbles over
        raise InvalidInput(f"it is no fold of a line: {error}") from error
    if not isinstance(found, Fold):
        raise InvalidInput("it is no fold of a line")
    return found


class _Values(pickle.Unpickler):
    """Makes values of this package and dates, and calls nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """The class of that name. Raises: UnpicklingError for one that is no plain value."""
        if module == "datetime" and name in _DATES:
            return super().find_class(module, name)
        if (module.startswith(_OURS) or module in _ALSO) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not taken")
