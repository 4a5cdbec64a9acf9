"""The means of `recorded` and `recorded_groups`: from what an author declares to experiments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labreport.experiment import Experiment
from labreport.fingerprint.modules import folder_of
from labreport.recorded.places import folders, sources
from labreport.recorded.raw import RawRun, bad, short
from labreport.recorded.readers import module_for, reader_in
from labreport.recorded.recording import Recording
from labreport.recorded.replay import read_once
from labreport.recorded.shape import final, records
from labreport.suggest import did_you_mean

SEED = "seed"
"""Where a run's seed is, unless the author says otherwise; only then may it be nowhere."""
_SEEDS = re.compile(r"[0-9]{1,18}")
Metrics = Sequence[str] | Mapping[str, str] | None


@dataclass(frozen=True)
class _Found:
    """A run with what it is declared as."""

    seed: int
    run: RawRun
    specification: Recording
    epochs: int


@dataclass(frozen=True)
class Declared:
    """What an author says of a source; see `recorded`."""

    package: str
    pattern: str
    reader: str
    metrics: Metrics
    seed: str
    step: str
    parameters: tuple[str, ...]
    where: dict[str, str]
    name: str = ""

    @property
    def folder(self) -> Path:
        """Below which the pattern is."""
        return folder_of(self.package)

    @property
    def renamed(self) -> tuple[tuple[str, str], ...] | None:
        """Pairs of a name in the report and in the source."""
        if self.metrics is None:
            return None
        if isinstance(self.metrics, str):
            raise bad(self.pattern, f"metrics is the text {self.metrics!r}; a list of names is needed")
        if isinstance(self.metrics, Mapping):
            return tuple(self.metrics.items())
        return tuple((name, name) for name in self.metrics)

    @property
    def module(self) -> str:
        """The reader's module."""
        return module_for(self.reader, self.folder, self.pattern)

    @property
    def shared(self) -> Recording:
        """The specification of all runs, except for what distinguishes them."""
        words = (self.seed, *((self.name,) if self.name else ()), *self.where, *self.parameters)
        fields = tuple(dict.fromkeys(words))
        return Recording(self.pattern, self.package, "", fields, self.renamed, self.step)

    def runs(self) -> list[RawRun]:
        """All runs that the pattern means and `where` leaves in, each with where it is."""
        read = reader_in(self.module, self.pattern)
        found = []
        for source in sources(self.folder, self.pattern):
            for run in read_once(read, self.folder, source.name, self.shared.options):
                fields = {**source.fields, **run.fields}
                if self._wanted(run, fields):
                    found.append(replace(run, fields=fields, source=run.source or source.name))
        if not found:
            raise bad(self.pattern, f"no run is left by where={self.where}; correct it")
        return found

    def _wanted(self, run: RawRun, fields: Mapping[str, str]) -> bool:
        for key, value in self.where.items():
            if key not in fields:
                raise bad(
                    run.where, f"nothing says its {key!r}, by which where= chooses{did_you_mean(key, fields)}"
                )
            if fields[key] != str(value):
                return False
        return True

    def experiment(self, name: str, title: str, runs: Sequence[RawRun]) -> Experiment:
        """The experiment of these runs."""
        start, shared = f"{self.module}:start", self.shared
        found = self._numbered([self._found(run, shared) for run in runs])
        by_seed = tuple(
            (
                one.seed,
                Experiment(
                    name,
                    one.specification,
                    one.epochs,
                    (one.epochs,),
                    start,
                    title,
                    files=one.run.files,
                    libraries=(),
                ),
            )
            for one in sorted(found, key=lambda one: one.seed)
        )
        settings = [set(one.specification.parameters) for one in found]
        common = tuple(sorted(set.intersection(*settings)))
        longest = max(one.epochs for one in found)
        files = tuple(file for one in found for file in one.run.files)
        return Experiment(
            name,
            replace(shared, parameters=common),
            longest,
            (longest,),
            start,
            title,
            files=(),
            libraries=(),
            by_seed=by_seed,
            folders=folders(self.folder, self.pattern, files),
        )

    def _found(self, run: RawRun, shared: Recording) -> _Found:
        missing = [key for key in self.parameters if key not in run.fields]
        if missing:
            raise bad(run.where, f"nothing says its {missing[0]!r}{did_you_mean(missing[0], run.fields)}")
        settings = {key: value for key, value in run.fields.items() if key not in (self.seed, self.name)}
        specification = replace(
            shared,
            source=run.source,
            label=run.label,
            parameters=tuple((key, _plain(value)) for key, value in sorted(settings.items())),
        )
        final(run, self.renamed)
        return _Found(-1, run, specification, len(records(run, self.renamed)))

    def _numbered(self, runs: list[_Found]) -> list[_Found]:
        """With their seeds; where none has one, numbered from 0 in the order of their names."""
        have = [self.seed in one.run.fields for one in runs]
        if not any(have) and self.seed == SEED:
            return [replace(one, seed=number) for number, one in enumerate(runs)]
        seen: dict[int, str] = {}
        numbered = []
        for one in runs:
            where, fields = one.run.where, one.run.fields
            if self.seed not in fields:
                raise bad(
                    where,
                    f"nothing says its {self.seed!r}, where seed= looks{did_you_mean(self.seed, fields)}",
                )
            written = fields[self.seed]
            if not _SEEDS.fullmatch(written):
                raise bad(
                    where, f"{self.seed} is {short(written)}; a whole number of at most 18 digits is needed"
                )
            seed = int(written)
            if seed in seen:
                raise bad(
                    where,
                    f"{self.seed} is {seed}, as at {seen[seed]}; runs of one experiment need different seeds",
                )
            seen[seed] = where
            numbered.append(replace(one, seed=seed))
        return numbered


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
