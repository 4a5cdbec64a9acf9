"""What is to be run: experiments, studies that vary one, and the epochs at which they are read."""

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
"""NumPy arrays of numbers, booleans or texts by name."""
Record: TypeAlias = Mapping[str, object]
"""The metrics of one epoch: plain JSON values by name, flat or nested once."""


@dataclass(frozen=True)
class Fit:
    """The return value of `fit(specification, seed)`: metrics, and the arrays to store.

    >>> Fit({"test": {"accuracy": 0.9}, "seconds": 3.1}, {"predicted": predicted})

    `metrics` are numbers by name, flat or nested once: `{"test": {"accuracy": 0.9}}` is read as
    `"test accuracy"`. `arrays` may hold numbers, booleans or texts; lists are converted.
    """

    metrics: Mapping[str, float | Mapping[str, float]] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


class Training(Protocol):
    """A training that runs epoch by epoch and can be stopped and resumed after each.

    `start(specification, seed, epoch=0, state=None)` returns one: a new training, or one that continues after
    `epoch` from what `state()` returned there.
    """

    def advance(self) -> Record | None:
        """Train one epoch and return its record, plain JSON values; None to stop early."""

    def snapshot(self) -> tuple[Record, Arrays]:
        """Return the metrics and the arrays to store at this epoch."""

    def state(self) -> Arrays:
        """Return everything that `start` needs to continue from here with bitwise equal results."""


@dataclass(frozen=True)
class Experiment(Declared):
    """Something to run once for each seed.

    >>> WIDE = Experiment("wide", Network(hidden_layers=(512,)), epochs=20, start=start, title="a wide one")

    `specification` is a frozen dataclass of plain values that says what to run. It is run by
    `fit(specification, seed)`, which returns a `Fit`, or by `start`, which returns a `Training` of `epochs`
    epochs. Each is a function or its name `"module:function"`. With neither, the project's `fit` runs it.
    `epochs` is not part of the key of a run: raising it from 50 to 100 trains 50 more.

    `seeds` is the largest number of seeds to run. `files` and `libraries` replace the project's `data_files`
    and `libraries`. An `exclusive` experiment runs last, with nothing beside it.
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
        """The function that runs it, imported if given by name. Raises `UsageError` if there is none."""
        if not (self.start or self.fit):
            self.refuse_declaration("nothing runs it; give fit= or start=, or fit= to the project")
        return self.resolve("start" if self.start else "fit")

    def experiments(self) -> tuple[Experiment, ...]:
        """This experiment alone; `Study` has the same method."""
        return (self,)


@dataclass(frozen=True)
class Study(Declared):
    """A grid of experiments: one for every combination of values of some fields of a specification."""

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
        """Raise `UsageError` for two values that would give two experiments the same name: 1 and 1.0."""
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
        """The points of the grid in row-major order, each with its experiment.

        The point `{"rate": 0.1, "depth": 2}` of the study `grid` is the experiment `grid/rate=0.1,depth=2`.
        """
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
    """Declare a grid: `base` with every combination of these values in the fields of its specification.

    >>> GRID = study("grid", WIDE, rate=(0.1, 0.5), momentum=(0.0, 0.9), seeds=3)  # 4 experiments

    Raises `UsageError` if the specification has no such field, or two values of a field have the same name.
    """
    for axis, values in axes.items():
        if not isinstance(values, tuple):
            refuse(f"study {name!r}: {axis} is {short_repr(values)}; allowed is a tuple of values")
    return Study(name, base, tuple(axes.items()), title, seeds)


def _value_in_name(value: object) -> str:
    """A field's value as part of an experiment's name: `0.1`, `8-4` for (8, 4), `8x3` for (8, 8, 8).

    A float has six significant digits, so two may get the same name; `Study` refuses those. Stored runs,
    files and command lines contain these names, so the spelling must never change, and has no blanks. Texts
    for people use `label_of_value` of `stats.samples` instead, which may change: `3 × 8`.
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
    """An experiment or a study, and the epochs at which a question or a figure reads it."""

    declaration: Experiment | Study
    epochs: tuple[int, ...]


def at(epochs: int | tuple[int, ...], *declarations: Experiment | Study) -> tuple[Read, ...]:
    """These experiments and studies, each at these epochs: `reads=at(10, A, B) + at((20, 50), B)`.

    Raises `UsageError` for an epoch beyond an experiment's last.
    """
    wanted = as_tuple_of(epochs, int, "epochs of at()", "whole numbers")
    as_tuple_of(declarations, (Experiment, Study), "at()", "experiments and studies")
    for declaration in declarations:
        last = declaration.experiments()[0].epochs
        for epoch in wanted:
            if not 1 <= epoch <= last:
                refuse(f"at({epoch}, …): {declaration.name!r} has epochs 1 to {last}")
    return tuple(Read(declaration, wanted) for declaration in declarations)
