"""A small report written by hand, with one of everything that a fragment may hold."""

# ruff: noqa: E501 - its HTML is in long lines

from __future__ import annotations

from pathlib import Path
from typing import Any

from labreport.charts import Exported
from labreport.page import Claim, Fragment
from labreport.project import Project, Question, Section

HOSTILE = '<script>alert("1")</script> & Söhne'
"""A name as data may have it."""
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="453.5pt" height="140pt" viewBox="0 0 453.5 140">'
    '<defs><clipPath id="{name}-1"><rect x="40" y="8" width="400" height="100"/></clipPath></defs>'
    '<g clip-path="url(#{name}-1)"><path d="M40 90 L140 60 L240 44 L340 38 L440 36" fill="none" stroke="{blue}" '
    'stroke-width="1.6"/></g><path d="M40 108 H440" stroke="{ink}" fill="none"/>'
    '<text x="40" y="122" font-family="\'Source Sans 3\', sans-serif" font-size="8" fill="{ink}">epoch 1</text>'
    '<text x="410" y="122" font-family="\'Source Sans 3\', sans-serif" font-size="8" fill="{ink}">epoch 50</text></svg>'
)
LINES = tuple((epoch, epoch / 8, None if epoch == 3 else "wide") for epoch in range(1, 9))


def drawn(name: str) -> Exported:
    """What the charts' export returns."""
    colours = {
        "blue": ("#0072b2", "var(--chart-blue, #0072b2)"),
        "ink": ("#1f2328", "var(--chart-ink, #1f2328)"),
    }
    paper, screen = ({key: pair[at] for key, pair in colours.items()} for at in (0, 1))
    return Exported(
        svg_print=SVG.format(name=name, **paper),
        svg_screen=SVG.format(name=name, **screen),
        width_mm=160.0,
        columns=("epoch", "accuracy", HOSTILE),
        rows=LINES,
        kind="line chart",
        title="",
        caption="",
        alt="",
    )


def number(path: str, text: str) -> str:
    """A number as a fragment prints it."""
    return f'<data class="q" data-q="{path}" value="0.98">{text}</data>'


def figure(name: str, caption: str, alt: str) -> str:
    """A figure as a fragment shows it."""
    return (
        f'<figure id="figure-{name}" data-figure="{name}"><img src="figure:{name}" alt="{alt}"><figcaption>'
        f'<span class="label">Figure <span data-no="figure:{name}"></span></span> {caption}</figcaption></figure>'
    )


def table(name: str, caption: str) -> str:
    """A table as a fragment shows it, wide enough to scroll on a telephone."""
    head = "".join(
        f'<th scope="col"{" class=number" * (at > 0)}>{column}</th>'
        for at, column in enumerate(
            ("Network", "Parameters", "Epochs", "Test accuracy", "Behind the first", "Seconds for an epoch")
        )
    )
    rows = "\n".join(
        f'<tr><th scope="row"><code>{name}</code></th><td class="number">134,794</td><td class="number">50</td>'
        f'<td class="number">{number("best.mean.complex", "98.14 ± 0.10 %")}</td><td class="number">–</td>'
        '<td class="number">0.62</td></tr>'
        for name in ("complex", "wide", "small", "deep-8")
    )
    return (
        f'<div class="table"><table id="table-{name}" class="data"><caption><span class="label">Table '
        f'<span data-no="table:{name}"></span></span> {caption}</caption>\n<thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div>"
    )


def heading(kind: str, name: str, text: str) -> str:
    """The heading of a section or a question."""
    level = "2" if kind == "section" else "3"
    numbered = f'<span data-no="{kind}:{name}"></span> '
    return f'<h{level} id="heading-{kind}-{name}">{numbered}{text}</h{level}>'


WORDS = (
    "A node has one weight for each of its inputs and one bias. The gradient that trains the early layers shrinks on "
    "its way back through ten layers of sigmoids, of which each passes at most a quarter of it, so that of 1,000,000 "
    "units 4 arrive. What a network with eight nodes in a layer makes of an image is nearly the same for every image "
    "by then, and its output layer learns only how often each digit occurs. "
)
FAILS = (
    '<div class="fails"><p class="verdict">No longer holds:</p> <div class="del"><p>Nobody wins: <code>complex</code> and '
    f"<code>wide</code> reach {number('best.mean.complex', '98.1&nbsp;%')}, too close to call.</p><p>We would take "
    'the smaller one.</p></div> <p class="now">(now: complex is ahead of wide by 0.4 ± 0.2 points)</p></div>'
)
INLINE = (
    '<span class="fails"><strong class="verdict">No longer holds:</strong> <del>Three layers and one wide layer end '
    'side by side</del> <span class="now">(now: complex is ahead of wide)</span></span>'
)
UNKNOWN = '<span class="unknown">Larger weights help<sup class="mark">†</sup></span>'
FORMULA = (
    '<span class="formula displayed" role="img" aria-label="\\sigma(x)"><svg width="90" height="24" '
    'viewBox="0 0 90 24" aria-hidden="true"><path d="M5 12 H80" stroke="currentColor" stroke-width="2"/></svg></span>'
)
NOTE = (
    '<section class="footnotes">\n<ol>\n<li id="fn-deep-1" class="footnote-item"><p>By hand. <a href="#question-deep" '
    'class="footnote-backref">↩</a></p></li>\n</ol>\n</section>'
)
PROGRAM = (
    '<pre><code class="language-python"><span class="keyword">import</span> keras\n\n'
    '<span class="comment"># one hidden layer of 400 nodes, and a comment that is much longer than a telephone is wide'
    '</span>\nmodel = keras.Sequential([keras.layers.Dense(<span class="literal">400</span>)])\n</code></pre>'
)


def best() -> str:
    """The first question."""
    return (
        '<article id="question-best" class="question" aria-labelledby="heading-question-best">'
        f"{heading('question', 'best', 'Which network achieves the best accuracy?')}"
        f'<div class="answer"><p>They tie: complex and wide reach {number("best.mean.complex", "98.1&nbsp;%")} and '
        f"98.2&nbsp;%; small is {number('best.gap', '0.6&nbsp;points')} behind.</p></div>"
        f"<p>{WORDS}{UNKNOWN}. {WORDS}</p>{FAILS}<p>{WORDS * 2}</p>"
        + figure(
            "accuracies",
            f"<strong>{INLINE}.</strong> Each dot is a seed.",
            "line chart: No longer holds: side by side",
        )
        + f'<p>As <a data-ref="accuracies"></a> and <a data-ref="means"></a> show, {WORDS}</p>'
        + table("means", "Test accuracy after 50 epochs, mean of five trainings")
        + "<h4>Why</h4>"
        + f"<p>{WORDS}</p>{FORMULA}<p>{WORDS * 3}</p></article>"
    )


def deep() -> str:
    """The second question."""
    return (
        '<article id="question-deep" class="question" aria-labelledby="heading-question-deep">'
        f"{heading('question', 'deep', 'Why do the deep networks not learn?')}"
        '<div class="answer"><p>Their early layers make every image look alike, and the gradient that could change '
        "this <em>vanishes</em> on its way.</p></div>"
        f'<p>The <a class="term" href="#term-sigmoid">sigmoid</a> has no slope '
        f'<a class="cite" data-cite="hochreiter"></a>. {WORDS * 2}See <a data-ref="best"></a>.</p>'
        + figure(
            "shrinking",
            "<strong>Both signals shrink.</strong> Means of five <em>trainings</em>.",
            "line chart: shrinking",
        )
        + f'<div class="note"><p>The <em>rule of thumb</em> holds for one kind of network. {WORDS}</p></div>{PROGRAM}<ul><li>one</li></ul>{NOTE}</article>'
    )


def fragment(name: str, title: str, html: str, **more: Any) -> Fragment:
    """What `render_section` returns."""
    whole = f'<section id="section-{name}" class="section" aria-labelledby="heading-section-{name}">{html}</section>'
    return Fragment(name, title, whole, **more)


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
        "source": "",
        "method": "",
        "n": 5,
        "unit": "seed",
        "values": {},
    },
}


def report(folder: Path) -> tuple[Project, list[Fragment], dict[str, Exported], dict[str, Any]]:
    """What `render_page` takes: a project in `folder`, its fragments, its figures and its facts."""
    templates = folder / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    (templates / "glossary.md").write_text(
        "sigmoid\n: A function that turns every number into one from 0 to 1.\n"
    )
    (templates / "references.bib").write_text(
        "@article{hochreiter, author={Hochreiter, Sepp}, title={The vanishing gradient problem}, journal={IJUFKS}, "
        "year={1998}, volume={6}, pages={107--116}}\n"
    )
    questions = {
        name: Question(name, lambda: None, text=text)
        for name, text in (
            ("best", "Which network achieves the best accuracy?"),
            ("deep", "Why do the deep networks not learn?"),
        )
    }
    sections = (
        Section("summary", "Summary"),
        Section("networks", "Three hidden layers", (questions["best"],)),
        Section("ten", "Ten hidden layers", (questions["deep"],)),
    )
    project = Project(
        "Neural networks on MNIST", sections, subtitle=f"By {HOSTILE}", author="A. Student", folder=folder
    )
    fragments = [
        fragment("summary", "Summary", heading("section", "summary", "Summary") + f"<p>{WORDS}</p>"),
        fragment(
            "networks",
            "Three hidden layers",
            heading("section", "networks", "Three hidden layers") + f"<p>{WORDS}</p>{best()}",
            numbers=NUMBERS,
            glance={"best": "They tie, at 98.1&nbsp;%."},
            claims=(Claim("best.md", 3, "Larger weights help", "deep.more", None, "", False),),
        ),
        fragment(
            "ten",
            "Ten hidden layers",
            heading("section", "ten", "Ten hidden layers") + deep(),
            glance={"deep": "Their early layers show nothing."},
        ),
    ]
    figures = {name: drawn(name) for name in ("accuracies", "shrinking")}
    facts = {
        "Libraries": "TensorFlow 2.20.0, Keras 3.11.3, NumPy 2.3.2, Python 3.13",
        "Processor": "AMD EPYC, 2 cores, 1 thread for each training",
        "Seeds": "0 to 4",
        "Data": "mnist.npz, SHA-256 731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
    }
    return project, fragments, figures, facts
