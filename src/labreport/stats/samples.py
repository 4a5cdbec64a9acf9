"""Samples: one value of a measure for each replicate, read from results or from a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from labreport.errors import refuse
from labreport.project import Data, Design, Measure, table
from labreport.project.checks import name_of, short_repr
from labreport.stats.cells import NO_GROUP, Cell, cells_of_table
from labreport.stats.names import find

if TYPE_CHECKING:
    import pandas
    from numpy import ndarray
    from typing_extensions import TypeIs

    from labreport.project import Experiment, Study
    from labreport.results import Results, Runs

Observations: TypeAlias = "Results | Data | pandas.DataFrame"
"""The data that an author's function or chart takes: results, a table, or a DataFrame."""
By: TypeAlias = "Study | str"
"""A study, or the name of a column; each of its values is a subject."""
BY_EXPERIMENT = "experiment"
"""The default of `by`: each experiment is a subject; a table as a whole is the only subject."""
Epoch: TypeAlias = int | None
"""The epoch at which runs are read; None means the last declared one."""
Subject: TypeAlias = "Experiment | str | float"
"""An experiment, its name, or a value of a column."""
Samples: TypeAlias = dict[str, "Sample"]
"""A sample for each subject, by the name of the subject."""


@dataclass(frozen=True)
class Sample:
    """The values of a measure for one subject: one for each replicate (of runs: each seed), NaN if missing.

    Infinity, as of a training that diverged, becomes NaN too.

    `successes` is for a measure that is a share of items. It has, for each replicate, an array with True for
    each item that counts in the share: for an accuracy the right items, for a share missed those missed. It
    is empty where the items are not known. Two samples with equal `items` have the same items, in the same
    order. If the measure is a difference of two measures, `terms` are the two samples of these. `yes_no`
    means that the values are 1 and 0, for yes and no. `cell` is the part of a table that the sample was read
    from.
    """

    name: str
    values: Mapping[Any, float]
    successes: Mapping[Any, ndarray] = field(default_factory=dict)
    design: Design = field(default_factory=Design)
    label: str = ""
    epoch: int | None = None
    items: str = ""
    terms: tuple[Sample, ...] = ()
    yes_no: bool = False
    cell: Cell | None = None

    def __post_init__(self) -> None:
        values = {}
        for replicate, value in self.values.items():
            values[replicate] = value if math.isfinite(value) else math.nan
        object.__setattr__(self, "values", values)

    @property
    def numbers(self) -> list[float]:
        """The values without the names of their replicates, in order."""
        return list(self.values.values())

    @property
    def successes_by_replicate(self) -> list[ndarray]:
        """Which items count in the share: an array of shape (items,) for each replicate; empty if unknown."""
        return list(self.successes.values())

    def only(self, replicates: Sequence[Any]) -> Sample:
        """A copy with only these replicates, in this order."""
        values = {}
        successes = {}
        for replicate in replicates:
            values[replicate] = self.values[replicate]
            if self.successes:
                successes[replicate] = self.successes[replicate]
        return replace(self, values=values, successes=successes)


def is_table(data: object) -> TypeIs[Data | pandas.DataFrame]:
    """Whether `data` is a table: declared by `table(…)`, or a DataFrame."""
    return isinstance(data, Data) or hasattr(data, "groupby")


def are_results(data: object) -> TypeIs[Results]:
    """Whether `data` is `Results`, which have studies, and not a table or ready-made samples."""
    return isinstance(data, Mapping) and hasattr(data, "study")


def are_runs(data: object) -> TypeIs[Runs]:
    """Whether `data` is the runs of one experiment; of all arguments, only these have curves."""
    return hasattr(type(data), "curve")


def as_table(data: Data | pandas.DataFrame) -> Data:
    """A declared table unchanged, a DataFrame as a table whose rows are independent; else `UsageError`."""
    if not is_table(data):
        refuse_data(data, "a table or a DataFrame")
    return data if isinstance(data, Data) else table(data)


def as_results(data: object) -> Results:
    """The argument, if it is the results of experiments; else this raises `UsageError`."""
    if not are_results(data):
        refuse_data(data, "the results of experiments")
    return data


def refuse_data(data: object, allowed: str = "results, a table or a DataFrame") -> NoReturn:
    """Raise `UsageError`, since the first argument of a function such as `ranking` has a wrong type."""
    refuse(f"the first argument is of the type {type(data).__name__}; allowed are {allowed}")


def column_of(data: Data, by: By) -> str | None:
    """The column of a table whose values are the subjects; None where the author named none."""
    if by == BY_EXPERIMENT and BY_EXPERIMENT not in data.frame.columns:
        return None
    return name_of(by)


def listed_subjects(subjects: Subject | Iterable[Subject] | None) -> list[Subject] | None:
    """One or several subjects as a list; None, which means all subjects, is returned as it is."""
    if subjects is None:
        return None
    if isinstance(subjects, str) or not isinstance(subjects, Iterable):
        return [subjects]
    return list(subjects)


def axis_of(by: By) -> str:
    """The name of the study or column whose values are the subjects; empty where subjects are experiments."""
    return "" if by == BY_EXPERIMENT else name_of(by)


def as_measure(measure: Measure | str, data: Observations | Samples | Runs) -> Measure:
    """Check that a measure can be read from `data`; for a table, the name of a column is enough.

    A column of True and False gets the unit per cent. Raises `UsageError`.
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
    """Check the measure of a column; of True and False it is returned with the unit %."""
    if measure.value is not None or measure.right is not None:
        advice = "name the column, and by reduce= what is taken of the rows of a replicate"
        measure.refuse_declaration(f"value= and right= read a run, and {data.name} is a table: {advice}")
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
    """Read a measure in all runs of an experiment, at `epoch` or at the last declared one."""
    experiment = runs.experiment
    if epoch is None:
        epoch = runs.epoch
    elif epoch < 1:
        refuse(f"epoch={epoch}: the first epoch is 1; leave epoch= out for the last that is declared")
    values = {}
    right_items = {}
    truths = 0
    for run in runs:
        reading = measure.read(run, epoch)
        values[run.seed] = float(reading) / measure.input_factor
        truths += isinstance(reading, bool)
        if measure.right is not None:
            right_items[run.seed] = measure.right(run, epoch)
    yes_no = 0 < truths == len(values)
    if yes_no and (measure.percent or not measure.is_share):
        measure.refuse_declaration(
            f"{experiment.name!r} has True and False in it; their share has the unit '%', and no percent=True"
        )
    return Sample(
        experiment.name,
        values,
        successes=right_items,
        design=experiment.design,
        label=runs.label,
        epoch=epoch if experiment.epochs > 1 else None,
        terms=tuple(sample_of_runs(runs, term, epoch) for term in measure.terms),
        yes_no=yes_no,
    )


def samples_by_name(
    data: Observations | Samples,
    measure: Measure,
    by: By = BY_EXPERIMENT,
    epoch: Epoch = None,
    names: Sequence[object] | None = None,
) -> Samples:
    """The sample of each subject, from results, from a table, or from ready-made samples.

    The values of `by`, a study or a column, are the subjects; `names` limits them to some. Raises
    `UsageError` for experiments whose last epochs differ, an epoch for a table, an unknown name, and two
    values of a table that differ only in case or blanks.
    """
    if is_table(data):
        return samples_by_group(data, measure, by, None, epoch, names)[NO_GROUP]
    if not are_results(data):
        samples = _samples_as_made(data)
    elif by == BY_EXPERIMENT:
        return _samples_of_experiments(data, measure, epoch, names)
    else:
        samples = _samples_of_study(data, measure, by, epoch)
    if names is None:
        return samples
    chosen = [find(name, samples) for name in names]
    return {name: samples[name] for name in chosen}


def _samples_as_made(data: object) -> Samples:
    if not isinstance(data, Mapping) or not all(isinstance(sample, Sample) for sample in data.values()):
        refuse_data(data)
    return dict(data)


def refuse_epoch_of_table(epoch: int) -> NoReturn:
    """Raise `UsageError`, since tables have no epochs."""
    refuse(f"epoch={epoch!r}: a table has no epochs; within= compares inside the values of a column")


def _samples_of_experiments(
    results: Results, measure: Measure, epoch: Epoch, names: Sequence[object] | None
) -> Samples:
    """The samples of the named experiments, or of all. Raises `UsageError` if their last epochs differ."""
    chosen = results.experiments or results if names is None else map(name_of, names)
    samples = {name: sample_of_runs(results[name], measure, epoch) for name in chosen}
    epochs = {name: sample.epoch or 1 for name, sample in samples.items()}
    if epoch is None and len(set(epochs.values())) > 1:
        listed = ", ".join(f"{name}: {last}" for name, last in epochs.items())
        refuse(f"{measure.name!r} would be compared after unequal epochs ({listed}); give epoch=")
    return samples


def _samples_of_study(results: Results, measure: Measure, study: By, epoch: Epoch) -> Samples:
    """A sample for each point of a study, named by its values on the axes: `0.5 × 0.9`."""
    samples = {}
    for point, runs in results.study(name_of(study)):
        name = " × ".join(map(label_of_value, point.values()))
        samples[name] = replace(sample_of_runs(runs, measure, epoch), name=name, label=name)
    return samples


def samples_by_group(
    data: Observations | Samples,
    measure: Measure,
    by: By,
    within: str | None,
    epoch: Epoch = None,
    names: Sequence[object] | None = None,
) -> dict[str, Samples]:
    """The samples of a table, as `samples_by_name` returns them, for each value of the column `within`.

    Without such a column there is one group, `NO_GROUP`.
    """
    declared = as_table(data)
    if epoch is not None:
        refuse_epoch_of_table(epoch)
    design = Design(declared.unit_name, paired=declared.replicate is not None)
    groups: dict[str, Samples] = {}
    for group, cells in cells_of_table(declared, measure, column_of(declared, by), within, names).items():
        groups[group] = {}
        for name, cell in cells.items():
            yes_no = cell.division.yes_no
            groups[group][name] = Sample(
                name, cell.values, design=design, label=name, yes_no=yes_no, cell=cell
            )
    return groups


def label_of_value(value: object) -> str:
    """A short text for a value of an axis: `3 × 8` for three layers of 8, `8-4` for (8, 4), `none` for ().

    Names of experiments, which are keys, spell the first `8x3`: see `_value_in_name` in `project.experiment`.
    """
    if not isinstance(value, (list, tuple)):
        return name_of(value)
    if len(value) > 1 and len({str(element) for element in value}) == 1:
        return f"{len(value)} × {name_of(value[0])}"
    return "-".join(map(name_of, value)) or "none"
