"""Every number says what else it depends on: nothing, other seeds, or the machine."""

from __future__ import annotations

from typing import Any

import pytest
from answering import fresh_answer
from made import PROVENANCE

from exercise.catalogue import EXPERIMENTS
from exercise.project import PROJECT
from labreport.stats import Answer

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
    here = fresh_answer(slug)
    elsewhere: Any = {name: {"seconds": 0.37, "provenance": OTHER_MACHINE} for name in EVERY_NETWORK}
    there = fresh_answer(slug, **elsewhere)
    unmarked = {name for name in changed(here, there) if here.quantities[name].varies_with != "machine"}
    assert set() == unmarked


@pytest.mark.parametrize("slug", ASKED)
def test_what_changes_with_the_seeds_says_so(slug: str) -> None:
    """Another number of seeds, and other errors, change no quantity that is said to vary with nothing."""
    here = fresh_answer(slug)
    others = [fresh_answer(slug, seeds) for seeds in (1, 2, 7)]
    harder: Any = {name: {"hard": (9, 5)} for name in ("wide", "small", "complex")}
    others.append(fresh_answer(slug, **harder))
    best: Any = {name: {"validation": 0.97, "test": 0.97} for name in OTHER_BEST}
    others.append(fresh_answer(slug, **best))
    unmarked = {
        name for other in others for name in changed(here, other) if not here.quantities[name].varies_with
    }
    assert set() == unmarked


def test_a_count_varies_with_nothing() -> None:
    """A number of parameters is the same in every honest run, and is said to be."""
    assert fresh_answer("part-one.parameters").quantities["wide.parameters"].varies_with == ""
