"""An answer survives a trip through JSON."""

from __future__ import annotations

import json

import pytest
from answering import QUESTIONS, answer

from labreport.stats import Answer


@pytest.mark.parametrize("seeds", [1, 5])
@pytest.mark.parametrize("slug", QUESTIONS)
def test_an_answer_comes_back_from_json_as_it_was(slug: str, seeds: int) -> None:
    """Strict JSON: no NaN, no infinity, nothing that JSON would turn into something else."""
    found = answer(slug, seeds)
    assert Answer.from_plain(json.loads(json.dumps(found.to_plain(), allow_nan=False))) == found


@pytest.mark.parametrize("slug", QUESTIONS)
def test_a_finding_names_numbers_that_the_answer_has(slug: str) -> None:
    """Whoever doubts a judgement finds the quantities behind it."""
    found = answer(slug)
    numbers = {number for finding in found.findings.values() for number in finding.numbers}
    assert numbers - found.quantities.keys() == set()


@pytest.mark.parametrize("slug", QUESTIONS)
def test_every_quantity_says_where_it_comes_from(slug: str) -> None:
    """A number without a source cannot be traced."""
    found = answer(slug).quantities
    assert [name for name in found if not found[name].origin.text() and not name.endswith(".among")] == []
