"""The ten layers with ReLU and with another learning rate: what readers ask, and the exercise does not."""

from __future__ import annotations

from typing import Any

from exercise.catalogue import ACTIVATIONS
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import LEARNED, TEST
from exercise.measuring.measures import accuracy, exact, source
from labreport.claims import Answer, Claim, Comparison, Family, Quantity
from labreport.results import Results

NAMES = {"relu": "ReLU"}
"""Activation functions whose name is written otherwise than in Keras."""
TRIED = Family(
    "activation functions and learning rates",
    tuple(Comparison(cell.name, LEARNED, TEST) for cell in ACTIVATIONS.experiments()),
    confirmatory=False,
)


def activations_tried(results: Results) -> Answer:
    """Test accuracy of every point of the study, and the claim that it has learned; one row for each."""
    compare = comparisons(results, TRIED)
    quantities: dict[str, Quantity] = {}
    claims: dict[str, Claim] = {}
    rows: list[dict[str, Any]] = []
    for point, runs in results.study(ACTIVATIONS):
        name, key = runs.experiment.name, f"tried.{point['activation']}.{point['learning_rate']:g}"
        found = compare(name, LEARNED, TEST)
        quantities |= found.quantities(f"{key}.above")
        quantities[f"{key}.test_accuracy"] = accuracy(runs, runs.experiment.epochs, "test")
        quantities[f"{key}.seeds"] = exact(len(runs), "seeds", source(runs, "count"))
        quantities[f"{key}.learning_rate"] = exact(point["learning_rate"], "", f"study {ACTIVATIONS.name}")
        numbers = (f"{key}.above", f"{key}.test_accuracy")
        activation = NAMES.get(point["activation"], point["activation"])
        predicate = f"{activation}, learning rate {point['learning_rate']:g}: test accuracy > threshold"
        claims[key] = found.claim(key, predicate, numbers)
        rows.append({"key": key, "activation": activation})
    return Answer(quantities, claims, {"rows": rows})
