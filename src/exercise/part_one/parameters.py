"""How many trainable parameters the networks of one hidden layer have."""

from __future__ import annotations

from exercise.catalogue import SMALL, WIDE, names
from exercise.expressions import parameters as checked_parameters
from exercise.measuring.measures import declared, network_of, parameter_counts, ratio
from labreport.experiment import LAST, required
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer

BOTH = (WIDE, SMALL)


@question(
    "How many trainable parameters do the two networks have?",
    slug="part-one.parameters",
    reads=BOTH,
    requires=required(BOTH, LAST),
    checks=[(f"{network.name}.parameters", checked_parameters(network)) for network in BOTH],
)
def parameters(results: Results) -> Answer:
    """Weights and biases of each network, layer by layer."""
    answer = Answer()
    rows = []
    for name in names(BOTH):
        network = network_of(results[name])
        answer |= parameter_counts(results[name])
        for index, (inputs, outputs) in enumerate(network.layer_shapes):
            key = f"{name}.layer-{index}"
            sizes = {
                "inputs": (inputs, ""),
                "nodes": (outputs, "nodes"),
                "weights": (inputs * outputs, "weights"),
                "biases": (outputs, "biases"),
                "parameters": ((inputs + 1) * outputs, "parameters"),
            }
            answer |= Answer(
                {
                    f"{key}.{what}": declared(value, unit, f"layer {index}", name, kind="computed")
                    for what, (value, unit) in sizes.items()
                }
            )
            title = "hidden layer" if index < len(network.hidden_layers) else "output layer"
            rows.append({"key": key, "network": name, "title": title})
    found = answer.quantities
    times = ratio(found["wide.parameters"], found["small.parameters"], "parameters of wide over small")
    return answer | Answer({"ratio": times}, facts={"rows": rows, "networks": names(BOTH)})
