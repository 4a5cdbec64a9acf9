"""Read-only views of runs: what a question or figure gets of the experiments in its `reads=`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from labreport.errors import did_you_mean, refuse
from labreport.project import DESIGN, Experiment, Reader, Study, flatten_metrics
from labreport.project.checks import name_of
from labreport.results.files import STATE, JsonObject
from labreport.results.runs import Checkpoint, Run

if TYPE_CHECKING:
    import pandas
    from numpy import ndarray

Value = TypeVar("Value")


@dataclass(frozen=True)
class Runs:
    """The runs of one experiment in order of seed; `epoch` is the last one that the reader declared."""

    experiment: Experiment
    runs: tuple[Run, ...]
    epoch: int | None = None

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.experiment.name

    @property
    def label(self) -> str:
        """The experiment's title, or else its name."""
        return self.experiment.title or self.name

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, ascending."""
        return tuple(run.seed for run in self.runs)

    def at(self, epoch: int | None = None) -> tuple[Checkpoint, ...]:
        """The checkpoint of each seed at an epoch, by default at the last one that was declared."""
        return tuple(run.at(epoch or self.epoch) for run in self.runs)

    def values(self, metric: str, epoch: int | None = None) -> list[float]:
        """A metric of each seed, such as `"test accuracy"`. Raises `UsageError` if it was not stored."""
        return [float(self._number(metric, checkpoint.metrics, "metric")) for checkpoint in self.at(epoch)]

    def arrays(self, name: str, epoch: int | None = None) -> list[ndarray]:
        """An array of each seed. Raises `UsageError` if it was not stored."""
        return [self._member(name, checkpoint.arrays, "array") for checkpoint in self.at(epoch)]

    def curve(self, name: str, epochs: int | None = None) -> list[list[float]]:
        """A recorded value for each seed and epoch: a list of floats for each seed, in order of epoch.

        The list of a training that stopped early is shorter. Raises `UsageError` if it was not recorded.
        """
        curves = []
        for run in self.runs:
            records = run.records[: epochs or self.epoch]
            curves.append([self._number(name, record, "record") for record in records])
        return curves

    def _number(self, name: str, values: JsonObject, kind: str) -> float:
        return cast("float", self._member(name, flatten_metrics(values), kind))

    def _member(self, name: str, members: Mapping[str, Value], kind: str) -> Value:
        if name not in members:
            readable = [member for member in members if not member.startswith(STATE)]
            refuse(f"{self.name!r} has no {kind} {name!r}{did_you_mean(name, readable, 'it has')}")
        return members[name]


class Results(Mapping[str, Runs]):
    """Runs by experiment, as a question or figure declared them; reading any other raises `UsageError`."""

    def __init__(
        self, reader: str, runs: Mapping[str, Runs], studies: Mapping[str, Study] | None = None
    ) -> None:
        self.reader = reader
        self._runs = dict(runs)
        self._studies = dict(studies or {})

    def __getitem__(self, name: str | Experiment) -> Runs:
        experiment = name_of(name)
        if experiment not in self._runs:
            self._refuse(f"results[{experiment!r}]", experiment)
        return self._runs[experiment]

    def __contains__(self, name: object) -> bool:
        return name_of(name) in self._runs

    def __iter__(self) -> Iterator[str]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def studies(self) -> tuple[str, ...]:
        """The names of the studies that were declared."""
        return tuple(self._studies)

    @property
    def experiments(self) -> tuple[str, ...]:
        """The names of the declared experiments, without the points of studies."""
        cells: set[str] = set()
        for study in self._studies.values():
            cells.update(cell.name for cell in study.experiments())
        return tuple(name for name in self._runs if name not in cells)

    @property
    def frame(self) -> pandas.DataFrame:
        """A row for each run at each declared epoch: the specification, experiment, seed, epoch, metrics.

        `table(results.frame, replicate="seed")` keeps the design of the experiments. Raises `UsageError` if
        they have several.
        """
        import pandas

        designs = {runs.experiment.design for runs in self._runs.values()}
        if len(designs) > 1:
            refuse(f"{self.reader!r} reads experiments of {len(designs)} designs; a frame can keep one")
        rows = []
        for name, runs in self._runs.items():
            specification = runs.experiment.specification
            declared = {member.name: getattr(specification, member.name) for member in fields(specification)}
            for run in runs:
                for epoch, checkpoint in run.checkpoints.items():
                    keys = {"experiment": name, "seed": run.seed, "epoch": epoch}
                    rows.append(declared | keys | flatten_metrics(checkpoint.metrics))
        frame = pandas.DataFrame(rows)
        frame.attrs[DESIGN] = asdict(*designs)
        return frame

    def study(self, name: str | Study) -> list[tuple[dict[str, Any], Runs]]:
        """Each point of a declared study with its runs, in row-major order: `({"rate": 0.1}, runs)`."""
        study_name = name_of(name)
        if study_name not in self._studies:
            self._refuse(f"study {study_name!r}", study_name)
        points = []
        for point, experiment in self._studies[study_name].cells:
            points.append((dict(point), self._runs[experiment.name]))
        return points

    def _refuse(self, what: str, name: str) -> NoReturn:
        declared = self.experiments + self.studies
        listed = ", ".join(declared) or "nothing"
        near = did_you_mean(name, declared)
        text = f"{self.reader!r} reads {what} and declares {listed}; add it to its reads={near}"
        refuse(text)


def results_for_reader(reader: Reader, runs_of: Callable[[Experiment], Iterable[Run]]) -> Results:
    """What the function of a question or figure gets: all runs, cut to the epochs that it declares."""
    runs: dict[str, Runs] = {}
    studies: dict[str, Study] = {}
    epochs_read = reader.epochs_by_experiment
    for read in reader.reads:
        declaration = read.declaration
        if isinstance(declaration, Study):
            studies[declaration.name] = declaration
        for experiment in declaration.experiments():
            epochs = epochs_read[experiment.name]
            by_seed = sorted(runs_of(experiment), key=lambda run: run.seed)
            views = [replace(run.view_at(epochs), name=experiment.name) for run in by_seed]
            runs[experiment.name] = Runs(experiment, tuple(views), epochs[-1])
    return Results(reader.name, runs, studies)
