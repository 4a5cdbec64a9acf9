"""The whole report as one HTML text, for the browser or for the PDF: frame, numbers, figures, styles."""

from __future__ import annotations

import base64
import html
import itertools
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Literal, TypeAlias

import jinja2
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from labreport.charts import css_variables
from labreport.errors import UsageError, did_you_mean, display_path
from labreport.page.claims import Claim
from labreport.page.environment import FRAME
from labreport.page.fonts import font_faces
from labreport.page.formulas import with_copyable_text
from labreport.page.markdown import bibliography
from labreport.page.numbering import Numbering
from labreport.page.numbers import Entries
from labreport.page.sections import Drawings, RenderedSection, glossary
from labreport.project import Project
from labreport.stats import plural
from labreport.stats.wording import count_text, number_word

Medium: TypeAlias = Literal["screen", "print"]
STYLES: dict[Medium, dict[str, str]] = {
    "screen": {"base": "all", "screen": "screen", "pages": "print", "printout": "print"},
    "print": {"base": "all", "pages": "all", "paper": "all"},
}
"""Style sheets in order, each with the medium in which it applies: a browser prints as the PDF is set."""
ROWS_SHOWN = 1_000
"""Of the data of a figure so many rows are in the page."""
_DRAWING = re.compile(r'<img src="figure:(?P<name>[^"]*)" alt="(?P<alt>[^"]*)">')
_DATA = re.compile(r'<div data-rows="(?P<name>[^"]*)"></div>')
"""Where the frame's figure.html leaves room for a drawing and for its data."""
_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="(?P<source>[^"]*)"[^>]*>')
_HEADING = re.compile(
    r'(?P<begin><h(?P<level>[2-4])\b[^>]*\bid="(?:heading-)?(?P<id>[^"]+)"[^>]*>.*?)(?P<end></h(?P=level)>)',
    re.DOTALL,
)
_FAILING = re.compile('<(?:span|div) class="claim fails"')


def render_page(
    project: Project,
    sections: Sequence[RenderedSection],
    figures: Drawings,
    facts: Mapping[str, Any],
    *,
    notice: str = "",
    seeds: int | None = None,
    medium: Medium = "screen",
) -> str:
    """Write the report as one HTML text: a file that asks nobody for anything, or what `html_to_pdf` sets.

    `sections` are those of `project.chapters`, in order; `figures` what `charts.export_drawing` made; `facts`
    say by label what the report was made with; `notice` stands below the title of one that is preliminary.
    With fewer `seeds` than the project declares, the page says so. Raises `UsageError` where a reference
    leads nowhere, or something is there twice.
    """
    templates = project.folder / "templates"
    loader = jinja2.FileSystemLoader([templates, FRAME])
    frame = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    frame.globals |= {"plural": plural, "count_text": count_text, "number_word": number_word}
    contents = _Contents.of(sections)
    text = _with_claim_ids(contents.text)
    terms = glossary(templates, project.words)
    numbering = Numbering(project, text + terms)
    body = frame.get_template(f"{medium}.html").render(
        project=project,
        words=project.words,
        notice=notice,
        seeds=seeds,
        facts=facts,
        sections=Markup(text),
        glossary=Markup(terms),
        cites=numbering.cites,
        references=bibliography(templates) if numbering.cites else {},
        counters=numbering.numbers,
        lines=contents.glance,
        claims=[claim for claim in contents.claims if claim.is_counted],
        numbers=list(contents.numbers.values()),
        partial_tables=sorted(contents.partial_tables),
    )
    body = numbering.with_numbers(body)
    body = _on_paper(body, figures) if medium == "print" else _on_screen(body, figures, frame)
    body = _IMAGE.sub(lambda image: _embedded_image(image, templates), body)
    _check_links(body)

    style = _style(frame, medium)
    script = ""
    data: dict[str, str] = {}
    if medium == "screen":
        script = "".join(file.read_text("utf-8") for file in sorted(FRAME.glob("script/*.js")))
        data = {"numbers": _to_json(contents.numbers), "claims": _to_json(contents.claim_panels)}
        words = re.sub("<[^>]*>", "", body)
        shown = words + html.unescape("".join(data.values())) + style + script
        style = font_faces(shown) + style
    return frame.get_template("document.html").render(
        project=project,
        medium=medium,
        body=Markup(body),
        style=Markup(style),
        script=Markup(script),
        data=data,
    )


@dataclass
class _Contents:
    """What all sections have together."""

    text: str = ""
    claims: list[Claim] = field(default_factory=list)
    numbers: Entries = field(default_factory=dict)
    claim_panels: Entries = field(default_factory=dict)
    glance: dict[str, str] = field(default_factory=dict)
    partial_tables: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, sections: Sequence[RenderedSection]) -> _Contents:
        """Gather what these sections have."""
        contents = cls("\n".join(section.html for section in sections))
        for section in sections:
            contents.claims += section.claims
            contents.numbers |= section.numbers
            contents.claim_panels |= section.claim_panels
            contents.glance |= section.glance
            contents.partial_tables.update(section.partial_tables)
        return contents


def _to_json(values: Mapping[str, Any]) -> Markup:
    return htmlsafe_json_dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _with_claim_ids(text: str) -> str:
    """Number the claims that fail, so that the title can lead to each."""
    count = itertools.count(1)
    return _FAILING.sub(lambda begin: f'{begin[0]} id="claim-{next(count)}"', text)


def _on_paper(text: str, figures: Drawings) -> str:
    """Put in the drawings as images, without their data; the LaTeX of formulas can be copied."""

    def image(place: re.Match[str]) -> str:
        drawing = figures[html.unescape(place["name"])]
        source = _data_address(drawing.svg_print.encode(), f"image/svg+xml;name={place['name']}")
        return f'<img src="{source}" alt="{place["alt"]}">'

    return with_copyable_text(_DATA.sub("", _DRAWING.sub(image, text)))


def _on_screen(text: str, figures: Drawings, frame: jinja2.Environment) -> str:
    """Put in the drawings as a part of the page, each with its data; headings have links to themselves."""

    def drawing(place: re.Match[str]) -> str:
        svg = figures[html.unescape(place["name"])].svg_screen
        with_words = svg.replace("<svg ", f'<svg role="img" aria-label="{place["alt"]}" ', 1)
        return f'<div class="drawing">{with_words}</div>'

    def data(place: re.Match[str]) -> str:
        figure = figures[html.unescape(place["name"])]
        if not figure.rows:
            return ""
        template = frame.get_template("data.html")
        return template.render(columns=figure.columns, rows=figure.rows, shown=ROWS_SHOWN)

    link = r'<a class="permalink" href="#\g<id>" aria-label="Link to this place">#</a>'
    with_figures = _DATA.sub(data, _DRAWING.sub(drawing, text))
    return _HEADING.sub(rf"\g<begin> {link}\g<end>", with_figures)


def _embedded_image(image: re.Match[str], templates: Path) -> str:
    """An image of the author's: a file among the templates, which becomes a part of the page."""
    source = html.unescape(image["source"])
    if source.startswith("data:"):
        return image[0]
    file = (templates / source).resolve()
    if not file.is_relative_to(templates.resolve()) or not file.is_file():
        folder = display_path(templates)
        raise UsageError(f"the image {source!r} is not there; allowed are files in {folder}")
    address = _data_address(file.read_bytes(), guess_type(file)[0] or "image/png")
    return image[0].replace(image["source"], address, 1)


def _data_address(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _check_links(text: str) -> None:
    """Raise `UsageError` at an identifier given twice, or a link within the page to nowhere."""
    identities = Counter(re.findall(r'\sid="([^"]*)"', text))
    repeated = sorted(name for name, count in identities.items() if count > 1)
    if repeated:
        raise UsageError(f"the page has {repeated[0]!r} twice; show it once, and refer to it with ref()")
    targets = set(re.findall(r'\shref="#([^"]+)"', text))
    missing = sorted(targets - set(identities))
    if missing:
        near = did_you_mean(missing[0], identities)
        raise UsageError(f"the page links to #{missing[0]}, which it does not have{near}")


def _style(frame: jinja2.Environment, medium: Medium) -> str:
    """The style sheets of a medium, of which a project may have its own."""
    assert frame.loader
    style = f":root {{{css_variables()}}}\n" if medium == "screen" else ""
    for name, applies_to in STYLES[medium].items():
        sheet = frame.loader.get_source(frame, f"styles/{name}.css")[0]
        style += sheet if applies_to == "all" else f"@media {applies_to} {{\n{sheet}}}\n"
    return style


def served(
    page: str,
    error: str = "",
    was: Mapping[str, str] | None = None,
    new_falls: Collection[tuple[str, int]] = (),
) -> str:
    """Return the page as `watch` serves it, with a script that loads it again after a build.

    The script shows the `error` of the last build; beside each number of `was`, by its name
    (`best.mean.wide`), the text that it had before; and which claims fell by the last edit: `new_falls` are
    file and line of each.
    """
    box = Markup('<pre class="notice warns" role="alert">{}</pre>').format(error) if error else ""
    page = re.sub(r"<main\b[^>]*>", lambda main: main[0] + box, page, count=1)
    changes = _to_json({"was": dict(was or {}), "newFalls": sorted(new_falls)})
    data = f'<script type="application/json" id="changes">{changes}</script>'
    script = (FRAME / "watch.js").read_text("utf-8")
    return page.replace("</body>", f"{data}\n<script>{script}</script>\n</body>")
