"""One figure: accuracy by epoch."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.figure import Figure

from labreport.charts import Drawing
from labreport.results import Results
from labreport.stats import Answer


def curves(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """Accuracy of the first seed of each walk, by epoch."""
    figure = Figure(figsize=(4.8, 2.4), layout="constrained")
    axes = figure.subplots()
    rows = []
    for name in ("alpha", "beta"):
        curve = results[name].curve("accuracy")[0]
        axes.plot(range(1, len(curve) + 1), curve, label=name)
        rows += [[name, epoch, value] for epoch, value in enumerate(curve, 1)]
    axes.set_xlabel("epoch")
    axes.set_ylabel("accuracy")
    return Drawing(figure, "line chart", ["walk", "epoch", "accuracy"], rows)
