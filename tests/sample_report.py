"""A small report of the fragments in `sample/`, which have one of everything that a fragment may hold."""

from __future__ import annotations

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


NUMBERS = {
    "best.mean.complex": {
        "what": "mean test accuracy of complex after 50 epochs",
        "value": "98.14 ± 0.10 %",
        "source": "5 runs of complex",
        "method": "mean, and its 95 % interval by Student's t",
        "n": 5,
        "unit": "seed",
        "values": {str(seed): f"98.{seed} %" for seed in range(5)},
    },
    "best.gap": {
        "what": HOSTILE,
        "value": "0.6 ± 0.2 points",
        "interval": "0.6 points (95 % CI 0.4 to 0.8)",
        "judged": "0.3 to 0.9",
        "family": 3,
        "p": "p = 0.012",
        "groups": [["drug", "27 patients"], ["placebo", "32 patients"]],
        "source": "",
        "method": "",
        "n": 5,
        "unit": "seed",
        "values": {},
    },
}


PANELS = {
    "best-1": {
        "file": "templates/questions/best.md",
        "line": 9,
        "condition": 'ranking.unclear("complex", "wide")',
        "holds": False,
        "how": "by 0.2 points",
        "says": ["complex is ahead of wide by 0.4 ± 0.2 points", f"and {HOSTILE}"],
        "numbers": ["best.gap"],
    },
    "best-2": {
        "file": "templates/questions/best.md",
        "line": 5,
        "condition": "deep.more",
        "holds": None,
        "how": "",
        "says": ["it is not known"],
        "numbers": [],
    },
}


def report(folder: Path) -> tuple[Project, list[RenderedSection], dict[str, Exported], dict[str, Any]]:
    """What `render_page` takes: a project in `folder`, its fragments, its figures and its facts."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    for name in ("glossary.md", "references.bib"):
        shutil.copy(SAMPLE / name, folder / "templates")
    asked = {"best": "Which network achieves the best accuracy?"}
    asked["deep"] = "Why do the deep networks not learn?"
    best, deep = (Question(name, lambda: None, text=text) for name, text in asked.items())
    titles = {"summary": "Summary", "networks": "Three hidden layers", "ten": "Ten hidden layers"}
    claims = (Claim("best.md", 3, "Larger weights help", "deep.more", None, "", False),)
    more: dict[str, Any] = {
        "summary": {},
        "networks": {
            "numbers": NUMBERS,
            "glance": {"best": "They tie, at 98.1&nbsp;%."},
            "claims": claims,
            "claim_panels": PANELS,
        },
        "ten": {"glance": {"deep": "Their early layers show nothing."}},
    }
    questions = {"networks": (best,), "ten": (deep,)}
    sections = tuple(Section(name, title, questions.get(name, ())) for name, title in titles.items())
    details = {"subtitle": f"By {HOSTILE}", "author": "A. Student", "folder": folder}
    project = Project("Neural networks on MNIST", sections, **details)  # type: ignore[arg-type]
    fragments = [fragment(name, title, **more[name]) for name, title in titles.items()]
    facts = {
        "Libraries": "TensorFlow 2.20.0, Keras 3.11.3, NumPy 2.3.2, Python 3.13",
        "Processor": "AMD EPYC, 2 cores, 1 thread for each training",
        "Seeds": "0 to 4",
        "Data": "mnist.npz, SHA-256 731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    }
    return project, fragments, {name: drawn(name) for name in ("accuracies", "shrinking")}, facts
