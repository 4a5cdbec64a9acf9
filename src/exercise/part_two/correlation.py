"""Do parameters and accuracy go together?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from exercise.catalogue import DEEP, DEEP_8, NETWORKS, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.expressions import parameters as checked_parameters
from exercise.measuring.measures import EPOCH, VALIDATION, counted, declared, network_of
from exercise.measuring.reading import PERCENT
from exercise.networks import Network
from labreport import charts
from labreport.experiment import required
from labreport.outline import figure, question
from labreport.results import Results
from labreport.stats import Answer, Source, difference, exact
from labreport.stats.operations.arithmetic import calculated
from labreport.stats.operations.condition import compare as condition


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
    shallow = [name for name in answer.facts["rows"] if name not in names(DEEP)]
    for mark, shown in ((few, shallow), (ten, names(DEEP))):
        places = [
            (
                float(answer.quantities[f"{name}.parameters"].value or 0),
                PERCENT * float(answer.quantities[f"{name}.mean"].value or 0),
            )
            for name in shown
        ]
        charts.points(panel, [x for x, _ in places], [y for _, y in places], mark, size=6.0)
        labels += [charts.Label(name, x, y, mark.colour) for name, (x, y) in zip(shown, places, strict=True)]
        rows += [[name, int(x), round(y, 2)] for name, (x, y) in zip(shown, places, strict=True)]
    panel.set_xscale("log")
    panel.set_ylim(0, 1.1 * PERCENT)  # room for a name above the best
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
    requires=required(NETWORKS, EPOCH),
    figures=(accuracy_against_parameters,),
    checks=[
        ("deep-8.mean", checked_accuracy(DEEP_8, EPOCH, "validation")),
        ("deep-8.parameters", checked_parameters(DEEP_8)),
    ],
)
def correlation(results: Results) -> Answer:
    """In how many pairs the network with more parameters is clearly more, or clearly less, accurate."""
    by_size = sorted(results, key=lambda name: network_of(results[name]).parameters)
    pairs = list(combinations(by_size, 2))
    answer = Answer(
        {
            "epochs": declared(EPOCH, "epochs", "exercise"),
            "pairs": declared(len(pairs), "pairs", "pairs of networks", kind="computed"),
            **{
                f"{name}.parameters": declared(
                    network_of(results[name]).parameters, "parameters", "catalogue", name
                )
                for name in by_size
            },
        }
    )
    for smaller, larger in pairs:
        answer |= difference(results, smaller, larger, VALIDATION, EPOCH, among=len(pairs))
    found = answer.quantities
    judged = {pair: answer.findings[" minus ".join(pair)].judgement for pair in pairs}
    turned = [pair for pair, judgement in judged.items() if judgement.clear and judgement.sign > 0]
    kept = [pair for pair, judgement in judged.items() if judgement.clear and judgement.sign < 0]
    turned.sort(key=lambda pair: -float(found[" minus ".join(pair)].value or 0))
    also = {pair: _also(*(network_of(results[name]) for name in pair)) for pair in turned}
    shown = ([pair for pair in turned if "momentum" not in also[pair]] or turned)[:1]
    number = counted(len(turned), "pairs", "pairs in which the larger network is clearly less accurate")
    answer |= exact("counterexample", condition(number, ">", 0), {"turned": number})
    more = counted(len(kept), "pairs", "pairs in which the larger network is clearly more accurate")
    deep = set(names(DEEP))
    across = [pair for pair in pairs if len(deep.intersection(pair)) == 1]
    ahead = [pair for pair in across if (pair in turned) == (pair[1] in deep) and judged[pair].clear]
    among = [pair for pair in pairs if deep.issuperset(pair)]
    quantities = {
        "across": declared(len(across), "pairs", "pairs of a deep network and another one", kind="computed"),
        "ahead": counted(
            len(ahead), "pairs", "those of them in which the other one is clearly more accurate"
        ),
        "deep_pairs": declared(len(among), "pairs", "pairs of deep networks", kind="computed"),
        "deep_kept": counted(
            sum(pair in kept for pair in among),
            "pairs",
            "those of them in which the larger network is clearly more accurate",
        ),
    }
    answer |= exact("deep-kept", condition(quantities["deep_kept"], ">", 0))
    answer |= exact("depth", condition(quantities["ahead"], "=", quantities["across"]), quantities)
    note = "Kendall's rank correlation; unclear pairs count as ties"
    correlated = calculated(
        "quotient", [len(kept) - len(turned), len(pairs)], "", Source(kind="computed", note=note)
    )
    return answer | Answer(
        {
            "kept": more,
            "rank_correlation": replace(correlated, varies_with="seeds"),
            "open": counted(
                len(pairs) - len(kept) - len(turned), "pairs", "pairs in which no difference is clear"
            ),
        },
        facts={
            "rows": by_size,
            "counterexamples": [{"pair": list(pair), "also": also[pair]} for pair in shown],
        },
    )


def _also(one: Network, other: Network) -> list[str]:
    """In what two networks differ beside their parameters."""
    differs = {
        "layers": len(one.hidden_layers) != len(other.hidden_layers),
        "momentum": one.momentum != other.momentum,
    }
    return [name for name, so in differs.items() if so]
