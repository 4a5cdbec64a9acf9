"""Exports of a report for other programs: CSV, LaTeX, Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from labreport.errors import UsageError, did_you_mean
from labreport.page.escapes import escape_latex, latex_table
from labreport.page.renderer import Drawings
from labreport.page.written import written_report
from labreport.project import Project
from labreport.results import Loaded
from labreport.results.files import safe_name, write_bytes
from labreport.stats import Quantity, Table, as_prose, as_quantity
from labreport.stats.contents import quantities, tables_by_name
from labreport.stats.formats import FormattedQuantity, ci, p_value_of, pm
from labreport.stats.tables import Entry

_LATEX_HEAD = r"""% \labreport{question.name} prints a number, with .pm behind its name ± too, with .ci ends
\providecommand{\labreport}[1]{\ifcsname labreport@\detokenize{#1}\endcsname
  \csname labreport@\detokenize{#1}\endcsname\else\textbf{??}\typeout{labreport: no number #1}\fi}
"""


_LATEX_FORMS: dict[str, Callable[[Quantity], object]] = {"": as_prose, ".pm": pm, ".ci": ci}


@dataclass(frozen=True)
class ReportToExport:
    """All that exports need of a report: its stored results and answers, the project, the drawings.

    `decimals_shown` is the number of decimals of each table on the page, by `question.name`.
    """

    loaded: Loaded
    project: Project
    figures: Drawings
    decimals_shown: Mapping[str, int]

    def tables(self) -> Iterator[tuple[str, Table, int | None]]:
        """Yield each table of an answer: the name of its file, the table, and its decimals on the page."""
        for question, answer in self.loaded.read_answers.items():
            for name, table in tables_by_name(answer).items():
                decimals = self.decimals_shown.get(f"{question}.{name}")
                yield safe_name(f"{question}-{name.replace('.', '-')}"), table, decimals


def export_report(format: str, report: ReportToExport, folder: str | Path) -> list[Path]:  # noqa: A002
    """Write a report to a folder in one of the `FORMATS`, and return the paths. Raises `UsageError`."""
    if format not in FORMATS:
        near = did_you_mean(format, FORMATS)
        raise UsageError(f"export {format!r}: allowed are {', '.join(FORMATS)}{near}")
    paths = []
    for name, text in list(FORMATS[format](report)):
        path = Path(folder, name)
        write_bytes(path, text.encode())
        paths.append(path)
    return paths


def _csv(report: ReportToExport) -> Iterator[tuple[str, str]]:
    """Results, records and answers as CSV, and each table of an answer; numbers are not rounded."""
    import pandas

    loaded = report.loaded
    frames = {"results": loaded.results, "records": loaded.records, "answers": loaded.answers}
    for name, table, _ in report.tables():
        rows = [[_exact_cell(cell) for cell in row] for row in table.rows]
        titles = [column.title for column in table.columns]
        frames[f"tables/{name}"] = pandas.DataFrame(rows, columns=titles, dtype=object)
    for name, frame in frames.items():
        yield f"{name}.csv", frame.to_csv(index=False, lineterminator="\n")


def _exact_cell(entry: Entry) -> str | float | None:
    """The number of an entry, not rounded; texts and intervals are as printed."""
    layout = entry.layout if isinstance(entry, FormattedQuantity) else ""
    if isinstance(entry, str) or layout == "judged":
        return str(entry)
    quantity = as_quantity(entry)
    return p_value_of(quantity) if layout == "p" else quantity.value


def _latex(report: ReportToExport) -> Iterator[tuple[str, str]]:
    r"""A file that defines the command `\labreport{NAME}`, and each table of an answer, in booktabs style."""
    lines = [_LATEX_HEAD]
    for question, answer in report.loaded.read_answers.items():
        for name, quantity in quantities(answer, question):
            for ending, form in _LATEX_FORMS.items():
                lines.append(_latex_definition(f"{name}{ending}", str(form(quantity))))
    yield "numbers.tex", "\n".join([*lines, ""])
    for name, table, decimals in report.tables():
        yield f"tables/{name}.tex", latex_table(table, decimals)


def _latex_definition(name: str, text: str) -> str:
    key = re.sub(r"[\\{}%#\s]+", " ", name)
    command = rf"\csname labreport@\detokenize{{{key}}}\endcsname"
    return rf"\expandafter\def{command}{{{escape_latex(text)}}}"


def _markdown(report: ReportToExport) -> Iterator[tuple[str, str]]:
    """The written report as Markdown, and its figures as SVG."""
    yield "report.md", written_report(report.project, report.loaded.read_answers, report.figures)
    for name, figure in report.figures.items():
        yield f"figures/{name}.svg", figure.svg_print


FORMATS: dict[str, Callable[[ReportToExport], Iterator[tuple[str, str]]]] = {
    "csv": _csv,
    "latex": _latex,
    "markdown": _markdown,
}
