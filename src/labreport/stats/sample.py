"""Samples: a value of a measure for each unit that was repeated, read from results or from a table alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from labreport.project import Data, Design, Measure, table
from labreport.project.checks import short_repr
from labreport.stats.names import find, text_of
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
    experiment, epoch = runs.experiment, epoch or runs.epoch
    return Sample(
        experiment.name,
        {run.seed: (measure.of(run, epoch) / (100.0 if measure.percent else 1.0),) for run in runs},
        {run.seed: measure.right(run, epoch) for run in runs} if measure.right else None,
        experiment.design,
        experiment.title or experiment.name,
        epoch if experiment.epochs > 1 else None,
        terms=tuple(sample(runs, term, epoch) for term in measure.terms),
    )


def measured(measure: Any, data: Any) -> Measure:
    """Check that a measure is one; of a table, the name of a column is one too. Raises `UsageError`."""
    if isinstance(measure, str) and (isinstance(data, Data) or hasattr(data, "groupby")):
        return Measure(measure, better="")
    if isinstance(measure, Measure):
        return measure
    return refuse(
        f"the measure is {short_repr(measure)}; write Measure(name, unit=…), with the unit of its value"
    )


def grouped(
    data: Any, measure: Measure, by: Any, within: str | None, epoch: Epoch, names: Iterable[Any] | None = None
) -> dict[str, dict[str, Sample]]:
    """Make the samples of results, a table, or samples that are made already, by group and name.

    `by` is the column, or the study, whose values are compared, and `within` the column of the groups; the
    only one is the empty text. Raises `UsageError` for unequal epochs, and a name that is not there.
    """
    names = None if names is None else list(names)
    if isinstance(data, Data) or hasattr(data, "groupby"):
        found = _of_table(data if isinstance(data, Data) else table(data), measure, by, within)
    elif within is not None:
        refuse(f"within={within!r} is a column of a table; results have none: compare by= a study")
    elif all(isinstance(data[name], Sample) for name in data):
        found = {"": {name: data[name] for name in data}}
    elif text_of(by) != "experiment":
        cells = ((" × ".join(map(label_of, point.values())), of) for point, of in data.study(text_of(by)))
        found = {"": {key: replace(sample(of, measure, epoch), name=key, label=key) for key, of in cells}}
    else:
        of = map(text_of, names) if names else data.experiments or data
        found = {"": {name: sample(data[name], measure, epoch) for name in of}}
        if epoch is None and len({one.epoch for one in found[""].values()}) > 1:
            words = ", ".join(f"{name}: {one.epoch or 1}" for name, one in found[""].items())
            refuse(f"{measure.name!r} would be compared after unequal epochs ({words}); give epoch=")
    if names is None:
        return found
    return {group: {find(name, of): of[find(name, of)] for name in names} for group, of in found.items()}


def label_of(value: Any) -> str:
    """A value of an axis in a few characters; equal values as their number times the value."""
    if not isinstance(value, (list, tuple)):
        return text_of(value)
    same = len(value) > 1 and len({*map(str, value)}) == 1
    return f"{len(value)} × {text_of(value[0])}" if same else "-".join(map(text_of, value)) or "none"


def _of_table(data: Data, measure: Measure, by: Any, within: str | None) -> dict[str, dict[str, Sample]]:
    by = None if by == "experiment" and by not in data.frame.columns else text_of(by)
    frame, note = _usable(data, measure, [measure.name, *filter(None, (by, within, data.replicate))])
    design = Design(data.unit, paired=bool(data.replicate))
    found: dict[str, dict[str, Sample]] = {}
    for group, rows in _split(frame, within):
        of = found[text_of(group) if within else ""] = {}
        for value, chosen in _split(rows, by):
            units = chosen[data.replicate].tolist() if data.replicate else range(len(chosen))
            values = chosen[measure.name].groupby(list(units), sort=False).agg(tuple).to_dict()
            name = text_of(value) if by else data.name
            called = f"{by} {name!r}" + (f" in {text_of(group)}" if within else "")
            of[name] = Sample(name, values, None, design, name, note=note, table=data, called=called)
    return found


def _split(frame: Any, column: str | None) -> list[tuple[Any, Any]]:
    """The rows of each value of a column, of categories and numbers in their order; without one, all rows."""
    if column is None:
        return [(None, frame)]
    ordered = hasattr(frame[column], "cat") or frame[column].dtype.kind in "iufb"
    return list(frame.groupby(column, sort=ordered, observed=True))


def _usable(data: Data, measure: Measure, needed: list[str]) -> tuple[Any, str]:
    """The rows that have a number and all that is grouped by, and what the numbers' source says of them."""
    for column in needed:
        data.check_column(column)
    numbers, empty = data.numbers(measure.name), data.frame[needed].isna()
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
