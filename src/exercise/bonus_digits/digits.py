"""Which digits are misread most and least, for every network that learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exercise.bonus_digits.bars import errors_by_digit
from exercise.catalogue import COMPLEX, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import LAST, counted, declared, right, seeds_of, split
from exercise.networks import CLASSES
from exercise.part_three.best import LEARNING
from labreport.later import later
from labreport.outline import question
from labreport.required import required
from labreport.results import Results, Runs
from labreport.stats import Answer, Measure, Sample, exact, extremes
from labreport.stats.operations.condition import compare as condition

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

MISREAD = Measure("share misread", unit="%", better="lower")


@question(
    "Does any network fail more often on a particular digit?",
    slug="bonus.digits",
    reads=LEARNING,
    requires=required(LEARNING, LAST),
    figures=(errors_by_digit,),
    checks=[("complex.9.mean", f"1 - {checked_accuracy(COMPLEX, LAST, digit=9)}")],
)
def digits(results: Results) -> Answer:
    """The share of each digit's test images that each network misreads."""
    labels = split("test").labels
    answer = Answer(
        {
            "epochs": declared(LAST, "epochs", "exercise"),
            "seeds": seeds_of(*results.values()),
            **{
                f"images.{digit}": declared(
                    int(np.sum(labels == digit)), "images", "MNIST, test", kind="counted"
                )
                for digit in range(CLASSES)
            },
        }
    )
    orders = {}
    for name in names(LEARNING):
        answer |= extremes(by_digit(results[name]), MISREAD, name=name)
        orders[name] = sorted(
            map(str, range(CLASSES)),
            key=lambda digit: -float(answer.quantities[f"{name}.{digit}.mean"].value or 0),
        )
        most, least = (answer.quantities[f"{name}.{orders[name][end]}.mean"] for end in (0, -1))
        answer |= exact(f"{name}.uneven", condition(most, ">", least))
    clear = [name for name in names(LEARNING) if answer.findings[name].judgement.clear]
    found = counted(len(clear), "networks", "networks whose most and least misread digit clearly differ")
    answer |= exact("any", condition(found, ">", 0), {"clear": found})
    facts = {
        "networks": names(LEARNING),
        "digits": list(map(str, range(CLASSES))),
        "orders": orders,
        "sure": clear,
        "unsure": [name for name in names(LEARNING) if name not in clear],
    }
    return answer | Answer(facts=facts)


def by_digit(runs: Runs) -> dict[str, Sample]:
    """Which images of each digit the model of each seed misreads after the last epoch."""
    labels = split("test").labels
    wrong = {run.seed: ~right(run, LAST, "test") for run in runs}
    found = {}
    for digit in range(CLASSES):
        of_digit: dict[int | str, Any] = {seed: array[labels == digit] for seed, array in wrong.items()}
        values: dict[int | str, tuple[float, ...]] = {
            seed: (float(np.mean(array)),) for seed, array in of_digit.items()
        }
        found[str(digit)] = Sample(
            f"{runs.experiment.name}, digit {digit}", values, of_digit, epoch=LAST, items=f"digit {digit}"
        )
    return found
