"""Thresholds, moments and metrics of the comparisons, declared before anything runs.

A comparison belongs to one family and has one verdict, whichever questions mention it. A family that was
planned to decide a question is confirmatory; one that looks around is not. Each family is declared in the
file of its question; those that several files use are here.
"""

from __future__ import annotations

from labreport.claims import Comparison, Family

LEARNED = 0.2
"""Test accuracy above which a network counts as having learned: twice that of guessing."""


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
VALIDATION, TEST = "validation accuracy", "test accuracy"
MATCH = "seconds until the last validation accuracy of small"
AT_SHARE = {share: f"validation accuracy after {share:.0%} of small's seconds" for share in SHARES}
EQUAL_EPOCHS = Family(
    "part three at equal epochs", (Comparison("complex", "wide", VALIDATION, EPOCH, margin=SAME),)
)
COMPLEX_SIMPLE = Family(
    "complex against simple",
    tuple(
        Comparison("complex", "small", metric, epoch, margin=SAME)
        for metric in (VALIDATION, TEST)
        for epoch in MOMENTS
    ),
)
