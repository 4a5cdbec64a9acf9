"""Two experiments and a grid of four, each of five epochs."""

from __future__ import annotations

from exercise.walks import Walk
from labreport.errors import RuleBroken
from labreport.experiment import Experiment, Study, study

START = "exercise.training:start"

ALPHA = Experiment("alpha", Walk(0.5), 5, (2, 5), START, "the quick walk")
BETA = Experiment("beta", Walk(0.25), 5, (2, 5), START, "the slow walk", seeds=2)

EXPERIMENTS = (ALPHA, BETA)

STUDIES: tuple[Study, ...] = (
    study("grid", ALPHA, title="rate against noise", seeds=1, rate=(0.3, 0.6), noise=(0.0, 0.05)),
)


def check(experiments: tuple[Experiment, ...] = EXPERIMENTS) -> None:
    """Raise `RuleBroken` unless every rate lies in (0, 1]."""
    for experiment in experiments:
        walk: Walk = experiment.specification
        if not 0 < walk.rate <= 1:
            raise RuleBroken(
                f"experiment {experiment.name!r}: rate is {walk.rate!r}; allowed is above 0, to 1"
            )


check()
