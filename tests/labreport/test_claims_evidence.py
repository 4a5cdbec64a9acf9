"""The line of evidence below an answer."""

from __future__ import annotations

import pytest

from labreport.claims import Claim, Verdict
from labreport.claims.evidence import evidence


@pytest.mark.parametrize(
    ("test", "verdict", "p_value", "words"),
    [
        (
            "paired Student test over 5 seeds, two-sided; Holm-corrected over 2",
            Verdict.SUPPORTED,
            0.002,
            "paired t-test over 5 seeds, p\u00a0=\u00a00.002",
        ),
        (
            "Student's test over 5 seeds and 300 items, paired, two-sided",
            Verdict.EQUIVALENT,
            0.01,
            "paired equivalence test (two one-sided t-tests) over 5 seeds and 300 items, p\u00a0=\u00a00.01",
        ),
        (
            "any of ten comparisons: Student's test over 5 seeds, 974 and 10000 items, two-sided",
            Verdict.SUPPORTED,
            1e-9,
            "t-test over 5 seeds, 974 and 10\u202f000 items, p\u00a0<\u00a00.001",
        ),
        ("exact count", Verdict.REFUTED, None, "exact count"),
    ],
)
def test_a_test_is_named_in_a_few_words(
    test: str, verdict: Verdict, p_value: float | None, words: str
) -> None:
    """Its name, what it is over, and the p-value; no margins and corrections."""
    assert evidence(Claim("name", "a > b", test, verdict, p_value=p_value)) == words
