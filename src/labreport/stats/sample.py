"""Samples: a value of a measure for each unit that was repeated, read from results or from a table alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from labreport.errors import UsageError, did_you_mean, here, told
from labreport.project.experiment import Design
from labreport.project.measure import Measure
from labreport.stats.names import text_of

if TYPE_CHECKING:
    import numpy as np
    import pandas
    from numpy.typing import NDArray

Groups: TypeAlias = "dict[str, dict[str, Sample]]"
"""Samples by group (one, the empty text, where there are none) and by name."""


@dataclass(frozen=True)
class Sample:
    """A measure of one thing: for each unit its repetitions, in most cases one.

    `right`, where it is known, has for each unit which items are right; samples whose `items` are equal have
    the same items, by place. `parts` are the two samples of a measure that is a difference. `note` says what
    was left out.
    """

    name: str
    values: Mapping[Any, tuple[float, ...]]
    right: Mapping[Any, NDArray[np.bool_]] | None = None
    design: Design = Design()
    label: str = ""
    epoch: int | None = None
    items: str = ""
    parts: tuple[Sample, ...] = ()
    note: str = ""

    @property
    def rights(self) -> list[NDArray[np.bool_]]:
        """Which items are right, for each unit; empty where that is not known."""
        return list((self.right or {}).values())

    @property
    def finite(self) -> bool:
        """Whether every value is a number."""
        return all(map(math.isfinite, (value for values in self.values.values() for value in values)))

    def only(self, units: Sequence[Any]) -> Sample:
        """The same, of these units in this order."""
        right = None if self.right is None else {unit: self.right[unit] for unit in units}
        parts = tuple(part.only(units) for part in self.parts)
        return replace(self, values={unit: self.values[unit] for unit in units}, right=right, parts=parts)


def sample(runs: Any, measure: Measure, epoch: int | None = None) -> Sample:
    """Make the sample of a measure from the runs of an experiment, at an epoch, by default the last declared."""
    import numpy as np

    experiment = runs.experiment
    epoch = epoch or runs.epoch
    right = None
    if measure.right is not None:
        right = {run.seed: np.asarray(measure.right(run, epoch), dtype=bool) for run in runs}
    return Sample(
        experiment.name,
        {run.seed: (measure.of(run, epoch),) for run in runs},
        right or None,
        experiment.design,
        experiment.title or experiment.name,
        epoch if experiment.epochs > 1 else None,
        parts=tuple(sample(runs, part, epoch) for part in measure.terms),
    )


def measured(measure: Any, data: Any) -> Measure:
    """Check that a measure is one; of a table, the name of a column is one too. Raises `UsageError`."""
    if isinstance(measure, Measure):
        return measure
    if isinstance(measure, str) and _is_table(data):
        return Measure(measure, better="")
    text = f"the measure is {measure!r}; write Measure({str(measure)!r}, unit=…), with the unit of its values"
    raise UsageError(told(here(), text))


def grouped(
    data: Any,
    measure: Measure,
    by: Any = "experiment",
    within: str | None = None,
    epoch: int | None = None,
    names: Iterable[Any] | None = None,
) -> Groups:
    """Make the samples of results, a table, or samples that are made already, by group and name.

    `by` is the column, or the study, whose values are compared, and `within` the column of the groups. Raises
    `UsageError` where epochs differ and none is given, and for a name that is not there.
    """
    wanted = None if names is None else [text_of(name) for name in names]
    if _is_table(data):
        return _of_table(data, measure, by, within, wanted)
    if within is not None:
        _refuse(f"within={within!r} is a column of a table; results have none: compare by= a study")
    if isinstance(data, Mapping) and all(isinstance(one, Sample) for one in data.values()):
        return {"": _chosen(dict(data), wanted, "sample")}
    cells = _cells(data, by)
    if cells is not None:
        of = {
            name: replace(sample(runs, measure, epoch), name=name, label=name) for name, runs in cells.items()
        }
        return {"": _chosen(of, wanted, f"value of {text_of(by)!r}")}
    read = list(data.experiments) or list(data)
    found = {name: sample(data[name], measure, epoch) for name in wanted or read}
    if epoch is None and len({one.epoch for one in found.values()}) > 1:
        words = ", ".join(f"{name}: {one.epoch or 1}" for name, one in found.items())
        _refuse(f"{measure.name!r} would be compared after unequal epochs ({words}); give epoch=")
    return {"": found}


def samples(
    data: Any,
    measure: Measure,
    by: Any = "experiment",
    epoch: int | None = None,
    names: Iterable[Any] | None = None,
) -> dict[str, Sample]:
    """Make the samples of a measure by name: of experiments, cells of a study, or values of a column."""
    return grouped(data, measured(measure, data), by, None, epoch, names)[""]


def label_of(value: Any) -> str:
    """A value of an axis in a few characters; equal values as their number times the value."""
    if isinstance(value, (list, tuple)):
        if len(value) > 1 and len({*map(str, value)}) == 1:
            return f"{len(value)} × {text_of(value[0])}"
        return "-".join(map(text_of, value)) or "none"
    return text_of(value)


def _cells(results: Any, by: Any) -> dict[str, Any] | None:
    """The runs of a study's cells by what their values are called; None where `by` names no study."""
    name = text_of(by)
    if name == "experiment":
        return None
    if name not in results.studies:
        _refuse(
            f"by={name!r} is no study that is read{did_you_mean(name, results.studies)}; add it to reads="
        )
    return {", ".join(map(label_of, point.values())): runs for point, runs in results.study(name)}


def _chosen(of: dict[str, Sample], names: list[str] | None, what: str) -> dict[str, Sample]:
    for name in names or ():
        if name not in of:
            _refuse(f"there is no {what} {name!r}{did_you_mean(name, of)}; there are {', '.join(of)}")
    return of if names is None else {name: of[name] for name in names}


def _is_table(data: Any) -> bool:
    return hasattr(data, "frame") or hasattr(data, "groupby")


def _of_table(data: Any, measure: Measure, by: Any, within: str | None, names: list[str] | None) -> Groups:
    if not hasattr(data, "frame"):
        from labreport.project.table import table

        data = table(data)
    by = None if by == "experiment" and by not in data.frame.columns else text_of(by)
    frame, note = _usable(data, measure, [column for column in (by, within) if column])
    design = Design(data.unit, paired=bool(data.replicate))
    found: Groups = {}
    for group, rows in _split(frame, within):
        of: dict[str, Sample] = {}
        for value, chosen in _split(rows, by):
            values: dict[Any, list[float]] = {}
            units = chosen[data.replicate].tolist() if data.replicate else range(len(chosen))
            for unit, number in zip(units, chosen[measure.name].tolist(), strict=True):
                values.setdefault(unit, []).append(number)
            name = text_of(value) if by else data.name
            repeated = {unit: tuple(each) for unit, each in values.items()}
            of[name] = Sample(name, repeated, None, design, name, note=note)
        found[text_of(group) if within else ""] = _chosen(of, names, f"value of {by!r}")
    return found


def _split(frame: pandas.DataFrame, column: str | None) -> list[tuple[Any, pandas.DataFrame]]:
    """The rows of each value of a column; all rows where there is no column."""
    if column is None:
        return [(None, frame)]
    return [(value, frame[frame[column] == value]) for value in _values(frame[column])]


def _usable(data: Any, measure: Measure, columns: list[str]) -> tuple[pandas.DataFrame, str]:
    """The rows that have a number and all that is grouped by, and what the numbers' source says of them."""
    import pandas

    needed = list(dict.fromkeys([measure.name, *columns, *([data.replicate] if data.replicate else [])]))
    for column in needed:
        data.check_column(column)
    frame = data.frame
    numbers = pandas.to_numeric(frame[measure.name], errors="coerce")
    for place, text in enumerate(numbers.isna() & frame[measure.name].notna()):
        if text:
            cell = frame[measure.name].iloc[place]
            data.refuse(f"{_line(data, place)} has {cell!r} in column {measure.name!r}; a number is needed")
    empty = frame[needed].isna()
    lacking = empty.any(axis=1)
    if lacking.any() and data.absent != "drop":
        place = lacking.tolist().index(True)
        column = next(column for column in needed if empty[column].iloc[place])
        text = f"{_line(data, place)} has no value in column {column!r}"
        data.refuse(f'{text}; missing="drop" leaves such rows out and counts them')
    scaled = numbers / (100.0 if measure.percent else 1.0)
    for place, number in enumerate(scaled.tolist()):
        measure.checked(number, f"{data.name}, {_line(data, place)}")
    left_out = int(lacking.sum())
    note = f"{data.name}{f', {left_out} of {len(frame)} rows missing' if left_out else ''}"
    return frame.assign(**{measure.name: scaled.astype(float)})[~lacking], note


def _line(data: Any, place: int) -> str:
    """How a row is called: the line of a text file, else by the index of its frame."""
    row = data.frame.index[place]
    text = data.path is not None and data.path.suffix.lower() in (".csv", ".tsv", ".txt")
    return f"line {row + 2}" if text and data.frame.index.dtype.kind in "iu" else f"row {row}"


def _values(column: pandas.Series) -> list[Any]:
    """The values of a column in order: of categories theirs, of numbers ascending, of texts as they come."""
    if hasattr(column, "cat"):
        present = set(column)
        return [value for value in column.cat.categories if value in present]
    found = list(column.unique())
    return sorted(found) if column.dtype.kind in "iufb" else found


def _refuse(text: str) -> NoReturn:
    raise UsageError(told(here(), text))
