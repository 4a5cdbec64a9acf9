"""How long the complex and the simple network take to train."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, SMALL, TIMES
from exercise.measuring.measures import MOMENTS, declared, ratio
from exercise.measuring.seconds import in_total, steadiness, typical
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer


@question(
    "How long did the two networks take to train in total?",
    slug="bonus.time",
    reads=(TIMES[SMALL.name], TIMES[COMPLEX.name]),
)
def training_time(results: Results) -> Answer:
    """Seconds of training of both by plain Keras, for the exercise's numbers of epochs."""
    quantities = {
        "complex.epoch": typical(results, "complex"),
        "small.epoch": typical(results, "small"),
    }
    quantities["ratio"] = ratio(quantities["complex.epoch"], quantities["small.epoch"], "complex over small")
    for epochs in MOMENTS:
        quantities[f"at-{epochs}"] = declared(epochs, "epochs", "exercise")
        for name in ("complex", "small"):
            quantities[f"at-{epochs}.{name}"] = in_total(results, name, epochs)
    answer = Answer(quantities, facts={"moments": list(map(str, MOMENTS))})
    return answer | steadiness(results, ("complex", "small"))
