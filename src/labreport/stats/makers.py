"""What an author calls with results, a table or samples: means, rankings, differences, changes, effects, counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Any, Literal

from labreport.errors import UsageError, did_you_mean, here, told
from labreport.project.measure import Measure
from labreport.stats.compare import Part, compare, mean_of
from labreport.stats.finding import Finding
from labreport.stats.names import Answer, Names, text_of
from labreport.stats.quantity import Quantity, Source, plain_number
from labreport.stats.sample import Sample, grouped, measured, sample, samples


def mean(
    data: Any,
    measure: Any,
    by: Any = "experiment",
    epoch: int | None = None,
    name: str = "mean",
    *,
    within: str | None = None,
) -> Answer:
    """Give the mean of a measure of each experiment, cell of a study, or value of a column, by its name.

    Of a table without such a column it is one quantity.
    """
    measure = measured(measure, data)
    found = {group: _means(of, measure) for group, of in grouped(data, measure, by, within, epoch).items()}
    if within is not None:
        return Answer(**{name: Names({group: Names(of) for group, of in found.items()})})
    of = found[""]
    alone = by == "experiment" and hasattr(data, "frame") and by not in data.frame.columns
    return Answer(**{name: next(iter(of.values())) if alone else Names(of)})


def ranking(
    data: Any,
    measure: Any,
    by: Any = "experiment",
    epoch: int | None = None,
    name: str = "ranking",
    *,
    pairs: Literal["all", "best"] = "all",
) -> Answer:
    """Find which of several is best, who is level with it, and who is behind; each pair as one of all pairs.

    Best is the highest mean, or the lowest where that is better. `pairs="best"`, for many, compares only the
    best with each. Gives `ranking`, `mean`, `difference` and the table `means`; with another name only the
    finding, which has these inside. Raises `UsageError` for fewer than two.
    """
    measure = measured(measure, data)
    of = samples(data, measure, by, epoch)
    finding = _ranked("ranking", of, measure, pairs, by)
    return _answer(finding, "ranking", name)


def _ranked(
    kind: Literal["ranking", "extremes"], of: dict[str, Sample], measure: Measure, pairs: str, by: Any
) -> Finding:
    if len(of) < 2:
        _refuse(
            f"{kind} compares at least two; there is {', '.join(of) or 'none'}: add to reads=, or give by="
        )
    family = len(of) * (len(of) - 1) // 2
    finding = _finding(kind, of, measure, (), family, by)
    chosen = [pair for pair in combinations(of, 2) if pairs == "all" or finding.order[0] in pair]
    return replace(finding, parts=tuple(_part(of, pair, measure, family) for pair in chosen))


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
        first, second = of[""]
    else:
        names = None if first is None else [first] if second is None else [first, second]
        of = grouped(data, measure, by, within, epoch, names)
    zero = measure.unit == "points" or bool(measure.terms)
    pairs = {group: _pairs(group, one, first, second, against, zero) for group, one in of.items()}
    family = family or max(1, sum(map(len, pairs.values())))
    findings = {}
    for group, samples_of in of.items():
        parts = tuple(_part(samples_of, pair, measure, family) for pair in pairs[group])
        findings[group] = _finding("difference", samples_of, measure, parts, family, by)
    if within is None:
        return _answer(findings[""], "difference", name)
    groups = tuple((group, one) for group, one in findings.items())
    whole = replace(groups[0][1], subjects=tuple(findings), labels=(), parts=(), averages=(), groups=groups)
    return _answer(replace(whole, within=within), "difference", name)


def _pairs(
    group: str, of: dict[str, Sample], first: Any, second: Any, against: Any, zero: bool
) -> list[tuple[str, ...]]:
    names = list(of)
    where = f" in {group}" if group else ""
    if against is not None:
        if (base := text_of(against)) not in of:
            _refuse(
                f"against={against!r} is not there{where}{did_you_mean(base, of)}; there are {', '.join(of)}"
            )
        return [(one, base) for one in names if one != base]
    if first is not None and second is not None:
        if len(names) < 2:
            _refuse(f"difference of {names[0]!r} and itself; name another experiment or another epoch")
        return [(names[0], names[1])]
    if zero:
        return [(one,) for one in names]
    if len(names) != 2:
        text = f"a difference is of two; there are {len(names)}{where} ({', '.join(names)})"
        _refuse(f"{text}: name first and second, give against=, or use ranking()")
    return [(names[0], names[1])]


def _at_epochs(results: Any, measure: Measure, first: Any, second: Any) -> dict[str, Sample]:
    found = [sample(results[one], measure, at) for one, at in (first, second)]
    same = found[0].name == found[1].name
    names = [
        str(at) if same else f"{one.name} at {at}"
        for one, (_, at) in zip(found, (first, second), strict=True)
    ]
    labels = [
        f"epoch {at}" if same else f"{one.label} after {at} epochs"
        for one, (_, at) in zip(found, (first, second), strict=True)
    ]
    return {name: replace(one, label=label) for one, name, label in zip(found, names, labels, strict=True)}


def change(
    data: Any, measure: Any, first_epoch: int, last_epoch: int, experiment: Any = None, name: str = "change"
) -> Answer:
    """Find what happened from one epoch to another: the last less the first, of each experiment that is read.

    Those of several are judged together, and asked by name: `change.more("complex")`.
    """
    measure = measured(measure, data)
    if experiment is None:
        read = list(data.experiments) or list(data)
    else:
        read = [
            text_of(one) for one in (experiment if isinstance(experiment, (list, tuple)) else [experiment])
        ]
    findings = []
    for one in read:
        of = _at_epochs(data, measure, (one, last_epoch), (one, first_epoch))
        findings.append(
            _finding(
                "difference", of, measure, (_part(of, tuple(of), measure, len(read)),), len(read), "epoch"
            )
        )
    findings = [replace(one, epoch=None) for one in findings]
    if len(findings) == 1:
        return _answer(findings[0], "change", name)
    groups = tuple(zip(read, findings, strict=True))
    whole = replace(findings[0], subjects=tuple(read), labels=(), parts=(), averages=(), groups=groups)
    return _answer(replace(whole, within="experiment"), "change", name)


def effect(data: Any, measure: Any, by: Any, epoch: int | None = None, name: str = "effect") -> Answer:
    """Find what each step along an axis brings, and all of them together, of a study or a column of numbers.

    Each step is compared as one of all steps and the whole, which is what `effect.more` asks. Gives `effect`,
    `mean` by value, and the table `means`. Raises `UsageError` for fewer than two values.
    """
    measure = measured(measure, data)
    of = samples(data, measure, by, epoch)
    if len(of) < 2:
        _refuse(f"an effect needs at least two values of {text_of(by)!r}; there is {', '.join(of) or 'none'}")
    steps = [(later, earlier) for earlier, later in pairwise(of)]
    if len(of) > 2:
        names = list(of)
        steps.append((names[-1], names[0]))
    parts = tuple(_part(of, step, measure, len(steps)) for step in steps)
    return _answer(_finding("effect", of, measure, parts, len(steps), _axis(data, by)), "effect", name)


def count(
    data: Any,
    experiments: Iterable[Any] | None,
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
    """
    measure = measured(measure, data)
    if (above is None) == (below is None):
        _refuse("count: give either above= or below=, the threshold in the unit of the measure")
    side, given = ("above", above) if above is not None else ("below", below)
    threshold = plain_number(given) / measure.stored
    single = experiments is not None and (isinstance(experiments, str) or hasattr(experiments, "name"))
    of = samples(data, measure, by, epoch, [experiments] if single else experiments)  # type: ignore[list-item]
    parts = []
    for subject, one in of.items():
        values = {unit: sum(each) / len(each) for unit, each in one.values.items()}
        beyond = sum(value > threshold if side == "above" else value < threshold for value in values.values())
        source = Source((subject,), measure.label, unit=one.design.unit, kind="counted", n=len(values))
        kept = tuple((unit, value if value == value else None) for unit, value in values.items())
        counted = Quantity(beyond, "", n=len(values), source=source, values=kept, exact=True)
        judgement: Any = "more" if beyond == len(values) else "less" if not beyond else "unclear"
        parts.append(Part(counted, (subject,), judgement))
    finding = _finding("count", of, measure, tuple(parts), 1, by)
    runs = sum(part.quantity.n for part in parts)
    total = Quantity(runs, "", source=Source(tuple(of), kind="counted", unit=finding.unit), exact=True)
    bound = Quantity(
        threshold, measure.quantity_unit, source=Source(measure=measure.label, kind="declared"), exact=True
    )
    return Answer(**{name: replace(finding, total=total, threshold=bound, side=side)})


def _means(of: dict[str, Sample], measure: Measure) -> dict[str, Quantity]:
    return {name: mean_of(one, measure) for name, one in of.items()}


def _part(of: dict[str, Sample], names: tuple[str, ...], measure: Measure, family: int) -> Part:
    first, *others = (of[name] for name in names)
    return compare(first, others[0] if others else 0.0, measure).part(names, measure, family)


def _finding(
    kind: Any, of: dict[str, Sample], measure: Measure, parts: tuple[Part, ...], family: int, by: Any
) -> Finding:
    epochs = {one.epoch for one in of.values()}
    first = next(iter(of.values()), None)
    axis = "" if text_of(by) == "experiment" else text_of(by)
    return Finding(
        kind,
        tuple(of),
        measure,
        parts,
        epochs.pop() if len(epochs) == 1 else None,
        family=family,
        labels=tuple(one.label or name for name, one in of.items()),
        averages=tuple(_means(of, measure).items()),
        unit=first.design.unit if first else "seed",
        axis=axis,
    )


def _axis(data: Any, by: Any) -> str:
    """The field that a study varies, or the column."""
    name = text_of(by)
    if hasattr(data, "studies"):
        return ", ".join(data.study(name)[0][0])
    return name


def _answer(finding: Finding, usual: str, name: str) -> Answer:
    """The finding by its name; under its usual one also its means and differences."""
    found: dict[str, Any] = {name: finding}
    if name == usual and name != "change":
        found |= {"mean": finding.mean, "means": finding.means}
        if finding.kind in ("ranking", "extremes"):
            found["difference"] = finding.difference
    return Answer(**found)


def _refuse(text: str) -> Any:
    raise UsageError(told(here(), text))
