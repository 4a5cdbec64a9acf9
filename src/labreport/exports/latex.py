"""LaTeX, for pdflatex and lualatex: a command for each number and each sentence, tables, figures as PDF.

A paper takes `\\input{numbers}` into its preamble; `report.tex` is one that uses all there is.
"""

from __future__ import annotations

import base64
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from labreport.exports import Export, file_of, grids, sentences
from labreport.loaded import ANSWERS, Report
from labreport.pdf import write
from labreport.stats.numerals import in_words
from labreport.stats.rounding import MINUS, THIN, format_number, format_spread

ROWS = 40
"""Rows of a table; then the next begins."""
_HEAD = r"""\documentclass{article}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{iftex,booktabs,graphicx}
\ifPDFTeX\usepackage[T1]{fontenc}\usepackage{lmodern,textcomp}\else\usepackage{fontspec}\fi
\input{numbers}
\setlength{\parindent}{0pt}\setlength{\parskip}{6pt}\sloppy
\begin{document}"""
_FITTED = r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}"
_PICTURE = (
    '<html lang="en"><title>{name}</title><style>@page{{size:{size};margin:0}}body{{margin:0}}'
    'img{{display:block}}</style><img alt="{name}" src="data:image/svg+xml;base64,{data}"></html>'
)
_SIGNS = {
    **{sign: rf"\{sign}" for sign in "#$%&_{}"},
    **{sign: rf"\char{ord(sign)}{{}}" for sign in '\\~^<>|"'},
    **{sign: rf"\ensuremath{{{name}}}" for sign, name in ((MINUS, "-"), ("≤", r"\le"), ("≥", r"\ge"))},
    THIN: r"\,",
}
_POWER = re.compile("([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", f"{MINUS}0123456789")
_PRINTED = re.compile("[ -~\xa0-ž–—‘’“”…•€™←-↓]")
"""What both can print as it is."""


def files(report: Report, folder: Path) -> Mapping[str, str | bytes]:
    """Write the commands, the tables, the figures, and a paper of them all."""
    commands = _Commands()
    paper = [_HEAD, rf"{{\LARGE {tex(report.document['title'])}\par}}"]
    found: dict[str, str | bytes] = {}
    for slug, question in report.plain.items():
        paper.append(rf"\section{{{tex(question['text'])}}}")
        paper.append(rf"\textbf{{{commands.new(question['headline'] or '', 'answer', slug)}}}\par")
        for name, one in question["findings"].items():
            command = commands.new(one["says"], "finding", slug, name)
            paper += [rf"{command}\par"] if name in sentences(question) else []
        for name, figure in report.figures.items():
            if figure.question == slug:
                found[f"figures/{file_of(name)}.pdf"] = _pdf(name, figure.svg)
                paper.append(rf"{_FITTED}{{\includegraphics{{figures/{file_of(name)}}}}}\par")
                paper.append(rf"{tex(figure.caption)}\par")
        found[f"tables/{file_of(slug)}.tex"] = "\n".join(_tables(report, slug, commands))
        paper.append(rf"\input{{tables/{file_of(slug)}}}")
    numbers = [f"% Made by labreport from {ANSWERS}, SHA-256 {report.digest}", *commands.defined]
    return {"numbers.tex": "\n".join(numbers), "report.tex": "\n".join([*paper, r"\end{document}"]), **found}


class _Commands:
    """The commands, by names of letters only, and the lines that define them."""

    def __init__(self) -> None:
        self.defined: list[str] = []
        self._given: set[str] = set()

    def new(self, text: str, *named: str) -> str:
        """A command for a text, named by words: a digit by its word, a foreign letter by its name."""
        words = re.findall("[A-Za-z]+|[0-9]", " ".join(map(_latin, named)))
        words = [in_words(int(one)) if one.isdigit() else one for one in words]
        command = words[0] + "".join(f"{one[0].upper()}{one[1:]}" for one in words[1:])
        while command in self._given:  # two names may have the same letters
            command += "Again"
        self._given.add(command)
        source = " ".join("#".join(named[1:3]).split())
        self.defined.append(rf"\newcommand{{\{command}}}{{{tex(text)}}} % {source}")
        return f"\\{command}"


def _latin(text: str) -> str:
    """A text in ASCII: accents dropped, and any other letter by its name."""
    return "".join(
        one if one.isascii() else f" {unicodedata.name(one, 'unnamed').title()} "
        for one in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(one)
    )


def _tables(report: Report, slug: str, commands: _Commands) -> Iterator[str]:
    """Every number of an answer: as a command, and with its interval as a second one, which the table has."""
    quantities = report.answers[slug].quantities
    named = {}
    for name, one in quantities.items():
        number, spread = format_number(one), format_spread(one)
        named[name] = commands.new(number, "result", slug, name)
        if spread != number:
            named[name] = commands.new(spread, "result", slug, name, "spread")
    for columns, rows in grids(report.answers[slug]):
        for begin in range(0, len(rows), ROWS):
            yield rf"{_FITTED}{{\begin{{tabular}}{{l*{{{len(columns)}}}{{r}}}}\toprule"
            yield rf"& {' & '.join(map(tex, columns))} \\ \midrule"
            for row, names in list(rows.items())[begin : begin + ROWS]:
                yield rf"{{}}{tex(row)} & {' & '.join(named[name] for name in names.values())} \\"
            yield r"\bottomrule\end{tabular}}\par"


def tex(text: str) -> str:
    """A text as LaTeX prints it; what is between backticks, in the font of code."""
    parts = re.split("`([^`\n]+)`", text)
    return "".join(
        rf"\texttt{{{_plain(one)}}}" if place % 2 else _plain(one) for place, one in enumerate(parts)
    )


def _plain(text: str) -> str:
    parts = ["".join(map(_sign, one.translate(_POWERS))) for one in _POWER.split(text)]
    return "".join(rf"\textsuperscript{{{one}}}" if place % 2 else one for place, one in enumerate(parts))


def _sign(one: str) -> str:
    """A character; one that pdflatex cannot print is named there, and left to the fonts of lualatex."""
    if one in _SIGNS or _PRINTED.match(one) or one.isspace():
        return _SIGNS.get(one, " " if one.isspace() and one.isascii() else one)
    return rf"{{\ifdefined\directlua {one}\else[{unicodedata.name(one, 'unnamed').lower()}]\fi}}"


def _pdf(name: str, svg: str) -> bytes:
    """A figure at its own size, in the report's fonts."""
    size = re.search(r'width="([0-9.]+)pt" height="([0-9.]+)pt"', svg)
    page = " ".join(f"{points}pt" for points in size.groups()) if size else "A4"
    data = base64.b64encode(svg.encode()).decode()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "figure.pdf")
        write(_PICTURE.format(name=file_of(name), size=page, data=data), Path(folder), target)
        return target.read_bytes()


EXPORT = Export(
    "latex", "commands for numbers and sentences, tables, figures as PDF, and a paper of them", files
)
