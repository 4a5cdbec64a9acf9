"""What is to be run, as frozen values: experiments, studies that vary one, and which epochs are read."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias

from msgspec import Meta

from labreport.errors import did_you_mean, refuse
from labreport.project.checks import AuthorFunction, Declared, as_tuple_of, short_repr
from labreport.project.measure import Design

if TYPE_CHECKING:
    from numpy import ndarray

Arrays: TypeAlias = "Mapping[str, ndarray]"
"""Names to NumPy arrays; no object arrays."""
Record: TypeAlias = Mapping[str, object]
"""What is said of one epoch: plain JSON values by name, in one level or two."""


@dataclass(frozen=True)
class Fit:
    """What `fit(specification, seed)` returns: what was measured, and the arrays worth keeping.

    >>> Fit({"test": {"accuracy": 0.9}, "seconds": 3.1}, {"predicted": predicted})

    `metrics` are numbers by name, in one level or two: `{"test": {"accuracy": 0.9}}` is read as
    `"test accuracy"`. `arrays` are what NumPy makes arrays of: numbers, booleans and texts.
    """

    metrics: Mapping[str, float | Mapping[str, float]] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


class Training(Protocol):
    """A run that is driven epoch by epoch, and can be stopped anywhere in between.

    It is begun by `start(specification, seed, epoch=0, state=None)`: from nothing, or from what `state`
    returned at `epoch`.
    """

    def advance(self) -> Record | None:
        """Train one epoch and return its record, plain JSON values; None where it is finished early."""

    def snapshot(self) -> tuple[Record, Arrays]:
        """Return exact metrics and the arrays worth keeping at this epoch."""

    def state(self) -> Arrays:
        """Return all that `start` needs to continue from here and end in the same bits."""


@dataclass(frozen=True)
class Experiment(Declared):
    """One thing to run, for as many seeds as the user asks.

    >>> WIDE = Experiment("wide", Network(hidden_layers=(512,)), epochs=20, start=start, title="a wide one")

    `specification` is a frozen dataclass of plain values; it, the code that runs it and the data decide the
    result. That code is `fit(specification, seed)`, which returns a `Fit`, or `start`, which begins a
    `Training` of `epochs` epochs; each is a function or its name, `"module:function"`. With neither, it is
    the project's `fit`. `epochs` is no part of the result's identity: from 50 to 100 trains 50 more.

    `seeds` caps their number. `files` and `libraries`, where given, take the place of the project's
    `data_files` and `libraries`. An `exclusive` one runs by itself, after the others.
    """

    name: str
    specification: Any
    epochs: Annotated[int, Meta(ge=1)] = 1
    start: AuthorFunction | str | None = None
    fit: AuthorFunction | str | None = None
    title: str = ""
    seeds: Annotated[int, Meta(ge=1)] | None = None
    exclusive: bool = False
    design: Design = field(default=Design())
    files: tuple[str, ...] | None = None
    libraries: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_dataclass(self.specification) or isinstance(self.specification, type):
            self.refuse_declaration(
                f"specification is {short_repr(self.specification)}; allowed is a frozen dataclass"
            )
        self.check(self.specification)
        self.check(self.design)
        if self.fit and (self.start or self.epochs != 1):
            self.refuse_declaration("it has both fit and start or epochs; a fit is one step")

    @property
    def code(self) -> AuthorFunction:
        """The function that runs it; its module is imported now. Raises `UsageError` where there is none."""
        if not (self.start or self.fit):
            self.refuse_declaration("nothing runs it; give fit= or start=, or fit= to the project")
        return self.resolve("start" if self.start else "fit")

    def experiments(self) -> tuple[Experiment, ...]:
        """This one: a study has several."""
        return (self,)


@dataclass(frozen=True)
class Study(Declared):
    """A grid: one experiment, varied over every combination of some fields of its specification."""

    name: str
    base: Experiment
    axes: tuple[tuple[str, tuple[object, ...]], ...]
    title: str = ""
    seeds: Annotated[int, Meta(ge=1)] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [member.name for member in fields(self.base.specification)]
        if not self.axes:
            self.refuse_declaration(f"no axis; write a field, as {names[0]}=(…, …)")
        for axis, values in self.axes:
            if axis not in names:
                self.refuse_declaration(f"no field {axis!r}{did_you_mean(axis, names, 'there are')}")
            if not values:
                self.refuse_declaration(f"{axis} takes no values; at least one is needed")
            self._refuse_equal_names(axis, values)

    def _refuse_equal_names(self, axis: str, values: tuple[object, ...]) -> None:
        """Raise `UsageError` for two values that would give their experiments one name: 1 and 1.0."""
        value_by_name: dict[str, object] = {}
        for value in values:
            name = _value_in_name(value)
            if name in value_by_name:
                self.refuse_declaration(
                    f"{axis} takes {value_by_name[name]!r} and {value!r}, which are both {name!r} in the name"
                    " of an experiment; each value is needed once, and numbers are named by six digits"
                )
            value_by_name[name] = value

    @cached_property
    def cells(self) -> tuple[tuple[dict[str, object], Experiment], ...]:
        """The points of the grid in row-major order, each with its experiment, `study/field=value,…`."""
        values_by_axis = dict(self.axes)
        cells = []
        for values in itertools.product(*values_by_axis.values()):
            point = dict(zip(values_by_axis, values, strict=True))
            cells.append((point, self._experiment_at(point)))
        return tuple(cells)

    def _experiment_at(self, point: dict[str, object]) -> Experiment:
        settings = [f"{axis}={_value_in_name(value)}" for axis, value in point.items()]
        name = f"{self.name}/{','.join(settings)}"
        title = f"{self.title or self.name}: {', '.join(settings)}"
        return replace(
            self.base,
            name=name,
            specification=replace(self.base.specification, **point),
            title=title,
            seeds=self.seeds or self.base.seeds,
            calls=self.calls,
        )

    def experiments(self) -> tuple[Experiment, ...]:
        """The experiments of the grid."""
        return tuple(experiment for _, experiment in self.cells)


def study(
    name: str, base: Experiment, *, title: str = "", seeds: int | None = None, **axes: tuple[object, ...]
) -> Study:
    """Vary `base` over every combination of the values that some fields of its specification take.

    >>> GRID = study("grid", WIDE, rate=(0.1, 0.5), momentum=(0.0, 0.9), seeds=3)  # 4 experiments

    Raises `UsageError` for a field that the specification does not have, and for equal values of one.
    """
    for axis, values in axes.items():
        if not isinstance(values, tuple):
            refuse(f"study {name!r}: {axis} is {short_repr(values)}; allowed is a tuple of values")
    return Study(name, base, tuple(axes.items()), title, seeds)


def _value_in_name(value: object) -> str:
    """A value of a specification in the name of an experiment: `0.1`, `8-4`, of three layers of 8 `8x3`.

    A number has at most six digits, so that two may have one name: `Study` refuses these. Stored runs, files
    and command lines have these names, so that the spelling is for good, without blanks. People read
    `label_of` of `stats.samples` instead, which may change: `3 × 8`.
    """
    if isinstance(value, float):
        return f"{value:g}"
    if not isinstance(value, tuple):
        return str(value)
    if len(value) > 1 and len(set(value)) == 1:
        return f"{value[0]}x{len(value)}"
    return "-".join(_value_in_name(member) for member in value) or "none"


@dataclass(frozen=True)
class Read:
    """An experiment or a study, and the epochs of it that a question or a figure reads."""

    subject: Experiment | Study
    epochs: tuple[int, ...]


def at(epochs: int | tuple[int, ...], *subjects: Experiment | Study) -> tuple[Read, ...]:
    """Read these experiments and studies at these epochs, as in `reads=at(10, A, B) + at((20, 50), B)`.

    Raises `UsageError` for an epoch that an experiment does not have.
    """
    wanted = as_tuple_of(epochs, int, "epochs of at()", "whole numbers")
    as_tuple_of(subjects, (Experiment, Study), "at()", "experiments and studies")
    for subject in subjects:
        last = subject.experiments()[0].epochs
        for epoch in wanted:
            if not 1 <= epoch <= last:
                refuse(f"at({epoch}, …): {subject.name!r} has epochs 1 to {last}")
    return tuple(Read(subject, wanted) for subject in subjects)
