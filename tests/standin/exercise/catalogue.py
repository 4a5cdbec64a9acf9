"""Walks, and studies of them. Two stand for themselves; the others share trajectories, as real ones do.

`alpha`, `alpha-10`, `alpha-middle` and one cell of `rates` are one walk for each seed: continued, looked
at in its middle, for fewer seeds, and cut short.
"""

from __future__ import annotations

from exercise.walks import Walk
from labreport.experiment import Experiment, Study, study

START = "exercise.training:start"

ALPHA = Experiment("alpha", Walk(0.5), 5, (2, 5), START, "the quick walk")
BETA = Experiment("beta", Walk(0.25), 5, (2, 5), START, "the slow walk", seeds=2)

# The quick walk again: continued, and looked at where no other experiment does
ALPHA_10 = Experiment("alpha-10", ALPHA.specification, 10, (10,), START, "the same walk, for longer")
ALPHA_MIDDLE = Experiment(
    "alpha-middle", ALPHA.specification, 8, (7,), START, "the same walk, seen on its way", seeds=2
)

EXPERIMENTS = (ALPHA, BETA, ALPHA_10, ALPHA_MIDDLE)

# One cell of this study is the quick walk, cut short
RATES = Experiment("rates", ALPHA.specification, 4, (4,), START, "the same walk, cut short")

STUDIES: tuple[Study, ...] = (
    study("grid", ALPHA, title="rate against noise", seeds=1, rate=(0.3, 0.6), noise=(0.0, 0.05)),
    study("rates", RATES, title="rate", seeds=1, rate=(0.5, 0.7)),
)
