"""Labels and markers never lie over each other where there is room."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from openline.report.labels import Box, Placer
from openline.report.overview_picture import clusters
from openline.report.words import clean, fitted, text_width, with_short_names

BOUNDS = Box(0, 0, 480, 340)
places = st.tuples(st.floats(-50, 530), st.floats(-50, 390))


@settings(deadline=None)
@given(st.lists(st.lists(places, min_size=1, max_size=6), max_size=30))
def test_placed_labels_are_in_bounds_and_apart(labels: list[list[tuple[float, float]]]) -> None:
    placer = Placer(BOUNDS)
    placed = [box for box in (placer.place(80, 16, centres) for centres in labels) if box]
    assert all(box.within(BOUNDS) for box in placed)
    assert not any(a.overlaps(b) for a, b in combinations(placed, 2))


@settings(deadline=None)
@given(st.lists(places, min_size=1, max_size=6), places)
def test_a_label_that_must_be_shown_is_in_bounds(
    centres: list[tuple[float, float]], taken: tuple[float, float]
) -> None:
    placer = Placer(BOUNDS, [Box(0, 0, 480, 340)])
    assert placer.place(80, 16, centres) is None
    assert placer.place_anyway(80, 16, centres).within(Box(-1e-9, -1e-9, 480 + 1e-9, 340 + 1e-9))


@settings(deadline=None)
@given(st.lists(places, max_size=60))
def test_markers_never_overlap_and_lose_no_conflict(found: list[tuple[float, float]]) -> None:
    markers = clusters([(number, x, y) for number, (x, y) in enumerate(found, start=1)])
    assert not any(a.box.overlaps(b.box) for a, b in combinations(markers, 2))
    assert sorted(n for marker in markers for n in marker.numbers) == [*range(1, len(found) + 1)]
    assert all(marker.label.startswith(str(min(marker.numbers))) for marker in markers)


def test_names_are_cleaned_of_what_is_no_text() -> None:
    assert clean("a\x00b\u202ec\ud800d\n e") == "a\ufffdb\ufffdc\ufffdd e"
    assert clean("می\u200cخواهم") == "می\u200cخواهم"
    assert clean("x" * 100, 10) == "x" * 9 + "…"


def test_fitted_text_is_as_wide_as_asked() -> None:
    assert fitted("short", 12, 100) == "short"
    long = fitted("W" * 200, 12, 100)
    assert long.endswith("…")
    assert text_width(long, 12) <= 100


def test_names_in_a_sentence_are_cut_and_isolated() -> None:
    sentence = with_short_names(f"Intent {'x' * 99} of שלום flies.", ("x" * 99, "שלום"), 10)
    assert sentence == f"Intent {'x' * 9}… of \u2068שלום\u2069 flies."
