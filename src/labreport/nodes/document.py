"""The documents of the report: the page, the PDF and the answers, made and published together.

Two say where the others came from: an RO-Crate, and the workflow that it is about. The crate follows the
Provenance Run Crate profile, as JSON-LD. It is written without the library `rocrate`, which reads the whole
folder and is needed for no more than this one file.
Profiles: https://www.researchobject.org/workflow-run-crate/profiles/
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import quote

from labreport.errors import AuditError, all_at_once
from labreport.fingerprint.canonical import digest
from labreport.locate import find_project
from labreport.nodes.content import RENDERING
from labreport.nodes.workshop import Press
from labreport.plan.nodes import Node
from labreport.plan.planner import Planner
from labreport.program import VERSION
from labreport.store.files import Damaged, read_regular

if TYPE_CHECKING:
    from labreport.audit import Finding

DOCUMENT_FRAME = "document.html"
"""The template that `labreport.page` puts around the whole."""
TERMS = "terms.html"
"""The template of the glossary."""
DOCUMENT_FRAMES = (DOCUMENT_FRAME, TERMS, "screen.html", "print.html")
"""The templates of whole documents."""
ANSWERS = "labreport.page:answers_json"
"""What writes the answers: a `Press` calls it, so that following the nodes' code does not lead there."""
LIMIT = 64_000_000
"""Bytes that a published document may have."""
SETTING = ("weasyprint", "pydyf", "tinycss2", "fonttools", "pikepdf")


class DocumentNode(Node):
    """A published file; `published` is its name."""

    kind = "document"
    published: ClassVar[str]
    last: ClassVar[bool] = False
    """Whether it takes so long that the others are published before it."""

    def __init__(
        self, slug: str, reads: tuple[str, ...] = (), preliminary: bool = False, added: bool = False
    ) -> None:
        super().__init__(slug, reads)
        self.preliminary = preliminary
        """Whether it says that a report from more seeds follows."""
        self.added = added
        """Whether it says that it has more seeds than the project declares."""

    @property
    def label(self) -> str:
        """The file."""
        return self.published

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Sections and answers, and all that the outline says."""
        return {
            **planner.outputs(self),
            "outline": planner.fingerprints.outline,
            **({"preliminary": True} if self.preliminary else {}),
            **({"added": True} if self.added else {}),
        }

    def begin(self, press: Press) -> None:
        """Start what can run beside the other documents."""

    @abstractmethod
    def finish(self, press: Press) -> Path | bytes:
        """The document's content, audited. Raises `AuditError`, `MissingLibrary`."""


class AnswersDocument(DocumentNode):
    """All answers, for programs."""

    published = "answers.json"

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The keys of all results too."""
        code = planner.fingerprints.code_here("labreport.nodes.document:AnswersDocument", ANSWERS)
        words = planner.fingerprints.words()
        return {**super().ingredients(planner), "results": planner.digest_of_kept, **words, **code}

    def finish(self, press: Press) -> bytes:
        """As JSON."""
        return press.answers_json.encode()


class _Rendered(DocumentNode):
    medium: ClassVar[Literal["screen", "print"]]

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Its frame, its styles and its fonts too."""
        fingerprints = planner.fingerprints
        return {
            **super().ingredients(planner),
            **fingerprints.words(),
            **fingerprints.references(),
            **({"recorded": digest(recorded)} if (recorded := planner.recorded) else {}),
            **({"kept": digest(kept)} if (kept := self.kept(planner)) else {}),
            **fingerprints.templates(DOCUMENT_FRAME, TERMS, f"{self.medium}.html"),
            **fingerprints.files("styles"),
            **fingerprints.files("frame/fonts", "fonts"),
            **fingerprints.libraries(*RENDERING),
        }

    @staticmethod
    def kept(planner: Planner) -> list[dict[str, Any]]:
        """The decisions by which results are kept."""
        return planner.kept_by_decision(planner.graph.of_kind("result"))

    def render(self, press: Press, evidence: str = "") -> str:
        """The whole document as HTML."""
        from labreport.page import render_document

        return render_document(
            press.outline,
            press.sections,
            self.medium,
            press.workshop.templates,
            press.facts,
            press.workshop.project.words,
            self.preliminary,
            evidence,
            press.workshop.planner.recorded,
            press.workshop.fonts,
            self.added,
            self.kept(press.workshop.planner),
        )

    def accept(self, findings: list[Finding], press: Press) -> None:
        """Raise `AuditError` for the findings of an audit, all of them."""
        from labreport.audit import at_lines

        if findings:
            lines = at_lines(findings, self.published, press.workshop.templates, press.render_again)
            kept = "the report has no PDF" if self.last else "the previous report is kept"
            raise all_at_once(AuditError, lines, f"; {kept}")


class PageDocument(_Rendered):
    """One HTML file for the browser."""

    published = "report.html"
    medium = "screen"

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Its scripts too, and what makes fonts small."""
        fingerprints = planner.fingerprints
        return {
            **super().ingredients(planner),
            **fingerprints.files("script"),
            **fingerprints.code_here("labreport.nodes.document:PageDocument", ANSWERS),
            **fingerprints.libraries("fonttools", "brotli"),
        }

    def finish(self, press: Press) -> bytes:
        """Rendered, with the data of its numbers, and audited."""
        from labreport.audit import audit_html
        from labreport.page import evidence

        html = self.render(press, evidence(press.answers_json, press.workshop.project.words.phrases))
        declared = press.outline.declared
        templates = press.workshop.templates
        self.accept(audit_html(html, press.answers, templates, press.experiments, declared), press)
        return html.encode()


class PaperDocument(_Rendered):
    """The PDF, written in a process of its own."""

    published = "report.pdf"
    medium = "print"
    last = True

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """What sets it, and the answers attached to it, too."""
        made_by = ("labreport.nodes.document:PaperDocument", "labreport.pdf:write", ANSWERS)
        code = planner.fingerprints.code_here(*made_by)
        return {
            **super().ingredients(planner),
            "results": planner.digest_of_kept,
            **code,
            **planner.fingerprints.libraries(*SETTING),
        }

    def begin(self, press: Press) -> None:
        """Hand the HTML to the process that writes the PDF."""
        press.printed = self.render(press)
        target, before = press.scratch / self.published, b""
        with suppress(OSError, Damaged):  # without it, the numbers of pages are found by one more layout
            before = read_regular(press.workshop.planner.output / self.published, LIMIT)
        press.writer.begin(press.printed, target, press.answers_json, before)

    def finish(self, press: Press) -> Path:
        """Wait for the PDF, and audit it."""
        from labreport.audit import audit_pdf

        press.writer.finish()
        target = press.scratch / self.published
        about = (press.answers, press.workshop.templates, press.experiments, press.outline.declared)
        self.accept(audit_pdf(target, press.printed, *about), press)
        return target


WORKFLOW = "workflow.py"
"""The project's declaration, published beside the metadata: it is the workflow."""
DOCUMENTS = {
    "report.html": "text/html",
    "report.pdf": "application/pdf",
    "answers.json": "application/json",
}
"""The other documents, with their formats."""
RESULTS = "results/"
_PROFILE = "https://w3id.org/ro/wfrun/{}/0.5"
_WORKFLOW_PROFILE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
_CONTEXT = (
    "https://w3id.org/ro/crate/1.1/context",
    {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"},
)
_TRAIN = "Carry out each experiment with each of its {}s, and keep what came of it."
_STEPS = {
    "answer": "Compute each answer, with its tests, from the results that it declares.",
    "write": "Write the documents, and trace every printed number to an answer.",
}
Entity = dict[str, Any]


class WorkflowDocument(DocumentNode):
    """A copy of the module that declares the project."""

    published = WORKFLOW

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The file."""
        module = _module(planner.root)
        return {module.name: planner.digests(module) or ""}

    def finish(self, press: Press) -> bytes:
        """As it is."""
        return _module(press.workshop.planner.root).read_bytes()


class CrateDocument(DocumentNode):
    """What was made by what, from what, and when."""

    published = "ro-crate-metadata.json"

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The results and when they were made, and what is said of the code behind them and the answers."""
        fingerprints, project = planner.fingerprints, planner.graph.project
        results = [[node.name, planner.put_out(node.name)] for node in planner.graph.of_kind("result")]
        trainings = [[one.name, one.title, one.code] for one in project.all_experiments]
        answers = sorted(
            [one.slug, fingerprints.code(one.answer)["code"]] for one in project.outline.questions
        )
        return {
            **super().ingredients(planner),
            "results": digest(results),
            "trainings": digest([planner.digest_of_kept, trainings]),
            "code of the answers": digest(answers),
            "version": VERSION,
            **fingerprints.code_here("labreport.nodes.document:CrateDocument"),
        }

    def finish(self, press: Press) -> bytes:
        """As JSON-LD."""
        whole = {"@context": list(_CONTEXT), "@graph": list(_Crate(press).entities(self.published))}
        return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _module(root: Path) -> Path:
    """The file of the project's module."""
    place = find_project(root)
    file = place.source.joinpath(*place.module.split("."))
    module = file.with_name(f"{file.name}.py")
    return module if module.is_file() else file / "__init__.py"


def _entity(address: str, kind: str | list[str], name: str, /, **more: Any) -> Entity:
    return {"@id": address, "@type": kind, "name": name, **more}


def _to(identifiers: Iterable[str]) -> list[Entity]:
    return [{"@id": identifier} for identifier in identifiers]


class _Crate:
    """All that is said of one report; equal for equal reports."""

    def __init__(self, press: Press) -> None:
        planner, reader = press.workshop.planner, press.workshop.reader
        self._press = press
        self._planner = planner
        self._project = planner.graph.project
        self._runs = [(one, reader.runs(one)) for one in self._project.all_experiments]
        self._trained = {
            key: (one, run)
            for one, runs in self._runs
            if not one.recorded
            for key, run in zip(planner.keys(one), runs, strict=True)
        }
        self._data: dict[str, str] = {}
        for one, _ in self._runs:
            self._data |= {} if one.recorded else planner.fingerprints.training(one)["data"]
        files = chain(*(one["files"].items() for one in planner.recorded.values()))
        self._sources: dict[str, str] = dict(files)
        self._made_by = next((run.provenance for _, runs in self._runs for run in runs), {})
        self._libraries: dict[str, str] = dict(self._made_by.get("libraries", {}))
        trained = [str(run.provenance.get("finished", "")) for _, run in self._trained.values()]
        self._last = max([*trained, self._recorded()]) or "1970-01-01T00:00:00+00:00"
        run = {"train": _TRAIN.format(self._project.words.seed)} if self._trained else {}
        self._steps = {**run, **_STEPS}

    def _recorded(self) -> str:
        """When the last of the recorded runs was made, as far as they say so, else when its file was."""
        tables = [(one.recorded, runs) for one, runs in self._runs if one.recorded]
        times = [str(run.provenance.get("finished") or "") for _, runs in tables for run in runs]
        if any(times):
            return max(times)
        written = [(table.folder / name).stat().st_mtime for table, _ in tables for name in table.files]
        return datetime.fromtimestamp(max(written), UTC).isoformat(timespec="seconds") if written else ""

    def entities(self, name: str) -> Iterator[Entity]:
        """The graph of the crate, whose file has this name."""
        outline = self._press.outline
        profiles = {_PROFILE.format(kind): kind for kind in ("process", "workflow", "provenance")}
        conforms = _to(("https://w3id.org/ro/crate/1.1", _WORKFLOW_PROFILE))
        about = {"conformsTo": conforms, "about": {"@id": "./"}}
        yield _entity(name, "CreativeWork", "Where the report came from", **about)
        answers = [f"#answer-{one.slug}" for one in outline.questions]
        actions = {
            "train": [_at("train", key) for key in self._trained],
            "answer": answers,
            "write": ["#write"],
        }
        yield _entity(
            "./",
            "Dataset",
            outline.title,
            description=outline.subtitle or outline.title,
            datePublished=self._last,
            license="None is declared for this report; those of the project's code and data apply to them.",
            **({"author": {"@id": "#author"}} if outline.author else {}),
            conformsTo=_to((*profiles, _WORKFLOW_PROFILE)),
            hasPart=_to((WORKFLOW, *DOCUMENTS, *([RESULTS] if self._trained else []))),
            mainEntity={"@id": WORKFLOW},
            mentions=_to(("#run", "#write", *actions["train"], *answers)),
        )
        for profile, kind in profiles.items():
            yield _entity(profile, "CreativeWork", f"{kind.capitalize()} Run Crate", version="0.5")
        yield _entity(_WORKFLOW_PROFILE, "CreativeWork", "Workflow RO-Crate", version="1.0")
        if outline.author:
            yield _entity("#author", "Person", outline.author)
        yield from self._workflow()
        yield from self._run({step: actions[step] for step in self._steps})
        for each, kind in DOCUMENTS.items():
            yield _entity(each, "File", f"The report: {each}", encodingFormat=kind)
        for each, sha256 in self._data.items():
            text = "A data file of the project, which is not part of this folder."
            yield _entity(_at("data", sha256), "CreativeWork", each, description=text, sha256=sha256)
        for each, sha256 in self._sources.items():
            text = "Runs that were made elsewhere and only read here. It is not in this folder."
            yield _entity(_source(each), "CreativeWork", each, description=text, sha256=sha256)
        yield from self._trainings()
        yield from self._answers()

    def _workflow(self) -> Iterator[Entity]:
        """The project's declaration, its steps, the tool of each, and the engine that runs them."""
        site = {"@id": "https://www.python.org/"}
        version = str(self._made_by.get("python", "3"))
        kinds = ["ComputerLanguage", "SoftwareApplication"]
        yield _entity("#python", kinds, "Python", version=version, identifier=site, url=site)
        yield _entity(
            WORKFLOW,
            ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
            f"The declaration of the project: {self._press.outline.title}",
            programmingLanguage={"@id": "#python"},
            encodingFormat="text/x-python",
            version=VERSION,
            hasPart=_to(f"#tool-{step}" for step in self._steps),
            step=_to(f"#step-{step}" for step in self._steps),
        )
        needs = _to(f"#library-{each}" for each in self._libraries)
        for place, (step, does) in enumerate(self._steps.items()):
            tool = {"description": does, "version": VERSION, "softwareRequirements": needs}
            yield _entity(f"#tool-{step}", "SoftwareApplication", step, **tool)
            example = {"position": str(place), "workExample": {"@id": f"#tool-{step}"}}
            yield _entity(f"#step-{step}", "HowToStep", step, **example)
        for each, version in self._libraries.items():
            yield _entity(f"#library-{each}", "SoftwareApplication", each, version=version)
        yield _entity("#engine", "SoftwareApplication", "labreport", version=VERSION)

    def _run(self, actions: dict[str, list[str]]) -> Iterator[Entity]:
        """The whole run, and its orchestration: which step led to which actions."""
        starts = [str(run.provenance.get("started", "")) for _, run in self._trained.values()]
        yield _entity(
            "#run",
            "CreateAction",
            f"Run of {self._press.outline.title}",
            instrument={"@id": WORKFLOW},
            startTime=min(starts, default=self._last),
            endTime=self._last,
            object=_to((*(_at("data", each) for each in self._data.values()), *map(_source, self._sources))),
            result=_to(DOCUMENTS),
        )
        yield _entity(
            "#orchestration",
            "OrganizeAction",
            "Carried out by labreport",
            instrument={"@id": "#engine"},
            object=_to(f"#control-{step}" for step in actions),
            result={"@id": "#run"},
        )
        for step, made in actions.items():
            control = {"instrument": {"@id": f"#step-{step}"}, "object": _to(made)}
            yield _entity(f"#control-{step}", "ControlAction", f"Step {step}", **control)
        yield _entity(
            "#write",
            "CreateAction",
            "Write the documents",
            instrument={"@id": "#tool-write"},
            endTime=self._last,
            object=_to(f"#answered-{one.slug}" for one in self._press.outline.questions),
            result=_to(DOCUMENTS),
        )

    def _trainings(self) -> Iterator[Entity]:
        """The folder of results, and each with what made it. Where there are many, they are packed into a few
        files, so that a result is not always a file of its own."""
        if self._trained:
            yield _entity(RESULTS, "Dataset", "The stored results")
        seed, work = self._project.words.seed, self._project.work.capitalize()
        for key, (one, run) in self._trained.items():
            made_of = self._planner.fingerprints.training(one)
            text = "A stored result, in the folder results, by the identifier that is its key."
            name = f"Result of {one.name}, {seed} {run.seed}"
            yield _entity(_at("result", key), "CreativeWork", name, description=text, identifier=key)
            yield _entity(
                _at("train", key),
                "CreateAction",
                f"{work} of {one.title or one.name}, {seed} {run.seed}",
                description=f"{one.code}, digest {made_of['code'][:16]}, experiment {one.name}",
                instrument={"@id": "#tool-train"},
                startTime=str(run.provenance.get("started", "")),
                endTime=str(run.provenance.get("finished", "")),
                object=_to(_at("data", each) for each in made_of["data"].values()),
                result={"@id": _at("result", key)},
            )

    def _answers(self) -> Iterator[Entity]:
        planner, sections = self._planner, self._press.sections
        headlines = {line["question"]: line["text"] for part in sections for line in part["headlines"]}
        for one in self._press.outline.questions:
            cells = [cell for need in one.needs for cell in planner.graph.cells(need)]
            keys = [key for cell in cells if not cell.recorded for key in planner.keys(cell)]
            files = [name for cell in cells if cell.recorded for name in cell.recorded.files]
            yield _entity(
                f"#answered-{one.slug}",
                "PropertyValue",
                one.text,
                value=headlines.get(one.slug) or "",
                propertyID=one.slug,
                description=f"Its numbers are in answers.json, questions, {one.slug}.",
            )
            code = planner.fingerprints.code(one.answer)["code"][:16]
            yield _entity(
                f"#answer-{one.slug}",
                "CreateAction",
                f"Answer {one.slug}",
                description=f"Computed by {one.answer}, digest {code}",
                instrument={"@id": "#tool-answer"},
                endTime=self._last,
                object=_to(dict.fromkeys([*(_at("result", key) for key in keys), *map(_source, files)])),
                result={"@id": f"#answered-{one.slug}"},
            )


def _at(kind: str, digest: str) -> str:
    """The identifier of a training or a result by its key, of data by their digest."""
    return f"#{kind}-{digest[:16]}"


def _source(name: str) -> str:
    return f"#source-{quote(name)}"
