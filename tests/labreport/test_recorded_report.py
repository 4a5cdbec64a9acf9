"""A report on thousands of recorded runs: what is kept, what is rebuilt, what it says of its sources."""

from __future__ import annotations

import hashlib
import json
import platform
import random
import shutil
from pathlib import Path

import pytest
from program import Ran
from recordings import Example
from wine import ROOT

PROJECT = '''"""Timings that were made elsewhere."""

from labreport import Project, Words, environment, question
from labreport.recorded import recorded_groups

RUNS = recorded_groups(
    "all.csv", name=("program", "level"), metrics=("seconds",), seed="turn",
    made={"host": "host", "finished": "date", "zlib": "version"},
)


@question("With what were they made?", reads=RUNS.values(), local=True)
def made(results):
    """As the runs say it."""
    return environment(results)


WORDS = Words(run="measurement", seed="turn", phrases={"exact, yes": "So it is."})
project = Project("Timings", sections=(made,), words=WORDS)
'''
ROWS = 3000
HEADER = "program,level,turn,seconds,host,date,version"


def _rows() -> list[str]:
    numbers = random.Random(7)
    return [
        f"{program},{level},{turn},{numbers.lognormvariate(0, 0.1):.6f},web-03,2024-05-06,1.3.1"
        for turn in range(ROWS // 2)
        for program, level in (("C#", 1), ("zlib", 6))
    ]


def _write(folder: Path, rows: list[str]) -> str:
    """Write the table; the digest of its bytes."""
    text = "\n".join([HEADER, *rows, ""])
    (folder / "all.csv").write_text(text)
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Built once, with one run that failed."""
    folder = tmp_path_factory.mktemp("thousands") / "timings"
    folder.mkdir()
    (folder / "project.py").write_text(PROJECT)
    rows = _rows()
    _write(folder, [rows[0].replace(rows[0].split(",")[3], "NA"), *rows[1:]])
    example = Example(folder)
    ran = example.run()
    assert ran.code == 0, ran.err
    return example


@pytest.fixture
def example(built: Example, tmp_path: Path) -> Example:
    """A copy of its own for each test."""
    found = Example(built.copy(tmp_path / "copy").folder)
    assert found.run().made == frozenset()
    return found


def _table(example: Example) -> list[str]:
    return (example.folder / "all.csv").read_text().splitlines()[1:]


def _made(ran: Ran) -> set[str]:
    assert ran.code == 0, ran.err
    return set(ran.made)


def test_thousands_of_runs_are_kept_in_no_file_of_their_own(example: Example) -> None:
    """The report's folder has as many files as with ten runs, and a plan one entry for each experiment."""
    assert not (example.folder / "report/results").exists()
    assert len([path for path in (example.folder / "report").rglob("*") if path.is_file()]) < 20
    assert "2 recordings" in example.run("status").out


def test_one_more_row_is_one_run_that_is_new(example: Example) -> None:
    """Which is named; what rests on its experiment is rebuilt."""
    _write(example.folder, [*_table(example), "zlib,6,90000,1.25,web-03,2024-05-07,1.3.1"])
    assert "run zlib 6: turn 90000 is new" in example.run("why", "made").out
    assert "answer/made" in _made(example.run())


def test_rows_in_another_order_are_the_same_runs(example: Example) -> None:
    """No answer is computed again; only what names the digest of the file is published again."""
    before = (example.folder / "report/answers.json").read_text()
    rows = _table(example)
    random.Random(3).shuffle(rows)
    digest = _write(example.folder, rows)
    made = _made(example.run())
    assert made <= {"document/html", "document/pdf", "document/answers", "document/crate"}
    after = json.loads((example.folder / "report/answers.json").read_text())
    assert json.loads(before)["questions"] == after["questions"]
    assert after["results"]["zlib 6"]["recorded"]["files"] == {"all.csv": digest}


def test_the_report_says_where_its_runs_came_from(example: Example) -> None:
    """File and digest in page, answers and crate; with what the runs were made, and not the build."""
    digest = hashlib.sha256((example.folder / "all.csv").read_bytes()).hexdigest()
    page = (example.folder / "report/report.html").read_text()
    assert f"{digest}  all.csv" in page
    assert "seconds: 1 of 3,000 measurements: C# 1 (turn 0)" in page
    answers = json.loads((example.folder / "report/answers.json").read_text())
    assert answers["results"]["C# 1"]["recorded"] == {
        "runs": ROWS // 2,
        "files": {"all.csv": digest},
        "failed": {"seconds": ["turn 0"]},
    }
    assert answers["questions"]["made"]["facts"]["table"] == {"Host": "web-03", "zlib": "1.3.1"}
    crate = (example.folder / "report/ro-crate-metadata.json").read_text()
    entities = {one["@id"]: one for one in json.loads(crate)["@graph"]}
    assert entities["#source-all.csv"]["sha256"] == digest
    assert entities["#answer-made"]["object"] == [{"@id": "#source-all.csv"}]
    assert entities["./"]["datePublished"] == "2024-05-06"
    for text in (page, json.dumps(answers), crate):
        assert platform.processor() not in text or not platform.processor()
        assert platform.platform() not in text
    assert "rain" not in " ".join(str(one.get("name")) for one in entities.values())


def test_verify_compares_the_files_with_the_report(example: Example) -> None:
    """And says nothing of trainings that are repeated."""
    ran = example.run("verify", "--verbose")
    assert ran.code == 0, ran.err
    assert "recorded runs" in ran.out
    assert "equal bits" not in ran.out
    published = example.folder / "report/answers.json"
    written = hashlib.sha256((example.folder / "all.csv").read_bytes()).hexdigest()
    published.write_text(published.read_text().replace(written, "0" * 64))
    ran = example.run("verify")
    assert ran.code == 1
    assert "not as in the report: all.csv" in ran.out


def test_two_rows_with_one_identity_stop_a_build(example: Example) -> None:
    """In one line, with the lines of both, before anything is made."""
    shutil.copy(example.folder / "all.csv", example.folder / "before.csv")
    rows = _table(example)
    _write(example.folder, [*rows, rows[4]])
    ran = example.run()
    assert (ran.code, ran.made, ran.err.count("\n")) == (2, frozenset(), 1)
    said = f"project.py:6: all.csv:{ROWS + 2}: program and level is 'C# 1', turn is 2, as at all.csv:6; each"
    assert said in ran.err


def test_the_example_of_the_documentation_is_built() -> None:
    """As it is there: the fastest program is named, over as many inputs as there are."""
    shown = (ROOT / "docs/recorded-runs.md").read_text().partition("## A complete example")[2]
    folder = Example.of_repository("benchmark").folder
    assert shown.partition("```python\n")[2].partition("```")[0] == (folder / "project.py").read_text()
    answers = json.loads((folder / "report/answers.json").read_text())["questions"]
    assert answers["fastest"]["findings"]["ranking"]["says"].startswith("`zlib 1` is the fastest")
    assert answers["fastest"]["quantities"]["zlib 1 over zlib 6.units"]["value"] == 6
