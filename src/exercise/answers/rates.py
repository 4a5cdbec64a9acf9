"""How the complex network's learning rate and momentum were chosen: on validation data, from a grid."""

from __future__ import annotations

from exercise.answers.measures import accuracy, common, exact, network_of
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.comparison import holm, paired
from labreport.claims.decide import ALPHA
from labreport.results import Results, Runs

STUDY = "rates"


def rates(results: Results) -> Answer:
    """Validation accuracy of every cell of the grid, and whether the one chosen leads."""
    chosen = network_of(results["complex"])
    cells: dict[str, Runs] = {}
    quantities: dict[str, Quantity] = {}
    for point, runs in results.study(STUDY):
        key = _key(float(point["learning_rate"]), float(point["momentum"]))
        cells[key] = runs
        quantities[key] = accuracy(runs, runs.experiment.epochs, "validation")
    any_cell = next(iter(cells.values()))
    rows = sorted({network_of(runs).learning_rate for runs in cells.values()})
    columns = sorted({network_of(runs).momentum for runs in cells.values()})
    for name, values in (("learning_rate", rows), ("momentum", columns)):
        quantities |= {f"{name}.{value:g}": exact(value, "", f"study {STUDY}") for value in values}
    best = max(cells, key=lambda key: float(quantities[key].value or 0))
    mine = _key(chosen.learning_rate, chosen.momentum)
    quantities |= {
        "learning_rate": exact(chosen.learning_rate, "", "catalogue: complex"),
        "momentum": exact(chosen.momentum, "", "catalogue: complex"),
        "epochs": exact(any_cell.experiment.epochs, "epochs", f"study {STUDY}"),
        "seeds": exact(len(any_cell), "seeds", f"study {STUDY}: count"),
        "cells": exact(len(cells), "cells", f"study {STUDY}: count"),
        "best": quantities[best],
        "best.learning_rate": exact(network_of(cells[best]).learning_rate, "", f"study {STUDY}", "seeds"),
        "best.momentum": exact(network_of(cells[best]).momentum, "", f"study {STUDY}", "seeds"),
    }
    if mine in cells:
        quantities["chosen"] = quantities[mine]
    facts = {"rows": [f"{value:g}" for value in rows], "columns": [f"{value:g}" for value in columns]}
    return Answer(quantities, {"chosen-best": _chosen_best(cells, mine, best)}, facts)


def _key(learning_rate: float, momentum: float) -> str:
    return f"cell.{learning_rate:g}.{momentum:g}"


def _chosen_best(cells: dict[str, Runs], mine: str, best: str) -> Claim:
    """Supported: the chosen cell has the highest mean. Refuted: some cell is surely better than it."""
    predicate = "validation accuracy: learning rate and momentum chosen ≥ all others tried"
    test = "highest mean; refuted if another is higher by a paired Student test, Holm-corrected"
    if mine not in cells:
        return Claim("chosen-best", predicate, "not among those tried", Verdict.REFUTED, ALPHA)
    others = [key for key in cells if key != mine]
    found = [paired(*_values(cells[key], cells[mine]), "points", "other minus chosen") for key in others]
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in found])
    beaten = any(
        p_value < ALPHA and (one.difference.value or 0) > 0
        for one, p_value in zip(found, adjusted, strict=True)
    )
    if best == mine:
        verdict = Verdict.SUPPORTED
    else:
        verdict = Verdict.REFUTED if beaten else Verdict.INCONCLUSIVE
    return Claim("chosen-best", predicate, test, verdict, ALPHA, None, ("chosen", "best"))


def _values(other: Runs, chosen: Runs) -> tuple[list[float], list[float]]:
    epoch = other.experiment.epochs
    pairs = [
        [float(run.at(epoch).metrics["validation"]["accuracy"]) for run in pair]
        for pair in common(other, chosen)
    ]
    return [first for first, _ in pairs], [second for _, second in pairs]
