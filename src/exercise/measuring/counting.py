"""Trainable parameters, counted by formula and again in the stored weights."""

from __future__ import annotations

import re

from exercise.measuring.measures import exact, network_of
from labreport.claims import Claim, Quantity
from labreport.claims.decide import counted
from labreport.results import Runs

WEIGHT_ARRAY = re.compile(r"(?:state\.)?(layer-\d+\.(kernel|bias))")
"""Names of the arrays of a snapshot that hold trainable parameters; all else there is not trained."""


def parameter_counts(runs: Runs) -> dict[str, Quantity]:
    """`parameters`, `weights`, `biases` by formula, and `stored_parameters` in the weights kept."""
    network = network_of(runs)
    origin = f"formula: layers of {runs.experiment.name}"
    return {
        "parameters": exact(network.parameters, "parameters", origin),
        "weights": exact(network.weights, "weights", f"{origin}, inputs times outputs"),
        "biases": exact(network.biases, "biases", f"{origin}, one a node"),
        "stored_parameters": exact(
            sum(stored_counts(runs)),
            "parameters",
            f"elements of the stored weights of {runs.experiment.name}",
        ),
    }


def stored_counts(runs: Runs) -> tuple[int, int]:
    """(weights, biases) counted in the arrays of the last snapshot of the first seed."""
    run = runs.runs[0]
    arrays = run.at(max(run.snapshots)).arrays
    # a weight may be kept twice, as what was learned and as what training continues from
    sizes = {
        match.group(1): int(arrays[name].size) for name in arrays if (match := WEIGHT_ARRAY.fullmatch(name))
    }
    kernels = sum(size for name, size in sizes.items() if name.endswith("kernel"))
    return kernels, sum(sizes.values()) - kernels


def counts_agree(runs: Runs, prefix: str = "") -> Claim:
    """Formula and stored weights give the same numbers of weights and of biases."""
    network = network_of(runs)
    return counted(
        f"{prefix}counts-agree",
        f"parameters of {runs.experiment.name} by formula = parameters stored",
        stored_counts(runs) == (network.weights, network.biases),
        (f"{prefix}parameters", f"{prefix}stored_parameters"),
    )
