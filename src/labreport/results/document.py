"""What `answers.json` has: the experiments, questions and sections of a report, each by its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import TypedDict

from labreport.project import Experiment
from labreport.results import files
from labreport.results.files import JsonObject
from labreport.results.runs import Run


class ExperimentEntry(TypedDict):
    """How an experiment is declared, the epochs of its checkpoints, and the key of the run of each seed."""

    title: str
    specification: JsonObject
    epochs: list[int]
    runs: dict[str, str]


class QuestionEntry(TypedDict):
    """A question with its answer, as `stats.to_json` writes it, and the claims of its template."""

    question: str
    section: str
    answer: JsonObject
    claims: list[JsonObject]


class SectionEntry(TypedDict):
    """A section with the claims that are in no template of a question."""

    title: str
    claims: list[JsonObject]


class AnswersDocument(TypedDict):
    """All of `answers.json`."""

    title: str
    subtitle: str
    author: str
    experiments: dict[str, ExperimentEntry]
    questions: dict[str, QuestionEntry]
    sections: dict[str, SectionEntry]


def describe_experiment(
    experiment: Experiment, epochs: Sequence[int], runs: Iterable[Run]
) -> ExperimentEntry:
    """How `answers.json` describes an experiment, and by which keys it finds its runs."""
    specification = {}
    for member in fields(experiment.specification):
        value = getattr(experiment.specification, member.name)
        specification[member.name] = files.map_leaves(value, _json_or_text)
    keys = {str(run.seed): run.key for run in runs}
    title = experiment.title or experiment.name
    return {"title": title, "specification": specification, "epochs": list(epochs), "runs": keys}


def _json_or_text(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return repr(value)
