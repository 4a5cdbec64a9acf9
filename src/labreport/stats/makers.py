"""What an author calls with results, a table or samples: means, rankings, differences, effects, counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any

from labreport.errors import did_you_mean
from labreport.project.measure import Measure
from labreport.stats.compare import Part, compare, mean_of
from labreport.stats.finding import Finding, Kind
from labreport.stats.names import Answer, text_of
from labreport.stats.quantity import Quantity, Source, plain_number, refuse
from labreport.stats.sample import Sample, grouped, measured, sample, samples

Of = dict[str, Sample]


def mean(
    data: Any,
    measure: Any,
    by: Any = "experiment",
    epoch: int | None = None,
    name: str = "mean",
    within: Any = None,
) -> Answer:
    """Give the mean of a measure of each experiment, cell of a study, or value of a column, by its name.

    Of a table without such a column it is one quantity.
    """
    measure = measured(measure, data)
    groups = grouped(data, measure, by, within, epoch)
    found = {group: {key: mean_of(one, measure) for key, one in of.items()} for group, of in groups.items()}
    if within is not None:
        return Answer(**{name: found})
    alone = by == "experiment" and hasattr(data, "frame") and by not in data.frame.columns
    return Answer(**{name: next(iter(found[""].values())) if alone else found[""]})


def ranking(
    data: Any,
    measure: Any,
    by: Any = "experiment",
    epoch: int | None = None,
    name: str = "ranking",
    pairs: str = "all",
) -> Answer:
    """Find which of several is best, who is level with it, and who is behind; each pair as one of all pairs.

    Best is the highest mean, or the lowest where that is better. `pairs="best"`, for many, compares only the
    best with each. Gives `ranking`, `mean`, `difference` and the table `means`; with another name only the
    finding, which has these inside. Raises `UsageError` for fewer than two.
    """
    measure = measured(measure, data)
    return answer(ranked("ranking", samples(data, measure, by, epoch), measure, pairs, by), "ranking", name)


def ranked(kind: Kind, of: Of, measure: Measure, pairs: str = "all", by: Any = "experiment") -> Finding:
    """Compare all pairs of several, or the best with each, as one of all pairs."""
    if len(of) < 2:
        refuse(f"{kind} compares at least two; there is {', '.join(of) or 'none'}: add to reads=, give by=")
    family = len(of) * (len(of) - 1) // 2
    best = finding(kind, of, measure, [], family, by).order[0]
    chosen = [pair for pair in combinations(of, 2) if pairs == "all" or best in pair]
    return finding(kind, of, measure, chosen, family, by)


def difference(
    data: Any,
    measure: Any,
    first: Any = None,
    second: Any = None,
    *,
    by: Any = "experiment",
    against: Any = None,
    within: str | None = None,
    epoch: int | None = None,
    name: str = "difference",
    family: int | None = None,
) -> Answer:
    """Find how two differ, or each value of a column from the one that they are held `against`.

    All comparisons, of all groups `within`, are judged together; `family` is their number where more were
    declared elsewhere. `first` and `second` may be pairs of an experiment and an epoch. A measure that is a
    difference itself (`TRAINING - TEST`, or of the unit "points") is held against zero. Gives `difference`,
    `mean` and the table `means`; with another name only the finding, which has these inside.
    """
    measure = measured(measure, data)
    if isinstance(first, tuple) and isinstance(second, tuple):
        of = {"": _at_epochs(data, measure, first, second)}
    else:
        names = None if first is None else [first] if second is None else [first, second]
        of = grouped(data, measure, by, within, epoch, names)
    zero = measure.unit == "points" or bool(measure.terms)
    pairs = {group: _pairs(group, list(one), second is not None, against, zero) for group, one in of.items()}
    family = family or sum(map(len, pairs.values()))
    found = {key: finding("difference", one, measure, pairs[key], family, by) for key, one in of.items()}
    return answer(found[""] if within is None else _together(found, within), "difference", name)


def _pairs(group: str, names: list[str], two: bool, against: Any, zero: bool) -> list[tuple[str, ...]]:
    told = f"{f' in {group}' if group else ''} ({', '.join(names)})"
    if against is not None:
        if (base := text_of(against)) not in names:
            refuse(f"against={against!r} is not there{did_you_mean(base, names)}; there are{told}")
        return [(one, base) for one in names if one != base]
    if zero and not two:
        return [(one,) for one in names]
    if len(names) != 2:
        refuse(
            f"a difference is of two, not of {len(names)}{told}: name both, give against= or use ranking()"
        )
    return [(names[0], names[1])]


def _at_epochs(results: Any, measure: Measure, first: Any, second: Any) -> Of:
    found, same = {}, text_of(first[0]) == text_of(second[0])
    for experiment, epoch in (first, second):
        one = sample(results[experiment], measure, epoch)
        label = f"epoch {epoch}" if same else f"{one.label} after {epoch} epochs"
        found[str(epoch) if same else f"{one.name} at {epoch}"] = replace(one, label=label)
    return found


def _together(found: dict[str, Finding], within: str) -> Finding:
    """One finding of the findings of several groups, which were judged together."""
    first = next(iter(found.values()))
    bare = replace(first, subjects=tuple(found), labels=(), parts=(), averages=())
    return replace(bare, groups=tuple(found.items()), within=within)


def change(
    data: Any, measure: Any, first_epoch: int, last_epoch: int, experiment: Any = None, name: str = "change"
) -> Answer:
    """Find what happened from one epoch to another: the last less the first, of each experiment that is read.

    Those of several are judged together, and asked by name: `change.more("complex")`.
    """
    measure = measured(measure, data)
    given = experiment if isinstance(experiment, (list, tuple)) else [experiment]
    read = list(data.experiments or data) if experiment is None else [text_of(one) for one in given]
    found = {}
    for one in read:
        of = _at_epochs(data, measure, (one, last_epoch), (one, first_epoch))
        found[one] = finding("difference", of, measure, [tuple(of)], len(read), "epoch")
    return answer(found[read[0]] if len(read) == 1 else _together(found, "experiment"), "", name)


def effect(data: Any, measure: Any, by: Any, epoch: int | None = None, name: str = "effect") -> Answer:
    """Find what each step along an axis brings, and all of them together, of a study or a column of numbers.

    Each step is compared as one of all steps and the whole, which is what `effect.more` asks. Gives `effect`,
    `mean` by value, and the table `means`. Raises `UsageError` for fewer than two values.
    """
    measure = measured(measure, data)
    of = samples(data, measure, by, epoch)
    if len(of) < 2:
        refuse(f"an effect needs at least two values of {text_of(by)!r}; there is {', '.join(of) or 'none'}")
    names = list(of)
    steps = [(later, earlier) for earlier, later in pairwise(names)]
    steps += [(names[-1], names[0])] if len(names) > 2 else []
    axis = ", ".join(data.study(by)[0][0]) if hasattr(data, "studies") else by
    return answer(finding("effect", of, measure, steps, len(steps), axis), "effect", name)


def count(
    data: Any,
    experiments: Any,
    measure: Any,
    *,
    above: float | None = None,
    below: float | None = None,
    by: Any = "experiment",
    epoch: int | None = None,
    name: str = "count",
) -> Answer:
    """Count in how many of its runs (or replicates) each is above, or below, a threshold: exact numbers.

    The threshold is in the printed unit of the measure, 92 for 92 %; a run without a number is not beyond.
    `experiments` may be one, several, or None for all.
    """
    measure = measured(measure, data)
    if (above is None) == (below is None):
        refuse("count: give either above= or below=, the threshold in the unit of the measure")
    threshold = plain_number(below if above is None else above) / measure.stored
    sign = 1 if below is None else -1
    several = experiments is None or (isinstance(experiments, Iterable) and not isinstance(experiments, str))
    of = samples(data, measure, by, epoch, experiments if several else [experiments])
    parts = []
    for subject, one in of.items():
        values = {unit: sum(each) / len(each) for unit, each in one.values.items()}
        beyond, n = sum(sign * value > sign * threshold for value in values.values()), len(values)
        source = Source((subject,), measure.label, unit=one.design.unit, kind="counted", n=n)
        kept = tuple((unit, value if value == value else None) for unit, value in values.items())
        counted = Quantity(beyond, n=n, source=source, values=kept, exact=True)
        parts.append(Part(counted, (subject,), "more" if beyond == n else "unclear" if beyond else "less"))
    source = Source(tuple(of), measure.label, kind="counted", unit=parts[0].quantity.source.unit)
    total = Quantity(sum(part.quantity.n for part in parts), source=source, exact=True)
    bound = Quantity(threshold, measure.quantity_unit, source=replace(source, kind="declared"), exact=True)
    side = "above" if sign > 0 else "below"
    found = finding("count", of, measure, [], 1, by)
    return Answer(**{name: replace(found, parts=tuple(parts), of=total, threshold=bound, side=side)})


def finding(
    kind: Kind, of: Of, measure: Measure, pairs: Iterable[tuple[str, ...]], family: int, by: Any
) -> Finding:
    """Compare the pairs of some samples (or each alone with zero), as one of `family` comparisons."""
    parts = []
    for names in pairs:
        second = of[names[1]] if len(names) > 1 else None
        parts.append(replace(compare(of[names[0]], second, measure, family), subjects=names))
    epochs = {one.epoch for one in of.values()}
    return Finding(
        kind,
        tuple(of),
        measure,
        tuple(parts),
        epochs.pop() if len(epochs) == 1 else None,
        family=family,
        labels=tuple(one.label or name for name, one in of.items()),
        averages=tuple((name, mean_of(one, measure)) for name, one in of.items()),
        unit=next(iter(of.values())).design.unit,
        axis="" if text_of(by) == "experiment" else text_of(by),
    )


def answer(found: Finding, usual: str, name: str) -> Answer:
    """The finding by its name; under its usual one also its means and differences."""
    more: dict[str, Any] = {"mean": found.mean, "means": found.means} if name == usual else {}
    if more and found.kind in ("ranking", "extremes"):
        more["difference"] = found.difference
    return Answer(**{name: found}, **more)
