"""Common steps of all makers: computing the means of subjects, and putting a finding into an answer."""

from __future__ import annotations

from dataclasses import replace

from labreport.project.measure import Measure
from labreport.stats.answers import Answer
from labreport.stats.finding import MeasuredFinding, Ranking, SubjectFinding
from labreport.stats.inference import mean_of
from labreport.stats.samples import Samples


def subjects_with_means(samples: Samples, measure: Measure, axis: str) -> SubjectFinding:
    """The subjects with the mean of each sample; `axis` is the column or study whose values they are."""
    labels = []
    means = []
    for name, sample in samples.items():
        labels.append(sample.label or name)
        means.append((name, mean_of(sample, measure)))
    first = next(iter(samples.values()))
    has_one_epoch = all(sample.epoch == first.epoch for sample in samples.values())
    return SubjectFinding(
        subjects=tuple(samples),
        measure=_without_functions(measure),
        epoch=first.epoch if has_one_epoch else None,
        labels=tuple(labels),
        subject_means=tuple(means),
        unit_name=first.design.unit,
        axis=axis,
    )


def _without_functions(measure: Measure) -> Measure:
    """A copy of a measure for storage, without the author's functions."""
    terms = tuple(map(_without_functions, measure.terms))
    return replace(measure, value=None, right=None, reduce="mean", terms=terms)


def answer_of(finding: MeasuredFinding, name: str, usual_name: str) -> Answer:
    """An answer with a finding; under its usual name also its means, and the differences of a ranking."""
    if name != usual_name:
        return Answer(**{name: finding})
    answer = Answer(**{name: finding}, mean=finding.mean, means=finding.means)
    if isinstance(finding, Ranking):
        answer |= Answer(difference=finding.difference)
    return answer
