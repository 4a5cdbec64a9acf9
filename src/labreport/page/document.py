"""The whole report as one HTML text, for the browser or for the PDF: frame, numbers, figures, styles.

The HTML of sections has marks, which are replaced here: numbers and references by `Numbering`; drawings,
`<img src="figure:dots">`, and their data, `<div data-rows="dots">`, both written by `frame/figure.html`; and
images of the author's, `<img src="plan.png">`.
"""

from __future__ import annotations

import base64
import html
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import Literal, TypeAlias

import jinja2
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from labreport.charts import css_variables
from labreport.errors import UsageError, did_you_mean, display_path
from labreport.page.claims import Claim
from labreport.page.elements import Element, elements, replace_elements
from labreport.page.environment import FRAME
from labreport.page.fonts import font_faces
from labreport.page.formulas import with_copyable_text
from labreport.page.markdown import bibliography
from labreport.page.numbering import Numbering
from labreport.page.placeholders import without_tags
from labreport.page.renderer import Drawings
from labreport.page.sections import RenderedSection, glossary
from labreport.project import Project
from labreport.stats import plural
from labreport.stats.names import find
from labreport.stats.wording import count_text, number_word

Medium: TypeAlias = Literal["screen", "print"]
STYLES: dict[Medium, dict[str, str]] = {
    "screen": {"base": "all", "screen": "screen", "pages": "print", "printout": "print"},
    "print": {"base": "all", "pages": "all", "paper": "all"},
}
"""For each medium, its style sheets in order, with the CSS medium that they apply to. A browser prints the
page in the same way as the PDF.
"""
ROWS_SHOWN = 1_000
"""The page contains at most this many rows of the data of a figure."""
_FAILS = 'class="claim fails"'
_SOURCE = re.compile(r"""(?<=\ssrc=)(?:"[^"]*"|'[^']*'|[^\s>]+)""")
"""The value of `src` in an image tag, with its quotation marks."""


def render_page(
    project: Project,
    sections: Sequence[RenderedSection],
    figures: Drawings,
    made_with: Mapping[str, str],
    *,
    notice: str = "",
    seeds: int | None = None,
    medium: Medium = "screen",
) -> str:
    """The report as one HTML text that loads nothing else, for a browser or for `html_to_pdf`.

    `sections` are all sections of the project, in order; `figures` are exported drawings by name; `made_with`
    has texts about machine and libraries by label; `notice` is shown below the title of a preliminary report.
    If `seeds` is smaller than the number that the project declares, the page says so. Raises `UsageError` for
    a reference to something that does not exist, and for an id that is used twice.
    """
    loader = jinja2.FileSystemLoader([project.folder / "templates", FRAME])
    frame = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    frame.globals |= {"plural": plural, "count_text": count_text, "number_word": number_word}
    details = {"made_with": made_with, "notice": notice, "seeds": seeds}
    body = _with_unique_headings(_body(frame, project, sections, details, medium))
    body = _with_permalinks(body) if medium == "screen" else with_copyable_text(body)
    body = _with_images(body, figures, project.folder / "templates", medium)
    body = _with_data(body, figures, frame, medium)
    _check_links(body)

    style = _style(frame, medium)
    script = ""
    data: dict[str, str] = {}
    if medium == "screen":
        script = "".join(file.read_text("utf-8") for file in sorted(FRAME.glob("script/*.js")))
        data["numbers"] = _to_json(_merged(section.numbers for section in sections))
        data["claims"] = _to_json(_merged(section.claim_panels for section in sections))
        shown = without_tags(body) + html.unescape("".join(data.values())) + style + script
        style = font_faces(shown) + style
    return frame.get_template("document.html").render(
        project=project,
        medium=medium,
        body=Markup(body),
        style=Markup(style),
        script=Markup(script),
        data=data,
    )


def _body(
    frame: jinja2.Environment,
    project: Project,
    sections: Sequence[RenderedSection],
    details: Mapping[str, object],
    medium: Medium,
) -> str:
    """The sections in the frame, with numbers filled in.

    `details` are the values `made_with`, `notice` and `seeds` for the frame.
    """
    templates = project.folder / "templates"
    text = _with_claim_ids("\n".join(section.html for section in sections))
    terms = glossary(templates, project.words)
    numbering = Numbering(project, text + terms)
    names: dict[str, object] = {"project": project, "words": project.words, **details}
    names |= {"sections": Markup(text), "glossary": Markup(terms)}
    names |= {"counters": numbering.numbers, "cites": numbering.cites}
    names["references"] = bibliography(templates) if numbering.cites else {}
    names |= _names_of_sections(sections)
    return numbering.with_numbers(frame.get_template(f"{medium}.html").render(names))


def _with_claim_ids(text: str) -> str:
    """Give the claims that fail numbered ids, to which the top of the page links."""
    numbered, *rest = text.split(_FAILS)
    for number, piece in enumerate(rest, 1):
        numbered += f'{_FAILS} id="claim-{number}"{piece}'
    return numbered


def _merged(entries: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """The entries of all mappings in one."""
    merged: dict[str, object] = {}
    for entry in entries:
        merged |= entry
    return merged


def _names_of_sections(sections: Sequence[RenderedSection]) -> dict[str, object]:
    """The values of all sections that templates of the frame can use."""
    claims: list[Claim] = []
    partial_tables: set[str] = set()
    for section in sections:
        claims += [claim for claim in section.claims if claim.is_counted]
        partial_tables.update(section.partial_tables)
    return {
        "claims": claims,
        "partial_tables": sorted(partial_tables),
        "lines": _merged(section.glance for section in sections),
        "numbers": list(_merged(section.numbers for section in sections).values()),
    }


def _to_json(values: Mapping[str, object]) -> Markup:
    return htmlsafe_json_dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _with_unique_headings(text: str) -> str:
    """Append `-2`, `-3` to the ids of headings that an earlier heading has."""
    used = set[str]()

    def renamed(heading: Element) -> str | None:
        identity = heading.attributes.get("id", "")
        unique = identity
        number = 1
        while unique in used:
            number += 1
            unique = f"{identity}-{number}"
        if identity:
            used.add(unique)
        if unique == identity:
            return None
        start_tag = heading.start_tag.replace(f'"{identity}"', f'"{unique}"')
        return f"{start_tag}{heading.content}{heading.end_tag}"

    return replace_elements(text, "h2 h3 h4 h5 h6", renamed)


def _with_permalinks(text: str) -> str:
    """Append to each heading with an id a link to itself."""
    link = Markup(' <a class="permalink" href="#{}" aria-label="Link to this place">#</a>')

    def linked(heading: Element) -> str | None:
        identity = heading.attributes.get("id", "").removeprefix("heading-")
        if not identity:
            return None
        return f"{heading.start_tag}{heading.content}{link.format(identity)}{heading.end_tag}"

    return replace_elements(text, "h2 h3 h4", linked)


def _with_images(text: str, figures: Drawings, templates: Path, medium: Medium) -> str:
    """Replace `figure:` images by drawings, and embed the author's images in the page."""

    def embedded(image: Element) -> str | None:
        source = image.attributes.get("src", "")
        words = image.attributes.get("alt", "")
        kind, _, name = source.partition(":")
        if kind == "data":
            return None
        if kind != "figure":
            address = _address_of_image(source, templates)
            return _SOURCE.sub(f'"{address}"', image.start_tag, count=1)
        drawing = figures[find(name, figures, "figure")]
        if medium == "screen":
            return _drawing_on_screen(drawing.svg_screen, words)
        return _drawing_on_paper(drawing.svg_print, name, words)

    return replace_elements(text, "img", embedded)


def _drawing_on_screen(svg: str, words: str) -> str:
    """A drawing as inline SVG, so that its colours follow the theme."""
    with_words = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(words)}" ', 1)
    return f'<div class="drawing">{with_words}</div>'


def _drawing_on_paper(svg: str, name: str, words: str) -> str:
    address = _data_address(svg.encode(), f"image/svg+xml;name={name}")
    return Markup('<img src="{}" alt="{}">').format(address, words)


def _address_of_image(source: str, templates: Path) -> str:
    """The content of an image file in the folder of templates, as a data address. Raises `UsageError`."""
    file = (templates / source).resolve()
    if not file.is_relative_to(templates.resolve()) or not file.is_file():
        folder = display_path(templates)
        raise UsageError(f"the image {source!r} is not there; allowed are files in {folder}")
    return _data_address(file.read_bytes(), guess_type(file)[0] or "image/png")


def _data_address(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _with_data(text: str, figures: Drawings, frame: jinja2.Environment, medium: Medium) -> str:
    """Insert the data of figures on the screen; on paper, remove their marks."""

    def data_of(room: Element) -> str | None:
        if "data-rows" not in room.attributes:
            return None
        figure = figures[room.attributes["data-rows"]]
        if medium == "print" or not figure.rows:
            return ""
        template = frame.get_template("data.html")
        return template.render(columns=figure.columns, rows=figure.rows, shown=ROWS_SHOWN)

    return replace_elements(text, "div", data_of)


def _check_links(text: str) -> None:
    """Raise `UsageError` for an id that is used twice, and for a link to an id that does not exist."""
    identities = Counter[str]()
    targets = set()
    for element in elements(text):
        if "id" in element.attributes:
            identities[element.attributes["id"]] += 1
        kind, _, target = element.attributes.get("href", "").partition("#")
        if target and not kind:
            targets.add(target)
    repeated = sorted(name for name, count in identities.items() if count > 1)
    if repeated:
        raise UsageError(f"the page has {repeated[0]!r} twice; show it once, and refer to it with ref()")
    missing = sorted(targets - identities.keys())
    if missing:
        near = did_you_mean(missing[0], identities)
        raise UsageError(f"the page links to #{missing[0]}, which it does not have{near}")


def _style(frame: jinja2.Environment, medium: Medium) -> str:
    """The style sheets of a medium; a project may replace each."""
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
    fallen: Collection[tuple[str, int]] = (),
) -> str:
    """The page as `watch` serves it, with a script that reloads it after a build.

    The script shows the `error` of the last build, the previous text beside each number in `was` (by name,
    such as `best.mean.wide`), and which claims fail since the last edit: `fallen` are pairs of file and
    line.
    """
    box = Markup('<pre class="notice warns" role="alert">{}</pre>').format(error) if error else ""
    page = replace_elements(page, "main", lambda main: f"{main.start_tag}{box}{main.content}{main.end_tag}")
    changes = _to_json({"was": dict(was or {}), "fallen": sorted(fallen)})
    data = f'<script type="application/json" id="changes">{changes}</script>'
    script = (FRAME / "watch.js").read_text("utf-8")
    return page.replace("</body>", f"{data}\n<script>{script}</script>\n</body>")
