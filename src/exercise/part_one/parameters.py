"""How many trainable parameters each network of one hidden layer has."""

from __future__ import annotations

from exercise.catalogue import SMALL, WIDE
from exercise.expressions import parameters as checked_parameters
from exercise.measuring.counting import counts_agree, parameter_counts
from exercise.measuring.measures import (
    exact,
    network_of,
)
from labreport.claims import Answer
from labreport.outline import question
from labreport.required import LAST, required
from labreport.results import Results


def parameters(results: Results) -> Answer:
    """Parameters of the only network read, layer by layer."""
    (runs,) = results.values()
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


WIDE_PARAMETERS, SMALL_PARAMETERS = (
    question(
        f"How many trainable parameters has the {network.name} network: weights, biases, both?",
        slug=f"part-one.{network.name}.parameters",
        reads=network,
        requires=required(network, LAST),
        checks=[("parameters", checked_parameters(network))],
    )(parameters)
    for network in (WIDE, SMALL)
)
