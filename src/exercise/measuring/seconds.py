"""Seconds of epochs, timed one network after the other with nothing beside them, by plain Keras.

A network's typical epoch is the same for every seed, so equal seconds are equal epochs for all seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from statistics import median
from typing import TypeAlias

from exercise.networks import steady, timing_of
from labreport.results import Results
from labreport.stats import Answer, Quantity, Source, exact
from labreport.stats.operations.arithmetic import calculated
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.median import OPERATION as MEDIAN

By: TypeAlias = Callable[[list[float]], float]
ROUNDING = 1e-9
HOW = "plain model.fit on all cores, validation included, with nothing beside it"


def _seconds(results: Results, name: str) -> list[float]:
    (seconds,) = results[timing_of(name)].arrays("seconds")
    return [float(each) for each in seconds]


def typical(results: Results, name: str) -> Quantity:
    """Seconds of the median epoch of `name`; the interval reaches from the fastest to the slowest."""
    source = Source((name,), "seconds of an epoch", unit="run", note=HOW)
    return MEDIAN.quantity({"values": _seconds(results, name), "reach": "all"}, "s", source)


def steadiness(results: Results, names: Iterable[str]) -> Answer:
    """Whether the epochs of each network took about equally long, as they do with nothing beside them."""
    unsteady = [name for name in names if not steady(_seconds(results, name))]
    source = Source(kind="counted", note="networks whose slowest epoch took more than half as much again")
    number = Quantity(len(unsteady), "networks", source, varies_with="machine")
    return exact("steady", condition(number, "=", 0), {"unsteady": number}) | Answer(
        facts={"unsteady": unsteady}
    )


def epoch_seconds(results: Results, name: str, by: By = median) -> float:
    """Seconds of a typical epoch of the network `name`, or of the fastest or slowest one, `by` min or max."""
    return by(_seconds(results, name))


def epochs_timed(results: Results, names: Iterable[str]) -> Quantity:
    """How many epochs of each network were timed."""
    (count,) = {len(_seconds(results, name)) for name in names}
    return Quantity(count, "epochs", Source(kind="counted", note="epochs of each network that were timed"))


def in_total(results: Results, name: str, epochs: int) -> Quantity:
    """Seconds of so many epochs of the network `name`, each taken as long as the median one."""
    source = Source((name,), "seconds of training", (epochs,), kind="computed", note=HOW)
    found = calculated("product", [typical(results, name), epochs], "s", source)
    return replace(found, varies_with="machine")


def epochs_within(seconds: float, results: Results, name: str, by: By = median) -> int:
    """Epochs that the network `name` finishes within `seconds`, at most as many as it was trained for.

    Each takes as long as one of its timed epochs: the typical one, or the slowest, `by=max`.
    """
    finished = seconds / epoch_seconds(results, name, by) * (1 + ROUNDING)
    return int(min(finished, results[name].experiment.epochs))
