"""Whether any of three networks of ten hidden layers learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exercise.catalogue import DEEP, DEEP_64, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.curves import deep_curves
from exercise.measuring.measures import (
    EPOCH,
    LEARNED,
    TEST,
    VALIDATION,
    counted,
    declared,
    network_of,
    nodes_in_each,
    seeds_of,
    split,
)
from labreport.experiment import required
from labreport.later import later
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, count, exact
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.condition import every, some

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")


@question(
    "Does any deep network exceed 20 % on validation or test data?",
    slug="part-two.above-20",
    reads=DEEP,
    requires=required(DEEP, EPOCH),
    figures=(deep_curves,),
    checks=[("test.deep-64.mean", checked_accuracy(DEEP_64))],
)
def above_20(results: Results) -> Answer:
    """In how many seeds each deep network is above the threshold, and how many digits it names."""
    deep = names(DEEP)
    answer = Answer(
        {
            "epochs": declared(EPOCH, "epochs", "exercise"),
            "seeds": seeds_of(*results.values()),
            "chance": declared(0.1, "fraction", "one of ten digits, named blindly", kind="computed"),
        }
    )
    answer |= count(results, DEEP, TEST, above=LEARNED, epoch=EPOCH, name="test")
    answer |= count(results, DEEP, VALIDATION, above=LEARNED, epoch=EPOCH, name="validation")
    above = [answer.quantities[f"{kind}.{name}.count"] for kind in ("test", "validation") for name in deep]
    answer |= exact("any", some(*(condition(number, ">", 0) for number in above)))
    digits = {
        name: [np.unique(array).tolist() for array in results[name].arrays("predictions", EPOCH)]
        for name in deep
    }
    most = {
        f"{name}.digits": counted(
            max(map(len, found)),
            "digits",
            "most digits that a model names on test images, of all seeds",
            name,
        )
        for name, found in digits.items()
    }
    shapes = {
        key: quantity
        for name in deep
        for network in [network_of(results[name])]
        for key, quantity in {
            f"{name}.nodes": declared(nodes_in_each(network), "nodes", "catalogue", name),
            f"{name}.hidden_layers": declared(len(network.hidden_layers), "hidden layers", "catalogue", name),
        }.items()
    }
    answer |= Answer({**most, **shapes}, facts={"rows": deep})
    answer |= exact("one-digit", every(*(condition(number, "=", 1) for number in most.values())))
    commonest = int(np.bincount(split("training").labels).argmax())
    named = [one for found in digits.values() for one in found]
    return answer | Answer(
        {
            "commonest": declared(commonest, "", "the most frequent label, MNIST, training", kind="counted"),
            "named_commonest": counted(
                sum(one == [commonest] for one in named), "", "trainings that name this digit for every image"
            ),
            "trained": counted(len(named), "trainings", "of the deep networks"),
        }
    )
