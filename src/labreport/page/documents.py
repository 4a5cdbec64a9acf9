"""The whole report in one medium: frame, contents, answers at a glance, sections, style, script, citation."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from labreport.errors import RenderError
from labreport.frame import FOLDER, Lookup
from labreport.outline import Outline, Section
from labreport.page.environment import STANDARD, Medium, environment, explained
from labreport.page.numbers import traced_value
from labreport.page.references import NowhereTo, Target, check, resolve, targets
from labreport.page.webfonts import font_faces
from labreport.program import nearby
from labreport.project import Words
from labreport.recheck.script import operations

LIMIT = 4_000_000
"""Bytes that the HTML page may have."""
STYLES: Mapping[Medium, Sequence[tuple[str, str]]] = {
    "screen": (
        ("all", "base.css"),
        ("all", "themes.css"),
        ("screen", "screen.css"),
        ("screen", "interactive.css"),
        ("print", "pages.css"),
        ("print", "printout.css"),
    ),
    "print": (("all", "base.css"), ("all", "pages.css"), ("all", "paper.css")),
}
"""Style sheets in order, each with the medium in which it applies: the browser prints as the PDF is set."""
TAG = re.compile(r"<[^>]*>")
FILES, NAMED = 30, 8
"""How many files of recorded runs are listed, and how many runs that gave no number are named."""


@dataclass(frozen=True)
class GlanceRow:
    """One line of "Answers at a glance"; `figure` is the slug of the question's first figure, or empty."""

    slug: str
    text: str
    answer: Markup
    figure: str


def render_document(
    outline: Outline,
    sections: Sequence[Mapping[str, Any]],
    medium: Medium,
    templates: Path,
    facts: Mapping[str, Any],
    words: Words = STANDARD,
    preliminary: bool = False,
    evidence: str = "",
    recorded: Mapping[str, Any] | None = None,
    fonts: Path | None = None,
    added: bool = False,
) -> str:
    """The report as one HTML text: for the browser (`"screen"`) or for `labreport.pdf` (`"print"`).

    `sections` are what `render_section` returned, in the outline's order; `facts` are the facts of
    the run for the title page, label to text: those under `run` in the answer that `outline.facts`
    names; `words` are the project's. Sections without questions at the beginning of the outline come
    before the answers at a glance. One that is `preliminary` says that it rests on a single seed and that
    more follow, and one with `added` seeds that the project declares fewer. `evidence` is what the function
    of that name made: with it, a browser shows the data of each number and computes it again. `recorded`
    says where runs came from that were made elsewhere, and `fonts` is a folder in which small fonts are kept
    for the next build. Raises `RenderError`
    where a reference leads nowhere or the page grows over 4 MB.
    """
    known = targets(outline, sections)
    opening = next((place for place, section in enumerate(outline.sections) if section.questions), 0)
    names = {
        "outline": outline,
        "facts": traced_value(facts, f"{outline.facts}#facts.run"),
        "preliminary": preliminary,
        "added": added,
        "contents": [_entry(section, known) for section in outline.sections[opening:]],
        "glance": _glance(outline, sections, medium),
        "opening": [Markup(section[medium]) for section in sections[:opening]],
        "sections": [Markup(section[medium]) for section in sections[opening:]],
        "citation": citation(outline, facts, sections),
        "recorded": _sources(recorded, words) if recorded else None,
    }
    body = resolve(_frame(f"{medium}.html", names, medium, templates, words), known)
    if medium == "screen":
        body = with_permalinks(body)
    try:
        check(body)
    except NowhereTo as lost:
        raise RenderError(_line_with(lost.anchor, templates) + str(lost)) from None
    page = _with_head(outline, body, medium, templates, words, evidence, fonts)
    size = len(page.encode())
    if size > LIMIT:
        raise RenderError(f"the page has {size:,} bytes; allowed are {LIMIT:,}; draw its figures lighter")
    return page


def _sources(recorded: Mapping[str, Any], words: Words) -> dict[str, list[str]]:
    """A line for each file of recorded runs, and one for each metric for which runs gave no number."""
    files = {name: digest for one in recorded.values() for name, digest in one["files"].items()}
    lines = [f"{digest}  {name}" for name, digest in list(files.items())[:FILES]]
    if len(files) > FILES:
        lines.append(f"and {len(files) - FILES:,} more, which are in answers.json")
    total = sum(one["runs"] for one in recorded.values())
    failed: dict[str, list[str]] = {}
    for name, one in recorded.items():
        for metric, runs in one["failed"].items():
            failed.setdefault(metric, []).extend(f"{name} ({run})" for run in runs)
    told = [
        f"{metric}: {len(runs):,} of {total:,} {words.run}s: {'; '.join(runs[:NAMED])}"
        + (f"; and {len(runs) - NAMED:,} more" if len(runs) > NAMED else "")
        for metric, runs in failed.items()
    ]
    return {"files": lines, "failed": told}


def _with_head(
    outline: Outline,
    body: str,
    medium: Medium,
    templates: Path,
    words: Words,
    evidence: str,
    fonts: Path | None,
) -> str:
    lookup = Lookup(templates)
    styles = "".join(_style(lookup, name, applies) for applies, name in STYLES[medium])
    script = ""
    if medium == "screen":
        script = operations() + "".join(_read(path) for path in lookup.files("script", "*.js").values())
        styles = font_faces(FOLDER / "fonts", [TAG.sub("", body), styles, script], fonts) + styles
    for text, end in ((styles, "</style"), (script, "</script")):
        if end in text.lower():
            raise RenderError(f"a file in styles/ or script/ contains {end!r}; take it out")
    head = {
        "outline": outline,
        "body": Markup(body),
        "style": Markup(styles),
        "script": Markup(script),
        "evidence": evidence,
        "policy": policy([styles], [script]) if medium == "screen" else "",
    }
    return _frame("document.html", head, medium, templates, words)


def _line_with(anchor: str, templates: Path) -> str:
    """Where a template names the term that an anchor is for, or the anchor: `templates/one.html:3: `."""
    word = re.escape(anchor.removeprefix("term-")).replace("\\-", "[ -]")
    link = re.compile(rf"""(term\(\s*["']{word}["']|href="\#{re.escape(anchor)}")""", re.IGNORECASE)
    for path in sorted(templates.rglob("*.html")):
        if found := link.search(text := _read(path)):
            return f"{nearby(path)}:{text.count(chr(10), 0, found.start()) + 1}: "
    return ""


def prepare_fonts(page: str) -> None:
    """Make the fonts that an edit of `page`, one that was rendered before, will most likely need."""
    font_faces(FOLDER / "fonts", [TAG.sub("", page)])


def _frame(name: str, values: Mapping[str, Any], medium: Medium, templates: Path, words: Words) -> str:
    """One of the templates around sections; it places no figures."""
    helpers = dict.fromkeys(("picture", "drawing", "readings"), _no_picture)
    with explained(templates, name):
        return environment(templates, medium, helpers, words).get_template(name).render(values)


def _entry(section: Section, known: Mapping[str, Target]) -> dict[str, Any]:
    questions = [
        {"slug": question.slug, "text": question.text, "number": known[question.slug].number}
        for question in section.questions
    ]
    return {
        "slug": section.slug,
        "title": section.title,
        "number": known[section.slug].number,
        "questions": questions,
    }


def _glance(outline: Outline, sections: Sequence[Mapping[str, Any]], medium: Medium) -> list[dict[str, Any]]:
    lines = {
        line["question"]: line[f"glance_{medium}"] for section in sections for line in section["headlines"]
    }
    placed = {
        slug
        for section in sections
        for slug in section["figures"]
        if f'id="figure-{slug}"' in section[medium]
    }
    return [
        {
            "title": section.title,
            "slug": section.slug,
            "rows": [
                GlanceRow(
                    question.slug,
                    question.text,
                    Markup(lines[question.slug]),
                    next((slug for slug in question.figures if slug in placed), ""),
                )
                for question in section.questions
                if question.slug in lines
            ],
        }
        for section in outline.sections
        if section.questions and section.at_a_glance
    ]


def _no_picture(*_: Any) -> Markup:
    raise RenderError("a frame shows no figures; place them in a question or a section")


def _style(lookup: Lookup, name: str, applies: str) -> str:
    text = _read(_found(lookup, f"styles/{name}"))
    return text if applies == "all" else f"@media {applies} {{\n{text}}}\n"


def _found(lookup: Lookup, name: str) -> Path:
    return lookup.find(name) or FOLDER / name  # which says, when it is read, that it is missing


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise RenderError(f"cannot read {file}: {error.strerror or error}") from error


def policy(styles: Sequence[str], scripts: Sequence[str]) -> str:
    """The policy of a page with exactly these `<style>` and `<script>` contents."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hashes(styles)}",
            f"script-src {_hashes(scripts)}",
            "img-src data:",
            "font-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hashes(texts: Sequence[str]) -> str:
    digests = (hashlib.sha256(text.encode()).digest() for text in texts)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests) or "'none'"


HEADING = re.compile(r'(<h([2-4])\b[^>]*\bid="([^"]+)"[^>]*>)((?:(?!</h\2>).)*)(</h\2>)', re.DOTALL)
PERMALINK = Markup(' <a class="permalink" href="#{}" aria-label="Link to this place">#</a>')


def with_permalinks(html: str) -> str:
    """`html` with a link in each heading; one whose template has brought a link keeps that one."""
    return HEADING.sub(_linked, html)


def _linked(heading: re.Match[str]) -> str:
    start, _, anchor, text, end = heading.groups()
    if 'class="permalink"' in text:
        return heading[0]
    return f"{start}{text}{PERMALINK.format(Markup(anchor.removeprefix('heading-')))}{end}"


DATE = re.compile(r"(?<![\d-])(\d{4})-\d\d-\d\d(?![\d-])")
SPECIAL = re.compile(r"([&%$#_{}])")
KEY = re.compile(r"[^a-z0-9]+")
EDITION = 12
"""Characters of the digest that name an edition."""


@dataclass(frozen=True)
class Citation:
    """The same in a sentence and as an entry for BibTeX."""

    text: str
    bibtex: str


def citation(outline: Outline, facts: Mapping[str, Any], sections: Sequence[Mapping[str, Any]]) -> Citation:
    """The citation of the report with this title page and these rendered sections.

    The date is the latest among the facts of the title page, so that a build on another day gives the
    same text; without one there is no date. The edition is a digest of title page and sections.
    """
    content = json.dumps([outline.title, outline.author, dict(facts), *sections], sort_keys=True)
    edition = hashlib.sha256(content.encode()).hexdigest()[:EDITION]
    dates = sorted(found[0] for fact in facts.values() for found in DATE.finditer(str(fact)))
    title = ": ".join(filter(None, (outline.title, outline.subtitle)))
    parts = (outline.author, title, dates[-1] if dates else "", f"Edition {edition}")
    fields = {
        "author": outline.author,
        "title": f"{{{_escaped(title)}}}",
        "year": dates[-1][:4] if dates else "",
        "note": f"Edition {edition}",
    }
    fields["author"] = _escaped(fields["author"])
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    key = KEY.sub("-", outline.title.lower()).strip("-") or "report"
    return Citation(
        " ".join(f"{part.rstrip('.')}." for part in parts if part),
        "\n".join((f"@misc{{{key},", *lines, "}")),
    )


def _escaped(text: str) -> str:
    """`text` as TeX prints it."""
    return SPECIAL.sub(r"\\\1", text.replace("\\", r"\textbackslash "))
