"""How tables and files of values are declared counts for what reads them, and so does their order."""

from __future__ import annotations

from pathlib import Path

from labreport.stale import find_dependencies, open_project

PROJECT = """
from labreport import Project, fact, question, table, values

OLD = table("old/wells.csv")
NEW = table("new/wells.csv")
FIRST = values("old/results.json", units={"loss": "s"}, interval=("low", "high"))
SECOND = values("new/results.json")


@question("What?", reads=(OLD, NEW, FIRST, SECOND))
def asked(old, new, first, second):
    return fact(True, "it is so")


@question("Which rows?")
def named():
    return fact(len(OLD.frame) == 1, "there is one")


project = Project("P", (asked, named))
"""


def inputs(folder: Path, old: str = "", new: str = "", name: str = "asked") -> dict[str, str]:
    """What the answer of this name is made of, in the project after an edit."""
    assert old in PROJECT
    (folder / "project.py").write_text(PROJECT.replace(old, new))
    for part in ("old", "new"):
        (folder / part).mkdir(exist_ok=True)
        (folder / part / "wells.csv").write_text("v,n\n1.10,2\n")
        (folder / part / "results.json").write_text('{"loss": 1.5}')
    ingredients = find_dependencies(open_project(folder), folder / "report" / "results")
    answers = {question.name: question for question in ingredients.project.questions}
    return ingredients.reader_inputs(answers[name], {})


EDITS = """
old/wells.csv" → old/wells.csv", text=["v"] → table wells.csv
new/wells.csv" → new/wells.csv", where="n > 1" → table wells.csv (2)
{"loss": "s"} → {"loss": "ms"} → values results.json
("low", "high") → ("lower", "upper") → values results.json
new/results.json" → new/results.json", units={"loss": "s"} → values results.json (2)
FIRST, SECOND) → SECOND, FIRST) → reads, values results.json, values results.json (2)
reads=(OLD, NEW → reads=(NEW, OLD → reads
import Project → import  Project → nothing
"""
"""A text of the project, what is written in its place, and which inputs of the answer are others then."""


def test_each_argument_of_a_source_and_their_order_count(tmp_path: Path) -> None:
    """Also where two files have one name and are read alike; how the project is written does not count."""
    before = inputs(tmp_path)
    for line in EDITS.strip().splitlines():
        old, new, names = line.split(" → ")
        after = inputs(tmp_path, old, new)
        labels = sorted(label for label in before | after if before.get(label) != after.get(label))
        assert (", ".join(labels) or "nothing") == names, line


def test_a_table_that_code_names_counts_as_one_that_is_read(tmp_path: Path) -> None:
    """By all of its arguments."""
    before = inputs(tmp_path, name="named")
    after = inputs(tmp_path, 'old/wells.csv"', 'old/wells.csv", text=["v"]', name="named")
    assert [label for label in before if before[label] != after[label]] == ["table wells.csv"]
