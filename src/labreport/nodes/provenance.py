"""The documents that say where the others came from: an RO-Crate, and the workflow that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labreport.experiment import Experiment
from labreport.fingerprint.canonical import digest
from labreport.locate import find_project
from labreport.nodes.document import DocumentNode
from labreport.nodes.workshop import Press
from labreport.outline import Question
from labreport.plan.planner import Planner
from labreport.program import VERSION
from labreport.provenance.crate import NAME, WORKFLOW, Answered, Report, Training, crate


class WorkflowDocument(DocumentNode):
    """A copy of the module that declares the project."""

    published = WORKFLOW

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The file."""
        return {"module": planner.digests(_module(planner.root)) or ""}

    def finish(self, press: Press) -> bytes:
        """As it is."""
        return _module(press.workshop.planner.root).read_bytes()


class CrateDocument(DocumentNode):
    """What was made by what, from what, and when."""

    published = NAME

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The results and when they were made, and what is said of the code behind them and the answers."""
        fingerprints, project = planner.fingerprints, planner.graph.project
        results = [[node.name, planner.put_out(node.name)] for node in planner.graph.of_kind("result")]
        trainings = [[one.name, one.title, one.code] for one in project.all_experiments]
        answers = {one.slug: fingerprints.code(one.answer)["code"] for one in project.outline.questions}
        return {
            **super().ingredients(planner),
            "results": digest(results),
            "trainings": digest([planner.digest_of_kept, trainings]),
            "code of the answers": answers,
            "version": VERSION,
            **fingerprints.code_here("labreport.nodes.provenance:CrateDocument"),
        }

    def finish(self, press: Press) -> bytes:
        """As JSON-LD."""
        planner, outline = press.workshop.planner, press.outline
        headlines = {line["question"]: line["text"] for part in press.sections for line in part["headlines"]}
        project = planner.graph.project
        own = [one for one in project.all_experiments if not one.recorded]
        made = [each for one in own for each in _trainings(press, one)]
        trainings = {training.key: training for training in made}
        provenance = _provenance(press)
        return crate(
            Report(
                title=outline.title,
                description=outline.subtitle or outline.title,
                author=outline.author,
                version=VERSION,
                python=str(provenance.get("python", "3")),
                libraries=dict(provenance.get("libraries", {})),
                data=_data(planner),
                trainings=list(trainings.values()),
                answers=[_answered(planner, question, headlines) for question in outline.questions],
                documents=("report.html", "report.pdf", "answers.json"),
                sources={
                    name: sha for one in planner.recorded.values() for name, sha in one["files"].items()
                },
                made=_finished(press),
                work=project.work,
                seed=project.words.seed,
            )
        )


def _module(root: Path) -> Path:
    """The file of the project's module."""
    place = find_project(root)
    file = place.source.joinpath(*place.module.split("."))
    module = file.with_name(f"{file.name}.py")
    return module if module.is_file() else file / "__init__.py"


def _trainings(press: Press, experiment: Experiment) -> list[Training]:
    planner = press.workshop.planner
    keys, runs = planner.keys(experiment), press.workshop.reader.runs(experiment)
    fingerprints = planner.fingerprints.training(experiment)
    code, data = (
        f"{experiment.code}, digest {fingerprints['code'][:16]}",
        tuple(fingerprints["data"].values()),
    )
    return [
        Training(
            key,
            experiment.name,
            experiment.title,
            run.seed,
            code,
            str(run.provenance.get("started", "")),
            str(run.provenance.get("finished", "")),
            data,
        )
        for key, run in zip(keys, runs, strict=True)
    ]


def _provenance(press: Press) -> Mapping[str, Any]:
    """That of the first result."""
    for experiment in press.workshop.project.all_experiments:
        for run in press.workshop.reader.runs(experiment):
            return run.provenance
    return {}


def _finished(press: Press) -> str:
    """When the last of the recorded runs was made, as far as they say so, else when its file was written."""
    experiments = press.workshop.project.all_experiments
    tables = [(one, one.recorded) for one in experiments if one.recorded]
    runs = [run for one, _ in tables for run in press.workshop.reader.runs(one)]
    times = [str(run.provenance["finished"]) for run in runs if run.provenance.get("finished")]
    written = [(table.folder / name).stat().st_mtime for _, table in tables for name in table.files]
    return max(times, default="") or (
        datetime.fromtimestamp(max(written), UTC).isoformat(timespec="seconds") if written else ""
    )


def _data(planner: Planner) -> dict[str, str]:
    """The project's data files and their digests, as the results' keys have them."""
    found: dict[str, str] = {}
    for experiment in planner.graph.project.all_experiments:
        if experiment.recorded:
            continue
        found |= planner.fingerprints.training(experiment)["data"]
    return found


def _answered(planner: Planner, question: Question, headlines: Mapping[str, str]) -> Answered:
    cells = [cell for need in question.needs for cell in planner.graph.cells(need)]
    keys = [key for cell in cells if not cell.recorded for key in planner.keys(cell)]
    sources = [name for cell in cells if cell.recorded for name in cell.recorded.files]
    made_of = planner.fingerprints.code(question.answer)
    code = f"{question.answer}, digest {made_of['code'][:16]}"
    unique = tuple(dict.fromkeys(keys))
    headline, read = headlines.get(question.slug) or "", tuple(dict.fromkeys(sources))
    return Answered(question.slug, question.text, headline, code, unique, read)
