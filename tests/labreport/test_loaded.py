"""`labreport.load`: what is in a report's folder, as values and as tables, without its project."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import matplotlib.pyplot
import numpy
import pandas
import pytest
from recordings import Example
from wine import ROOT, Wine

from labreport import load
from labreport.errors import LabReportError, UsageError
from labreport.loaded import TABLES, Column, Table
from labreport.stats.rounding import format_spread
from labreport.store.files import Quarantine, names_in
from labreport.store.shelf import Shelf

SEEDS = 3
ARRAYS, RESULT = "*.safetensors", "*.json"


@pytest.fixture(scope="module")
def wine() -> Path:
    """The report of the example with wines, of a few seeds; read only."""
    return Wine.built("--seeds", str(SEEDS)).folder / "report"


@pytest.fixture
def copy(wine: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return shutil.copytree(wine, tmp_path / "report")


def test_a_report_is_read_with_all_that_it_holds(wine: Path) -> None:
    """Answers, findings, runs, arrays, specifications and figures are those of its answers.json and page."""
    report = load(wine)
    document = json.loads((wine / "answers.json").read_text())
    for slug, question in document["questions"].items():
        assert {name: one.value for name, one in report.answers[slug].quantities.items()} == {
            name: one["value"] for name, one in question["quantities"].items()
        }
        assert set(report.answers[slug].findings) == set(question["findings"])
    assert list(report.answers) == ["best", "data", "cultivar", "made-with"]
    assert [run.seed for run in report.runs["tree"]] == list(range(SEEDS))
    arrays = report.runs["tree"][0].at().arrays
    right = float((arrays["truth"] == arrays["predicted"]).mean())
    assert report.runs["tree"][0].records[0]["test accuracy"] == right
    assert [figure.question for figure in report.figures.values()] == ["best", "data", "cultivar"]


def test_the_tables_are_tidy_frames(wine: Path) -> None:
    """A row for each run and epoch, a column for each metric with its unit; fields join by experiment."""
    report = load(wine)
    frame = report.results.to_frame().merge(report.experiments.to_frame(), on="experiment")
    assert list(frame.columns) == [
        "experiment",
        "seed",
        "epoch",
        "test accuracy",
        "epochs",
        "runs",
        "kind",
        "rows",
    ]
    assert len(frame) == 8 * SEEDS
    mean = frame[frame["experiment"] == "forest"]["test accuracy"].mean()
    assert mean == pytest.approx(report.answers["best"].quantities["forest.mean"].value)
    assert {one.name: one.unit for one in report.results.columns}["test accuracy"] == "fraction"
    assert set(frame[frame["experiment"].str.startswith("rows/")]["rows"]) == {10, 20, 40, 80, 120}
    assert "seconds" in report.records.to_frame()
    assert list(report.findings.to_frame()["word"]) == [
        finding.judgement.word for answer in report.answers.values() for finding in answer.findings.values()
    ]


def test_the_page_about_results_has_every_table_and_column() -> None:
    """With the meanings that the tables themselves have."""
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    for name, columns in TABLES.items():
        rows = [
            f"| {f'`{one}`' if one != 'others' else one} | {columns[one]} |"
            for one in columns
            if one != "row"
        ]
        heading = f"### `{name}`: {columns['row']}\n\n| column | holds |\n|---|---|"
        assert "\n".join([heading, *rows, ""]) in text


def test_recorded_runs_are_counted_and_stay_with_their_files() -> None:
    """Their answers are there, and no table has the runs themselves, which the folder does not keep."""
    report = load(Example.of_repository("benchmark").folder / "report")
    assert {row[0]: row[2] for row in report.experiments.rows} == dict.fromkeys(
        report.document["results"], 30
    )
    assert report.results.rows == report.records.rows == []
    assert set(report.runs.values()) == {()}
    assert report.answers["fastest"].quantities["zlib 1.mean"].n == 6


def test_results_in_packs_are_the_same(copy: Path) -> None:
    """The store may keep thousands of small results in a few files."""
    before, results = load(copy).results.rows, copy / "results"
    names = names_in(results)
    shelf = Shelf(results, Quarantine(copy))
    shelf.pack((name, (results / name).read_bytes()) for name in names)
    shelf.remove(results / name for name in names)
    assert load(copy).results.rows == before
    assert all(len(run.at().arrays["truth"]) for run in load(copy).runs["tree"])


def read_all(folder: Path) -> None:
    """Load a report, and read each array and each figure."""
    report = load(folder)
    for runs in report.runs.values():
        for run in runs:
            dict(run.at().arrays)
    assert report.figures


@pytest.mark.parametrize(
    ("file", "deed", "says"),
    [
        ("answers.json", lambda path: path.unlink(), "FILE cannot be opened .*; build the report first"),
        ("answers.json", lambda path: path.write_text("[1"), "FILE is not valid JSON"),
        (
            "answers.json",
            lambda path: path.write_text(path.read_text().replace('"schema": 3', '"schema": 2')),
            "FILE has version 2 of the file's form",
        ),
        (
            "answers.json",
            lambda path: path.write_text(path.read_text().replace("class_1 is missed", "class_0 is missed")),
            "FILE was changed after it was written: cultivar; build",
        ),
        (
            "results",
            lambda path: next(path.glob(RESULT)).write_text("{}"),
            r"results/\w{64}\.json is not a checked document",
        ),
        ("results", lambda path: next(path.glob(RESULT)).unlink(), r"results/\w{64}\.json is missing"),
        (
            "results",
            lambda path: next(path.glob(ARRAYS)).write_text(""),
            r"results/\w{64}\.1\.\w+\.safetensors differs",
        ),
        ("report.html", lambda path: (path.unlink(), path.mkdir()), "FILE is a folder, not a file"),
    ],
)
def test_what_is_damaged_is_named_in_one_line(copy: Path, file: str, deed: object, says: str) -> None:
    """The file is named, and nothing in the folder is moved or written."""
    assert callable(deed)
    deed(copy / file)
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    with pytest.raises(LabReportError, match=says.replace("FILE", re.escape(str(copy / file)))) as caught:
        read_all(copy)
    assert "\n" not in str(caught.value)
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before


def test_a_report_is_loaded_without_its_project_and_its_libraries(wine: Path, tmp_path: Path) -> None:
    """Neither the project's module nor scikit-learn nor pandas is imported until a frame is made."""
    code = (
        "import sys, labreport\n"
        "report = labreport.load(sys.argv[1])\n"
        "assert [table.rows for table in report.tables] and report.figures\n"
        "print(*sorted({'pandas', 'sklearn', 'tensorflow', 'project', 'matplotlib'} & set(sys.modules)))\n"
        "print(len(report.results.to_frame()))\n"
    )
    command = [sys.executable, "-c", code, str(wine)]
    ran = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT / "src")}, capture_output=True, text=True
    )
    assert (ran.stdout, ran.stderr) == (f"\n{8 * SEEDS}\n", "")


def test_a_notebook_shows_each_value_in_short(wine: Path) -> None:
    """A table for Jupyter and a text for a terminal: the first rows, and no markup of theirs."""
    report = load(wine)
    answer = report.answers["best"]
    many = Table("many", "a row < another", (Column("x", ""), Column("y", "")), [(1 / 3, None)] * 1000)
    said = {
        "report": (report, ["Which", report.plain["best"]["headline"]]),
        "answer": (answer, ["forest.mean", format_spread(answer.quantities["forest.mean"])]),
        "quantity": (answer.quantities["forest.mean"], [format_spread(answer.quantities["forest.mean"])]),
        "runs": (report.runs["forest"], ["Runs of forest", "test accuracy", "seed"]),
        "table": (many, ["many: a row < another (10 of 1,000 rows)", "0.333333"]),
    }
    for name, (value, texts) in said.items():
        bundle = value._repr_mimebundle_()
        assert bundle["text/html"] == value._repr_html_()
        plain = html.unescape(re.sub("<[^>]*>", " ", bundle["text/html"]))
        assert all(text in plain and text in bundle["text/plain"] for text in texts), name
        assert bundle["text/plain"].count("\n") < 40
        assert max(len(text) for text in (*bundle.values(), repr(value))) < 40_000
    assert many._repr_html_().count("<tr>") == 11
    figure = next(iter(report.figures.values()))
    drawn = re.match(
        r'<figure><img alt="(.*?)" src="data:image/svg\+xml;base64,(.*?)">', figure._repr_html_()
    )
    assert drawn is not None
    assert (html.unescape(drawn[1]), b64decode(drawn[2]).decode()) == (figure.meaning, figure.svg)
    assert figure.meaning in figure._repr_mimebundle_()["text/plain"]


def test_the_three_lines_that_draw_a_metric_draw_it(wine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As they are printed, with the names of another report: a mark for each mean, under its own epoch."""
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    (lines,) = (part for part in re.findall("```python\n(.*?)```", text, re.DOTALL) if "lineplot" in part)
    assert len(lines.split("\n\n")[1].splitlines()) + 1 == 3
    monkeypatch.chdir(wine.parent)
    matplotlib.use("agg")
    matplotlib.pyplot.figure()
    exec(lines.replace("['wide', 'small', 'complex']", "['forest', 'tree']"), {})
    (axes,) = matplotlib.pyplot.gcf().axes
    points = [numpy.asarray(line.get_xydata()) for line in axes.lines if len(numpy.asarray(line.get_xdata()))]
    best = load(wine).answers["best"].quantities
    means = [[1.0, best[f"{name}.mean"].value or 0.0] for name in ("forest", "tree")]
    assert numpy.sort(numpy.vstack(points), axis=0) == pytest.approx(numpy.sort(means, axis=0))
    matplotlib.pyplot.close("all")


def test_without_pandas_one_line_says_what_to_install(wine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All else can be read without it."""
    monkeypatch.setitem(sys.modules, pandas.__name__, None)
    with pytest.raises(UsageError, match=r"^a data frame needs pandas; install it: pip install pandas$"):
        load(wine).results.to_frame()
