"""What is to be run, as frozen values: experiments, and studies that unfold into grids of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NoReturn

from labreport.authoring import HIDDEN, Meta, Place, at, brief, called_from, check_values, reference, refuse
from labreport.display import enumeration, unprintable
from labreport.errors import UsageError, did_you_mean
from labreport.fingerprint.canonical import exact


@dataclass(frozen=True)
class Design:
    """What is repeated, and what pairs: what a comparison needs to know of the runs of an experiment.

    `unit` is what one observation is called, in the singular: a seed, a recorded run, or the block that a run
    belongs to (an input, a data set, a session). Units are `paired` where one of the same name in another
    experiment is its partner: seeds and blocks are, repetitions are not. `blocks`, where given, is the block
    of each run, as pairs of its seed and the block's name; runs of one block are repetitions, averaged first.
    `test_fraction` says that each unit is a random split of one data set, and which share of it is the test:
    such units share data, and intervals are widened for it (Nadeau and Bengio 2003).

    Raises `UsageError` for values that do not fit together.
    """

    unit: str = "seed"
    paired: bool = True
    blocks: tuple[tuple[int, str], ...] = ()
    test_fraction: float | None = None

    def __post_init__(self) -> None:
        place = called_from()
        check_values(self, place)
        if self.test_fraction is not None and not 0 < self.test_fraction < 1:
            text = (
                f"design: test_fraction is {self.test_fraction!r}; allowed is a share between 0 and 1, "
                "the part of the data set that each split tests"
            )
            refuse(place, text, "test_fraction", self.test_fraction, Design)
        if not self.unit:
            text = "design: unit is empty; say what one observation is called, such as 'seed'"
            refuse(place, text, "unit", self.unit, Design)


@dataclass(frozen=True, eq=False)
class Recorded:
    """Runs that were made elsewhere: a table that was read when the project was loaded, and is kept nowhere.

    `files` are paths below `folder`, and `arrays` those of them that hold arrays. A file that appears in one
    of the `folders` may change what there is. `runs` gives the digest of each run, of all that can be seen of
    it, by what it is called; `failed` names, by metric, the runs that gave no number. `results` makes the
    runs, in order, as answers see them, and `outdated` names a source that is not as it was when it was read.
    """

    folder: Path
    files: tuple[str, ...]
    arrays: tuple[str, ...]
    folders: tuple[str, ...]
    runs: Mapping[str, str]
    failed: Mapping[str, list[str]]
    results: Callable[[], tuple[Any, ...]]
    outdated: Callable[[], str]


@dataclass(frozen=True)
class Experiment:
    """One thing to run, for as many seeds as the user asks.

    `specification` is a frozen dataclass of plain values; it and the code that runs it decide the result.
    That code is `fit`, a function `fit(specification, seed)` that returns a `labreport.Fit` in one step
    (see `labreport.run.Fit`), or `start`, which begins a run of `epochs` epochs (see `labreport.run.Start`).
    Each is a function or its name, `"module:function"`; with neither, it is the project's `fit`.
    `epochs` and `snapshots` (by default the last epoch) say how far to go and what to keep; they are no
    part of the result's identity, so that continuing from 50 epochs to 100 trains 50 more. `title` is for
    people. `seeds`, where given, caps the number of seeds. `place` is where it is declared, for messages.

    `files` (paths below the project's package) and `libraries` (distributions), where given, are what this
    experiment rests on in place of the project's `data_files` and `libraries`. `recorded` has the runs of an
    experiment that nothing carries out, because they exist.

    An `exclusive` one runs by itself: no other run of the build is carried out at the same time, on any
    worker, so that its times are those of a machine that does nothing else. It comes after the others. A
    result that was made so is another one than a result that was not.

    `design` says what its runs are to a comparison (see `Design`); it is not a part of a result's identity.

    Raises `UsageError` for values that do not fit together.
    """

    name: Annotated[str, Meta(min_length=1, max_length=200)]
    specification: Any
    epochs: Annotated[int, Meta(ge=1)] = 1
    snapshots: tuple[Annotated[int, Meta(ge=1)], ...] = ()
    start: Any = ""
    title: str = ""
    seeds: Annotated[int, Meta(ge=1)] | None = None
    fit: Any = ""
    place: Place = field(default=(), compare=False, repr=False, metadata=HIDDEN)
    files: tuple[str, ...] | None = None
    libraries: tuple[str, ...] | None = None
    exclusive: bool = False
    design: Design = Design()
    recorded: Recorded | None = field(default=None, repr=False, metadata=HIDDEN)
    function: Callable[..., Any] | None = field(default=None, compare=False, repr=False, metadata=HIDDEN)
    """What was given as `fit` or `start`, where that was a function."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", called_from(self.place))
        if not is_dataclass(self.specification) or isinstance(self.specification, type):
            self.refuse("specification", f"is {brief(self.specification)}; allowed is a frozen dataclass")
        check_values(self.specification, self.place)
        check_values(self, self.place, leave_out=("recorded",))
        if problem := unprintable(self):
            field = problem.partition(":")[0]
            refuse(self.place, f"experiment {self.name!r}: {problem}.", field, getattr(self, field, None))
        if self.fit and (self.start or self.epochs != 1):
            self.refuse("fit", "has one epoch and no start; leave out fit, or epochs and start")
        for name in ("start", "fit"):
            given = getattr(self, name)
            if not isinstance(given, str):
                object.__setattr__(self, "function", given)
            object.__setattr__(self, name, reference(given, f"experiment {self.name!r}: {name}"))
        object.__setattr__(self, "snapshots", self.snapshots or (self.epochs,))
        if wrong := [epoch for epoch in self.snapshots if epoch > self.epochs]:
            self.refuse("snapshots", f"has epoch {wrong[0]}; allowed are 1 to {self.epochs}, its epochs")

    def refuse(self, field: str, text: str) -> NoReturn:
        """Raise `UsageError` at the line on which a field's value is written; `text` says what is wrong."""
        told = f"experiment {self.name!r}: {field} {text}"
        refuse(self.place, told, field, getattr(self, field), Experiment)

    @property
    def one_step(self) -> bool:
        """Whether each of its runs is one call of `fit`."""
        return bool(self.fit)

    @property
    def code(self) -> str:
        """The function that runs it, `"module:function"`."""
        return str(self.fit or self.start)

    def run_with(self, seeds: int, first: int = 0) -> range:
        """The seeds that are run when so many from `first` on are asked for; none of recorded runs."""
        return range(first, first if self.recorded else first + min(seeds, self.seeds or seeds))

    @cached_property
    def values(self) -> Any:
        """Its specification as plain values, which nobody may change."""
        return plain(self.specification)

    @cached_property
    def identity(self) -> tuple[str, frozenset[type]]:
        """The text that no other specification has, and the classes of the dataclasses in it.

        Raises `UsageError` for a specification that its fields do not distinguish from others.
        """
        classes: set[type] = set()
        try:
            return exact(self.specification, "specification", classes), frozenset(classes)
        except UsageError as error:
            raise UsageError(at(self.place, f"experiment {self.name!r}: {error}")) from None


@dataclass(frozen=True)
class Study:
    """A grid: one experiment, varied over every combination of some fields of its specification.

    `axes` maps a field of the specification, or `"epochs"`, to the values it takes.
    """

    name: str
    base: Experiment
    axes: tuple[tuple[str, tuple[Any, ...]], ...]
    title: str = ""
    seeds: Annotated[int, Meta(ge=1)] | None = None
    place: Place = field(default=(), compare=False, repr=False, metadata=HIDDEN)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", called_from(self.place))
        told = f"study {self.name!r}:"
        base: object = self.base
        if not isinstance(base, Experiment):
            text = f"{told} base is {brief(base)}; allowed is an experiment"
            refuse(self.place, text, "base", base, Study)
        known = [member.name for member in fields(self.base.specification)]
        axes: tuple[tuple[str, Any], ...] = self.axes
        if not axes:
            told = f"{told} has no axis; write a field and its values"
            refuse(self.place, f"{told}, such as {next(iter(known), 'field')}=(…, …)", "axes", axes, Study)
        for axis, values in axes:
            if axis not in known:
                near = did_you_mean(axis, known).removesuffix(".")
                text = f"no field {axis!r} in the specification of {self.base.name!r}{near}; "
                text += f"there are {', '.join(sorted(known))}"
            elif not isinstance(values, tuple):
                text = f"{axis} is {brief(values)}; write ({values!r},), with the comma"
            elif not values or len({repr(value) for value in values}) < len(values):
                text = f"{axis} takes {list(values)!r}; at least one value is needed, and each once"
            else:
                continue
            refuse(self.place, f"{told} {text}", axis, values)
        check_values(self, self.place, leave_out=("base",))
        if problem := unprintable((self.name, self.title)):
            refuse(self.place, f"{told} {problem}", "name", self.name, Study)
        if self.base.recorded:
            text = f"{told} the runs of {self.base.name!r} are recorded and cannot be varied"
            refuse(self.place, f"{text}; declare an experiment for each cell", "base", self.base, Study)

    def experiments(self) -> tuple[Experiment, ...]:
        """The cells of the grid in row-major order, named `study/field=value,…`."""
        return self._cells

    @cached_property
    def _cells(self) -> tuple[Experiment, ...]:
        names = [name for name, _ in self.axes]
        grid = itertools.product(*(values for _, values in self.axes))
        return tuple(self._cell(dict(zip(names, values, strict=True))) for values in grid)

    def _cell(self, point: dict[str, Any]) -> Experiment:
        label = ",".join(f"{name}={_label(value)}" for name, value in point.items())
        return replace(
            self.base,
            name=f"{self.name}/{label}",
            place=self.place,
            specification=replace(self.base.specification, **point),
            title=f"{self.title or self.name}: {label}",
            seeds=self.seeds if self.seeds is not None else self.base.seeds,
        )


def study(
    name: str, base: Experiment, *, title: str = "", seeds: int | None = None, **axes: Sequence[Any]
) -> Study:
    """One line for a grid: `study("rates", WIDE, learning_rate=(0.1, 0.5), momentum=(0.0, 0.9))`."""
    several = (list, range, set, frozenset)
    values = tuple((axis, tuple(each) if isinstance(each, several) else each) for axis, each in axes.items())
    return Study(name, base, values, title, seeds)  # type: ignore[arg-type]  # which checks them


def plain(value: Any) -> Any:
    """A frozen value as dicts, lists and scalars; tuples become lists.

    Fields whose metadata are `labreport.authoring.HIDDEN` are left out: functions, and places in files.
    """
    if is_dataclass(value) and not isinstance(value, type):
        members = (member for member in fields(value) if member.metadata.get("plain", True))
        return {member.name: plain(getattr(value, member.name)) for member in members}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def _label(value: Any) -> str:
    if isinstance(value, (tuple, list)):
        if len(set(value)) == 1 and len(value) > 1:
            return f"{value[0]}x{len(value)}"
        return "-".join(str(item) for item in value)
    return str(value)


LAST = 0
"""Stands for an experiment's last epoch where snapshots are required."""


@dataclass(frozen=True)
class Required:
    """What a reader takes for granted about an experiment, or about every cell of a study, that it reads.

    It reads records of so many `epochs`, and the `snapshots` at these epochs, of which `LAST` is the last.
    """

    name: str
    snapshots: tuple[int, ...] = ()
    epochs: int = 1

    def missing(self, experiment: Experiment) -> tuple[str, str]:
        """What `experiment` lacks and how to give it that, in words, and in which field; empty if nothing."""
        if experiment.epochs < self.epochs:
            text = f"{self.epochs} epochs of {experiment.name!r}, which has {experiment.epochs}"
            return f"{text}; give it {self.epochs} epochs or more", "epochs"
        wanted = {epoch or experiment.epochs for epoch in self.snapshots}
        lacking = sorted(wanted - set(experiment.snapshots))
        if not lacking:
            return "", ""
        kept, wanting = (enumeration([*map(str, each)]) for each in (experiment.snapshots, lacking))
        text = f"epoch {wanting} of {experiment.name!r}, which keeps epoch {kept}"
        text += f"; add {wanting} to its snapshots"
        more = "" if max(lacking) <= experiment.epochs else f", and give it {max(lacking)} epochs"
        return text + more, "snapshots"


def required(
    read: Experiment | Study | Iterable[Experiment | Study], *snapshots: int, epochs: int = 1
) -> tuple[Required, ...]:
    """What is required of each of these experiments and studies alike."""
    each = (read,) if isinstance(read, (Experiment, Study)) else read
    return tuple(Required(one.name, snapshots, epochs) for one in each)
