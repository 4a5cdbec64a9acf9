"""How a reader finds numbers of the answers again: Python, after the lines that `show_check` shows.

Times are not among them: they were measured once, and weights do not tell them.
"""

from __future__ import annotations

from collections.abc import Iterator

from exercise.catalogue import COMPLEX, COMPLEX_LONGER, DEEP_8, DEEP_32, DEEP_64, SMALL, STUDIES, WIDE
from labreport.experiment import Experiment

Checks = tuple[tuple[str, str], ...]
"""Pairs of a quantity of the answer and the expression that gives it."""
PART_ONE_EPOCH = 10


def accuracy(experiment: Experiment, epoch: int | None = None, split: str = "test") -> str:
    """The expression for mean accuracy over seeds; after the last epoch unless another is named."""
    words = [f'"{experiment.name}"', str(epoch or experiment.epochs)] + [f'"{split}"'] * (split != "test")
    return f"accuracy({', '.join(words)})"


def _validation(experiment: Experiment, epoch: int | None = None) -> str:
    return accuracy(experiment, epoch, "validation")


def _parameters(experiment: Experiment) -> str:
    return f'parameters("{experiment.name}")'


def _rates() -> Iterator[tuple[str, str]]:
    """The cell of the study that the complex network's settings were taken from, if it has one."""
    chosen = COMPLEX.specification
    for grid in STUDIES:
        for cell in grid.experiments() if grid.name == "rates" else ():
            if cell.specification == chosen:
                yield "chosen", _validation(cell)


def _part_one(experiment: Experiment) -> dict[str, Checks]:
    slug = f"part-one.{experiment.name}"
    return {
        f"{slug}.parameters": (("parameters", _parameters(experiment)),),
        f"{slug}.accuracy": (
            ("validation_accuracy", _validation(experiment, PART_ONE_EPOCH)),
            ("test_accuracy", accuracy(experiment, PART_ONE_EPOCH)),
        ),
    }


_WEIGHTS = f'sum(array.size for array in next(models("{COMPLEX.name}")).get_weights() if array.ndim == 2)'
_FIRST = f'next(models("{COMPLEX.name}")).get_weights()[0].size'
_wide, _small, _complex = accuracy(WIDE, PART_ONE_EPOCH), accuracy(SMALL, PART_ONE_EPOCH), accuracy(COMPLEX)

CHECKS: dict[str, Checks] = {
    "set-up.rules": (("complex.parameters", _parameters(COMPLEX)),),
    "set-up.rates": tuple(_rates()),
    **_part_one(WIDE),
    **_part_one(SMALL),
    "part-one.comparison": (("difference", f"{_wide} - {_small}"),),
    "part-two.above-20": (("deep-64.test_accuracy", accuracy(DEEP_64)),),
    "part-two.hypothesis": (
        ("deep-32-gain-4.test_accuracy", f'accuracy("{DEEP_32.name}-gain-4", {DEEP_32.epochs})'),
    ),
    "part-two.parameters": (("deep-64.parameters", _parameters(DEEP_64)),),
    "part-two.correlation": (
        ("deep-8.validation_accuracy", _validation(DEEP_8)),
        ("deep-8.parameters", _parameters(DEEP_8)),
    ),
    "part-three.goal": (("validation_accuracy", _validation(COMPLEX)), ("test_accuracy", _complex)),
    "part-three.best": (("complex.test_accuracy", _complex), ("wide.test_accuracy", _wide)),
    "part-three.epochs": (("wide.validation_accuracy", _validation(WIDE, PART_ONE_EPOCH)),),
    "bonus.digits": (("complex.digit-8", accuracy(COMPLEX, PART_ONE_EPOCH).replace(")", ", digit=8)")),),
    "bonus.pattern": (("complex.errors", f"len(test[1]) * (1 - {_complex})"),),
    "bonus.longer": tuple((f"at-{epoch}.test_accuracy", accuracy(SMALL, epoch)) for epoch in (20, 50)),
    "bonus.diminishing": (("at-20.gain", f"{_validation(SMALL, 20)} - {_validation(SMALL, 10)}"),),
    "bonus.complex": (
        ("at-5.complex.validation_accuracy", _validation(COMPLEX, 5)),
        ("at-20.complex.test_accuracy", accuracy(COMPLEX, 20)),
    ),
    "bonus.worth": (("final_gain", f"{_complex} - {accuracy(SMALL)}"),),
    "bonus.more-time": (("test_at_checked", accuracy(COMPLEX_LONGER)),),
    "bonus.perspective": (("complex.flop", f"cut * {COMPLEX.epochs} * (6 * {_WEIGHTS} - 2 * {_FIRST})"),),
    **{f"study.{grid.name}": (("cell.0.0", accuracy(grid.experiments()[0])),) for grid in STUDIES},
}
