"""`--json`: one document in place of lines, with the members that docs/json.md lists; and JUnit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from wine import ROOT, Wine, labreport

TYPES = {bool: "boolean", int: "number", float: "number", str: "string"}
SEEDS = ("--seeds", "3")


@pytest.fixture
def wine(tmp_path: Path) -> Wine:
    """A copy of the example with wines, with its report."""
    return Wine.built(*SEEDS).copy(tmp_path / "wine")


def listed() -> dict[str, set[tuple[str, str]]]:
    """Of each command, the members on the page with their types."""
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    found: dict[str, set[tuple[str, str]]] = {}
    for part in re.split("^## |^Of (?=`[a-z]+` only)", text, flags=re.MULTILINE)[1:]:
        names = re.findall("`([a-z]+)[^`]*`", part.split("\n")[0]) or ["every"]
        for name in names:
            found.setdefault(name, set()).update(re.findall(r"^\| `(.*?)` \| (\w+) \|", part, re.MULTILINE))
    return found


def members(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Each value in a document: its place, and its type."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from members(item, f"{place}.{name}" if place else name)
    elif isinstance(value, list):
        for item in value:
            yield from members(item, f"{place}[]")
    else:
        yield place, TYPES[type(value)]


def test_every_member_is_on_the_page_and_every_member_of_the_page_is_written(wine: Wine) -> None:
    """After an edit, before and after the build, with a form that has mistakes; standard error is empty."""
    seen: dict[str, set[tuple[str, str]]] = {}

    def run(code: int, *words: str) -> dict[str, Any]:
        ran = labreport(wine.folder, *words, "--json")
        document: dict[str, Any] = json.loads(ran.stdout)
        assert (ran.returncode, document["exit"], document["command"]) == (code, code, words[0]), ran.stderr
        assert ran.stderr.count("\n") == len(document["errors"]) + len(document["notes"])
        seen.setdefault(words[0], set()).update(members(document))
        return document

    assert run(0, "status", *SEEDS)["fresh"]
    wine.edit("project.py", "n_estimators=50", "n_estimators=2")
    run(0, "keep", "forest", "tree", "--because", "it is tried")
    run(1, "status", *SEEDS)
    run(0, "why", "forest", *SEEDS)
    run(0, "build", "--dry-run", *SEEDS)
    run(0, "keep", "--undo", "tree")
    run(0, "keep", "--undo", "forest")
    chain = [node["name"] for node in run(1, "why", "best", *SEEDS)["nodes"]]
    assert chain[0] == "answer/best"
    assert "result/forest#0" in chain
    run(0, "build", "--dry-run", *SEEDS)
    made = run(0, "build", *SEEDS)
    assert "document/html" in made["made"]
    assert run(0, "changes")["changed"] == made["changed"] != []
    run(1, "diff", str(Wine.built(*SEEDS).folder / "report"))
    fewer = json.loads((wine.folder / "report" / "answers.json").read_text())
    del fewer["questions"]["data"]
    fewer["digests"] = {one: digest for one, digest in fewer["digests"].items() if one[:4] != "data"}
    (wine.folder / "fewer.json").write_text(json.dumps(fewer))
    assert run(1, "diff", "fewer.json")["added"] == ["data"]
    assert run(1, "diff", "report", "fewer.json")["removed"] == ["data"]
    run(0, "verify", "--quick")
    wine.edit("report/report.html", "Which", "What")
    assert "failed" in {one["result"] for one in run(1, "verify", "--quick", *SEEDS)["checks"]}
    run(0, "check")
    wine.edit("report/answers.json", '"value": 0.9', '"value": 0.8')
    assert run(1, "check")["differences"]
    assert not run(0, "clean", "--dry-run", *())["removed"]
    assert labreport(wine.folder, "build", *SEEDS).returncode == 0
    for name in ("one", "two"):
        (wine.folder / "submitted" / name).mkdir(parents=True)
        text = (wine.folder / "report" / "answers.json").read_text().replace('"value": 0.9', '"value": 0.1')
        (wine.folder / "submitted" / name / "answers.json").write_text(text)
    (wine.folder / "submitted" / "notes.md").write_text("")
    form = wine.folder / "submitted" / "three.toml"
    assert labreport(wine.folder, "grade", "--form", str(form)).returncode == 0
    form.write_text(form.read_text() + "\nnothing = 1\n")
    graded = run(0, "grade", "submitted")
    assert [one["name"] for one in graded["submissions"]] == ["one", "three", "two"]
    assert run(2, "grade", "nowhere")["errors"]
    page = listed()
    every = page.pop("every")
    for command, found in page.items():
        optional = {("notes[]", "string"), ("errors[]", "string")} | {
            one for one in page["status"] if command == "build"
        }
        assert seen[command] - optional == (every | found) - optional, command
    assert ("errors[]", "string") in seen["grade"]
    assert ("notes[]", "string") in seen["grade"]


def test_a_bad_command_line_and_the_schema(wine: Wine) -> None:
    """The first writes no document; the second is in one."""
    assert labreport(wine.folder, "status", "--jsn").stdout == ""
    told = json.loads(labreport(wine.folder, "check", "--schema", "--json").stdout)
    assert told["schema"] == json.loads(labreport(wine.folder, "check", "--schema").stdout)


def test_junit_has_a_case_for_each_check(wine: Wine) -> None:
    """With what failed; a file of somebody else's is left alone."""
    wine.edit("report/report.html", "Which", "What")
    ran = labreport(wine.folder, "verify", "--quick", "--json", "--junit", "v.xml")
    assert ran.returncode == 1
    checks = json.loads(ran.stdout)["checks"]
    suite = ElementTree.parse(wine.folder / "v.xml").getroot()
    kinds = {"passed": "system-out", "failed": "failure", "open": "skipped"}
    assert [(case.get("name"), case.get("classname"), case[0].tag, case[0].text) for case in suite] == [
        (one["name"], one["kind"], kinds[one["result"]], one["detail"]) for one in checks
    ]
    assert (suite.get("tests"), suite.get("failures")) == (
        str(len(checks)),
        str(sum(one["result"] == "failed" for one in checks)),
    )
    assert labreport(wine.folder, "verify", "--quick", "--junit", "v.xml").returncode == 1
    (wine.folder / "v.xml").write_text("<notes/>")
    ran = labreport(wine.folder, "verify", "--quick", "--junit", "v.xml")
    assert (ran.returncode, "v.xml is there; remove it, or name another file" in ran.stderr) == (2, True)
