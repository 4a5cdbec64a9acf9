"""Do parameters and accuracy go together, over all networks and without the deep ones?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from exercise.catalogue import DEEP, DEEP_8, NETWORKS, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.expressions import parameters as checked_parameters
from exercise.measuring.comparing import comparisons
from exercise.measuring.diverging import has_diverged
from exercise.measuring.families import EPOCH, EQUAL_EPOCHS, VALIDATION
from exercise.measuring.measures import exact, negated, network_of, recorded_accuracy
from exercise.measuring.reading import PERCENT
from labreport import charts
from labreport.claims import Answer, Claim, Comparison, Family, Quantity, Verdict
from labreport.claims.correlation import Correlation, spearman
from labreport.claims.decide import ALPHA, all_of
from labreport.outline import figure, question
from labreport.required import required
from labreport.results import Results

PAIRS = Family(
    "other pairs of networks",
    tuple(
        Comparison(first, second, VALIDATION, EPOCH)
        for first, second in combinations(names(NETWORKS), 2)
        if {first, second} != {"complex", "wide"}
    ),
    confirmatory=False,
)


@figure(answers=("part-two.correlation",), slug="accuracy-parameters")
def accuracy_against_parameters(results: Results, answers: Mapping[str, Answer]) -> charts.Drawing:
    """One labelled mark a network: mean validation accuracy after equally many epochs."""
    answer = answers["part-two.correlation"]
    epoch = answer.quantities["epochs"].value
    figure, (panel,) = charts.column_figure(44, margins=charts.Margins(left=9, right=20, top=8))
    labels = []
    rows: list[list[str | int | float | None]] = []
    few, ten = (
        charts.Mark("few hidden layers", charts.SERIES[1]),
        charts.Mark("ten hidden layers", charts.SERIES[0]),
    )
    deep = answer.facts["deep"]
    shallow = [name for name in answer.facts["rows"] if name not in deep]
    for mark, shown in ((few, shallow), (ten, deep)):
        places = [
            (
                float(answer.quantities[f"{name}.parameters"].value or 0),
                PERCENT * float(answer.quantities[f"{name}.validation_accuracy"].value or 0),
            )
            for name in shown
        ]
        charts.points(panel, [x for x, _ in places], [y for _, y in places], mark, size=6.0)
        labels += [charts.Label(name, x, y, mark.colour) for name, (x, y) in zip(shown, places, strict=True)]
        rows += [[name, int(x), round(y, 2)] for name, (x, y) in zip(shown, places, strict=True)]
    panel.set_xscale("log")
    panel.set_ylim(0, PERCENT)
    for pair in answer.facts["reversed"][:1]:
        ends = [answer.quantities[f"{name}.parameters"].value or 0 for name in pair]
        heights = [
            PERCENT * float(answer.quantities[f"{name}.validation_accuracy"].value or 0) for name in pair
        ]
        panel.annotate(
            "",
            xy=(ends[1], heights[1]),
            xytext=(ends[0], heights[0]),
            arrowprops={"arrowstyle": "->", "color": charts.Colour.QUIET.value, "shrinkA": 5, "shrinkB": 5},
        )
    panel.margins(x=0.05)
    charts.thousands(panel.xaxis)
    charts.plain_numbers(panel.yaxis)
    panel.set_xlabel("trainable parameters (logarithmic)")
    charts.y_title(panel, f"Validation accuracy after {epoch} epochs, %")
    charts.direct_labels(panel, labels)
    return charts.Drawing(
        figure,
        "scatter plot on a logarithmic axis, accuracy of every network against its parameters",
        ["network", "parameters", "mean validation accuracy, %"],
        rows,
    )


@question(
    "Is there a clear correlation between parameters and accuracy?",
    slug="part-two.correlation",
    reads=NETWORKS,
    requires=required(NETWORKS, epochs=EPOCH),
    figures=(accuracy_against_parameters,),
    checks=[
        ("deep-8.validation_accuracy", checked_accuracy(DEEP_8, split="validation")),
        ("deep-8.parameters", checked_parameters(DEEP_8)),
    ],
)
def correlation(results: Results) -> Answer:
    """Rank correlation of parameters and validation accuracy after equally many epochs."""
    quantities: dict[str, Quantity] = {"epochs": exact(EPOCH, "epochs", "exercise")}
    means: dict[str, float] = {}
    for name in results:
        measured = recorded_accuracy(results[name], EPOCH)
        means[name] = math.nan if measured.value is None else float(measured.value)
        quantities[f"{name}.parameters"] = exact(
            network_of(results[name]).parameters, "parameters", f"catalogue: {name}"
        )
        quantities[f"{name}.validation_accuracy"] = measured
        quantities[f"{name}.hidden_layers"] = exact(
            len(network_of(results[name]).hidden_layers), "hidden layers", f"catalogue: {name}"
        )
    by_size = sorted(results, key=lambda name: network_of(results[name]).parameters)
    shallow = [name for name in by_size if name not in names(DEEP)]
    claims = {}
    for key, chosen in (("all", by_size), ("without-deep", shallow)):
        found = spearman(
            [network_of(results[name]).parameters for name in chosen],
            [means[name] for name in chosen],
            f"{', '.join(chosen)}: parameters and mean validation accuracy at epoch {EPOCH}",
        )
        quantities[f"{key}.coefficient"] = found.coefficient
        quantities[f"{key}.p"] = found.p
        quantities[f"{key}.least_p"] = replace(found.least, source="two over the number of orders")
        quantities[f"{key}.networks"] = exact(len(chosen), "networks", "count")
        claims[key] = _correlated(key, found)
    pairs = [_pair(results, *pair) for pair in combinations(by_size, 2)]
    for pair in pairs:
        quantities |= pair.quantities
    turned = [pair for pair in pairs if pair.claim.refuted]
    # Of those that went well, if there are any, the pair with the largest difference is shown first
    turned.sort(
        key=lambda pair: (
            any(has_diverged(run) for name in (pair.smaller, pair.larger) for run in results[name]),
            float(pair.quantities[pair.key].value or 0),
        )
    )
    quantities["pairs"] = exact(len(pairs), "pairs", "pairs of networks")
    quantities["reversed_pairs"] = exact(
        len(turned),
        "pairs",
        f"Holm-corrected comparisons, p < {ALPHA}: larger, but less accurate",
        "seeds",
    )
    claims["every-pair"] = all_of(
        "every-pair",
        "of any two networks, the one with more parameters is the more accurate",
        [pair.claim for pair in pairs],
    )
    if turned:
        claims["counterexample"] = replace(turned[0].claim, name="counterexample")
    facts = {
        "rows": by_size,
        "deep": names(DEEP),
        "reversed": [[pair.smaller, pair.larger] for pair in turned],
        "counterexample": turned[0].key if turned else None,
    }
    return Answer(quantities, claims, facts)


def _correlated(key: str, found: Correlation) -> Claim:
    coefficient = found.coefficient.value
    if coefficient is None or found.p_value >= ALPHA:
        verdict = Verdict.INCONCLUSIVE
    else:
        verdict = Verdict.SUPPORTED if coefficient > 0 else Verdict.REFUTED
    which = "all networks" if key == "all" else "the networks of few layers"
    return Claim(
        key,
        f"more parameters go with more accuracy, {which}",
        "Spearman's rank correlation, permutation test, two-sided",
        verdict,
        ALPHA,
        found.p_value,
        (f"{key}.coefficient", f"{key}.p"),
    )


@dataclass(frozen=True)
class _Pair:
    """Two networks: the claim that the larger is the more accurate, and how much more."""

    smaller: str
    larger: str
    key: str
    claim: Claim
    quantities: dict[str, Quantity]


def _pair(results: Results, smaller: str, larger: str) -> _Pair:
    """The comparison of the two that the families declare, seen from the larger network."""
    declared = {member.needs: member for family in (EQUAL_EPOCHS, PAIRS) for member in family.members}
    first, second = (larger, smaller) if (larger, smaller) in declared else (smaller, larger)
    found = comparisons(results, EQUAL_EPOCHS, PAIRS)(first, second, VALIDATION, EPOCH)
    key = f"pair.{larger}.{smaller}"
    turned = first == smaller
    predicate = f"validation accuracy after {EPOCH} epochs: {larger} > {smaller}"
    numbers = found.quantities(key)
    if turned:
        numbers[key] = negated(numbers[key])
        if f"{key}.seeds_only" in numbers:
            numbers[f"{key}.seeds_only"] = negated(numbers[f"{key}.seeds_only"])
    return _Pair(smaller, larger, key, found.claim(key, predicate, (key,), less=turned), numbers)
