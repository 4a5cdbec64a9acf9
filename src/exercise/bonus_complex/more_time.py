"""Would more time help? The complex network after fifty and after a hundred epochs."""

from __future__ import annotations

from dataclasses import replace

from exercise.catalogue import COMPLEX_LONGER
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import CHECKED, MARGIN, SEEN, TEST, VALIDATION, accuracy, declared, seeds_of
from labreport.experiment import required
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, difference, exact, sample
from labreport.stats.operations.condition import compare as condition

LEARNED = 0.995
"""Accuracy on the training images above which there is little left to learn from them."""


@question(
    "Would the complex network get better still with more time?",
    slug="bonus.more-time",
    reads=COMPLEX_LONGER,
    requires=required(COMPLEX_LONGER, SEEN, CHECKED),
    checks=[("test.complex-100 at 100.mean", checked_accuracy(COMPLEX_LONGER))],
)
def more_time(results: Results) -> Answer:
    """What the epochs after the fiftieth bring, and whether anything was left to learn."""
    longer = results[COMPLEX_LONGER.name]
    answer = Answer(
        {
            "seen": declared(SEEN, "epochs", "exercise"),
            "more": declared(CHECKED - SEEN, "epochs", "chosen"),
            "checked": declared(CHECKED, "epochs", "catalogue", longer.experiment.name),
            "seeds": seeds_of(longer),
            "training": accuracy(longer, SEEN, "training"),
        }
    )
    answer |= exact("learned", condition(answer.quantities["training"], ">", LEARNED))
    more, seen = (f"{longer.experiment.name} at {epoch}" for epoch in (CHECKED, SEEN))
    for name, measure in (("validation", VALIDATION), ("test", TEST)):
        samples = {
            at: replace(sample(longer, measure, epoch), title=f"training for {epoch} epochs")
            for at, epoch in ((more, CHECKED), (seen, SEEN))
        }
        answer |= difference(samples, more, seen, measure, name=name)
    gained = answer.quantities[f"test.{more} minus {seen}"]
    return answer | exact("matters", condition(gained, ">=", MARGIN / 100))
