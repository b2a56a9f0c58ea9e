"""Names that are handed out once."""

from openline.formats.unique_names import UniqueNames


def test_repeated_names_are_numbered_and_never_meet_a_given_one() -> None:
    names = UniqueNames()
    given = [names.unused(word) for word in ("a", "a (2)", "a", "b", "a", "a (2)")]
    assert given == ["a", "a (2)", "a (3)", "b", "a (4)", "a (2) (2)"]
