"""Which digits fail, for every network, and whether one of them fails beyond chance."""

from __future__ import annotations

from collections import Counter
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
from labreport.claims.decision import decide
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
    claims: dict[str, Claim] = {}
    learned = []
    for name in results:
        runs = results[name]
        rights = _rights(runs)
        quantities |= {f"{name}.{key}": quantity for key, quantity in _by_digit(runs, rights).items()}
        quantities[f"{name}.test_accuracy"] = accuracy(runs, EPOCH, "test")
        quantities[f"{name}.seeds"] = exact(len(runs), "seeds", source(runs, "count"))
        test_accuracy = quantities[f"{name}.test_accuracy"].value
        if test_accuracy is None or test_accuracy <= LEARNED:
            continue
        learned.append(name)
        worst, claim = _worst_digit(name, runs, rights)
        quantities |= worst
        claims[claim.name] = claim
    facts = {
        "rows": list(results),
        "learned": learned,
        "several_seeds": any(len(results[name]) > 1 for name in results),
        "stuck": [name for name in results if name not in learned],
        "digits": list(range(CLASSES)),
        "same_digit": len(learned) > 1
        and len({quantities[f"{each}.lowest_digit"].value for each in learned}) < 2,
        "supported": [name for name in learned if claims[f"{name}.worst"].supported],
    }
    claims["any"] = any_of(
        "any", "some network fails more often on one digit", [claims[f"{name}.worst"] for name in learned]
    )
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


def _shares(rights: NDArray[np.int64], totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """Accuracy on each digit, (seeds, digits); not a number on a digit that no test image shows."""
    return np.where(totals > 0, rights / np.maximum(totals, 1), np.nan)


def _by_digit(runs: Runs, rights: NDArray[np.int64]) -> dict[str, Quantity]:
    """Mean accuracy by digit, with an interval that covers seeds and the images of the digit."""
    totals = _totals()
    shares = _shares(rights, totals)
    return {
        f"digit-{digit}": share_over_seeds(
            shares[:, digit].tolist(),
            int(totals[digit]),
            source(runs, f"test accuracy at epoch {EPOCH} on digit {digit}"),
        )
        for digit in range(CLASSES)
    }


def _worst_digit(name: str, runs: Runs, rights: NDArray[np.int64]) -> tuple[dict[str, Quantity], Claim]:
    """The digit that falls short, or has the lowest mean accuracy, and the claim that some digit falls short.

    Each digit is compared with the other nine together, over seeds and images, Holm-corrected over the
    ten. Supported: some digit certainly falls short. Equivalent: none is further from the rest than `MARGIN`.
    """
    totals = _totals()
    shares = _shares(rights, totals)
    means = np.mean(shares, axis=0)
    lowest, best = int(np.nanargmin(means)), int(np.nanargmax(means))
    by_seed = Counter(int(np.nanargmin(row)) for row in shares)
    origin = source(runs, f"test predictions at epoch {EPOCH}")
    decisions = decide(
        [_against_rest(digit, rights, totals, origin) for digit in range(CLASSES)], [MARGIN] * CLASSES
    )
    short = [digit for digit, decision in enumerate(decisions) if decision.verdict is Verdict.REFUTED]
    worst = min(short, key=lambda digit: float(means[digit]), default=lowest)
    by_digit = _by_digit(runs, rights)
    quantities = {
        f"{name}.lowest_digit": exact(lowest, "", origin, "seeds"),
        f"{name}.worst_digit": exact(worst, "", origin, "seeds"),
        f"{name}.best_digit": exact(best, "", origin, "seeds"),
        f"{name}.worst_accuracy": by_digit[f"digit-{worst}"],
        f"{name}.best_accuracy": by_digit[f"digit-{best}"],
        f"{name}.worst_seeds": exact(by_seed[worst], "seeds", f"{origin}: seeds whose worst digit this is"),
        **decisions[worst].quantities(f"{name}.worst_difference"),
    }
    numbers = (f"{name}.worst_digit", f"{name}.worst_difference", f"{name}.worst_seeds")
    claims = [
        decision.claim(f"{name}.{digit}", f"{name} fails more often on {digit}", numbers, less=True)
        for digit, decision in enumerate(decisions)
    ]
    joint = any_of(f"{name}.worst", f"{name} fails more often on one digit than on the others", claims)
    test = f"any of ten comparisons: {decisions[worst].test}"
    return quantities, replace(joint, test=test, p_value=claims[worst].p_value, margin=MARGIN)


def _against_rest(digit: int, rights: NDArray[np.int64], totals: NDArray[np.int64], origin: str) -> Estimate:
    """Accuracy on a digit minus that on all other digits together, one value per seed."""
    origin = f"{origin}: accuracy on digit {digit} minus that on others"
    own, other = int(totals[digit]), int(totals.sum() - totals[digit])
    if not own or not other:
        return without_test(None, "points", origin, len(rights), "test images do not show both")
    shares = [int(row[digit]) / own for row in rights]
    others = [int(row.sum() - row[digit]) / other for row in rights]
    return separate_items(shares, own, others, other, origin)
