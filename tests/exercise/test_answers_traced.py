"""An answer's numbers: traced, plain, and said to vary with what changes them; so are those of a study."""

from __future__ import annotations

import json
from typing import Any

import made
import pytest
from answering import QUESTIONS, answer
from made import PROVENANCE

from exercise.catalogue import EXPERIMENTS, STUDIES
from exercise.project import PROJECT
from exercise.set_up.study import SHOWN_ELSEWHERE, question_of, study
from labreport.errors import UsageError
from labreport.stats import Answer


@pytest.mark.parametrize("seeds", [1, 5])
@pytest.mark.parametrize("slug", QUESTIONS)
def test_an_answer_is_plain_and_every_number_of_it_is_traced(slug: str, seeds: int) -> None:
    """It comes back from strict JSON; findings name numbers that it has, and each says where it is from."""
    found = answer(slug, seeds)
    assert Answer.from_plain(json.loads(json.dumps(found.to_plain(), allow_nan=False))) == found
    numbers = {number for finding in found.findings.values() for number in finding.numbers}
    assert numbers - found.quantities.keys() == set()
    quantities = found.quantities
    untraced = [name for name in quantities if not quantities[name].origin.text()]
    assert [name for name in untraced if not name.endswith(".among")] == []


OTHER_MACHINE = {**PROVENANCE, "processor": "Another Processor", "cores": 16, "threads": 2}
OTHER_BEST = ("rates/learning_rate=1.0,momentum=0.0", "depth-gain/hidden_layers=32x4,initial_gain=1.0")
"""Cells of the studies that are not the best ones of the made results."""
EVERY_NETWORK = sorted({experiment.name.removesuffix("-100") for experiment in EXPERIMENTS})

ASKED = [question.slug for question in PROJECT.outline.questions]


def changed(before: Answer, after: Answer) -> set[str]:
    """Quantities of both that have different values."""
    both = before.quantities.keys() & after.quantities.keys()
    return {name for name in both if before.quantities[name].value != after.quantities[name].value}


@pytest.mark.parametrize("slug", ASKED)
def test_what_changes_with_the_machine_says_so(slug: str) -> None:
    """Other seconds, cores and threads change only quantities that vary with the machine."""
    here = answer(slug)
    elsewhere: Any = {name: {"seconds": 0.37, "provenance": OTHER_MACHINE} for name in EVERY_NETWORK}
    there = answer(slug, **elsewhere)
    unmarked = {name for name in changed(here, there) if here.quantities[name].varies_with != "machine"}
    assert set() == unmarked


@pytest.mark.parametrize("slug", ASKED)
def test_what_changes_with_the_seeds_says_so(slug: str) -> None:
    """Another number of seeds, and other errors, change no quantity that is said to vary with nothing."""
    here = answer(slug)
    others = [answer(slug, seeds) for seeds in (1, 2, 7)]
    harder: Any = {name: {"hard": (9, 5)} for name in ("wide", "small", "complex")}
    others.append(answer(slug, **harder))
    best: Any = {name: {"validation": 0.97, "test": 0.97} for name in OTHER_BEST}
    others.append(answer(slug, **best))
    unmarked = {
        name for other in others for name in changed(here, other) if not here.quantities[name].varies_with
    }
    assert set() == unmarked


def test_a_count_varies_with_nothing() -> None:
    """A number of parameters is the same in every honest run, and is said to be."""
    assert answer("part-one.parameters").quantities["wide.parameters"].varies_with == ""


@pytest.mark.parametrize("grid", STUDIES, ids=lambda grid: grid.name)
def test_every_cell_is_a_quantity_and_the_best_leads_on_validation(grid: object) -> None:
    """As many cells as the grid has, and none better than the best."""
    found = next(each for each in STUDIES if each is grid)
    results = made.made_results((found.name,))
    shown = study(results)
    cells = [name for name in shown.quantities if name.startswith("cell.")]
    assert len(cells) == len(found.experiments())
    means = [
        sum(values) / len(values)
        for _, runs in results.study(found.name)
        for values in [runs.metric(runs.experiment.epochs, "validation", "accuracy")]
    ]
    assert shown.quantities["best"].value == pytest.approx(max(means))


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
