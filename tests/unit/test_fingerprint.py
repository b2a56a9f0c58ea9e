"""Fingerprints: what is misheard is noticed in its group; another key never passes for this one."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openline.errors import InvalidInput
from openline.line.fingerprint import check_digit, compare, fingerprint, spoken

KEY = bytes(range(32))


def test_the_check_digit_is_the_published_one() -> None:
    # The worked example of the algorithm: 572 has the check digit 4.
    assert check_digit("572") == 4
    assert check_digit("5724") == 0


def test_digits_come_from_the_hash_of_the_key() -> None:
    number = int(sha256(b"openline.fingerprint/1\n" + KEY).hexdigest(), 16)
    groups = fingerprint(KEY)
    assert len(groups) == 8
    assert "".join(group[:4] for group in groups) == f"{number:0100d}"[-32:]
    for place, group in enumerate(groups, start=1):
        assert check_digit(f"{place}{group}") == 0


def test_the_same_key_agrees_however_it_is_written() -> None:
    groups = fingerprint(KEY)
    for text in (" ".join(groups), "-".join(groups), "".join(groups), "\n".join(groups) + "."):
        assert compare(KEY, text).same


def test_every_single_wrong_digit_is_placed() -> None:
    digits = "".join(fingerprint(KEY))
    for at, right in enumerate(digits):
        for wrong in "0123456789".replace(right, ""):
            reading = compare(KEY, digits[:at] + wrong + digits[at + 1 :])
            assert not reading.same
            assert reading.misheard == (at // 5 + 1,)


def test_every_swap_of_neighbours_in_a_group_is_placed() -> None:
    digits = "".join(fingerprint(KEY))
    swapped = 0
    for at in range(39):
        if at % 5 == 4 or digits[at] == digits[at + 1]:
            continue
        text = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
        assert compare(KEY, text).misheard == (at // 5 + 1,)
        swapped += 1
    assert swapped > 20


def test_two_groups_that_changed_places_are_noticed() -> None:
    groups = list(fingerprint(KEY))
    for one in range(8):
        for other in range(one):
            moved = groups.copy()
            moved[one], moved[other] = moved[other], moved[one]
            assert set(compare(KEY, " ".join(moved)).misheard) == {one + 1, other + 1}


@settings(deadline=None, max_examples=200)
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_another_key_read_out_rightly_is_another_key(one: bytes, other: bytes) -> None:
    reading = compare(one, " ".join(fingerprint(other)))
    assert reading.same == (one == other)
    assert reading.misheard == ()


@pytest.mark.parametrize("text", ["", "12345", "1" * 39, "1" * 41])
def test_too_few_or_too_many_digits_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="8 groups of 5"):
        compare(KEY, text)


def test_digits_are_spoken_as_on_the_radio() -> None:
    assert spoken(["01234", "56789"]) == (
        "zero wun too tree fower",
        "fife six seven ait niner",
    )
