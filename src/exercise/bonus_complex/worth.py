"""Is the complex network worth its time? Both after the seconds that the simple network takes."""

from __future__ import annotations

from dataclasses import replace

from exercise.catalogue import COMPLEX, SMALL, SMALL_MOMENTUM, TIMES
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import LAST, RECORDED, TEST, VALIDATION, declared, network_of, seeds_of
from exercise.measuring.seconds import epoch_seconds, epochs_within, in_total, steadiness
from labreport.experiment import required
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, difference, exact
from labreport.stats.operations.condition import compare as condition


@question(
    "Was the extra complexity worth the extra time?",
    slug="bonus.worth",
    reads=(SMALL, COMPLEX, *SMALL_MOMENTUM, TIMES[SMALL.name], TIMES[COMPLEX.name]),
    requires=(*required((SMALL, COMPLEX), LAST), *required(SMALL_MOMENTUM, epochs=LAST)),
    checks=[("late.complex minus small", f"{checked_accuracy(COMPLEX)} - {checked_accuracy(SMALL)}")],
)
def worth(results: Results) -> Answer:
    """Both after equal seconds, also with equal momentum, and after equal epochs.

    The rule: the complexity is worth its time when, after the seconds that the simple network takes for all
    its epochs, the complex network is the more accurate.
    """
    budget = in_total(results, SMALL.name, LAST)
    within = epochs_within(float(budget.value or 0), results, COMPLEX.name)
    fewest = epochs_within(LAST * epoch_seconds(results, SMALL.name, min), results, COMPLEX.name, max)
    answer = Answer(
        {
            "budget": budget,
            "within": declared(
                within, "epochs", "epochs that fit", COMPLEX.name, kind="computed", varies_with="machine"
            ),
            "fewest": declared(
                fewest,
                "epochs",
                "epochs that fit, by the slowest one of complex and the fastest one of small",
                COMPLEX.name,
                kind="computed",
                varies_with="machine",
            ),
            "epochs": declared(LAST, "epochs", "exercise"),
            "seeds": seeds_of(*(results[one.name] for one in (SMALL, COMPLEX))),
        },
        facts={"same": [one.name for one in SMALL_MOMENTUM]},
    )
    answer |= steadiness(results, (SMALL.name, COMPLEX.name))
    answer |= exact("too-slow", condition(answer.quantities["within"], "<", 1))
    if within:
        measure = VALIDATION if within == LAST else RECORDED  # of other epochs no predictions are kept
        for other, name in ((SMALL, "equal-time"), *((same, "momentum") for same in SMALL_MOMENTUM)):
            answer |= _of_timings(difference(results, COMPLEX, other, measure, within, LAST, name=name))
    if 0 < fewest < within:
        answer |= _of_timings(difference(results, COMPLEX, SMALL, RECORDED, fewest, LAST, name="fewest"))
    answer |= difference(results, COMPLEX, SMALL, TEST, LAST, name="late")
    for same in SMALL_MOMENTUM:
        momentum = declared(network_of(results[same.name]).momentum, "", "catalogue", same.name)
        answer |= Answer({"momentum": momentum})
    return answer


def _of_timings(answer: Answer) -> Answer:
    """The same answer, whose numbers another machine would change."""
    marked = {name: replace(one, varies_with="machine") for name, one in answer.quantities.items()}
    return Answer(marked, answer.findings, answer.facts)
