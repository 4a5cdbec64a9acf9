"""Seconds and epochs: how many epochs fit into a time, and when an accuracy is first reached.

Epochs of trainings take longer with whatever else the machine does, and may do so for one network more than
for another. So all seconds are those of epochs that were timed with nothing beside them, by plain Keras: a
network's typical epoch is the same for every seed, and equal seconds are equal epochs for all seeds.
"""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from exercise.networks import timing_of
from labreport.claims import Quantity
from labreport.claims.derivation import Derivation
from labreport.claims.resolve import common
from labreport.results import Result, Results, Runs

ROUNDING = 1e-9
HOW = "by plain model.fit on all cores, validation included, with nothing beside it"


def timed(results: Results, name: str) -> Result:
    """The run in which epochs of the network `name` were timed."""
    (run,) = results[timing_of(name)].runs
    return run


def typical(results: Results, name: str) -> Quantity:
    """Seconds of the median epoch of the network `name`."""
    made = Derivation("middle", {"of": _seconds(results, name)})
    return Quantity(epoch_seconds(results, name), "s", f"{name}: median epoch {HOW}", derivation=made)


def slowest(results: Results, name: str) -> Quantity:
    """Seconds of the slowest epoch of the network `name`: how far times vary."""
    seconds = _seconds(results, name)
    made = Derivation("greatest", {"of": seconds})
    return Quantity(max(seconds), "s", f"{name}: slowest epoch {HOW}", derivation=made)


def in_total(results: Results, name: str, epochs: int) -> Quantity:
    """Seconds of so many epochs of the network `name`, each taken as long as the median one."""
    one = typical(results, name)
    made = Derivation("product", {"of": [one, epochs]})
    seconds = epochs * epoch_seconds(results, name)
    return of_timings(Quantity(seconds, "s", f"{one.source}, times {epochs}", derivation=made))


def _seconds(results: Results, name: str) -> list[float]:
    return [float(record["seconds"]) for record in timed(results, name).records]


def ratio_of(one: Quantity, other: Quantity, origin: str) -> Quantity:
    """How many times as long as the other the one takes."""
    value = None if one.value is None or other.value is None else one.value / other.value
    made = Derivation("quotient", {"of": [one, other]})
    return of_timings(Quantity(value, "times", origin, derivation=made))


def epoch_seconds(results: Results, name: str) -> float:
    """Seconds of a typical epoch of the network `name`."""
    return median(_seconds(results, name))


def epochs_within(seconds: float, results: Results, name: str) -> int:
    """Epochs that the network `name` finishes within `seconds`, at most as many as it was trained for."""
    finished = seconds / epoch_seconds(results, name) * (1 + ROUNDING)
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
