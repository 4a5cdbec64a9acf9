"""Which digits are misread most and least, for every network that learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exercise.bonus_digits.bars import errors_by_digit
from exercise.catalogue import COMPLEX, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import LAST, counted, declared, right, seeds_of, split
from exercise.networks import CLASSES
from exercise.part_three.best import LEARNING
from labreport.experiment import required
from labreport.later import later
from labreport.outline import question
from labreport.results import Results, Runs
from labreport.stats import Answer, Measure, Sample, difference, exact
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
    checks=[("complex.9.digit.mean", f"1 - {checked_accuracy(COMPLEX, LAST, digit=9)}")],
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
    orders: dict[str, list[str]] = {}
    clear: dict[tuple[str, str], list[str]] = {}
    for name in names(LEARNING):
        for digit, of in by_digit(results[name]).items():
            found = difference(of, "digit", "others", MISREAD, among=CLASSES, name=f"{name}.{digit}")
            judgement = found.findings[f"{name}.{digit}"].judgement
            if judgement.clear:
                clear.setdefault(("more" if judgement.sign > 0 else "less", digit), []).append(name)
            answer |= found
        shares = {
            str(digit): float(answer.quantities[f"{name}.{digit}.digit.mean"].value or 0)
            for digit in range(CLASSES)
        }
        orders[name] = sorted(shares, key=lambda digit: -shares[digit])
        most, least = (answer.quantities[f"{name}.{orders[name][end]}.digit.mean"] for end in (0, -1))
        answer |= exact(f"{name}.uneven", condition(most, ">", least))
    for kind, among in (("any", clear), ("more", [key for key in clear if key[0] == "more"])):
        number = counted(len(among), "digits", f"digits that clearly differ from the others: {kind}")
        answer |= exact(kind, condition(number, ">", 0), {f"{kind}.clear": number})
    facts = {
        "networks": names(LEARNING),
        "digits": list(map(str, range(CLASSES))),
        "orders": orders,
        "clear": [
            {"word": word, "digit": digit, "networks": clear[word, digit]}
            for word, digit in sorted(clear, key=lambda key: (key[0] == "less", -len(clear[key])))
        ],
    }
    return answer | Answer(facts=facts)


def by_digit(runs: Runs) -> dict[str, dict[str, Sample]]:
    """Which images of each digit, and of all others, the model of each seed misreads after the last epoch."""
    labels = split("test").labels
    wrong = {run.seed: ~right(run, LAST, "test") for run in runs}

    def of(images: Any, items: str) -> Sample:
        arrays: dict[int | str, Any] = {seed: array[images] for seed, array in wrong.items()}
        values: dict[int | str, tuple[float, ...]] = {
            seed: (float(np.mean(array)),) for seed, array in arrays.items()
        }
        return Sample(f"{runs.experiment.name}, {items}", values, arrays, epoch=LAST, items=items)

    return {
        str(digit): {
            "digit": of(labels == digit, f"digit {digit}"),
            "others": of(labels != digit, f"digits other than {digit}"),
        }
        for digit in range(CLASSES)
    }
