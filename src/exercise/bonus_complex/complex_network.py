"""The complex network beside the simple one, epoch by epoch."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, SMALL, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import MOMENTS, TEST, VALIDATION, declared, network_of, seeds_of
from exercise.measuring.reading import PERCENT, mean_by_epoch, percent
from labreport import charts
from labreport.experiment import required
from labreport.outline import figure, question
from labreport.results import Results
from labreport.stats import Answer, difference

BOTH = (COMPLEX, SMALL)
SKIPPED = 2
"""First epochs that the figure leaves out, in which everything changes fast."""


@figure(reads=BOTH, slug="complex-small")
def by_epoch(results: Results) -> charts.Drawing:
    """Validation accuracy of both networks by epoch: the mean over seeds, and each seed as a faint line."""
    figure, (panel,) = charts.column_figure(46, margins=charts.Margins(left=9, right=19, top=8))
    curves = {name: percent(results[name].curve("validation_accuracy")) for name in names(BOTH)}
    means = {name: mean_by_epoch(seeds) for name, seeds in curves.items()}
    for (name, seeds), style in zip(curves.items(), charts.SERIES[2:], strict=False):
        mark = charts.Mark(name, style)
        epochs = list(range(SKIPPED + 1, len(means[name]) + 1))
        charts.seed_lines(panel, epochs, [seed[SKIPPED:] for seed in seeds], mark)
        charts.curve(panel, epochs, means[name][SKIPPED:], mark)
    charts.whole_numbers(panel.xaxis)
    charts.plain_numbers(panel.yaxis)
    panel.set_xlabel("epoch")
    charts.y_title(panel, "Validation accuracy, %")
    charts.round_limits(panel, 1.0, highest=PERCENT)
    charts.note_truncated(panel)
    charts.label_line_ends(panel, charts.named_curves(panel))
    return charts.Drawing(
        figure,
        "line chart, validation accuracy of the complex and the simple network by epoch",
        ["network", "epoch", "mean validation accuracy, %"],
        [
            [name, epoch, round(value, 2)]
            for name, values in means.items()
            for epoch, value in enumerate(values, start=1)
        ],
    )


@question(
    "How accurate are both networks after 5, 20 and 50 epochs?",
    slug="bonus.complex",
    reads=BOTH,
    requires=required(BOTH, *MOMENTS),
    figures=(by_epoch,),
    checks=[
        ("validation-5.complex.mean", checked_accuracy(COMPLEX, 5, "validation")),
        ("test-20.complex.mean", checked_accuracy(COMPLEX, 20)),
    ],
)
def complex_network(results: Results) -> Answer:
    """Both networks after 5, 20 and 50 epochs, on validation and on test data."""
    answer = Answer({"seeds": seeds_of(*results.values())}, facts={"moments": list(map(str, MOMENTS))})
    for epoch in MOMENTS:
        answer |= Answer({f"at-{epoch}": declared(epoch, "epochs", "exercise")})
        for name, measure in (("validation", VALIDATION), ("test", TEST)):
            answer |= difference(results, COMPLEX, SMALL, measure, epoch, name=f"{name}-{epoch}")
    return answer | Answer(
        {
            f"{name}.parameters": declared(
                network_of(results[name]).parameters, "parameters", "formula", name, kind="computed"
            )
            for name in names(BOTH)
        }
    )
