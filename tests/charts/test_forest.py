"""A forest plot draws differences as they are judged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas
import pytest
from matplotlib.colors import to_hex

from labreport import Measure, charts, count, difference, forest, number, table
from labreport.errors import UsageError
from labreport.stats import Difference

SBP = Measure("sbp", "mmHg", better="lower", margin=3, because="within that, nobody is treated otherwise")
COST = Measure("sbp", "€", scale="ratio", title="cost")
ADJUSTED = number(-9.3, (-13.9, -4.7), "mmHg", null=0)

pytestmark = pytest.mark.usefixtures("house")


def _patients() -> pandas.DataFrame:
    """The blood pressure of 20 patients an arm, at two visits."""
    noise = np.random.default_rng(0)
    rows = []
    for arm, effect in (("placebo", 0.0), ("drug", 0.9)):
        for patient in range(20):
            for week in (2, 12):
                rows.append((f"{arm} {patient}", arm, week, 150 - effect * week + noise.normal(0, 5)))
    return pandas.DataFrame(rows, columns=["patient", "arm", "week", "sbp"])


PATIENTS = _patients()


def by_week() -> Difference:
    """The difference between the arms in each week: unclear in the second, clear in the twelfth."""
    patients = table(PATIENTS, replicate="patient")
    answer = difference(patients, SBP, "drug", "placebo", by="arm", within="week")
    finding: Difference = answer.members["difference"]
    return finding


def in_all(measure: Measure) -> Difference:
    """The difference between the arms."""
    finding: Difference = difference(PATIENTS, measure, "drug", "placebo", by="arm").members["difference"]
    return finding


def test_each_comparison_has_its_interval_and_that_by_which_it_is_judged() -> None:
    """The thin line is the wider; both are those of the finding."""
    finding = by_week()
    late: Any = finding["12"].quantity
    drawing = forest(finding)
    (axes,) = drawing.figure.axes
    thin, thick = axes.collections[:2]
    assert thin.get_linewidth() < thick.get_linewidth()
    assert thin.get_segments()[1][:, 0] == pytest.approx([late.judged_low, late.judged_high])
    assert thick.get_segments()[1][:, 0] == pytest.approx([late.low, late.high])
    assert axes.get_xlabel() == "sbp, mmHg"
    early_row, late_row = drawing.table()[1]
    assert (early_row[0], late_row[0]) == ("week 2, drug − placebo", "week 12, drug − placebo")
    assert late_row[4:] == pytest.approx([late.judged_low, late.judged_high], rel=1e-5)


def test_what_is_clear_is_filled_and_counted_in_the_title() -> None:
    """A hollow square is unclear, or the same."""
    drawing = forest(by_week())
    squares = drawing.figure.axes[0].collections[2]
    assert [to_hex(fill) for fill in squares.get_facecolors()] == [charts.Colour.PAPER, charts.Colour.BLUE]
    assert drawing.title == "1 of 2 differences are clear."
    assert "the 2 comparisons are judged together" in drawing.caption


def test_numbers_and_findings_are_drawn_by_their_labels() -> None:
    """One that was computed elsewhere is judged where the author says beside what."""
    drawing = forest({"crude": in_all(SBP), "adjusted": ADJUSTED}, title="It works")
    crude_row, adjusted_row = drawing.table()[1]
    assert crude_row[0] == "crude"
    assert adjusted_row[:4] == ("adjusted", -9.3, -13.9, -4.7)
    assert drawing.title == "It works."
    texts = [text.get_text().replace("\u00a0", " ") for text in drawing.figure.axes[0].texts]
    assert "−9 (−14 to −5)" in texts


def test_a_long_label_is_broken_into_lines_within_the_figure() -> None:
    """Nothing of it is cut off at the left."""
    label = "adjusted for age, sex, baseline pressure, centre and the season of the year"
    drawing = forest({label: ADJUSTED})
    drawing.figure.draw_without_rendering()
    (tick,) = drawing.figure.axes[0].get_yticklabels()
    assert tick.get_text().replace("\n", " ") == label
    assert tick.get_window_extent().x0 > 0


@pytest.mark.parametrize("odds_unit", ["", "times"])
def test_a_ratio_has_a_logarithmic_axis_and_its_line_at_one(odds_unit: str) -> None:
    """As far to the right for twice as to the left for half; a number held against one is a ratio, too."""
    odds = number(1.3, (0.9, 1.8), odds_unit, null=1)
    (axes,) = forest({"cost": in_all(COST), "odds": odds}).figure.axes
    assert axes.get_xscale() == "log"
    assert list(axes.lines[-1].get_xdata()) == [1.0, 1.0]
    assert axes.get_xlabel() == "cost, ratio"


SECONDS_AND_METRES = {"a": number(1.0, (0, 2), "s"), "b": number(1.0, (0, 2), "m")}
COUNT = count(PATIENTS, None, SBP, above=140, by="arm").members["count"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (SECONDS_AND_METRES, "comparisons of one unit; these have m, s"),
        (COUNT, "draws differences and effects, and no count"),
        ({}, "comparisons of one unit; these have none"),
        (3, "takes a finding, or a mapping of labels to them; this is 3"),
    ],
)
def test_what_is_no_comparison_is_refused(source: Any, message: str) -> None:
    """The message says what is allowed."""
    with pytest.raises(UsageError, match=message):
        forest(source)


def test_a_unit_that_the_measure_is_named_after_is_not_repeated() -> None:
    """As on the axes of all other charts."""
    (axes,) = forest(in_all(Measure("sbp", unit="sbp"))).figure.axes
    assert axes.get_xlabel() == "sbp"
