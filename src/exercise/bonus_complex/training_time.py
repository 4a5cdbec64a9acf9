"""How long the complex and the simple network take to train."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, SMALL, TIMES
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import MOMENTS, SECONDS
from exercise.measuring.measures import exact, network_of, shared_seeds, source
from exercise.measuring.seconds import by_fit, by_itself, of_timings, ratio_of, total_seconds
from labreport.claims import Answer, Comparison, Family, Quantity
from labreport.claims.derivation import Derivation
from labreport.claims.ratio import ratio
from labreport.claims.resolve import common
from labreport.outline import question
from labreport.required import required
from labreport.results import Result, Results

TRAINING_TIME = Family("training time", (Comparison("complex", "small", SECONDS, MOMENTS[-1]),))


@question(
    "How long did the two networks take to train in total?",
    slug="bonus.time",
    reads=(SMALL, COMPLEX, TIMES),
    requires=required((SMALL, COMPLEX), epochs=MOMENTS[-1]),
)
def training_time(results: Results) -> Answer:
    """Seconds of training of both, for the same number of epochs and in total."""
    simple, complex_ = results["small"], results["complex"]
    epochs = MOMENTS[-1]
    pairs = list(common(complex_, simple))
    seconds = [(_total(first, epochs), _total(second, epochs)) for first, second in pairs]
    slower = comparisons(results, TRAINING_TIME)("complex", "small", SECONDS, epochs)
    quantities = {
        "epochs": exact(epochs, "epochs", "exercise"),
        "seeds": shared_seeds(complex_, simple),
        "small.seconds": total_seconds(simple, epochs),
        "complex.seconds": total_seconds(complex_, epochs),
        **slower.quantities("difference"),
        "ratio": of_timings(
            ratio(
                [a for a, _ in seconds],
                [b for _, b in seconds],
                source(complex_, "seconds of training, over those of small"),
            )
        ),
        **{f"{name}.fit": _by_fit(results, name, epochs) for name in ("complex", "small")},
        "ratio_by_itself": ratio_of(
            by_itself(results, "complex"),
            by_itself(results, "small"),
            "seconds of an epoch by itself, complex over small",
        ),
        "parameters_ratio": Quantity(
            network_of(complex_).parameters / network_of(simple).parameters,
            "times",
            "parameters of complex over small",
        ),
    }
    threads = complex_.runs[0].provenance.get("threads")
    if threads is not None:
        quantities["threads"] = exact(int(threads), "threads", "provenance of the results", "machine")
    numbers = ("difference", "complex.seconds", "small.seconds")
    claims = {
        "complex-slower": slower.claim("complex-slower", "seconds of training: complex > small", numbers)
    }
    return Answer(quantities, claims, {"processor": str(complex_.runs[0].provenance.get("processor") or "")})


def _by_fit(results: Results, name: str, epochs: int) -> Quantity:
    """Seconds of so many epochs by plain Keras, with nothing beside them."""
    one = by_fit(results, name)
    made = Derivation("product", {"of": [one, epochs]})
    value = None if one.value is None else one.value * epochs
    return of_timings(Quantity(value, "s", f"{one.source}, times {epochs}", derivation=made))


def _total(run: Result, epochs: int) -> float:
    return sum(float(record["seconds"]) for record in run.records[:epochs])
