"""The whole report in one medium: frame, contents, answers at a glance, sections, style, script, citation.

Numbers of figures, tables, sections and questions are filled in, and the links that name them. Beside it,
`answers.json`, as docs/answers-file.md says, and the part of it that the page holds for its script.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from markupsafe import Markup

from labreport.errors import RenderError, all_at_once
from labreport.frame import FOLDER, Lookup
from labreport.outline import Outline
from labreport.page.environment import STANDARD, Medium, environment, explained
from labreport.page.notations import BEGINNING, CITED, LISTING, bibliography, cited, mistaken
from labreport.page.values import traced_value
from labreport.page.webfonts import font_faces
from labreport.program import nearby
from labreport.project import Words
from labreport.recheck import digests
from labreport.stats.findings import VERSION, Answer
from labreport.stats.operations import javascript, listed
from labreport.stats.quantity import Source

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
    kept: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The report as one HTML text: for the browser (`"screen"`) or for `labreport.pdf` (`"print"`).

    `sections` are what `render_section` returned, in the outline's order; `facts` are the facts of
    the run for the title page, label to text: those under `run` in the answer that `outline.facts`
    names; `words` are the project's. Sections without questions at the beginning of the outline come
    before the answers at a glance. One that is `preliminary` says that it rests on a single seed and that
    more follow, and one with `added` seeds that the project declares fewer. `evidence` is what the function
    of that name made: with it, a browser shows the data of each number and computes it again. `recorded`
    says where runs came from that were made elsewhere, `kept` has the decisions to keep results, and `fonts`
    is a folder in which small fonts are kept for the next build. Raises `RenderError`
    where a reference leads nowhere or the page grows over 4 MB.
    """
    lookup, on_screen = Lookup(templates), medium == "screen"
    helpers = dict.fromkeys(("picture", "drawing", "readings"), _no_picture)

    def frame(name: str, values: Mapping[str, Any]) -> str:
        with explained(templates, name):
            return environment(templates, medium, helpers, words).get_template(name).render(values)

    known, printed = targets(outline, sections), bibliography(templates)
    terms = frame("terms.html", {})
    keys = cited([*(section[medium] for section in sections), terms])
    places = ((_line_with(rf"cite\([^)]*[\"']{re.escape(key)}[\"']", templates), key) for key in keys)
    if lines := mistaken(places, printed, templates) if keys else ():
        raise all_at_once(RenderError, lines)
    opening = next((place for place, section in enumerate(outline.sections) if section.questions), 0)
    names = {
        "outline": outline,
        "facts": traced_value(facts, f"{outline.facts}#facts.run"),
        "preliminary": preliminary,
        "added": added,
        "contents": _contents(outline, opening, known),
        "glance": _glance(outline, sections, medium),
        "opening": [Markup(section[medium]) for section in sections[:opening]],
        "sections": [Markup(section[medium]) for section in sections[opening:]],
        "terms": Markup(terms),
        "citation": citation(outline, facts, sections),
        "references": {key: Markup(printed["references"][key][1]) for key in keys},
        "recorded": _sources(recorded, words) if recorded else None,
        "kept": [_decision(one) for one in kept],
    }
    body = resolve(frame(f"{medium}.html", names), known, keys)
    if on_screen:
        body = HEADING.sub(_linked, body)
    check(body, templates)
    styles = "".join(_style(lookup, name, applies) for applies, name in STYLES[medium])
    script = ""
    if on_screen:
        script = javascript() + "".join(_read(path) for path in lookup.files("script", "*.js").values())
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
        "policy": policy([styles], [script]) if on_screen else "",
    }
    page = frame("document.html", head)
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


def _decision(kept: Mapping[str, Any]) -> list[str]:
    """A decision to keep results, in lines."""
    results = [f"{name}: {old[:12]} → {new[:12]}" for name, (old, new) in kept["results"].items()]
    if len(results) > FILES:
        results[FILES:] = [f"and {len(results) - FILES:,} more, which are in answers.json"]
    return [f"{kept['at'][:10]}, {kept['by']}: {kept['because']}", *kept["changed"], *results]


def _line_with(pattern: str, templates: Path) -> str:
    """Where a template has what a pattern describes, `templates/one.html:3`; else the folder of templates."""
    for path in sorted(templates.rglob("*.html")):
        if found := re.search(pattern, text := _read(path), re.IGNORECASE):
            return f"{nearby(path)}:{text.count(chr(10), 0, found.start()) + 1}"
    return nearby(templates)


def prepare_fonts(page: str) -> None:
    """Make the fonts that an edit of `page`, one that was rendered before, will most likely need."""
    font_faces(FOLDER / "fonts", [TAG.sub("", page)])


def _contents(outline: Outline, opening: int, known: Mapping[str, Target]) -> list[dict[str, Any]]:
    return [
        {
            "slug": section.slug,
            "title": section.title,
            "number": known[section.slug].number,
            "questions": [
                {"slug": question.slug, "text": question.text, "number": known[question.slug].number}
                for question in section.questions
            ],
        }
        for section in outline.sections[opening:]
    ]


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
                {
                    "slug": question.slug,
                    "text": question.text,
                    "answer": Markup(lines[question.slug]),
                    "figure": next((slug for slug in question.figures if slug in placed), ""),
                }
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
    file = lookup.find(f"styles/{name}") or FOLDER / "styles" / name  # which is said to be missing
    text = _read(file)
    return text if applies == "all" else f"@media {applies} {{\n{text}}}\n"


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


def _linked(heading: re.Match[str]) -> str:
    """A heading with a link to it; one whose template has brought a link keeps that one."""
    start, _, anchor, text, end = heading.groups()
    if 'class="permalink"' in text:
        return heading[0]
    return f"{start}{text}{PERMALINK.format(Markup(anchor.removeprefix('heading-')))}{end}"


DATE = re.compile(r"(?<![\d-])(\d{4})-\d\d-\d\d(?![\d-])")
SPECIAL = re.compile(r"([&%$#_{}])")
KEY = re.compile(r"[^a-z0-9]+")
EDITION = 12
"""Characters of the digest that name an edition."""


def citation(
    outline: Outline, facts: Mapping[str, Any], sections: Sequence[Mapping[str, Any]]
) -> dict[str, str]:
    """The citation of the report with this title page and these sections, as `text` and as `bibtex`.

    The date is the latest among the facts of the title page, so that a build on another day gives the
    same text; without one there is no date. The edition is a digest of title page and sections.
    """
    content = json.dumps([outline.title, outline.author, dict(facts), *sections], sort_keys=True)
    edition = hashlib.sha256(content.encode()).hexdigest()[:EDITION]
    dates = sorted(found[0] for fact in facts.values() for found in DATE.finditer(str(fact)))
    title = ": ".join(filter(None, (outline.title, outline.subtitle)))
    date = dates[-1] if dates else ""
    parts = (outline.author, title, date, f"Edition {edition}")
    fields = {
        "author": _escaped(outline.author),
        "title": f"{{{_escaped(title)}}}",
        "year": date[:4],
        "note": f"Edition {edition}",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    key = KEY.sub("-", outline.title.lower()).strip("-") or "report"
    return {
        "text": " ".join(f"{part.rstrip('.')}." for part in parts if part),
        "bibtex": "\n".join((f"@misc{{{key},", *lines, "}")),
    }


def _escaped(text: str) -> str:
    """`text` as TeX prints it."""
    return SPECIAL.sub(r"\\\1", text.replace("\\", r"\textbackslash "))


COUNTER = re.compile(r'<span data-counter="(\w+)" data-slug="([^"]*)"></span>')
CAPTION = re.compile(r"<caption>")
REFERENCE = re.compile(r'<a data-ref="([^"]*)"></a>')
PER_CENT = re.compile(r"(<data\b.*?</data>)|(?<=[0-9]) %(?=[ <])", re.DOTALL)
IDENTITY = re.compile(r'\sid="([^"]*)"')
TARGET = re.compile(r'\shref="#([^"]+)"')


@dataclass(frozen=True)
class Target:
    """What can be referred to: its kind in words, its number as printed, its anchor."""

    kind: str
    number: str
    anchor: str


def targets(outline: Outline, sections: Sequence[Mapping[str, Any]]) -> dict[str, Target]:
    """Everything in reading order, by slug; an unnumbered section is one without questions."""
    known: dict[str, Target] = {}
    figures = (slug for section in sections for slug in section["figures"])
    for number, slug in enumerate(figures, start=1):
        known[slug] = Target("Figure", str(number), f"figure-{slug}")
    chapter = 0
    for section in outline.sections:
        if not section.questions:
            known[section.slug] = Target(section.title, "", section.slug)
            continue
        chapter += 1
        known[section.slug] = Target("Section", str(chapter), section.slug)
        for number, question in enumerate(section.questions, start=1):
            known[question.slug] = Target("Question", f"{chapter}.{number}", question.slug)
    return known


def resolve(html: str, known: Mapping[str, Target], keys: Sequence[str] = ()) -> str:
    """`html` with its counters, numbers of tables and listings, and references filled in, and no line broken
    before a %.

    `keys` are what is cited, in the order of numbers.
    """
    tables = iter(range(1, html.count("<caption>") + 1))
    listed = enumerate(LISTING.findall(html), start=1)
    known = {**known, **{name: Target("Listing", str(at), f"listing-{name}") for at, (name, _) in listed}}
    html = COUNTER.sub(lambda found: _counter(_known(found[2], known).number), html)
    html = PER_CENT.sub(lambda found: found[1] or "\u00a0%", html)  # what is traced stays as it is
    label = '<caption><span class="label">Table {}</span> '
    html = CAPTION.sub(lambda _: label.format(_counter(str(next(tables)))), html)
    label = '{}<span class="label">Listing {}</span> '
    html = BEGINNING.sub(lambda found: label.format(found[1], _counter(known[found[2]].number)), html)
    html = CITED.sub(lambda found: _citation(cited([found[0]]), keys), html)
    return REFERENCE.sub(lambda found: reference(_known(found[1], known)), html)


def _citation(named: Sequence[str], keys: Sequence[str]) -> Markup:
    """The numbers of what is cited together, in their order, each a link: `[1, 3]`."""
    link = '<a class="cited" href="#reference-{}">{}</a>'
    numbers = sorted((keys.index(key), key) for key in named)
    return Markup("[{}]").format(
        Markup(", ").join(Markup(link).format(key, _counter(str(place + 1))) for place, key in numbers)
    )


def reference(target: Target) -> Markup:
    """A link that names its target; in print the style sheet adds the page."""
    number = Markup(" {}").format(_counter(target.number)) if target.number else ""
    return Markup('<a class="ref" href="#{}">{}{}</a>').format(target.anchor, target.kind, number)


def check(html: str, templates: Path) -> None:
    """Raise `RenderError` at an identifier given twice, or a link within the page to nowhere."""
    identities = Counter(IDENTITY.findall(html))
    twice = sorted(name for name, count in identities.items() if count > 1)
    if twice:
        raise RenderError(f"the page has the id {twice[0]!r} twice; prefix it with its question or figure")
    lost = sorted(set(TARGET.findall(html)) - set(identities))
    if lost:
        word, target = re.escape(lost[0].removeprefix("term-")).replace("\\-", "[ -]"), re.escape(lost[0])
        place = _line_with(rf"""term\(\s*["']{word}["']|href="\#{target}\"""", templates)
        raise RenderError(
            f"{place}: the page links to #{lost[0]}, which it does not have; check ref() and term()"
        )


def _counter(number: str) -> Markup:
    if not number:
        return Markup("")
    return Markup('<span class="counter">{}</span>').format(number)


def _known(slug: str, known: Mapping[str, Target]) -> Target:
    try:
        return known[slug]
    except KeyError:
        raise RenderError(
            f"nothing to refer to is called {slug!r}; known are {', '.join(sorted(known))}"
        ) from None


def answers_json(
    outline: Outline,
    answers: Mapping[str, Answer],
    facts: Mapping[str, Any],
    sections: Sequence[Mapping[str, Any]] = (),
    results: Mapping[str, Any] | None = None,
    phrases: Mapping[str, str] | None = None,
) -> str:
    """All answers by question, sorted, so that equal answers are equal bytes.

    `sections` are what `render_section` returned; each question's headline is taken from them.
    `results` gives for each experiment its number of epochs and the keys of its results in the store;
    findings are written in the project's `phrases`. Raises `RenderError`.
    """
    headlines = {line["question"]: line["text"] for section in sections for line in section["headlines"]}
    questions = {
        question.slug: {
            "order": order,
            "section": section.slug,
            "text": question.text,
            "headline": headlines.get(question.slug),
            "local": question.local,
            **answers[question.slug].to_plain(phrases),
        }
        for order, (section, question) in enumerate(
            ((section, question) for section in outline.sections for question in section.questions), start=1
        )
        if question.slug in answers
    }
    document: dict[str, Any] = {
        "schema": VERSION,
        "title": outline.title,
        "run": dict(facts),
        "measures": _measures(questions),
        "questions": questions,
        "results": dict(results or {}),
    }
    try:
        document["digests"] = digests(json.loads(json.dumps(document, allow_nan=False)))
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True)
        return msgspec.json.format(text, indent=2) + "\n"  # json itself takes three times as long for this
    except (TypeError, ValueError) as error:
        raise RenderError(
            f"an answer is not a plain JSON value: {error}; keep finite numbers and text"
        ) from error


def _measures(questions: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Every measure, taken out of the questions. Raises `RenderError` where two share a name and differ."""
    found: dict[str, Any] = {}
    for slug, question in questions.items():
        for name, measure in question.pop("measures").items():
            if found.setdefault(name, measure) != measure:
                raise RenderError(
                    f"{slug} has a measure {name!r} that differs from the one of another question; "
                    "declare it once, or give one of them another name"
                )
    return found


def evidence(answers: str, phrases: Mapping[str, str] | None = None) -> str:
    """The measures, quantities and findings of an `answers.json`, compressed, in base64.

    With them are the words of sources and methods, and the lines of Python that compute each operation again.
    Facts, digests and results are left out: nothing follows from them.
    """
    document = json.loads(answers)
    kept = {
        "measures": document["measures"],
        "python": {name: one.python for name, one in listed().items()},
        "questions": {
            slug: {
                "quantities": {name: _quantity(one, phrases) for name, one in question["quantities"].items()},
                "findings": question["findings"],
            }
            for slug, question in document["questions"].items()
        },
    }
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode())).decode("ascii")


def _quantity(plain: Mapping[str, Any], phrases: Mapping[str, str] | None) -> dict[str, Any]:
    kept = {key: value for key, value in plain.items() if key != "varies_with"}
    kept["source"] = msgspec.convert(plain["source"], Source).text(phrases)
    if (made := plain["derivation"]) is not None:
        kept["how"] = listed()[made["operation"]].how(made["data"])
    return kept
