"""How many trainable parameters each deep network has."""

from __future__ import annotations

from exercise.catalogue import DEEP, DEEP_64
from exercise.expressions import parameters as checked_parameters
from exercise.measuring.measures import declared, network_of, nodes_in_each, parameter_counts
from labreport.experiment import LAST, required
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, exact
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.condition import every


@question(
    "How many trainable parameters do they have?",
    slug="part-two.parameters",
    reads=DEEP,
    requires=required(DEEP, LAST),
    checks=[("deep-64.parameters", checked_parameters(DEEP_64))],
)
def parameters(results: Results) -> Answer:
    """Parameters of the three deep networks, and how many of them are in the first layer."""
    answer = Answer(facts={"rows": list(results)})
    shares = []
    for name in results:
        network = network_of(results[name])
        first = (network.layer_shapes[0][0] + 1) * network.layer_shapes[0][1]
        share = declared(
            first / network.parameters,
            "fraction",
            "parameters of the first layer over all",
            name,
            kind="computed",
        )
        shares.append(condition(share, ">", 0.5))
        layers = len(network.hidden_layers)
        answer |= parameter_counts(results[name]) | Answer(
            {
                f"{name}.nodes": declared(nodes_in_each(network), "nodes", "catalogue", name),
                f"{name}.hidden_layers": declared(layers, "hidden layers", "catalogue", name),
                f"{name}.first_layer_share": share,
            }
        )
    return answer | exact("first-layer", every(*shares))
