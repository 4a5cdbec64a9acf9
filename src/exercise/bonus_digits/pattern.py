"""Which digits are taken for which, and whether digits that look alike are the ones confused."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from exercise.bonus_digits.confusion import confusion_matrix, confusions
from exercise.bonus_digits.gallery import always_misread, misread_by_all
from exercise.catalogue import COMPLEX, SMALL
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.families import LEARNED
from exercise.measuring.measures import exact, right, source, split
from exercise.networks import CLASSES
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.correlation import mantel
from labreport.claims.decide import ALPHA
from labreport.claims.derivation import Derivation
from labreport.claims.statistics import over_seeds
from labreport.later import later
from labreport.outline import question
from labreport.required import LAST, required
from labreport.results import Results, Runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy import stats
else:
    np = later("numpy")
    stats = later("scipy.stats")

PAIRS_SHOWN = 5
STABLE = 0.5
"""The pair most confused must be so in more than this share of the seeds."""


@question(
    "Is there a clear pattern in the errors, and why could that be?",
    slug="bonus.pattern",
    reads=(SMALL, COMPLEX),
    requires=required((SMALL, COMPLEX), LAST),
    figures=(confusion_matrix, always_misread),
    checks=[("complex.errors", f"len(test[1]) * (1 - {checked_accuracy(COMPLEX)})")],
)
def pattern(results: Results) -> Answer:
    """Confusions of the simple and of the complex network, and the distance between mean images."""
    distances = mean_image_distances()
    names = ("complex", "small")
    quantities: dict[str, Quantity] = {}
    claims: dict[str, Claim] = {}
    facts: dict[str, Any] = {"rows": list(names), "pairs": {}, "digits": list(range(CLASSES)), "learned": []}
    for name in names:
        runs = results[name]
        matrices = confusions(runs)
        found, pairs, uneven = _most_confused(name, runs, matrices)
        quantities |= found
        facts["pairs"][name] = pairs
        related = mantel(
            _both_ways(matrices.mean(axis=0)),
            distances,
            source(runs, "errors and distance between mean images"),
        )
        quantities[f"{name}.likeness"] = related.coefficient
        quantities[f"{name}.likeness_p"] = replace(related.p, source="Mantel's test, permutations")
        alike = _alike(name, related.coefficient.value, related.p_value)
        claims |= {claim.name: _if_learned(claim, runs) for claim in (uneven, alike)}
        if has_learned(runs):
            facts["learned"].append(name)
    quantities["complex.epochs"] = exact(results["complex"].experiment.epochs, "epochs", "catalogue: complex")
    ranked = _ranked_distances(distances)
    first = facts["pairs"]["complex"][0]
    quantities["distance_rank"] = exact(
        ranked.index(_ordered(int(first["digit"]), int(first["other"]))) + 1,
        "",
        "rank of the distance between the mean training images of the pair most confused, nearest first",
        "seeds",
    )
    quantities["all_pairs"] = exact(len(ranked), "pairs", "pairs of digits")
    quantities["pairs_shown"] = exact(PAIRS_SHOWN, "pairs", "chosen for the table")
    runs = results["complex"]
    always = sorted(error.index for error in misread_by_all(runs, split("test").labels))
    quantities["always_misread"] = exact(
        len(always), "images", source(runs, "test images that every seed misreads"), "seeds"
    )
    facts["always_misread"] = always
    facts["misread"] = {
        str(run.seed): [int(index) for index in np.flatnonzero(~right(run, runs.experiment.epochs, "test"))]
        for run in runs
    }
    firsts = [(row[0]["digit"], row[0]["other"]) for row in facts["pairs"].values()]
    facts["same_pair"] = len({_ordered(*pair) for pair in firsts}) == 1
    return Answer(quantities, claims, facts)


def mean_image_distances() -> NDArray[np.float64]:
    """Euclidean distance between the mean training images of each two digits; shape (10, 10)."""
    training = split("training")
    means = np.array(
        [training.images[training.labels == digit].mean(axis=0).ravel() for digit in range(CLASSES)]
    )
    return np.asarray(np.linalg.norm(means[:, None] - means[None, :], axis=2))


def _both_ways(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Errors of each two digits, whichever was taken for the other."""
    errors = matrix + matrix.T
    np.fill_diagonal(errors, 0)
    return errors


def _ordered(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _ranked_distances(distances: NDArray[np.float64]) -> list[tuple[int, int]]:
    return sorted(combinations(range(CLASSES), 2), key=lambda pair: distances[pair])


def _most_confused(
    name: str, runs: Runs, matrices: NDArray[np.int64]
) -> tuple[dict[str, Quantity], list[dict[str, Any]], Claim]:
    pairs = list(combinations(range(CLASSES), 2))
    counts = np.array([[matrix[a, b] + matrix[b, a] for a, b in pairs] for matrix in matrices])
    means = counts.mean(axis=0)
    order = np.argsort(-means, kind="stable")
    origin = source(runs, f"test predictions at epoch {runs.experiment.epochs}")
    found: dict[str, Quantity] = {
        "errors": over_seeds([float(row.sum()) for row in counts], "errors", f"{origin}: all errors")
    }
    rows: list[dict[str, Any]] = []
    for rank, index in enumerate(order[:PAIRS_SHOWN], start=1):
        a, b = pairs[int(index)]
        row, numbers = _pair(f"pair-{rank}", a, b, matrices.mean(axis=0), origin)
        rows.append(row)
        found |= numbers
    shares = [float(row[order[:PAIRS_SHOWN]].sum() / max(row.sum(), 1)) for row in counts]
    found["top_share"] = over_seeds(shares, "fraction", f"{origin}: errors in the pairs shown")
    found["even_share"] = exact(
        PAIRS_SHOWN / len(pairs), "fraction", "share of as many pairs, were errors spread evenly"
    )
    first_in = sum(int(np.argmax(row)) == int(order[0]) for row in counts)
    found["first_in_seeds"] = exact(
        first_in, "seeds", f"{origin}: seeds in which the same pair is confused most"
    )
    found["seeds"] = exact(len(runs), "seeds", f"{origin}: count")
    p_value = float(np.median([stats.chisquare(row).pvalue if row.sum() else 1.0 for row in counts]))
    made = Derivation("chi-square", {"counts": [[int(count) for count in row] for row in counts]})
    test = "chi-square against an even spread, median over seeds"
    found["uneven_p"] = Quantity(p_value, "p", f"{origin}: {test}", derivation=made)
    stable = p_value < ALPHA and first_in > STABLE * len(runs)
    verdict = Verdict.SUPPORTED if stable else Verdict.INCONCLUSIVE
    claim = Claim(
        f"{name}.uneven",
        f"{name} confuses some pairs of digits more than others, and the same pair most in most seeds",
        "chi-square test against errors spread evenly; the first pair is first in over half of the seeds",
        verdict,
        ALPHA,
        p_value,
        (f"{name}.top_share", f"{name}.first_in_seeds"),
    )
    return {f"{name}.{key}": quantity for key, quantity in found.items()}, rows, claim


def _pair(
    key: str, a: int, b: int, confused: NDArray[np.float64], origin: str
) -> tuple[dict[str, Any], dict[str, Quantity]]:
    """Errors of two digits, the one more often mistaken first; means over seeds, in whole images."""
    if confused[b, a] > confused[a, b]:
        a, b = b, a
    counts = {
        "forward": (f"{a} taken for {b}", confused[a, b]),
        "backward": (f"{b} taken for {a}", confused[b, a]),
        "errors": (f"{a} and {b}, both ways", confused[a, b] + confused[b, a]),
    }
    numbers = {
        f"{key}.{name}": exact(
            round(float(count)), "errors", f"{origin}: {what}, mean over seeds, rounded", "seeds"
        )
        for name, (what, count) in counts.items()
    }
    return {"key": key, "digit": a, "other": b}, numbers


def has_learned(runs: Runs) -> bool:
    """Whether its mean test accuracy after the last epoch is above what counts as having learned."""
    accuracies = runs.metric(runs.experiment.epochs, "test", "accuracy")
    return sum(accuracies) / len(accuracies) > LEARNED


def _if_learned(claim: Claim, runs: Runs) -> Claim:
    """The claim, left open where the network does not tell digits apart: so are the errors."""
    if has_learned(runs):
        return claim
    reason = f"nothing shows that {runs.experiment.name} tells digits apart"
    return replace(
        claim, verdict=Verdict.INCONCLUSIVE, test=f"no test: {reason}", p_value=None, reason=reason
    )


def _alike(name: str, coefficient: float | None, p_value: float) -> Claim:
    """The nearer two mean images, the more errors: a negative rank correlation."""
    if coefficient is None or p_value >= ALPHA:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.SUPPORTED if coefficient < 0 else Verdict.REFUTED
    return Claim(
        f"{name}.alike",
        f"{name} confuses digits the more, the nearer their mean images",
        "Mantel's permutation test of the rank correlation of errors with distance, two-sided",
        verdict,
        ALPHA,
        p_value,
        (f"{name}.likeness", f"{name}.likeness_p"),
    )
