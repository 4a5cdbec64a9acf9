"""The folder of any report as pandas frames, without the project's code, and in formats of other programs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labreport.errors import UsageError, did_you_mean, display_path
from labreport.project import flatten_metrics
from labreport.results.files import read_json, safe_name, write_bytes
from labreport.results.runs import Run, Store
from labreport.stats import Finding, Table, as_plus_minus, as_prose, from_json, sentence
from labreport.stats.finding import quantities

if TYPE_CHECKING:
    import pandas

_HEAD = r"""% \labreport{question.name} prints a number, and with .pm behind its name, value ± half width
\providecommand{\labreport}[1]{\ifcsname labreport@\detokenize{#1}\endcsname
  \csname labreport@\detokenize{#1}\endcsname\else\textbf{??}\typeout{labreport: no number #1}\fi}
"""
_SIGNS = {sign: rf"\{sign}" for sign in "#$%&_{}"} | {sign: rf"\char{ord(sign)}{{}}" for sign in '\\~^<>|"'}
_MATHS = {"−": "-", "≤": r"\le", "≥": r"\ge", "±": r"\pm", "×": r"\times", "Δ": r"\Delta"}
_SIGNS |= {sign: rf"\ensuremath{{{maths}}}" for sign, maths in _MATHS.items()}
_SIGNS |= {"µ": r"\textmu{}", "μ": r"\textmu{}", "\xa0": "~", "\u2009": r"\,", "\u202f": r"\,"}
_SIGNS |= {"–": "--", "†": r"\dag{}"}
_POWERS = zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", (r"\ensuremath{-}", *"0123456789"), strict=True)
_SIGNS |= {power: rf"\textsuperscript{{{number}}}" for power, number in _POWERS}


@dataclass(frozen=True)
class Loaded:
    """A report that was loaded; `document` is its answers.json."""

    folder: Path
    document: Mapping[str, Any] = field(repr=False)

    @cached_property
    def runs(self) -> dict[str, tuple[Run, ...]]:
        """The runs of each experiment, in order of seed. Raises `UsageError` where one is missing."""
        store, found = Store(self.folder / "results"), dict[str, tuple[Run, ...]]()
        for name, told in self.document["experiments"].items():
            kept = {seed: store.find(key, int(seed)) for seed, key in told["runs"].items()}
            if lost := [seed for seed, run in kept.items() if run is None]:
                text = f"{name!r} lacks its run of seed {lost[0]}; build again"
                raise UsageError(f"{display_path(self.folder)}: {text}")
            found[name] = tuple(run.seen(told["epochs"]) for run in kept.values() if run)
        return found

    @cached_property
    def results(self) -> pandas.DataFrame:
        """The exact metrics of each run at each epoch that was kept: experiment, seed, epoch, metrics."""
        return _frame(
            {"experiment": name, "seed": run.seed, "epoch": epoch, **flatten_metrics(kept.metrics)}
            for name, runs in self.runs.items()
            for run in runs
            for epoch, kept in run.kept.items()
        )

    @cached_property
    def records(self) -> pandas.DataFrame:
        """What each run recorded in each epoch: experiment, seed, epoch, records."""
        return _frame(
            {**flatten_metrics(record), "experiment": name, "seed": run.seed, "epoch": epoch}
            for name, runs in self.runs.items()
            for run in runs
            for epoch, record in enumerate(run.records, 1)
        )

    @cached_property
    def answers(self) -> pandas.DataFrame:
        """The numbers of all answers, not rounded, with their intervals, and as they are printed."""
        rows = (
            (question, name, one.value, one.unit, one.low, one.high, one.n, one.source.text(), as_prose(one))
            for question, answer in self.read_answers.items()
            for name, one in quantities(answer)
        )
        return _frame(rows, ["question", "name", "value", "unit", "low", "high", "n", "source", "printed"])

    @cached_property
    def read_answers(self) -> dict[str, Any]:
        """The answers by question, as the functions returned them."""
        return {name: from_json(told["answer"]) for name, told in self.document["questions"].items()}


def load(folder: str | Path) -> Loaded:
    """Load the report in a folder. Raises `UsageError` where there is none, or `Damaged`."""
    path = Path(folder)
    path = path if path.is_file() else path / "answers.json"
    if (document := read_json(path)) is None:
        raise UsageError(f"{display_path(path)} is not there; name the folder of a report that was built")
    return Loaded(path.parent, document)


def _frame(rows: Iterable[Any], columns: list[str] | None = None, dtype: Any = None) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame(list(rows), columns=columns, dtype=dtype)


def export(format: str, report_folder: str | Path, output_folder: str | Path) -> list[Path]:  # noqa: A002
    """Write a report in one of `FORMATS`; the files. Raises `UsageError`, and what `load` does."""
    if format not in FORMATS:
        near = did_you_mean(format, FORMATS)
        raise UsageError(f"export {format!r}: allowed are {', '.join(FORMATS)}{near}")
    files = {Path(output_folder, name): text for name, text in FORMATS[format](load(report_folder))}
    for path, text in files.items():
        write_bytes(path, text.encode())
    return list(files)


def _csv(report: Loaded) -> Iterator[tuple[str, str]]:
    """Frames of results, records and answers, and each table of an answer with its numbers not rounded."""
    for name in ("results", "records", "answers"):
        yield f"{name}.csv", getattr(report, name).to_csv(index=False, lineterminator="\n")
    for name, table in _tables(report):
        cells = ([getattr(cell, "value", cell) for cell in row] for row in table.rows)
        frame = _frame(cells, [column.title for column in table.columns], dtype=object)
        yield f"tables/{name}.csv", frame.to_csv(index=False, lineterminator="\n")


def _latex(report: Loaded) -> Iterator[tuple[str, str]]:
    """A command that prints numbers, and each table of an answer with rules of booktabs."""
    lines = [_HEAD]
    for question, answer in report.read_answers.items():
        for name, quantity in quantities(answer):
            for ending, text in (("", as_prose(quantity)), (".pm", as_plus_minus(quantity))):
                key = re.sub(r"[\\{}%#\s]+", " ", f"{question}.{name}{ending}")
                command = rf"\csname labreport@\detokenize{{{key}}}\endcsname"
                lines.append(rf"\expandafter\def{command}{{{tex(text)}}}")
    yield "numbers.tex", "\n".join([*lines, ""])
    for name, table in _tables(report):
        rows = [" & ".join(map(tex, row)) + r" \\" for row in table.cells()]
        begin = rf"\begin{{tabular}}{{{''.join('r' if one else 'l' for one in table.numeric)}}}"
        head = " & ".join(map(tex, table.heads)) + r" \\"
        parts = [begin, r"\toprule", head, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}", ""]
        yield f"tables/{name}.tex", "\n".join(parts)


def _markdown(report: Loaded) -> Iterator[tuple[str, str]]:
    """One document: what each answer found, in sentences and tables."""
    lines = [f"# {_escaped(report.document['title'])}"]
    for name, answer in report.read_answers.items():
        lines.append(f"## {_escaped(report.document['questions'][name]['question'])}")
        said = (sentence(each) for each in answer.members.values() if isinstance(each, Finding))
        lines += [_escaped(each[0].upper() + each[1:]) for each in said]
        for table in (each for each in answer.members.values() if isinstance(each, Table)):
            rows = [f"| {' | '.join(map(_escaped, row))} |" for row in (table.heads, *table.cells())]
            rows.insert(1, f"|{'|'.join('---:' if one else '---' for one in table.numeric)}|")
            lines.append("\n".join(rows))
    yield "report.md", "\n\n".join(lines) + "\n"


FORMATS = {"csv": _csv, "latex": _latex, "markdown": _markdown}


def _tables(report: Loaded) -> Iterator[tuple[str, Any]]:
    for question, answer in report.read_answers.items():
        for name, member in answer.members.items():
            if isinstance(member, Table):
                yield safe_name(f"{question}-{name}"), member


def tex(text: str) -> str:
    """Write a text so that LaTeX prints it as it is; what is between backticks in the font of code."""
    parts = ["".join(_SIGNS.get(sign, sign) for sign in part) for part in re.split("`([^`\n]+)`", text)]
    return "".join(rf"\texttt{{{part}}}" if place % 2 else part for place, part in enumerate(parts))


def _escaped(text: str) -> str:
    """A text in one line of which Markdown obeys no sign but those of code."""
    return re.sub(r"([\\*_\[\]<>|~#$&])", r"\\\1", " ".join(text.split()))
