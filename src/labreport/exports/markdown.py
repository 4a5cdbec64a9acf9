"""Markdown as GitHub renders it: each answer with its findings, figures and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from labreport.exports import Export, file_of, grids, sentences
from labreport.loaded import ANSWERS, Report
from labreport.stats.rounding import format_spread

_CODE = re.compile(r"(`[^`\n]*`)")
_SIGNS = re.compile(r"([\\`*_\[\]<>|~#$&])")


def files(report: Report, folder: Path) -> Mapping[str, str]:
    """Write one document, and an SVG for each figure."""
    lines = [f"# {escaped(report.document['title'])}", ""]
    lines += [f"- {escaped(name)}: {escaped(fact)}" for name, fact in report.document["run"].items()]
    lines += _figures(report, "")
    for slug in report.plain:
        lines += ["", *_question(report, slug)]
    lines += ["", f"Made by labreport from {ANSWERS}, SHA-256 `{report.digest}`.", ""]
    figures = {f"figures/{file_of(slug)}.svg": one.svg for slug, one in report.figures.items()}
    return {"report.md": "\n".join(lines), **figures}


def _figures(report: Report, question: str) -> Iterator[str]:
    for name, figure in report.figures.items():
        if figure.question == question:
            yield f"\n![{escaped(figure.meaning)}](figures/{file_of(name)}.svg)"
            yield f"\n{escaped(figure.caption)}"


def _question(report: Report, slug: str) -> Iterator[str]:
    question, answer = report.plain[slug], report.answers[slug]
    yield f"## {escaped(question['text'])}"
    yield f"\n**{escaped(question['headline'])}**" if question["headline"] else ""
    yield from _figures(report, slug)
    yield from (f"\n{escaped(says)}" for says in sentences(question, question["headline"]).values())
    for columns, rows in grids(answer):
        yield f"\n| |{'|'.join(map(escaped, columns))}|"
        yield f"|---|{'---:|' * len(columns)}"
        for row, names in rows.items():
            cells = (escaped(format_spread(answer.quantities[name])) for name in names.values())
            yield f"|{escaped(row)}|{'|'.join(cells)}|"


def escaped(text: str) -> str:
    """A text in one line of which Markdown obeys no sign; what is between backticks stays code."""
    parts = _CODE.split(" ".join(text.split(" ")).replace("\n", " "))
    return "".join(part if place % 2 else _SIGNS.sub(r"\\\1", part) for place, part in enumerate(parts))


EXPORT = Export("markdown", "the answers as GitHub renders them, with their figures", files)
