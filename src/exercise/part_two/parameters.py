"""How many trainable parameters each deep network has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exercise.catalogue import DEEP, DEEP_64
from exercise.expressions import parameters as checked_parameters
from exercise.measuring.counting import counts_agree, parameter_counts
from exercise.measuring.measures import exact, network_of, nodes_in_each
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.decide import counted
from labreport.later import later
from labreport.outline import question
from labreport.required import LAST, required
from labreport.results import Results

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")


@question(
    "How many trainable parameters do they have?",
    slug="part-two.parameters",
    reads=DEEP,
    requires=required(DEEP, LAST),
    checks=[("deep-64.parameters", checked_parameters(DEEP_64))],
)
def parameters(results: Results) -> Answer:
    """Parameters of the three deep networks."""
    quantities: dict[str, Quantity] = {}
    claims: dict[str, Claim] = {}
    for name in results:
        runs = results[name]
        network = network_of(runs)
        quantities |= {f"{name}.{key}": quantity for key, quantity in parameter_counts(runs).items()}
        quantities[f"{name}.nodes"] = exact(nodes_in_each(network), "nodes", f"catalogue: {name}")
        quantities[f"{name}.hidden_layers"] = exact(
            len(network.hidden_layers), "hidden layers", f"catalogue: {name}"
        )
        first = (network.layer_shapes[0][0] + 1) * network.layer_shapes[0][1]
        quantities[f"{name}.first_layer_share"] = Quantity(
            first / network.parameters,
            "fraction",
            f"formula: parameters of the first layer of {name} over all",
        )
        claims[f"{name}.counts-agree"] = counts_agree(runs, f"{name}.")
    shares = {f"{name}.first_layer_share": quantities[f"{name}.first_layer_share"].value for name in results}
    claims["first-layer"] = counted(
        "first-layer",
        "in every deep network most parameters are in the first layer",
        all(share is not None and share > 1 / 2 for share in shares.values()),
        list(shares),
    )
    return Answer(quantities, claims, {"rows": list(results)})
