"""What an author calls: means, rankings, differences, effects, counts, tables and facts, as answers."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any, TypeAlias

from labreport.errors import did_you_mean
from labreport.project.measure import Measure
from labreport.stats.compare import Comparison, compare, mean_of
from labreport.stats.finding import Answer, Finding
from labreport.stats.names import text_of
from labreport.stats.quantity import Quantity, Source, as_condition, plain_number, refuse
from labreport.stats.sample import Epoch, Sample, grouped, label_of, measured, sample
from labreport.stats.tables import Column, Table

Of: TypeAlias = dict[str, Sample]
MISSED = Measure("share missed", "%", better="", location="-")
"""How much of a category is taken for another."""


def mean(
    data: Any,
    measure: Any,
    by: Any = "experiment",
    epoch: Epoch = None,
    name: str = "mean",
    within: Any = None,
) -> Answer:
    """Give the mean of a measure of each experiment, cell of a study, or value of a column, by its name.

    Of a table without such a column it is one quantity.
    """
    measure = measured(measure, data)
    of = grouped(data, measure, by, within, epoch)
    found: Any = {group: {key: mean_of(x, measure) for key, x in one.items()} for group, one in of.items()}
    if within is None:
        alone = by == "experiment" and hasattr(data, "frame") and by not in data.frame.columns
        found = next(iter(found[""].values())) if alone else found[""]
    return Answer(**{name: found})


def ranking(
    data: Any,
    measure: Any,
    by: Any = "experiment",
    epoch: Epoch = None,
    name: str = "ranking",
    pairs: str = "all",
) -> Answer:
    """Find which of several is best, who is level with it, and who is behind; each pair as one of all pairs.

    Best is the highest mean, or the lowest where that is better. `pairs="best"`, for many, compares only the
    best with each. Gives `ranking`, `mean`, `difference` and the table `means`; with another name only the
    finding, which has these inside. Raises `UsageError` for fewer than two.
    """
    measure = measured(measure, data)
    return _answer(_ranked(grouped(data, measure, by, None, epoch)[""], measure, by, pairs), name)


def _ranked(of: Of, measure: Measure, by: Any, pairs: str = "all") -> Finding:
    """Compare all pairs of several, or the best with each, as one of all pairs."""
    if len(of) < 2:
        refuse(f"a ranking is of at least two; there is {', '.join(of) or 'none'}: add to reads=, give by=")
    chosen = [*combinations(of, 2)]
    best = _finding("ranking", of, measure, [], 1, by).order[0]
    compared = [pair for pair in chosen if pairs == "all" or best in pair]
    return _finding("ranking", of, measure, compared, len(chosen), by)


def difference(
    data: Any,
    measure: Any,
    first: Any = None,
    second: Any = None,
    *,
    by: Any = "experiment",
    against: Any = None,
    within: str | None = None,
    epoch: Epoch = None,
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
        of, same = {"": dict[str, Sample]()}, text_of(first[0]) == text_of(second[0])
        for experiment, at in (first, second):
            one = sample(data[experiment], measure, at)
            label = f"epoch {at}" if same else f"{one.label} after {at} epochs"
            of[""][str(at) if same else f"{one.name} at {at}"] = replace(one, label=label)
    else:
        names = None if first is None else [first] if second is None else [first, second]
        of = grouped(data, measure, by, within, epoch, names)
    zero = second is None and (measure.unit == "points" or bool(measure.terms))
    pairs = {group: _pairs(group, list(one), against, zero) for group, one in of.items()}
    family = family or sum(map(len, pairs.values()))
    found = {key: _finding("difference", one, measure, pairs[key], family, by) for key, one in of.items()}
    return _answer(found[""] if within is None else _together(found, within), name)


def _pairs(group: str, names: list[str], against: Any, zero: bool) -> list[tuple[str, ...]]:
    there = f" in {group}" if group else ""
    if against is not None:
        if (base := text_of(against)) not in names:
            refuse(f"against={against!r} is not there{there}{did_you_mean(base, names, 'there are')}")
        return [(one, base) for one in names if one != base]
    if zero:
        return [(one,) for one in names]
    if len(names) != 2:
        many = f"a difference is of two, not of {len(names)}{there} ({', '.join(names)})"
        refuse(f"{many}: name both, give against= or use ranking()")
    return [tuple(names)]


def _together(found: dict[str, Finding], within: str) -> Finding:
    """One finding of the findings of several groups, which were judged together."""
    bare = replace(next(iter(found.values())), subjects=tuple(found), labels=(), parts=(), averages=())
    groups = tuple((group, replace(one, within=group)) for group, one in found.items())
    return replace(bare, groups=groups, within=within)


def change(
    data: Any, measure: Any, first_epoch: int, last_epoch: int, experiment: Any = None, name: str = "change"
) -> Answer:
    """Find what happened from one epoch to another: the last less the first, of each experiment that is read.

    Those of several are judged together, and asked by name: `change.more("complex")`. Gives `change`, `mean`
    by epoch (of several, by experiment and epoch) and the table `means`.
    """
    given = experiment if isinstance(experiment, (list, tuple)) else [experiment]
    read = list(data.experiments or data) if experiment is None else [text_of(one) for one in given]
    found = {}
    for one in read:
        pair = (one, last_epoch), (one, first_epoch)
        found[one] = difference(data, measure, *pair, by="epoch", family=len(read)).difference
    return _answer(found[read[0]] if len(read) == 1 else _together(found, "experiment"), name, "change")


def effect(data: Any, measure: Any, by: Any, epoch: Epoch = None, name: str = "effect") -> Answer:
    """Find what each step along an axis brings, and all of them together, of a study or a column of numbers.

    Each step is compared as one of all steps and the whole, which is what `effect.more` asks. Gives `effect`,
    `mean` by value, and the table `means`. Raises `UsageError` for fewer than two values.
    """
    measure = measured(measure, data)
    of = grouped(data, measure, by, None, epoch)[""]
    if len(of) < 2:
        refuse(f"an effect needs at least two values of {text_of(by)!r}; there is {', '.join(of) or 'none'}")
    names = list(of)
    steps = [(later, earlier) for earlier, later in pairwise(names)]
    steps += [(names[-1], names[0])] if len(names) > 2 else []
    axis = ", ".join(data.study(by)[0][0]) if hasattr(data, "studies") else by
    return _answer(_finding("effect", of, measure, steps, len(steps), axis), name)


def count(
    data: Any,
    experiments: Any,
    measure: Any,
    *,
    above: float | None = None,
    below: float | None = None,
    by: Any = "experiment",
    epoch: Epoch = None,
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
    side, sign = ("above", 1) if below is None else ("below", -1)
    several = experiments is None or (isinstance(experiments, Iterable) and not isinstance(experiments, str))
    of = grouped(data, measure, by, None, epoch, experiments if several else [experiments])[""]
    found = _finding("count", of, measure, [], 1, by)
    parts, source = [], Source(tuple(of), measure.label, unit=found.unit, kind="counted")
    for subject, one in of.items():
        means = {unit: sum(each) / len(each) for unit, each in one.values.items()}
        beyond, n = sum(sign * value > sign * threshold for value in means.values()), len(means)
        own = replace(source, experiments=(subject,), unit=one.design.unit, n=n)
        values = tuple((unit, value if value == value else None) for unit, value in means.items())
        counted = Quantity(beyond, n=n, source=own, values=values, exact=True)
        parts.append(
            Comparison(counted, (subject,), "more" if beyond == n else "unclear" if beyond else "less")
        )
    total = Quantity(sum(part.quantity.n for part in parts), source=source, exact=True)
    bound = Quantity(threshold, measure.quantity_unit, source=replace(source, kind="declared"), exact=True)
    return Answer(**{name: replace(found, parts=tuple(parts), of=total, threshold=bound, side=side)})


def _finding(
    kind: str, of: Of, measure: Measure, pairs: Sequence[tuple[str, ...]], family: int, by: Any
) -> Finding:
    """Compare the pairs of some samples (or each alone with zero), as one of `family` comparisons."""
    parts = [replace(compare(measure, family, *(of[x] for x in pair)), subjects=pair) for pair in pairs]
    epochs = {one.epoch for one in of.values()}
    return Finding(
        kind,
        tuple(of),
        replace(measure, value=None, right=None, terms=(), location="-"),
        tuple(parts),
        epochs.pop() if len(epochs) == 1 else None,
        family=family,
        labels=tuple(one.label or name for name, one in of.items()),
        averages=tuple((name, mean_of(one, measure)) for name, one in of.items()),
        unit=next(iter(of.values())).design.unit,
        axis="" if text_of(by) == "experiment" else text_of(by),
    )


def _answer(found: Finding, name: str, usual: str = "") -> Answer:
    """The finding by its name; under its usual one, that of its kind, also its means and differences."""
    if name != (usual or found.kind):
        return Answer(**{name: found})
    more = {"difference": found.difference} if found.kind == "ranking" else {}
    return Answer(**{name: found}, mean=found.mean, means=found.means, **more)


def hardest(
    results: Any,
    experiment: Any,
    epoch: Epoch = None,
    truth: Any = "truth",
    predicted: str = "predicted",
    name: str = "hardest",
) -> Answer:
    """Find which category is missed most often and which least, from the arrays of one experiment.

    `truth` and `predicted` are its arrays, shape (items,), or `truth` is one that all runs share. Categories
    are compared run by run, and over items where all runs have the same. Gives `hardest`, `mean` (the share
    missed, by category), `means`, and the exact counts `wrong` and `items`. Raises `UsageError` for fewer
    than two categories.
    """
    import numpy as np

    runs, of = results[experiment], {}
    guesses = [*map(np.asarray, runs.arrays(predicted, epoch))]
    labels = runs.arrays(truth, epoch) if isinstance(truth, str) else [truth] * len(guesses)
    by_run = [*zip(runs.seeds, map(np.asarray, labels), guesses, strict=True)]
    known = all(np.array_equal(labels[0], each) for each in labels)
    at = (epoch or runs.epoch) if runs.experiment.epochs > 1 else None
    for category in np.unique(np.concatenate(labels)).tolist():
        rows = {seed: guess[true == category] != category for seed, true, guess in by_run}
        missed = {seed: wrong for seed, wrong in rows.items() if len(wrong)}
        values = {seed: (float(np.mean(wrong)),) for seed, wrong in missed.items()}
        key = label_of(category)
        of[key] = Sample(key, values, missed if known else None, runs.experiment.design, key, at, key)
    found = _answer(_ranked(of, MISSED, "category"), name, "hardest")
    source = Source((runs.name,), MISSED.name, n=len(runs), kind="counted")
    wrong = sum(int((true != guess).sum()) for _, true, guess in by_run)
    counts = {"wrong": wrong, "items": sum(map(len, labels))} if name == "hardest" else {}
    return found | Answer(**{key: Quantity(one, source=source, exact=True) for key, one in counts.items()})


def grid(
    results: Any, study: Any, measure: Measure, chosen_by: Measure | None = None, epoch: Epoch = None
) -> Answer:
    """Show a measure in every cell of a study, and find which cell is best by `chosen_by`.

    Gives the table `grid` (rows by the first axis, columns by the others), `mean` by cell, such as
    `mean["0.5 × 0.9"]`, and the ranking `best`, in which the best is compared with each other cell.
    """
    points = results.study(study)
    found = mean(results, measure, study, epoch)
    cells = [tuple(map(label_of, point.values())) for point, _ in points]
    means = dict(zip(cells, found.mean.members.values(), strict=True))
    first, *others = (axis.replace("_", " ") for axis in points[0][0])
    lines, columns = dict.fromkeys(one[0] for one in cells), dict.fromkeys(one[1:] for one in cells)
    titles = {one: ", ".join(map(" ".join, zip(others, one, strict=True))) for one in columns}
    heads = [Column(", ".join(one), title) for one, title in titles.items()]
    body = [(line, *(means[(line, *one)] for one in columns)) for line in lines]
    found |= Answer(grid=Table([Column("name", first.capitalize()), *heads], body))
    if len(cells) == 1:
        return found
    chosen_by, axes = chosen_by or measure, ", ".join([first, *others])
    of = grouped(results, chosen_by, study, None, epoch)[""]
    return found | Answer(best=_ranked(of, chosen_by, axes, "best"))


def average(
    results: Any, experiment: Any, value: Any, *, unit: str = "", epoch: Epoch = None, name: str = "average"
) -> Answer:
    """Give the mean over the runs of an experiment of a measure, or of a function of a run (and an epoch)."""
    measure = value
    if not isinstance(value, Measure):
        several = len(inspect.signature(value).parameters) > 1
        label = getattr(value, "__name__", "value").strip("_<>").replace("_", " ")
        call = value if several else lambda run, _: value(run)
        measure = Measure(label, unit, "", value=call, bounded=False)
    return Answer(**{name: mean_of(sample(results[experiment], measure, epoch), measure)})


def number(
    value: Any,
    ci: Any = None,
    unit: str = "",
    n: int | None = None,
    method: str = "",
    source: Any = None,
    exact: bool | None = None,
    values: Mapping[Any, Any] | None = None,
) -> Quantity:
    """State a number that was computed by a method of one's own, with the ends of its 95 % interval.

    `value` may be a number of Python, NumPy, pandas or SciPy; `ci` a pair, or what SciPy's
    `confidence_interval()` gives, or a result that has one. It is printed in `unit` as it is written (of the
    unit "fraction", 0.973 as 97.3 %). Whole numbers without an interval are exact. Raises `UsageError` where
    the value is outside its interval. A click shows `values`, those of each replicate by its name.
    """
    own = tuple((unit, float(plain_number(one))) for unit, one in (values or {}).items())
    n = n or len(own)
    plain, low, high = plain_number(value), None, None
    if ci is not None:
        ci = getattr(ci, "confidence_interval", ci)
        low, high = (float(plain_number(end)) for end in (ci() if callable(ci) else ci))
        plain = float(plain)
        if not low <= plain <= high:
            refuse(f"number({plain!r}) is not between its ends, {low!r} and {high!r}")
    if not isinstance(source, Source):
        source = Source(n=n, unit="value", kind="computed", method=method, note=source or method)
    exact = (isinstance(plain, int) and ci is None) if exact is None else exact
    return Quantity(plain, unit, low, high, n or 1, source, values=own, exact=exact)


estimate = number


def fact(truth: Any, sentence: str, otherwise: str = "") -> Finding:
    """State a truth that was counted or computed, with the sentence that it makes, or makes `otherwise`."""
    return Finding("fact", sentence=sentence, truth=as_condition(truth).holds, otherwise=otherwise)


def environment(results: Any) -> Answer:
    """Say in a table on what machine, with which Python and libraries, and when, the runs were made."""
    runs = {run.key: run for name in results for run in results[name]}.values()
    dates = sorted({str(run.made.get("date", "unknown"))[:10] for run in runs})
    lines = {"Runs": str(len(runs)), **made_with(runs), "Date": " to ".join(dates[:: len(dates) - 1 or 1])}
    return Answer(environment=Table((Column("what", "What"), Column("which", "Which")), [*lines.items()]))


def made_with(runs: Iterable[Any], word: str = "run") -> dict[str, str]:
    """Say on what machine and with which libraries runs were made, from what they say of themselves."""
    made, words = [run.made for run in runs], ("processor", "system", "cores", "threads", "python")
    each = {key: "; ".join(sorted({str(one.get(key, "unknown")) for one in made})) for key in words}
    libraries = {f"{name} {text}" for one in made for name, text in one.get("libraries", {}).items()}
    used = f"{each['cores']} cores, {each['threads']} for each {word}"
    return {
        "Machine": f"{each['processor']}, {each['system']}, {used}",
        "Libraries": ", ".join([f"Python {each['python']}", *sorted(libraries)]),
    }
