"""The whole report as one HTML text, for the browser or for the PDF: frame, numbering, references."""

from __future__ import annotations

import base64
import html
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Literal

import jinja2
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from labreport.charts import Exported, css_variables
from labreport.errors import UsageError, did_you_mean, shown
from labreport.page.fonts import font_faces
from labreport.page.markdown import CITED, references
from labreport.page.sections import Fragment, glossary
from labreport.page.values import FRAME
from labreport.project import Project
from labreport.stats import plural

Medium = Literal["screen", "print"]
STYLES: Mapping[Medium, Mapping[str, str]] = {
    "screen": {"base": "all", "screen": "screen", "pages": "print", "printout": "print"},
    "print": {"base": "all", "pages": "all", "paper": "all"},
}
"""Style sheets in order, each with the medium in which it applies: a browser prints as the PDF is set."""
KINDS = ("figure", "table", "question", "section")
"""What can be referred to, in the order in which a bare name is looked for."""
ROWS = 1_000
"""So many rows of a figure's data are in the page; the rest is counted."""

TAG = re.compile(r"<[^>]*>")
NUMBERED = re.compile(r'<span data-no="([^"]*)"></span>')
REFERENCE = re.compile(r'<a data-ref="([^"]*)"></a>')
FIGURE = re.compile(r'<img src="figure:([^"]*)" alt="([^"]*)">(.*?</figure>)', re.DOTALL)
IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]*)"[^>]*>')
FORMULA = re.compile(r'<span class="formula[^"]*" role="img" aria-label="([^"]*)"><svg\b[^>]*>')
FAILS = re.compile(r'<(span|div) class="fails"')
HEADING = re.compile(r'(<h([2-4])\b[^>]*\bid="(?:heading-)?([^"]+)"[^>]*>.*?)(</h\2>)', re.DOTALL)
PERMALINK = r'\1 <a class="permalink" href="#\3" aria-label="Link to this place">#</a>\4'


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
    templates, count = project.folder / "templates", itertools.count(1)
    frame = jinja2.Environment(
        loader=jinja2.FileSystemLoader([templates, FRAME]), autoescape=True, trim_blocks=True
    )
    joined = "\n".join(fragment.html for fragment in fragments)
    joined = FAILS.sub(lambda found: f'{found[0]} id="claim-{next(count)}"', joined)
    terms = glossary(templates, project.words)
    cites = tuple(dict.fromkeys(CITED.findall(joined + terms)))
    numbers = {name: one for fragment in fragments for name, one in fragment.numbers.items()}
    counters = _counters(project, joined)
    seeds = [one["n"] for one in numbers.values() if one["unit"] == project.words.seed]

    def figure(found: re.Match[str]) -> str:
        drawn = figures[html.unescape(found[1])]
        label = f'<svg role="img" aria-label="{found[2]}" '
        drawing = f'<div class="drawing">{drawn.svg_screen.replace("<svg ", label, 1)}</div>'
        data = frame.get_template("data.html").render(columns=drawn.columns, rows=drawn.rows, shown=ROWS)
        return drawing + found[3] + (data if drawn.rows else "")

    def finished(text: str) -> Markup:
        text = _resolved(text, project, counters, cites)
        if medium == "screen":
            text = FIGURE.sub(figure, text)
        else:
            text = FORMULA.sub(r"\g<0><title>\1</title>", text)
        return Markup(IMAGE.sub(lambda found: _image(found, templates), text))

    body = frame.get_template(f"{medium}.html").render(
        project=project,
        words=project.words,
        notice=notice,
        facts=facts,
        sections=finished(joined),
        glossary=finished(terms),
        references=Markup(references(templates, cites)),
        counters=counters,
        lines={name: Markup(line) for fragment in fragments for name, line in fragment.glance.items()},
        fails=next(count) - 1,
        unknown=any(one.holds is None for fragment in fragments for one in fragment.claims),
        interval="±" in joined,
        samples=_samples(numbers.values()),
        left_out=sorted({note for fragment in fragments for note in fragment.left_out}),
        items=any("items" in each.get("method", "") for each in numbers.values()),
        single=max(seeds, default=0) == 1,
    )
    style = "".join(_style(frame, name, applies) for name, applies in STYLES[medium].items())
    head: dict[str, Any] = {}
    if medium == "screen":
        body = HEADING.sub(PERMALINK, body)
        head["script"] = Markup(
            "".join(file.read_text("utf-8") for file in sorted(FRAME.glob("script/*.js")))
        )
        compact: dict[str, Any] = {"ensure_ascii": False, "sort_keys": True, "separators": (",", ":")}
        head["numbers"] = htmlsafe_json_dumps(numbers, **compact)
        style = f":root {{{css_variables()}}}\n{style}"
        style = font_faces([TAG.sub("", body), html.unescape(head["numbers"]), style, head["script"]]) + style
    _check(body)
    document = frame.get_template("document.html")
    return document.render(project=project, medium=medium, body=Markup(body), style=Markup(style), **head)


def served(page: str, error: str = "") -> str:
    """Add what `watch` needs: the page is loaded again after a build, and shows the error of the last one."""
    box = Markup('<pre class="notice warns" role="alert">{}</pre>').format(error) if error else ""
    page = re.sub(r"<main\b[^>]*>", lambda found: found[0] + box, page, count=1)
    return page.replace("</body>", f"<script>{(FRAME / 'watch.js').read_text('utf-8')}</script>\n</body>")


def _samples(numbers: Iterable[Mapping[str, Any]]) -> str:
    """Over what the intervals of the report are: `5 seeds`, or `3 to 4 plates, or 12 wells`."""
    counts: dict[str, list[int]] = {}
    for one in numbers:
        if "±" in one["value"]:
            counts.setdefault(one["unit"], []).append(one["n"])
    told = []
    for unit, found in counts.items():
        least, most = min(found), max(found)
        span = f"{least:,} to {most:,}" if least < most else f"{most:,}"
        told.append(f"{span} {plural(unit) if most > 1 else unit}")
    return ", or ".join(told)


def _counters(project: Project, text: str) -> dict[str, str]:
    """The numbers of what can be referred to, by `figure:NAME` and so on.

    Figures and tables count in the order of the text, all through it; a section without questions has none.
    """
    found: dict[str, str] = {}
    chapter, counts = 0, Counter[str]()
    for section in project.chapters:
        chapter += bool(section.questions)
        found[f"section:{section.name}"] = str(chapter) if section.questions else ""
        found |= {f"question:{one.name}": f"{chapter}.{n}" for n, one in enumerate(section.questions, 1)}
    for key in map(html.unescape, NUMBERED.findall(text)):
        if key not in found:
            kind = key.partition(":")[0]
            counts[kind] += 1
            found[key] = str(counts[kind])
    return found


def _resolved(text: str, project: Project, counters: Mapping[str, str], cites: Sequence[str]) -> str:
    """Fill in the numbers, the links that name them, and the numbers of what is cited."""
    titles = {section.name: section.title for section in project.chapters}

    def number(found: re.Match[str]) -> str:
        counter = counters[html.unescape(found[1])]
        return f'<span class="counter">{counter}</span>' if counter else ""

    def link(found: re.Match[str]) -> str:
        asked = html.unescape(found[1])
        key = next((key for key in (asked, *(f"{kind}:{asked}" for kind in KINDS)) if key in counters), None)
        if key is None:
            known = did_you_mean(asked, [each.partition(":")[2] for each in counters], "there are")
            raise UsageError(f"ref({asked!r}): no figure, table, question or section is called so{known}")
        kind, _, name = key.partition(":")
        label = f"{kind.title()} {counters[key]}" if counters[key] else titles[name]
        return str(Markup('<a class="ref" href="#{}-{}">{}</a>').format(kind, name, label))

    def cite(found: re.Match[str]) -> str:
        place = cites.index(html.unescape(found[1])) + 1
        return f'<a class="cite" href="#reference-{found[1]}">[{place}]</a>'

    return CITED.sub(cite, REFERENCE.sub(link, NUMBERED.sub(number, text)))


def _check(text: str) -> None:
    """Raise `UsageError` at an identifier given twice, or a link within the page to nowhere."""
    identities = Counter(re.findall(r'\sid="([^"]*)"', text))
    if twice := sorted(name for name, count in identities.items() if count > 1):
        raise UsageError(f"the page has {twice[0]!r} twice; show it once, and refer to it with ref()")
    if lost := sorted(set(re.findall(r'\shref="#([^"]+)"', text)) - set(identities)):
        known = did_you_mean(lost[0], identities)
        raise UsageError(f"the page links to #{lost[0]}, which it does not have{known}")


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


def _style(frame: jinja2.Environment, name: str, applies: str) -> str:
    """A style sheet of the project's, or else the engine's."""
    assert frame.loader
    text = frame.loader.get_source(frame, f"styles/{name}.css")[0]
    return text if applies == "all" else f"@media {applies} {{\n{text}}}\n"
