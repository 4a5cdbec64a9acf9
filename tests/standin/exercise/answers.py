"""Three answers: one measured, one compared, one over the grid."""

from __future__ import annotations

import statistics

from labreport.claims import Answer, Claim, Interval, Quantity, Verdict
from labreport.results import Results

EPOCH = 5


def accuracy(results: Results) -> Answer:
    """How accurate the quick walk is in the end."""
    return Answer({"accuracy": _accuracy(results, "alpha"), "early": _accuracy(results, "alpha", epoch=2)})


def better(results: Results) -> Answer:
    """Whether the quick walk comes closer than the slow one, for every seed that both have."""
    quick = results["alpha"].metric(EPOCH, "test", "accuracy")
    slow = results["beta"].metric(EPOCH, "test", "accuracy")
    differences = [first - second for first, second in zip(quick, slow, strict=False)]
    verdict = Verdict.SUPPORTED if min(differences) > 0 else Verdict.REFUTED
    return Answer(
        {"alpha": _accuracy(results, "alpha"), "beta": _accuracy(results, "beta")},
        {"quicker": Claim("quicker", "alpha > beta", "for every seed", verdict, numbers=("alpha", "beta"))},
    )


def grid(results: Results) -> Answer:
    """The accuracy in each cell of the grid, and the best of them."""
    cells = {
        f"rate-{point['rate']}-noise-{point['noise']}": _accuracy(results, runs.experiment.name)
        for point, runs in results.study("grid")
    }
    best = max(cells, key=lambda name: cells[name].value or 0.0)
    return Answer({**cells, "best": cells[best]}, facts={"cells": list(cells), "best": best})


def _accuracy(results: Results, name: str, epoch: int = EPOCH) -> Quantity:
    values = results[name].metric(epoch, "test", "accuracy")
    source = f"{name}, epoch {epoch}, test accuracy"
    if len(values) == 1:
        return Quantity(values[0], "fraction", source, varies_with="seeds")
    return Quantity(
        statistics.mean(values),
        "fraction",
        source,
        len(values),
        statistics.stdev(values),
        Interval(min(values), max(values), "range, seeds"),
    )
