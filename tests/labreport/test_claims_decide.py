"""From numbers to verdicts: each rule, each way."""

from __future__ import annotations

import pytest

from labreport.claims import Claim, Interval, Quantity, Verdict
from labreport.claims.comparison import Comparison
from labreport.claims.decide import above, all_of, any_of, below, counted, greater

SUPPORTED, REFUTED, INCONCLUSIVE = Verdict.SUPPORTED, Verdict.REFUTED, Verdict.INCONCLUSIVE


def _between(low: float, high: float) -> Quantity:
    return Quantity((low + high) / 2, "fraction", interval=Interval(low, high, "made"))


@pytest.mark.parametrize(
    ("quantity", "verdict"),
    [
        (_between(0.3, 0.4), SUPPORTED),
        (_between(0.1, 0.15), REFUTED),
        (_between(0.1, 0.3), INCONCLUSIVE),
        (_between(0.2, 0.3), INCONCLUSIVE),
        (_between(0.1, 0.2), REFUTED),
        (Quantity(0.9, "fraction"), INCONCLUSIVE),
    ],
)
def test_above_needs_the_whole_interval(quantity: Quantity, verdict: Verdict) -> None:
    """Beyond the threshold, short of it, across it, touching it from either side, and without an interval."""
    assert above("made", "accuracy > 0.2", "accuracy", quantity, 0.2).verdict is verdict


@pytest.mark.parametrize(
    ("quantity", "verdict"),
    [(_between(0.1, 0.15), SUPPORTED), (_between(0.3, 0.4), REFUTED), (_between(0.1, 0.3), INCONCLUSIVE)],
)
def test_below_is_the_mirror_of_above(quantity: Quantity, verdict: Verdict) -> None:
    """The same rule, turned round."""
    assert below("made", "ratio < 0.2", "ratio", quantity, 0.2).verdict is verdict


@pytest.mark.parametrize(
    ("difference", "p_value", "verdict"),
    [
        (0.1, 0.01, SUPPORTED),
        (-0.1, 0.01, REFUTED),
        (0.1, 0.2, INCONCLUSIVE),
        (0.1, 0.05, INCONCLUSIVE),
        (0.1, None, INCONCLUSIVE),
    ],
)
def test_greater_needs_evidence_and_then_asks_for_the_sign(
    difference: float, p_value: float | None, verdict: Verdict
) -> None:
    """A p-value at the level is not below it, and none at all decides nothing."""
    comparison = Comparison(Quantity(difference, "points"), p_value, "made")
    assert greater("made", "a > b", comparison, ("difference",)).verdict is verdict


def test_an_adjusted_p_value_replaces_the_raw_one() -> None:
    """What is evidence alone may be none among many, and the claim says that it was corrected."""
    claim = greater("made", "a > b", Comparison(Quantity(0.1), 0.03, "made"), (), adjusted_p=0.09)
    assert (claim.verdict, claim.p_value) == (INCONCLUSIVE, 0.09)
    assert claim.test.endswith("Holm-corrected")


def test_a_count_holds_or_does_not() -> None:
    """Exact numbers leave nothing open."""
    assert counted("made", "2 = 2", True, ()).supported
    assert counted("made", "2 = 3", False, ()).refuted


def _claims(*verdicts: Verdict) -> list[Claim]:
    return [
        Claim(f"c{index}", "", "", verdict, numbers=("n", f"n{index}"))
        for index, verdict in enumerate(verdicts)
    ]


@pytest.mark.parametrize(
    ("verdicts", "every", "some"),
    [
        ((SUPPORTED, SUPPORTED), SUPPORTED, SUPPORTED),
        ((SUPPORTED, REFUTED), REFUTED, SUPPORTED),
        ((SUPPORTED, INCONCLUSIVE), INCONCLUSIVE, SUPPORTED),
        ((REFUTED, INCONCLUSIVE), REFUTED, INCONCLUSIVE),
        ((REFUTED, REFUTED), REFUTED, REFUTED),
    ],
)
def test_joint_claims_follow_their_parts(
    verdicts: tuple[Verdict, ...], every: Verdict, some: Verdict
) -> None:
    """All of them, and any of them, in three-valued logic."""
    claims = _claims(*verdicts)
    assert all_of("made", "", claims).verdict is every
    assert any_of("made", "", claims).verdict is some


def test_a_joint_claim_names_every_number_once() -> None:
    """The numbers behind the parts are those behind the whole."""
    assert all_of("made", "", _claims(SUPPORTED, REFUTED)).numbers == ("n", "n0", "n1")
