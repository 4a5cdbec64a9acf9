"""Labels dodge each other, move no further than they must, and say when an axis is truncated."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labreport.charts import (
    SERIES,
    Mark,
    column_figure,
    curve,
    label_line_ends,
    note_truncated,
    round_limits,
)
from labreport.charts.checks import measured
from labreport.charts.marks import Label, direct_labels, dodge
from labreport.errors import UsageError

positions = st.lists(st.floats(0, 100, allow_nan=False), min_size=1, max_size=8)


@given(wanted=positions, height=st.floats(0.5, 10))
def test_dodged_labels_never_overlap(wanted: list[float], height: float) -> None:
    """Whatever they want, centres are at least a height apart."""
    centres = sorted(dodge(wanted, [height] * len(wanted), 0.0, 100.0))
    assert all(above - below >= height - 1e-6 for below, above in pairwise(centres))


@given(wanted=positions, height=st.floats(0.5, 10))
def test_dodged_labels_keep_their_order(wanted: list[float], height: float) -> None:
    """The label of the higher line is the higher label, so that leaders do not cross."""
    centres = dodge(wanted, [height] * len(wanted), 0.0, 100.0)
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    assert [centres[index] for index in order] == sorted(centres)


def test_labels_with_room_stay_level_with_their_lines() -> None:
    """No move where there is no conflict."""
    assert dodge([10.0, 50.0, 90.0], [8.0] * 3, 0.0, 100.0) == [10.0, 50.0, 90.0]


def test_two_labels_for_one_place_move_apart_evenly() -> None:
    """Each moves by half a height, the least there can be."""
    assert dodge([50.0, 50.0], [8.0, 8.0], 0.0, 100.0) == [46.0, 54.0]


def test_labels_stay_beside_their_panel() -> None:
    """A block at the edge is pushed inward, half a line of slack allowed."""
    assert dodge([0.0, 0.0], [8.0, 8.0], 0.0, 100.0) == [0.0, 8.0]


def test_lines_that_end_together_are_named_apart() -> None:
    """Five lines within a line's height of each other get five labels that do not overlap."""
    figure, (panel,) = column_figure(60)
    panel.set_xlim(0, 3)
    lines = [
        curve(panel, [0, 1], [0, 1 + index / 100], Mark(f"line {index}", style))
        for index, style in enumerate(SERIES)
    ]
    notes = label_line_ends(panel, lines)
    assert [note.get_text() for note in notes] == [f"line {index}" for index in range(5)]
    assert measured(figure).overlapping == []


def test_a_sixth_line_is_refused() -> None:
    """Six labelled lines are too many for one panel; the message says what to do."""
    _, (panel,) = column_figure(60)
    lines = [curve(panel, [0, 1], [0, 1], Mark("line", SERIES[0])) for _ in range(6)]
    with pytest.raises(UsageError, match="6 lines; allowed are up to 5; use small multiples"):
        label_line_ends(panel, lines)


def test_labels_far_apart_sideways_do_not_push_each_other() -> None:
    """Only labels that would meet dodge: one height, two ends of the panel, no move."""
    _, (panel,) = column_figure(60)
    panel.set_xlim(0, 10)
    panel.set_ylim(0, 1)
    ends = [Label("left", 0.0, 0.5, SERIES[0].colour), Label("right", 9.0, 0.5, SERIES[1].colour)]
    assert [note.xyann[1] for note in direct_labels(panel, ends)] == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(("low", "says"), [(90.0, "axis starts at 90"), (0.0, None), (-1.0, None)])
def test_a_truncated_axis_says_so(low: float, says: str | None) -> None:
    """An axis from zero needs no word; any other says where it starts."""
    _, (panel,) = column_figure(60)
    panel.set_ylim(low, 100)
    note = note_truncated(panel)
    assert (note.get_text() if note else None) == says


def test_limits_are_rounded_outward() -> None:
    """Nothing shown is cut off, and an axis starts at a number that can be said."""
    _, (panel,) = column_figure(60)
    panel.set_ylim(92.3, 99.2)
    round_limits(panel, 1.0, highest=100.0)
    assert panel.get_ylim() == (92.0, 100.0)
