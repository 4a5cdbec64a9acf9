"""Whether the networks keep the exercise's rules."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, NETWORKS
from exercise.expressions import parameters
from exercise.measuring.diverging import converged
from exercise.measuring.measures import SPLITS, exact, network_of, split
from exercise.networks import RULES
from exercise.set_up.references import REFERENCES
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.decide import all_of, counted
from labreport.outline import question
from labreport.results import Results, Runs


@question(
    "Does every network keep to the exercise's rules?",
    slug="set-up.rules",
    reads=NETWORKS,
    checks=[("complex.parameters", parameters(COMPLEX))],
)
def rules(results: Results) -> Answer:
    """Every network against its rules; the numbers that the rules are about."""
    quantities: dict[str, Quantity] = {}
    claims: dict[str, Claim] = {}
    for name in results:
        runs = results[name]
        quantities |= {f"{name}.{key}": quantity for key, quantity in _declared(runs).items()}
        numbers = [f"{name}.{key}" for key in ("hidden_layers", "parameters", "epochs")]
        if name not in RULES:
            continue
        claims[name] = counted(
            name,
            f"{name} keeps the exercise's rules",
            _keeps_rules(runs),
            numbers,
            "the rules, one by one, on what was trained",
        )
    ruled, trained = list(claims.values()), []
    for name in results:
        found, claim = converged(results[name], f"{name}.")
        quantities |= found
        trained.append(claim)
    claims["all"] = all_of("all", "every network keeps the exercise's rules", ruled)
    claims |= {claim.name: claim for claim in trained}
    claims["converged"] = all_of("converged", "no training of any network diverges", trained)
    least = min(len(run.records) for runs in results.values() for run in runs)
    quantities["fewest_epochs"] = exact(least, "epochs", "the shortest of all runs")
    quantities["networks"] = exact(len(ruled), "networks", "catalogue: networks with rules")
    for name in SPLITS:
        quantities[f"images.{name}"] = exact(len(split(name)), "images", f"MNIST: {name} split")
    rows = [
        {
            "name": name,
            "nodes": _nodes(results[name]),
            "activation": network_of(results[name]).activation,
        }
        for name in results
    ]
    references = [{"text": each.text, "url": each.url} for each in REFERENCES]
    diverged = [name for name in results if not claims[f"{name}.converged"].supported]
    return Answer(quantities, claims, {"rows": rows, "diverged": diverged, "references": references})


def _declared(runs: Runs) -> dict[str, Quantity]:
    network = network_of(runs)
    origin = f"catalogue: {runs.experiment.name}"
    return {
        "hidden_layers": exact(len(network.hidden_layers), "hidden layers", origin),
        "parameters": exact(network.parameters, "parameters", origin),
        "epochs": exact(runs.experiment.epochs, "epochs", origin),
        "learning_rate": exact(network.learning_rate, "", origin),
        "momentum": exact(network.momentum, "", origin),
        "batch_size": exact(network.batch_size, "images", origin),
        "initial_gain": exact(network.initial_gain, "", origin),
    }


def _nodes(runs: Runs) -> str:
    """The hidden layers, as text: `3 × 128` where all are alike, else `256, 128, 64`."""
    widths = network_of(runs).hidden_layers
    if len(set(widths)) == 1:
        return f"{len(widths)} × {widths[0]}"
    return ", ".join(str(width) for width in widths)


def _keeps_rules(runs: Runs) -> bool:
    """Whether the rules hold for the experiment, and for what its results say was trained."""
    kept = not any(RULES[runs.experiment.name].broken(runs.experiment))
    return kept and all(
        run.specification["activation"] == "sigmoid"
        and run.specification["loss"] == "categorical_crossentropy"
        and run.specification["optimizer"] == "sgd"
        and len(run.records) >= runs.experiment.epochs
        for run in runs
    )
