"""Do returns diminish? Gains of ten more epochs, their ratio, and whether they matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exercise.catalogue import SMALL
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.families import LONGER_MOMENTS, MATTERS
from exercise.measuring.measures import exact, first_and_last, source
from exercise.measuring.reading import PERCENT
from labreport import charts
from labreport.claims import Answer, Claim, Quantity
from labreport.claims.comparison import paired
from labreport.claims.decide import below
from labreport.claims.decision import decide
from labreport.claims.ratio import ratio
from labreport.claims.statistics import over_seeds
from labreport.later import later
from labreport.outline import figure, question
from labreport.required import required
from labreport.results import Results, Runs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = later("numpy")

WINDOW = 10
"""Epochs over which a gain is measured; single epochs jitter."""
EARLY, LATE = LONGER_MOMENTS[1:]
"""The gain up to the second is compared with the gain up to the first."""


@figure(answers=("bonus.diminishing",))
def gain_per_epoch(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """A bar for what each window of epochs adds to validation accuracy, and the gain that matters."""
    answer = answers["bonus.diminishing"]
    window = int(answer.quantities["window"].value or 1)
    shown = answer.facts["gain"]
    columns = (shown["epochs"], *(_points(shown[name]) for name in ("mean", "low", "high")))
    rows = [row for row in zip(*columns, strict=True) if row[0] % window == 0]
    ends, gains = [float(row[0]) for row in rows], [row[1] or 0.0 for row in rows]
    matters = PERCENT * float(answer.quantities["threshold.matters"].value or 0)
    figure, (panel,) = charts.column_figure(40, margins=charts.Margins(left=11, right=4, top=8))
    gained = charts.Mark(f"gain over {window} epochs", charts.SERIES[1])
    charts.bars(panel, ends, gains, gained, standing_out=gained, at=None, width=0.6 * window)
    if None not in (row[2] for row in rows):
        ink = charts.Mark("interval", charts.SERIES[3])
        charts.interval_bars(
            panel, ends, [row[2] or 0.0 for row in rows], [row[3] or 0.0 for row in rows], ink
        )
    panel.set_xlim(ends[0] - window / 2, ends[-1] + 1.8 * window)
    panel.axhline(0.0, color=charts.Colour.INK.value, linewidth=0.6)
    charts.plain_numbers(panel.yaxis)
    panel.set_xticks(ends, [f"{end - window + 1:.0f}–{end:.0f}" for end in ends])
    panel.set_xlabel("epochs")
    charts.y_title(panel, "Gain in validation accuracy, percentage points")
    charts.reference_line(panel, matters, "the gain that matters")
    return charts.Drawing(
        figure,
        "bar chart, gain in validation accuracy by ranges of epochs",
        ["up to epoch", f"gain over {window} epochs, points", "low", "high"],
        [[row[0], *(None if value is None else round(value, 3) for value in row[1:])] for row in rows],
    )


@question(
    "Have returns diminished after 20 epochs, and after 50?",
    slug="bonus.diminishing",
    reads=SMALL,
    requires=required(SMALL, epochs=LATE),
    figures=(gain_per_epoch,),
    checks=[
        (
            "at-20.gain",
            f"{checked_accuracy(SMALL, 20, 'validation')} - {checked_accuracy(SMALL, 10, 'validation')}",
        )
    ],
)
def diminishing(results: Results) -> Answer:
    """Gains in validation accuracy over ten epochs: whether they fall, and whether they matter.

    Returns diminish when ten epochs bring less later than ten epochs brought before; they matter when they
    bring at least `MATTERS`. Both are asked about these validation images, over seeds.
    """
    runs = results[SMALL]
    curves = np.array(runs.curve("validation_accuracy"))
    gains = curves[:, WINDOW:] - curves[:, :-WINDOW]
    epochs = list(range(WINDOW + 1, curves.shape[1] + 1))
    quantities: dict[str, Quantity] = {
        "window": exact(WINDOW, "epochs", "fixed in advance"),
        "threshold.matters": exact(MATTERS, "points, unsigned", "fixed in advance"),
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
        "epochs": exact(curves.shape[1], "epochs", "catalogue: small"),
    }
    claims: dict[str, Claim] = {}
    for epoch in (EARLY, LATE):
        quantities[f"at-{epoch}.epochs"] = exact(epoch, "epochs", "exercise")
        quantities[f"at-{epoch}.gain"] = over_seeds(_up_to(gains, epoch), "points", _origin(runs, epoch))
        claims[f"after-{epoch}"] = below(
            f"after-{epoch}",
            f"gain in accuracy over {WINDOW} epochs, up to epoch {epoch} < threshold",
            f"at-{epoch}.gain",
            quantities[f"at-{epoch}.gain"],
            MATTERS,
        )
    after = [float(curve[LATE - 1] - curve[EARLY - 1]) for curve in curves]
    origin = source(runs, f"validation accuracy, epoch {LATE} minus epoch {EARLY}")
    quantities["between"] = over_seeds(after, "points", origin)
    early, late = _up_to(gains, EARLY), _up_to(gains, LATE)
    change = decide(
        [paired(late, early, "points", f"{_origin(runs, LATE)}, less the same up to epoch {EARLY}")]
    )
    quantities |= change[0].quantities("change")
    quantities["ratio"] = ratio(late, early, _origin(runs, LATE) + f", over the same up to epoch {EARLY}")
    claims["diminishing"] = change[0].claim(
        "diminishing",
        f"gain over {WINDOW} epochs: up to epoch {LATE} < up to epoch {EARLY}",
        ("change", "ratio"),
        less=True,
    )
    columns = [over_seeds([float(value) for value in column], "points", "") for column in gains.T]
    quantities |= _turning_points(runs, curves)
    return Answer(quantities, claims, {"gain": _as_curve(epochs, columns), "moments": [EARLY, LATE]})


def _up_to(gains: NDArray[np.float64], epoch: int) -> list[float]:
    """The gain over the window that ends at `epoch`, one per seed."""
    return [float(value) for value in gains[:, epoch - WINDOW - 1]]


def _origin(runs: Runs, epoch: int) -> str:
    return source(runs, f"validation accuracy at epoch {epoch} minus that at epoch {epoch - WINDOW}")


def _turning_points(runs: Runs, curves: NDArray[np.float64]) -> dict[str, Quantity]:
    """The epochs of least validation loss and of highest validation accuracy."""
    losses = np.array(runs.curve("validation_loss"))
    least, best = (np.argmin(losses, axis=1) + 1).tolist(), (np.argmax(curves, axis=1) + 1).tolist()
    return {
        **first_and_last("least_loss", least, source(runs, "epoch of least validation loss")),
        **first_and_last("best", best, source(runs, "epoch of highest validation accuracy")),
    }


def _as_curve(epochs: list[int], columns: list[Quantity]) -> dict[str, list[Any]]:
    """For the figure: mean gain by epoch with its interval (None for one seed)."""
    return {
        "epochs": epochs,
        "mean": [column.value for column in columns],
        "low": [column.interval.low if column.interval else None for column in columns],
        "high": [column.interval.high if column.interval else None for column in columns],
    }


def _points(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else PERCENT * value for value in values]
