"""Samples: a value of a measure for each unit that was repeated, read from results or from a table alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from labreport.errors import refuse
from labreport.project import Data, Design, Measure, table
from labreport.project.checks import short_repr
from labreport.stats.cells import Cell, cells_of_table
from labreport.stats.names import find, text_of

if TYPE_CHECKING:
    import pandas

    from labreport.project import Study
    from labreport.results import Results

AnyData: TypeAlias = "Results | Data | pandas.DataFrame | Mapping[str, Sample]"
"""What an author's function gets, a DataFrame, or samples that are made already."""
By: TypeAlias = "Study | str"
"""What subjects are values of: a study, or the name of a column."""
Epoch: TypeAlias = int | None
"""The epoch after which runs are read; None: the last that is declared."""
Groups: TypeAlias = dict[str, dict[str, "Sample"]]
"""Samples by group (of a column within which they are compared, else the empty text), and by name."""


@dataclass(frozen=True)
class Sample:
    """A measure of one thing: a value for each unit, NaN where there is none.

    `correct`, where it is known, has for each unit which items are right; samples whose `items` are equal
    have the same items, by place. `terms` are the two samples of a measure that is a difference. `yes_no`:
    values are 1 and 0 of what happened or did not. `cell` is the part of a table that it was read from.
    """

    name: str
    values: Mapping[Any, float]
    correct: Mapping[Any, Any] | None = None
    design: Design = field(default_factory=Design)
    label: str = ""
    epoch: int | None = None
    items: str = ""
    terms: tuple[Sample, ...] = ()
    yes_no: bool = False
    cell: Cell | None = None

    @property
    def numbers(self) -> list[float]:
        """The values alone."""
        return list(self.values.values())

    @property
    def correct_by_unit(self) -> list[Any]:
        """Which items are right, shape (units, items)."""
        return list((self.correct or {}).values())

    def only(self, units: Sequence[Any]) -> Sample:
        """The same, of these units in this order."""
        values = {unit: self.values[unit] for unit in units}
        correct = None if self.correct is None else {unit: self.correct[unit] for unit in units}
        return replace(self, values=values, correct=correct)


def is_table(data: Any) -> bool:
    """Whether it is a declared table or a DataFrame, and no results."""
    return isinstance(data, Data) or hasattr(data, "groupby")


def as_table(data: Any) -> Data:
    """A declared table as it is, a DataFrame as one of independent rows."""
    return data if isinstance(data, Data) else table(data)


def as_measure(measure: Any, data: Any) -> Measure:
    """Check that a measure is one that can be read off `data`; of a table, the name of a column is one too.

    A column of yes and no is measured in per cent. Raises `UsageError`.
    """
    if isinstance(measure, str) and is_table(data):
        measure = Measure(measure, better="")
    if not isinstance(measure, Measure):
        refuse(
            f"the measure is {short_repr(measure)}; write Measure(name, unit=…), with the unit of its value"
        )
    if not is_table(data):
        if measure.reduce != "mean":
            measure.refuse_declaration(
                "reduce= says what is taken of a table's rows; a run has one value: compute it in value="
            )
        return measure
    return _measure_of_column(measure, as_table(data))


def _measure_of_column(measure: Measure, data: Data) -> Measure:
    """The measure as a table is read by it, in per cent for a column of True and False."""
    if measure.value is not None or measure.right is not None:
        argument = "right" if measure.value is None else "value"
        advice = "name the column, and by reduce= what is taken of the rows of a replicate"
        measure.refuse_declaration(f"{argument}= reads a run, and {data.name} is a table: {advice}")
    if measure.reduce != "mean" and data.replicate is None:
        measure.refuse_declaration(
            f"reduce={measure.reduction!r} is taken of the rows of a replicate, and {data.name} has none:"
            " write table(…, replicate=…)"
        )
    data.check_column(measure.name)
    if not data.has_truths(measure.name) or measure.is_share:
        return measure
    if measure.unit:
        measure.refuse_declaration(
            f"{data.name} has True and False in it; their share has the unit '%', not {measure.unit!r}"
        )
    return replace(measure, unit="%")


def sample(runs: Any, measure: Measure, epoch: Epoch = None) -> Sample:
    """Make the sample of a measure from the runs of an experiment, by default at the last declared epoch."""
    experiment = runs.experiment
    if epoch is None:
        epoch = runs.epoch
    elif epoch < 1:
        refuse(f"epoch={epoch}: the first epoch is 1; leave epoch= out for the last that is declared")
    readings = {run.seed: measure.read(run, epoch) for run in runs}
    yes_no = bool(readings) and all(isinstance(reading, bool) for reading in readings.values())
    if yes_no and (measure.percent or not measure.is_share):
        measure.refuse_declaration(
            f"{experiment.name!r} has True and False in it; their share has the unit '%', and no percent=True"
        )
    values = {seed: float(reading) / measure.input_factor for seed, reading in readings.items()}
    correct = None
    if measure.right is not None:
        correct = {run.seed: measure.right(run, epoch) for run in runs}
    label = experiment.title or experiment.name
    terms = tuple(sample(runs, term, epoch) for term in measure.terms)
    shown_epoch = epoch if experiment.epochs > 1 else None
    return Sample(
        experiment.name,
        values,
        correct,
        experiment.design,
        label,
        shown_epoch,
        terms=terms,
        yes_no=yes_no,
    )


def samples_by_group(
    data: Any,
    measure: Measure,
    by: Any,
    within: str | None,
    epoch: Epoch,
    names: Iterable[Any] | None = None,
) -> Groups:
    """Make the samples of results, a table, or samples that are made already, by group and name.

    `by` is the column, or the study, whose values are compared, and `within` the column of the groups;
    without one, the only group is "". Raises `UsageError` for unequal epochs, an epoch of a table, a name
    that is not there, and a value of a table that is nearly one of the names.
    """
    wanted = None if names is None else list(names)
    if is_table(data):
        refuse_epochs_of_table(epoch)
        return _of_table(as_table(data), measure, by, within, wanted)
    if within is not None:
        refuse(f"within={within!r} is a column of a table; results have none: compare by= a study")
    if all(isinstance(data[name], Sample) for name in data):
        samples = {name: data[name] for name in data}
    elif text_of(by) == "experiment":
        samples = _of_experiments(data, measure, epoch, wanted)
    else:
        samples = _of_study(data, measure, by, epoch)
    if wanted is not None:
        chosen = [find(name, samples) for name in wanted]
        samples = {name: samples[name] for name in chosen}
    return {"": samples}


def refuse_epochs_of_table(*epochs: Epoch) -> None:
    """Raise `UsageError` where an epoch of a table is asked for."""
    for epoch in epochs:
        if epoch is not None:
            refuse(f"epoch={epoch!r}: a table has no epochs; within= compares inside the values of a column")


def _of_experiments(
    results: Any, measure: Measure, epoch: Epoch, names: Iterable[Any] | None
) -> dict[str, Sample]:
    """The samples of some experiments, or of all that are read, at epochs that are equal."""
    chosen = [text_of(name) for name in names] if names else list(results.experiments or results)
    samples = {name: sample(results[name], measure, epoch) for name in chosen}
    epochs = {name: of_name.epoch or 1 for name, of_name in samples.items()}
    if epoch is None and len(set(epochs.values())) > 1:
        listed = ", ".join(f"{name}: {last}" for name, last in epochs.items())
        refuse(f"{measure.name!r} would be compared after unequal epochs ({listed}); give epoch=")
    return samples


def _of_study(results: Any, measure: Measure, study: Any, epoch: Epoch) -> dict[str, Sample]:
    """The samples of the cells of a study, by the values of its axes: `0.5 × 0.9`."""
    samples = {}
    for point, runs in results.study(text_of(study)):
        key = " × ".join(map(label_of, point.values()))
        samples[key] = replace(sample(runs, measure, epoch), name=key, label=key)
    return samples


def _of_table(
    data: Data, measure: Measure, by: Any, within: str | None, names: Sequence[Any] | None
) -> Groups:
    """The samples of the cells of a table, by the values of `within` and of `by`."""
    column = None if by == "experiment" and by not in data.frame.columns else text_of(by)
    design = Design(data.unit, paired=data.replicate is not None)
    groups: Groups = {}
    for group, cells in cells_of_table(data, measure, column, within, names).items():
        groups[group] = {}
        for name, cell in cells.items():
            yes_no = cell.division.yes_no
            sample_of_cell = Sample(name, cell.values, design=design, label=name, yes_no=yes_no, cell=cell)
            groups[group][name] = sample_of_cell
    return groups


def label_of(value: Any) -> str:
    """A value of an axis in a few characters, for people: of three layers of 8 `3 × 8`.

    Names of experiments spell the same `8x3`, by `_value_in_name` of `project.experiment`: they are keys.
    """
    if not isinstance(value, (list, tuple)):
        return text_of(value)
    if len(value) > 1 and len({str(element) for element in value}) == 1:
        return f"{len(value)} × {text_of(value[0])}"
    return "-".join(map(text_of, value)) or "none"
