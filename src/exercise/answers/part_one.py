"""Part one: a wide and a small network of one hidden layer."""

from __future__ import annotations

from exercise.answers.comparing import comparisons
from exercise.answers.counting import counts_agree, parameter_counts
from exercise.answers.families import EPOCH, TEST
from exercise.answers.measures import (
    SPLITS,
    accuracy,
    accuracy_over_seeds,
    between_splits,
    exact,
    loss,
    network_of,
    seeds_differing,
    shared_seeds,
    source,
    split,
)
from exercise.answers.timing import epoch_times
from labreport.claims import Answer, Quantity
from labreport.claims.decision import decide
from labreport.results import Results, Runs


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
    difference = comparisons(results)("wide", "small", TEST, EPOCH)
    quantities = {
        "epochs": exact(EPOCH, "epochs", "exercise"),
        "seeds": shared_seeds(wide, small),
        "wide.test_accuracy": accuracy(wide, EPOCH, "test"),
        "small.test_accuracy": accuracy(small, EPOCH, "test"),
        "wide.parameters": exact(network_of(wide).parameters, "parameters", "catalogue: wide"),
        "small.parameters": exact(network_of(small).parameters, "parameters", "catalogue: small"),
        "parameters_ratio": Quantity(
            network_of(wide).parameters / network_of(small).parameters,
            "times",
            "parameters of wide over small",
        ),
        **difference.quantities("difference"),
        "images.test": exact(len(split("test")), "images", "MNIST: test split"),
        "seeds_differing": seeds_differing(wide, EPOCH, small, EPOCH),
    }
    numbers = ("difference", "wide.test_accuracy", "small.test_accuracy")
    claims = {"wide-better": difference.claim("wide-better", "test accuracy: wide > small", numbers)}
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
    quantities = {
        "epochs": exact(EPOCH, "epochs", "exercise"),
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
    }
    for name in SPLITS:
        quantities[f"{name}_accuracy"] = accuracy(runs, EPOCH, name)
        quantities[f"{name}_loss"] = loss(runs, EPOCH, name)
        quantities[f"images.{name}"] = exact(len(split(name)), "images", f"MNIST: {name} split")
    for name in ("validation", "test"):
        quantities[f"{name}_accuracy.seeds_only"] = accuracy_over_seeds(runs, EPOCH, name)
    claims = {}
    for name in ("training", "test"):
        decision = decide([between_splits(runs, EPOCH, name, "validation")])[0]
        number = f"{name}_minus_validation"
        quantities |= decision.quantities(number)
        predicate = f"{name} accuracy > validation accuracy"
        claims[f"{name}-higher"] = decision.claim(f"{name}-higher", predicate, (number,))
    return Answer(quantities, claims, {"network": runs.experiment.name, "splits": list(SPLITS)})
