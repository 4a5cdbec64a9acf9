"""The simple network for 20 and 50 epochs."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from exercise.catalogue import SMALL
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.curves import small_curves
from exercise.measuring.families import LEARNED, LONGER_MOMENTS, MATTERS, TEST
from exercise.measuring.measures import SPLITS, accuracy, exact, loss, source
from labreport.claims import Answer, Comparison, Family, Quantity
from labreport.outline import question
from labreport.required import required
from labreport.results import Results

LONGER = Family(
    "the simple network for longer",
    tuple(
        Comparison("small", "small", TEST, after, before, margin=MATTERS)
        for before, after in pairwise(LONGER_MOMENTS)
    ),
)


@question(
    "What do 20 and 50 epochs bring the simple network over 10?",
    slug="bonus.longer",
    reads=SMALL,
    requires=required(SMALL, *LONGER_MOMENTS),
    figures=(small_curves,),
    checks=[(f"at-{epoch}.test_accuracy", checked_accuracy(SMALL, epoch)) for epoch in (20, 50)],
)
def longer(results: Results) -> Answer:
    """Accuracy and loss of the simple network after 10, 20 and 50 epochs."""
    runs = results[SMALL]
    quantities: dict[str, Quantity] = {
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
        "threshold.matters": exact(MATTERS, "points, unsigned", "fixed in advance"),
    }
    for epoch in LONGER_MOMENTS:
        quantities[f"at-{epoch}.epochs"] = exact(epoch, "epochs", "exercise")
        for name in SPLITS:
            quantities[f"at-{epoch}.{name}_accuracy"] = accuracy(runs, epoch, name)
            quantities[f"at-{epoch}.{name}_loss"] = loss(runs, epoch, name)
    compare = comparisons(results, LONGER)
    claims = {}
    for before, after in pairwise(LONGER_MOMENTS):
        gain = compare("small", "small", TEST, after, before)
        quantities |= gain.quantities(f"gain-{after}")
        claims[f"{after}-better"] = gain.claim(
            f"{after}-better",
            f"test accuracy: {after} epochs > {before} epochs",
            (f"gain-{after}", f"at-{after}.test_accuracy", f"at-{before}.test_accuracy"),
        )
    means = [quantities[f"at-{epoch}.validation_accuracy"].value or 0.0 for epoch in LONGER_MOMENTS]
    return Answer(quantities, claims, {**_moments(), "rings": min(means) > LEARNED})


def _moments() -> dict[str, Any]:
    """Keys of the rows, and the epochs between which gains are measured, as text."""
    return {
        "rows": [f"at-{epoch}" for epoch in LONGER_MOMENTS],
        "before": [str(epoch) for epoch in LONGER_MOMENTS[:-1]],
        "after": [str(epoch) for epoch in LONGER_MOMENTS[1:]],
    }
