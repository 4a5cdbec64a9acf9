"""Everything that a report is made of, in order; what of it is stale, and why."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from labreport.errors import LabReportError, UsageError, did_you_mean
from labreport.project import Experiment, Figure, Project, Question, Reader, Section
from labreport.results import Checkpoint, Run, Store, files
from labreport.stale import (
    UNKNOWN,
    declaration_hash,
    dependencies,
    engine_hash,
    sha256_of,
    short_hash,
    versions,
)

DOCUMENTS = {"page": "report.html", "pdf": "report.pdf", "answers.json": "answers.json"}
"""A document to its file, in the order of making."""
_TOOLS = {
    "answer": ("numpy", "scipy"),
    "figure": ("matplotlib",),
    "section": ("jinja2", "markdown-it-py", "mdit-py-plugins", "pybtex", "pygments", "ziamath"),
    "pdf": ("weasyprint", "pikepdf"),
}
"""Libraries with which the engine itself makes a thing."""
_FIRST = ("specification", "code", "data", "reads", "answer", "figure", "section", "template")
_RANKS = {kind: rank for rank, kind in enumerate(_FIRST)}
_TOLD = ("specification", "seeds", "epochs", "library", "python", "threads")
"""Ingredients whose values say something to a person."""


@dataclass(frozen=True)
class Target:
    """Something that is made: a run (by experiment and seed), an answer, a figure, a section, a document."""

    kind: str
    name: str
    subject: Any = field(default=None, compare=False, repr=False)
    seed: int | None = None

    def __str__(self) -> str:
        seed = "" if self.seed is None else f" seed {self.seed}"
        return self.kind if self.kind in DOCUMENTS else f"{self.kind} {self.name}{seed}"


@dataclass(frozen=True)
class Change:
    """An ingredient that is not what it was; None is one that was not, or is not, there."""

    what: str
    before: str | None
    now: str | None
    where: str = ""

    @property
    def cause(self) -> str:
        """What was edited: how an experiment is declared, of which its specification is a part, or this."""
        declared = self.where and self.what.startswith(("specification ", "experiment "))
        return self.where if declared else self.what

    def __str__(self) -> str:
        at = f" at {self.where}" if self.where else ""
        if self.now == UNKNOWN:
            return f"{self.what} is made again"
        if self.before is None or self.now is None:
            return f"{self.what} is {'new' if self.before is None else 'gone'}{at}"
        if of := re.fullmatch(r"reads( .+?)?(?: \d+)*", self.what):
            return f"it reads another run of{of[1]}" if of[1] else "another order or set of what it reads"
        told = self.what.startswith(_TOLD)
        return f"{self.what}: {self.before}, now {self.now}{at}" if told else f"{self.what} changed{at}"


@dataclass(frozen=True)
class Staleness:
    """Whether there is a file with the key, and what has changed if not: no reasons, never made.

    It is true of what is to be made.
    """

    fresh: bool
    reasons: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return not self.fresh


FORCED = Change("--force", "", UNKNOWN)


@dataclass(frozen=True)
class CacheEntry:
    """What was made, as it is kept in `cache/KIND/NAME.json`; `digest` is that of the value."""

    key: str
    made_of: dict[str, str]
    value: Any
    digest: str
    claims: list[dict[str, Any]]


@dataclass(frozen=True)
class StaleGroup:
    """All that is stale by one change; None where it was never made."""

    change: Change | None
    things: tuple[Target, ...]


Task = tuple[Experiment, int, str, dict[str, str], tuple[int, ...]]
"""Experiment, seed, key, what it is made of, epochs to keep."""


class Plan:
    """The things of a project, compared with the report in a folder; only `keep` and `tasks` change that.

    `templates(section)` are the files that a section is rendered with. `more` are further ingredients of
    page and PDF. What `force` names is stale until it is made; the empty name is everything.
    """

    def __init__(
        self,
        project: Project,
        report: Path,
        store: Store,
        *,
        seeds: int | range | None = None,
        templates: Callable[[Section], Iterable[Path]] = lambda section: (),
        more: Mapping[str, str] | None = None,
        force: Iterable[str] = (),
    ) -> None:
        self.project, self.report, self.store = project, report, store
        start = project.seed_range.start
        self._range = range(start, start + seeds) if isinstance(seeds, int) else seeds or project.seed_range
        self._templates = templates
        self._more = more or {}
        self._only: Mapping[str, int] = {}
        self.dependencies = dependencies(project, store.folder)
        self._made: dict[tuple[str, str], CacheEntry | None] = {}
        self._states: dict[Target, Staleness] = {}
        self._runs: dict[Target, Run] = {}
        self._running = False
        self._made_of_run = cache(lambda run: self.dependencies.run_inputs(run.subject, run.seed))
        self._forced = {thing for name in force for thing in (self.named(name) if name else self.things)}

    def narrowed(self, seeds: Mapping[str, int]) -> Plan:
        """The plan of a preliminary report: only so many seeds of each experiment."""
        other = Plan(self.project, self.report, self.store, seeds=self._range, templates=self._templates)
        other._only, other._more, other._made = seeds, self._more, self._made
        return other

    def seeds(self, experiment: Experiment) -> range:
        """The seeds of an experiment in this report."""
        found = self._range[: experiment.seeds]
        return found[: self._only.get(experiment.name, len(found))]

    @cached_property
    def _reads(self) -> dict[Target, tuple[Target, ...]]:
        """All things, each after what it reads, and that. Raises `UsageError` for a circle of answers."""
        project = self.project
        runs = [Target("run", one.name, one, seed) for one in project.runs for seed in self.seeds(one)]
        questions = {one.name: one for one in project.questions}
        order = TopologicalSorter({name: self._asked(one) for name, one in questions.items()})
        subjects: list[Question | Figure | Section] = []
        try:
            subjects += [questions[name] for name in order.static_order()]
        except CycleError as error:
            names = error.args[1]
            text = f"the answers {', '.join(names[1:])} read each other; leave one out"
            raise UsageError(text, location=questions[names[0]].location) from None
        found: dict[Target, tuple[Target, ...]] = dict.fromkeys(runs, ())
        for subject in (*subjects, *project.figures, *project.chapters):
            answers = [self.thing(questions[name]) for name in self._asked(subject)]
            if isinstance(subject, Section):
                shown = [each for one in subject.questions for each in one.figures]
                below = [*answers, *map(self.thing, (*shown, *subject.figures))]
            else:
                read = subject.epochs
                below = [*(run for run in runs if run.name in read), *answers]
            found[self.thing(subject)] = tuple(below)
        for kind in DOCUMENTS:
            kinds = ("run", "section", "answer" if kind == "answers.json" else "figure")
            found[Target(kind, kind)] = tuple(one for one in found if one.kind in kinds)
        return found

    @property
    def things(self) -> tuple[Target, ...]:
        """All things, each after what it reads. Raises `UsageError` for answers that read each other."""
        return tuple(self._reads)

    def reads(self, thing: Target) -> tuple[Target, ...]:
        """What a thing reads directly."""
        return self._reads[thing]

    def thing(self, subject: Question | Figure | Section) -> Target:
        """The thing that a question, a figure or a section becomes."""
        kind = "answer" if isinstance(subject, Question) else type(subject).__name__.lower()
        return Target(kind, subject.name, subject)

    def _asked(self, reader: Reader | Section) -> list[str]:
        """The questions whose answers something reads; `"*"` are all others that do not read all."""
        own = [one.name for one in reader.questions] if isinstance(reader, Section) else []
        names = [*own, *reader.answers]
        if "*" in names:
            others = [one for one in self.project.questions if one is not reader]
            alone = isinstance(reader, Question)
            names = [one.name for one in others if not (alone and "*" in one.answers)]
        return list(dict.fromkeys(names))

    def wanted(self, names: Iterable[str]) -> Sequence[Target]:
        """What a user names and all that it reads, in the order of making; without names, everything."""
        waiting, found = [thing for name in names for thing in self.named(name)], set[Target]()
        while waiting:
            if (one := waiting.pop()) not in found:
                found.add(one)
                waiting += self.reads(one)
        return [one for one in self.things if one in found or not found]

    def named(self, text: str) -> list[Target]:
        """What a user calls `best`, `part-two`, `2.2`, `page`: all things of this name, the runs of an
        experiment or a study. Raises `UsageError` for an unknown name."""
        studies, numbered = self.project.studies, self.project.numbered
        cells = {one.name for one in studies[text].experiments()} if text in studies else set()
        found = [one for one in self.things if text in (one.name, DOCUMENTS.get(one.kind))]
        found += [one for one in self.things if one.kind == "run" and one.name in cells]
        if not found and text not in numbered:
            known = {*(one.name for one in self.things), *studies}
            raise UsageError(f"nothing is called {text!r}{did_you_mean(text, known)}")
        return found or [self.thing(numbered[text])]

    def made_of(self, thing: Target) -> dict[str, str]:
        """What a thing is made of now."""
        if thing.kind == "run":
            return self._made_of_run(thing)
        read = {one: self._digest(one) for one in self.reads(thing)}
        found = {str(one): value for one, value in read.items() if one.kind != "run"}
        found |= {f"library {name}": text for name, text in versions(_TOOLS.get(thing.kind, ())).items()}
        found["engine"] = engine_hash()
        if isinstance(thing.subject, Reader):
            runs = {(one.name, one.seed or 0): value for one, value in read.items() if one.kind == "run"}
            return found | self.dependencies.reader_inputs(thing.subject, runs)
        project = self.project
        found["project"] = short_hash(
            [project.title, project.subtitle, project.author, asdict(project.words)]
        )
        if thing.kind not in ("pdf", "page"):
            found |= {f"experiment {one.name}": declaration_hash(one) for one in project.runs}
        if isinstance(thing.subject, Section):
            found["section"] = _outline([thing.subject])
            folder = project.folder / "templates"
            for path in self._templates(thing.subject):
                if path.is_file() and path.is_relative_to(folder):
                    found[f"template {path.relative_to(folder)}"] = self.dependencies.digests.pin(path)
            return found | self.dependencies.section_inputs(thing.subject)
        runs_read = [[str(one), value] for one, value in read.items() if one.kind == "run"]
        found["runs"] = UNKNOWN if UNKNOWN in read.values() else short_hash(runs_read)
        found["seeds"] = f"{self._range.start} to {self._range.stop - 1}"
        found["sections"] = _outline(project.chapters)
        return found if thing.kind == "answers.json" else {**found, **self._more}

    def key(self, thing: Target) -> str:
        """The name of what a thing is made of now."""
        return sha256_of(self.made_of(thing))

    def _digest(self, thing: Target) -> str:
        """The digest of what a thing is, by which others are made of it; of a run, its key and its day."""
        found = self._run(thing) if thing.kind == "run" else self.made(thing.kind, thing.name)
        if found is None or not self.state(thing).fresh:
            return UNKNOWN
        return (
            found.digest[:16]
            if isinstance(found, CacheEntry)
            else f"{found.key[:16]} {found.made.get('date', '')}"
        )

    def state(self, thing: Target) -> Staleness:
        """Whether there is a file with the thing's key, and what has changed where there is none."""
        if (known := self._states.get(thing)) is None:
            known = self._run_state(thing) if thing.kind == "run" else self._state(thing)
            if known.fresh or not self._running:
                self._states[thing] = known
        return known

    def _run_state(self, thing: Target) -> Staleness:
        if thing in self._forced:
            return Staleness(False, (FORCED,))
        if run := self._run(thing):
            missing = run.missing(self.project.epochs_kept(thing.subject))
            kept, more = (", ".join(map(str, some)) for some in (run.kept, missing))
            return Staleness(
                not missing, (Change("epochs", kept or "none", f"{more} too"),) if missing else ()
            )
        before = self._newest(thing)
        return Staleness(False, self._differences(thing, before.made_of) if before else ())

    def _state(self, thing: Target) -> Staleness:
        made = self.made(thing.kind, thing.name)
        if made is None or thing in self._forced:
            return Staleness(False, (FORCED,) if made else ())
        changed = self._differences(thing, made.made_of)
        if thing.kind in DOCUMENTS and not changed:
            path = self.report / DOCUMENTS[thing.kind]
            now = self.dependencies.digests.sha256(path) if path.is_file() else None
            changed = (Change(path.name, made.digest, now),) if now != made.digest else ()
        return Staleness(not changed, changed)

    def _differences(self, thing: Target, was: Mapping[str, str]) -> tuple[Change, ...]:
        found, now = list[Change](), self.made_of(thing)
        changed = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        for name in sorted(changed, key=lambda name: (_RANKS.get(name.partition(" ")[0], 9), name)):
            before, after = was.get(name), now.get(name)
            what, where = self.dependencies.describe(name)
            if name == "specification":
                what, where = f"specification of {thing.name}", thing.subject.location
                before, after = _differing_parts(before or "", after or "")
            found.append(Change(what, before, after, where if after else ""))
        return tuple(found)

    def _run(self, thing: Target) -> Run | None:
        """The run that belongs to a thing, remembered until `tasks` is called."""
        run = self._runs.get(thing) or self.store.find(self.key(thing), thing.seed or 0)
        if run and not self._running:
            self._runs[thing] = run
        return run

    def _newest(self, thing: Target) -> Run | None:
        """The run that was made last for an experiment, or for one that shares its runs."""
        own = self.made_of(thing)
        shared = [one for one in self.things if one.seed == thing.seed and self.made_of(one) == own]
        found = (self.store.newest(one.name, thing.seed or 0) for one in (thing, *shared))
        return next(filter(None, found), None)

    def runs(self, experiment: Experiment) -> list[Run]:
        """The stored runs of an experiment, as they would be made now, in order of seed."""
        things = [Target("run", experiment.name, experiment, seed) for seed in self.seeds(experiment)]
        return [run for thing in things if (run := self._run(thing))]

    def made(self, kind: str, name: str) -> CacheEntry | None:
        """What was made last by this name, stale or not."""
        if (kind, name) not in self._made:
            self._made[kind, name] = None
            with suppress(files.Damaged, TypeError):
                self._made[kind, name] = CacheEntry(**(files.read_json(self._path(kind, name)) or {}))
        return self._made[kind, name]

    def value(self, kind: str, name: str) -> Any:
        """The value of what was made last by this name. Raises `LabReportError` where there is none."""
        if (found := self.made(kind, name)) is None:
            raise LabReportError(f"{kind} {name} was not made yet; build first")
        return found.value

    def _path(self, kind: str, name: str) -> Path:
        return self.report / "cache" / kind / f"{files.safe_name(name)}.json"

    def keep(self, thing: Target, value: Any, claims: Sequence[dict[str, Any]] = ()) -> CacheEntry:
        """Keep what was made, plain JSON values; of a document None, since its file is in its place.

        Raises `DiskError`.
        """
        value = files.to_plain_json(value)
        document = DOCUMENTS.get(thing.kind)
        told = files.sha256_of_file(self.report / document) if document else files.sha256_of(value)
        made_of = self.made_of(thing)
        made = CacheEntry(sha256_of(made_of), made_of, value, told, list(claims))
        files.write_json(self._path(thing.kind, thing.name), asdict(made))
        self.dependencies.save()
        self._made[thing.kind, thing.name] = made
        self._forced.discard(thing)
        # What reads it was stale with it, and may be fresh now.
        self._states = {one: state for one, state in self._states.items() if state.fresh}
        return made

    def tasks(self, wanted: Iterable[Target] = ()) -> list[Task]:
        """What is to be run, of these things or of all: one for each key and seed, with the epochs of all of
        them that share it. The files of runs that were forced are removed now.
        """
        chosen = {*wanted} or {*self.things}
        stale = {self.key(one) for one in chosen if one.kind == "run" and not self.state(one).fresh}
        found: dict[str, Task] = {}
        for thing in self.things:
            if thing.kind == "run" and (name := self.key(thing)) in stale:
                if thing in self._forced and (run := self._run(thing)):
                    self.store.remove(run)
                first = found.get(name, (thing.subject, thing.seed or 0, name, self.made_of(thing), ()))
                epochs = {*first[4], *(self.project.epochs_kept(thing.subject) if thing in chosen else ())}
                found[name] = (*first[:4], tuple(sorted(epochs)))
        self._forced = {thing for thing in self._forced if thing.kind != "run"}
        self._states.clear()
        self._runs.clear()
        self._running = True
        return list(found.values())

    def groups(self) -> list[StaleGroup]:
        """All that is stale, by what changed first on its way; what was never made comes first."""
        found: dict[str, tuple[Change | None, list[Target]]] = {"": (None, [])}
        for thing in self.things:
            if not self.state(thing).fresh:
                cause, _ = next(self._ways(thing, set()), (None, []))
                found.setdefault(cause.cause if cause else "", (cause, []))[1].append(thing)
        return [StaleGroup(cause, tuple(things)) for cause, things in found.values() if things]

    def _ways(self, thing: Target, seen: set[Target]) -> Iterator[tuple[Change | None, list[str]]]:
        """Each change on which a stale thing rests, None for one never made, and one way from there."""
        state = self.state(thing)
        if state.fresh or thing in seen:
            return
        seen.add(thing)
        if not state.reasons:
            yield None, [f"{thing} was never made"]
            return
        for one in self.reads(thing):
            for cause, way in self._ways(one, seen):
                yield cause, [*way, str(thing)]
        for change in state.reasons:
            label = change.what.rpartition(" ")[2]
            between = self.dependencies.path_to(thing.subject, label)[1:] if ":" in label else []
            if change.now != UNKNOWN or change is FORCED:
                yield change, [str(change), *between, str(thing)]

    def way(self, thing: Target) -> list[str]:
        """Why a thing is stale: a line for each change, with the way from there to the thing."""
        found: dict[str, str] = {}
        for cause, way in self._ways(thing, set()):
            found.setdefault(cause.cause if cause else "", " -> ".join(way))
        return list(found.values()) or [f"{thing} is fresh"]


def _outline(sections: Sequence[Section]) -> str:
    """The digest of what sections say beside their answers."""
    told: list[list[Any]] = [[one.name, one.title] for one in sections]
    for section, found in zip(sections, told, strict=True):
        for one in section.questions:
            found.append([one.name, one.text, one.template, one.local, [each.name for each in one.figures]])
    return short_hash(told)


def _differing_parts(before: str, now: str) -> tuple[str, str]:
    """The fields in which two specifications differ; all of them where their classes do."""
    old, new = (re.split(r"(?<=[(,])(?=\w+=)", text) for text in (before, now))
    if len(old) != len(new) or old[0] != new[0]:
        return before, now
    both = [(one.rstrip(",)"), other.rstrip(",)")) for one, other in zip(old, new, strict=True)]
    pairs = [(one, other) for one, other in both if one != other]
    return ", ".join(one for one, _ in pairs), ", ".join(other for _, other in pairs)


def carry_over(plan: Plan, names: Iterable[str], because: str) -> int:
    """Let the stored runs of experiments stay valid across an edit: each gets its key of now, and a note.

    Returns how many. Raises `UsageError` for a name of something else, and where there is nothing to keep.
    """
    count = 0
    for name in names:
        kept = [one for one in plan.named(name) if one.kind == "run" and _carry_over_run(plan, one, because)]
        if not kept:
            raise UsageError(f"{name}: no stored run of it is stale; only those of experiments can be kept")
        count += len(kept)
    return count


def _carry_over_run(plan: Plan, thing: Target, because: str) -> bool:
    state, before = plan.state(thing), plan._newest(thing)
    if state.fresh or before is None or before.key == plan.key(thing):
        return False
    note = {"because": because, "from": before.key, "changed": [str(one) for one in state.reasons]}
    made = {**before.made, "kept": [*before.made.get("kept", ()), note]}
    run = replace(before, key=plan.key(thing), made_of=plan.made_of(thing), made=made)
    old, new = plan.store.path(before).stem, plan.store.path(run).with_suffix("")

    def copied(one: Checkpoint) -> Checkpoint:
        target = new.with_name(new.name + one.file.name.removeprefix(old))
        return replace(one, file=shutil.copyfile(one.file, target))

    kept = {epoch: copied(one) for epoch, one in run.kept.items()}
    plan.store.write(replace(run, kept=kept, state=run.state and copied(run.state)))
    plan._states.clear()
    return True
