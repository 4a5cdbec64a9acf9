"""How long an epoch of each network of one hidden layer takes by plain Keras."""

from __future__ import annotations

from exercise.catalogue import TIMES, names
from exercise.measuring.seconds import epochs_timed, steadiness, typical
from exercise.part_one.parameters import BOTH
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer


@question(
    "About how long does an epoch take?",
    slug="part-one.time",
    reads=[TIMES[name] for name in names(BOTH)],
)
def epoch_times(results: Results) -> Answer:
    """Seconds of the median epoch of each network, with the fastest and the slowest."""
    quantities = {f"{name}.seconds": typical(results, name) for name in names(BOTH)}
    quantities["epochs"] = epochs_timed(results, names(BOTH))
    return Answer(quantities, facts={"networks": names(BOTH)}) | steadiness(results, names(BOTH))
