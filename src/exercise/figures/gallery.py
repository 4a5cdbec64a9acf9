"""The test images that a network gets wrong with the greatest confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exercise import mnist
from exercise.figures.reading import PERCENT
from labreport.charts import Drawing, Margins, column_figure, picture
from labreport.claims import Answer
from labreport.results import Result, Results

COLUMNS = 8
ROWS = 4


@dataclass(frozen=True)
class Misread:
    """One test image: its index, what it is, what it is taken for, and with what confidence."""

    index: int
    digit: int
    taken_for: int
    confidence: float


def confidently_wrong(results: Results, answers: Mapping[str, Answer]) -> Drawing:
    """The first seed's errors, the most confident first; digit → what it is taken for, confidence."""
    (name,) = results
    run = results[name].runs[0]
    test = mnist.load().test
    shown = misread(run, results[name].experiment.epochs, test.labels)[: COLUMNS * ROWS]
    rows = -(-len(shown) // COLUMNS)
    figure, panels = column_figure(
        18.5 * max(rows, 1) + 1,
        columns=COLUMNS,
        rows=max(rows, 1),
        margins=Margins(left=1, right=1, top=1, bottom=7.5, between=3, rows_between=7.5),
    )
    for panel, error in zip(panels, shown, strict=False):
        picture(
            panel,
            ink(test.images[error.index]),
            f"{error.digit} → {error.taken_for}\n{PERCENT * error.confidence:.1f} %",
            series=f"is {error.digit}, taken for {error.taken_for}",
        )
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
    return Drawing(
        figure,
        f"gallery of test images that {name} reads wrongly with the greatest confidence, first seed",
        ["test image", "digit", "taken for", "confidence, %"],
        [
            [error.index, error.digit, error.taken_for, round(PERCENT * error.confidence, 2)]
            for error in shown
        ],
    )


def misread(run: Result, epoch: int, labels: NDArray[np.uint8]) -> list[Misread]:
    """Every test image that `run` reads wrongly at `epoch`, by falling confidence, then by index."""
    arrays = run.at(epoch).arrays
    predictions, confidence = arrays["predictions"], arrays["confidence"]
    wrong = np.flatnonzero(predictions != labels)
    order = wrong[np.lexsort((wrong, -confidence[wrong]))]
    return [
        Misread(int(index), int(labels[index]), int(predictions[index]), float(confidence[index]))
        for index in order
    ]


def ink(image: NDArray[np.uint8]) -> NDArray[Any]:
    """Dark on light, as on paper."""
    return np.asarray(255 - image, dtype=np.uint8)
