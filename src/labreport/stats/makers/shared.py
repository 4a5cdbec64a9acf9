"""Common steps of all makers: the rows of a finding, and putting a finding into an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias, TypeVar

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.finding import MeasuredFinding
from labreport.stats.inference import compare, compare_with_zero, mean_of
from labreport.stats.quantity import Quantity
from labreport.stats.samples import Samples
from labreport.stats.words import ComparedFinding, Ranking

Pairs: TypeAlias = Sequence[tuple[str, ...]]
"""What is compared: pairs of names, or single names, which are compared with zero."""
Kind = TypeVar("Kind", bound=MeasuredFinding)


def means_of(samples: Samples, measure: Measure, group: str = "") -> list[Quantity]:
    """The mean of each sample, named by its subject and group."""
    return [mean_of(sample, measure, subject, group) for subject, sample in samples.items()]


def finding_of(
    kind: type[Kind],
    groups: Mapping[str, Samples],
    measure: Measure,
    rows: Iterable[Quantity],
    axis: str,
    column: str = "",
    family: int = 1,
) -> Kind:
    """A finding of these rows. `axis` and `column` are the columns or studies of the subjects and groups."""
    labels = {}
    for samples in groups.values():
        for name, sample in samples.items():
            if sample.label not in ("", name):
                labels[name] = sample.label
    stored = _without_functions(measure)
    return kind(measure=stored, rows=tuple(rows), labels=labels, axis=axis, column=column, family=family)


def compared_finding(
    kind: type[ComparedFinding],
    groups: Mapping[str, Samples],
    measure: Measure,
    pairs: Mapping[str, Pairs],
    axis: str,
    column: str = "",
    family: int | None = None,
    paired: bool | None = None,
) -> ComparedFinding:
    """The means of all subjects and the comparisons of these pairs, group by group.

    All comparisons are judged together; `family` replaces their number.
    """
    family = family or sum(map(len, pairs.values()))
    rows = []
    for group, samples in groups.items():
        rows += means_of(samples, measure, group)
        for names in pairs[group]:
            if len(names) == 1:
                row = compare_with_zero(measure, family, samples[names[0]])
            else:
                row = compare(measure, family, samples[names[0]], samples[names[1]], paired)
            rows.append(replace(row, subjects=names, group=group))
    return finding_of(kind, groups, measure, rows, axis, column, family)


def _without_functions(measure: Measure) -> Measure:
    """A copy of a measure for storage, without the author's functions."""
    terms = tuple(map(_without_functions, measure.terms))
    return replace(measure, value=None, right=None, reduce="mean", terms=terms)


def answer_of(finding: ComparedFinding, name: str, usual_name: str) -> Answer:
    """An answer with a finding; under its usual name also its means, and the differences of a ranking."""
    if name != usual_name:
        return Answer(**{name: finding})
    answer = Answer(**{name: finding}, mean=finding.mean, means=finding.means)
    if isinstance(finding, Ranking):
        answer |= Answer(difference=finding.difference)
    return answer
