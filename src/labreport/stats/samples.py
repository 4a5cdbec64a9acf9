"""Samples: one value of a measure for each replicate, read from results or from a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
BY_EPOCH = "epoch"
"""The key of the epochs at which runs are read."""
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


@dataclass(frozen=True)
class Block:
    """The runs of one experiment at one epoch; no file is read before a sample is taken.

    `keys` are what `by` and `within` may name: experiment, epoch, and each axis of the study. `epoch` is None
    for the last that is declared.
    """

    runs: Runs
    keys: Mapping[str, str]
    epoch: Epoch = None


def samples(
    data: Observations | Samples,
    measure: Measure,
    by: By = BY_EXPERIMENT,
    within: str | None = None,
    epoch: Epoch = None,
    names: Sequence[object] | None = None,
) -> dict[str, Samples]:
    """Take a sample for each subject in each group, from results or from a table alike.

    `by` names what the subjects are, and `within` the groups; without it there is one group, `NO_GROUP`. Of a
    table, both are columns. Of results, they are "experiment", "epoch", a study, or an axis of a study: the
    subjects are then those axes that `within` does not name. `names` limits the subjects to some. Raises
    `UsageError` for experiments whose last epochs differ, an epoch for a table, an unknown name, and two
    values of a table that differ only in case or blanks.
    """
    if is_table(data):
        return _samples_of_table(data, measure, by, within, epoch, names)
    if not are_results(data):
        groups = {NO_GROUP: _samples_as_made(data)}
    else:
        keys = _keys_of(data, by, within)
        chosen = names if keys.subjects == (BY_EXPERIMENT,) else None
        groups = samples_of_blocks(_blocks(data, keys, chosen, epoch), measure, keys)
        if epoch is None and keys.subjects == (BY_EXPERIMENT,) and not keys.has_epoch:
            _refuse_unequal_epochs(groups, measure)
    if names is None:
        return groups
    return {group: _chosen(by_subject, names) for group, by_subject in groups.items()}


def _chosen(by_subject: Samples, names: Sequence[object]) -> Samples:
    """The samples of some subjects, in the order of their names."""
    found = [find(name, by_subject) for name in names]
    return {name: by_subject[name] for name in found}


def _samples_as_made(data: object) -> Samples:
    if not isinstance(data, Mapping) or not all(isinstance(sample, Sample) for sample in data.values()):
        refuse_data(data)
    return dict(data)


def refuse_epoch_of_table(epoch: int) -> NoReturn:
    """Raise `UsageError`, since tables have no epochs."""
    refuse(f"epoch={epoch!r}: a table has no epochs; within= compares inside the values of a column")


@dataclass(frozen=True)
class Keys:
    """The keys of blocks that make a subject, and those that make a group; `study` has axes among them."""

    subjects: tuple[str, ...]
    groups: tuple[str, ...] = ()
    study: str = ""

    @property
    def has_epoch(self) -> bool:
        """Whether subjects or groups are epochs."""
        return BY_EPOCH in self.subjects + self.groups


def _keys_of(results: Results, by: By, within: str | None) -> Keys:
    """What `by` and `within` name. Raises `UsageError` if no declared study has these axes."""
    named = name_of(by)
    groups = () if within is None else (within,)
    if named in (BY_EXPERIMENT, BY_EPOCH) and within in (None, BY_EXPERIMENT, BY_EPOCH):
        return Keys((named,), groups)
    for study in results.studies:
        axes = tuple(results.study(study)[0][0])
        others = tuple(axis for axis in axes if axis not in groups)
        is_of_study = within is None or within in (BY_EXPERIMENT, BY_EPOCH, *axes)
        if is_of_study and named in (study, BY_EPOCH, *(others if len(others) == 1 else ())):
            return Keys((named,) if named == BY_EPOCH else others, groups, study)
    if within is None:
        results.study(named)  # raises an error that lists the declared studies
    return refuse(f"by={named!r}, within={within!r}: no study in reads= has these axes")


def _blocks(results: Results, keys: Keys, names: Sequence[object] | None, epoch: Epoch) -> Iterator[Block]:
    """The blocks of the named experiments, of all, or of the points of a study."""
    points: Iterable[tuple[Mapping[str, object], Runs]]
    if keys.study:
        points = results.study(keys.study)
    else:
        chosen = results.experiments or results if names is None else map(name_of, names)
        points = [({}, results[name]) for name in chosen]
    for point, runs in points:
        axes = {axis: label_of_value(value) for axis, value in point.items()}
        for read_epoch in _stored_epochs(runs) if keys.has_epoch and epoch is None else (epoch,):
            yield block_at(runs, read_epoch, axes)


def block_at(runs: Runs, epoch: Epoch, axes: Mapping[str, str] | None = None) -> Block:
    """The block of an experiment at an epoch; `axes` are the values of its point in a study."""
    keys = {BY_EXPERIMENT: runs.name, BY_EPOCH: str(epoch or runs.epoch)}
    return Block(runs, keys | dict(axes or {}), epoch)


def _stored_epochs(runs: Runs) -> list[int]:
    """The epochs of an experiment that its reader declared."""
    return sorted({epoch for run in runs for epoch in run.checkpoints})


def samples_of_blocks(blocks: Iterable[Block], measure: Measure, keys: Keys) -> dict[str, Samples]:
    """A sample for each block, by group and subject.

    Subjects are named by their keys: `wide`, `0.5 × 0.9`, `50`, `wide at 50`.
    """
    groups: dict[str, Samples] = {}
    for block in blocks:
        sample = sample_of_runs(block.runs, measure, block.epoch)
        values = [block.keys[key] for key in keys.subjects]
        subject = " × ".join(values)
        epoch = block.keys[BY_EPOCH]
        if keys.subjects == (BY_EPOCH,):
            sample = replace(sample, label=f"epoch {epoch}")
        elif keys.subjects == (BY_EXPERIMENT, BY_EPOCH):
            subject = " at ".join(values)
            sample = replace(sample, label=f"{sample.label} after {epoch} epochs")
        elif keys.subjects != (BY_EXPERIMENT,):
            sample = replace(sample, name=subject, label=subject)
        group = " × ".join(block.keys[key] for key in keys.groups)
        groups.setdefault(group, {})[subject] = sample
    return groups


def _refuse_unequal_epochs(groups: Mapping[str, Samples], measure: Measure) -> None:
    """Raise `UsageError` if experiments would be compared after unequal numbers of epochs."""
    for by_subject in groups.values():
        epochs = {name: sample.epoch or 1 for name, sample in by_subject.items()}
        if len(set(epochs.values())) > 1:
            listed = ", ".join(f"{name}: {last}" for name, last in epochs.items())
            refuse(f"{measure.name!r} would be compared after unequal epochs ({listed}); give epoch=")


def _samples_of_table(
    data: Data | pandas.DataFrame,
    measure: Measure,
    by: By,
    within: str | None,
    epoch: Epoch,
    names: Sequence[object] | None,
) -> dict[str, Samples]:
    """The samples of a table, for each value of the column `within`."""
    declared = as_table(data)
    if epoch is not None:
        refuse_epoch_of_table(epoch)
    design = declared.design
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
