"""Samples: a value of a measure for each unit that was repeated, read from results or from a table alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from labreport.errors import did_you_mean
from labreport.project.checks import brief
from labreport.project.experiment import Design
from labreport.project.measure import Measure
from labreport.project.table import Data, table
from labreport.stats.names import text_of
from labreport.stats.quantity import refuse

Epoch: TypeAlias = int | None


@dataclass(frozen=True)
class Sample:
    """A measure of one thing: for each unit its repetitions, in most cases one.

    `right`, where it is known, has for each unit which items are right; samples whose `items` are equal have
    the same items, by place. `terms` are the two samples of a measure that is a difference. `table` is where
    it is from, `called` its place there (`dose '10' in HT29`), and `note` says what was left out of that.
    """

    name: str
    values: Mapping[Any, tuple[float, ...]]
    right: Mapping[Any, Any] | None = None
    design: Design = field(default_factory=Design)
    label: str = ""
    epoch: int | None = None
    items: str = ""
    terms: tuple[Sample, ...] = ()
    note: str = ""
    table: Data | None = None
    called: str = ""

    def only(self, units: Sequence[Any]) -> Sample:
        """The same, of these units in this order."""
        right = None if self.right is None else {unit: self.right[unit] for unit in units}
        terms = tuple(one.only(units) for one in self.terms)
        return replace(self, values={unit: self.values[unit] for unit in units}, right=right, terms=terms)


def sample(runs: Any, measure: Measure, epoch: Epoch = None) -> Sample:
    """Make the sample of a measure from the runs of an experiment, by default at the last declared epoch."""
    import numpy as np

    experiment, epoch, right = runs.experiment, epoch or runs.epoch, None
    of = 100.0 if measure.percent else 1.0
    if measure.right is not None:
        right = {run.seed: np.asarray(measure.right(run, epoch), dtype=bool) for run in runs}
    return Sample(
        experiment.name,
        {run.seed: (measure.of(run, epoch) / of,) for run in runs},
        right or None,
        experiment.design,
        experiment.title or experiment.name,
        epoch if experiment.epochs > 1 else None,
        terms=tuple(sample(runs, term, epoch) for term in measure.terms),
    )


def measured(measure: Any, data: Any) -> Measure:
    """Check that a measure is one; of a table, the name of a column is one too. Raises `UsageError`."""
    if isinstance(measure, Measure):
        return measure
    if isinstance(measure, str) and _is_table(data):
        return Measure(measure, better="")
    return refuse(f"the measure is {brief(measure)}; write Measure(name, unit=…), with the unit of its value")


def grouped(
    data: Any, measure: Measure, by: Any, within: str | None, epoch: Epoch, names: Iterable[Any] | None = None
) -> dict[str, dict[str, Sample]]:
    """Make the samples of results, a table, or samples that are made already, by group and name.

    `by` is the column, or the study, whose values are compared, and `within` the column of the groups; without
    it, the one group is the empty text. Raises `UsageError` where epochs differ and none is given, and for a
    name that is not there.
    """
    wanted = None if names is None else [text_of(name) for name in names]
    if _is_table(data):
        return _of_table(data, measure, by, within, wanted)
    if within is not None:
        refuse(f"within={within!r} is a column of a table; results have none: compare by= a study")
    if all(isinstance(data[name], Sample) for name in data):
        found = {name: data[name] for name in data}
    elif text_of(by) != "experiment":
        if text_of(by) not in data.studies:
            refuse(f"by={text_of(by)!r} is no study that is read{did_you_mean(text_of(by), data.studies)}")
        cells = ((" × ".join(map(label_of, point.values())), runs) for point, runs in data.study(by))
        found = {name: replace(sample(runs, measure, epoch), name=name, label=name) for name, runs in cells}
    else:
        found = {name: sample(data[name], measure, epoch) for name in wanted or data.experiments or data}
        if epoch is None and len({one.epoch for one in found.values()}) > 1:
            words = ", ".join(f"{name}: {one.epoch or 1}" for name, one in found.items())
            refuse(f"{measure.name!r} would be compared after unequal epochs ({words}); give epoch=")
    return {"": _chosen(found, wanted)}


def label_of(value: Any) -> str:
    """A value of an axis in a few characters; equal values as their number times the value."""
    if not isinstance(value, (list, tuple)):
        return text_of(value)
    same = len(value) > 1 and len({*map(str, value)}) == 1
    return f"{len(value)} × {text_of(value[0])}" if same else "-".join(map(text_of, value)) or "none"


def _chosen(of: dict[str, Sample], names: list[str] | None) -> dict[str, Sample]:
    names = list(of) if names is None else names
    if wrong := [name for name in names if name not in of]:
        refuse(f"there is no {wrong[0]!r}{did_you_mean(wrong[0], of, 'there are')}")
    return {name: of[name] for name in names}


def _is_table(data: Any) -> bool:
    return hasattr(data, "frame") or hasattr(data, "groupby")


def _of_table(
    data: Any, measure: Measure, by: Any, within: str | None, names: list[str] | None
) -> dict[str, dict[str, Sample]]:
    data = data if isinstance(data, Data) else table(data)
    by = None if by == "experiment" and by not in data.frame.columns else text_of(by)
    frame, note = _usable(data, measure, list(filter(None, (by, within, data.replicate))))
    design = Design(data.unit, paired=bool(data.replicate))
    found: dict[str, dict[str, Sample]] = {}
    for group, rows in _split(frame, within):
        of: dict[str, Sample] = {}
        for value, chosen in _split(rows, by):
            units = chosen[data.replicate].tolist() if data.replicate else range(len(chosen))
            values = chosen[measure.name].groupby(list(units), sort=False).agg(tuple).to_dict()
            name = text_of(value) if by else data.name
            called = f"{by} {name!r}" + (f" in {text_of(group)}" if within else "")
            of[name] = Sample(name, values, None, design, name, note=note, table=data, called=called)
        found[text_of(group) if within else ""] = _chosen(of, names)
    return found


def _split(frame: Any, column: str | None) -> list[tuple[Any, Any]]:
    """The rows of each value of a column, of categories and numbers in their order; without one, all rows."""
    if column is None:
        return [(None, frame)]
    ordered = hasattr(frame[column], "cat") or frame[column].dtype.kind in "iufb"
    return list(frame.groupby(column, sort=ordered, observed=True))


def _usable(data: Data, measure: Measure, columns: list[str]) -> tuple[Any, str]:
    """The rows that have a number and all that is grouped by, and what the numbers' source says of them."""
    for column in (measure.name, *columns):
        data.check_column(column)
    numbers, empty = data.numbers(measure.name), data.frame[[measure.name, *columns]].isna()
    lacking = empty.any(axis=1)
    if lacking.any() and data.missing != "drop":
        place = lacking.tolist().index(True)
        text = f"{data.line(place)} has no value in column {empty.columns[empty.iloc[place]][0]!r}"
        data.refuse(f'{text}; missing="drop" leaves such rows out and counts them')
    for place, number in enumerate(numbers.tolist()):
        measure.checked(number, f"{data.name}, {data.line(place)}")
    if measure.percent and 0 <= numbers.min() and 0 < numbers.max() <= 1.5:
        text = "all values are below 1.5; percent=True is for values such as 97.3; leave it out for fractions"
        measure.refuse(f"{data.name}: {text}")
    scaled = numbers.astype(float) / (100.0 if measure.percent else 1.0)
    left_out = f", {lacking.sum()} of {len(lacking)} rows missing" if lacking.any() else ""
    return data.frame.assign(**{measure.name: scaled})[~lacking], data.name + left_out
