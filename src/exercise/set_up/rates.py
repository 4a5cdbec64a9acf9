"""How the complex network's learning rate and momentum were chosen: on validation data, from a grid."""

from __future__ import annotations

from dataclasses import replace

from exercise.catalogue import COMPLEX, RATES
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import VALIDATION, accuracy, counted, declared, network_of, seeds_of
from labreport.experiment import LAST, required
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, Quantity, difference, exact, sample
from labreport.stats.operations.condition import compare as condition

_CHOSEN = [cell for cell in RATES.experiments() if cell.specification == COMPLEX.specification]


@question(
    "How were learning rate and momentum chosen?",
    slug="set-up.rates",
    reads=(RATES, COMPLEX),
    requires=required(RATES, LAST),
    checks=[("chosen", checked_accuracy(cell, split="validation")) for cell in _CHOSEN],
)
def rates(results: Results) -> Answer:
    """Validation accuracy of every cell of the grid, and how the pair in use compares with the best."""
    network = network_of(results[COMPLEX.name])
    cells = {
        (float(point["learning_rate"]), float(point["momentum"])): runs
        for point, runs in results.study(RATES)
    }
    found = {pair: accuracy(runs, runs.experiment.epochs, "validation") for pair, runs in cells.items()}
    best, second, *_ = sorted(found, key=lambda pair: -float(found[pair].value or 0))
    mine = (network.learning_rate, network.momentum)
    rival = second if mine == best else mine
    first = next(iter(cells.values()))
    axes = [sorted({pair[axis] for pair in cells}) for axis in (0, 1)]
    quantities: dict[str, Quantity] = {
        "learning_rate": declared(network.learning_rate, "", "catalogue", COMPLEX.name),
        "momentum": declared(network.momentum, "", "catalogue", COMPLEX.name),
        "epochs": declared(first.experiment.epochs, "epochs", f"study {RATES.name}"),
        "seeds": seeds_of(*cells.values()),
        "highest": found[best],
        "cells": declared(len(cells), "pairs", f"study {RATES.name}"),
        "best.learning_rate": counted(
            best[0], "", "learning rate of the highest mean", f"study {RATES.name}"
        ),
        "best.momentum": counted(best[1], "", "momentum of the highest mean", f"study {RATES.name}"),
        "rival.learning_rate": counted(
            rival[0], "", "learning rate of the pair that the best is compared with", f"study {RATES.name}"
        ),
        "rival.momentum": counted(rival[1], "", "momentum of that pair", f"study {RATES.name}"),
        **{f"cell.{rate:g}.{momentum:g}": found[rate, momentum] for rate, momentum in cells},
        **{
            f"{name}.{value:g}": declared(value, "", f"study {RATES.name}")
            for name, values in zip(("learning_rate", "momentum"), axes, strict=True)
            for value in values
        },
    }
    facts = {
        name: [f"{value:g}" for value in axis] for name, axis in zip(("rows", "columns"), axes, strict=True)
    }
    answer = Answer(quantities, facts=facts)
    tried = declared(int(mine in cells), "", "whether the pair in use was tried", kind="computed")
    answer |= exact("tried", condition(tried, "=", 1)) | exact(
        "highest", condition([float(value) for value in mine], "=", [float(value) for value in best])
    )
    if mine in cells:
        answer |= Answer({"chosen": found[mine]})
        # by their roles, since which of them is best depends on the results
        title = "the next pair" if mine == best else "the pair in use"
        samples = {
            role: replace(sample(cells[pair], VALIDATION), title=title)
            for role, pair, title in (("best", best, "the best pair"), ("rival", rival, title))
        }
        answer |= difference(samples, "best", "rival", VALIDATION, among=len(cells) - 1, name="lead")
    return answer
