"""What is to be run, as frozen values: experiments, studies that vary one, and which epochs are read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any, NoReturn, Protocol

from labreport.errors import UsageError, did_you_mean, here, told
from labreport.project.checks import brief, check_values

Arrays = Mapping[str, Any]
"""Names to NumPy arrays; no object arrays."""


@dataclass(frozen=True)
class Fit:
    """What `fit(specification, seed)` returns: what was measured, and the arrays worth keeping.

    `metrics` are numbers by name, in one level or two: `{"test": {"accuracy": 0.9}}` is read as
    `"test accuracy"`. `arrays` are what NumPy makes arrays of: numbers, booleans and texts.
    """

    metrics: Mapping[str, Any] = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)


class Training(Protocol):
    """A run that is driven epoch by epoch, and can be stopped anywhere in between.

    It is begun by `start(specification, seed, epoch=0, state=None)`: from nothing, or from what `state`
    returned at `epoch`.
    """

    def advance(self) -> dict[str, Any] | None:
        """Train one epoch and return its record, plain JSON values; None where it is finished early."""

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """Return exact metrics and the arrays worth keeping at this epoch."""

    def state(self) -> Arrays:
        """Return all that `start` needs to continue from here and end in the same bits."""


@dataclass(frozen=True)
class Design:
    """What the runs of an experiment are to a comparison.

    `unit` is what one is called; units of the same name are `paired` with each other across experiments.
    `test_fraction` says that each is a random split of one data set, with this share for the test: such
    units share data, and intervals are widened for it (Nadeau and Bengio 2003).
    """

    unit: str = "seed"
    paired: bool = True
    test_fraction: float | None = None

    def __post_init__(self) -> None:
        check_values(self, here(), "design")
        if self.test_fraction is not None and not 0 < self.test_fraction < 1:
            text = f"design: test_fraction is {self.test_fraction!r}; allowed is a share between 0 and 1"
            raise UsageError(told(here(), text))


@dataclass(frozen=True)
class Experiment:
    """One thing to run, for as many seeds as the user asks.

    `specification` is a frozen dataclass of plain values; it, the code that runs it and the data decide the
    result. That code is `fit(specification, seed)`, which returns a `Fit`, or `start`, which begins a
    `Training` of `epochs` epochs; each is a function or its name, `"module:function"`. With neither, it is
    the project's `fit`. `epochs` is no part of the result's identity: from 50 to 100 trains 50 more.

    `seeds` caps their number. `files` and `libraries`, where given, take the place of the project's
    `data_files` and `libraries`. An `exclusive` one runs by itself, after the others.

    Raises `UsageError` for values that do not fit together.
    """

    name: str
    specification: Any
    epochs: int = 1
    start: Any = None
    fit: Any = None
    title: str = ""
    seeds: int | None = None
    exclusive: bool = False
    design: Design = Design()
    files: tuple[str, ...] | None = None
    libraries: tuple[str, ...] | None = None
    place: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", self.place or here())
        check_values(self, self.place, f"experiment {self.name!r}")
        if not is_dataclass(self.specification) or isinstance(self.specification, type):
            self.refuse(f"specification is {brief(self.specification)}; allowed is a frozen dataclass")
        check_values(self.specification, self.place, f"experiment {self.name!r}")
        for name, given in (("epochs", self.epochs), ("seeds", self.seeds)):
            if given is not None and given < 1:
                self.refuse(f"{name} is {given}; allowed is a whole number of at least 1")
        if self.fit and (self.start or self.epochs != 1):
            self.refuse("it has both fit and start or epochs; a fit is one step")

    def refuse(self, text: str) -> NoReturn:
        """Raise `UsageError` at the line on which the experiment is declared."""
        raise UsageError(told(self.place, f"experiment {self.name!r}: {text}"))

    @property
    def label(self) -> str:
        """What people call it."""
        return self.title or self.name

    @property
    def one_step(self) -> bool:
        """Whether each of its runs is one call of `fit`."""
        return not self.start

    @property
    def code(self) -> Callable[..., Any]:
        """The function that runs it; its module is imported now. Raises `UsageError` where there is none."""
        return resolved(self.start or self.fit, self.place, f"experiment {self.name!r}")

    def experiments(self) -> tuple[Experiment, ...]:
        """This one: a study has several."""
        return (self,)

    def run_with(self, seeds: range) -> range:
        """The seeds that are run when these are asked for."""
        return seeds[: self.seeds] if self.seeds else seeds


def resolved(given: Any, place: str, owner: str) -> Callable[..., Any]:
    """The function that is given, or named as `"module:function"`. Raises `UsageError`."""
    if isinstance(given, str) and ":" in given:
        module, _, name = given.partition(":")
        try:
            given = getattr(import_module(module), name)
        except (ModuleNotFoundError, AttributeError) as error:
            raise UsageError(told(place, f"{owner}: {module}:{name} is not there ({error})")) from None
    if not callable(given):
        text = f"{owner}: {brief(given)} is no function; give fit= or start=, or fit= to the project"
        raise UsageError(told(place, text))
    found: Callable[..., Any] = given
    return found


@dataclass(frozen=True)
class Study:
    """A grid: one experiment, varied over every combination of some fields of its specification."""

    name: str
    base: Experiment
    axes: tuple[tuple[str, tuple[Any, ...]], ...]
    title: str = ""
    seeds: int | None = None
    place: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", self.place or here())
        owner = f"study {self.name!r}"
        check_values(self, self.place, owner)
        known = [member.name for member in fields(self.base.specification)]
        if not self.axes:
            raise UsageError(told(self.place, f"{owner}: no axis; write a field, as {known[0]}=(…, …)"))
        axes: tuple[tuple[str, Any], ...] = self.axes
        for axis, values in axes:
            if axis not in known:
                text = f"no field {axis!r}{did_you_mean(axis, known, 'there are')}"
            elif not isinstance(values, tuple):
                text = f"{axis} is {brief(values)}; write ({values!r},), with the comma"
            elif not values or len({repr(value) for value in values}) < len(values):
                text = f"{axis} takes {list(values)!r}; at least one value is needed, and each once"
            else:
                continue
            raise UsageError(told(self.place, f"{owner}: {text}"))

    @property
    def label(self) -> str:
        """What people call it."""
        return self.title or self.name

    @cached_property
    def cells(self) -> tuple[tuple[dict[str, Any], Experiment], ...]:
        """The points of the grid in row-major order, each with its experiment, `study/field=value,…`."""
        names = [name for name, _ in self.axes]
        grid = itertools.product(*(values for _, values in self.axes))
        points = [dict(zip(names, each, strict=True)) for each in grid]
        return tuple((point, self._cell(point)) for point in points)

    def experiments(self) -> tuple[Experiment, ...]:
        """The experiments of the grid."""
        return tuple(cell for _, cell in self.cells)

    def _cell(self, point: dict[str, Any]) -> Experiment:
        label = ",".join(f"{name}={_label(value)}" for name, value in point.items())
        return replace(
            self.base,
            name=f"{self.name}/{label}",
            specification=replace(self.base.specification, **point),
            title=f"{self.label}: {label.replace(',', ', ')}",
            seeds=self.seeds or self.base.seeds,
            place=self.place,
        )


def study(
    name: str, base: Experiment, *, title: str = "", seeds: int | None = None, **axes: tuple[Any, ...]
) -> Study:
    """Vary `base` over every combination of the values that some fields of its specification take."""
    return Study(name, base, tuple(axes.items()), title, seeds)


def _label(value: Any) -> str:
    if isinstance(value, tuple):
        if value and len(set(value)) == 1 and len(value) > 1:
            return f"{value[0]}x{len(value)}"
        return "-".join(map(_label, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class Read:
    """An experiment or a study, and the epochs of it that a question or a figure reads."""

    subject: Experiment | Study
    epochs: tuple[int, ...]

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """The experiment itself, or those of the study."""
        return self.subject.experiments()


def at(epochs: int | tuple[int, ...], *subjects: Experiment | Study) -> tuple[Read, ...]:
    """Read these experiments and studies at these epochs, as in `reads=at(10, A, B) + at(50, B)`.

    Raises `UsageError` for an epoch that an experiment does not have.
    """
    wanted = (epochs,) if isinstance(epochs, int) else tuple(epochs)
    for each in subjects:
        if not isinstance(each, (Experiment, Study)):
            raise UsageError(told(here(), f"at(): {brief(each)}; allowed are experiments and studies"))
        last = each.experiments()[0].epochs
        if wrong := [epoch for epoch in wanted if not 1 <= epoch <= last]:
            raise UsageError(told(here(), f"at({wrong[0]}, …): {each.name!r} has epochs 1 to {last}"))
    return tuple(Read(each, wanted) for each in subjects)
