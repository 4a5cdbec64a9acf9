"""Would more time help? Predicted from the first fifty epochs, then checked at a hundred."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from exercise.bonus_complex.extrapolation import FIRST, extrapolate
from exercise.catalogue import COMPLEX, COMPLEX_LONGER
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import CHECKED, LEARNED, MATTERS, SEEN, TEST, VALIDATION
from exercise.measuring.measures import accuracy, exact, recorded_accuracy, source
from exercise.measuring.reading import PERCENT, mean_by_epoch, percent
from labreport import charts
from labreport.claims import Answer, Claim, Comparison, Family, Interval, Quantity, Verdict
from labreport.claims.decide import above
from labreport.claims.rounding import half_width
from labreport.claims.statistics import over_seeds
from labreport.later import later
from labreport.outline import figure, question
from labreport.required import required
from labreport.results import Results

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")

MORE_TIME = Family(
    "twice the epochs",
    tuple(
        Comparison("complex-100", "complex-100", metric, CHECKED, SEEN, margin=MATTERS)
        for metric in (VALIDATION, TEST)
    ),
)


HELD = 0.005
"""A prediction of accuracy that is off by less than half a percentage point counts as having held."""


@figure(
    reads=COMPLEX_LONGER,
    requires=required(COMPLEX_LONGER, epochs=CHECKED),
    answers=("bonus.more-time",),
    slug="prediction",
)
def predicted_and_measured(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """Validation accuracy by epoch, seeds faint; over it the prediction with its interval."""
    (name,) = results
    runs = results[name]
    answer = answers["bonus.more-time"]
    by_seed = percent(runs.curve("validation_accuracy"))
    measured = mean_by_epoch(by_seed)
    epochs = list(range(1, len(measured) + 1))
    fit = _fit(answer)
    figure, (panel,) = charts.column_figure(48, margins=charts.Margins(left=10, right=19, top=13))
    actual, foretold = charts.Mark("measured", charts.SERIES[1]), charts.Mark("predicted", charts.SERIES[0])
    first = max(1, round(SKIPPED * len(epochs)))
    charts.seed_lines(panel, epochs[first:], [seed[first:] for seed in by_seed], actual)
    charts.curve(panel, epochs[first:], measured[first:], actual)
    shown = [epoch for epoch in epochs[first:] if epoch in fit]
    if shown:
        predicted, low, high = zip(*(fit[epoch] for epoch in shown), strict=True)
        charts.band(panel, shown, low, high, foretold)
        charts.curve(panel, shown, predicted, foretold)
    charts.whole_numbers(panel.xaxis)
    charts.plain_numbers(panel.yaxis)
    panel.set_xlabel("epoch")
    charts.y_title(panel, "Validation accuracy, %", lift=ABOVE_LABEL)
    charts.round_limits(panel, 0.5, highest=PERCENT)
    charts.note_truncated(panel)
    charts.label_line_ends(panel, charts.named_curves(panel))
    if shown:
        seen = answer.quantities["seen_epochs"].value or 0
        charts.reference_line(panel, seen, f"fitted up to epoch {seen}", vertical=True)
    return charts.Drawing(
        figure,
        "line chart, validation accuracy by epoch as predicted with its interval and as measured",
        ["epoch", "measured, %", "predicted, %", "low, %", "high, %"],
        [
            [
                epoch,
                *(None if number is None else round(number, 2) for number in (value, *fit.get(epoch, NONE))),
            ]
            for epoch, value in zip(epochs, measured, strict=True)
        ],
    )


@question(
    "Would the complex network get better still with more time?",
    slug="bonus.more-time",
    reads=(COMPLEX, COMPLEX_LONGER),
    requires=(*required(COMPLEX, epochs=SEEN), *required(COMPLEX_LONGER, SEEN, CHECKED)),
    figures=(predicted_and_measured,),
    checks=[("test_at_checked", checked_accuracy(COMPLEX_LONGER))],
)
def more_time(results: Results) -> Answer:
    """The predicted gain, the measured one, and whether the prediction held."""
    seen, carried_on = results["complex"], results["complex-100"]
    quantities: dict[str, Quantity] = {
        "seen_epochs": exact(SEEN, "epochs", "exercise"),
        "threshold.matters": exact(MATTERS, "points, unsigned", "fixed in advance"),
        "threshold.held": exact(HELD, "points, unsigned", "fixed in advance"),
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
    compare = comparisons(results, MORE_TIME)
    validation, test = (
        compare("complex-100", "complex-100", metric, CHECKED, SEEN) for metric in (VALIDATION, TEST)
    )
    quantities |= validation.quantities("validation_gain") | test.quantities("test_gain")
    curves = np.array(seen.curve("validation_accuracy", SEEN))
    learned = float(np.mean(curves[:, -1])) > LEARNED
    extrapolation = extrapolate(curves) if learned else None
    facts: dict[str, Any] = {"fit": None}
    if extrapolation is not None:
        facts["fit"] = extrapolation.as_columns()
        origin = source(
            seen, f"curve fitted to validation accuracy of epochs {FIRST} to {SEEN}, at epoch {CHECKED}"
        )
        quantities["predicted"] = extrapolation.at_end(origin)
        start = float(np.mean(curves[:, -1]))
        quantities["predicted_gain"] = extrapolation.gain(
            start, f"{origin}, minus that measured at epoch {SEEN}"
        )
        quantities["backtest_error"] = Quantity(
            extrapolation.backtest_error,
            "points, unsigned",
            source(
                seen, f"root mean square error of the later half of {SEEN} epochs, predicted from the first"
            ),
            varies_with="seeds",
        )
    else:
        missing = "the curve could not be fitted"
        quantities["predicted"] = Quantity(None, "fraction", missing, varies_with="seeds")
        quantities["predicted_gain"] = Quantity(None, "points", missing, varies_with="seeds")
        quantities["backtest_error"] = Quantity(None, "points, unsigned", missing, varies_with="seeds")
    measured = over_seeds(
        [curve[CHECKED - 1] for curve in carried_on.curve("validation_accuracy", CHECKED)],
        "fraction",
        source(carried_on, f"validation accuracy recorded at epoch {CHECKED}, these images only"),
    )
    quantities["prediction_error"] = _error(quantities["predicted"], measured)
    claims = {
        "predicted-better": above(
            "predicted-better",
            f"predicted gain in accuracy, epoch {SEEN} to epoch {CHECKED} > threshold",
            "predicted_gain",
            quantities["predicted_gain"],
            MATTERS,
        ),
        "held": _held(quantities["prediction_error"]),
        "validation-better": validation.claim(
            "validation-better",
            f"validation accuracy: epoch {CHECKED} > epoch {SEEN}",
            ("validation_gain",),
        ),
        "test-better": test.claim(
            "test-better", f"test accuracy: epoch {CHECKED} > epoch {SEEN}", ("test_gain",)
        ),
    }
    return Answer(quantities, claims, facts)


def _error(predicted: Quantity, measured: Quantity) -> Quantity:
    """Measured minus predicted accuracy; the doubts of both add as independent ones do."""
    origin = f"{measured.source}, minus what was predicted"
    if predicted.value is None or measured.value is None or predicted.interval is None:
        return Quantity(None, "points", origin, measured.n, varies_with="seeds")
    value = measured.value - predicted.value
    half = math.hypot(half_width(predicted) or 0.0, half_width(measured) or 0.0)
    level = predicted.interval.level
    interval = Interval(value - half, value + half, "prediction and seeds", level)
    return Quantity(value, "points", origin, measured.n, None, interval)


def _held(error: Quantity) -> Claim:
    """Supported when the error is certainly small, refuted when there certainly is one that is not.

    A prediction so vague that anything would have been inside is neither.
    """
    predicate = f"validation accuracy at epoch {CHECKED} is as predicted, to within the threshold"
    numbers = ("prediction_error", "predicted", "validation_at_checked", "threshold.held")
    if error.interval is None:
        test = "no prediction to check"
        return Claim("held", predicate, test, Verdict.INCONCLUSIVE, numbers=numbers, reason=test)
    low, high = error.interval.low, error.interval.high
    if -HELD < low and high < HELD:
        verdict = Verdict.SUPPORTED
    else:
        verdict = Verdict.REFUTED if low > 0 or high < 0 else Verdict.INCONCLUSIVE
    test = (
        f"the whole {error.interval.level:.0%} interval of measured minus predicted within the threshold; "
        "refuted where it excludes zero"
    )
    return Claim("held", predicate, test, verdict, HELD, None, numbers)


ABOVE_LABEL = 14.0
"""Points above the panel at which its title clears the label of the last epoch fitted to."""
NONE = (None, None, None)
SKIPPED = 0.1
"""Share of the epochs, the steep first ones, left out of view."""


def _fit(answer: Answer) -> dict[int, tuple[float, float, float]]:
    """Epoch to accuracy predicted, low and high, in per cent; empty where no curve could be fitted."""
    fit = answer.facts["fit"]
    if fit is None:
        return {}
    columns = ([PERCENT * float(value) for value in fit[key]] for key in ("predicted", "low", "high"))
    return dict(zip(map(int, fit["epochs"]), zip(*columns, strict=True), strict=True))
