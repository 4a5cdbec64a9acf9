"""`export`: every number as the report prints it, in files that other programs take as they are."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet
import pytest
from every_operation import document
from markdown_it import MarkdownIt
from recordings import Example
from wine import ROOT, Wine, labreport

from labreport.errors import UsageError
from labreport.exports import MADE_FROM, file_of, grids, listed
from labreport.exports.latex import tex
from labreport.exports.markdown import escaped
from labreport.loaded import Report, load
from labreport.stats import Answer, Quantity
from labreport.stats.rounding import FORMS

REPORTS = ("wine", "runs", pytest.param("benchmark", marks=pytest.mark.slow), "every operation")
PRINTED = re.compile(
    r'<data value="[^"]*" data-source="([^"#]*)#([^"]*)" data-form="(number|spread)">(.*?)</data>'
)
UNPRINTED = {r"\%": "%", "~": "\xa0", r"\,": "\u202f", r"\ensuremath{-}": "\u2212", r"\_": "_", r"\&": "&"}
HOSTILE = "50% of $x_1$ & #2 {a}\\input{/etc/passwd} ~^ <b>|`code_1`| “α ≥ µ” 精度 10⁻³ naïve\u202e"


@pytest.fixture(scope="module", params=REPORTS)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The reports of three examples, and an answers.json with every operation."""
    if request.param == "wine":
        return load(Wine.built("--seeds", "3").folder / "report")
    if request.param != "every operation":
        return load(Example.of_repository(request.param).folder / "report")
    folder = tmp_path_factory.mktemp("every")
    (folder / "answers.json").write_text(json.dumps(document(1)))
    return load(folder)


@pytest.fixture
def wine(tmp_path: Path) -> Wine:
    """A copy of the example with wines, with its report."""
    return Wine.built("--seeds", "3").copy(tmp_path / "wine")


def files(report: Report, name: str) -> dict[str, str]:
    """What an export holds, as texts."""
    made = listed()[name].files(report, report.folder / "exports")
    return {path: text for path, text in made.items() if isinstance(text, str)}


def numbers(report: Report) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each number: its question, its name, and its text in each form."""
    for slug, answer in report.answers.items():
        for name, one in answer.quantities.items():
            yield slug, name, {form: FORMS[form](one) for form in ("number", "spread")}


def test_the_texts_of_numbers_are_those_on_the_page(report: Report) -> None:
    """Each that the page prints in these forms, by its source."""
    told = {(slug, name): texts for slug, name, texts in numbers(report)}
    page = report.folder / "report.html"
    found = PRINTED.findall(page.read_text()) if page.exists() else []
    assert len(found) > 10 or not page.exists()
    assert [] == [
        each for each in found if told[html.unescape(each[0]), html.unescape(each[1])][each[2]] != each[3]
    ]


def test_csv_has_every_number_unrounded_and_as_printed(report: Report) -> None:
    """Value, interval and text of each; the dictionary describes each column of each file."""
    made = files(report, "csv")
    rows = {
        (row["question"], row["quantity"]): row for row in csv.DictReader(made["quantities.csv"].splitlines())
    }
    assert [*rows] == [(slug, name) for slug, name, _ in numbers(report)]
    for slug, name, texts in numbers(report):
        row, plain = rows[slug, name], report.plain[slug]["quantities"][name]
        ends = plain["interval"] or {"low": None, "high": None}
        stored = [plain["value"], plain["spread"], ends["low"], ends["high"]]
        read = [float(row[each]) if row[each] else None for each in ("value", "spread", "low", "high")]
        assert (read, row["unit"], row["printed"]) == (stored, plain["unit"], texts["spread"])
    package = json.loads(made.pop("datapackage.json"))
    assert package["answers.json"] == report.digest
    for resource in package["resources"]:
        header = next(csv.reader(made.pop(resource["path"]).splitlines()))
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        assert all(field["description"] for field in resource["schema"]["fields"])
    assert not made


def test_parquet_has_the_tables_of_csv(report: Report) -> None:
    """Each as a frame that equals the report's own, with unit and meaning of its columns in the file."""
    made = listed()["parquet"].files(report, report.folder)
    assert {path.replace(".parquet", ".csv") for path in made} == files(report, "csv").keys()
    tables = {
        path: pyarrow.parquet.read_table(io.BytesIO(content))
        for path, content in made.items()
        if isinstance(content, bytes)
    }
    package = json.loads(files(report, "parquet")["datapackage.json"])
    assert {resource["path"] for resource in package["resources"]} == tables.keys()
    for own in (*report.tables, *report.figures.values()):
        path = f"{own.name}.parquet" if own in report.tables else f"figures/{file_of(own.name)}.parquet"
        read = tables[path]
        assert [
            (one.name, one.metadata[b"unit"].decode(), one.metadata[b"description"].decode())
            for one in read.schema
        ] == [(one.name, one.unit, one.meaning) for one in own.columns]
        assert len(read) == len(own.rows)
        for cells, column in zip(read.columns, zip(*own.rows, strict=True), strict=own.rows != []):
            texts = [one if one is None else json.dumps(one) for one in column]
            assert cells.to_pylist() in ([*column], texts), own.name
    stored = [one["value"] for each in report.plain.values() for one in each["quantities"].values()]
    assert tables["quantities.parquet"]["value"].to_pylist() == stored


def test_without_pyarrow_one_line_says_what_to_install(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All other formats can be exported without it, and loading them does not import it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"^parquet needs pyarrow; install it: pip install pyarrow$"):
        listed()["parquet"].files(report, report.folder)
    assert listed()["csv"].files(report, report.folder)


def test_latex_has_a_command_for_every_number_and_sentence(report: Report) -> None:
    """Of letters only, each once; its text is the printed one, and the tables use no number but commands."""
    made = files(report, "latex")
    defined = re.findall(r"^\\newcommand{(\\[A-Za-z]+)}{(.*)} % (.*)$", made["numbers.tex"], re.MULTILINE)
    assert (
        len({command for command, *_ in defined}) == len(defined) == made["numbers.tex"].count("\\newcommand")
    )
    texts: dict[str, list[str]] = {}
    for command, text, source in defined:
        for sign, printed in UNPRINTED.items():
            text = text.replace(sign, printed)
        text = re.sub(r"\\textsuperscript{([^}]*)}", lambda power: power[1].translate(POWERS), text)
        texts.setdefault(f"{source} {command.startswith(chr(92) + 'result')}", []).append(text)
    for slug, name, each in numbers(report):
        assert texts[f"{slug}#{name} True"] == list(dict.fromkeys(each.values())), (slug, name)
    for slug, question in report.plain.items():
        assert {f"{slug}#{name} False" for name in question["findings"]} <= texts.keys()
        cells = re.findall(r"& ([^&\n]*?)(?= &| \\\\\n)", made[f"tables/{file_of(slug)}.tex"])
        shown = [cell for cell in cells if cell.startswith("\\result")]
        assert len(shown) == len(question["quantities"])


POWERS = str.maketrans("\u22120123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def test_markdown_shows_every_number_in_its_row_and_column(report: Report) -> None:
    """As a renderer of GitHub's tables reads it; each picture is there, with its alternative text."""
    made = files(report, "markdown")
    page = MarkdownIt("commonmark").enable("table").render(made["report.md"])
    assert report.digest in page
    shown = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    texts = [re.findall("<t[dh].*?>(.*?)</t[dh]>", row) for row in shown]
    cells = [[html.unescape(re.sub("<[^>]*>", "", cell)) for cell in row] for row in texts]
    expected = []
    for answer in report.answers.values():
        for columns, rows in grids(answer):
            expected.append(["", *columns])
            for row, names in rows.items():
                expected.append([row, *(FORMS["spread"](answer.quantities[name]) for name in names.values())])
    assert cells == expected
    pictures = re.findall(r'<img src="(.*?)" alt="(.*?)"', page)
    assert [html.unescape(alt) for _, alt in pictures] == [one.meaning for one in report.figures.values()]
    assert all(made[path].startswith("<svg ") and "var(" not in made[path] for path, _ in pictures)


def test_the_notebook_computes_every_number_again(report: Report, tmp_path: Path) -> None:
    """Executed without the project, where it was exported to, it finds each equal and draws the answers."""
    folder = shutil.copytree(report.folder, tmp_path / "report", ignore=shutil.ignore_patterns("cache"))
    made = listed()["notebook"].files(load(folder), folder / "exports" / "notebook")["report.ipynb"]
    notebook = json.loads(made)
    assert {cell["id"] for cell in notebook["cells"]} == {f"cell-{n}" for n in range(len(notebook["cells"]))}
    code = "\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    (folder / "exports" / "notebook").mkdir(parents=True)
    script = f"{code}\nprint('drawn:', len(plt.get_fignums()))\n"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder / "exports" / "notebook",
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    derived = sum(
        one["derivation"] is not None for each in report.plain.values() for one in each["quantities"].values()
    )
    assert f"{derived} numbers computed again from their data: 0 differ." in ran.stdout
    assert int(ran.stdout.rpartition("drawn: ")[2]) > 0


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex"])
def test_the_paper_compiles(report: Report, engine: str, tmp_path: Path) -> None:
    """Without an error, whatever signs its texts have, with every figure in it."""
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    for path, content in listed()["latex"].files(report, tmp_path).items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    paper = (tmp_path / "report.tex").read_text()
    (tmp_path / "report.tex").write_text(
        paper.replace(r"\section", rf"\section{{{tex(HOSTILE)}}}\section", 1)
    )
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert ran.returncode == 0, ran.stdout[-3000:]
    assert "Overfull" not in ran.stdout
    text = subprocess.run(
        ["pdftotext", "report.pdf", "-"], cwd=tmp_path, capture_output=True, text=True
    ).stdout
    assert "input{/etc/passwd}" in text


def test_no_table_is_wider_than_a_page() -> None:
    """Numbers of one name that are too many for columns are written one below the other."""
    few = Answer({f"few.{letter}": Quantity(1) for letter in "abc"})
    assert list(grids(few)) == [(tuple("abc"), {"few": {letter: f"few.{letter}" for letter in "abc"}})]
    many = Answer({f"many.{letter}": Quantity(1) for letter in ("a", "a.b", *"bcdefghij")})
    (columns, rows), *others = grids(many)
    assert (columns, rows) == (("b", "value"), {"many.a": {"b": "many.a.b", "value": "many.a"}})
    assert others == [(("value",), {f"many.{letter}": {"value": f"many.{letter}"} for letter in "bcdefghij"})]


def test_no_text_becomes_markdown() -> None:
    """What would be markup, a link, mathematics or a cell is shown as it is; names keep the font of code."""
    page = MarkdownIt("commonmark").enable("table").render(f"| a |\n|---|\n| {escaped(HOSTILE)} |")
    assert (
        html.escape(HOSTILE.replace("`code_1`", "@"), quote=False).replace("@", "<code>code_1</code>") in page
    )


def test_the_command_exports_and_says_what_is_stale(wine: Wine) -> None:
    """Fresh after an export; stale once a build has written other answers, or a file was edited."""
    program = wine.run("export", "csv")
    assert program.code == 0, program.err
    assert "Exported" in program.out
    told = wine.run("export", "csv", "--check")
    assert (told.code, told.out.strip().endswith("exports/csv is up to date.")) == (0, True)
    assert wine.run("export").out.split("\n")[0].startswith("csv ")
    wine.edit("project.py", "Does more data help?", "Do more data help?")
    assert wine.run("--seeds", "3").code == 0
    told = wine.run("export", "csv", "--check")
    assert (told.code, "is stale: it was made from another answers.json." in told.out) == (1, True)
    assert wine.run("export", "csv").code == 0
    assert wine.run("export", "csv", "--check").code == 0
    (wine.folder / "report/exports/csv/results.csv").write_text("")
    assert "is stale: results.csv was edited or is missing." in wine.run("export", "csv", "--check").out
    refused = wine.run("export", "csv")
    assert (refused.code, "results.csv was edited; move it away" in refused.err) == (2, True)
    assert wine.run("status", "--seeds", "3").code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ["csvv"],
            "no format 'csvv'; did you mean 'csv'? There are csv, latex, ",
        ),
        (["csv", "a", "b"], "export does not take 'b'; see "),
        (["csv", "report"], "report is not empty and holds no export; name a new folder"),
        (["csv", "damaged"], "made-from.json is damaged; name a new folder"),
        (
            ["csv", "--output", "nothing"],
            "nothing/answers.json cannot be opened (No such file or directory); build the report first",
        ),
    ],
)
def test_what_cannot_be_exported_is_one_line_and_2(wine: Wine, words: list[str], says: str) -> None:
    """Nothing is written."""
    (wine.folder / "damaged").mkdir()
    (wine.folder / "damaged" / MADE_FROM).write_text(
        '{"format": "csv", "answers.json": "", "files": {"../x": ""}}'
    )
    before = sorted(wine.folder.rglob("*"))
    ran = labreport(wine.folder, "export", *words)
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert says in ran.stderr
    assert sorted(wine.folder.rglob("*")) == before


def test_an_export_that_was_killed_can_be_repeated(wine: Wine, tmp_path: Path) -> None:
    """Its files do not count as edited, and it does not count as finished."""
    assert wine.run("export", "markdown", str(tmp_path / "out")).code == 0
    made = json.loads((tmp_path / "out" / MADE_FROM).read_text())
    del made["files"]
    (tmp_path / "out" / MADE_FROM).write_text(json.dumps(made))
    (tmp_path / "out" / "report.md").write_text("half")
    told = wine.run("export", "markdown", str(tmp_path / "out"), "--check")
    assert "or not to its end." in told.out
    assert wine.run("export", "markdown", str(tmp_path / "out")).code == 0
    assert wine.run("export", "markdown", str(tmp_path / "out"), "--check").code == 0
