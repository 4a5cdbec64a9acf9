"""Tables and results that several tests of charts draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas

from labreport import Measure, table
from labreport.results import Results


def _wells() -> pandas.DataFrame:
    """Growth of three cell lines at three doses, on four plates each."""
    noise = np.random.default_rng(6)
    rows = []
    for line, slope in (("HT29", -1.0), ("HCT116", 0.5), ("A549", 0.0)):
        for dose in (1, 10, 100):
            for plate in range(4):
                growth = 5 + slope * np.log1p(dose) + noise.normal(0, 0.3)
                rows.append((line, dose, f"P{plate}", growth))
    return pandas.DataFrame(rows, columns=["line", "dose", "plate", "growth"])


def _seven() -> pandas.DataFrame:
    """Seven lines, which are more than there are colours."""
    rows = []
    for number in range(1, 8):
        for x in (1, 2, 5):
            rows.append((number * "a", x, x + number, "odd" if x % 2 else "even"))
    return pandas.DataFrame(rows, columns=["name", "x", "y", "half"])


WELLS = _wells()
PLATES = table(WELLS, replicate="plate")
PATIENTS = table(WELLS.assign(plate=WELLS.plate + WELLS.line), replicate="plate")
ONE_PLATE_OF_ONE = table(WELLS[3:], replicate="plate")
BELOW_ZERO = WELLS.assign(growth=WELLS.growth - 5, dose=WELLS.dose - 1)
GUESSES = WELLS.assign(truth=WELLS.line, predicted=WELLS.line.shift(5, fill_value="A549"))
SEVEN = _seven()
ACCURACY = Measure("test accuracy", "%")
GROWTH = Measure("growth", "mm")
SECONDS = Measure("seconds", "s", "lower", "ratio", value=lambda run, _: 7.0**run.seed * len(run.name))


def with_validation_loss(results: Results) -> Results:
    """The same results with a second record, 0.5 above the loss."""
    by_name = {}
    for name, runs in results.items():
        changed = []
        for run in runs:
            records = [{**record, "validation_loss": record["loss"] + 0.5} for record in run.records]
            changed.append(replace(run, records=tuple(records)))
        by_name[name] = replace(runs, runs=tuple(changed))
    return Results("test", by_name)
