"""Any study of the catalogue, as a table and as a heat map."""

from __future__ import annotations

from exercise.catalogue import STUDIES
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import accuracy
from labreport import charts
from labreport.builders.grid import grid, grid_map
from labreport.claims import Answer, Quantity
from labreport.outline import figure, question
from labreport.required import LAST, required
from labreport.results import Results, Runs


def study(results: Results) -> Answer:
    """Test accuracy of every cell, and the cell that leads on validation data."""
    return grid(results, measured=_accuracy)


def _accuracy(runs: Runs, metric: str) -> Quantity:
    """With an interval that covers the images, too."""
    return accuracy(runs, runs.experiment.epochs, metric.partition(" ")[0])


def heat_map(results: Results) -> charts.Drawing:
    """Mean validation accuracy by the first axis (rows) and all the others (columns)."""
    return grid_map(results)


QUESTIONS = tuple(
    question(
        f"The study of {each.title}: which point does best on validation data?",
        slug=f"study.{each.name}",
        reads=each,
        requires=required(each, LAST),
        figures=(figure(reads=each, requires=required(each, LAST), slug=f"study-{each.name}")(heat_map),),
        template="questions/study.html",
        checks=[("cell.0.0", checked_accuracy(each.experiments()[0]))],
    )(study)
    for each in STUDIES
)
