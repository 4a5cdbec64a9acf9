"""Samples: a value of a measure for each replicate, read from results or from a table alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from labreport.errors import refuse
from labreport.project import Data, Design, Measure, table
from labreport.project.checks import name_of, short_repr
from labreport.stats.cells import NO_GROUP, Cell, cells_of_table
from labreport.stats.names import find

if TYPE_CHECKING:
    import pandas
    from numpy.typing import NDArray
    from typing_extensions import TypeIs

    from labreport.project import Experiment, Study
    from labreport.results import Results, Runs

Observations: TypeAlias = "Results | Data | pandas.DataFrame | Mapping[str, Sample]"
"""What an author's function gets, a DataFrame, or samples that are made already."""
By: TypeAlias = "Study | str"
"""What subjects are values of: a study, or the name of a column."""
BY_EXPERIMENT = "experiment"
"""What `by` is where the author says nothing: each experiment is a subject, of a table all rows together."""
Epoch: TypeAlias = int | None
"""The epoch after which runs are read; None: the last that is declared."""
Subject: TypeAlias = "Experiment | str | float"
"""An experiment, its name, or a value of a column."""
Samples: TypeAlias = dict[str, "Sample"]
"""Samples by the name of their subject."""


@dataclass(frozen=True)
class Sample:
    """A measure of one subject: a value for each replicate (of runs, their seed), NaN where there is none.

    `correct`, where it is known, has for each replicate which items are right; samples whose `items` are
    equal have the same items, by place. `terms` are the two samples of a measure that is a difference.
    `yes_no`: values are 1 and 0 of what happened or did not. `cell` is the part of a table that it was read
    from.
    """

    name: str
    values: Mapping[Any, float]
    correct: Mapping[Any, NDArray[Any]] | None = None
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
    def correct_by_replicate(self) -> list[NDArray[Any]]:
        """Which items are right, shape (replicates, items)."""
        return list((self.correct or {}).values())

    def only(self, replicates: Sequence[Any]) -> Sample:
        """The same, of these replicates in this order."""
        values = {replicate: self.values[replicate] for replicate in replicates}
        correct = self.correct
        if correct is not None:
            correct = {replicate: correct[replicate] for replicate in replicates}
        return replace(self, values=values, correct=correct)


def is_table(data: object) -> TypeIs[Data | pandas.DataFrame]:
    """Whether it is a declared table or a DataFrame, and no results."""
    return isinstance(data, Data) or hasattr(data, "groupby")


def are_results(data: object) -> TypeIs[Results]:
    """Whether it is the results of experiments, and neither a table nor samples that are made already."""
    return isinstance(data, Mapping) and hasattr(data, "study")


def as_table(data: Data | pandas.DataFrame) -> Data:
    """A declared table as it is, a DataFrame as one of independent rows."""
    return data if isinstance(data, Data) else table(data)


def column_of(data: Data, by: By) -> str | None:
    """The column by whose values a table is divided; None where the author names none."""
    if by == BY_EXPERIMENT and BY_EXPERIMENT not in data.frame.columns:
        return None
    return name_of(by)


def axis_of(by: By) -> str:
    """The name of what subjects are values of; empty where they are experiments."""
    return "" if by == BY_EXPERIMENT else name_of(by)


def as_measure(measure: Measure | str, data: Observations | Runs) -> Measure:
    """Check that a measure is one that can be read off `data`; of a table, the name of a column is one too.

    A column of yes and no is measured in per cent. Raises `UsageError`.
    """
    if isinstance(measure, str) and is_table(data):
        measure = Measure(measure, better="")
    if not isinstance(measure, Measure):
        refuse(
            f"the measure is {short_repr(measure)}; write Measure(name, unit=…), with the unit of its value"
        )
    if is_table(data):
        return _measure_of_column(measure, as_table(data))
    if measure.reduce != "mean":
        measure.refuse_declaration(
            "reduce= says what is taken of a table's rows; a run has one value: compute it in value="
        )
    return measure


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


def sample_of_runs(runs: Runs, measure: Measure, epoch: Epoch = None) -> Sample:
    """Make the sample of a measure from the runs of an experiment, by default at the last declared epoch."""
    experiment = runs.experiment
    if epoch is None:
        epoch = runs.epoch
    elif epoch < 1:
        refuse(f"epoch={epoch}: the first epoch is 1; leave epoch= out for the last that is declared")
    readings = {run.seed: measure.read(run, epoch) for run in runs}
    values = {seed: float(reading) / measure.input_factor for seed, reading in readings.items()}
    yes_no = bool(readings) and all(isinstance(reading, bool) for reading in readings.values())
    if yes_no and (measure.percent or not measure.is_share):
        measure.refuse_declaration(
            f"{experiment.name!r} has True and False in it; their share has the unit '%', and no percent=True"
        )
    correct = None
    if measure.right is not None:
        correct = {run.seed: measure.right(run, epoch) for run in runs}
    shown_epoch = epoch if experiment.epochs > 1 else None
    sample = Sample(experiment.name, values, correct, experiment.design, runs.label, shown_epoch)
    terms = tuple(sample_of_runs(runs, term, epoch) for term in measure.terms)
    return replace(sample, terms=terms, yes_no=yes_no)


def samples_by_name(
    data: Observations,
    measure: Measure,
    by: By = BY_EXPERIMENT,
    epoch: Epoch = None,
    names: Sequence[object] | None = None,
) -> Samples:
    """Make the samples of results, of a table, or take those that are made already; of some names, or all.

    `by` is the study, or the column, whose values are compared. Raises `UsageError` for unequal epochs, an
    epoch of a table, a name that is not there, and a value of a table that is nearly one of the names.
    """
    if is_table(data):
        return _samples_of_table(as_table(data), measure, by, None, epoch, names)[NO_GROUP]
    if not are_results(data):
        samples = dict(data)
    elif by == BY_EXPERIMENT:
        samples = _samples_of_experiments(data, measure, epoch, names)
    else:
        samples = _samples_of_study(data, measure, by, epoch)
    if names is None:
        return samples
    chosen = [find(name, samples) for name in names]
    return {name: samples[name] for name in chosen}


def samples_by_group(
    data: Observations,
    measure: Measure,
    by: By,
    within: str,
    epoch: Epoch = None,
    names: Sequence[object] | None = None,
) -> dict[str, Samples]:
    """Make the samples of a table, as `samples_by_name` does, in each group: of each value of `within`."""
    if not is_table(data):
        refuse(f"within={within!r} is a column of a table; results have none: compare by= a study")
    return _samples_of_table(as_table(data), measure, by, within, epoch, names)


def refuse_epoch_of_table(epoch: int) -> NoReturn:
    """Raise `UsageError`: an epoch of a table is asked for."""
    refuse(f"epoch={epoch!r}: a table has no epochs; within= compares inside the values of a column")


def _samples_of_experiments(
    results: Results, measure: Measure, epoch: Epoch, names: Sequence[object] | None
) -> Samples:
    """The samples of some experiments, or of all that are read, at epochs that are equal."""
    chosen = map(name_of, names) if names else results.experiments or results
    samples = {name: sample_of_runs(results[name], measure, epoch) for name in chosen}
    epochs = {name: sample.epoch or 1 for name, sample in samples.items()}
    if epoch is None and len(set(epochs.values())) > 1:
        listed = ", ".join(f"{name}: {last}" for name, last in epochs.items())
        refuse(f"{measure.name!r} would be compared after unequal epochs ({listed}); give epoch=")
    return samples


def _samples_of_study(results: Results, measure: Measure, study: By, epoch: Epoch) -> Samples:
    """The samples of the cells of a study, by the values of its axes: `0.5 × 0.9`."""
    samples = {}
    for point, runs in results.study(name_of(study)):
        name = " × ".join(map(label_of, point.values()))
        samples[name] = replace(sample_of_runs(runs, measure, epoch), name=name, label=name)
    return samples


def _samples_of_table(
    data: Data, measure: Measure, by: By, within: str | None, epoch: Epoch, names: Sequence[object] | None
) -> dict[str, Samples]:
    """The samples of the cells of a table, by the values of `within` and of `by`."""
    if epoch is not None:
        refuse_epoch_of_table(epoch)
    design = Design(data.unit, paired=data.replicate is not None)
    groups: dict[str, Samples] = {}
    for group, cells in cells_of_table(data, measure, column_of(data, by), within, names).items():
        groups[group] = {}
        for name, cell in cells.items():
            sample = Sample(name, cell.values, None, design, label=name, cell=cell)
            groups[group][name] = replace(sample, yes_no=cell.division.yes_no)
    return groups


def label_of(value: object) -> str:
    """A value of an axis in a few characters, for people: of three layers of 8 `3 × 8`.

    Names of experiments spell the same `8x3`, by `_value_in_name` of `project.experiment`: they are keys.
    """
    if not isinstance(value, (list, tuple)):
        return name_of(value)
    if len(value) > 1 and len({str(element) for element in value}) == 1:
        return f"{len(value)} × {name_of(value[0])}"
    return "-".join(map(name_of, value)) or "none"
