"""Rankings, differences, changes and effects: which pairs are compared and judged together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from labreport.errors import did_you_mean, refuse
from labreport.project.checks import name_of
from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.cells import NO_GROUP, have_order
from labreport.stats.finding import Comparison, Difference, Effect, GroupedDifference, Ranking
from labreport.stats.inference import compare, compare_with_zero
from labreport.stats.makers.shared import answer_of, subjects_with_means
from labreport.stats.names import find_or_none
from labreport.stats.samples import (
    BY_EXPERIMENT,
    By,
    Epoch,
    Observations,
    Samples,
    Subject,
    are_results,
    as_measure,
    as_results,
    as_table,
    axis_of,
    is_table,
    listed_subjects,
    refuse_epoch_of_table,
    sample_of_runs,
    samples_by_group,
    samples_by_name,
)
from labreport.stats.wording import enumeration

if TYPE_CHECKING:
    from labreport.project import Experiment
    from labreport.results import Results

SubjectAtEpoch: TypeAlias = "tuple[Experiment | str, int]"
"""An experiment, and the epoch at which it is read."""
Pairs: TypeAlias = Sequence[tuple[str, ...]]
"""What is compared: pairs of names, or single names, which are compared with zero."""


def ranking(
    data: Observations | Samples,
    measure: Measure | str,
    by: By = BY_EXPERIMENT,
    epoch: Epoch = None,
    name: str = "ranking",
    pairs: Literal["all", "best"] = "all",
    paired: bool | None = None,
) -> Answer:
    """Compare all pairs of subjects, and find which is best, which are level with it, and which are behind.

    The best subject has the highest mean, or the lowest if the measure says `better="lower"`. Each pair is
    judged as one of all pairs. With `pairs="best"`, for many subjects, only the best is compared with each
    other one. `paired` is explained at `difference`. Returns an answer with `ranking`, `mean`, `difference`
    and the table `means`; with another `name`, only the finding, which contains these. Raises `UsageError`
    for fewer than two subjects.
    """
    measure = as_measure(measure, data)
    if pairs not in ("all", "best"):
        refuse(f"pairs={pairs!r}; allowed are 'all' and 'best'{did_you_mean(pairs, ('all', 'best'))}")
    samples = samples_by_name(data, measure, by, epoch)
    return answer_of(rank(samples, measure, axis_of(by), pairs == "best", paired), name, "ranking")


def rank(
    samples: Samples, measure: Measure, axis: str, only_best: bool = False, paired: bool | None = None
) -> Ranking:
    """Compare all pairs of samples, or only the best with each; each pair is judged as one of all pairs.

    `axis` is the name of the column or study whose values are the subjects.
    """
    if len(samples) < 2:
        names = ", ".join(samples) or "none"
        refuse(f"a ranking is of at least two; there is {names}: add to reads=, give by=")
    pairs = list(combinations(samples, 2))
    family = len(pairs)
    unjudged = Ranking(**vars(subjects_with_means(samples, measure, axis)), family=family)
    if only_best:
        best = unjudged.order[0]
        pairs = [pair for pair in pairs if best in pair]
    return replace(unjudged, comparisons=_compare_pairs(samples, measure, pairs, family, paired))


def difference(
    data: Observations | Samples,
    measure: Measure | str,
    first: Subject | SubjectAtEpoch | None = None,
    second: Subject | SubjectAtEpoch | None = None,
    *,
    by: By = BY_EXPERIMENT,
    against: Subject | None = None,
    within: str | None = None,
    epoch: Epoch = None,
    name: str = "difference",
    family: int | None = None,
    paired: bool | None = None,
) -> Answer:
    """Compare two subjects, or each value of a column with the one named in `against`.

    `first` and `second` may also be pairs of an experiment and an epoch. All comparisons, over all groups of
    `within`, are judged together; `family` replaces their number if more were declared elsewhere. A measure
    that is itself a difference (`TRAINING - TEST`, or one with the unit "points") is compared with zero if
    there is no `second`.

    Runs are paired by seed. Replicates of a table are paired if all are in both groups, and the groups are
    independent if none is. If only some are in both, `paired=True` compares these, and `paired=False`
    compares two independent groups.

    Returns an answer with `difference`, `mean` and the table `means`; with another `name`, only the finding,
    which contains these.
    """
    measure = as_measure(measure, data)
    with_zero = second is None and (measure.unit == "points" or bool(measure.terms))
    names = [subject for subject in (first, second) if subject is not None] or None
    if within is not None:
        groups = samples_by_group(data, measure, by, within, epoch, names)
    elif isinstance(first, tuple) and isinstance(second, tuple):
        groups = {NO_GROUP: _samples_at_epochs(data, measure, first, second)}
    else:
        groups = {NO_GROUP: samples_by_name(data, measure, by, epoch, names)}
    finding = _difference(groups, measure, axis_of(by), within or "", against, with_zero, family, paired)
    return answer_of(finding, name, "difference")


def _difference(
    groups: dict[str, Samples],
    measure: Measure,
    axis: str,
    column: str,
    against: Subject | None = None,
    with_zero: bool = False,
    family: int | None = None,
    paired: bool | None = None,
) -> Difference | GroupedDifference:
    """The differences of all groups, the values of `column`; without a column, that of `NO_GROUP`.

    All comparisons are judged together; `family` replaces their number.
    """
    pairs_of = {group: _pairs(samples, against, with_zero, group) for group, samples in groups.items()}
    family = family or sum(map(len, pairs_of.values()))
    differences = {}
    for group, samples in groups.items():
        comparisons = _compare_pairs(samples, measure, pairs_of[group], family, paired)
        subjects = vars(subjects_with_means(samples, measure, axis))
        differences[group] = Difference(
            **subjects, comparisons=comparisons, family=family, group=group, group_column=column
        )
    first = next(iter(differences.values()))
    if not column:
        return first
    return GroupedDifference(
        names=tuple(differences),
        measure=first.measure,
        epoch=first.epoch,
        unit_name=first.unit_name,
        axis=axis,
        family=family,
        group_column=column,
        groups=tuple(differences.items()),
    )


def _samples_at_epochs(data: Observations | Samples, measure: Measure, *subjects: SubjectAtEpoch) -> Samples:
    """The samples of pairs of experiment and epoch, such as `("wide", 50), ("small", 60)`."""
    if not are_results(data):
        refuse_epoch_of_table(subjects[0][1])
    experiments = {name_of(experiment) for experiment, _ in subjects}
    samples: Samples = {}
    for experiment, epoch in subjects:
        sample = sample_of_runs(data[experiment], measure, epoch)
        if len(experiments) == 1:
            samples[str(epoch)] = replace(sample, label=f"epoch {epoch}")
        else:
            label = f"{sample.label} after {epoch} epochs"
            samples[f"{sample.name} at {epoch}"] = replace(sample, label=label)
    return samples


def _pairs(samples: Samples, against: Subject | None, with_zero: bool, group: str) -> Pairs:
    """The pairs to compare. Raises `UsageError` if the author's arguments do not determine them."""
    where = f" in {group}" if group else ""
    names = list(samples)
    if against is not None:
        base = find_or_none(against, names)
        if base is None:
            advice = did_you_mean(name_of(against), names, "there are")
            refuse(f"against={against!r} is not there{where}{advice}")
        return [(name, base) for name in names if name != base]
    if with_zero:
        return [(name,) for name in names]
    if len(names) != 2:
        many = f"a difference is of two, not of {len(names)}{where} ({', '.join(names)})"
        refuse(f"{many}: name both, give against= or use ranking()")
    return [tuple(names)]


def change(
    data: Results,
    measure: Measure,
    first_epoch: int,
    last_epoch: int,
    experiment: Subject | Iterable[Subject] | None = None,
    name: str = "change",
) -> Answer:
    """Compare the last epoch with the first, for each experiment that is read, or for those named.

    Several changes are judged together, and asked by name: `change.more("complex")`. Returns an answer with
    `change`, `mean` by epoch (for several experiments, by experiment and epoch) and the table `means`.
    """
    results = as_results(data)
    measure = as_measure(measure, results)
    named = listed_subjects(experiment)
    names = results.experiments if named is None else list(map(name_of, named))
    if not names:
        refuse("change: no experiment is named; name one or several, or give None for all that are read")
    groups = {}
    for changed in names:
        groups[changed] = _samples_at_epochs(results, measure, (changed, last_epoch), (changed, first_epoch))
    column = "experiment"
    if len(groups) == 1:
        groups = {NO_GROUP: groups[names[0]]}
        column = ""
    return answer_of(_difference(groups, measure, "epoch", column), name, "change")


def effect(
    data: Observations | Samples,
    measure: Measure | str,
    by: By,
    epoch: Epoch = None,
    name: str = "effect",
    paired: bool | None = None,
) -> Answer:
    """Compare neighbouring values of a study or of a column of numbers, and the last value with the first.

    All these comparisons are judged together; `effect.more` is about the last with the first. `paired` is
    explained at `difference`. Returns an answer with `effect`, `mean` by value and the table `means`. Raises
    `UsageError` for fewer than two values, for a column of texts, and for a study that varies several fields.
    """
    measure = as_measure(measure, data)
    samples = samples_by_name(data, measure, by, epoch)
    names = list(samples)
    if len(names) < 2:
        listed = ", ".join(names) or "none"
        refuse(f"an effect needs at least two values of {name_of(by)!r}; there is {listed}")
    steps = [(later, earlier) for earlier, later in pairwise(names)]
    if len(names) > 2:
        steps.append((names[-1], names[0]))
    axis = _axis_in_order(data, by)
    comparisons = _compare_pairs(samples, measure, steps, len(steps), paired)
    subjects = subjects_with_means(samples, measure, axis)
    return answer_of(Effect(**vars(subjects), comparisons=comparisons, family=len(steps)), name, "effect")


def _axis_in_order(data: Observations | Samples, by: By) -> str:
    """The field that the study varies, or the column: the axis of an effect.

    Raises `UsageError` if its values have no order, as in a column of texts and in a study of several fields.
    """
    axis, column = axis_of(by), name_of(by)
    if is_table(data) and not have_order(as_table(data).frame[column]):
        refuse(f"an effect is along numbers, and column {column!r} has texts: use ranking() or difference()")
    if are_results(data):
        axis, *others = data.study(by)[0][0]
        if others:
            fields = enumeration([axis, *others])
            refuse(f"an effect is along one field, and study {name_of(by)!r} varies {fields}: use grid()")
    return axis


def _compare_pairs(
    samples: Samples, measure: Measure, pairs: Pairs, family: int, paired: bool | None
) -> tuple[Comparison, ...]:
    """Compare pairs of samples, or single samples with zero, each as one of `family` comparisons."""
    comparisons = []
    for names in pairs:
        if len(names) == 1:
            quantity = compare_with_zero(measure, family, samples[names[0]])
        else:
            quantity = compare(measure, family, samples[names[0]], samples[names[1]], paired)
        comparisons.append(Comparison(quantity, names))
    return tuple(comparisons)
