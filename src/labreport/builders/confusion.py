"""Which class is predicted as which: as a matrix, and as a question which class is the hardest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from labreport import charts
from labreport.builders.compare import order_of
from labreport.errors import UsageError
from labreport.experiment import Experiment
from labreport.later import later
from labreport.results import Results
from labreport.stats import Answer, Measure, Quantity, Sample, Source, extremes

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

MISSED = Measure("share missed", "%", better="")
"""How much of a class is taken for another."""


def confusions(
    results: Results, name: Experiment | str, truth: str = "truth", predicted: str = "predicted"
) -> tuple[list[str], dict[int, list[list[int]]]]:
    """The classes in order, and for each seed how many items of a class (row) were taken for which (column).

    `truth` and `predicted` are arrays of the experiment, shape (items,): numbers or names of classes.
    Raises `UsageError` where their shapes differ.
    """
    runs = results[name]
    pairs = list(zip(runs.seeds, runs.arrays(truth), runs.arrays(predicted), strict=True))
    for seed, true, guess in pairs:
        if true.shape != guess.shape or true.ndim != 1:
            raise UsageError(
                f"result {runs.experiment.name!r}, seed {seed}: {truth!r} has the shape {true.shape}, "
                f"{predicted!r} {guess.shape}; both need (items,)"
            )
    known: set[Any] = {label for _, true, guess in pairs for label in (*true.tolist(), *guess.tolist())}
    classes = sorted(known)
    place = {label: index for index, label in enumerate(classes)}
    counts = {seed: [[0] * len(classes) for _ in classes] for seed, _, _ in pairs}
    for seed, true, guess in pairs:
        for one, other in zip(true.tolist(), guess.tolist(), strict=True):
            counts[seed][place[one]][place[other]] += 1
    return [str(label) for label in classes], counts


def hardest(
    results: Results,
    name: Experiment | str,
    truth: str = "truth",
    predicted: str = "predicted",
    measure: Measure = MISSED,
) -> Answer:
    """Find which class is missed most often and which least, from the arrays of one experiment.

    The finding `extremes` says whether they differ, and whether it is clear which is missed most. Classes
    are compared run by run; where all runs have the same items, also over the items. Quantities:
    `CLASS.mean`, the share missed, `CLASS minus CLASS`, `items` and `wrong`. Raises `UsageError` for fewer
    than two classes.
    """
    classes, counts = confusions(results, name, truth, predicted)
    if len(classes) < 2:
        raise UsageError(f"the hardest class is one of several; {truth!r} has {len(classes)}")
    runs = results[name]
    answer = extremes(_missed(results, name, truth, predicted, classes), measure)
    items = sum(sum(map(sum, table)) for table in counts.values())
    right = sum(row[index] for table in counts.values() for index, row in enumerate(table))
    source = Source((runs.experiment.name,), measure.name, units=runs.seeds, kind="counted")
    found = {
        "items": Quantity(items, "", source, varies_with="seeds"),
        "wrong": Quantity(items - right, "", source, varies_with="seeds"),
    }
    facts = {
        "prose": "answers/hardest.html",
        **order_of(answer, measure),
        "of": runs.experiment.title or runs.experiment.name,
    }
    return replace(answer, quantities={**answer.quantities, **found}, facts=facts)


def _missed(
    results: Results, name: Experiment | str, truth: str, predicted: str, classes: Sequence[str]
) -> dict[str, Sample]:
    """For each class, the share missed by seed, of the seeds in which it occurs."""
    runs = results[name]
    labels = [np.asarray(each).astype(str) for each in runs.arrays(truth)]
    guesses = [np.asarray(each).astype(str) for each in runs.arrays(predicted)]
    same_items = all(np.array_equal(labels[0], each) for each in labels)
    found = {}
    for label in classes:
        missed = {
            seed: guess[true == label] != label
            for seed, true, guess in zip(runs.seeds, labels, guesses, strict=True)
            if (true == label).any()
        }
        found[label] = Sample(
            label,
            {seed: (float(np.mean(wrong)),) for seed, wrong in missed.items()},
            missed if same_items else None,
            unit=runs.experiment.design.unit,
            test_fraction=runs.experiment.design.test_fraction,
            items=label,
        )
    return found


def confusion_matrix(
    results: Results, name: Experiment | str, truth: str = "truth", predicted: str = "predicted"
) -> charts.Drawing:
    """The table of `confusions` as a heat map, all seeds together, in per cent of each row."""
    classes, counts = confusions(results, name, truth, predicted)
    total = [[sum(cells) for cells in zip(*rows, strict=True)] for rows in zip(*counts.values(), strict=True)]
    shares = [[100 * count / max(sum(row), 1) for count in row] for row in total]
    left = min(8.0 + 1.9 * max(map(len, classes)), 50.0)
    figure, (axes,) = charts.column_figure(
        22.0 + 9.0 * len(classes), margins=charts.Margins(left=left, right=4.0, top=4.0, bottom=14.0)
    )
    texts = [[f"{share:.1f}" if share else "" for share in row] for row in shares]
    charts.heat_map(axes, shares, texts, rows=classes, columns=classes, low=0.0, high=100.0)
    axes.set_xlabel("predicted")
    axes.set_ylabel("truth")
    title = results[name].experiment.title or results[name].experiment.name
    return charts.Drawing(
        figure,
        "heat map",
        ["truth", "items", *(f"{label}, %" for label in classes)],
        [
            [label, sum(row), *(round(share, 2) for share in line)]
            for label, row, line in zip(classes, total, shares, strict=True)
        ],
        f"What {title} takes each class for. Rows are the true classes, in per cent of their items, all "
        "seeds together; an empty cell never occurs.",
    )
