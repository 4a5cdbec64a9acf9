"""Bonus: which digits fail, for every network, and whether one of them fails beyond chance."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from exercise.answers.measures import accuracy, exact, right, source, split
from exercise.answers.predictions import LEARNED
from exercise.groups import NETWORKS
from exercise.networks import CLASSES
from labreport.claims import Answer, Claim, Interval, Quantity, Verdict
from labreport.claims.comparison import holm
from labreport.claims.decide import ALPHA
from labreport.claims.statistics import wilson
from labreport.results import Results, Runs


def digits(results: Results) -> Answer:
    """Accuracy by digit for every network, with the digit that fails most and whether it is chance."""
    labels = split("test").labels
    quantities: dict[str, Quantity] = {
        f"images.digit-{digit}": exact(int(np.sum(labels == digit)), "images", "MNIST: test labels")
        for digit in range(CLASSES)
    }
    quantities["threshold.learned"] = exact(LEARNED, "fraction", "fixed in advance")
    claims: dict[str, Claim] = {}
    learned = []
    for name in NETWORKS:
        runs = results[name]
        rights = _rights(runs)
        quantities |= {f"{name}.{key}": quantity for key, quantity in _by_digit(runs, rights).items()}
        quantities[f"{name}.test_accuracy"] = accuracy(runs, runs.experiment.epochs, "test")
        quantities[f"{name}.seeds"] = exact(len(runs), "seeds", source(runs, "count"))
        test_accuracy = quantities[f"{name}.test_accuracy"].value
        if test_accuracy is None or test_accuracy <= LEARNED:
            continue
        learned.append(name)
        worst, claim = _worst_digit(name, runs, rights)
        quantities |= worst
        claims[claim.name] = claim
    facts = {
        "rows": list(NETWORKS),
        "learned": learned,
        "stuck": [name for name in NETWORKS if name not in learned],
        "digits": list(range(CLASSES)),
        "supported": [name for name in learned if claims[f"{name}.worst"].supported],
    }
    claims["any"] = _any([claims[f"{name}.worst"] for name in learned])
    return Answer(quantities, claims, facts)


def _rights(runs: Runs) -> NDArray[np.int64]:
    """Images of each digit that each seed's model gets right; shape (seeds, digits)."""
    labels = split("test").labels
    return np.array(
        [np.bincount(labels[right(run, runs.experiment.epochs, "test")], minlength=CLASSES) for run in runs],
        dtype=np.int64,
    )


def _by_digit(runs: Runs, rights: NDArray[np.int64]) -> dict[str, Quantity]:
    """Mean accuracy by digit, spread over seeds, and Wilson's interval for the images of the digit.

    Seeds share the images: the interval is that of one model of the mean accuracy, however many seeds.
    """
    totals = np.bincount(split("test").labels, minlength=CLASSES)
    found = {}
    for digit in range(CLASSES):
        shares = rights[:, digit] / totals[digit]
        interval = wilson(round(float(np.mean(rights[:, digit]))), int(totals[digit]), "").interval
        assert interval is not None
        mean = float(np.mean(shares))
        found[f"digit-{digit}"] = Quantity(
            mean,
            "fraction",
            source(runs, f"test accuracy at epoch {runs.experiment.epochs} on digit {digit}"),
            len(shares),
            float(np.std(shares, ddof=1)) if len(shares) > 1 else None,
            Interval(min(interval.low, mean), max(interval.high, mean), interval.kind, interval.level),
        )
    return found


def _worst_digit(name: str, runs: Runs, rights: NDArray[np.int64]) -> tuple[dict[str, Quantity], Claim]:
    """The digit with the lowest mean accuracy, and the claim that its lead in failing is no chance.

    Every seed's model tests each digit against the other nine (Fisher, one-sided, Holm over the
    ten). Supported: the digit is the worst, and beyond chance, in more than half of the seeds.
    Refuted: in no seed does any digit fall short beyond chance.
    """
    totals = np.bincount(split("test").labels, minlength=CLASSES)
    worst = int(np.argmin(np.mean(rights / totals, axis=0)))
    best = int(np.argmax(np.mean(rights / totals, axis=0)))
    p_values = [_short_of_others(row, totals) for row in rights]
    worst_by_seed = Counter(int(np.argmin(row / totals)) for row in rights)
    beyond = sum(
        int(np.argmin(row / totals)) == worst and p[worst] < ALPHA
        for row, p in zip(rights, p_values, strict=True)
    )
    origin = source(runs, f"test predictions at epoch {runs.experiment.epochs}")
    quantities = {
        f"{name}.worst_digit": exact(worst, "", origin, "seeds"),
        f"{name}.best_digit": exact(best, "", origin, "seeds"),
        f"{name}.worst_accuracy": _by_digit(runs, rights)[f"digit-{worst}"],
        f"{name}.best_accuracy": _by_digit(runs, rights)[f"digit-{best}"],
        f"{name}.worst_seeds": exact(
            worst_by_seed[worst], "seeds", f"{origin}: seeds whose worst digit this is"
        ),
        f"{name}.beyond_seeds": exact(
            beyond, "seeds", f"{origin}: seeds in which it is the worst beyond chance"
        ),
        f"{name}.worst_p": Quantity(
            float(np.median([p[worst] for p in p_values])), "p", f"{origin}: median over seeds"
        ),
    }
    if beyond * 2 > len(runs):
        verdict = Verdict.SUPPORTED
    elif not any(min(p) < ALPHA for p in p_values):
        verdict = Verdict.REFUTED
    else:
        verdict = Verdict.INCONCLUSIVE
    claim = Claim(
        f"{name}.worst",
        f"{name} fails more often on one digit than on the others, and on the same one whatever the seed",
        "Fisher's exact test of each digit against all others, Holm-corrected, in over half of the seeds",
        verdict,
        ALPHA,
        quantities[f"{name}.worst_p"].value,
        (f"{name}.worst_digit", f"{name}.worst_seeds", f"{name}.beyond_seeds"),
    )
    return quantities, claim


def _short_of_others(rights: NDArray[np.int64], totals: NDArray[np.int64]) -> list[float]:
    """For each digit, the Holm-corrected p that it is recognised no less often than all others together."""
    p_values = []
    for digit in range(CLASSES):
        other_right, other_total = int(rights.sum() - rights[digit]), int(totals.sum() - totals[digit])
        own_right, own_total = int(rights[digit]), int(totals[digit])
        table = [[own_right, own_total - own_right], [other_right, other_total - other_right]]
        p_values.append(float(stats.fisher_exact(table, alternative="less").pvalue))
    return holm(p_values)


def _any(claims: list[Claim]) -> Claim:
    """At least one network that learned has a digit of its own that fails."""
    verdicts = {claim.verdict for claim in claims}
    if Verdict.SUPPORTED in verdicts:
        verdict = Verdict.SUPPORTED
    elif verdicts == {Verdict.REFUTED}:
        verdict = Verdict.REFUTED
    else:
        verdict = Verdict.INCONCLUSIVE
    numbers = tuple(number for claim in claims for number in claim.numbers)
    return Claim(
        "any",
        "some network fails more often on one digit",
        "any of the networks that learned",
        verdict,
        numbers=numbers,
    )
