"""The order of a build: run what is stale, make what reads it, publish, and say what changed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from labreport import results
from labreport.errors import LabReportError, Several, UsageError, raised_at, told
from labreport.plan import Plan, Thing
from labreport.project import Project, Reader, Section, resolved
from labreport.results import Store, files
from labreport.run import Epoch, Failed, Finished, Started, Task, execute
from labreport.stale import changed_since_loaded, load, made_of_run, watched

DOCUMENTS = {"page": "report.html", "pdf": "report.pdf", "answers.json": "answers.json"}
"""A document to its file."""
MARKER = ".labreport"
CHANGES = "cache/changes.json"
_OLD = re.compile(r"[0-9a-f]{64}(\.\d+\.[0-9a-f]{12}\.safetensors|\.json)")
"""Names of the results of versions before this one."""


class Listener(Protocol):
    """Who follows a build: what it is told, and when."""

    def note(self, text: str) -> None:
        """Something was repaired, or left out."""

    def failed(self, error: LabReportError) -> None:
        """Something could not be made; the rest goes on."""

    def planned(self, plan: Plan, things: Sequence[Thing]) -> None:
        """These are stale and will be made."""

    def running(self, tasks: Sequence[Task], cost: Callable[[Any], float] | None) -> None:
        """These runs begin."""

    def event(self, event: Started | Epoch | Finished | Failed) -> None:
        """A run has come so far."""

    def making(self, thing: Thing) -> None:
        """This is being made."""

    def published(self, names: Sequence[str]) -> None:
        """These documents are in place."""


@dataclass(frozen=True)
class Request:
    """What is asked for: `names` to build, all when empty; `force`, to make though they are fresh."""

    folder: Path
    output: Path
    seeds: int | None = None
    jobs: int = 0
    names: tuple[str, ...] = ()
    force: tuple[str, ...] = ()
    scheduler: str = ""
    page_first: bool = False
    """Whether the page is published before the PDF is made, of which there is none meanwhile."""


@dataclass
class Built:
    """What came of a build."""

    project: Project
    plan: Plan
    made: list[Thing] = field(default_factory=list)
    errors: list[LabReportError] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    first: bool = False
    """Whether there was no report to compare with."""


@contextmanager
def held(output: Path, note: Callable[[str], None]) -> Iterator[None]:
    """Hold the report's folder; who comes second waits, and says so."""
    output.mkdir(parents=True, exist_ok=True)
    try:
        lock = files.lock(output / ".lock", wait=0)
        lock.__enter__()
    except files.Busy:
        note(f"another build works in {output.name}; waiting for it")
        lock = files.lock(output / ".lock")
        lock.__enter__()
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def opened(request: Request, more: dict[str, dict[str, str]] | None = None) -> tuple[Project, Plan]:
    """Load the project, and compare it with what its report is made of; nothing is changed."""
    from labreport.page import template_files

    project = load(request.folder)
    templates = project.folder / "templates"
    store = Store(request.output / "results")
    plan = Plan(
        project,
        request.output,
        store,
        seeds=request.seeds,
        templates=lambda section: template_files(templates, section),
        more=more if more is not None else {},
        force=request.force,
    )
    return project, plan


def build(request: Request, listener: Listener) -> Built:
    """Make what is stale. Mistakes are in `Built.errors`; raises what stops the whole build."""
    with held(request.output, listener.note):
        return _Build(request, listener).carried_out()


class _Build:
    def __init__(self, request: Request, listener: Listener) -> None:
        self.request, self.listener, self.output = request, listener, request.output
        _replace_older(self.output, listener.note)
        (self.output / MARKER).touch()
        self.more: dict[str, dict[str, str]] = {}
        self.project, self.plan = opened(request, self.more)
        self.before = answers_of(self.output)
        self.built = Built(self.project, self.plan, first=self.before is None)
        self.blocked: set[Thing] = set()

    def carried_out(self) -> Built:
        plan, listener = self.plan, self.listener
        named = [thing for name in self.request.names for thing in plan.named(name)]
        wanted = plan.needed(named) if named else plan.things
        stale = [thing for thing in wanted if plan.state(thing)]
        for line in plan.store.notices:
            listener.note(line)
        self._check_rules(wanted)
        if stale:
            (self.output / ".stamp").unlink(missing_ok=True)
            listener.planned(plan, stale)
        self._run([thing for thing in stale if thing.kind == "run"])
        if edited := changed_since_loaded(self.project):
            raise LabReportError(f"{edited[0]}: it was edited while this was built; build again")
        self._make(wanted)
        if self.built.errors:
            for error in Several(self.built.errors).errors:
                listener.failed(error)
        elif not named:
            self._publish()
        return self.built

    def _check_rules(self, wanted: Iterable[Thing]) -> None:
        if self.project.rules and any(thing.kind == "run" for thing in wanted):
            rules = resolved(self.project.rules, self.project.place, "rules")
            if broken := [UsageError(line) for line in rules(self.project.runs)]:
                raise Several(broken)

    def _run(self, stale: Sequence[Thing]) -> None:
        chosen = {(thing.name, thing.seed) for thing in stale}
        keys = {self.plan.key(thing) for thing in stale}
        tasks = [Task(*task) for task in self.plan.tasks() if task[2] in keys]
        if not tasks:
            return
        cost = self.project.cost and resolved(self.project.cost, self.project.place, "cost")
        self.listener.running(tasks, cost)
        outcome = execute(
            self.project,
            tasks,
            self.plan.store,
            jobs=self.request.jobs,
            scheduler=self.request.scheduler,
            progress=self.listener.event,
            on_first_seeds=self._preliminary if self.built.first and not self.request.names else None,
            made_of=made_of_run,
        )
        self.built.errors += [LabReportError(each.text) for each in outcome.failed]
        lost = {(task.experiment.name, task.seed) for each in outcome.failed for task in each.tasks}
        self.built.made += [Thing("run", *one) for one in chosen - lost]

    def _make(self, things: Iterable[Thing]) -> None:
        """Answers, figures and sections; one that fails leaves those be that do not read it."""
        for thing in things:
            if thing.kind in DOCUMENTS or (thing.kind == "run" and not self.plan.state(thing)):
                continue
            if thing.kind == "run" or self.blocked & set(self.plan.reads(thing)):
                self.blocked.add(thing)
            elif self.plan.state(thing):
                self.listener.making(thing)
                try:
                    keep(self.plan, thing)
                except LabReportError as error:
                    self.blocked.add(thing)
                    self.built.errors += error.errors if isinstance(error, Several) else (error,)
                else:
                    self.built.made.append(thing)

    def _publish(self) -> None:
        """Make the stale documents beside the old ones, then put them in their places."""
        self.more.update(page={"facts": str(facts(self.plan))}, pdf={"facts": str(facts(self.plan))})
        stale = [Thing(kind, kind) for kind in DOCUMENTS if self.plan.state(Thing(kind, kind))]
        early = [thing for thing in stale if thing.kind != "pdf"] if self.request.page_first else stale
        if early != stale:
            (self.output / DOCUMENTS["pdf"]).unlink(missing_ok=True)
        for group in (early, [thing for thing in stale if thing not in early]):
            made: dict[Thing, bytes] = {}
            for thing in group:
                self.listener.making(thing)
                try:
                    made[thing] = document(self.plan, thing.kind)
                except _missing_library() as error:
                    self.listener.note(str(error))
                    (self.output / DOCUMENTS[thing.kind]).unlink(missing_ok=True)
            if edited := changed_since_loaded(self.project):
                raise LabReportError(f"{edited[0]}: it was edited while this was built; build again")
            for thing, content in made.items():
                files.write_bytes(self.output / DOCUMENTS[thing.kind], content)
            for thing in made:
                self.plan.keep(thing, None)
            self.built.made += made
            self.listener.published([DOCUMENTS[thing.kind] for thing in made])
        if self.before and (found := compare(self.before, answers_of(self.output) or {})):
            self.built.changes = found
            files.write_json(self.output / CHANGES, {"lines": found})

    def _preliminary(self) -> None:
        """A page of the first seed of each experiment, while the others go on."""
        first = self.plan.narrowed({one.name: 1 for one in self.project.runs})
        failed: set[Thing] = set()
        for thing in first.things:
            if thing.kind in ("answer", "figure", "section"):
                with suppress(LabReportError):
                    if not failed & set(first.reads(thing)):
                        keep(first, thing)
                        continue
                failed.add(thing)
            elif thing.kind == "run" and first.state(thing):
                failed.add(thing)
        page = document(first, "page", "Preliminary: one seed of each experiment; more follow.")
        files.write_bytes(self.output / DOCUMENTS["page"], page)
        self.listener.published(["report.html"])


def keep(plan: Plan, thing: Thing) -> None:
    """Make an answer, a figure or a section, and keep it. Raises `LabReportError`, with the author's line."""
    made = {"answer": _answer, "figure": _figure, "section": _section}[thing.kind]
    try:
        made(plan, thing)
    except LabReportError:
        raise
    except Exception as error:  # the author's code may raise anything
        place = raised_at(error) or thing.subject.place
        lines = str(error).splitlines() or [""]
        failure = LabReportError(told(place, f"{thing}: {type(error).__name__}: {lines[0]}"))
        raise failure from error


def compute(plan: Plan, reader: Reader) -> Any:
    """Call the function of a question or a figure with what it reads."""
    found = results.read(reader, lambda one: [plan.run(one, seed) for seed in plan.seeds(one)])
    with watched(plan.project, plan.made_of(plan.thing(reader)), reader):
        return reader.function(*reader.arguments(found, answers(plan, reader.answers)))


def answers(plan: Plan, names: Iterable[str]) -> Any:
    """The kept answers of these questions, by name; `"*"` are all."""
    from labreport.stats import Names, from_plain

    asked = [one.name for one in plan.project.questions] if "*" in (listed := tuple(names)) else listed
    return Names({name: from_plain(plan.value("answer", name)) for name in asked})


def figures(plan: Plan, names: Iterable[str]) -> dict[str, Any]:
    """The kept drawings of these figures, by name."""
    from labreport.charts import Exported

    return {name: Exported(**plan.value("figure", name)) for name in names}


def _answer(plan: Plan, thing: Thing) -> None:
    from labreport.stats import Answer, to_plain

    found = compute(plan, thing.subject)
    if not isinstance(found, Answer):
        kind = type(found).__name__
        raise UsageError(
            told(thing.subject.place, f"question {thing.name!r} returns {kind}; return an Answer")
        )
    plan.keep(thing, to_plain(found))


def _figure(plan: Plan, thing: Thing) -> None:
    from labreport import charts

    with charts.style():
        exported = charts.export(compute(plan, thing.subject), name=thing.name)
    plan.keep(thing, asdict(exported))


def _section(plan: Plan, thing: Thing) -> None:
    fragment = section(plan, thing.subject)
    plan.keep(thing, fragment.plain(), claims=[asdict(claim) for claim in fragment.claims])


def section(plan: Plan, chapter: Section) -> Any:
    """Render a section of what is kept."""
    from labreport.page import render_section

    shown = [one.name for one in (*(each for q in chapter.questions for each in q.figures), *chapter.figures)]
    read = ["*"] if "*" in chapter.answers else [*(one.name for one in chapter.questions), *chapter.answers]
    return render_section(
        plan.project,
        chapter,
        answers(plan, read).members,
        figures(plan, shown),
        plan.project.runs,
        plan.project.folder / "templates",
    )


def document(plan: Plan, kind: str, notice: str = "") -> bytes:
    """Render a document of what is kept. Raises `MissingLibrary` where the PDF cannot be set here."""
    if kind == "answers.json":
        return files.encoded(_answers(plan))
    from labreport.page import Fragment
    from labreport.page.document import render_page
    from labreport.page.pdf import render_pdf

    fragments = [Fragment.of(plan.value("section", one.name)) for one in plan.project.chapters]
    drawn = figures(plan, (one.name for one in plan.project.figures))
    if kind == "page":
        return render_page(plan.project, fragments, drawn, facts(plan), notice=notice).encode()
    return render_pdf(plan.project, fragments, drawn, facts(plan), notice=notice)


def _answers(plan: Plan) -> dict[str, Any]:
    project = plan.project
    claims = {one.name: plan.made("section", one.name) for one in project.chapters}
    asked = {}
    for chapter in project.chapters:
        for one in chapter.questions:
            own = [
                claim
                for claim in claims[chapter.name].claims
                if claim["file"].endswith(f"questions/{one.name}.md")
            ]
            asked[one.name] = {
                "question": one.text,
                "section": chapter.name,
                "answer": plan.value("answer", one.name),
                "claims": own,
            }
    return {
        "title": project.title,
        "subtitle": project.subtitle,
        "author": project.author,
        "experiments": {
            one.name: results.described(
                one, project.epochs_kept(one), [plan.run(one, seed) for seed in plan.seeds(one)]
            )
            for one in project.runs
        },
        "questions": asked,
    }


def facts(plan: Plan) -> dict[str, str]:
    """What the report was made with, in at most four lines, from what the runs say of themselves."""
    runs = [run for one in plan.project.runs for seed in plan.seeds(one) if (run := plan.run(one, seed))]
    made = [run.made for run in {run.key: run for run in runs}.values()]
    if not made:
        return {}

    def each(name: str) -> str:
        return "; ".join(sorted({str(one[name]) for one in made if one.get(name)}))

    versions = sorted({f"{name} {text}" for one in made for name, text in one.get("libraries", {}).items()})
    threads = f"{each('cores')} cores, threads of a run: {each('threads')}"
    return {
        "Runs": f"{len(made)}, of {len(plan.project.runs)} experiments",
        "Machine": f"{each('processor')}, {each('system')}, {threads}",
        "Libraries": ", ".join([f"Python {each('python')}", *versions]),
    }


def _missing_library() -> type[LabReportError]:
    from labreport.page.pdf import MissingLibrary

    return MissingLibrary


def answers_of(path: Path) -> dict[str, Any] | None:
    """The answers of a report, by its folder or its `answers.json`; None where there are none."""
    try:
        return files.read_json(path / "answers.json" if path.is_dir() else path)
    except files.Damaged:
        return None


def compare(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Say what two reports answer differently, one line for each claim and number: was and now."""
    found = []
    old, new = before.get("questions", {}), after.get("questions", {})
    found += [f"{name}: no longer asked" for name in old if name not in new]
    for name, question in new.items():
        if name not in old:
            found.append(f"{name}: new")
            continue
        was, now = (dict(_said(one["answer"])) for one in (old[name], question))
        for path in {**now, **was}:
            if was.get(path) != now.get(path):
                found.append(
                    f"{name}.{path}: was {was.get(path, 'not there')}, now {now.get(path, 'not there')}"
                )
        held_then = {claim["text"]: claim["holds"] for claim in old[name]["claims"]}
        for claim in question["claims"]:
            if (holds := held_then.get(claim["text"], claim["holds"])) != claim["holds"]:
                words = {True: "holds", False: "does not hold", None: "is not known"}
                text = f"{claim['file']}:{claim['line']}: was {words[holds]}, now {words[claim['holds']]}"
                found.append(f'{text}: "{claim["text"]}"')
    return found


def _said(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an answer says, by name: each number as printed, each finding as its sentence, each text."""
    from labreport.stats import Finding, Names, Quantity, from_plain, rounding, sentence

    def walk(item: Any, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(item, Quantity):
            yield path, rounding.pm(item) if item.interval else rounding.as_prose(item)
        elif isinstance(item, Finding):
            yield path, sentence(item)
        elif isinstance(item, Names):
            for name, each in item.members.items():
                yield from walk(each, f"{path}.{name}" if path else name)
        elif isinstance(item, (str, list)):
            yield path, str(item)

    yield from walk(from_plain(answer), "")


def _replace_older(output: Path, note: Callable[[str], None]) -> None:
    """Remove what a version before this one has made, by the names that only it gave."""
    if not (output / "ledger.json").exists():
        return
    note(f"{output.name} was made by an earlier version of this program; it is made again")
    for path in [output / "ledger.json", output / "workflow.py", *(output / "results").glob("*")]:
        if path.parent == output or _OLD.fullmatch(path.name):
            path.unlink(missing_ok=True)
    shutil.rmtree(output / "cache", ignore_errors=True)
