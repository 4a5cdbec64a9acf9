"""The types of `answers.json`: experiments, questions and sections of a report, each by its name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TypedDict, cast

from labreport.errors import UsageError, display_path
from labreport.project import Experiment
from labreport.results import files
from labreport.results.files import JsonObject
from labreport.results.runs import Run
from labreport.stats import FORMAT, OLDER_FORMAT


class ExperimentEntry(TypedDict):
    """How an experiment is declared, the epochs of its checkpoints, and the key of the run of each seed."""

    title: str
    specification: JsonObject
    epochs: list[int]
    runs: dict[str, str]


class QuestionEntry(TypedDict):
    """A question, its answer as `stats.to_json` writes it, and the claims in its template."""

    question: str
    section: str
    answer: JsonObject
    claims: list[JsonObject]


class SectionEntry(TypedDict):
    """A section, and its claims outside the templates of questions."""

    title: str
    claims: list[JsonObject]


class AnswersDocument(TypedDict):
    """All of `answers.json`; `format` is the number of the form of its answers."""

    format: int
    title: str
    subtitle: str
    author: str
    experiments: dict[str, ExperimentEntry]
    questions: dict[str, QuestionEntry]
    sections: dict[str, SectionEntry]


def read_answers(path: Path) -> AnswersDocument | None:
    """The content of an `answers.json`; None if the file is missing.

    Raises `Damaged` if it differs from its checksum, and `UsageError` if an older version wrote it.
    """
    document = files.read_json(path)
    if document is not None and document.get("format") != FORMAT:
        raise UsageError(f"{display_path(path)} was {OLDER_FORMAT}")
    return cast("AnswersDocument | None", document)


def describe_experiment(
    experiment: Experiment, epochs: Sequence[int], runs: Iterable[Run]
) -> ExperimentEntry:
    """The entry of an experiment. Fields of its specification that JSON cannot hold are written as `repr`."""
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
