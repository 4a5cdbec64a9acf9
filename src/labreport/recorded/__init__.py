"""Runs that were made elsewhere, in any library: CSV, JSON lines, MLflow's local store, TensorBoard's files.

`recorded` and `recorded_groups` make experiments of them, one table, read when the project is loaded;
`final_values`, `curves` and `facts` are for answers and figures that read them: such runs differ in length,
lack seeds, and may have failed. Light: planning imports it.
"""

from __future__ import annotations

import gc
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from labreport.display import unprintable
from labreport.errors import UsageError, did_you_mean
from labreport.experiment import Design, Experiment, Recorded
from labreport.fingerprint.files import Stamp, stamp
from labreport.fingerprint.modules import folder_of
from labreport.processes import collector_paused
from labreport.recorded.raw import (
    PLACEHOLDER,
    Options,
    RawRun,
    arrays,
    bad,
    below,
    folders,
    natural,
    reader_for,
    short,
    sources,
)
from labreport.results import Metrics, Result, Runs, Snapshot, flat

SEED = "seed"
"""Where a run's seed is, unless the author says otherwise; only then may it be nowhere."""
NAME = "name"
"""Where the name of an experiment of `recorded_groups` is, unless the author says otherwise."""
STEP = "step"
"""In each record: the number that the source gives the row."""
MADE = ("host", "processor", "system", "python", "started", "finished", "threads", "cores")
"""What `made` can say of a run; other names are those of programs and libraries with a version."""
Names = str | Sequence[str]
"""One column, placeholder or parameter, or several together."""
Renamed = Sequence[str] | Mapping[str, str] | None


@dataclass(frozen=True)
class Recording:
    """The specification of recorded runs: the pattern of their source, and settings that all of them have."""

    source: str
    parameters: tuple[tuple[str, Any], ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """The parameters by name."""
        return dict(self.parameters)


def recorded(
    name: str,
    pattern: str,
    *,
    reader: str = "",
    metrics: Renamed = None,
    seed: Names = SEED,
    blocks: Names = (),
    pairs: Names = (),
    step: str = "",
    parameters: Names = (),
    where: Mapping[str, object] | None = None,
    made: Mapping[str, str] | None = None,
    title: str = "",
) -> Experiment:
    """An experiment whose runs are read from files: `recorded("slow", "runs/slow-{seed}.csv")`.

    `pattern` is a path below the folder of the calling project; see `labreport.recorded.raw.sources`.
    `reader` is one of those in `labreport.recorded.readers`, by default the one for what is found. `metrics`
    chooses some, or renames: `{"test/accuracy": "val_acc"}`.

    What follows names columns, placeholders of the pattern or parameters, one or several together. `seed`
    (by default `seed`, where there is one) and `pairs` say which run of another experiment a run is
    compared with; where neither is there, runs have no partner. `blocks` are inputs, data sets or sessions:
    runs of one block are averaged, and blocks are what is compared. Two runs of one experiment with the
    same seed, pair and block are an error. `step` numbers the rows of a run (by default `epoch` or `step`;
    `row` is their order in the file); without it, each row of a table is a run. `parameters` are settings.
    `where` leaves out runs that differ from it. `made` says how the runs were made, as
    `{"processor": "cpu", "finished": "date", "zlib": "zlib version"}`.

    Raises `UsageError` in one line with file and line for whatever cannot be read.
    """
    said = _Declared(_caller(), pattern, reader, metrics, seed, blocks, pairs, step, parameters, where, made)
    return said.experiments({name: title})[name]


def recorded_groups(
    pattern: str,
    *,
    name: Names = "name",
    reader: str = "",
    metrics: Renamed = None,
    seed: Names = SEED,
    blocks: Names = (),
    pairs: Names = (),
    step: str = "",
    parameters: Names = (),
    where: Mapping[str, object] | None = None,
    made: Mapping[str, str] | None = None,
) -> dict[str, Experiment]:
    """Several experiments from one pattern, each called as `name` says, in natural order.

    `name` is a placeholder of the pattern, a column or a parameter, or several together:
    `recorded_groups("{name}-{seed}.csv")`, `recorded_groups("all.csv", name=("program", "level"))`. The rest
    is as for `recorded`.
    """
    own = _caller(), pattern, reader, metrics, seed, blocks, pairs, step, parameters, where, made, name
    return _Declared(*own).experiments({})


def final_values(runs: Runs, metric: str) -> dict[int, float]:
    """The last value of a metric by seed, without runs that gave no finite number.

    Raises `UsageError` for a metric that no run has.
    """
    found = {run.seed: _final(runs, run, metric) for run in runs}
    return {seed: value for seed, value in found.items() if math.isfinite(value)}


def curves(runs: Runs, metric: str) -> dict[int, list[tuple[int, float]]]:
    """By seed, pairs of epoch (rows counted from 1) and value, where it was measured and finite."""
    for run in runs:
        _final(runs, run, metric)
    return {
        run.seed: [
            (row, record[metric])
            for row, record in enumerate(run.records, 1)
            if math.isfinite(record.get(metric, math.nan))
        ]
        for run in runs
    }


def facts(*experiments: Runs) -> dict[str, Any]:
    """What is uneven: runs of each experiment, seeds that others have, lengths, and where runs diverged."""
    every = sorted({seed for runs in experiments for seed in runs.seeds})
    return {
        runs.experiment.name: {
            "runs": len(runs),
            "missing_seeds": [
                seed for seed in every if runs.experiment.design.paired and seed not in runs.seeds
            ],
            "epochs": {str(run.seed): len(run.records) for run in runs},
            "diverged": {str(seed): epoch for seed, epoch in runs.diverged.items()},
        }
        for runs in experiments
    }


def _final(runs: Runs, run: Result, metric: str) -> float:
    """The last value, which may be not a number. Raises `UsageError` where the source has no such metric."""
    metrics = run.at().metrics
    if (found := dict(flat(metrics)).get(metric.replace("/", " "))) is not None:
        return float(found)
    if metric in (refused := getattr(metrics, "refused", {})):
        raise UsageError(refused[metric])
    known = sorted({name for run in runs for record in run.records for name in record})
    raise UsageError(f"{runs.experiment.name!r} has no metric {metric!r}{did_you_mean(metric, known)}")


class _Words(NamedTuple):
    """What identifies a run: what its columns say, joined by spaces; empty where it has none."""

    name: str
    seed: str
    block: str
    pair: str


@dataclass(frozen=True)
class _Run:
    raw: RawRun
    source: str
    words: _Words
    settings: Mapping[str, Any]
    digest: str

    def at(self, epoch: int = 0) -> dict[str, float]:
        """The last value of each metric up to an epoch, by default the last one of the run.

        It is not a number where the run did not measure it, or ended before.
        """
        if len(self.raw.rows) == 1 and epoch <= 1 and len(self.raw.rows[0].values) == len(self.raw.metrics):
            return dict(self.raw.rows[0].values)
        found = dict.fromkeys(self.raw.metrics, math.nan)
        if epoch <= len(self.raw.rows):
            for row in self.raw.rows[: epoch or None]:
                found.update(row.values)
        return found


class _Snapshots(Mapping[int, Snapshot]):
    """A snapshot of each epoch of a run, made when it is asked for; also of those after its end."""

    def __init__(self, epochs: int, longest: int, make: Callable[[int], Snapshot]) -> None:
        self._epochs, self._longest, self._make = epochs, longest, make

    def __getitem__(self, epoch: int) -> Snapshot:
        if not 1 <= epoch <= self._longest:
            raise KeyError(epoch)
        return self._make(epoch)

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, self._epochs + 1))

    def __len__(self) -> int:
        return self._epochs


class _Declared:
    """What an author says of a source; see `recorded`."""

    def __init__(
        self,
        package: str,
        pattern: str,
        reader: str,
        metrics: Renamed,
        seed: Names,
        blocks: Names,
        pairs: Names,
        step: str,
        parameters: Names,
        where: Mapping[str, object] | None,
        made: Mapping[str, str] | None,
        name: Names = (),
    ) -> None:
        if isinstance(metrics, str):
            raise bad(pattern, f"metrics is the text {metrics!r}; a list of names is needed")
        self.folder, self.pattern, self.reader, self.step = folder_of(package), pattern, reader, step
        self.seed, self.blocks, self.pairs, self.parameters, self.name = (
            (names,) if isinstance(names, str) else tuple(names)
            for names in (seed, blocks, pairs, parameters, name)
        )
        self.where = tuple((key, str(value)) for key, value in (where or {}).items())
        self.made = dict(made or {})
        self.metrics: dict[str, str] | None = None
        """Names in the report by those in the source."""
        if isinstance(metrics, Mapping):
            self.metrics = {source: name for name, source in metrics.items()}
        elif metrics is not None:
            self.metrics = {name: name for name in metrics}

    @property
    def columns(self) -> tuple[tuple[str, ...], ...]:
        """The columns of each of `_Words`."""
        return self.name, self.seed, self.blocks, self.pairs

    @property
    def options(self) -> Options:
        """What a reader has to know."""
        filtered = (key for key, _ in self.where)
        known = (*chain(*self.columns), *self.parameters, *filtered, *self.made.values())
        chosen = None if self.metrics is None else tuple(self.metrics)
        return Options(tuple(dict.fromkeys(known)), chosen, self.step, self.where)

    def experiments(self, titles: Mapping[str, str]) -> dict[str, Experiment]:
        """The experiments by name: the one in `titles`, or those that the source names."""
        with below(self.folder), collector_paused():
            found = self._experiments(titles)
        gc.freeze()  # they live as long as the project
        return found

    def _experiments(self, titles: Mapping[str, str]) -> dict[str, Experiment]:
        for word in set(PLACEHOLDER.findall(self.pattern)) - {*self.options.fields, SEED}:
            if (near := did_you_mean(word, (SEED, NAME))) != ".":
                raise bad(self.pattern, f"nothing uses {{{word}}}{near} If not, list it in parameters=")
        names = [source.name for source in sources(self.folder, self.pattern)]
        stamps = {name: stamp(self.folder / name) for name in names}
        runs = [self._run(raw, source, next(iter(titles), "")) for raw, source in self._read()]
        stamps |= {
            name: stamp(self.folder / name) for run in runs for name in run.raw.files if name not in stamps
        }
        self._check(runs)
        seeds = _numbers(run.words.seed for run in runs if run.words.seed)
        found: dict[str, list[_Run]] = {}
        for run in sorted(runs, key=lambda run: natural(run.words.name)):
            found.setdefault(run.words.name, []).append(run)
        return {
            name: self._experiment(name, titles.get(name, ""), group, seeds, stamps)
            for name, group in found.items()
        }

    def _read(self) -> list[tuple[RawRun, str]]:
        """All runs that the pattern means and `where` leaves in, each with the name of its source."""
        read, options = reader_for(self.reader, self.folder, self.pattern), self.options
        found = []
        for source in sources(self.folder, self.pattern):
            for raw in read(self.folder, source.name, options):
                own = replace(raw, fields={**source.fields, **raw.fields}) if source.fields else raw
                if all(_field(own, key, "by which where= chooses") == word for key, word in self.where):
                    found.append((own, source.name))
        if not found:
            raise bad(self.pattern, f"no run is left by where={dict(self.where)}; correct it")
        return found

    def _run(self, raw: RawRun, source: str, name: str) -> _Run:
        for key in self.parameters:
            _field(raw, key, "which parameters= asks for")
        for key in self.made.values():
            _field(raw, key, "which made= asks for")
        seed = self.seed if self.seed != (SEED,) or SEED in raw.fields else ()
        words = _Words(
            _joined(raw, self.name, "name") if self.name else name,
            _joined(raw, seed, "seed"),
            _joined(raw, self.blocks, "blocks"),
            _joined(raw, self.pairs, "pairs"),
        )
        settings = {key: _plain(raw.fields[key]) for key in sorted(raw.fields.keys() - self._no_settings)}
        return _Run(raw, source, words, settings, _digest(raw))

    def _check(self, runs: Iterable[_Run]) -> None:
        """Raise `UsageError` for two runs that are called alike, naming both."""
        seen: dict[_Words, _Run] = {}
        written: dict[tuple[tuple[str, ...], str], tuple[list[str], str]] = {}
        for run in runs:
            for keys, word in zip(self.columns, run.words, strict=True):
                if len(keys) > 1:
                    parts = [run.raw.fields[key] for key in keys]
                    other, where = written.setdefault((keys, word), (parts, run.raw.where))
                    if other != parts:
                        raise bad(
                            run.raw.where,
                            f"{', '.join(keys)} together are {word!r}, as at {where}, where they are "
                            f"{', '.join(map(repr, other))}; rename one",
                        )
            if (run.words.seed or run.words.pair) and (first := seen.setdefault(run.words, run)) is not run:
                said = ", ".join(
                    f"{' and '.join(keys)} is {word if word.isdigit() else short(word)}"
                    for keys, word in zip(self.columns, run.words, strict=True)
                    if keys and word
                )
                steps = ", or what numbers the steps of one run with step=" if len(run.raw.rows) == 1 else ""
                raise bad(
                    run.raw.where,
                    f"{said}, as at {first.raw.where}; each run of an experiment needs its own: remove one, "
                    "or name the columns that tell them apart with name=, seed=, pairs= or blocks="
                    f"{steps}",
                )

    def _label(self, run: _Run) -> str:
        """What a run is called in its experiment: what identifies it, or else what it measured."""
        _, seed, block, pair = run.words
        known = [word for word in (block, pair, f"{' and '.join(self.seed)} {seed}" if seed else "") if word]
        if not (seed or pair):
            last = run.raw.rows[-1].values
            known += [f"{metric} {value:g}" for metric, value in list(last.items())[:3]]
        return ", ".join(known) or "without a number"

    def _experiment(
        self,
        name: str,
        title: str,
        runs: Sequence[_Run],
        seeds: Mapping[str, int],
        stamps: Mapping[str, Stamp | None],
    ) -> Experiment:
        """The experiment of these runs, in an order that does not depend on that of the rows."""
        ordered = sorted(
            runs,
            key=lambda run: (
                *map(natural, run.words),
                natural("" if run.words.seed else run.source),
                run.digest,
            ),
        )
        named = all(run.words.seed for run in ordered) and not (self.blocks or self.pairs)
        numbered = [(seeds[run.words.seed] if named else at, run) for at, run in enumerate(ordered)]
        numbered.sort(key=lambda one: one[0])
        settings = [run.settings for run in ordered]
        common = tuple(
            (key, value)
            for key, value in settings[0].items()
            if all(one.get(key) == value for one in settings)
        )
        for run in {run.raw.metrics: run for run in ordered}.values():
            names = self._named(run.raw.metrics).values()
            for metric in names:
                if problem := unprintable(metric):
                    raise bad(run.raw.where, f"a metric is called {metric!a}: {problem}")
            _nested(run.raw.where, dict.fromkeys(names, 0.0))
        longest = max(len(run.raw.rows) for run in ordered)
        files = tuple(dict.fromkeys(file for run in ordered for file in run.raw.files))
        digests, failed = self._told(ordered)
        table = Recorded(
            self.folder,
            files,
            tuple(dict.fromkeys(run.raw.arrays for run in ordered if run.raw.arrays)),
            folders(self.folder, self.pattern, files),
            digests,
            failed,
            cache(partial(self._results, name, longest, numbered)),
            partial(self._outdated, stamps),
        )
        return Experiment(
            name,
            Recording(self.pattern, common),
            longest,
            tuple(range(1, longest + 1)),
            title=title,
            libraries=(),
            design=self._design(numbered),
            recorded=table,
        )

    def _told(self, runs: Iterable[_Run]) -> tuple[dict[str, str], dict[str, list[str]]]:
        """The digest of each run by what it is called, and by metric the runs that gave no number."""
        digests: dict[str, str] = {}
        failed: dict[str, list[str]] = {}
        counts: Counter[str] = Counter()
        for run in runs:
            label = self._label(run)
            counts[label] += 1
            if counts[label] > 1:
                label = f"{label} ({counts[label]})"
            digests[label] = run.digest
            names = self._named(run.raw.metrics)
            for metric, value in run.at().items():
                if metric in names and not math.isfinite(value):
                    failed.setdefault(names[metric], []).append(label)
        return digests, failed

    def _design(self, numbered: Sequence[tuple[int, _Run]]) -> Design:
        """What pairs the runs: blocks, pairs, seeds, or nothing."""
        by = self.blocks or self.pairs
        if not by and not all(run.words.seed for _, run in numbered):
            return Design("run", paired=False)
        unit = " and ".join(by or self.seed)
        words = [(seed, run.words.block or run.words.pair or run.words.seed) for seed, run in numbered]
        given = not by and all(str(seed) == word for seed, word in words)
        return Design(unit, blocks=() if given else tuple(words))

    @cached_property
    def _no_settings(self) -> frozenset[str]:
        """What numbers a run, and how it was made."""
        return frozenset((*self.seed, *self.pairs, *self.blocks, *self.made.values()))

    def _named(self, metrics: Iterable[str]) -> dict[str, str]:
        """Names in the report by those in the source, of the metrics that are read."""
        return {metric: metric for metric in metrics} if self.metrics is None else self.metrics

    def _results(self, name: str, longest: int, numbered: Sequence[tuple[int, _Run]]) -> tuple[Result, ...]:
        refused = {metric: text for _, run in numbered for metric, text in run.raw.refused.items()}
        with collector_paused():
            return tuple(self._result(name, longest, seed, run, refused) for seed, run in numbered)

    def _result(self, name: str, longest: int, seed: int, run: _Run, refused: Mapping[str, str]) -> Result:
        raw, names = run.raw, self._named(run.raw.metrics)
        records = []
        for row in raw.rows:
            record: dict[str, Any] = {names[key]: value for key, value in row.values.items() if key in names}
            records.append(record if row.step is None else {**record, STEP: row.step})

        def snapshot(epoch: int) -> Snapshot:
            found = {names[key]: value for key, value in run.at(epoch).items() if key in names}
            load = partial(_arrays, self.folder, raw.arrays if epoch == len(records) else "")
            return Snapshot(epoch, Metrics(_nested(raw.where, found), refused), load)

        made: dict[str, Any] = {**raw.made, **{key: raw.fields[column] for key, column in self.made.items()}}
        libraries = {key: made.pop(key) for key in [key for key in made if key not in MADE]}
        return Result(
            name,
            seed,
            {"source": run.source, "parameters": [list(one) for one in run.settings.items()]},
            tuple(records),
            _Snapshots(len(records), longest, snapshot),
            {**{key: word for key, word in made.items() if word}, "libraries": libraries},
        )

    def _outdated(self, stamps: Mapping[str, Stamp | None]) -> str:
        """A file or folder that is not as it was when it was read; empty where all are."""
        try:
            now = {source.name for source in sources(self.folder, self.pattern)}
        except UsageError:
            now = set()
        changed = (name for name, known in stamps.items() if stamp(self.folder / name) != known)
        return next(chain(changed, sorted(now - set(stamps))), "")


def _caller() -> str:
    """The top-level module that calls `recorded` or `recorded_groups`: paths are below its folder."""
    name: str = sys._getframe(2).f_globals["__name__"]
    return name.partition(".")[0]


def _field(raw: RawRun, key: str, asks: str) -> str:
    """What says the `key` of a run. Raises `UsageError` where nothing does."""
    if key not in raw.fields:
        known = {*raw.columns, *raw.fields}
        raise bad(raw.where, f"nothing says its {key!r}, {asks}{did_you_mean(key, known)}")
    return raw.fields[key]


def _joined(raw: RawRun, keys: Sequence[str], option: str) -> str:
    """What several fields say together, joined by spaces. Raises `UsageError` where one says nothing."""
    if not keys:
        return ""
    words = [_field(raw, key, f"which {option}= asks for") for key in keys]
    for key, word in zip(keys, words, strict=True):
        if not word:
            raise bad(raw.where, f"{key} is empty; every row must say to which run it belongs")
        if problem := _unprintable(word):
            raise bad(raw.where, f"{key} is {word!a}: {problem}")
    return " ".join(words)


_unprintable = cache(unprintable)


def _digest(raw: RawRun) -> str:
    """A digest of all that an answer can see of a run; not of its place in its source."""
    seen = (
        sorted(raw.fields.items()),
        raw.metrics,
        [(row.step, list(row.values.items())) for row in raw.rows],
        sorted(raw.made.items()),
    )
    return sha256(repr(seen).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _numbers(seeds: Iterable[str]) -> dict[str, int]:
    """A number for each seed: its own where all are whole numbers, else one by natural order."""
    words = sorted(set(seeds), key=natural)
    whole = [int(word) for word in words if word.isascii() and word.isdigit() and len(word) <= 18]
    if len(set(whole)) == len(words):
        return {word: int(word) for word in words}
    return {word: number for number, word in enumerate(words)}


def _nested(where: str, flat: Mapping[str, float]) -> dict[str, Any]:
    """Values by metric, `test/accuracy` as `["test"]["accuracy"]`."""
    found: dict[str, Any] = {}
    for key, value in flat.items():
        *splits, name = key.split("/")
        inner: Any = found
        for split in splits:
            inner = inner.setdefault(split, {}) if isinstance(inner, dict) else inner
        if not isinstance(inner, dict) or isinstance(inner.get(name), dict):
            raise bad(where, f"{key!r} is the name of a metric and of a group of metrics; rename one")
        inner[name] = value
    return found


def _arrays(folder: Path, name: str) -> Mapping[str, Any]:
    with below(folder):
        return arrays(folder, name) if name else {}


@cache
def _plain(written: str) -> Any:
    """A setting as a number where it is one."""
    for kind in (int, float):
        try:
            value = kind(written)
        except ValueError:
            continue
        if "_" not in written and abs(value) < 1e15:
            return value
    return written
