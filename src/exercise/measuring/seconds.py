"""Seconds and epochs: how many epochs fit into a time, and when an accuracy is first reached.

Epochs of trainings take longer with whatever else the machine does, and may do so for one network more than
for another. So equal seconds are counted in epochs that were timed with nothing beside them: a network's
typical epoch is the same for every seed, and equal seconds are equal epochs of each network for all seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median

from exercise.catalogue import TIMES
from exercise.measuring.measures import source
from labreport.claims import Quantity
from labreport.claims.derivation import Derivation
from labreport.claims.resolve import common
from labreport.claims.statistics import over_seeds
from labreport.results import Results, Runs

ROUNDING = 1e-9
OWN = "this program on one thread, training only"
FIT = "plain model.fit on all cores, validation included"


def by_itself(results: Results, name: str) -> Quantity:
    """Seconds of an epoch of the network `name` with nothing beside it, by this program."""
    return _timed(results, name, "own seconds", OWN)


def by_fit(results: Results, name: str) -> Quantity:
    """Seconds of an epoch of the network `name` with nothing beside it, by plain Keras."""
    return _timed(results, name, "fit seconds", FIT)


def _timed(results: Results, name: str, key: str, by: str) -> Quantity:
    """The median of a few times, which says nothing of how much they vary."""
    (run,) = results[TIMES.name].runs
    seconds = [float(second) for second in run.records[0][key][name]]
    origin = f"{TIMES.name}: {name}, median over epochs, nothing beside it, {by}"
    return Quantity(median(seconds), "s", origin, derivation=Derivation("middle", {"of": seconds}))


def ratio_of(one: Quantity, other: Quantity, origin: str) -> Quantity:
    """How many times as long as the other the one takes."""
    value = None if one.value is None or other.value is None else one.value / other.value
    made = Derivation("quotient", {"of": [one, other]})
    return of_timings(Quantity(value, "times", origin, derivation=made))


Clock = Callable[[Results, str], Quantity]
"""By what an epoch of the network of that name is timed: `by_itself` or `by_fit`."""


def epoch_seconds(results: Results, name: str, clock: Clock = by_fit) -> float:
    """Seconds of a typical epoch of the network `name`."""
    seconds = clock(results, name).value
    assert seconds is not None  # the median of some times
    return seconds


def epochs_within(seconds: float, results: Results, name: str, clock: Clock = by_fit) -> int:
    """Epochs that the network `name` finishes within `seconds`, at most as many as it was trained for."""
    finished = seconds / epoch_seconds(results, name, clock) * (1 + ROUNDING)
    return int(min(finished, results[name].experiment.epochs))


def first_passages(first: Runs, second: Runs) -> list[tuple[int | None, int]]:
    """For each common seed, the first epochs at which both reach the last validation accuracy of `second`.

    None where `first` never does.
    """
    found = []
    for mine, theirs in common(first, second):
        last = second.experiment.epochs
        goal = float(theirs.records[last - 1]["validation_accuracy"])
        own, other = (
            next(
                (
                    epoch
                    for epoch, record in enumerate(run.records[:count], start=1)
                    if record["validation_accuracy"] >= goal
                ),
                None,
            )
            for run, count in ((mine, first.experiment.epochs), (theirs, last))
        )
        found.append((own, last if other is None else other))
    return found


def of_timings(quantity: Quantity) -> Quantity:
    """The same number, marked as one that follows from timings: another machine would give another."""
    return replace(quantity, varies_with="machine")


def total_seconds(runs: Runs, epochs: int | None = None) -> Quantity:
    """Seconds of training summed over the epochs of a run; mean over seeds."""
    sums = [sum(curve) for curve in runs.curve("seconds", epochs)]
    last = epochs if epochs is not None else runs.experiment.epochs
    return over_seeds(sums, "s", source(runs, f"seconds of training, sum over {last} epochs"))
