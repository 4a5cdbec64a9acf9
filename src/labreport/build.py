"""The order of a build: run what is stale, make what reads it, publish."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from labreport import results
from labreport.errors import LabReportError, Several, UsageError, raised_at, shown, told
from labreport.plan import DOCUMENTS, Plan, Thing
from labreport.project import Figure, Project, Question, Section, located, resolved
from labreport.results import Store, files
from labreport.run import Epoch, Failed, Finished, Started, Task, cores, execute
from labreport.stale import changed_since_loaded, load, made_of_run, watched

if TYPE_CHECKING:
    from labreport.page import Fragment

MARKER = ".labreport"
"""The file that says that a folder is a report's."""
PRELIMINARY = "Preliminary: one seed of each experiment; more follow."
_OLDER = re.compile(r"[0-9a-f]{64}(\.\d+\.[0-9a-f]{12}\.safetensors|\.json)|ledger\.json|workflow\.py")
"""Names that only versions before this one gave."""


class Listener(Protocol):
    """Who follows a build, and what it is told."""

    def note(self, text: str) -> None:
        """Something was repaired, or left out."""

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
    """What is asked for: `names` to build, all when empty; `force`, to make though they are fresh.

    With `page_first`, the page is published before the PDF is made, of which there is none meanwhile.
    """

    folder: Path
    output: Path
    seeds: int | None = None
    jobs: int = 0
    names: tuple[str, ...] = ()
    force: tuple[str, ...] = ()
    scheduler: str = ""
    page_first: bool = False


@dataclass
class Built:
    """What came of a build; `before` is what the answers were, None where there was no report."""

    project: Project
    plan: Plan
    before: dict[str, Any] | None
    made: list[Thing] = field(default_factory=list)
    errors: list[LabReportError] = field(default_factory=list)


@contextmanager
def held(request: Request, note: Callable[[str], None]) -> Iterator[None]:
    """Hold the report's folder, where there is a project; who comes second waits, and says so."""
    located(request.folder)
    output = request.output
    output.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            stack.enter_context(files.lock(output / ".lock", wait=0))
        except files.Busy:
            note(f"another build works in {shown(output)}; waiting for it")
            stack.enter_context(files.lock(output / ".lock"))
        yield


def opened(request: Request) -> tuple[Plan, Callable[[], None]]:
    """Load the project, and compare it with what its report is made of; nothing is changed.

    Also returns what to call when there are other runs: what the report says of them is an ingredient.
    """
    from labreport.page import template_files

    project = load(request.folder)
    templates = project.folder / "templates"
    force = [name for name in request.force if name]
    if "" in request.force:
        kinds: tuple[Iterable[Any], ...] = (
            project.runs,
            project.questions,
            project.figures,
            project.chapters,
        )
        force = [*(one.name for kind in kinds for one in kind), *DOCUMENTS]
    more: dict[str, dict[str, str]] = {}
    plan = Plan(
        project,
        request.output,
        Store(request.output / "results"),
        seeds=request.seeds,
        templates=lambda section: template_files(templates, section),
        more=more,
        force=force,
    )
    paths = {path.relative_to(templates): path for path in templates.rglob("*") if path.is_file()}
    frame = {name: path for name, path in paths.items() if name.parts[0] not in ("questions", "sections")}
    found = {f"template {name}": files.file_digest(path) for name, path in frame.items()}

    def described() -> None:
        ingredients = {**found, "facts": files.digest(facts(plan))[:16]}
        more.update(page=ingredients, pdf=ingredients)

    described()
    return plan, described


def build(request: Request, listener: Listener) -> Built:
    """Make what is stale. Mistakes are in `Built.errors`; raises what stops the whole build."""
    with held(request, listener.note):
        return _Build(request, listener).carried_out()


class _Build:
    def __init__(self, request: Request, listener: Listener) -> None:
        self.request, self.listener, self.output = request, listener, request.output
        _remove_older(self.output, listener.note)
        (self.output / MARKER).touch()
        self.plan, self.described = opened(request)
        self.project = self.plan.project
        self.built = Built(self.project, self.plan, answers_of(self.output))
        self.early: set[Thing] = set()
        """What was made for the preliminary page."""

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
        self._make(wanted)
        if not self.built.errors and not named:
            self._publish()
        return self.built

    def _check_rules(self, wanted: Iterable[Thing]) -> None:
        if self.project.rules and any(thing.kind == "run" for thing in wanted):
            rules = resolved(self.project.rules, self.project.place, "rules")
            if broken := [UsageError(line) for line in rules(self.project.runs)]:
                raise Several(broken)

    def _run(self, stale: Sequence[Thing]) -> None:
        keys = {self.plan.key(thing) for thing in stale}
        tasks = [Task(*task) for task in self.plan.tasks() if task[2] in keys] if keys else []
        if not tasks:
            return
        cost = self.project.cost and resolved(self.project.cost, self.project.place, "cost")
        self.listener.running(tasks, cost)
        first = self.built.before is None and not self.request.names
        outcome = execute(
            self.project,
            tasks,
            self.plan.store,
            jobs=self.request.jobs or cores(),
            scheduler=self.request.scheduler,
            progress=self.listener.event,
            on_first_seeds=self._preliminary if first else None,
            made_of=made_of_run,
        )
        self.built.errors += [LabReportError(each.text) for each in outcome.failed]
        self.built.made += [thing for thing in stale if not self.plan.state(thing)]
        self.described()

    def _make(self, things: Iterable[Thing]) -> None:
        """Answers, figures and sections; one that fails leaves those be that do not read it."""
        blocked: set[Thing] = set()
        for thing in things:
            if thing.kind in DOCUMENTS or not self.plan.state(thing):
                self.built.made += [thing] if thing in self.early else []
                continue
            if thing.kind == "run" or blocked & set(self.plan.reads(thing)):
                blocked.add(thing)
                continue
            self.listener.making(thing)
            try:
                keep(self.plan, thing)
            except LabReportError as error:
                blocked.add(thing)
                self.built.errors += error.errors if isinstance(error, Several) else (error,)
            else:
                self.built.made.append(thing)

    def _publish(self) -> None:
        """Make the stale documents, then put them in their places."""
        from labreport.page.pdf import MissingLibrary

        stale = [thing for thing in self.plan.things if thing.kind in DOCUMENTS and self.plan.state(thing)]
        late = [thing for thing in stale if thing.kind == "pdf" and self.request.page_first]
        if late:
            (self.output / DOCUMENTS["pdf"]).unlink(missing_ok=True)
        for group in ([thing for thing in stale if thing not in late], late):
            made: dict[Thing, bytes | dict[str, Any]] = {}
            for thing in group:
                self.listener.making(thing)
                try:
                    made[thing] = document(self.plan, thing.kind)
                except MissingLibrary as error:
                    self.listener.note(str(error))
                    (self.output / DOCUMENTS[thing.kind]).unlink(missing_ok=True)
            _check_unedited(self.plan)
            for thing, content in made.items():
                path = self.output / DOCUMENTS[thing.kind]
                if isinstance(content, bytes):
                    files.write_bytes(path, content)
                else:
                    files.write_json(path, content)
            for thing in made:
                self.plan.keep(thing, None)
            self.built.made += made
            if made:
                self.listener.published([DOCUMENTS[thing.kind] for thing in made])

    def _preliminary(self) -> None:
        """A page of the first seed of each experiment, while the others go on."""
        from labreport.page.document import render_page

        plan = self.plan.narrowed({one.name: 1 for one in self.project.runs})
        lost: set[Thing] = set()
        for thing in plan.things:
            if thing.kind in DOCUMENTS or not plan.state(thing):
                continue
            with suppress(LabReportError):
                if thing.kind != "run" and not lost & set(plan.reads(thing)):
                    keep(plan, thing)
                    self.early.add(thing)
                    continue
            lost.add(thing)
        drawn = figures(plan, [one.name for one in self.project.figures if plan.thing(one) not in lost])
        try:
            fragments = [_so_far(plan, one, lost) for one in self.project.chapters]
            page = render_page(self.project, fragments, drawn, facts(plan), notice=PRELIMINARY)
        except LabReportError as error:
            self.listener.note(f"there is no preliminary page: {error}")
        else:
            files.write_bytes(self.output / DOCUMENTS["page"], page.encode())
            self.listener.published([DOCUMENTS["page"]])


def keep(plan: Plan, thing: Thing) -> None:
    """Make an answer, a figure or a section, and keep it. Raises `LabReportError`, with the author's line."""
    claims: list[dict[str, Any]] = []
    try:
        if thing.kind == "section":
            fragment = section(plan, thing.subject)
            value, claims = fragment.plain(), [asdict(claim) for claim in fragment.claims]
        else:
            value = compute(plan, thing.subject)
    except LabReportError:
        raise
    except Exception as error:  # the author's code may raise anything
        place = raised_at(error) or thing.subject.place
        lines = str(error).splitlines() or [""]
        raise LabReportError(told(place, f"{thing}: {type(error).__name__}: {lines[0]}")) from error
    _check_unedited(plan)
    plan.keep(thing, value, claims=claims)


def _check_unedited(plan: Plan) -> None:
    """Raise for a file that is not any more what was digested: what was made of it has no key."""
    report = f"{shown(plan.report)}/"
    if edited := [one for one in changed_since_loaded(plan.project) if not one.startswith(report)]:
        raise LabReportError(f"{edited[0]}: it was edited while this was built; build again")


def compute(plan: Plan, reader: Question | Figure) -> dict[str, Any]:
    """Call the function of a question or a figure with what it reads; what it returns, as plain values."""
    from labreport import charts
    from labreport.stats import Answer, to_plain

    found = results.read(
        reader, lambda one: [run for seed in plan.seeds(one) if (run := plan.run(one, seed))]
    )
    thing = plan.thing(reader)
    with watched(plan.project, plan.made_of(thing), reader):
        arguments = reader.arguments(found, answers(plan, reader.answers))
        if thing.kind == "figure":
            with charts.style():
                return asdict(charts.export(reader.function(*arguments), name=reader.name))
        answer = reader.function(*arguments)
    if not isinstance(answer, Answer):
        kind = type(answer).__name__
        raise UsageError(told(reader.place, f"question {reader.name!r} returns {kind}; return an Answer"))
    return to_plain(answer)


def answers(plan: Plan, names: Iterable[str]) -> Any:
    """The kept answers of these questions as `Names`; `"*"` are all."""
    from labreport.stats import Names, from_plain

    asked = list(names)
    asked = [one.name for one in plan.project.questions] if "*" in asked else asked
    return Names({name: from_plain(plan.value("answer", name)) for name in asked})


def figures(plan: Plan, names: Iterable[str]) -> dict[str, Any]:
    """The kept drawings of these figures, by name."""
    from labreport.charts import Exported

    return {name: Exported(**plan.value("figure", name)) for name in names}


def section(plan: Plan, chapter: Section) -> Fragment:
    """Render a section of what is kept."""
    from labreport.page import render_section

    drawn = [each.name for one in chapter.questions for each in one.figures]
    return render_section(
        chapter,
        answers(plan, [*(one.name for one in chapter.questions), *chapter.answers]).members,
        figures(plan, [*drawn, *(one.name for one in chapter.figures)]),
        plan.project.runs,
        plan.project.folder / "templates",
    )


def _fragment(plan: Plan, chapter: Section) -> Fragment:
    from labreport.page import Fragment

    return Fragment.of(plan.value("section", chapter.name))


def _so_far(plan: Plan, chapter: Section, lost: set[Thing]) -> Fragment:
    """A section of a preliminary page, which names the questions whose answers are not there yet."""
    from markupsafe import Markup

    if plan.thing(chapter) not in lost:
        return _fragment(plan, chapter)
    ready = [one for one in chapter.questions if not lost & {plan.thing(one), *map(plan.thing, one.figures)}]
    made = section(plan, replace(chapter, questions=tuple(ready), answers=(), figures=()))
    before, end, after = made.html.rpartition("</section>")
    missing = "".join(
        Markup(
            '<article class="question" id="question-{0}"><h3 id="heading-question-{0}">'
            '<span data-no="question:{0}"></span> {1}</h3><p>Not yet measured.</p></article>'
        ).format(one.name, one.text)
        for one in chapter.questions
        if one not in ready
    )
    return replace(made, html=f"{before}{missing}{end}{after}")


def document(plan: Plan, kind: str) -> bytes | dict[str, Any]:
    """Render a document of what is kept. Raises `MissingLibrary` where the PDF cannot be set here."""
    if kind == "answers.json":
        return _answers(plan)
    fragments = [_fragment(plan, one) for one in plan.project.chapters]
    drawn = figures(plan, (one.name for one in plan.project.figures))
    if kind == "page":
        from labreport.page.document import render_page

        return render_page(plan.project, fragments, drawn, facts(plan)).encode()
    from labreport.page.pdf import render_pdf

    return render_pdf(plan.project, fragments, drawn, facts(plan))


def _answers(plan: Plan) -> dict[str, Any]:
    project = plan.project
    asked: dict[str, Any] = {}
    sections: dict[str, Any] = {}
    for chapter in project.chapters:
        made = plan.made("section", chapter.name)
        claims = made.claims if made else []
        for one in chapter.questions:
            file = one.template or f"questions/{one.name}.md"
            asked[one.name] = {
                "question": one.text,
                "section": chapter.name,
                "answer": plan.value("answer", one.name),
                "claims": [claim for claim in claims if claim["file"].endswith(file)],
            }
            claims = [claim for claim in claims if not claim["file"].endswith(file)]
        sections[chapter.name] = {"title": chapter.title, "claims": claims}
    experiments = {}
    for each in project.runs:
        runs = [run for seed in plan.seeds(each) if (run := plan.run(each, seed))]
        experiments[each.name] = results.described(each, project.epochs_kept(each), runs)
    said = {"title": project.title, "subtitle": project.subtitle, "author": project.author}
    return {**said, "experiments": experiments, "questions": asked, "sections": sections}


def facts(plan: Plan) -> dict[str, str]:
    """What the report was made with, in at most four lines, from what the runs say of themselves."""
    found = [plan.run(one, seed) for one in plan.project.runs for seed in plan.seeds(one)]
    made = [run.made for run in {run.key: run for run in found if run}.values()]
    if not made:
        return {}

    def each(name: str) -> str:
        return "; ".join(sorted({str(one[name]) for one in made if one.get(name)}))

    versions = sorted({f"{name} {text}" for one in made for name, text in one.get("libraries", {}).items()})
    cores_used = f"{each('cores')} cores, {each('threads')} for each {plan.project.words.run}"
    return {
        "Runs": f"{len(made)} of {len(plan.project.runs)} experiments",
        "Machine": f"{each('processor')}, {each('system')}, {cores_used}",
        "Libraries": ", ".join([f"Python {each('python')}", *versions]),
    }


def answers_of(path: Path) -> dict[str, Any] | None:
    """The answers of a report, by its folder or its `answers.json`; None where there are none."""
    try:
        return files.read_json(path / DOCUMENTS["answers.json"] if path.is_dir() else path)
    except files.Damaged:
        return None


def _remove_older(output: Path, note: Callable[[str], None]) -> None:
    """Remove what a version before this one has made, by the names that only it gave."""
    if (output / "ledger.json").exists():
        note(f"{shown(output)} was made by an earlier version; it is made again")
        shutil.rmtree(output / "cache", ignore_errors=True)
        for path in [*output.glob("*"), *(output / "results").glob("*")]:
            if _OLDER.fullmatch(path.name):
                path.unlink()
