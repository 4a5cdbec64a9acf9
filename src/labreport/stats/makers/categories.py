"""Which category is predicted wrongly most often, from the predictions for each item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.makers.comparisons import rank
from labreport.stats.makers.shared import answer_of
from labreport.stats.quantity import Quantity, Source
from labreport.stats.samples import Epoch, Sample, Samples, as_results, label_of_value

if TYPE_CHECKING:
    from numpy import ndarray

    from labreport.project import Experiment
    from labreport.results import Results, Runs

MISSED = Measure("share missed", "%", better="", more="missed more often", less="missed less often")
"""The share of the items of a category that are predicted wrongly."""


def hardest(
    results: Results,
    experiment: Experiment | str,
    epoch: Epoch = None,
    truth: str | ndarray = "truth",
    predicted: str = "predicted",
    name: str = "hardest",
) -> Answer:
    """Rank the categories of one experiment by the share of their items that are predicted wrongly.

    `truth` and `predicted` are names of arrays with shape (items,); `truth` may also be such an array, which
    all runs share. Categories are compared run by run; if all runs have the same items, the interval covers
    items, too. Returns an answer with `hardest`, `mean` (the share missed, by category), `means`, and the
    exact counts `wrong` and `items`. Raises `UsageError` for fewer than two categories.
    """
    import numpy as np

    runs = as_results(results)[experiment]
    guesses = runs.arrays(predicted, epoch)
    if isinstance(truth, str):
        truths = runs.arrays(truth, epoch)
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


def _samples_by_category(runs: Runs, truths: list[ndarray], missed: list[ndarray], epoch: Epoch) -> Samples:
    """For each category, the share of its items that each run misses; runs without such items are left out.

    `truths` has the category of each item for each run, `missed` whether the prediction is wrong. If all runs
    have the same items, the samples also say which items are missed.
    """
    import numpy as np

    have_same_items = all(np.array_equal(truths[0], truth) for truth in truths)
    shown_epoch = (epoch or runs.epoch) if runs.experiment.epochs > 1 else None
    samples = {}
    for category in np.unique(np.concatenate(truths)).tolist():
        missed_by_seed = {}
        for seed, truth, missed_of_run in zip(runs.seeds, truths, missed, strict=True):
            items = missed_of_run[truth == category]
            if len(items):
                missed_by_seed[seed] = items
        shares = {seed: float(items.mean()) for seed, items in missed_by_seed.items()}
        name = label_of_value(category)
        samples[name] = Sample(
            name,
            shares,
            successes=missed_by_seed if have_same_items else {},
            design=runs.experiment.design,
            label=name,
            epoch=shown_epoch,
            items=name,
        )
    return samples
