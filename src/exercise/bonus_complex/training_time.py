"""How long the complex and the simple network take to train."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, SMALL, TIMES
from exercise.measuring.families import MOMENTS
from exercise.measuring.measures import exact, network_of
from exercise.measuring.seconds import in_total, ratio_of, typical
from labreport.claims import Answer, Quantity
from labreport.outline import question
from labreport.results import Results


@question(
    "How long did the two networks take to train in total?",
    slug="bonus.time",
    reads=(SMALL, COMPLEX, TIMES[SMALL.name], TIMES[COMPLEX.name]),
)
def training_time(results: Results) -> Answer:
    """Seconds of training of both by plain Keras, for the exercise's numbers of epochs."""
    simple, complex_ = results["small"], results["complex"]
    quantities: dict[str, Quantity] = {}
    for epochs in MOMENTS:
        quantities[f"at-{epochs}.epochs"] = exact(epochs, "epochs", "exercise")
        for name in ("complex", "small"):
            quantities[f"at-{epochs}.{name}.seconds"] = in_total(results, name, epochs)
    quantities |= {
        "complex.epoch": typical(results, "complex"),
        "small.epoch": typical(results, "small"),
        "ratio": ratio_of(
            typical(results, "complex"),
            typical(results, "small"),
            "seconds of the median epoch, complex over small",
        ),
        "parameters_ratio": Quantity(
            network_of(complex_).parameters / network_of(simple).parameters,
            "times",
            "parameters of complex over small",
        ),
    }
    return Answer(quantities, {}, {"rows": [f"at-{epochs}" for epochs in MOMENTS]})
