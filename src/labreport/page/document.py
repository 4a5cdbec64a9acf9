"""The whole report as one HTML text, for the browser or for the PDF: frame, numbering, references, fonts."""

from __future__ import annotations

import base64
import html
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any, Literal

import jinja2
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from labreport.charts import Exported, css_variables
from labreport.errors import UsageError, did_you_mean, display_path
from labreport.page.markdown import CITED, bibliography
from labreport.page.sections import RenderedSection, glossary
from labreport.page.values import FRAME
from labreport.project import Project
from labreport.stats import plural

STYLES = {
    "screen": {"base": "all", "screen": "screen", "pages": "print", "printout": "print"},
    "print": {"base": "all", "pages": "all", "paper": "all"},
}
"""Style sheets in order, each with the medium in which it applies: a browser prints as the PDF is set."""
CUTS = {"Regular": (400, "normal"), "It": (400, "italic"), "Semibold": (600, "normal")}
"""Weight and style of a face, by the end of its file's name."""
FACES = {"Source Serif 4": [*CUTS], "Source Sans 3": [*CUTS], "JetBrains Mono": ["Regular"]}
ALWAYS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("–—‘’“”…−×±≈≤≥→↑↓%\u00a0\u2009\u202f")
"""Kept in every subset, so that most edits of a text leave the fonts as they are."""

NUMBERED = re.compile(r'<span data-no="([^"]*)"></span>')
PENDING = re.compile(r'<(?:span|a|a class="cite") data-(no|ref|cite)="([^"]*)"></\w+>')
FIGURE = re.compile(r'<img src="figure:([^"]*)" alt="([^"]*)">(.*?</figure>)', re.DOTALL)
FORMULA = re.compile(r'<span class="formula[^"]*" role="img" aria-label="([^"]*)"><svg\b[^>]*>')
TITLED = r"\g<0><title>\1</title>"
HEADING = re.compile(r'(<h([2-4])\b[^>]*\bid="(?:heading-)?([^"]+)"[^>]*>.*?)(</h\2>)', re.DOTALL)
PERMALINK = r'\1 <a class="permalink" href="#\3" aria-label="Link to this place">#</a>\4'


def render_page(
    project: Project,
    fragments: Sequence[RenderedSection],
    figures: Mapping[str, Exported],
    facts: Mapping[str, Any],
    *,
    notice: str = "",
    medium: Literal["screen", "print"] = "screen",
) -> str:
    """Write the report as one HTML text: a file that asks nobody for anything, or what `render_pdf` sets.

    `fragments` are those of `project.chapters`, in order; `figures` what `charts.export` made; `facts` say
    by label what the report was made with; `notice` stands below the title of one that is preliminary. Raises
    `UsageError` where a reference leads nowhere, or something is there twice.
    """
    templates, count = project.folder / "templates", itertools.count(1)
    loader = jinja2.FileSystemLoader([templates, FRAME])
    frame = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True)
    joined = "\n".join(fragment.html for fragment in fragments)
    joined = re.sub('<(span|div) class="fails"', lambda one: f'{one[0]} id="claim-{next(count)}"', joined)
    terms = glossary(templates, project.words)
    cites = list(dict.fromkeys(CITED.findall(joined + terms)))
    numbers = {name: one for fragment in fragments for name, one in fragment.numbers.items()}
    counters = _counters(project, joined)
    known = bibliography(templates) if cites else {}
    entry = Markup('<li id="reference-{}">{}</li>\n')
    entries = Markup().join(entry.format(key, Markup(known[key])) for key in cites)
    seeds = [one["n"] for one in numbers.values() if one["unit"] == project.words.seed]
    body = frame.get_template(f"{medium}.html").render(
        project=project,
        words=project.words,
        notice=notice,
        facts=facts,
        sections=Markup(joined),
        glossary=Markup(terms),
        references=entries and Markup('<ol class="references">\n{}</ol>').format(entries),
        counters=counters,
        lines={name: Markup(line) for fragment in fragments for name, line in fragment.glance.items()},
        fails=next(count) - 1,
        unknown=any(one.holds is None for fragment in fragments for one in fragment.claims),
        interval="±" in joined,
        samples=_samples(numbers.values()),
        left_out=sorted({note for fragment in fragments for note in fragment.left_out}),
        items=any("items" in one.get("method", "") for one in numbers.values()),
        single=max(seeds, default=0) == 1,
    )
    body = _resolved(body, project, counters, cites)

    def figure(found: re.Match[str]) -> str:
        drawn = figures[html.unescape(found[1])]
        if medium == "print":
            data = base64.b64encode(drawn.svg_print.encode()).decode("ascii")
            return f'<img src="data:image/svg+xml;name={found[1]};base64,{data}" alt="{found[2]}">{found[3]}'
        svg = drawn.svg_screen.replace("<svg ", f'<svg role="img" aria-label="{found[2]}" ', 1)
        data = frame.get_template("data.html").render(columns=drawn.columns, rows=drawn.rows, shown=1_000)
        return f'<div class="drawing">{svg}</div>{found[3]}{data if drawn.rows else ""}'

    body = FIGURE.sub(figure, body)
    body = HEADING.sub(PERMALINK, body) if medium == "screen" else FORMULA.sub(TITLED, body)
    body = re.sub(r'<img\b[^>]*?\bsrc="([^"]*)"[^>]*>', lambda one: _image(one, templates), body)
    _check(body)
    style, head = "", {}
    for name, applies in STYLES[medium].items():
        sheet = loader.get_source(frame, f"styles/{name}.css")[0]
        style += sheet if applies == "all" else f"@media {applies} {{\n{sheet}}}\n"
    if medium == "screen":
        script = "".join(file.read_text("utf-8") for file in sorted(FRAME.glob("script/*.js")))
        data = htmlsafe_json_dumps(numbers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        style = f":root {{{css_variables()}}}\n{style}"
        characters = ALWAYS.union(re.sub(r"<[^>]*>", "", body), html.unescape(data), style, script)
        faces = (_face(family, cut, characters) for family, cuts in FACES.items() for cut in cuts)
        style = "".join(faces) + style
        head = {"script": Markup(script), "numbers": data}
    document = frame.get_template("document.html")
    return document.render(project=project, medium=medium, body=Markup(body), style=Markup(style), **head)


def served(page: str, error: str = "") -> str:
    """Add what `watch` needs: the page is loaded again after a build, and shows the error of the last one."""
    box = Markup('<pre class="notice warns" role="alert">{}</pre>').format(error) if error else ""
    page = re.sub(r"<main\b[^>]*>", lambda found: found[0] + box, page, count=1)
    return page.replace("</body>", f"<script>{(FRAME / 'watch.js').read_text('utf-8')}</script>\n</body>")


def _samples(numbers: Iterable[Mapping[str, Any]]) -> str:
    """Over what the intervals of the report are: `5 seeds`, or `3 to 4 plates, or 12 wells`."""
    counts: dict[str, set[int]] = {}
    for one in numbers:
        if "±" in one["value"]:
            counts.setdefault(one["unit"], set()).add(one["n"])
    told = []
    for unit, found in counts.items():
        span = " to ".join(f"{number:,}" for number in sorted({min(found), max(found)}))
        told.append(f"{span} {plural(unit) if max(found) > 1 else unit}")
    return ", or ".join(told)


def _counters(project: Project, text: str) -> dict[str, str]:
    """The numbers of what can be referred to, by `figure:NAME` and so on.

    Figures and tables count in the order of the text, all through it; a section without questions has none.
    """
    found, counts = {f"section:{one.name}": "" for one in project.chapters}, Counter[str]()
    for number, one in project.numbered.items():
        found[f"{type(one).__name__.lower()}:{one.name}"] = number
    for key in map(html.unescape, NUMBERED.findall(text)):
        if key not in found:
            kind = key.partition(":")[0]
            counts[kind] += 1
            found[key] = str(counts[kind])
    return found


def _resolved(text: str, project: Project, counters: Mapping[str, str], cites: list[str]) -> str:
    """Fill in the numbers, the links that name them, and the numbers of what is cited."""
    titles = {section.name: section.title for section in project.chapters}

    def put(found: re.Match[str]) -> str:
        asked = html.unescape(found[2])
        if found[1] == "cite":
            return f'<a class="cite" href="#reference-{asked}">[{cites.index(asked) + 1}]</a>'
        kinds = ("", "figure:", "table:", "question:", "section:")
        key = next((kind + asked for kind in kinds if kind + asked in counters), None)
        if key is None:
            known = did_you_mean(asked, [each.partition(":")[2] for each in counters], "there are")
            raise UsageError(f"ref({asked!r}): no figure, table, question or section is called so{known}")
        if found[1] == "no":
            return f'<span class="counter">{counters[key]}</span>' if counters[key] else ""
        kind, _, name = key.partition(":")
        label = f"{kind.title()} {counters[key]}" if counters[key] else titles[name]
        return str(Markup('<a class="ref" href="#{}-{}">{}</a>').format(kind, name, label))

    return PENDING.sub(put, text)


def _check(text: str) -> None:
    """Raise `UsageError` at an identifier given twice, or a link within the page to nowhere."""
    identities = Counter(re.findall(r'\sid="([^"]*)"', text))
    if twice := sorted(name for name, count in identities.items() if count > 1):
        raise UsageError(f"the page has {twice[0]!r} twice; show it once, and refer to it with ref()")
    if lost := sorted(set(re.findall(r'\shref="#([^"]+)"', text)) - set(identities)):
        near = did_you_mean(lost[0], identities)
        raise UsageError(f"the page links to #{lost[0]}, which it does not have{near}")


def _image(found: re.Match[str], templates: Path) -> str:
    """An image of the author's: a file among the templates, which becomes a part of the page."""
    source = html.unescape(found[1])
    if source.startswith("data:"):
        return found[0]
    file = (templates / source).resolve()
    if not (file.is_relative_to(templates.resolve()) and file.is_file()):
        raise UsageError(f"the image {source!r} is not there; allowed are files in {display_path(templates)}")
    data = base64.b64encode(file.read_bytes()).decode("ascii")
    return found[0].replace(found[1], f"data:{guess_type(file)[0] or 'image/png'};base64,{data}", 1)


@lru_cache(maxsize=32)  # `watch` renders the page again and again, mostly with the same letters
def _face(family: str, cut: str, characters: frozenset[str]) -> str:
    """The rule of a face that has these characters; the same bytes each time."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", hinting=False, desubroutinize=True, notdef_outline=True)
    options.layout_features = ["kern", "liga", "tnum", "lnum", "ccmp", "mark"]
    options.name_IDs = [1, 2, 4, 6]  # family, style, full name and PostScript name
    stream = io.BytesIO()
    with subset.load_font(FRAME / "fonts" / f"{family.replace(' ', '')}-{cut}.ttf", options) as font:
        subsetter = subset.Subsetter(options)
        subsetter.populate(text="".join(characters))
        subsetter.subset(font)
        subset.save_font(font, stream, options)
    data, (weight, style) = base64.b64encode(stream.getvalue()).decode("ascii"), CUTS[cut]
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-style:{style};font-display:block;'
        f'src:url("data:font/woff2;base64,{data}") format("woff2")}}\n'
    )
