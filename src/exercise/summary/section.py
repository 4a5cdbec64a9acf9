"""The first page."""

from __future__ import annotations

from dataclasses import replace

from exercise.bonus_complex.more_time import more_time
from exercise.bonus_complex.worth import worth
from exercise.bonus_digits.digits import digits
from exercise.catalogue import NETWORKS
from exercise.measuring.families import EPOCH
from exercise.part_one.comparison import comparison
from exercise.part_three.best import best
from exercise.part_three.goal import goal
from exercise.part_two.above_20 import above_20
from exercise.part_two.hypothesis import hypothesis
from exercise.set_up.rules import rules
from labreport import charts
from labreport.builders.dots import dots
from labreport.outline import figure, section
from labreport.required import required
from labreport.results import Results, Runs


@figure(reads=NETWORKS, requires=required(NETWORKS, EPOCH), slug="test-accuracy")
def test_accuracy(results: Results) -> charts.Drawing:
    """Test accuracy of every network after equally many epochs, a dot for each seed."""
    named = {
        name: Runs(replace(runs.experiment, title=runs.experiment.name), runs.runs)
        for name, runs in results.items()
    }
    drawing = dots(Results("test-accuracy", named), "test accuracy", epoch=EPOCH)
    drawing.figure.axes[0].set_xlim(0.0, 100.0)
    return replace(drawing, kind="dot plot of the test accuracy of every network")


SECTION = section(
    "Summary",
    slug="summary",
    figures=(test_accuracy,),
    answers=(comparison, above_20, hypothesis, goal, best, digits, worth, more_time, rules),
)
