"""A study of the catalogue that no other question shows, as a table and as a heat map."""

from __future__ import annotations

from exercise.catalogue import ACTIVATIONS, DEPTH_GAIN, RATES, STUDIES
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import TEST, VALIDATION
from labreport import charts
from labreport.builders.grid import grid, grid_map
from labreport.experiment import LAST, Study, required
from labreport.outline import Figure, Question, figure, question
from labreport.results import Results
from labreport.stats import Answer

SHOWN_ELSEWHERE = (RATES, DEPTH_GAIN, ACTIVATIONS)
"""Studies that another question shows, which are not told twice."""


def study(results: Results) -> Answer:
    """Test accuracy of every cell, and the cell that leads on validation data."""
    return grid(results, TEST, VALIDATION)


def heat_map(results: Results) -> charts.Drawing:
    """Mean validation accuracy by the first axis (rows) and all the others (columns)."""
    return grid_map(results, VALIDATION)


def _map_of(shown: Study) -> Figure:
    return figure(reads=shown, requires=required(shown, LAST), slug=f"study-{shown.name}")(heat_map)


def question_of(shown: Study) -> Question:
    """The question that shows a study as a table and as a map."""
    return question(
        f"Which point of the study of {shown.title} is best?",
        slug=f"study.{shown.name}",
        reads=shown,
        requires=required(shown, LAST),
        figures=(_map_of(shown),),
        checks=[("cell.0.0", checked_accuracy(shown.experiments()[0]))],
    )(study)


QUESTIONS = tuple(question_of(each) for each in STUDIES if each not in SHOWN_ELSEWHERE)
