"""A report as pandas frames, and in the formats of other programs."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas
import pytest
from results.test_runs import SMALL, made

from labreport.errors import UsageError
from labreport.results import Store, describe_experiment, export, load, write_json
from labreport.results.exports import tex
from labreport.stats import Answer, Namespace, Quantity, Table, difference, effect, fact, ranking, to_json
from labreport.stats.finding import quantities

MEAN = Quantity(0.9812345, "fraction", 0.979, 0.9835, n=2)
ANSWER = Answer(
    mean=Namespace({"small": MEAN, "a_b": Quantity(12.5, "µM", n=2)}),
    means=Table(
        ("Name", "Accuracy & more", "Kind|of"),
        (("small_1", MEAN, "net"), ("wide", Quantity(0.9, "fraction", 0.89, 0.91), "net")),
    ),
    right=fact(True, "4 and 9 are first in 5 of 5 runs"),
)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The folder of a report with one answer."""
    store = Store(tmp_path / "report" / "results")
    runs = [made(store, "small", seed) for seed in (0, 1)]
    made(store, "small", 2)  # of an earlier build, which answers.json does not name
    questions = {"best": {"question": "Which is *best*?", "answer": to_json(ANSWER), "claims": []}}
    experiments = {"small": describe_experiment(SMALL, (10,), runs)}
    document = {"title": "Toy", "experiments": experiments, "questions": questions}
    write_json(tmp_path / "report" / "answers.json", document)
    return tmp_path / "report"


def test_a_report_is_frames(report: Path) -> None:
    """Only the runs and the epochs that its answers rest on, and every number of them."""
    loaded = load(report)
    assert [(0, 10, 0.1), (1, 10, 1.1)] == list(
        loaded.results[["seed", "epoch", "test accuracy"]].itertuples(index=False, name=None)
    )
    assert (20, ["loss", "more deep", "experiment", "seed", "epoch"]) == (
        len(loaded.records),
        list(loaded.records.columns),
    )
    assert [*range(1, 11)] * 2 == loaded.records["epoch"].tolist()
    numbers = loaded.answers.set_index("name")
    assert ["mean.small", "mean.a_b"] == list(numbers.index)
    assert (0.9812345, "fraction", 0.979) == tuple(numbers.loc["mean.small", ["value", "unit", "low"]])


def test_a_folder_without_a_report_is_named(tmp_path: Path) -> None:
    """One line says what is not there."""
    with pytest.raises(UsageError, match=r"answers.json is not there"):
        load(tmp_path)


def test_every_number_of_a_finding_has_the_name_of_templates() -> None:
    """Those of groups and of each comparison, and the means where the answer does not have them."""
    frame = pandas.DataFrame(
        [(line, dose, dose + well) for line in "ab" for dose in (0, 1, 10) for well in (0.0, 0.5, 0.7)],
        columns=["line", "dose", "growth"],
    )
    drug = difference(frame, "growth", by="dose", against=0, within="line")
    assert [name for name, _ in quantities(drug)][:3] == [
        "difference.a.1",
        "difference.a.10",
        "difference.b.1",
    ]
    best = ranking(frame, "growth", by="dose") | effect(frame, "dose", by="dose", name="step")
    names = [name for name, _ in quantities(best)]
    assert {"mean.0", "difference.1.10", "difference.10.1", "step", "step.mean.0", "step.10"} <= {*names}
    assert len(names) == len({*names}) == 3 + 6 + 1 + 3 + 2
    assert dict(quantities(drug))["difference.a.10"] is drug.difference.a["10"].quantity


def test_csv_has_the_numbers_unrounded(report: Path, tmp_path: Path) -> None:
    """A file for each frame and each table of an answer."""
    files = export("csv", report, tmp_path / "out")
    assert ["answers.csv", "best-means.csv", "records.csv", "results.csv"] == sorted(
        file.name for file in files
    )
    with open(tmp_path / "out/tables/best-means.csv", encoding="utf-8") as file:
        assert ["Name", "Accuracy & more", "Kind|of"] == next(rows := csv.reader(file))
        assert [["small_1", "0.9812345", "net"], ["wide", "0.9", "net"]] == list(rows)


def test_latex_has_a_command_for_numbers_and_a_file_for_each_table(report: Path, tmp_path: Path) -> None:
    """Printed as the page prints them, with signs that LaTeX takes."""
    export("latex", report, tmp_path)
    numbers = (tmp_path / "numbers.tex").read_text()
    known = dict(re.findall(r"labreport@\\detokenize\{([^}]*)\}\\endcsname\{(.*)\}$", numbers, re.MULTILINE))
    assert {"best.mean.small", "best.mean.small.pm", "best.mean.a_b", "best.mean.a_b.pm"} == set(known)
    assert known["best.mean.small"] == r"98.1~\%"
    assert r"\textmu{}M" in known["best.mean.a_b"]
    table = (tmp_path / "tables/best-means.tex").read_text()
    assert table.startswith("\\begin{tabular}{lrl}\n\\toprule\nName & Accuracy \\& more")
    assert "small\\_1 & 98.1" in table


def test_markdown_has_questions_sentences_and_tables(report: Path, tmp_path: Path) -> None:
    """In the order of the report, with no sign that Markdown obeys."""
    export("markdown", report, tmp_path)
    lines = (tmp_path / "report.md").read_text().split("\n\n")
    assert lines[:2] == ["# Toy", "## Which is \\*best\\*?"]
    assert "4 and 9 are first in 5 of 5 runs." in lines
    assert lines[-1].startswith("| Name | Accuracy \\& more, % | Kind\\|of |\n|---|---:|---|\n")


def test_another_format_is_refused(report: Path, tmp_path: Path) -> None:
    """With those that there are."""
    with pytest.raises(
        UsageError, match=r"export 'cvs': allowed are csv, latex, markdown; did you mean 'csv'"
    ):
        export("cvs", report, tmp_path)


def test_latex_prints_a_text_as_it_is() -> None:
    """Signs, powers of ten, code."""
    assert (
        tex("5 % of a_b < 10⁻⁵ `x_1`")
        == r"5 \% of a\_b \char60{} 10\textsuperscript{\ensuremath{-}}\textsuperscript{5} \texttt{x\_1}"
    )
