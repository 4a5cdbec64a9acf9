"""Part three: three hidden layers, and what makes the difference: layers, size or momentum."""

from __future__ import annotations

from typing import Any

from exercise.catalogue import (
    COMPLEX,
    COMPLEX_PLAIN,
    LEARNING,
    ONE_LAYER,
    ONE_LAYER_PLAIN,
    RATES,
    SMALL,
    WIDE,
    WITH_MOMENTUM,
    WITHOUT,
)
from exercise.figures import curves_complex, means, momentum_and_layers, shape
from exercise.measures import (
    EPOCH,
    ERRORS,
    FAIRLY,
    FAIRLY_SURE,
    GOAL,
    LAST,
    SURE,
    SURE_ERRORS,
    TEST,
    VALIDATION,
    VALIDATION_LOSS,
    question,
)
from labreport import (
    Answer,
    Experiment,
    Table,
    at,
    average,
    change,
    count,
    difference,
    fact,
    mean,
    number,
    ranking,
)


@question(
    "Is the network better than 92 % on validation and test data?",
    reads=(*at((EPOCH, LAST), COMPLEX), RATES),
    figures=curves_complex,
)
def goal(results: Any) -> Answer:
    """`complex` against the goal, when it passed it, why its loss rises, and how its settings were chosen."""
    runs = results[COMPLEX]
    passed = [
        next((epoch for epoch, value in enumerate(curve, 1) if 100 * value > GOAL), LAST)
        for curve in runs.curve("validation_accuracy")
    ]
    losses = means(runs.curve("validation_loss"))
    lowest = losses.index(min(losses)) + 1
    tried = {
        tuple(point.values()): cell.values("validation accuracy")[0] for point, cell in results.study(RATES)
    }
    mine = tried.pop((COMPLEX.specification.learning_rate, COMPLEX.specification.momentum), 0.0)
    second = max(tried.values())
    changes = {
        "errors": ERRORS,
        "sure": SURE_ERRORS,
        "accuracy": VALIDATION,
        "loss": VALIDATION_LOSS,
    }
    answer = (
        count(results, [COMPLEX], TEST, above=GOAL, epoch=LAST, name="on_test")
        | count(results, [COMPLEX], VALIDATION, above=GOAL, epoch=LAST, name="on_validation")
        | Answer(
            test=average(results, COMPLEX, TEST, epoch=LAST).average,
            asked=number(GOAL, unit="%", exact=True),
            almost=number(100 * SURE, unit="%", exact=True),
            passed=fact(max(passed) <= 2, "it passes the goal in the first or second epoch"),
            lowest=number(lowest, exact=True),
            early_minimum=fact(lowest < LAST / 2, "validation loss is lowest before epoch 25"),
            loss_then=number(losses[lowest - 1], unit="nat", method="mean validation loss at its lowest"),
            loss_now=number(losses[-1], unit="nat", method="mean validation loss after 50 epochs"),
            pairs=number(len(tried) + 1, exact=True),
            chosen=number(
                mine, unit="fraction", n=1, method="validation accuracy of one run after 10 epochs"
            ),
            next=number(second, unit="fraction", n=1, method="the second highest of these"),
            highest=fact(mine > second, "no other pair has a higher validation accuracy"),
            fails=fact(tried[1.0, 0.9] < 0.2, "a rate of 1 with momentum 0.9 learns nothing"),
        )
    )
    for key, measure in changes.items():
        found = Answer(
            early=average(results, COMPLEX, measure, epoch=EPOCH).average,
            late=average(results, COMPLEX, measure, epoch=LAST).average,
            change=change(results, measure, EPOCH, LAST, COMPLEX).change,
        )
        answer |= Answer(**{key: found})
    return answer


@question("Which network is the most accurate on test data?", reads=at(LAST, *LEARNING))
def best(results: Any) -> Answer:
    """The three networks that learn, and how far the answers of two of them can be trusted."""
    return (
        ranking(results, TEST, epoch=LAST)
        | mean(results, ERRORS, epoch=LAST, name="errors")
        | mean(results, SURE_ERRORS, epoch=LAST, name="sure")
        | mean(results, FAIRLY_SURE, epoch=LAST, name="trust")
        | difference(results, FAIRLY_SURE, WIDE, COMPLEX, epoch=LAST, name="trusted")
        | difference(results, SURE_ERRORS, COMPLEX, WIDE, epoch=LAST, name="surer")
        | Answer(
            fairly=number(100 * FAIRLY, unit="%", exact=True), almost=number(100 * SURE, unit="%", exact=True)
        )
    )


@question("Did the networks train for a similar number of epochs?", reads=at((EPOCH, LAST), *LEARNING))
def epochs(results: Any) -> Answer:
    """Who is ahead after the ten epochs of part one, and after fifty."""
    return ranking(results, TEST, epoch=EPOCH, name="early") | ranking(results, TEST, epoch=LAST, name="late")


@question(
    "What made the difference: layers, size or momentum?",
    reads=at((EPOCH, LAST), *WITHOUT, *WITH_MOMENTUM),
    figures=momentum_and_layers,
)
def layers(results: Any) -> Answer:
    """Four shapes with momentum and without: what each of the three changes when only it is changed."""

    def ahead(one: Experiment, other: Experiment, epoch: int, family: int) -> Any:
        return difference(results, TEST, one, other, epoch=epoch, family=family).difference

    test = {epoch: mean(results, TEST, epoch=epoch).mean for epoch in (EPOCH, LAST)}
    pairs = [(shape(plain), plain, moved) for plain, moved in zip(WITHOUT, WITH_MOMENTUM, strict=True)]
    rows = [
        [name, f"{plain.specification.parameters:,}"]
        + [test[epoch][one] for epoch in (EPOCH, LAST) for one in (plain, moved)]
        for name, plain, moved in pairs
    ]
    columns = (
        "Hidden layers",
        "Parameters",
        "10 epochs",
        "10, with momentum",
        "50 epochs",
        "50, with momentum",
    )
    momentum = {
        when: Answer(**{plain.name: ahead(moved, plain, epoch, 8) for _, plain, moved in pairs})
        for when, epoch in (("early", EPOCH), ("late", LAST))
    }
    three = {
        "early": ahead(COMPLEX_PLAIN, ONE_LAYER_PLAIN, EPOCH, 4),
        "late": ahead(COMPLEX_PLAIN, ONE_LAYER_PLAIN, LAST, 4),
        "early_momentum": ahead(COMPLEX, ONE_LAYER, EPOCH, 4),
        "late_momentum": ahead(COMPLEX, ONE_LAYER, LAST, 4),
    }
    never = [(one.quantity.value or 0) < 0 for one in three.values()]
    return Answer(
        shapes=Table(columns, rows),
        momentum=Answer(**momentum),
        three=Answer(**three),
        behind=number(sum(never), exact=True),
        more_nodes=ahead(ONE_LAYER_PLAIN, SMALL, LAST, 2),
        nodes=number(SMALL.specification.hidden_layers[0], exact=True),
        most_nodes=ahead(WIDE, ONE_LAYER_PLAIN, LAST, 2),
    )
