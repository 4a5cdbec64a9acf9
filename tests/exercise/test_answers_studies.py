"""A study that is one line in the catalogue gets its table and its heat map without another."""

from __future__ import annotations

import made
import pytest

from exercise.catalogue import STUDIES
from exercise.project import PROJECT
from exercise.set_up.study import SHOWN_ELSEWHERE, question_of, study
from labreport.errors import UsageError


@pytest.mark.parametrize("grid", STUDIES, ids=lambda grid: grid.name)
def test_every_cell_is_a_quantity_and_the_best_leads_on_validation(grid: object) -> None:
    """As many cells as the grid has, and none better than the best."""
    found = next(each for each in STUDIES if each is grid)
    results = made.made_results((found.name,))
    answer = study(results)
    cells = [name for name in answer.quantities if name.startswith("cell.")]
    assert len(cells) == len(found.experiments())
    means = [
        sum(values) / len(values)
        for _, runs in results.study(found.name)
        for values in [runs.metric(runs.experiment.epochs, "validation", "accuracy")]
    ]
    assert answer.quantities["best"].value == pytest.approx(max(means))


def test_every_study_has_its_question_and_its_figure() -> None:
    """The outline follows the catalogue; a study that another question shows is not told twice."""
    questions = {question.slug: question for question in PROJECT.outline.questions}
    figures = {figure.slug for figure in PROJECT.outline.figures}
    for grid in STUDIES:
        slug = f"study.{grid.name}"
        assert question_of(grid).needs == (grid.name,)
        assert (slug in questions) == (f"study-{grid.name}" in figures) == (grid not in SHOWN_ELSEWHERE)


def test_the_answer_to_a_study_reads_one_study() -> None:
    """Several would not fit one table."""
    with pytest.raises(UsageError, match=f"shows one study; it was given {len(STUDIES)}"):
        study(made.made_results(tuple(grid.name for grid in STUDIES)))
