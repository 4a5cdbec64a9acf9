"""Where everything came from, as an RO-Crate: the Provenance Run Crate profile, as JSON-LD.

Written by hand and not with the library `rocrate`, which reads the whole folder and is needed for no more
than this one file. Profiles: https://www.researchobject.org/workflow-run-crate/profiles/
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

Entity = dict[str, Any]

NAME = "ro-crate-metadata.json"
WORKFLOW = "workflow.py"
"""The project's declaration, published beside the metadata: it is the workflow."""
_CRATE = "https://w3id.org/ro/crate/1.1"
_PROFILES = (
    ("process", "0.5", "Process Run Crate"),
    ("workflow", "0.5", "Workflow Run Crate"),
    ("provenance", "0.5", "Provenance Run Crate"),
)
_CONTEXT = (
    "https://w3id.org/ro/crate/1.1/context",
    {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"},
)
_RUN = ("train", "Carry out each experiment with each of its {seed}s, and keep what came of it.")
_STEPS = (
    ("answer", "Compute each answer, with its tests, from the results that it declares."),
    ("write", "Write the documents, and trace every printed number to an answer."),
)


@dataclass(frozen=True)
class Training:
    """One stored result: its key, whose it is, its seed, when it was made, and the digests of its data."""

    key: str
    experiment: str
    title: str
    seed: int
    code: str
    started: str
    finished: str
    data: tuple[str, ...]


@dataclass(frozen=True)
class Answered:
    """One question: its words, the answer in one line, what computed it, and the keys of what that read.

    `sources` are names of the files with recorded runs that it read.
    """

    slug: str
    text: str
    headline: str
    code: str
    reads: tuple[str, ...]
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """What the crate is about. `data` are the names of the project's data files with their digests.

    `sources` are the same of files with runs that were made elsewhere, of which the last was made at `made`,
    as far as that is known. `work` and `seed` are the project's words for a training and a seed.
    """

    title: str
    description: str
    author: str
    version: str
    python: str
    libraries: Mapping[str, str]
    data: Mapping[str, str]
    trainings: Sequence[Training]
    answers: Sequence[Answered]
    documents: Sequence[str]
    sources: Mapping[str, str] = field(default_factory=dict)
    made: str = ""
    work: str = "training"
    seed: str = "seed"

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """What was done, in order; nothing is carried out where all runs were made elsewhere."""
        run = ((_RUN[0], _RUN[1].format(seed=self.seed)),) if self.trainings else ()
        return (*run, *_STEPS)


def crate(report: Report) -> bytes:
    """The file `ro-crate-metadata.json`; equal for equal reports."""
    graph = [_descriptor(), _root(report), *_profiles(), *_workflow(report), *_run(report)]
    graph += [*_data(report), *_documents(report), *_trainings(report), *_answers(report)]
    whole = {"@context": list(_CONTEXT), "@graph": graph}
    return (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode()


def _to(*identifiers: str) -> list[Entity]:
    return [{"@id": identifier} for identifier in identifiers]


def _descriptor() -> Entity:
    conforms = _to(_CRATE, "https://w3id.org/workflowhub/workflow-ro-crate/1.0")
    return {"@id": NAME, "@type": "CreativeWork", "conformsTo": conforms, "about": {"@id": "./"}}


def _root(report: Report) -> Entity:
    results = [_result(training.key) for training in report.trainings]
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": report.title,
        "description": report.description,
        "datePublished": _last(report),
        "license": "None is declared for this report; those of the project's code and data apply to them.",
        **({"author": {"@id": "#author"}} if report.author else {}),
        "conformsTo": [
            *_to(*(_profile(name, version) for name, version, _ in _PROFILES)),
            {"@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0"},
        ],
        "hasPart": _to(WORKFLOW, *report.documents, *results),
        "mainEntity": {"@id": WORKFLOW},
        "mentions": _to("#run", "#write", *_actions(report)),
    }


def _actions(report: Report) -> list[str]:
    return [
        *(f"#train-{training.key[:16]}" for training in report.trainings),
        *(f"#answer-{answer.slug}" for answer in report.answers),
    ]


def _last(report: Report) -> str:
    made = [*(training.finished for training in report.trainings), report.made]
    return max(made) or "1970-01-01T00:00:00+00:00"


def _profile(name: str, version: str) -> str:
    return f"https://w3id.org/ro/wfrun/{name}/{version}"


def _profiles() -> Iterator[Entity]:
    for name, version, title in _PROFILES:
        yield {"@id": _profile(name, version), "@type": "CreativeWork", "name": title, "version": version}
    yield {
        "@id": "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
        "@type": "CreativeWork",
        "name": "Workflow RO-Crate",
        "version": "1.0",
    }


def _workflow(report: Report) -> Iterator[Entity]:
    """The project's declaration, its steps, the tool of each, and the engine that runs them."""
    if report.author:
        yield {"@id": "#author", "@type": "Person", "name": report.author}
    yield {
        "@id": "#python",
        "@type": ["ComputerLanguage", "SoftwareApplication"],
        "name": "Python",
        "version": report.python,
        "identifier": {"@id": "https://www.python.org/"},
        "url": {"@id": "https://www.python.org/"},
    }
    yield {
        "@id": WORKFLOW,
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"],
        "name": f"The declaration of the project: {report.title}",
        "programmingLanguage": {"@id": "#python"},
        "encodingFormat": "text/x-python",
        "version": report.version,
        "hasPart": _to(*(f"#tool-{name}" for name, _ in report.steps)),
        "step": _to(*(f"#step-{name}" for name, _ in report.steps)),
    }
    for place, (name, does) in enumerate(report.steps):
        tool = {"@id": f"#tool-{name}", "@type": "SoftwareApplication", "name": name, "description": does}
        tool["version"] = report.version
        yield {**tool, "softwareRequirements": _to(*(f"#library-{each}" for each in report.libraries))}
        yield {
            "@id": f"#step-{name}",
            "@type": "HowToStep",
            "name": name,
            "position": str(place),
            "workExample": {"@id": f"#tool-{name}"},
        }
    for name, version in report.libraries.items():
        yield {"@id": f"#library-{name}", "@type": "SoftwareApplication", "name": name, "version": version}
    yield {"@id": "#engine", "@type": "SoftwareApplication", "name": "labreport", "version": report.version}


def _run(report: Report) -> Iterator[Entity]:
    """The whole run, and its orchestration: which step led to which actions."""
    trained = {"train": [f"#train-{training.key[:16]}" for training in report.trainings]}
    actions = {
        **(trained if report.trainings else {}),
        "answer": [f"#answer-{answer.slug}" for answer in report.answers],
        "write": ["#write"],
    }
    times = [training.started for training in report.trainings] or [_last(report)]
    yield {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Run of {report.title}",
        "instrument": {"@id": WORKFLOW},
        "startTime": min(times),
        "endTime": _last(report),
        "object": _to(
            *(f"#data-{digest[:16]}" for digest in report.data.values()), *map(_source, report.sources)
        ),
        "result": _to(*report.documents),
    }
    yield {
        "@id": "#orchestration",
        "@type": "OrganizeAction",
        "name": "Carried out by labreport",
        "instrument": {"@id": "#engine"},
        "object": _to(*(f"#control-{name}" for name in actions)),
        "result": {"@id": "#run"},
    }
    for name, made in actions.items():
        control = {"@id": f"#control-{name}", "@type": "ControlAction", "name": f"Step {name}"}
        yield {**control, "instrument": {"@id": f"#step-{name}"}, "object": _to(*made)}
    yield {
        "@id": "#write",
        "@type": "CreateAction",
        "name": "Write the documents",
        "instrument": {"@id": "#tool-write"},
        "endTime": _last(report),
        "object": _to(*(f"#answered-{answer.slug}" for answer in report.answers)),
        "result": _to(*report.documents),
    }


def _data(report: Report) -> Iterator[Entity]:
    for name, digest in report.data.items():
        yield {
            "@id": f"#data-{digest[:16]}",
            "@type": "CreativeWork",
            "name": name,
            "description": "A data file of the project, which is not part of this folder.",
            "sha256": digest,
        }
    for name, digest in report.sources.items():
        yield {
            "@id": _source(name),
            "@type": "CreativeWork",
            "name": name,
            "description": "Runs that were made elsewhere and only read here. It is not in this folder.",
            "sha256": digest,
        }


def _source(name: str) -> str:
    return f"#source-{quote(name)}"


def _documents(report: Report) -> Iterator[Entity]:
    formats = {"html": "text/html", "pdf": "application/pdf", "json": "application/json"}
    for name in report.documents:
        kind = formats[name.rpartition(".")[2]]
        yield {"@id": name, "@type": "File", "name": f"The report: {name}", "encodingFormat": kind}


def _result(key: str) -> str:
    return f"results/{key}.json"


def _trainings(report: Report) -> Iterator[Entity]:
    for training in report.trainings:
        name = f"{training.title or training.experiment}, {report.seed} {training.seed}"
        yield {
            "@id": _result(training.key),
            "@type": "File",
            "name": f"Result of {training.experiment}, {report.seed} {training.seed}",
            "encodingFormat": "application/json",
            "identifier": training.key,
        }
        yield {
            "@id": f"#train-{training.key[:16]}",
            "@type": "CreateAction",
            "name": f"{report.work.capitalize()} of {name}",
            "description": f"{training.code}, experiment {training.experiment}",
            "instrument": {"@id": "#tool-train"},
            "startTime": training.started,
            "endTime": training.finished,
            "object": _to(*(f"#data-{digest[:16]}" for digest in training.data)),
            "result": {"@id": _result(training.key)},
        }


def _answers(report: Report) -> Iterator[Entity]:
    for answer in report.answers:
        yield {
            "@id": f"#answered-{answer.slug}",
            "@type": "PropertyValue",
            "name": answer.text,
            "value": answer.headline,
            "propertyID": answer.slug,
            "description": f"Its numbers are in answers.json, questions, {answer.slug}.",
        }
        yield {
            "@id": f"#answer-{answer.slug}",
            "@type": "CreateAction",
            "name": f"Answer {answer.slug}",
            "description": f"Computed by {answer.code}",
            "instrument": {"@id": "#tool-answer"},
            "endTime": _last(report),
            "object": _to(*(_result(key) for key in answer.reads), *map(_source, answer.sources)),
            "result": {"@id": f"#answered-{answer.slug}"},
        }
