"""Which of several experiments is ahead, and whether the seeds bear it out."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from labreport.builders.pairs import Sample, between, compare, mean
from labreport.claims import Answer, Quantity
from labreport.errors import UsageError
from labreport.results import Results


def ranking(results: Results, metric: str = "test accuracy", *, unit: str = "fraction") -> Answer:
    """The experiments that the question reads, ordered by the mean of `metric` over seeds, the highest first.

    Every pair is compared seed by seed, Holm-corrected for all pairs, so that choosing the first among
    them costs no certainty. The claim `leads` says that the first is ahead of every other. Quantities:
    `NAME.mean`, and `FIRST minus SECOND` for each difference. Raises `UsageError` for fewer than two
    experiments.
    """
    names = results.experiments
    if len(names) < 2:
        raise UsageError(f"ranking compares at least two experiments; the question reads {len(names)}")
    samples = {
        name: dict(zip(results[name].seeds, results[name].values(metric), strict=True)) for name in names
    }
    titles = {name: results[name].experiment.title or name for name in names}
    return ranked(samples, metric, unit, titles, "answers/ranking.html")


def ranked(
    samples: Mapping[str, Sample], metric: str, unit: str, titles: Mapping[str, str], prose: str
) -> Answer:
    """The answer of `ranking`, for samples however they were measured."""
    from labreport.claims.decide import all_of

    means = {name: mean(sample, unit, f"{name}, {metric}") for name, sample in samples.items()}
    order = sorted(samples, key=lambda name: -(means[name].value or 0.0))
    quantities, claims = compare(samples, list(combinations(order, 2)), unit, metric)
    first, second, last = order[0], order[1], order[-1]
    rivals = [claims[between(first, other)] for other in order[1:]]
    leads = all_of("leads", f"{first} is ahead of every other", rivals)
    return Answer(
        {
            **{f"{name}.mean": means[name] for name in order},
            **quantities,
            "seeds": Quantity(min(map(len, samples.values())), "seeds", metric),
            "compared": Quantity(len(order), "", metric),
        },
        {"leads": leads, **claims},
        {
            "prose": prose,
            "metric": metric,
            "order": order,
            "titles": {name: titles[name] for name in order},
            "first": first,
            "second": second,
            "last": last,
        },
    )
