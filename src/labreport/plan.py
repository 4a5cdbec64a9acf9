"""Everything that a report is made of, in order; what of it is stale, and why."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from labreport.errors import LabReportError, UsageError, did_you_mean
from labreport.project import Experiment, Figure, Project, Question, Reader, Section
from labreport.results import Run, Store, files
from labreport.stale import UNKNOWN, Ingredients, declaration, engine_digest, ingredients, key, versions

DOCUMENTS = {"answers.json": "answers.json", "page": "report.html", "pdf": "report.pdf"}
"""A document to its file."""
_TOOLS = {
    "answer": ("numpy", "scipy"),
    "figure": ("matplotlib",),
    "section": ("jinja2", "markdown-it-py", "mdit-py-plugins", "pybtex", "pygments", "ziamath"),
    "pdf": ("weasyprint", "pikepdf"),
}
"""Libraries with which the engine itself makes a thing."""
_RANKS = ("specification", "code", "data", "reads", "answer", "figure", "section", "template")


@dataclass(frozen=True)
class Thing:
    """Something that is made: a run (by experiment and seed), an answer, a figure, a section, a document."""

    kind: str
    name: str
    subject: Any = field(default=None, compare=False, repr=False)
    seed: int | None = None

    def __str__(self) -> str:
        if self.kind in DOCUMENTS:
            return self.kind
        return f"{self.kind} {self.name}" + ("" if self.seed is None else f" seed {self.seed}")


@dataclass(frozen=True)
class Changed:
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
        plain = not self.what.startswith(("specification", "seeds", "epochs", "library", "python", "threads"))
        return f"{self.what} changed{at}" if plain else f"{self.what}: {self.before}, now {self.now}{at}"


@dataclass(frozen=True)
class Fresh:
    """There is a file with the key; false, as nothing is to be done."""

    fresh: ClassVar[bool] = True
    reasons: tuple[Changed, ...] = ()

    def __bool__(self) -> bool:
        return False


@dataclass(frozen=True)
class Stale:
    """No file has the key; without reasons, it was never made."""

    fresh: ClassVar[bool] = False
    reasons: tuple[Changed, ...] = ()


@dataclass(frozen=True)
class Made:
    """What was made, as it is kept in `cache/KIND/NAME.json`; `digest` is that of the value."""

    key: str
    made_of: dict[str, str]
    value: Any
    digest: str
    claims: list[dict[str, Any]]


@dataclass(frozen=True)
class Group:
    """All that is stale by one change; None where it was never made."""

    change: Changed | None
    things: tuple[Thing, ...]


Task = tuple[Experiment, int, str, dict[str, str], tuple[int, ...]]
"""Experiment, seed, key, what it is made of, epochs to keep."""


class Plan:
    """The things of a project, compared with the report in a folder; only `keep` and `tasks` change that.

    `templates(section)` are the files that a section is rendered with. `more` has further ingredients of
    documents by kind. What `force` names is stale until it is made.
    """

    def __init__(
        self,
        project: Project,
        report: Path,
        store: Store,
        *,
        seeds: int | range | None = None,
        templates: Callable[[Section], Iterable[Path]] = lambda section: (),
        more: Mapping[str, Mapping[str, str]] | None = None,
        force: Iterable[str] = (),
    ) -> None:
        self.project, self.report, self.store = project, report, store
        self._range = seeds if isinstance(seeds, range) else project.seed_range
        if isinstance(seeds, int):
            self._range = range(self._range.start, self._range.start + seeds)
        self._templates = templates
        self._more = {} if more is None else more
        self._only: Mapping[str, int] = {}
        self._ingredients: Ingredients = ingredients(project, report / "cache" / "digests.json")
        self._made: dict[tuple[str, str], Made | None] = {}
        self._states: dict[Thing, Fresh | Stale] = {}
        self._runs: dict[Thing, Run] = {}
        self._remember = True
        self._run_keys: dict[Thing, tuple[dict[str, str], str]] = {}
        self._forced = {thing for name in force for thing in self.named(name)}

    def narrowed(self, seeds: Mapping[str, int]) -> Plan:
        """The plan of a preliminary report: only so many seeds of each experiment."""
        other = Plan(self.project, self.report, self.store, seeds=self._range, templates=self._templates)
        other._only, other._more, other._made = seeds, self._more, self._made
        return other

    def seeds(self, experiment: Experiment) -> range:
        """The seeds of an experiment in this report."""
        found = experiment.run_with(self._range)
        return found[: self._only.get(experiment.name, len(found))]

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """All things, each after what it reads."""
        project = self.project
        found = [Thing("run", one.name, one, seed) for one in project.runs for seed in self.seeds(one)]
        found += [Thing("answer", one.name, one) for one in self._ordered(project.questions)]
        found += [Thing("figure", one.name, one) for one in project.figures]
        found += [Thing("section", one.name, one) for one in project.chapters]
        return (*found, *(Thing(kind, kind) for kind in DOCUMENTS))

    def _ordered(self, questions: Sequence[Question]) -> list[Question]:
        """Questions, each after those whose answers it reads. Raises `UsageError` for a circle."""
        found: dict[str, Question] = {}
        waiting = list(questions)
        while waiting:
            ready = [one for one in waiting if found.keys() >= set(self._asked(one))]
            if not ready:
                names = ", ".join(one.name for one in waiting)
                raise UsageError(f"{waiting[0].place}: the answers {names} read each other; leave one out")
            found |= {one.name: one for one in ready}
            waiting = [one for one in waiting if one.name not in found]
        return list(found.values())

    def _asked(self, reader: Reader | Section) -> list[str]:
        """The questions whose answers something reads; `"*"` are all others."""
        own = [one.name for one in reader.questions] if isinstance(reader, Section) else []
        names = [*own, *reader.answers]
        if "*" in names:
            names = [one.name for one in self.project.questions if one.name != reader.name or own]
            if isinstance(reader, Question):
                names = [one for one in names if "*" not in self._question(one).answers]
        return list(dict.fromkeys(names))

    def _question(self, name: str) -> Question:
        return next(one for one in self.project.questions if one.name == name)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, int | None], Thing]:
        return {(one.kind, one.name, one.seed): one for one in self.things}

    def thing(self, subject: Question | Figure | Section) -> Thing:
        """The thing that a question, a figure or a section becomes."""
        kind = "answer" if isinstance(subject, Question) else type(subject).__name__.lower()
        return self._by_name[kind, subject.name, None]

    def reads(self, thing: Thing) -> tuple[Thing, ...]:
        """What a thing reads directly."""
        if thing.kind == "run":
            return ()
        if thing.kind in DOCUMENTS:
            kinds = ("section", "figure") if thing.kind != "answers.json" else ("run", "answer", "section")
            return tuple(one for one in self.things if one.kind in kinds)
        subject = self._by_name[thing.kind, thing.name, None].subject
        found = [self._by_name["answer", name, None] for name in self._asked(subject)]
        if isinstance(subject, Section):
            figures = [each for one in subject.questions for each in one.figures] + list(subject.figures)
            return (*found, *(self._by_name["figure", one.name, None] for one in figures))
        known = {one.name: one for one in self.project.runs}
        runs = [
            self._by_name["run", name, seed] for name in subject.epochs for seed in self.seeds(known[name])
        ]
        return (*runs, *found)

    def needed(self, things: Iterable[Thing]) -> list[Thing]:
        """Some things and all that they read, in the order of making."""
        found: set[Thing] = set()
        waiting = list(things)
        while waiting:
            if (one := waiting.pop()) not in found:
                found.add(one)
                waiting += self.reads(one)
        return [one for one in self.things if one in found]

    def named(self, text: str) -> list[Thing]:
        """What a user calls `best`, `part-two`, `2.2`, `page`: all things of this name, the runs of an
        experiment or a study. Raises `UsageError` for an unknown name."""
        numbers = {}
        for place, chapter in enumerate(self.project.chapters, 1):
            numbers[str(place)] = ("section", chapter.name)
            numbers |= {f"{place}.{n}": ("answer", one.name) for n, one in enumerate(chapter.questions, 1)}
        found = [one for one in self.things if text in (one.name, DOCUMENTS.get(one.kind))]
        if text in self.project.studies:
            cells = {one.name for one in self.project.studies[text].experiments()}
            found += [one for one in self.things if one.kind == "run" and one.name in cells]
        if not found and text in numbers:
            found = [self._by_name[(*numbers[text], None)]]
        if not found:
            known = {*(one.name for one in self.things), *self.project.studies}
            raise UsageError(f"nothing is called {text!r}{did_you_mean(text, known)}")
        return found

    def made_of(self, thing: Thing) -> dict[str, str]:
        """What a thing is made of now."""
        if thing.kind == "run":
            return self._run_key(thing)[0]
        known = self._by_name[thing.kind, thing.name, None]
        if thing.kind in DOCUMENTS:
            found = self._document(known)
        elif thing.kind == "section":
            found = self._section(known)
        else:
            found = self._reader(known)
        return found | {
            f"library {name}": text for name, text in versions(_TOOLS.get(thing.kind, ())).items()
        }

    def key(self, thing: Thing) -> str:
        """The name of what a thing is made of now."""
        return self._run_key(thing)[1] if thing.kind == "run" else key(self.made_of(thing))

    def _run_key(self, thing: Thing) -> tuple[dict[str, str], str]:
        if thing not in self._run_keys:
            assert thing.seed is not None
            made_of = self._ingredients.run(self.project.experiment(thing.name), thing.seed)
            self._run_keys[thing] = made_of, key(made_of)
        return self._run_keys[thing]

    def _reader(self, thing: Thing) -> dict[str, str]:
        runs: dict[str, dict[int, str]] = {}
        for one in self.reads(thing):
            if one.kind == "run" and one.seed is not None:
                runs.setdefault(one.name, {})[one.seed] = self._digest(one)
        return self._ingredients.reader(thing.subject, runs, self._digests(thing, "answer"))

    def _section(self, thing: Thing) -> dict[str, str]:
        section: Section = thing.subject
        found = {
            "section": files.digest([section.title, [one.name for one in section.questions]])[:16],
            "words": files.digest(asdict(self.project.words))[:16],
            "engine": engine_digest(),
        }
        for one in section.questions:
            said = [one.text, one.template, one.local, [each.name for each in one.figures]]
            found[f"question {one.name}"] = files.digest(said)[:16]
        for kind in ("answer", "figure"):
            found |= {f"{kind} {name}": value for name, value in self._digests(thing, kind).items()}
        found |= {f"experiment {one.name}": declaration(one) for one in self.project.runs}
        return found | self._written(self._templates(section))

    def _document(self, thing: Thing) -> dict[str, str]:
        project = self.project
        said = [project.title, project.subtitle, project.author, asdict(project.words)]
        found = {
            "project": files.digest(said)[:16],
            "sections": files.digest([[one.name, one.title] for one in project.chapters])[:16],
            "seeds": f"{self._range.start} to {self._range.stop - 1}",
            "engine": engine_digest(),
        }
        for kind in ("answer", "figure", "section"):
            found |= {f"{kind} {name}": value for name, value in self._digests(thing, kind).items()}
        if thing.kind == "answers.json":
            runs = [
                (one.name, str(one.seed), self._digest(one)) for one in self.reads(thing) if one.kind == "run"
            ]
            found |= {"runs": UNKNOWN if any(one[2] == UNKNOWN for one in runs) else files.digest(runs)[:16]}
            found |= {f"experiment {one.name}": declaration(one) for one in project.runs}
            found |= {f"question {one.name}": files.digest([one.text])[:16] for one in project.questions}
        else:
            folder = project.folder / "templates"
            found |= self._written(path for path in map(folder.joinpath, ("glossary.md", "references.bib")))
        return found | dict(self._more.get(thing.kind, {}))

    def _written(self, paths: Iterable[Path]) -> dict[str, str]:
        """Templates by their paths below the project's folder of them, each with its digest."""
        folder = self.project.folder / "templates"
        found = [path for path in paths if path.is_file() and path.is_relative_to(folder)]
        return {f"template {path.relative_to(folder)}": self._ingredients.data.digest(path) for path in found}

    def _digests(self, thing: Thing, kind: str) -> dict[str, str]:
        return {one.name: self._digest(one) for one in self.reads(thing) if one.kind == kind}

    def _digest(self, thing: Thing) -> str:
        """The digest of what a thing is, by which others are made of it; of a run, its key and its day."""
        if not self.state(thing).fresh:
            return UNKNOWN
        if thing.kind == "run":
            run = self._found(thing)
            return f"{self.key(thing)[:16]} {run.made.get('date', '') if run else ''}"
        made = self.made(thing.kind, thing.name)
        return made.digest[:16] if made else UNKNOWN

    def state(self, thing: Thing) -> Fresh | Stale:
        """Whether there is a file with the thing's key, and what has changed where there is none."""
        known = self._states.get(thing)
        if known is None:
            known = self._run_state(thing) if thing.kind == "run" else self._state(thing)
            if known.fresh or self._remember:
                self._states[thing] = known
        return known

    def _run_state(self, thing: Thing) -> Fresh | Stale:
        epochs = self.project.epochs_kept(self.project.experiment(thing.name))
        run = self._found(thing)
        if thing in self._forced:
            return Stale((Changed("--force", "", UNKNOWN),))
        if run is not None:
            missing = run.missing(epochs)
            told = [", ".join(map(str, some)) for some in (run.kept, missing)]
            return Stale((Changed("epochs", told[0] or "none", f"{told[1]} too"),)) if missing else Fresh()
        before = self._newest(thing)
        return Stale(self._differences(thing, before.made_of, self.made_of(thing))) if before else Stale()

    def _newest(self, thing: Thing) -> Run | None:
        """The run that was made last for an experiment, or for one that shares its runs."""
        own = self.project.experiment(thing.name)
        sharing = [one for one in self.project.runs if one.specification == own.specification]
        shared = [one for one in sharing if self.key(replace(thing, name=one.name)) == self.key(thing)]
        runs = (self.store.newest(one.name, thing.seed or 0) for one in (own, *shared))
        return next(filter(None, runs), None)

    def _state(self, thing: Thing) -> Fresh | Stale:
        made = self.made(thing.kind, thing.name)
        if made is None:
            return Stale()
        made_of = self.made_of(thing)
        if thing in self._forced:
            return Stale((Changed("--force", "", UNKNOWN),))
        if key(made_of) != made.key:
            return Stale(self._differences(thing, made.made_of, made_of))
        if thing.kind in DOCUMENTS:
            path = self.report / DOCUMENTS[thing.kind]
            now = self._ingredients.data.digest(path) if path.is_file() else None
            if now != made.digest:
                return Stale((Changed(path.name, made.digest, now),))
        return Fresh()

    def _differences(
        self, thing: Thing, was: Mapping[str, str], now: Mapping[str, str]
    ) -> tuple[Changed, ...]:
        def rank(name: str) -> int:
            kind = name.partition(" ")[0]
            return _RANKS.index(kind) if kind in _RANKS else len(_RANKS)

        found = []
        for name in sorted({**was, **now}, key=lambda one: (rank(one), one)):
            before, after = was.get(name), now.get(name)
            if before == after:
                continue
            what, where = self._ingredients.kind(name), self._ingredients.where(name) if after else ""
            if name == "specification":
                what, where = f"specification of {thing.name}", self.project.experiment(thing.name).place
                before, after = _apart(before or "", after or "")
            found.append(Changed(what, before, after, where))
        return tuple(found)

    def _found(self, thing: Thing) -> Run | None:
        if thing not in self._runs:
            run = self.store.find(self.key(thing), thing.seed or 0)
            if run is None or not self._remember:
                return run
            self._runs[thing] = run
        return self._runs[thing]

    def run(self, experiment: Experiment, seed: int) -> Run | None:
        """The stored run of an experiment and a seed, as it would be made now; None where there is none."""
        return self._found(Thing("run", experiment.name, experiment, seed))

    def made(self, kind: str, name: str) -> Made | None:
        """What was made last by this name, stale or not."""
        if (kind, name) not in self._made:
            try:
                told = files.read_json(self._path(kind, name))
                self._made[kind, name] = Made(**told) if told else None
            except (files.Damaged, TypeError):
                self._made[kind, name] = None
        return self._made[kind, name]

    def value(self, kind: str, name: str) -> Any:
        """The value of what was made last by this name. Raises `LabReportError` where there is none."""
        found = self.made(kind, name)
        if found is None:
            raise LabReportError(f"{kind} {name} was not made yet; build first")
        return found.value

    def _path(self, kind: str, name: str) -> Path:
        return self.report / "cache" / kind / f"{files.safe_name(name)}.json"

    def keep(self, thing: Thing, value: Any, claims: Sequence[dict[str, Any]] = ()) -> Made:
        """Keep what was made, plain JSON values; of a document None, since its file is in its place.

        Raises `DiskError`.
        """
        if thing.kind in DOCUMENTS:
            digest = files.file_digest(self.report / DOCUMENTS[thing.kind])
        else:
            value = files.plain(value)
            digest = files.digest(value)
        made_of = self.made_of(thing)
        made = Made(key(made_of), made_of, value, digest, list(claims))
        files.write_json(self._path(thing.kind, thing.name), asdict(made))
        self._ingredients.data.save()
        self._made[thing.kind, thing.name] = made
        self._forced.discard(thing)
        for one in (thing, *self._above.get(thing, ())):
            self._states.pop(one, None)
        return made

    @cached_property
    def _above(self) -> dict[Thing, list[Thing]]:
        """All that reads a thing, through others too."""
        found: dict[Thing, list[Thing]] = {}
        for one in self.things:
            for each in self.needed([one]):
                found.setdefault(each, []).append(one)
        return found

    def tasks(self) -> list[Task]:
        """What is to be run: one for each key and seed, with the epochs of all experiments that share it.

        The files of runs that were forced are removed now.
        """
        found: dict[str, Task] = {}
        for thing in self.things:
            if thing.kind == "run" and not self.state(thing).fresh:
                made_of, name = self._run_key(thing)
                if thing in self._forced and (run := self._found(thing)):
                    self.store.remove(run)
                experiment = self.project.experiment(thing.name)
                found.setdefault(name, (experiment, thing.seed or 0, name, made_of, ()))
        for thing in self.things:
            if thing.kind == "run" and (name := self.key(thing)) in found:
                epochs = self.project.epochs_kept(self.project.experiment(thing.name))
                *most, known = found[name]
                found[name] = (*most, tuple(sorted({*known, *epochs})))  # type: ignore[assignment]
        self._forced = {thing for thing in self._forced if thing.kind != "run"}
        self._states.clear()
        self._runs.clear()
        self._remember = False
        return list(found.values())

    def groups(self) -> list[Group]:
        """All that is stale, by what changed first on its way; what was never made comes first."""
        found: dict[str | None, tuple[Changed | None, list[Thing]]] = {None: (None, [])}
        for thing in self.things:
            if not self.state(thing).fresh:
                cause, _ = next(self._ways(thing, set()), (None, []))
                found.setdefault(cause.cause if cause else None, (cause, []))[1].append(thing)
        return [Group(cause, tuple(things)) for cause, things in found.values() if things]

    def _ways(self, thing: Thing, seen: set[Thing]) -> Iterator[tuple[Changed | None, list[str]]]:
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
            if change.now != UNKNOWN or change.what == "--force":
                yield change, [str(change), *self._code_between(thing, change), str(thing)]

    def _code_between(self, thing: Thing, change: Changed) -> list[str]:
        label = change.what.rpartition(" ")[2]
        subject = self.project.experiment(thing.name) if thing.kind == "run" else thing.subject
        if ":" not in label or not isinstance(subject, (Experiment, Reader)):
            return []
        return self._ingredients.way(subject, label)[1:]

    def way(self, thing: Thing) -> list[str]:
        """Why a thing is stale: a line for each change, with the way from there to the thing."""
        known = self._by_name.get((thing.kind, thing.name, thing.seed), thing)
        found: dict[str | None, str] = {}
        for cause, way in self._ways(known, set()):
            found.setdefault(cause.cause if cause else None, " -> ".join(way))
        return list(found.values()) or [f"{thing} is fresh"]


def _apart(before: str, now: str) -> tuple[str, str]:
    """The fields in which two specifications differ; all of them where their classes do."""
    old, new = (re.split(r"(?<=[(,])(?=\w+=)", text) for text in (before, now))
    if len(old) != len(new) or old[0] != new[0]:
        return before, now
    pairs = [
        (one.rstrip(",)"), other.rstrip(",)")) for one, other in zip(old, new, strict=True) if one != other
    ]
    return ", ".join(one for one, _ in pairs), ", ".join(other for _, other in pairs)


def keep(plan: Plan, names: Iterable[str], because: str) -> int:
    """Let the stored runs of experiments stay valid across an edit: each gets its key of now, and a note.

    Returns how many. Raises `UsageError` for a name of something else, and where there is nothing to keep.
    """
    count = 0
    for name in names:
        things = [one for one in plan.named(name) if one.kind == "run"]
        kept = [one for one in things if _keep_run(plan, one, because)]
        if not kept:
            raise UsageError(
                f"{name}: no stored run of it is stale; only stale runs of experiments can be kept"
            )
        count += len(kept)
    return count


def _keep_run(plan: Plan, thing: Thing, because: str) -> bool:
    state, before = plan.state(thing), plan._newest(thing)
    if state.fresh or before is None or before.key == plan.key(thing):
        return False
    note = {"because": because, "from": before.key, "changed": [str(one) for one in state.reasons]}
    made = {**before.made, "kept": [*before.made.get("kept", ()), note]}
    run = replace(before, key=plan.key(thing), made_of=plan.made_of(thing), made=made)
    stem = plan.store.path(run).with_suffix("")

    def moved(file: Path) -> Path:
        target = stem.with_name(stem.name + file.name.removeprefix(plan.store.path(before).stem))
        target.unlink(missing_ok=True)
        try:
            os.link(file, target)
        except OSError:
            shutil.copyfile(file, target)
        return target

    state_kept = run.state and replace(run.state, file=moved(run.state.file))
    kept = {epoch: replace(one, file=moved(one.file)) for epoch, one in run.kept.items()}
    plan.store.write(replace(run, kept=kept, state=state_kept))
    plan._states.clear()
    return True
