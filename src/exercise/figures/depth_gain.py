"""The map of depth against initial gain, with the bound that the sigmoid's slope sets."""

from __future__ import annotations

from collections.abc import Mapping

from exercise.figures.reading import PERCENT, mean
from labreport.charts import Drawing, Margins, column_figure, heat_map, separate, y_title
from labreport.claims import Answer
from labreport.results import Results

STUDY = "depth-gain"
BOUND = "bound that the\nsigmoid’s slope\nsets: learning is\npredicted above\nand to the right"


def depth_against_gain(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Mean test accuracy by hidden layers (rows) and initial gain (columns)."""
    accuracy = {
        (len(point["hidden_layers"]), float(point["initial_gain"])): PERCENT
        * mean(runs.metric(runs.experiment.epochs, "test", "accuracy"))
        for point, runs in results.study(STUDY)
    }
    depths = sorted({depth for depth, _ in accuracy})
    gains = sorted({gain for _, gain in accuracy})
    values = [[accuracy[depth, gain] for gain in gains] for depth in depths]
    figure, (panel,) = column_figure(56, margins=Margins(left=9, right=27, top=8, bottom=10))
    heat_map(
        panel,
        values,
        [[f"{value:.0f}" for value in row] for row in values],
        rows=[str(depth) for depth in depths],
        columns=[f"× {gain:g}" for gain in gains],
        low=0.0,
        high=PERCENT,
    )
    y_title(panel, "Hidden layers")
    panel.set_xlabel("initial weights, times those of the usual initialiser")
    expected = {
        (int(cell["depth"]), float(cell["gain"])): bool(cell["expected"])
        for cell in answers["part-two.hypothesis"].facts["map"]["cells"]
    }
    separate(panel, [[expected[depth, gain] for gain in gains] for depth in depths], BOUND)
    return Drawing(
        figure,
        "heat map, mean test accuracy by number of hidden layers and size of the initial weights",
        ["hidden layers", *(f"weights × {gain:g}, %" for gain in gains)],
        [[depth, *(round(value, 2) for value in row)] for depth, row in zip(depths, values, strict=True)],
    )
