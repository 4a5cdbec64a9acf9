"""From numbers to verdicts: each rule, each way."""

from __future__ import annotations

import pytest

from labreport.claims import Claim, Interval, Quantity, Verdict
from labreport.claims.decide import above, all_of, any_of, below, counted

SUPPORTED, REFUTED, INCONCLUSIVE = Verdict.SUPPORTED, Verdict.REFUTED, Verdict.INCONCLUSIVE
EQUIVALENT = Verdict.EQUIVALENT


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


def test_an_interval_without_width_decides_nothing() -> None:
    """Equal values are not evidence of certainty: the reason is said."""
    claim = above("made", "x > 0.2", "x", Quantity(0.9, n=5, interval=Interval(0.9, 0.9, "made")), 0.2)
    assert (claim.verdict, claim.reason) == (
        INCONCLUSIVE,
        "the seeds do not vary, so their spread is unknown",
    )


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
        ((SUPPORTED, EQUIVALENT), EQUIVALENT, SUPPORTED),
        ((EQUIVALENT, INCONCLUSIVE), EQUIVALENT, INCONCLUSIVE),
        ((REFUTED, EQUIVALENT), REFUTED, EQUIVALENT),
        ((), INCONCLUSIVE, INCONCLUSIVE),
    ],
)
def test_joint_claims_follow_their_parts(
    verdicts: tuple[Verdict, ...], every: Verdict, some: Verdict
) -> None:
    """All of them, and any of them: refuted, equivalent, inconclusive, supported, from false to true."""
    claims = _claims(*verdicts)
    assert all_of("made", "", claims).verdict is every
    assert any_of("made", "", claims).verdict is some


def test_a_joint_claim_names_every_number_once() -> None:
    """The numbers behind the parts are those behind the whole."""
    assert all_of("made", "", _claims(SUPPORTED, REFUTED)).numbers == ("n", "n0", "n1")
