"""Whether the networks keep the exercise's rules, and where they were trained."""

from __future__ import annotations

from collections.abc import Iterable

from exercise.answers.measures import SPLITS, exact, network_of, split
from exercise.catalogue import RULES
from exercise.groups import NETWORKS
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.decide import all_of, counted
from labreport.claims.rounding import THIN, format_number
from labreport.errors import RuleBroken
from labreport.results import Results, Runs


def rules(results: Results) -> Answer:
    """Every network against its rules; the numbers that the rules are about."""
    quantities: dict[str, Quantity] = {}
    claims: dict[str, Claim] = {}
    for name in NETWORKS:
        runs = results[name]
        quantities |= {f"{name}.{key}": quantity for key, quantity in _declared(runs).items()}
        numbers = [f"{name}.{key}" for key in ("hidden_layers", "parameters", "epochs")]
        claims[name] = counted(
            name,
            f"{name} keeps the exercise's rules",
            _keeps_rules(runs),
            numbers,
            "the rules, one by one, on what was trained",
        )
    claims["all"] = all_of("all", "every network keeps the exercise's rules", list(claims.values()))
    least = min(len(run.records) for name in NETWORKS for run in results[name])
    quantities["fewest_epochs"] = exact(least, "epochs", "the shortest of all runs")
    quantities["networks"] = exact(len(NETWORKS), "networks", "catalogue")
    for name in SPLITS:
        quantities[f"images.{name}"] = exact(len(split(name)), "images", f"MNIST: {name} split")
    rows = [
        {"name": name, "title": results[name].experiment.title, "nodes": _nodes(results[name])}
        for name in NETWORKS
    ]
    return Answer(quantities, claims, {"rows": rows})


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
    }


def _nodes(runs: Runs) -> str:
    """Nodes of the hidden layers, as text: one number where all are alike."""
    widths = network_of(runs).hidden_layers
    return str(widths[0]) if len(set(widths)) == 1 else ", ".join(str(width) for width in widths)


def _keeps_rules(runs: Runs) -> bool:
    """Whether the rules hold for the experiment, and for what its results say was trained."""
    try:
        RULES[runs.experiment.name].check(runs.experiment)
    except RuleBroken:
        return False
    return all(
        run.specification["activation"] == "sigmoid"
        and run.specification["loss"] == "categorical_crossentropy"
        and run.specification["optimizer"] == "sgd"
        and len(run.records) >= runs.experiment.epochs
        for run in runs
    )


def environment(results: Results) -> Answer:
    """Machine, libraries, seeds, and how much was trained."""
    runs = [run for name in NETWORKS for run in results[name]]
    provenance = [run.provenance for run in runs]
    seeds = sorted({run.seed for run in runs})
    seconds = sum(float(record["seconds"]) for run in runs for record in run.records)
    epochs = sum(len(run.records) for run in runs)
    origin = "all runs of the exercise's networks"
    quantities = {
        "seeds": exact(len(seeds), "seeds", origin),
        "runs": exact(len(runs), "", f"{origin}: networks times seeds", "seeds"),
        "epochs": exact(epochs, "epochs", f"{origin}: sum", "seeds"),
        "training_time": Quantity(seconds / 60, "min", f"{origin}: sum of the seconds of training alone"),
    }
    for key in ("threads", "cores"):
        known = {int(made[key]) for made in provenance if made.get(key) is not None}
        if len(known) == 1:
            quantities[key] = exact(
                known.pop(),
                "threads" if key == "threads" else "",
                "provenance of the results",
                "machine",
            )
    facts = {
        key: _distinct(made.get(key) for made in provenance) for key in ("processor", "system", "python")
    }
    libraries = [dict(made.get("libraries") or {}) for made in provenance]
    facts["libraries"] = sorted({f"{name} {version}" for made in libraries for name, version in made.items()})
    dates = sorted(str(made["finished"])[:10] for made in provenance if made.get("finished"))
    facts["dates"] = [dates[0], dates[-1]] if dates else []
    title_page = {
        "Networks": f"{len(NETWORKS)}, each with {_counts(len(results[name]) for name in NETWORKS)}",
        "Training": f"{epochs:,} epochs in {format_number(quantities['training_time'])}".replace(",", THIN),
        "Processor": ", ".join(facts["processor"]),
        "Libraries": ", ".join(facts["libraries"]),
        "Trained": " to ".join(dict.fromkeys(facts["dates"])),
    }
    claims = {
        "one-environment": counted(
            "one-environment",
            "one processor and one set of library versions for every run",
            all(len(values) <= 1 for values in (facts["processor"], facts["python"]))
            and len({tuple(sorted(made.items())) for made in libraries}) == 1,
            ("runs",),
            "provenance of the results compared",
        )
    }
    return Answer(
        quantities, claims, {**facts, "run": {label: text for label, text in title_page.items() if text}}
    )


def _counts(counts: Iterable[int]) -> str:
    """`5 seeds`, or `3 to 5 seeds` where networks differ in it."""
    least, *_, most = sorted([*(known := list(counts)), max(known)])
    return f"{least} {'seed' if most == 1 else 'seeds'}" if least == most else f"{least} to {most} seeds"


def _distinct(values: Iterable[object]) -> list[str]:
    return sorted({str(value) for value in values if value is not None})
