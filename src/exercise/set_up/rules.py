"""Whether the networks keep the exercise's rules."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, NETWORKS, SMALL
from exercise.expressions import parameters
from exercise.measuring.measures import (
    BECAUSE,
    MARGIN,
    SPLITS,
    counted,
    declared,
    network_of,
    seeds_of,
    split,
)
from exercise.networks import ASKED, RULES
from exercise.set_up.references import REFERENCES
from exercise.show_code import show_program
from labreport.outline import question
from labreport.results import Results, Runs
from labreport.stats import Answer, Quantity, exact
from labreport.stats.operations.condition import compare as condition


@question(
    "Does every network keep to the exercise's rules?",
    slug="set-up.rules",
    reads=NETWORKS,
    checks=[("complex.parameters", parameters(COMPLEX))],
)
def rules(results: Results) -> Answer:
    """Every network against its rules; the numbers that the rules are about."""
    kept = [name for name in results if name in RULES and _keeps_rules(results[name])]
    diverged = {name: sum(run.diverged_at is not None for run in results[name]) for name in results}
    quantities: dict[str, Quantity] = {
        "all": declared(len(results), "networks", "networks of the report"),
        "networks": declared(sum(name in RULES for name in results), "networks", "networks with rules"),
        "kept": declared(len(kept), "networks", "networks that keep them", kind="counted"),
        "diverged": counted(sum(diverged.values()), "trainings", "trainings without a finite loss"),
        "fewest_epochs": declared(
            min(len(run.records) for runs in results.values() for run in runs),
            "epochs",
            "the shortest training",
            kind="counted",
        ),
        "seeds": seeds_of(*results.values()),
        "first_seed": declared(min(next(iter(results.values())).seeds), "", "project", varies_with="seeds"),
        "last_seed": declared(max(next(iter(results.values())).seeds), "", "project", varies_with="seeds"),
        "margin": declared(MARGIN / 100, "points, unsigned", BECAUSE),
        **{f"images.{name}": declared(len(split(name)), "images", f"MNIST, {name}") for name in SPLITS},
    }
    for name in results:
        quantities |= {f"{name}.{key}": value for key, value in _declared(results[name]).items()}
    facts = {
        "rows": [{"name": name, "nodes": _nodes(results[name])} for name in results],
        "breaking": [name for name in results if name in RULES and name not in kept],
        "diverged": [name for name, count in diverged.items() if count],
        "program": show_program(SMALL.specification),
        "references": [{"text": each.text, "url": each.url} for each in REFERENCES],
    }
    answer = Answer(quantities, facts=facts)
    answer |= exact("all", condition(quantities["kept"], "=", quantities["networks"]))
    return answer | exact("converged", condition(quantities["diverged"], "=", 0))


def _declared(runs: Runs) -> dict[str, Quantity]:
    network, name = network_of(runs), runs.experiment.name
    found = {
        "parameters": (network.parameters, "parameters"),
        "epochs": (runs.experiment.epochs, "epochs"),
        "learning_rate": (network.learning_rate, ""),
        "momentum": (network.momentum, ""),
        "batch_size": (network.batch_size, "images"),
    }
    return {key: declared(value, unit, "catalogue", name) for key, (value, unit) in found.items()}


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
        all(run.specification[field] == asked for field, asked in ASKED.items())
        and len(run.records) >= runs.experiment.epochs
        for run in runs
    )
