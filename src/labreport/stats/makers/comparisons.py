"""Rankings, differences, changes and effects: which pairs are compared and judged together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from labreport.errors import did_you_mean, refuse
from labreport.project.checks import name_of
from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.cells import NO_GROUP, have_order
from labreport.stats.makers.shared import Pairs, answer_of, compared_finding, finding_of, means_of
from labreport.stats.names import find_or_none
from labreport.stats.samples import (
    BY_EPOCH,
    BY_EXPERIMENT,
    By,
    Epoch,
    Keys,
    Observations,
    Samples,
    Subject,
    are_results,
    as_measure,
    as_results,
    as_table,
    axis_of,
    block_at,
    is_table,
    listed_subjects,
    refuse_epoch_of_table,
    samples,
    samples_of_blocks,
)
from labreport.stats.wording import enumeration
from labreport.stats.words import ComparedFinding, Difference, Effect, Ranking

if TYPE_CHECKING:
    from labreport.project import Experiment
    from labreport.results import Results

SubjectAtEpoch: TypeAlias = "tuple[Experiment | str, int]"
"""An experiment, and the epoch at which it is read."""


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
    by_subject = samples(data, measure, by, epoch=epoch)[NO_GROUP]
    return answer_of(rank(by_subject, measure, axis_of(by), pairs == "best", paired), name, "ranking")


def rank(
    samples: Samples, measure: Measure, axis: str, only_best: bool = False, paired: bool | None = None
) -> ComparedFinding:
    """Compare all pairs of samples, or only the best with each; each pair is judged as one of all pairs.

    `axis` is the name of the column or study whose values are the subjects.
    """
    if len(samples) < 2:
        names = ", ".join(samples) or "none"
        refuse(f"a ranking is of at least two; there is {names}: add to reads=, give by=")
    groups = {NO_GROUP: samples}
    pairs = list(combinations(samples, 2))
    family = len(pairs)
    if only_best:
        best = finding_of(Ranking, groups, measure, means_of(samples, measure), axis).order[0]
        pairs = [pair for pair in pairs if best in pair]
    return compared_finding(Ranking, groups, measure, {NO_GROUP: pairs}, axis, family=family, paired=paired)


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
    if isinstance(first, tuple) and isinstance(second, tuple):
        groups = _samples_at_epochs(data, measure, [first, second])
    else:
        groups = samples(data, measure, by, within, epoch, names)
    pairs = {}
    for group, by_subject in groups.items():
        pairs[group] = _pairs(by_subject, against, with_zero, group)
    finding = compared_finding(Difference, groups, measure, pairs, axis_of(by), within or "", family, paired)
    return answer_of(finding, name, "difference")


def _samples_at_epochs(
    data: Observations | Samples, measure: Measure, subjects: Sequence[SubjectAtEpoch], *, within: str = ""
) -> dict[str, Samples]:
    """The samples of pairs of experiment and epoch, such as `("wide", 50), ("small", 60)`.

    Subjects are named by epoch if the experiment is the same, or if each experiment is a group.
    """
    if not are_results(data):
        refuse_epoch_of_table(subjects[0][1])
    blocks = [block_at(data[experiment], epoch) for experiment, epoch in subjects]
    experiments = {block.runs.name for block in blocks}
    if within:
        return samples_of_blocks(blocks, measure, Keys((BY_EPOCH,), (within,)))
    names = (BY_EPOCH,) if len(experiments) == 1 else (BY_EXPERIMENT, BY_EPOCH)
    return samples_of_blocks(blocks, measure, Keys(names))


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
    subjects = []
    for changed in names:
        subjects += [(changed, last_epoch), (changed, first_epoch)]
    column = BY_EXPERIMENT if len(names) > 1 else ""
    groups = _samples_at_epochs(results, measure, subjects, within=column)
    pairs = {group: [tuple(by_epoch)] for group, by_epoch in groups.items()}
    finding = compared_finding(Difference, groups, measure, pairs, BY_EPOCH, column)
    return answer_of(finding, name, "change")


def effect(
    data: Observations | Samples,
    measure: Measure | str,
    by: By,
    epoch: Epoch = None,
    name: str = "effect",
    paired: bool | None = None,
    within: str | None = None,
) -> Answer:
    """Compare neighbouring values of a study or of a column of numbers, and the last value with the first.

    All these comparisons are judged together; `effect.more` is about the last with the first. `within` is
    another column, or the other axis of a study, in each value of which this is done. `paired` is explained
    at `difference`. Returns an answer with `effect`, `mean` by value and the table `means`. Raises
    `UsageError` for fewer than two values, for a column of texts, and for a study that varies several fields.
    """
    measure = as_measure(measure, data)
    groups = samples(data, measure, by, within, epoch)
    pairs = {}
    for group, by_subject in groups.items():
        names = list(by_subject)
        if len(names) < 2:
            listed = ", ".join(names) or "none"
            where = f" in {group}" if group else ""
            refuse(f"an effect needs at least two values of {name_of(by)!r}{where}; there is {listed}")
        steps = [(later, earlier) for earlier, later in pairwise(names)]
        if len(names) > 2:
            steps.append((names[-1], names[0]))
        pairs[group] = steps
    axis = axis_of(by) if within and are_results(data) else _axis_in_order(data, by)
    finding = compared_finding(Effect, groups, measure, pairs, axis, within or "", paired=paired)
    return answer_of(finding, name, "effect")


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
