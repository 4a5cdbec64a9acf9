"""Part one: a wide and a small network of one hidden layer."""

from __future__ import annotations

from exercise.answers.counting import counts_agree, parameter_counts
from exercise.answers.measures import (
    SPLITS,
    accuracy,
    between_splits,
    by_image,
    compare,
    exact,
    loss,
    network_of,
    source,
    split,
)
from exercise.answers.timing import epoch_times
from labreport.claims import Answer, Quantity
from labreport.claims.comparison import Comparison, holm, independent
from labreport.claims.decide import ALPHA, greater
from labreport.results import Results, Runs

EPOCH = 10
"""The exercise asks after this many epochs."""


def wide_parameters(results: Results) -> Answer:
    """Parameters of the wide network."""
    return _parameters(results["wide"])


def small_parameters(results: Results) -> Answer:
    """Parameters of the small network."""
    return _parameters(results["small"])


def wide_accuracy(results: Results) -> Answer:
    """Accuracy of the wide network on the three splits."""
    return _accuracy(results["wide"])


def small_accuracy(results: Results) -> Answer:
    """Accuracy of the small network on the three splits."""
    return _accuracy(results["small"])


def wide_time(results: Results) -> Answer:
    """Seconds an epoch of the wide network takes."""
    return epoch_times(results["wide"])


def small_time(results: Results) -> Answer:
    """Seconds an epoch of the small network takes."""
    return epoch_times(results["small"])


def comparison(results: Results) -> Answer:
    """The wide against the small network on test data, each after ten epochs."""
    wide, small = results["wide"], results["small"]
    difference = compare(wide, EPOCH, small, EPOCH)
    by_seed = by_image(wide, EPOCH, small, EPOCH)
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in by_seed])
    differing = sum(p_value < ALPHA for p_value in adjusted)
    quantities = {
        "epochs": exact(EPOCH, "epochs", "exercise"),
        "seeds": exact(len(by_seed), "seeds", "seeds that both networks share"),
        "wide.test_accuracy": accuracy(wide, EPOCH, "test"),
        "small.test_accuracy": accuracy(small, EPOCH, "test"),
        "wide.parameters": exact(network_of(wide).parameters, "parameters", "catalogue: wide"),
        "small.parameters": exact(network_of(small).parameters, "parameters", "catalogue: small"),
        "parameters_ratio": Quantity(
            network_of(wide).parameters / network_of(small).parameters,
            "times",
            "parameters of wide over small",
        ),
        "difference": difference.difference,
        "difference.p": Quantity(difference.p_value, "p", difference.test),
        "images.test": exact(len(split("test")), "images", "MNIST: test split"),
        "seeds_differing": exact(differing, "seeds", "McNemar's exact test of each seed, Holm-corrected"),
    }
    claims = {
        "wide-better": greater(
            "wide-better",
            "test accuracy: wide > small",
            difference,
            ("difference", "wide.test_accuracy", "small.test_accuracy"),
        )
    }
    return Answer(quantities, claims)


def _parameters(runs: Runs) -> Answer:
    network = network_of(runs)
    quantities = parameter_counts(runs)
    quantities["nodes"] = exact(sum(network.hidden_layers), "nodes", f"catalogue: {runs.experiment.name}")
    rows = []
    for index, (inputs, outputs) in enumerate(network.layer_shapes):
        origin = f"formula: layer {index} of {runs.experiment.name}"
        quantities |= {
            f"layer-{index}.inputs": exact(inputs, "", origin),
            f"layer-{index}.nodes": exact(outputs, "nodes", origin),
            f"layer-{index}.weights": exact(inputs * outputs, "weights", origin),
            f"layer-{index}.biases": exact(outputs, "biases", origin),
            f"layer-{index}.parameters": exact((inputs + 1) * outputs, "parameters", origin),
        }
        rows.append(
            {"key": f"layer-{index}", "title": "hidden" if index < len(network.hidden_layers) else "output"}
        )
    return Answer(quantities, {"counts-agree": counts_agree(runs)}, {"rows": rows})


def _accuracy(runs: Runs) -> Answer:
    training_gap = between_splits(runs, EPOCH, "training", "validation")
    test_gap = between_splits(runs, EPOCH, "test", "validation")
    drawn = _over_images(runs, "test", "validation")
    quantities = {
        "epochs": exact(EPOCH, "epochs", "exercise"),
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
        "training_minus_validation": training_gap.difference,
        "test_minus_validation": test_gap.difference,
        "test_minus_validation.images": drawn.difference,
    }
    for name in SPLITS:
        quantities[f"{name}_accuracy"] = accuracy(runs, EPOCH, name)
        quantities[f"{name}_loss"] = loss(runs, EPOCH, name)
        quantities[f"images.{name}"] = exact(len(split(name)), "images", f"MNIST: {name} split")
    claims = {
        "training-higher": greater(
            "training-higher",
            "training accuracy > validation accuracy",
            training_gap,
            ("training_minus_validation",),
        ),
        "test-higher": greater(
            "test-higher", "test accuracy > validation accuracy", drawn, ("test_minus_validation.images",)
        ),
    }
    return Answer(quantities, claims, {"network": runs.experiment.name, "splits": list(SPLITS)})


def _over_images(runs: Runs, first: str, second: str) -> Comparison:
    """The difference of mean accuracies as one of two separate sets of images, drawn at random.

    Seeds share the images, so more seeds do not narrow what the draw of images leaves open.
    """
    counts = []
    for name in (first, second):
        values = runs.metric(EPOCH, name, "accuracy")
        images = len(split(name))
        counts.append((round(sum(values) / len(values) * images), images))
    (right_a, n_a), (right_b, n_b) = counts
    origin = source(runs, f"{first} minus {second} accuracy at epoch {EPOCH}, over images")
    return independent(right_a, n_a, right_b, n_b, origin)
