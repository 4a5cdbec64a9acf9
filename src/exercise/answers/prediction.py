"""Bonus: would more time help? Predicted from the first fifty epochs, then checked at a hundred."""

from __future__ import annotations

from typing import Any

import numpy as np

from exercise.answers.extrapolation import CHECKED, FIRST, SEEN, extrapolate
from exercise.answers.measures import accuracy, compare, compare_recorded, exact, recorded_accuracy, source
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.decide import above, greater
from labreport.results import Results

MATTERS = 0.001
"""A predicted gain in accuracy above this, a tenth of a percentage point, counts as worth the time."""


def more_time(results: Results) -> Answer:
    """The predicted gain, the measured one, and whether the prediction held."""
    seen, carried_on = results["complex"], results["complex-100"]
    quantities: dict[str, Quantity] = {
        "seen_epochs": exact(SEEN, "epochs", "exercise"),
        "threshold.matters": exact(MATTERS, "points, unsigned", "fixed in advance"),
        "first_epoch": exact(FIRST, "", "first epoch that the curve is fitted to"),
        "checked_epochs": exact(CHECKED, "epochs", "catalogue: complex-100"),
        "seeds": exact(len(carried_on), "seeds", source(carried_on, "count")),
        "validation_at_seen": recorded_accuracy(carried_on, SEEN),
        "validation_at_checked": recorded_accuracy(carried_on, CHECKED),
        "test_at_seen": accuracy(carried_on, SEEN, "test"),
        "test_at_checked": accuracy(carried_on, CHECKED, "test"),
        "training_at_seen": accuracy(carried_on, SEEN, "training"),
        "training_at_checked": accuracy(carried_on, CHECKED, "training"),
    }
    validation = compare_recorded(carried_on, carried_on, CHECKED, SEEN)
    test = compare(carried_on, CHECKED, carried_on, SEEN)
    quantities |= {"validation_gain": validation.difference, "test_gain": test.difference}
    curves = np.array(seen.curve("validation_accuracy", SEEN))
    extrapolation = extrapolate(curves)
    facts: dict[str, Any] = {"fit": None}
    if extrapolation is not None:
        facts["fit"] = extrapolation.as_columns()
        origin = source(
            seen, f"curve fitted to validation accuracy of epochs {FIRST} to {SEEN}, at epoch {CHECKED}"
        )
        quantities["predicted"] = extrapolation.at_end(origin)
        quantities["predicted_gain"] = extrapolation.gain(origin + f", minus epoch {SEEN}")
        quantities["hindsight"] = Quantity(
            extrapolation.hindsight,
            "points, unsigned",
            source(
                seen, f"root mean square error of the later half of {SEEN} epochs, predicted from the first"
            ),
            varies_with="seeds",
        )
    else:
        missing = "the curve could not be fitted"
        quantities["predicted"] = Quantity(None, "fraction", missing)
        quantities["predicted_gain"] = Quantity(None, "points", missing)
        quantities["hindsight"] = Quantity(None, "points, unsigned", missing)
    claims = {
        "predicted-better": above(
            "predicted-better",
            f"predicted gain in accuracy, epoch {SEEN} to epoch {CHECKED} > threshold",
            "predicted_gain",
            quantities["predicted_gain"],
            MATTERS,
        ),
        "held": _held(quantities["predicted"], quantities["validation_at_checked"]),
        "validation-better": greater(
            "validation-better",
            f"validation accuracy: epoch {CHECKED} > epoch {SEEN}",
            validation,
            ("validation_gain",),
        ),
        "test-better": greater(
            "test-better", f"test accuracy: epoch {CHECKED} > epoch {SEEN}", test, ("test_gain",)
        ),
    }
    return Answer(quantities, claims, facts)


def _held(predicted: Quantity, measured: Quantity) -> Claim:
    predicate = f"mean validation accuracy at epoch {CHECKED} lies in the interval predicted"
    numbers = ("predicted", "validation_at_checked")
    if predicted.interval is None or measured.value is None:
        return Claim("held", predicate, "no prediction to check", Verdict.INCONCLUSIVE, numbers=numbers)
    inside = predicted.interval.low <= measured.value <= predicted.interval.high
    verdict = Verdict.SUPPORTED if inside else Verdict.REFUTED
    return Claim("held", predicate, "measured mean inside the interval", verdict, None, None, numbers)
