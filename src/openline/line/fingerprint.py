"""Fingerprints of keys that two people can read to each other over a bad telephone line.

Eight groups of five digits: digits are the same in every language and have words on the radio.
Four digits of each group come from SHA-256 of the key (106 bits in all); the fifth is a check digit
over the number of the group and these four. A digit that was misheard, two neighbours that were
swapped, or two groups that changed places are noticed in the group itself, and only that group is
read again.

Source: H. M. Damm, "Total anti-symmetrische Quasigruppen" (2004): the check digit, which finds
every single wrong digit and every swap of neighbours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from openline.errors import InvalidInput

GROUPS: Final = 8
_DATA_DIGITS: Final = 4
_GROUP_DIGITS: Final = _DATA_DIGITS + 1
_DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_SPOKEN: Final = (
    *("zero", "wun", "too", "tree", "fower"),
    *("fife", "six", "seven", "ait", "niner"),  # as on the radio, ICAO Annex 10
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a fingerprint that was read out tells. `misheard` are numbers of groups, from 1.

    same: every group is well formed and all are those of the key.
    """

    same: bool
    misheard: tuple[int, ...]
    different: tuple[int, ...]


def fingerprint(public_key: bytes) -> tuple[str, ...]:
    """The eight groups of a key."""
    number = int.from_bytes(sha256(b"openline.fingerprint/1\n" + public_key).digest(), "big")
    digits = str(number % 10 ** (GROUPS * _DATA_DIGITS)).zfill(GROUPS * _DATA_DIGITS)
    groups = (digits[at : at + _DATA_DIGITS] for at in range(0, len(digits), _DATA_DIGITS))
    return tuple(
        group + str(check_digit(f"{place}{group}")) for place, group in enumerate(groups, start=1)
    )


def check_digit(digits: str) -> int:
    """Damm's check digit of decimal digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return interim


def compare(public_key: bytes, read_out: str) -> Reading:
    """Compare a key with a fingerprint that was read out; anything between digits is skipped.

    Raises: InvalidInput if it has not as many digits as a fingerprint.
    """
    digits = re.sub(r"[^0-9]", "", read_out)
    if len(digits) != GROUPS * _GROUP_DIGITS:
        raise InvalidInput(
            f"{len(digits)} digits; a fingerprint has {GROUPS} groups of {_GROUP_DIGITS}",
            cure="ask for the groups one by one",
        )
    heard = [digits[at : at + _GROUP_DIGITS] for at in range(0, len(digits), _GROUP_DIGITS)]
    misheard = tuple(
        place
        for place, group in enumerate(heard, start=1)
        if check_digit(f"{place}{group[:-1]}") != int(group[-1])
    )
    different = tuple(
        place
        for place, (one, other) in enumerate(
            zip(heard, fingerprint(public_key), strict=True), start=1
        )
        if one != other
    )
    return Reading(not different, misheard, different)


def spoken(groups: Sequence[str]) -> tuple[str, ...]:
    """The groups as they are said on the radio."""
    return tuple(" ".join(_SPOKEN[int(digit)] for digit in group) for group in groups)
