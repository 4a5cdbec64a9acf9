"""What several figures read from results in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from labreport.experiment import Experiment
from labreport.stats.findings import Change, changes

PERCENT = 100.0


def mean_by_epoch(curves: Sequence[Sequence[float]]) -> list[float]:
    """The mean over seeds at each epoch; `curves` is (seeds, epochs), and sums are exact."""
    return [fmean(values) for values in zip(*curves, strict=True)]


def percent(curves: Sequence[Sequence[float]]) -> list[list[float]]:
    """Fractions as per cent."""
    return [[PERCENT * value for value in curve] for curve in curves]


def change(base: Experiment, changed: Experiment) -> str:
    """All that `changed` does differently from `base`, a line each; `unchanged` where that is nothing."""
    return "\n".join(_words(each) for each in changes(base, changed)) or "unchanged"


def _words(change: Change) -> str:
    if change.field == "initial_gain":
        return f"weights × {change.after / change.before:g}"
    if change.field == "backward_gain":
        return f"gradient × {change.after / change.before:g}"
    if change.field == "hidden_layers":
        before, after = len(change.before), len(change.after)
        return f"{after} hidden layer{'s' if after > 1 else ''}" if before != after else "other widths"
    if change.field == "epochs":
        return f"{change.after} epochs"
    return f"{change.field.replace('_', ' ')} {change.after}"
