"""Every comparison that the report makes, in its family and with its margin, declared before anything runs.

A comparison belongs to one family and has one verdict, whichever questions mention it. A family that was
planned to decide a question is confirmatory; one that looks around is not.
"""

from __future__ import annotations

from itertools import combinations, pairwise

from exercise.answers.predictions import LEARNED, PREDICTIONS
from exercise.groups import DEEP, NETWORKS
from labreport.claims import Comparison, Family

SAME = 0.002
"""Two networks whose accuracies differ by less, a fifth of a percentage point, count as equally accurate."""
MATTERS = 0.001
"""A gain in accuracy below this, a tenth of a percentage point, is not worth more training."""
GOAL = 0.92
"""Accuracy that the exercise asks the complex network to exceed."""
EPOCH = 10
"""Parts one and two compare networks after this many epochs."""
MOMENTS = (5, 20, 50)
"""Epochs at which the exercise compares the complex network with the simple one."""
LONGER_MOMENTS = (10, 20, 50)
"""Epochs of the simple network that are compared with each other."""
SEEN, CHECKED = 50, 100
"""The complex network's training is foretold from the first, and checked at the second."""
SHARES = (0.25, 0.5, 1.0)
"""Shares of the simple network's training time after which accuracies are compared."""

VALIDATION, TEST, SECONDS = "validation accuracy", "test accuracy", "seconds of training"
MATCH = "seconds until the last validation accuracy of small"
AT_SHARE = {share: f"validation accuracy after {share:.0%} of small's seconds" for share in SHARES}

PART_ONE = Family("part one", (Comparison("wide", "small", TEST, EPOCH, margin=SAME),))
ABOVE_20 = Family(
    "deep networks against 20 %",
    tuple(Comparison(name, LEARNED, metric, EPOCH) for name in DEEP for metric in (VALIDATION, TEST)),
)
INTERVENTIONS = Family(
    "predictions of the hypothesis",
    tuple(Comparison(prediction.experiment, LEARNED, TEST) for prediction in PREDICTIONS),
)
EFFECTS = Family(
    "effects of the interventions",
    tuple(Comparison(each.experiment, each.network, TEST) for each in PREDICTIONS),
    confirmatory=False,
)
EQUAL_EPOCHS = Family(
    "part three at equal epochs", (Comparison("complex", "wide", VALIDATION, EPOCH, margin=SAME),)
)
PAIRS = Family(
    "other pairs of networks",
    tuple(
        Comparison(first, second, VALIDATION, EPOCH)
        for first, second in combinations(NETWORKS, 2)
        if {first, second} != {"complex", "wide"}
    ),
    confirmatory=False,
)
GOALS = Family(
    "goal of part three", tuple(Comparison("complex", GOAL, metric) for metric in (VALIDATION, TEST))
)
BEST = Family(
    "part three against part one",
    tuple(Comparison("complex", name, TEST, None, EPOCH, margin=SAME) for name in ("wide", "small")),
)
LONGER = Family(
    "the simple network for longer",
    tuple(
        Comparison("small", "small", TEST, after, before, margin=MATTERS)
        for before, after in pairwise(LONGER_MOMENTS)
    ),
)
COMPLEX_SIMPLE = Family(
    "complex against simple",
    tuple(
        Comparison("complex", "small", metric, epoch, margin=SAME)
        for metric in (VALIDATION, TEST)
        for epoch in MOMENTS
    ),
)
TRAINING_TIME = Family("training time", (Comparison("complex", "small", SECONDS, MOMENTS[-1]),))
WORTH = Family(
    "equal seconds",
    tuple(Comparison("complex", "small", metric, margin=SAME) for metric in AT_SHARE.values()),
)
FIRST_PASSAGE = Family("first passage", (Comparison("complex", "small", MATCH),))
MORE_TIME = Family(
    "twice the epochs",
    tuple(
        Comparison("complex-100", "complex-100", metric, CHECKED, SEEN, margin=MATTERS)
        for metric in (VALIDATION, TEST)
    ),
)

FAMILIES = (
    PART_ONE,
    ABOVE_20,
    INTERVENTIONS,
    EFFECTS,
    EQUAL_EPOCHS,
    PAIRS,
    GOALS,
    BEST,
    LONGER,
    COMPLEX_SIMPLE,
    TRAINING_TIME,
    WORTH,
    FIRST_PASSAGE,
    MORE_TIME,
)
