"""How long training took: seconds of training alone, as each epoch recorded them."""

from __future__ import annotations

from dataclasses import replace

from exercise.answers.measures import exact, source
from labreport.claims import Answer, Quantity
from labreport.claims.statistics import median, over_seeds
from labreport.results import Runs


def epoch_times(runs: Runs) -> Answer:
    """Median and middle half of the seconds an epoch took, over epochs and seeds, and the machine."""
    seconds = [second for curve in runs.curve("seconds") for second in curve]
    quantities = {
        "seconds": median(seconds, "s", source(runs, "seconds of training, median over epochs and seeds")),
        "epochs_timed": exact(len(seconds), "epochs", source(runs, "count over seeds"), "seeds"),
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
        "epochs": exact(runs.experiment.epochs, "epochs", f"catalogue: {runs.experiment.name}"),
        "total": total_seconds(runs),
        "slowest": Quantity(max(seconds), "s", source(runs, "slowest epoch")),
    }
    made = runs.runs[0].provenance
    for key in ("threads", "cores"):
        if made.get(key) is not None:
            quantities[key] = exact(
                int(made[key]),
                "threads" if key == "threads" else "",
                "provenance of the results",
                "machine",
            )
    return Answer(quantities, {}, {"processor": str(made.get("processor") or "a processor of unknown make")})


def of_timings(quantity: Quantity) -> Quantity:
    """The same number, marked as one that follows from timings: another machine would give another."""
    return replace(quantity, varies_with="machine")


def total_seconds(runs: Runs, epochs: int | None = None) -> Quantity:
    """Seconds of training summed over the epochs of a run; mean over seeds."""
    sums = [sum(curve) for curve in runs.curve("seconds", epochs)]
    last = epochs if epochs is not None else runs.experiment.epochs
    return over_seeds(sums, "s", source(runs, f"seconds of training, sum over {last} epochs"))
