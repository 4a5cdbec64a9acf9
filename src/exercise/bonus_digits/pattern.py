"""Which digits are taken for which."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from exercise.bonus_digits.confusion import PAIRS_SHOWN, confused_most, confusion_matrix, confusions
from exercise.bonus_digits.gallery import SHOWN, always_misread, misread_by_all
from exercise.catalogue import COMPLEX
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import LAST, counted, declared, right, seeds_of, split
from exercise.networks import CLASSES
from labreport.experiment import required
from labreport.later import later
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, Measure, Quantity, Sample, exact, mean
from labreport.stats.operations.condition import compare as condition

if TYPE_CHECKING:
    import numpy as np
else:
    np = later("numpy")


@question(
    "Is there a clear pattern in the errors, and why could that be?",
    slug="bonus.pattern",
    reads=COMPLEX,
    requires=required(COMPLEX, LAST),
    figures=(confusion_matrix, always_misread),
    checks=[("errors", f"len(test[1]) * (1 - {checked_accuracy(COMPLEX)})")],
)
def pattern(results: Results) -> Answer:
    """The pairs of digits that the complex network confuses most, and the images that every seed misreads."""
    runs, name = results[COMPLEX.name], COMPLEX.name
    matrices = confusions(runs)
    pairs = list(combinations(range(CLASSES), 2))
    counts = np.array([[matrix[a, b] + matrix[b, a] for a, b in pairs] for matrix in matrices])
    order = [pairs.index(pair) for pair in confused_most(matrices)]
    first = sum(int(np.argmax(row)) == order[0] for row in counts)
    shares = [float(row[order].sum() / max(row.sum(), 1)) for row in counts]
    quantities: dict[str, Quantity] = {
        "epochs": declared(LAST, "epochs", "exercise"),
        "seeds": seeds_of(runs),
        "errors": _mean(
            [float(row.sum()) for row in counts], Measure("errors", unit="errors", better="lower")
        ),
        "top_share": _mean(shares, Measure("errors in the pairs confused most", unit="%", better="lower")),
        "pairs_shown": declared(PAIRS_SHOWN, "pairs", "chosen for the text"),
        "all_pairs": declared(len(pairs), "pairs", "pairs of digits", kind="computed"),
        "pairs_share": declared(
            PAIRS_SHOWN / len(pairs), "fraction", "these pairs among all", kind="computed"
        ),
        "first_in_seeds": counted(first, "seeds", "seeds in which the same pair is confused most", name),
    }
    rows: list[dict[str, Any]] = []
    means = matrices.mean(axis=0)
    for rank, place in enumerate(order, start=1):
        a, b = sorted(pairs[place], key=lambda digit: -means[digit, sum(pairs[place]) - digit])
        quantities[f"pair-{rank}.errors"] = _mean(
            [float(row[place]) for row in counts],
            Measure(f"errors between {a} and {b}", unit="", better="lower"),
        )
        rows.append({"key": f"pair-{rank}", "digit": str(a), "other": str(b)})
    always = sorted(error.index for error in misread_by_all(runs, split("test").labels))
    quantities["shown"] = counted(min(len(always), SHOWN), "", "images in the figure", name)
    quantities["always_misread"] = counted(
        len(always), "images", "test images that every seed misreads", name
    )
    facts = {
        "pairs": rows,
        "always_misread": always,
        "misread": {
            str(run.seed): [int(index) for index in np.flatnonzero(~right(run, LAST, "test"))] for run in runs
        },
    }
    always_first = exact("always-first", condition(quantities["first_in_seeds"], "=", quantities["seeds"]))
    return (
        Answer(quantities, facts=facts) | always_first | exact("any", condition(quantities["errors"], ">", 0))
    )


def _mean(values: list[float], measure: Measure) -> Quantity:
    return mean(
        Sample(COMPLEX.name, {seed: (value,) for seed, value in enumerate(values)}, epoch=LAST), measure
    )
