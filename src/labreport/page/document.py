"""The whole report as one HTML text, for the browser or for the PDF: frame, numbering, references."""

from __future__ import annotations

import base64
import html
import itertools
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import jinja2
from markupsafe import Markup

from labreport.errors import UsageError, did_you_mean, shown
from labreport.page.fonts import font_faces

if TYPE_CHECKING:
    from labreport.charts import Exported
    from labreport.page.sections import Fragment
    from labreport.project import Project

Medium = Literal["screen", "print"]
FRAME = Path(__file__).parents[1] / "frame"
STYLES: Mapping[Medium, Sequence[tuple[str, str]]] = {
    "screen": (
        ("all", "base"),
        ("screen", "screen"),
        ("print", "pages"),
        ("print", "printout"),
    ),
    "print": (("all", "base"), ("all", "pages"), ("all", "paper")),
}
"""Style sheets in order, each with the medium in which it applies: a browser prints as the PDF is set."""
KINDS = {"figure": "Figure", "table": "Table", "question": "Question", "section": "Section"}
"""What can be referred to, in the order in which a bare name is looked for."""
ROWS = 1_000
"""So many rows of a figure's data are in the page; the rest is counted."""

TAG = re.compile(r"<[^>]*>")
NUMBERED = re.compile(r'<span data-no="(\w+):([^"]*)"></span>')
REFERENCE = re.compile(r'<a data-ref="([^"]*)"></a>')
CITED = re.compile(r'<a class="cite" data-cite="([^"]*)"></a>')
FIGURE = re.compile(r'<figure\b[^>]*\bdata-figure="([^"]*)".*?</figure>', re.DOTALL)
IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]*)"[^>]*>')
ALT = re.compile(r'\balt="([^"]*)"')
FORMULA = re.compile(r'<span class="formula[^"]*" role="img" aria-label="([^"]*)"><svg\b[^>]*>')
FAILS = re.compile(r'<(span|div) class="fails"')
HEADING = re.compile(r'(<h([2-4])\b[^>]*\bid="([^"]+)"[^>]*>)(.*?)(</h\2>)', re.DOTALL)
IDENTITY = re.compile(r'\sid="([^"]*)"')
TARGET = re.compile(r'\shref="#([^"]+)"')
PERMALINK = Markup(' <a class="permalink" href="#{}" aria-label="Link to this place">#</a>')


def render_page(
    project: Project,
    fragments: Sequence[Fragment],
    figures: Mapping[str, Exported],
    facts: Mapping[str, Any],
    *,
    notice: str = "",
    medium: Medium = "screen",
) -> str:
    """Write the report as one HTML text: a file that asks nobody for anything, or what `render_pdf` sets.

    `fragments` are those of `project.chapters`, in order; `figures`, by name what `charts.export` returned,
    stay `figure:NAME` for the PDF; `facts` say by label what the report was made with; `notice` stands below
    the title, for a report that is preliminary. Raises `UsageError` where a reference leads nowhere, or
    something is there twice.
    """
    from labreport.charts import css_variables
    from labreport.page.markdown import references
    from labreport.page.sections import glossary

    templates = project.folder / "templates"
    count = itertools.count(1)
    joined = "\n".join(fragment.html for fragment in fragments)
    joined = FAILS.sub(lambda found: f'{found[0]} id="claim-{next(count)}"', joined)
    terms = glossary(templates, project.words)
    cites = tuple(dict.fromkeys([*(key for one in fragments for key in one.cites), *CITED.findall(terms)]))
    numbers = {name: one for fragment in fragments for name, one in fragment.numbers.items()}
    places = numbered(project, joined)
    frame = jinja2.Environment(
        loader=jinja2.FileSystemLoader([templates, FRAME]), autoescape=True, trim_blocks=True
    )

    def finished(text: str) -> str:
        if medium == "print":
            text = FORMULA.sub(r"\g<0><title>\1</title>", text)
        text = FIGURE.sub(lambda found: _figure(found, figures, medium), text)
        return IMAGE.sub(lambda found: _image(found, templates), resolved(text, places, cites))

    names = {
        "project": project,
        "words": project.words,
        "notice": notice,
        "facts": facts,
        "sections": Markup(finished(joined)),
        "glossary": Markup(finished(terms)),
        "references": Markup(references(templates, cites) if cites else ""),
        "places": places,
        "lines": {one.question: Markup(one.answer) for fragment in fragments for one in fragment.glance},
        "fails": next(count) - 1,
        "unknown": any(fragment.unknown for fragment in fragments),
        "interval": "±" in joined,
        **_samples(project, numbers.values()),
    }
    body = frame.get_template(f"{medium}.html").render(names)
    if medium == "screen":
        body = HEADING.sub(_linked, body)
    check(body)
    style = f":root {{{css_variables()}}}\n" if medium == "screen" else ""
    style += "".join(_style(templates, name, applies) for applies, name in STYLES[medium])
    script = data = ""
    if medium == "screen":
        script = "".join(_read(file) for file in sorted((FRAME / "script").glob("*.js")))
        data = _json(numbers)
        style = font_faces([TAG.sub("", body), html.unescape(data), style, script]) + style
    head = {"medium": medium, "style": Markup(style), "script": Markup(script), "numbers": Markup(data)}
    return frame.get_template("document.html").render(project=project, body=Markup(body), **head)


def served(page: str, error: str = "") -> str:
    """Add what `watch` needs: the page is loaded again after a build, and shows the error of the last one."""
    box = Markup('<pre class="notice warns" role="alert">{}</pre>').format(error) if error else ""
    page = re.sub(r"<main\b[^>]*>", lambda found: found[0] + box, page, count=1)
    return page.replace("</body>", f"<script>{_read(FRAME / 'watch.js')}</script>\n</body>")


@dataclass(frozen=True)
class Place:
    """What can be referred to: its kind in words, its number as printed, its anchor."""

    kind: str
    number: str
    anchor: str


def _samples(project: Project, numbers: Collection[Mapping[str, Any]]) -> dict[str, Any]:
    """Over what the intervals of the report are: `5 seeds`, or `3 to 4 plates, or 12 wells`."""
    from labreport.stats.quantity import plural

    counts: dict[str, list[int]] = {}
    for one in numbers:
        if "±" in one["value"]:
            counts.setdefault(one["unit"], []).append(one["n"])
    told = [
        f"{min(found):,} to {max(found):,} {plural(unit)}"
        if min(found) < max(found)
        else f"{found[0]:,} {plural(unit) if found[0] > 1 else unit}"
        for unit, found in counts.items()
    ]
    seeds = [one["n"] for one in numbers if one["unit"] == project.words.seed]
    return {"samples": ", or ".join(told), "single": bool(project.runs) and max(seeds, default=0) == 1}


def numbered(project: Project, text: str) -> dict[str, Place]:
    """Number what can be referred to, by `figure:NAME` and so on; a section without questions has no number.

    Figures and tables count in the order of the text, all through it.
    """
    found: dict[str, Place] = {}
    chapter = 0
    for section in project.chapters:
        chapter += bool(section.questions)
        kind, number = ("Section", str(chapter)) if section.questions else (section.title, "")
        found[f"section:{section.name}"] = Place(kind, number, f"section-{section.name}")
        for place, question in enumerate(section.questions, 1):
            key = f"question:{question.name}"
            found[key] = Place("Question", f"{chapter}.{place}", f"question-{question.name}")
    for kind in ("figure", "table"):
        names = (html.unescape(name) for one, name in NUMBERED.findall(text) if one == kind)
        for place, name in enumerate(dict.fromkeys(names), 1):
            found[f"{kind}:{name}"] = Place(KINDS[kind], str(place), f"{kind}-{name}")
    return found


def resolved(text: str, places: Mapping[str, Place], cites: Sequence[str] = ()) -> str:
    """Fill in the numbers, the links that name them, and the numbers of what is cited."""

    def number(found: re.Match[str]) -> str:
        place = places.get(f"{found[1]}:{html.unescape(found[2])}")
        if place is None or not place.number:
            return ""
        return str(Markup('<span class="counter">{}</span>').format(place.number))

    def link(found: re.Match[str]) -> str:
        place = _place(html.unescape(found[1]), places)
        name = " ".join(filter(None, (place.kind, place.number)))
        return str(Markup('<a class="ref" href="#{}">{}</a>').format(place.anchor, name))

    def cite(found: re.Match[str]) -> str:
        return (
            f'<a class="cite" href="#reference-{found[1]}">[{cites.index(html.unescape(found[1])) + 1}]</a>'
        )

    return CITED.sub(cite, REFERENCE.sub(link, NUMBERED.sub(number, text)))


def _place(name: str, places: Mapping[str, Place]) -> Place:
    keys = (name, *(f"{kind}:{name}" for kind in KINDS))
    found = next((places[key] for key in keys if key in places), None)
    if found is None:
        known = [key.partition(":")[2] for key in places]
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise UsageError(f"ref({name!r}): no figure, table, question or section is called so{hint}")
    return found


def check(text: str) -> None:
    """Raise `UsageError` at an identifier given twice, or a link within the page to nowhere."""
    identities = Counter(IDENTITY.findall(text))
    if twice := sorted(name for name, count in identities.items() if count > 1):
        kind, _, name = twice[0].partition("-")
        what = f"{kind} {name!r}" if kind in KINDS else f"id {twice[0]!r}"
        raise UsageError(f"the page has the {what} twice; show it once, and refer to it with ref()")
    if lost := sorted(set(TARGET.findall(text)) - set(identities)):
        raise UsageError(
            f"the page links to #{lost[0]}, which it does not have{did_you_mean(lost[0], identities)}"
        )


def _figure(found: re.Match[str], figures: Mapping[str, Exported], medium: Medium) -> str:
    """A figure with its drawing and, on the screen, its data below it."""
    name = html.unescape(found[1])
    if name not in figures:
        raise UsageError(f"no figure is called {name!r}{did_you_mean(name, figures)}")
    drawn = figures[name]

    def drawing(image: re.Match[str]) -> str:
        alt = ALT.search(image[0])
        label = f'<svg role="img" aria-label="{alt[1] if alt else ""}" '
        return f'<div class="drawing">{drawn.svg_screen.replace("<svg ", label, 1)}</div>'

    if medium == "print":
        return found[0]
    return IMAGE.sub(drawing, found[0], count=1) + _data(drawn)


def _data(drawn: Exported) -> str:
    """The data of a figure, folded away."""
    if not drawn.rows:
        return ""
    head = Markup("").join(Markup('<th scope="col">{}</th>').format(column) for column in drawn.columns)
    rows = Markup("\n").join(
        Markup("<tr>{}</tr>").format(Markup("").join(map(_cell, row))) for row in drawn.rows[:ROWS]
    )
    more = f" (the first {ROWS:,} of {len(drawn.rows):,} rows)" if len(drawn.rows) > ROWS else ""
    return str(
        Markup(
            '<details class="figure-data"><summary>Show the data{}</summary><div class="scroll"><table>\n'
            '<caption class="quiet">Data of the figure above</caption>\n'
            "<thead><tr>{}</tr></thead>\n<tbody>\n{}\n</tbody></table></div></details>"
        ).format(more, head, rows)
    )


def _cell(value: Any) -> Markup:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = "–" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
    return (
        Markup('<td class="number" data-value="{}">{}</td>').format(value, text)
        if number
        else (Markup("<td>{}</td>").format(text))
    )


def _image(found: re.Match[str], templates: Path) -> str:
    """An image of the author's: a file among the templates, which becomes a part of the page."""
    source = html.unescape(found[1])
    if source.startswith(("data:", "figure:")):
        return found[0]
    file = (templates / source).resolve()
    if not (file.is_relative_to(templates.resolve()) and file.is_file()):
        raise UsageError(f"the image {source!r} is not there; allowed are files in {shown(templates)}")
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    return found[0].replace(found[1], f"data:{guess_type(file)[0] or 'image/png'};base64,{data}", 1)


def _linked(heading: re.Match[str]) -> str:
    """A heading with a link to it."""
    start, _, anchor, text, end = heading.groups()
    return f"{start}{text}{PERMALINK.format(Markup(anchor.removeprefix('heading-')))}{end}"


def _style(templates: Path, name: str, applies: str) -> str:
    """A style sheet of the project's, or else the engine's."""
    own = templates / "styles" / f"{name}.css"
    text = _read(own if own.is_file() else FRAME / "styles" / f"{name}.css")
    return text if applies == "all" else f"@media {applies} {{\n{text}}}\n"


def _json(values: Any) -> str:
    """JSON that may stand inside `<script>`."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
