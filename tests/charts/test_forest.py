"""A forest plot draws differences as they are judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas
import pytest

from labreport import Measure, charts, count, difference, forest, number, table
from labreport.errors import UsageError

RANDOM = np.random.default_rng(0)
PATIENTS = pandas.DataFrame(
    [
        {"patient": f"{arm} {n}", "arm": arm, "week": week, "sbp": 150 - effect * week + RANDOM.normal(0, 5)}
        for arm, effect in (("placebo", 0.0), ("drug", 0.9))
        for n in range(20)
        for week in (2, 12)
    ]
)
SBP = Measure("sbp", "mmHg", better="lower", margin=3, because="within that, nobody is treated otherwise")
COST = Measure("sbp", "€", scale="ratio", title="cost")


@pytest.fixture(autouse=True)
def _house() -> Any:
    with charts.style():
        yield


def lines(drawing: charts.Drawing) -> list[tuple[list[float], float]]:
    """The x values and the width of each interval, without squares and the line of no difference."""
    (axes,) = drawing.figure.axes
    return [
        (list(line.get_xdata()), line.get_linewidth()) for line in axes.lines if line.get_marker() != "s"
    ][:-1]


def test_each_comparison_has_its_interval_and_that_by_which_it_is_judged() -> None:
    """The thin line is the wider; both are those of the finding."""
    answer = difference(table(PATIENTS, replicate="patient"), SBP, "drug", "placebo", by="arm", within="week")
    drawing = forest(answer.members["difference"])
    late = answer.members["difference"]["12"].quantity
    judged, by_itself = lines(drawing)[2:4]
    assert judged[0] == pytest.approx([late.judged_low, late.judged_high])
    assert by_itself[0] == pytest.approx([late.low, late.high])
    assert (judged[1], by_itself[1]) == (0.8, 2.4)
    assert [row[0] for row in drawing.rows] == ["week 2, drug − placebo", "week 12, drug − placebo"]
    assert drawing.rows[1][4:] == pytest.approx([late.judged_low, late.judged_high], rel=1e-5)
    assert drawing.figure.axes[0].get_xlabel() == "sbp, mmHg"


def test_what_is_clear_is_filled_and_counted_in_the_title() -> None:
    """A hollow square is unclear, or the same."""
    answer = difference(table(PATIENTS, replicate="patient"), SBP, "drug", "placebo", by="arm", within="week")
    drawing = forest(answer.members["difference"])
    squares = [line for line in drawing.figure.axes[0].lines if line.get_marker() == "s"]
    fills = [square.get_markerfacecolor() for square in squares]
    assert fills == [charts.Colour.PAPER.value, charts.Colour.BLUE.value]
    assert drawing.title == "1 of 2 differences are clear."
    assert "the 2 comparisons are judged together" in drawing.caption


def test_numbers_and_findings_are_drawn_by_their_labels() -> None:
    """One that was computed elsewhere is judged where the author says beside what."""
    late = table(PATIENTS[PATIENTS.week == 12], replicate="patient")
    crude = difference(late, SBP, "drug", "placebo", by="arm").members["difference"]
    drawing = forest(
        {"crude": crude, "adjusted": number(-9.3, (-13.9, -4.7), "mmHg", null=0)}, title="It works"
    )
    assert [row[0] for row in drawing.rows] == ["crude", "adjusted"]
    assert drawing.rows[1][1:4] == [-9.3, -13.9, -4.7]
    assert drawing.title == "It works."
    texts = [text.get_text().replace("\u00a0", " ") for text in drawing.figure.axes[0].texts]
    assert "−9 (−14 to −5)" in texts


def test_a_long_label_is_broken_into_lines_within_the_figure() -> None:
    """Nothing of it is cut off at the left."""
    label = "adjusted for age, sex, baseline pressure, centre and the season of the year"
    drawing = forest({label: number(-9.3, (-13.9, -4.7), "mmHg", null=0)})
    (tick,) = drawing.figure.axes[0].get_yticklabels()
    assert tick.get_text().replace("\n", " ") == label
    assert tick.get_window_extent().x0 > 0


def test_a_ratio_has_a_logarithmic_axis_and_its_line_at_one() -> None:
    """As far to the right for twice as to the left for half."""
    drawing = forest(difference(PATIENTS, COST, "drug", "placebo", by="arm").members["difference"])
    (axes,) = drawing.figure.axes
    assert axes.get_xscale() == "log"
    assert list(axes.lines[-1].get_xdata()) == [1.0, 1.0]


def test_a_number_that_is_held_against_one_is_drawn_as_a_ratio_beside_one() -> None:
    """With or without the unit "times"."""
    ratio = difference(PATIENTS, COST, "drug", "placebo", by="arm").members["difference"]
    drawing = forest({"cost": ratio, "odds": number(1.3, (0.9, 1.8), null=1)})
    (axes,) = drawing.figure.axes
    assert (axes.get_xscale(), list(axes.lines[-1].get_xdata())) == ("log", [1.0, 1.0])
    assert axes.get_xlabel() == "cost, ratio"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            lambda: {"a": number(1.0, (0, 2), "s"), "b": number(1.0, (0, 2), "m")},
            "comparisons of one unit; these have m, s",
        ),
        (
            lambda: count(PATIENTS, None, SBP, above=140, by="arm").members["count"],
            "draws differences and effects, and no count",
        ),
        (dict, "comparisons of one unit; these have none"),
        (lambda: 3, "takes a finding, or a mapping of labels to them; this is 3"),
    ],
)
def test_what_is_no_comparison_is_refused(source: Any, message: str) -> None:
    """The message says what is allowed."""
    with pytest.raises(UsageError, match=message):
        forest(source())
