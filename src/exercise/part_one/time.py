"""How long an epoch of each network of one hidden layer takes by plain Keras."""

from __future__ import annotations

from exercise.catalogue import SMALL, TIMES, WIDE
from exercise.measuring.measures import exact
from exercise.measuring.seconds import slowest, timed, typical
from exercise.networks import timing_of
from labreport.claims import Answer
from labreport.outline import question
from labreport.results import Results


def epoch_times(results: Results) -> Answer:
    """Seconds of the median and of the slowest of a few epochs."""
    (name,) = (timing.partition("/")[2] for timing in results)
    quantities = {
        "median": typical(results, name),
        "slowest": slowest(results, name),
        "epochs": exact(len(timed(results, name).records), "epochs", f"catalogue: {timing_of(name)}"),
    }
    return Answer(quantities, {})


WIDE_TIME, SMALL_TIME = (
    question(
        f"How long is an epoch of the {network.name} network?",
        slug=f"part-one.{network.name}.time",
        reads=TIMES[network.name],
    )(epoch_times)
    for network in (WIDE, SMALL)
)
