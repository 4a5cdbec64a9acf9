"""How long an epoch of each network of one hidden layer takes: by itself, by plain Keras, in this build."""

from __future__ import annotations

from exercise.catalogue import SMALL, TIMES, WIDE
from exercise.measuring.measures import exact, source
from exercise.measuring.seconds import by_fit, by_itself, total_seconds
from labreport.builders.environment import threads_and_cores
from labreport.claims import Answer, Quantity
from labreport.claims.statistics import median
from labreport.outline import question
from labreport.results import Results


def epoch_times(results: Results) -> Answer:
    """Seconds of an epoch by itself and by plain Keras; those of the trainings, over epochs and seeds."""
    (runs,) = (runs for name, runs in results.items() if name != TIMES.name)
    seconds = [second for curve in runs.curve("seconds") for second in curve]
    quantities = {
        "by_itself": by_itself(results, runs.experiment.name),
        "fit": by_fit(results, runs.experiment.name),
        "seconds": median(seconds, "s", source(runs, "seconds of training, median over epochs and seeds")),
        "epochs_timed": exact(len(seconds), "epochs", source(runs, "count over seeds"), "seeds"),
        "seeds": exact(len(runs), "seeds", source(runs, "count")),
        "epochs": exact(runs.experiment.epochs, "epochs", f"catalogue: {runs.experiment.name}"),
        "total": total_seconds(runs),
        "slowest": Quantity(max(seconds), "s", source(runs, "slowest epoch")),
    }
    made = runs.runs[0].provenance
    quantities |= threads_and_cores([made])
    return Answer(quantities, {}, {"processor": str(made.get("processor") or "a processor of unknown make")})


WIDE_TIME, SMALL_TIME = (
    question(
        f"How long is an epoch of the {network.name} network?",
        slug=f"part-one.{network.name}.time",
        reads=(network, TIMES),
    )(epoch_times)
    for network in (WIDE, SMALL)
)
