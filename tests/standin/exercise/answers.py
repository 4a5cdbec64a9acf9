"""Answers on single walks, on studies, and on what walks of one trajectory have in common."""

from __future__ import annotations

import statistics

from labreport.results import Results
from labreport.stats import Answer, Interval, Quantity, Source, exact
from labreport.stats.operations.condition import compare

EPOCH = 5


def accuracy(results: Results) -> Answer:
    """How accurate the quick walk is in the end."""
    return Answer({"accuracy": _accuracy(results, "alpha"), "early": _accuracy(results, "alpha", epoch=2)})


def better(results: Results) -> Answer:
    """Whether the quick walk comes closer than the slow one, for every seed that both have."""
    quick = results["alpha"].metric(EPOCH, "test", "accuracy")
    slow = results["beta"].metric(EPOCH, "test", "accuracy")
    differences = [first - second for first, second in zip(quick, slow, strict=False)]
    numbers = {"alpha": _accuracy(results, "alpha"), "beta": _accuracy(results, "beta")}
    every = int(min(differences) > 0)
    return exact("quicker", compare(every, "=", 1), numbers)


def grid(results: Results) -> Answer:
    """The accuracy in each cell of the grid, and the best of them."""
    cells = {
        f"rate-{point['rate']}-noise-{point['noise']}": _accuracy(results, runs.experiment.name)
        for point, runs in results.study("grid")
    }
    best = max(cells, key=lambda name: cells[name].value or 0.0)
    return Answer({**cells, "best": cells[best]}, facts={"cells": list(cells), "best": best})


def longer(results: Results) -> Answer:
    """What five more epochs of the quick walk bring."""
    return Answer(
        {
            "shorter": _accuracy(results, "alpha"),
            "longer": _accuracy(results, "alpha-10", epoch=10),
            "best": _best(results, "alpha-10"),
        }
    )


def middle(results: Results) -> Answer:
    """Where the quick walk is on its way, and after the last epoch that was asked for."""
    return Answer(
        {"middle": _accuracy(results, "alpha-middle", epoch=7), "best": _best(results, "alpha-middle")}
    )


def rates(results: Results) -> Answer:
    """The accuracy after four epochs, by rate."""
    return Answer(
        {
            f"rate-{point['rate']}": _accuracy(results, runs.experiment.name, epoch=4)
            for point, runs in results.study("rates")
        }
    )


def origin(results: Results) -> Answer:
    """Of how many runs it is known where their first epoch was computed."""
    runs = [run for name in results for run in results[name]]
    known = [
        run
        for run in runs
        if run.provenance["first"] == 1
        and run.provenance["last"] >= 1
        and run.provenance["processor"]
        and run.provenance["libraries"]["numpy"]
    ]
    return Answer(
        {
            "runs": Quantity(len(runs), "runs", "runs, counted"),
            "known": Quantity(len(known), "runs", "runs with a segment that begins at their first epoch"),
        }
    )


def _best(results: Results, name: str) -> Quantity:
    """The best accuracy on the way, of the records of the first seed."""
    return Quantity(max(results[name].curve("accuracy")[0]), "fraction", f"{name}, first seed, best record")


def _accuracy(results: Results, name: str, epoch: int = EPOCH) -> Quantity:
    values = results[name].metric(epoch, "test", "accuracy")
    source = Source((name,), "test accuracy", (epoch,), results[name].seeds)
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
