"""Verdicts on comparisons and on families of them: each way, and never against the interval printed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from labreport.claims import Verdict
from labreport.claims.comparison import paired
from labreport.claims.decision import Decision, decide
from labreport.claims.estimate import Estimate
from labreport.claims.intervals import Student

SUPPORTED, REFUTED = Verdict.SUPPORTED, Verdict.REFUTED
EQUIVALENT, INCONCLUSIVE = Verdict.EQUIVALENT, Verdict.INCONCLUSIVE


def _estimate(value: float, error: float, seeds: int = 5) -> Estimate:
    student = Student(value, error**2 * seeds, seeds, kind="made")
    return Estimate(value, "points", "made", seeds, "made", student, planning=student)


@pytest.mark.parametrize(
    ("value", "error", "margin", "verdict"),
    [
        (0.5, 0.1, None, SUPPORTED),
        (-0.5, 0.1, None, REFUTED),
        (0.1, 0.1, None, INCONCLUSIVE),
        (0.0, 0.01, None, INCONCLUSIVE),
        (0.0, 0.05, 0.2, EQUIVALENT),
        (-0.05, 0.05, 0.2, EQUIVALENT),
        (0.1, 0.01, 0.2, EQUIVALENT),
        (0.0, 0.1, 0.2, INCONCLUSIVE),
        (0.5, 0.1, 0.2, SUPPORTED),
        (-0.5, 0.1, 0.2, REFUTED),
    ],
)
def test_a_verdict_needs_an_interval(
    value: float, error: float, margin: float | None, verdict: Verdict
) -> None:
    """On one side, on the other, inside the margin, or none of these: not significant refutes nothing."""
    assert decide([_estimate(value, error)], [margin])[0].verdict is verdict


def test_equivalence_is_two_one_sided_tests() -> None:
    """The p-value is the larger of SciPy's two one-sided ones."""
    a, b = [0.961, 0.963, 0.962, 0.960, 0.964], [0.9605, 0.9625, 0.9630, 0.9610, 0.9630]
    d = np.array(a) - np.array(b)
    reference = max(
        stats.ttest_1samp(d, -0.002, alternative="greater").pvalue,
        stats.ttest_1samp(d, 0.002, alternative="less").pvalue,
    )
    decision = decide([paired(a, b, "points", "made")], [0.002])[0]
    assert decision.p_equivalent == pytest.approx(reference, rel=1e-6)
    assert decision.verdict is EQUIVALENT
    interval = decision.difference.interval
    assert interval is not None
    assert interval.level == pytest.approx(0.90)


def test_identical_seeds_are_no_evidence_of_a_difference() -> None:
    """Five equal differences: open, whatever their size, and the reason is said."""
    decision = decide([paired([0.9] * 5, [0.5] * 5, "points", "made")], [0.1])[0]
    assert (decision.verdict, decision.p_value) == (INCONCLUSIVE, None)
    assert "made.seeds_needed" not in decision.quantities("made")


def test_an_open_comparison_says_what_could_have_been_found() -> None:
    """With power 0.8, five seeds of standard deviation 0.2 show 1.682 times that; half of it needs more."""
    found = decide([_estimate(0.1, 0.2 / math.sqrt(5))])[0].quantities("d")
    assert found["d.detectable"].value == pytest.approx(1.682 * 0.2, rel=2e-3)
    assert found["d.detectable"].unit == "points, unsigned"
    assert found["d.seeds_needed"].value == 34
    none = decide([_estimate(0.0001, 0.1)])[0].quantities("d")
    assert (none["d.seeds_needed"].value, none["d.seeds_bound"].value) == (None, 1_000)


def test_a_decided_comparison_does_not() -> None:
    """Where something was found, what could have been found is of no interest."""
    assert "d.detectable" not in decide([_estimate(0.5, 0.1)])[0].quantities("d")


def test_the_mirrored_claim_has_the_mirrored_verdict() -> None:
    """What is not greater is less; equivalent and inconclusive stay what they are."""
    for value, verdict in ((0.5, REFUTED), (-0.5, SUPPORTED), (0.0, INCONCLUSIVE)):
        claim = decide([_estimate(value, 0.1)])[0].claim("made", "a < b", (), less=True)
        assert claim.verdict is verdict
    assert decide([_estimate(0.0, 0.01)], [0.1])[0].claim("made", "a < b", (), less=True).equivalent


def test_holm_leaves_each_member_its_level() -> None:
    """The smallest of p = 0.001, 0.03, 0.04 is tested at 0.05/3, the next at 0.05/2, where Holm stops."""
    t = [float(stats.t.isf(p / 2, 4)) for p in (0.04, 0.001, 0.03)]
    decisions = decide([_estimate(value * 0.1, 0.1) for value in t])
    assert [round(0.05 / decision.alpha) for decision in decisions] == [2, 3, 2]
    assert [decision.p_value for decision in decisions] == pytest.approx([0.06, 0.003, 0.06], rel=1e-6)


def test_a_member_without_a_test_does_not_count() -> None:
    """A training that diverged takes nothing from the others."""
    lost = paired([math.nan], [0.5], "points", "made")
    decisions = decide([_estimate(0.5, 0.15), lost])
    assert (decisions[0].members, decisions[1].verdict) == (1, INCONCLUSIVE)


@given(
    st.lists(
        st.tuples(
            st.floats(-1, 1),
            st.floats(0.01, 0.5),
            st.one_of(st.none(), st.floats(0.05, 1)),
            st.integers(2, 9),
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_no_interval_contradicts_its_verdict(
    made: list[tuple[float, float, float | None, int]], correct: bool
) -> None:
    """Whatever the family and its correction: the interval printed says what the verdict says."""
    estimates = [_estimate(value, error, seeds) for value, error, _, seeds in made]
    for decision in decide(estimates, [margin for _, _, margin, _ in made], correct=correct):
        _agrees(decision)


def _agrees(decision: Decision) -> None:
    interval = decision.difference.interval
    assert interval is not None
    tiny = 1e-6
    if decision.verdict is SUPPORTED:
        assert interval.low > -tiny
    elif decision.verdict is REFUTED:
        assert interval.high < tiny
    elif decision.verdict is EQUIVALENT:
        assert decision.margin is not None
        assert max(-interval.low, interval.high) < decision.margin + tiny
    else:
        assert interval.low <= tiny
        assert interval.high >= -tiny
