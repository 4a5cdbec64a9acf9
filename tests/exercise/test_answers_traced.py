"""An answer survives a trip through JSON."""

from __future__ import annotations

import json

import pytest
from answering import QUESTIONS, answer

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
