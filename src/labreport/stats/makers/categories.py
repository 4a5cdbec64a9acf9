"""Which category is missed most often, from what was predicted for each item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.makers.comparisons import answer_of, rank
from labreport.stats.quantity import Quantity, Source
from labreport.stats.sample import Epoch, Sample, label_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

MISSED = Measure("share missed", "%", better="", location="-")
"""How much of a category is taken for another."""


def hardest(
    results: Any,
    experiment: Any,
    epoch: Epoch = None,
    truth: Any = "truth",
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
    guesses = {
        seed: np.asarray(guess) for seed, guess in zip(runs.seeds, runs.arrays(predicted, epoch), strict=True)
    }
    truths = runs.arrays(truth, epoch) if isinstance(truth, str) else [truth] * len(guesses)
    labels = {seed: np.asarray(array) for seed, array in zip(guesses, truths, strict=True)}
    missed = {seed: guesses[seed] != labels[seed] for seed in guesses}
    shown_epoch = (epoch or runs.epoch) if runs.experiment.epochs > 1 else None
    samples = {}
    for category in np.unique(np.concatenate([*labels.values()])).tolist():
        key = label_of(category)
        of_category = {seed: missed[seed][labels[seed] == category] for seed in labels}
        samples[key] = _sample(key, of_category, _are_equal(labels), runs.experiment.design, shown_epoch)
    answer = answer_of(rank(samples, MISSED, "category"), name, "hardest")
    if name != "hardest":
        return answer
    source = Source((runs.name,), MISSED.name, n=len(runs), kind="counted")
    wrong = sum(int(of_run.sum()) for of_run in missed.values())
    items = sum(map(len, labels.values()))
    return answer | Answer(
        wrong=Quantity(wrong, source=source, exact=True), items=Quantity(items, source=source, exact=True)
    )


def _are_equal(labels: Mapping[Any, NDArray[Any]]) -> bool:
    """Whether all runs have the same items."""
    import numpy as np

    arrays = list(labels.values())
    return all(np.array_equal(arrays[0], array) for array in arrays)


def _sample(
    key: str, missed: Mapping[Any, NDArray[Any]], same_items: bool, design: Any, epoch: Epoch
) -> Sample:
    """The share of one category that each run misses; a run without an item of it is left out."""
    with_items = {seed: wrong for seed, wrong in missed.items() if len(wrong)}
    shares = {seed: float(wrong.mean()) for seed, wrong in with_items.items()}
    correct = with_items if same_items else None
    return Sample(key, shares, correct, design, key, epoch, items=key)
