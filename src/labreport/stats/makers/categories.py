"""Which category is missed most often, from what was predicted for each item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.makers.comparisons import rank
from labreport.stats.makers.described import answer_of
from labreport.stats.quantity import Quantity, Source
from labreport.stats.samples import Epoch, Sample, Samples, label_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from labreport.project import Experiment
    from labreport.results import Results, Runs

MISSED = Measure("share missed", "%", better="")
"""How much of a category is taken for another."""


def hardest(
    results: Results,
    experiment: Experiment | str,
    epoch: Epoch = None,
    truth: str | NDArray[Any] = "truth",
    predicted: str = "predicted",
    name: str = "hardest",
) -> Answer:
    """Find which category is missed most often and which least, from the arrays of one experiment.

    `truth` and `predicted` are its arrays, shape (items,), or `truth` is one that all runs share. Categories
    are compared run by run, and over items where all runs have the same. Gives `hardest`, `mean` (the share
    missed, by category), `means`, and the exact counts `wrong` and `items`. Raises `UsageError` for fewer
    than two categories.
    """
    import numpy as np

    runs = results[experiment]
    guesses = list(map(np.asarray, runs.arrays(predicted, epoch)))
    if isinstance(truth, str):
        truths = list(map(np.asarray, runs.arrays(truth, epoch)))
    else:
        truths = [np.asarray(truth)] * len(runs)
    missed = [guess != true for guess, true in zip(guesses, truths, strict=True)]
    samples = _samples_by_category(runs, truths, missed, epoch)
    answer = answer_of(rank(samples, MISSED, "category"), name, "hardest")
    if name != "hardest":
        return answer
    source = Source((runs.name,), MISSED.name, n=len(runs), kind="counted")
    wrong = Quantity(sum(int(items.sum()) for items in missed), source=source, exact=True)
    items = Quantity(sum(map(len, truths)), source=source, exact=True)
    return answer | Answer(wrong=wrong, items=items)


def _samples_by_category(
    runs: Runs, truths: list[NDArray[Any]], missed: list[NDArray[Any]], epoch: Epoch
) -> Samples:
    """The sample of each category; item by item only where all runs have the same items.

    `truths` and `missed` have for each run the category of each item, and whether it was taken for another.
    """
    import numpy as np

    have_same_items = all(np.array_equal(truths[0], truth) for truth in truths)
    samples = {}
    for category in np.unique(np.concatenate(truths)).tolist():
        missed_by_seed = {}
        for seed, truth, missed_of_run in zip(runs.seeds, truths, missed, strict=True):
            missed_by_seed[seed] = missed_of_run[truth == category]
        sample = _sample(label_of(category), missed_by_seed, runs, epoch)
        samples[sample.name] = sample if have_same_items else replace(sample, correct=None)
    return samples


def _sample(category: str, missed: Mapping[int, NDArray[Any]], runs: Runs, epoch: Epoch) -> Sample:
    """The share of a category that each run misses, item by item; a run without an item of it is left out."""
    missed = {seed: items for seed, items in missed.items() if len(items)}
    shares = {seed: float(items.mean()) for seed, items in missed.items()}
    shown_epoch = (epoch or runs.epoch) if runs.experiment.epochs > 1 else None
    design = runs.experiment.design
    return Sample(category, shares, missed, design, label=category, epoch=shown_epoch, items=category)
