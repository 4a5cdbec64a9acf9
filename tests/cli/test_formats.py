"""Claims as text, JSON, annotations and SARIF: values in, text out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labreport.check.claims import CheckedClaim
from labreport.cli.annotations import annotation_of_error
from labreport.cli.formats import as_annotations, as_json, as_sarif, as_text
from labreport.cli.output import claim_lines, claims_summary
from labreport.errors import Location, UsageError
from labreport.page import Claim

LONG = "The forest is ahead of the tree, by 12 % of the wines, in each of the three years that were looked at"


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a report that is a part of a repository, in which the command is called."""
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "analysis, new"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def _claim(report: Path, holds: bool | None, text: str = LONG, **more: Any) -> CheckedClaim:
    claim = Claim("templates/best.md", 3, text, "ranking.wins('forest')", holds, "they are level")
    return CheckedClaim(claim, report / claim.file, **more)


@pytest.mark.parametrize(
    ("holds", "has_fallen", "verdict"),
    [(False, False, "does not hold"), (False, True, "new: does not hold"), (None, True, "new: is not known")],
)
def test_a_line_has_file_verdict_sentence_and_what_holds(
    report: Path, holds: bool | None, has_fallen: bool, verdict: str
) -> None:
    """As people call the file, all on one line, and not cut; new is what the last build felled."""
    claim = _claim(report, holds, has_fallen=has_fallen)
    assert as_text([claim]) == f'templates/best.md:3: {verdict}: "{LONG}" (now: they are level)'
    assert f"::{verdict}: " in as_annotations([claim])


def test_annotations_are_below_the_repository_and_escaped(report: Path) -> None:
    """GitHub wants the path below its root; commas in properties and per cent signs have another meaning."""
    line = as_annotations([_claim(report, False)])
    assert line.startswith("::error file=analysis%2C new/templates/best.md,line=3::does not hold: ")
    assert "by 12 %25 of the wines, in each of the three years that were looked at" in line
    assert as_annotations([]) == ""


def test_a_mistake_is_annotated_where_it_is(report: Path) -> None:
    """With file and line where its location is one; else as it is."""
    mistake = UsageError("no name 'meen'", location=Location("templates/best.md", 4))
    assert annotation_of_error(mistake) == (
        "::error file=analysis%2C new/templates/best.md,line=4::no name 'meen'"
    )
    assert annotation_of_error(UsageError("the disk is full")) == "::error::the disk is full"


def test_sarif_has_what_the_standard_requires(report: Path) -> None:
    """Version, tool, rule, message, and the location as a URI."""
    log = json.loads(as_sarif([_claim(report, False), _claim(report, None)]))
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [result["ruleId"] for result in run["results"]] == rules
    assert log["version"] == "2.1.0"
    assert run["results"][0] == {
        "ruleId": "claim-fails",
        "level": "error",
        "message": {"text": f'does not hold: "{LONG}" (now: they are level)'},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "analysis%2C%20new/templates/best.md"},
                    "region": {"startLine": 3},
                }
            }
        ],
    }


def test_json_has_every_claim(report: Path) -> None:
    """Those that hold, too; each with its outcome."""
    content = json.loads(as_json([_claim(report, holds) for holds in (True, False, None)]))
    assert [claim["outcome"] for claim in content["claims"]] == ["holds", "fails", "unknown"]
    assert content["claims"][1]["file"] == "analysis, new/templates/best.md"


def test_a_build_cuts_long_sentences_and_says_once_what_holds(report: Path) -> None:
    """At a word; `check` says all of it."""
    first, second = claim_lines([_claim(report, False), _claim(report, False, "Trees lose.")])
    assert first.endswith('by 12 % of the wines, ..." (now: they are level)')
    assert second.endswith('does not hold: "Trees lose."')


def test_an_else_is_counted_only_while_nothing_is_known(report: Path) -> None:
    """Its text is always right; it is no claim that holds."""
    claims = [_claim(report, True), _claim(report, False), _claim(report, None)]
    otherwise = Claim("best.md", 3, "Else.", "x", False, otherwise=True)
    claims.append(CheckedClaim(otherwise, report / "best.md"))
    assert claims_summary(claims) == "Claims that hold: 1 of 3; not known: 1."
