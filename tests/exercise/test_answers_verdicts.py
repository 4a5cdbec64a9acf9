"""Every claim turns out each way when the results do."""

from __future__ import annotations

from collections import defaultdict

import pytest
from answering import QUESTIONS, answer, fresh_answer
from verdict_cases import Case
from verdicts import CASES, EXACT, POSSIBLE

from exercise.bonus_complex import more_time as prediction


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_claim_gets_the_verdict_that_its_results_were_made_for(case: Case) -> None:
    """Results bent one way support a claim, bent the other way refute it, and level ones leave it open."""
    found = answer(case.question, case.seeds, **case.overrides).claims[case.claim]
    assert found.verdict == case.verdict


@pytest.mark.parametrize("slug", QUESTIONS)
def test_no_claim_is_left_out_of_the_cases(slug: str) -> None:
    """Each claim that an answer makes is among the cases, with every verdict it can get."""
    tried = defaultdict(set)
    for case in CASES:
        if case.question == slug:
            tried[case.claim].add(case.verdict)
    for name, claim in answer(slug).claims.items():
        expected = {"supported", "refuted", "inconclusive"}
        if claim.margin is not None:
            expected.add("equivalent")
        if slug in EXACT or name in ("similar", "counts-agree", "by-rule", "one-correction"):
            expected = {"supported", "refuted"}
        assert tried[name] == POSSIBLE.get((slug, name), expected), name


def test_a_prediction_that_cannot_be_made_cannot_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a fitted curve the prediction's claims stay open, and the measured ones do not."""
    monkeypatch.setattr(prediction, "extrapolate", lambda curves: None)
    claims = fresh_answer("bonus.more-time", complex={"later": 0.01, "noise": 0.0005}).claims
    verdicts = {name: str(claim.verdict) for name, claim in claims.items()}
    assert verdicts == {
        "predicted-better": "inconclusive",
        "held": "inconclusive",
        "validation-better": "supported",
        "test-better": "supported",
    }
