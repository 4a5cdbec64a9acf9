"""Which digits fail, for every network, and whether one of them fails beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from exercise.bonus_digits.bars import accuracy_by_digit
from exercise.catalogue import COMPLEX, NETWORKS
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.families import EPOCH, LEARNED
from exercise.measuring.measures import accuracy, exact, right, source, split
from exercise.networks import CLASSES
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.comparison import separate_items
from labreport.claims.decide import any_of
from labreport.claims.decision import Decision, decide
from labreport.claims.estimate import Estimate, without_test
from labreport.claims.statistics import share_over_seeds
from labreport.later import later
from labreport.outline import question
from labreport.required import required
from labreport.results import Results, Runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

MARGIN = 0.02
"""A digit whose accuracy is within two percentage points of that of the others fails no more often."""
TOGETHER = "together"
"""The name of what all networks that learned give together: the mean of their accuracies."""
PREDICATE = "{}: accuracy on one digit < accuracy on the others"


@question(
    "Does any network fail more often on one digit than on the others?",
    slug="bonus.digits",
    reads=NETWORKS,
    requires=required(NETWORKS, EPOCH),
    figures=(accuracy_by_digit,),
    checks=[("complex.digit-8", checked_accuracy(COMPLEX, EPOCH, digit=8))],
)
def digits(results: Results) -> Answer:
    """Accuracy by digit for every network, with the digit that fails most and whether it is chance."""
    labels = split("test").labels
    quantities: dict[str, Quantity] = {
        "epochs": exact(EPOCH, "epochs", "the same for every network"),
        "threshold.margin": exact(MARGIN, "points, unsigned", "fixed in advance"),
    }
    quantities |= {
        f"images.digit-{digit}": exact(int(np.sum(labels == digit)), "images", "MNIST: test labels")
        for digit in range(CLASSES)
    }
    quantities["threshold.learned"] = exact(LEARNED, "fraction", "fixed in advance")
    rights = {name: _rights(results[name]) for name in results}
    learned = []
    for name, runs in results.items():
        quantities |= {f"{name}.{key}": quantity for key, quantity in _by_digit(runs, rights[name]).items()}
        quantities[f"{name}.test_accuracy"] = measured = accuracy(runs, EPOCH, "test")
        quantities[f"{name}.seeds"] = exact(len(runs), "seeds", source(runs, "count"))
        if measured.value is not None and measured.value > LEARNED:
            learned.append(name)
    claims, shares = {}, {}
    if learned:
        shares = {TOGETHER: _mean([rights[name] for name in learned])}
        origins = {TOGETHER: f"{', '.join(learned)}: mean of their test predictions at epoch {EPOCH}"}
        shares |= {name: _shares(rights[name]) for name in learned}
        origins |= {name: source(results[name], f"test predictions at epoch {EPOCH}") for name in learned}
        decisions = _decided({TOGETHER: shares[TOGETHER]}, origins)
        decisions |= _decided({name: shares[name] for name in learned}, origins)
        for name, each in shares.items():
            found, claim = _summary(name, each, decisions[name], origins[name])
            quantities |= found
            claims[claim.name] = claim
        for name in learned:
            worst = quantities[f"{name}.worst_digit"].value
            quantities[f"{name}.worst_accuracy"] = quantities[f"{name}.digit-{worst}"]
    else:
        claim = any_of(f"{TOGETHER}.worst", PREDICATE.format("the networks that learned"), [])
        claims[claim.name] = claim
    facts = {
        "rows": list(results),
        "learned": learned,
        "several_seeds": any(len(results[name]) > 1 for name in results),
        "stuck": [name for name in results if name not in learned],
        "digits": list(range(CLASSES)),
    }
    return Answer(quantities, claims, facts)


def _rights(runs: Runs) -> NDArray[np.int64]:
    """Images of each digit that each seed's model gets right; shape (seeds, digits)."""
    labels = split("test").labels
    return np.array(
        [np.bincount(labels[right(run, EPOCH, "test")], minlength=CLASSES) for run in runs],
        dtype=np.int64,
    )


def _totals() -> NDArray[np.int64]:
    """Test images of each digit; shape (digits,)."""
    return np.bincount(split("test").labels, minlength=CLASSES)


def _shares(rights: NDArray[np.int64]) -> NDArray[np.float64]:
    """Accuracy on each digit, (seeds, digits); not a number on a digit that no test image shows."""
    totals = _totals()
    return np.where(totals > 0, rights / np.maximum(totals, 1), np.nan)


def _by_digit(runs: Runs, rights: NDArray[np.int64]) -> dict[str, Quantity]:
    """Mean accuracy by digit, with an interval that covers seeds and the images of the digit."""
    totals = _totals()
    shares = _shares(rights)
    return {
        f"digit-{digit}": share_over_seeds(
            shares[:, digit].tolist(),
            int(totals[digit]),
            source(runs, f"test accuracy at epoch {EPOCH} on digit {digit}"),
        )
        for digit in range(CLASSES)
    }


def _mean(rights: Sequence[NDArray[np.int64]]) -> NDArray[np.float64]:
    """The mean accuracy of some networks on each digit, for the seeds that all have; (seeds, digits)."""
    seeds = min(map(len, rights))
    return np.asarray(np.mean([_shares(each[:seeds]) for each in rights], axis=0))


def _decided(
    shares: Mapping[str, NDArray[np.float64]], origins: Mapping[str, str]
) -> dict[str, list[Decision]]:
    """Each digit of each network against the other digits together, over seeds and images.

    All are Holm-corrected together. Equivalent: no further from the rest than `MARGIN`.
    """
    estimates = [
        _against_rest(digit, each, origins[name]) for name, each in shares.items() for digit in range(CLASSES)
    ]
    found = decide(estimates, [MARGIN] * len(estimates))
    return {name: found[CLASSES * place : CLASSES * (place + 1)] for place, name in enumerate(shares)}


def _summary(
    name: str, shares: NDArray[np.float64], decisions: Sequence[Decision], origin: str
) -> tuple[dict[str, Quantity], Claim]:
    """The digit that falls short, or else has the lowest accuracy, and the claim that one falls short."""
    means = np.mean(shares, axis=0)
    lowest = int(np.nanargmin(means))
    short = [digit for digit, decision in enumerate(decisions) if decision.verdict is Verdict.REFUTED]
    worst = min(short, key=lambda digit: float(means[digit]), default=lowest)
    alike = Counter(int(np.nanargmin(row)) for row in shares)[lowest]
    quantities = {
        f"{name}.lowest_digit": exact(lowest, "", origin, "seeds"),
        f"{name}.lowest_seeds": exact(alike, "seeds", f"{origin}: seeds whose lowest digit this is"),
        f"{name}.worst_digit": exact(
            worst, "", f"{origin}: a digit that falls short, or the lowest", "seeds"
        ),
        **decisions[worst].quantities(f"{name}.worst_difference"),
    }
    numbers = (f"{name}.worst_digit", f"{name}.worst_difference", f"{name}.lowest_seeds")
    who = "the networks that learned" if name == TOGETHER else name
    claims = [
        decision.claim(f"{name}.{digit}", PREDICATE.format(who), numbers, less=True)
        for digit, decision in enumerate(decisions)
    ]
    joint = any_of(f"{name}.worst", PREDICATE.format(who), claims)
    test = f"any of ten comparisons: {decisions[worst].test}"
    return quantities, replace(joint, test=test, p_value=claims[worst].p_value, margin=MARGIN)


def _against_rest(digit: int, shares: NDArray[np.float64], origin: str) -> Estimate:
    """Accuracy on a digit minus that on all other digits together, one value per seed."""
    origin = f"{origin}: accuracy on digit {digit} minus that on others"
    totals = _totals()
    own, other = int(totals[digit]), int(totals.sum() - totals[digit])
    if not own or not other:
        return without_test(None, "points", origin, len(shares), "test images do not show both")
    weights = np.where(np.arange(CLASSES) == digit, 0, totals) / other
    others = [float(np.nansum(row * weights)) for row in shares]
    return separate_items([float(row[digit]) for row in shares], own, others, other, origin)
