"""Is the complex network worth its time? Both at equal seconds of training, seed by seed."""

from __future__ import annotations

from exercise.bonus_complex.seconds import accuracy_against_seconds
from exercise.catalogue import COMPLEX, SMALL, SMALL_MOMENTUM, TIMES
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import AT_SHARE, COMPLEX_SIMPLE, MATCH, MOMENTS, SAME, SHARES, TEST
from exercise.measuring.measures import (
    accuracy,
    differ_in_layers,
    exact,
    network_of,
    recorded_accuracy,
    seeds_of,
    source,
)
from exercise.measuring.seconds import epoch_seconds, epochs_within, first_passages, in_total, of_timings
from exercise.networks import timing_of
from labreport.claims import Answer, Claim, Comparison, Family, Quantity
from labreport.claims.statistics import over_seeds
from labreport.outline import question
from labreport.required import required
from labreport.results import Results, Runs

TIMED = (timing_of("complex"), timing_of("small"))
WORTH = Family(
    "equal seconds",
    tuple(Comparison("complex", "small", metric, margin=SAME, also=TIMED) for metric in AT_SHARE.values()),
)
SMALL_AT_MOMENTUM = tuple(
    Family(
        "complex against simple at equal momentum",
        (Comparison("complex", same.name, TEST, MOMENTS[-1], margin=SAME),),
        confirmatory=False,
    )
    for same in SMALL_MOMENTUM
)
FIRST_PASSAGE = Family("first passage", (Comparison("complex", "small", MATCH, also=TIMED),))


@question(
    "Was the extra complexity worth the extra time?",
    slug="bonus.worth",
    reads=(SMALL, COMPLEX, *SMALL_MOMENTUM, TIMES[SMALL.name], TIMES[COMPLEX.name]),
    requires=(*required((SMALL, COMPLEX), *MOMENTS), *required(SMALL_MOMENTUM, MOMENTS[-1])),
    figures=(accuracy_against_seconds,),
    checks=[("final_gain", f"{checked_accuracy(COMPLEX)} - {checked_accuracy(SMALL)}")],
)
def worth(results: Results) -> Answer:
    """Validation accuracy of both after equally many seconds, and what the extra time buys.

    The rule: the complexity is worth its time when, after the seconds that the simple network takes for all
    its epochs, the complex network is the more accurate. Seconds are epochs times each network's typical
    epoch, so that the moment is the same for every seed.
    """
    simple, complex_ = results["small"], results["complex"]
    quantities: dict[str, Quantity] = {
        "budget": in_total(results, "small", simple.experiment.epochs),
        **seeds_of((complex_, simple)),
        "small.epochs": exact(simple.experiment.epochs, "epochs", "catalogue: small"),
        "complex.epochs": exact(complex_.experiment.epochs, "epochs", "catalogue: complex"),
    }
    compare = comparisons(results, WORTH, FIRST_PASSAGE, COMPLEX_SIMPLE)
    claims: dict[str, Claim] = {}
    for index, share in enumerate(SHARES, start=1):
        key, name = f"at-{index}", "worth" if share == 1 else f"at-{index}"
        quantities |= _at_equal_seconds(key, share, results)
        found = compare("complex", "small", AT_SHARE[share])
        quantities |= found.quantities(f"{key}.difference")
        claims[name] = found.claim(
            name, f"validation accuracy: complex > small, after {share:.0%} of small's seconds", _shown(key)
        )
    gain = compare("complex", "small", TEST, MOMENTS[-1])
    quantities |= gain.quantities("final_gain")
    claims["final-better"] = gain.claim(
        "final-better", f"test accuracy after {MOMENTS[-1]} epochs: complex > small", ("final_gain",)
    )
    sooner = compare("complex", "small", MATCH)
    quantities |= sooner.quantities("match.difference") | _first_passages(results)
    claims["reaches-sooner"] = sooner.claim(
        "reaches-sooner",
        "seconds until the last validation accuracy of small is first reached: complex < small",
        ("match.difference", "seconds_to_match", "small.seconds_to_match"),
        less=True,
    )
    for same, family in zip(SMALL_MOMENTUM, SMALL_AT_MOMENTUM, strict=True):
        if differ_in_layers(results, "small", same.name, "complex"):
            more, claim = _at_equal_momentum(results, same.name, family)
            quantities |= more
            claims[claim.name] = claim
    return Answer(quantities, claims, {"rows": [f"at-{index}" for index in range(1, len(SHARES) + 1)]})


def _at_equal_momentum(results: Results, same: str, family: Family) -> tuple[dict[str, Quantity], Claim]:
    """The complex network against the simple one that is trained with the same momentum, called `same`."""
    found = comparisons(results, family)("complex", same, TEST, MOMENTS[-1])
    quantities = {
        "complex.momentum": exact(network_of(results["complex"]).momentum, "", "catalogue: complex"),
        f"{same}.test_accuracy": accuracy(results[same], MOMENTS[-1], "test"),
        **found.quantities("equal_momentum.difference"),
    }
    return quantities, found.claim(
        "better-at-equal-momentum",
        f"test accuracy after {MOMENTS[-1]} epochs with equal momentum: complex > layers of small",
        ("equal_momentum.difference", f"{same}.test_accuracy"),
    )


def _shown(key: str) -> tuple[str, ...]:
    return tuple(f"{key}.{each}" for each in ("difference", "complex", "small", "seconds"))


def _at_equal_seconds(key: str, share: float, results: Results) -> dict[str, Quantity]:
    """A share of the simple network's training time, and what both have reached by then."""
    seconds = share * epoch_seconds(results, "small") * results["small"].experiment.epochs
    quantities = {
        f"{key}.seconds": Quantity(seconds, "s", f"{share:.0%} of the simple network's training time")
    }
    for network in ("complex", "small"):
        epoch = epochs_within(seconds, results, network)
        quantities |= _after(f"{key}.{network}", results[network], epoch, seconds)
    return quantities


def _after(key: str, runs: Runs, epoch: int, seconds: float) -> dict[str, Quantity]:
    """Epochs finished within `seconds`, and validation accuracy at the last of them."""
    origin = source(runs, f"epochs finished within {seconds:.3g} s")
    nothing = Quantity(None, "fraction", origin, len(runs))
    return {
        f"{key}.epochs": exact(epoch, "epochs", origin, "machine"),
        key: of_timings(recorded_accuracy(runs, epoch) if epoch else nothing),
    }


def _first_passages(results: Results) -> dict[str, Quantity]:
    """Seconds until each network first reaches the simple one's last validation accuracy, by seed."""
    simple, complex_ = results["small"], results["complex"]
    reached = first_passages(complex_, simple)
    found = {}
    for name, runs, epochs in (
        ("seconds_to_match", complex_, [first for first, _ in reached]),
        ("small.seconds_to_match", simple, [second for _, second in reached]),
    ):
        origin = source(runs, "seconds until the last validation accuracy of small is first reached")
        known = [
            epoch_seconds(results, runs.experiment.name) * epoch for epoch in epochs if epoch is not None
        ]
        complete = len(known) == len(epochs)
        found[name] = over_seeds(known, "s", origin) if complete else Quantity(None, "s", origin, len(epochs))
    matched = sum(first is not None for first, _ in reached)
    what = "seeds with which complex reaches the last validation accuracy of small"
    return {**found, "seeds_that_match": exact(matched, "seeds", source(complex_, what), "seeds")}
