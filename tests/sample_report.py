"""A small report of the fragments in `sample/`, which have one of everything that a fragment may hold."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from labreport.charts import Exported
from labreport.page import Claim, RenderedSection
from labreport.project import Project, Question, Section

SAMPLE = Path(__file__).parent / "sample"
HOSTILE = '<script>alert("1")</script> & Söhne'
"""A name as data may have it."""
LINES = tuple((epoch, epoch / 8, None if epoch == 3 else "wide") for epoch in range(1, 9))


def drawn(name: str) -> Exported:
    """What the charts' export returns."""
    paper = {"blue": "#0072b2", "ink": "#1f2328"}
    screen = {key: f"var(--chart-{key}, {colour})" for key, colour in paper.items()}
    svg, columns = (SAMPLE / "drawing.svg").read_text().strip(), ("epoch", "accuracy", HOSTILE)
    drawings = {"svg_print": svg.format(name=name, **paper), "svg_screen": svg.format(name=name, **screen)}
    labels = {"kind": "line chart", "title": "", "caption": "", "alt": ""}
    return Exported(**drawings, **labels, width_mm=160.0, columns=columns, rows=LINES)


def fragment(name: str, title: str, html: str = "", **more: Any) -> RenderedSection:
    """What `render_section` returns: the file of this name, or a section with a text."""
    begin = f'<section id="section-{name}" class="section" aria-labelledby="heading-section-{name}">'
    head = f'<h2 id="heading-section-{name}"><span data-no="section:{name}"></span> {title}</h2>'
    whole = f"{begin}{head}{html}</section>" if html else (SAMPLE / f"{name}.html").read_text()
    return RenderedSection(name, title, whole, **more)


def read_json(name: str) -> dict[str, Any]:
    """A file of the sample, with the hostile name where it has `HOSTILE`."""
    text = (SAMPLE / name).read_text().replace("HOSTILE", json.dumps(HOSTILE)[1:-1])
    values: dict[str, Any] = json.loads(text)
    return values


def report(folder: Path) -> tuple[Project, list[RenderedSection], dict[str, Exported], dict[str, Any]]:
    """What `render_page` takes: a project in `folder`, its fragments, its figures and its facts."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    for name in ("glossary.md", "references.bib"):
        shutil.copy(SAMPLE / name, folder / "templates")
    best = Question("best", lambda: None, text="Which network achieves the best accuracy?")
    deep = Question("deep", lambda: None, text="Why do the deep networks not learn?")
    titles = {"summary": "Summary", "networks": "Three hidden layers", "ten": "Ten hidden layers"}
    networks: dict[str, Any] = {
        "numbers": read_json("numbers.json"),
        "glance": {"best": "They tie, at 98.1&nbsp;%."},
        "claims": (Claim("best.md", 3, "Larger weights help", "deep.more", None, "", False),),
        "claim_panels": read_json("panels.json"),
    }
    questions = {"networks": (best,), "ten": (deep,)}
    sections = tuple(Section(name, title, questions.get(name, ())) for name, title in titles.items())
    details = {"subtitle": f"By {HOSTILE}", "author": "A. Student", "folder": folder}
    project = Project("Neural networks on MNIST", sections, **details)  # type: ignore[arg-type]
    fragments = [
        fragment("summary", titles["summary"]),
        fragment("networks", titles["networks"], **networks),
        fragment("ten", titles["ten"], glance={"deep": "Their early layers show nothing."}),
    ]
    facts = {
        "Libraries": "TensorFlow 2.20.0, Keras 3.11.3, NumPy 2.3.2, Python 3.13",
        "Processor": "AMD EPYC, 2 cores, 1 thread for each training",
        "Seeds": "0 to 4",
        "Data": "mnist.npz, SHA-256 731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    }
    return project, fragments, {name: drawn(name) for name in ("accuracies", "shrinking")}, facts
