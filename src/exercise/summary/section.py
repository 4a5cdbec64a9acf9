"""The first page, and how to read the report."""

from __future__ import annotations

from exercise.bonus_complex.more_time import more_time
from exercise.bonus_complex.training_time import training_time
from exercise.bonus_complex.worth import worth
from exercise.bonus_digits.digits import digits
from exercise.bonus_longer.longer import diminishing
from exercise.catalogue import NETWORKS
from exercise.measuring.measures import EPOCH, TEST
from exercise.part_one.accuracy import accuracies, comparison
from exercise.part_three.best import best
from exercise.part_two.above_20 import above_20
from exercise.part_two.correlation import correlation
from exercise.part_two.hypothesis import hypothesis
from exercise.set_up.rules import rules
from labreport import charts
from labreport.experiment import required
from labreport.outline import figure, section
from labreport.results import Results
from labreport.stats import mean, sample


@figure(reads=NETWORKS, requires=required(NETWORKS, EPOCH), slug="test-accuracy")
def test_accuracy(results: Results) -> charts.Drawing:
    """Test accuracy of every network after equally many epochs, as bars with their values."""
    names = list(results)
    values = [100 * float(mean(sample(results[name], TEST, EPOCH), TEST).value or 0) for name in names]
    figure, (panel,) = charts.column_figure(38, margins=charts.Margins(left=9, right=2, top=8, bottom=7))
    mark = charts.Mark("test accuracy", charts.SERIES[1])
    places = list(range(len(names)))
    charts.bars(panel, places, values, mark, standing_out=mark, at=None)
    for place, value in zip(places, values, strict=True):
        panel.text(place, value + 1.5, f"{value:.1f}", ha="center", va="bottom")
    panel.set_ylim(0, 112)
    panel.set_yticks([0, 50, 100])
    panel.set_xticks(places, names)
    charts.plain_numbers(panel.yaxis)
    charts.y_title(panel, f"Test accuracy after {EPOCH} epochs, %")
    return charts.Drawing(
        figure,
        "bar chart of the test accuracy of every network",
        ["network", "mean test accuracy, %"],
        [[name, round(value, 2)] for name, value in zip(names, values, strict=True)],
    )


SECTION = section(
    "Summary",
    slug="summary",
    figures=(test_accuracy,),
    answers=(
        *(accuracies, comparison, above_20, hypothesis, correlation, best, digits, diminishing),
        *(training_time, worth, more_time, rules),
    ),
)
