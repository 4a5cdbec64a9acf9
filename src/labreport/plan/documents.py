"""What `answers.json` says, and what the page says of the runs and the machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.results import Run, describe_experiment, files

if TYPE_CHECKING:
    from labreport.plan.stored import StoredReport
    from labreport.project import Section


def published_answers(report: Path) -> dict[str, Any] | None:
    """What the `answers.json` in the folder of a report says; None where there is none, or it is damaged."""
    try:
        return files.read_json(report / "answers.json")
    except files.Damaged:
        return None


def answers_document(stored: StoredReport) -> dict[str, Any]:
    """What `answers.json` says: experiments, questions and sections, each by its name."""
    project = stored.plan.project
    questions: dict[str, Any] = {}
    sections: dict[str, Any] = {}
    for section in project.chapters:
        sections[section.name] = _add_questions(section, stored, questions)
    experiments = {}
    for experiment in project.all_experiments:
        epochs = project.checkpoint_epochs(experiment)
        experiments[experiment.name] = describe_experiment(experiment, epochs, stored.runs(experiment))
    return {
        "title": project.title,
        "subtitle": project.subtitle,
        "author": project.author,
        "experiments": experiments,
        "questions": questions,
        "sections": sections,
    }


def _add_questions(section: Section, stored: StoredReport, questions: dict[str, Any]) -> dict[str, Any]:
    """Add what is said of each question of a section to `questions`.

    Returns what is said of the section itself, with the claims that are in no question's template.
    """
    from labreport.page import template_of

    claims = stored.value("section", section.name)["claims"]
    for question in section.questions:
        template = f"templates/{template_of(question)}"
        questions[question.name] = {
            "question": question.text,
            "section": section.name,
            "answer": stored.value("answer", question.name),
            "claims": [claim for claim in claims if claim["file"] == template],
        }
        claims = [claim for claim in claims if claim["file"] != template]
    return {"title": section.title, "claims": claims}


def facts(stored: StoredReport) -> dict[str, str]:
    """What the report was made with, in at most four lines."""
    from labreport.stats.makers.provenance import made_with

    project = stored.plan.project
    runs: dict[str, Run] = {}
    for experiment in project.all_experiments:
        for run in stored.runs(experiment):
            runs[run.key] = run
    if not runs:
        return {}
    count = f"{len(runs)}, in {len(project.all_experiments)} experiments"
    return {"Runs": count, **made_with(runs.values(), project.words.run)}
