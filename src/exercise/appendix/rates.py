"""How the complex network's learning rate and momentum were chosen: on validation data, from a grid."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, RATES
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.families import SAME
from exercise.measuring.measures import accuracy, exact, network_of
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.comparison import paired
from labreport.claims.decide import counted
from labreport.claims.decision import decide
from labreport.claims.resolve import common
from labreport.outline import question
from labreport.required import LAST, required
from labreport.results import Results, Runs

_CHOSEN = [cell for cell in RATES.experiments() if cell.specification == COMPLEX.specification]


@question(
    "How were learning rate and momentum chosen?",
    slug="set-up.rates",
    reads=(RATES, COMPLEX),
    requires=required(RATES, LAST),
    checks=[("chosen", checked_accuracy(cell, split="validation")) for cell in _CHOSEN],
)
def rates(results: Results) -> Answer:
    """Validation accuracy of every cell of the grid, and whether the one chosen leads."""
    chosen = network_of(results[COMPLEX])
    cells: dict[str, Runs] = {}
    quantities: dict[str, Quantity] = {}
    for point, runs in results.study(RATES):
        key = _key(float(point["learning_rate"]), float(point["momentum"]))
        cells[key] = runs
        quantities[key] = accuracy(runs, runs.experiment.epochs, "validation")
    any_cell = next(iter(cells.values()))
    rows = sorted({network_of(runs).learning_rate for runs in cells.values()})
    columns = sorted({network_of(runs).momentum for runs in cells.values()})
    for name, values in (("learning_rate", rows), ("momentum", columns)):
        quantities |= {f"{name}.{value:g}": exact(value, "", f"study {RATES.name}") for value in values}
    best = max(cells, key=lambda key: float(quantities[key].value or 0))
    mine = _key(chosen.learning_rate, chosen.momentum)
    quantities |= {
        "learning_rate": exact(chosen.learning_rate, "", "catalogue: complex"),
        "momentum": exact(chosen.momentum, "", "catalogue: complex"),
        "epochs": exact(any_cell.experiment.epochs, "epochs", f"study {RATES.name}"),
        "seeds": exact(len(any_cell), "seeds", f"study {RATES.name}: count"),
        "cells": exact(len(cells), "cells", f"study {RATES.name}: count"),
        "best": quantities[best],
        "best.learning_rate": exact(
            network_of(cells[best]).learning_rate, "", f"study {RATES.name}", "seeds"
        ),
        "best.momentum": exact(network_of(cells[best]).momentum, "", f"study {RATES.name}", "seeds"),
    }
    if mine in cells:
        quantities["chosen"] = quantities[mine]
    facts = {"rows": [f"{value:g}" for value in rows], "columns": [f"{value:g}" for value in columns]}
    rule = counted(
        "by-rule",
        "learning rate and momentum in use are those with the highest mean validation accuracy",
        mine == best,
        ("best", "best.learning_rate", "best.momentum"),
        "the highest mean of those tried",
    )
    claim, numbers = _chosen_best(cells, mine, best)
    return Answer(quantities | numbers, {"chosen-best": claim, "by-rule": rule}, facts)


def _key(learning_rate: float, momentum: float) -> str:
    return f"cell.{learning_rate:g}.{momentum:g}"


def _chosen_best(cells: dict[str, Runs], mine: str, best: str) -> tuple[Claim, dict[str, Quantity]]:
    """Whether any pair tried is more accurate than the one in use, Holm-corrected over all of them.

    Supported: none has a higher mean. Refuted: the best of them is significantly better. Equivalent: the best
    is better by less than `SAME`, if at all.
    """
    predicate = "validation accuracy: learning rate and momentum in use ≥ all others tried"
    if mine not in cells:
        reason = "the pair in use is not among those tried"
        return Claim("chosen-best", predicate, reason, Verdict.INCONCLUSIVE, reason=reason), {}
    if best == mine:
        test = "the highest mean of those tried"
        return Claim("chosen-best", predicate, test, Verdict.SUPPORTED, numbers=("chosen",)), {}
    others = [key for key in cells if key != mine]
    estimates = [paired(*_values(cells[key], cells[mine]), "points", f"{key} minus {mine}") for key in others]
    decisions = dict(zip(others, decide(estimates, [SAME] * len(others)), strict=True))
    claim = decisions[best].claim("chosen-best", predicate, ("lead", "chosen", "best"), less=True)
    return claim, decisions[best].quantities("lead")


def _values(other: Runs, chosen: Runs) -> tuple[list[float], list[float]]:
    epoch = other.experiment.epochs
    pairs = [
        [float(run.at(epoch).metrics["validation"]["accuracy"]) for run in pair]
        for pair in common(other, chosen)
    ]
    return [first for first, _ in pairs], [second for _, second in pairs]
