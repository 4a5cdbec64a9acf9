"""Whether a network of three hidden layers exceeds what the exercise asks for."""

from __future__ import annotations

import math

from exercise.catalogue import COMPLEX
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.curves import complex_curves
from exercise.measuring.measures import (
    GOAL,
    LAST,
    TEST,
    VALIDATION,
    accuracy,
    declared,
    first_and_last,
    network_of,
    nodes_in_each,
    seeds_of,
)
from exercise.measuring.reading import PERCENT, mean_by_epoch
from labreport.experiment import required
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, count, exact
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.condition import every
from labreport.stats.quantity import known


@question(
    "Does the network exceed 92 % on validation and on test data?",
    slug="part-three.goal",
    reads=COMPLEX,
    requires=required(COMPLEX, LAST),
    figures=(complex_curves,),
    checks=[
        ("validation.complex.mean", checked_accuracy(COMPLEX, split="validation")),
        ("test.complex.mean", checked_accuracy(COMPLEX)),
    ],
)
def goal(results: Results) -> Answer:
    """The complex network against the goal on both splits, and whether it overfits."""
    runs = results[COMPLEX.name]
    network, epochs = network_of(runs), runs.experiment.epochs
    losses, trained = (mean_by_epoch(runs.curve(f"{split}loss")) for split in ("validation_", ""))
    finite = [place for place, loss in enumerate(losses) if math.isfinite(loss)]
    lowest = min(finite, key=lambda place: losses[place], default=0) + 1
    rises = known(each[-1] - each[lowest - 1] for each in (losses, trained))
    above = [
        next((epoch for epoch, value in enumerate(curve, 1) if PERCENT * value > GOAL), None)
        for curve in runs.curve("validation_accuracy")
    ]
    answer = Answer(
        {
            "epochs": declared(epochs, "epochs", "catalogue", COMPLEX.name),
            "seeds": seeds_of(runs),
            "hidden_layers": declared(len(network.hidden_layers), "hidden layers", "catalogue", COMPLEX.name),
            "nodes": declared(nodes_in_each(network), "nodes", "catalogue", COMPLEX.name),
            "momentum": declared(network.momentum, "", "catalogue", COMPLEX.name),
            "learning_rate": declared(network.learning_rate, "", "catalogue", COMPLEX.name),
            "parameters": declared(
                network.parameters, "parameters", "formula", COMPLEX.name, kind="computed"
            ),
            "training_accuracy": accuracy(runs, epochs, "training"),
            "lowest_loss": declared(
                lowest,
                "",
                "epoch of the lowest mean validation loss",
                COMPLEX.name,
                kind="counted",
                varies_with="seeds",
            ),
            **{
                name: declared(rise, "nat", note, COMPLEX.name, kind="computed", varies_with="seeds")
                for name, rise, note in (
                    ("validation_rise", rises[0], "mean validation loss since its lowest"),
                    ("training_rise", rises[1], "mean training loss since then"),
                )
            },
            **first_and_last(
                "above_goal", above, "first epoch above the goal on validation data", COMPLEX.name
            ),
        }
    )
    for name, measure in (("validation", VALIDATION), ("test", TEST)):
        answer |= count(results, [COMPLEX], measure, above=GOAL, epoch=epochs, name=name)
    found = answer.quantities
    reached = every(
        *(
            condition(found[f"{name}.{COMPLEX.name}.count"], "=", found[f"{name}.{COMPLEX.name}.runs"])
            for name in ("validation", "test")
        )
    )
    answer |= exact("both", reached)
    overfits = every(
        condition(found["lowest_loss"], "<", epochs / 2),
        condition(found["validation_rise"], ">", 0),
        condition(found["training_rise"], "<", 0),
    )
    return answer | exact("overfits", overfits)
