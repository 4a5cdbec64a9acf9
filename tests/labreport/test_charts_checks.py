"""The checks on a figure's type find what they are for."""

from __future__ import annotations

from matplotlib.figure import Figure

from labreport.charts.checks import drawn_texts, measured


def _figure() -> Figure:
    return Figure(figsize=(4, 3))


def test_two_texts_in_one_place_overlap() -> None:
    """The pair is named."""
    figure = _figure()
    figure.text(0.5, 0.5, "one")
    figure.text(0.51, 0.5, "other")
    assert measured(figure).overlapping == [("one", "other")]


def test_two_texts_side_by_side_do_not_overlap() -> None:
    """Nor one above the other."""
    figure = _figure()
    figure.text(0.1, 0.5, "one")
    figure.text(0.5, 0.5, "other")
    figure.text(0.1, 0.8, "third")
    assert measured(figure).overlapping == []


def test_the_second_line_of_a_text_counts() -> None:
    """Text of several lines is looked at whole."""
    figure = _figure()
    figure.text(0.5, 0.9, "one\ntwo\nthree", va="top")
    figure.text(0.5, 0.78, "other")
    assert len(measured(figure).overlapping) == 1


def test_ticks_out_of_view_do_not_count() -> None:
    """Matplotlib keeps labels of ticks that it does not draw."""
    figure = _figure()
    axes = figure.add_subplot()
    axes.set_xticks([0, 1, 2, 30])
    axes.set_xlim(0, 2)
    assert "30" not in [words for words, _, _ in drawn_texts(figure)]
    assert "2" in [words for words, _, _ in drawn_texts(figure)]


def test_a_text_over_the_edge_is_clipped() -> None:
    """It is named; one inside is not."""
    figure = _figure()
    figure.text(0.98, 0.5, "beyond")
    figure.text(0.5, 0.5, "within")
    assert measured(figure).clipped == ["beyond"]


def test_the_smallest_type_is_found() -> None:
    """Wherever it hides."""
    figure = _figure()
    figure.add_subplot().annotate("tiny", (0.5, 0.5), fontsize=5.5)
    assert measured(figure).smallest == 5.5
    assert measured(_figure()).smallest == float("inf")
