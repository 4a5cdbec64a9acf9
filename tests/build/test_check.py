"""`check`: the claims of a report as it was built, and how a command ends."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from build.conftest import Toy, make_light
from labreport.page.pdf import MissingLibrary

FALLEN = "templates/questions/higher.md:1: new: does not hold: "


@pytest.fixture(scope="module")
def fallen_once(cold: Toy, tmp_path_factory: pytest.TempPathFactory) -> Toy:
    """A report of which two claims fell with the last build."""
    toy = Toy(tmp_path_factory.mktemp("fallen") / "toy")
    shutil.copytree(cold.folder, toy.folder)
    toy.edit("project.py", "Walk(3.0)", "Walk(-3.0)")
    with pytest.MonkeyPatch.context() as monkeypatch:
        make_light(monkeypatch)
        toy.succeed()
    return toy


@pytest.fixture
def fallen(fallen_once: Toy, tmp_path: Path) -> Toy:
    """A copy of it."""
    shutil.copytree(fallen_once.folder, tmp_path / "toy")
    return Toy(tmp_path / "toy")


def test_claims_that_hold_end_with_0(toy: Toy) -> None:
    """And with one line."""
    ended = toy.run("check")
    assert (ended.code, ended.out) == (0, "Claims that hold: 3 of 3.\n")


def test_a_claim_that_fails_ends_with_3(fallen: Toy) -> None:
    """In each format; a strict build and a rendered file by the same rule."""
    ended = fallen.run("check")
    assert ended.code == 3
    assert ended.out.startswith(f"toy/{FALLEN}")
    assert ended.out.endswith("Claims that hold: 1 of 3.\n")
    for form in ("json", "github", "sarif"):
        assert fallen.run("check", "--format", form).code == 3
    assert fallen.run("--strict").code == 3
    (fallen.folder / "readme.txt").write_text("{% claim higher.ranking.wins('up') %}Up wins.{% endclaim %}\n")
    ended = fallen.run("render", str(fallen.folder / "readme.txt"))
    assert ended.code == 3
    assert 'readme.txt:1: does not hold: "Up wins."' in ended.out


def test_what_had_fallen_before_is_not_new(fallen: Toy) -> None:
    """After another edit, which fells nothing; a build that makes nothing forgets nothing."""
    assert fallen.run().out.count("new: ") == 2
    assert FALLEN in fallen.run("status").out
    fallen.edit("templates/questions/down.md", "The loss", "The mean loss")
    assert "new: " not in fallen.run().out
    ended = fallen.run("check")
    assert (ended.code, "new: " in ended.out) == (3, False)
    assert 'higher.md:1: does not hold: "' in ended.out


def test_a_report_in_a_folder_of_a_repository_is_annotated_below_its_root(
    fallen: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself on GitHub's runner: by `check`, and by a strict build; a mistake too."""
    (fallen.folder.parent / ".git").mkdir()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for words in (["check"], ["build", "--strict"]):
        lines = fallen.run(*words).out.splitlines()
        annotations = [line for line in lines if line.startswith("::")]
        assert len(annotations) == 2
        assert annotations[0].startswith(
            "::error file=toy/templates/questions/higher.md,line=1::new: does not hold: "
        )
    fallen.edit("templates/questions/down.md", "change | size", "chance | size")
    ended = fallen.run("build")
    assert ended.code == 2
    assert ended.err.startswith("::error file=toy/templates/questions/down.md,line=1::")


def test_a_report_of_one_seed_is_looked_at_with_one(toy: Toy) -> None:
    """Not with the seeds that the project has now; what is unknown ends with 3, unless it is allowed."""
    toy.succeed("--seeds", "1")
    assert toy.run("status").out.startswith("All is fresh: 3 walks, ")
    assert "passed, 0 failed" in toy.run("verify").out
    assert (toy.run("status").code, toy.run("why", "higher").code) == (0, 0)
    assert toy.run("status", "--seeds", "3").code == 1
    ended = toy.run("check")
    assert (ended.code, ended.out.count("is not known")) == (3, 3)
    assert "Claims that hold: 0 of 3; not known: 3." in ended.out
    toy.succeed("check", "--allow-unknown")
    assert toy.run("build", "--seeds", "1", "--strict").code == 3
    toy.succeed("build", "--seeds", "1", "--strict", "--allow-unknown")


def test_a_stale_report_ends_with_1_and_says_what_is_stale(toy: Toy) -> None:
    """Unless it is allowed: its claims are those of the report as it was built."""
    toy.edit("project.py", "Walk(3.0)", "Walk(-3.0)")
    ended = toy.run("check")
    assert ended.code == 1
    assert "the report is stale: 3 walks, " in ended.err
    assert "drift: 3.0, now -3.0" in ended.err
    toy.succeed("check", "--allow-stale")


def test_a_machine_without_pango_can_check(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes no PDF, and the claims are those of the page."""

    def fail(html: str) -> bytes:
        raise MissingLibrary("the PDF needs Pango")

    monkeypatch.setattr("labreport.page.pdf.html_to_pdf", fail)
    toy.edit("templates/questions/higher.md", "\n", "\n\nMore words.\n")
    ended = toy.run()
    assert (ended.code, "the PDF needs Pango" in ended.err) == (0, True)
    assert toy.run("check").code == 0


def test_a_renamed_question_does_not_lose_the_claims_of_its_text(toy: Toy) -> None:
    """Its template would be that of no question; nor is one passed over whose name is misspelt."""
    toy.edit("project.py", "def higher(", "def higher_end(")
    toy.edit("project.py", "higher,", "higher_end,")
    ended = toy.run()
    assert ended.code == 2
    assert "templates/questions/higher.md:1: no question has this template" in ended.err
    assert "did you mean 'questions/higher_end.md'" in ended.err
    assert toy.run("check").code == 1


def test_all_templates_of_nothing_are_told_at_once(toy: Toy) -> None:
    """Each with its line."""
    for name in ("one", "two"):
        (toy.folder / f"templates/questions/{name}.md").write_text("Nobody reads this.\n")
    ended = toy.run()
    assert ended.code == 2
    assert ended.err.count("no question has this template") == 2


def test_all_mistakes_of_templates_are_told_before_anything_runs(
    made: Callable[[str], Toy], tmp_path: Path
) -> None:
    """Those of files that they import, too."""
    toy = made(str(tmp_path / "toy"))
    toy.edit("project.py", '"Who ends higher?"', '"Who ends higher?", template="high.md"')
    (toy.folder / "templates/questions/higher.md").unlink()
    template = "{% from 'macros.html' import bold %}\n{% claim %}It falls.{% endclaim %}\n"
    (toy.folder / "templates/questions/down.md").write_text(template)
    (toy.folder / "templates/questions/drug.md").write_text("It works, at 97.3 %.\n")
    (toy.folder / "templates/macros.html").write_text("{% macro bold(word) %}")
    (toy.folder / "templates/glossary.md").write_text("\n{{ words | uper }}\n{% include 'macros.html' %}")
    ended = toy.run()
    assert ended.code == 2
    for mistake in (
        "project.py:77: there is no template 'high.md'",
        "down.md:2: a claim has one condition",
        'drug.md:1: "97.3 %" is typed',
        "glossary.md:2: no filter is called 'uper'; did you mean 'upper'?",
    ):
        assert mistake in ended.err
    assert not toy.runs_of("up")
    (toy.folder / "templates/questions/down.md").write_text("{% from 'macros.html' import bold %}\n")
    assert "macros.html:1: Unexpected end of template" in toy.run().err


def test_without_a_report_it_says_to_build(toy: Toy) -> None:
    """And ends with 2, as other bad input does."""
    ended = toy.run("check", "--output", str(toy.folder / "nowhere"))
    assert (ended.code, ended.err) == (2, "error: toy/nowhere has no report to check; build first\n")


def test_what_no_claim_covers_is_listed_and_is_no_error(toy: Toy) -> None:
    """With the line of the template."""
    toy.edit("templates/questions/down.md", "{% endclaim %}", "{% endclaim %} So descents are better.")
    toy.succeed()
    printed = toy.succeed("check", "--coverage")
    assert "toy/templates/questions/down.md:1: outside every claim: So descents are better." in printed
    assert "Numbers: 3 from results, 0 literal, 0 typed." in printed


def test_changes_are_a_table_for_a_pull_request(fallen: Toy) -> None:
    """Claims first, and in full."""
    printed = fallen.succeed("changes", "--format", "markdown")
    assert "| `templates/questions/higher.md:1` Who drifts ends higher: " in printed
    assert "| held | no longer holds |" in printed
    assert "| `higher.mean.up` " in printed


def test_a_build_that_has_nothing_to_compare_with_changed_nothing(fallen: Toy) -> None:
    """Not what an older build did, when its answers are gone."""
    (fallen.report / "answers.json").unlink()
    ended = fallen.run()
    assert "1 document" in ended.out
    assert "Changed in the answers" not in ended.out
    assert "new: " not in ended.out
    assert fallen.run("changes").out == "No answer says anything else.\n"


def test_a_build_of_one_name_does_not_announce_what_an_older_one_changed(fallen: Toy) -> None:
    """It publishes nothing, so that no answer of the report is another."""
    ended = fallen.run("higher", "--force=higher")
    assert "Only what was named was made" in ended.out
    assert "Changed in the answers" not in ended.out


def test_what_a_build_changed_is_kept_for_the_page(fallen: Toy) -> None:
    """Numbers as they were, by the names that the page has for them."""
    kept = json.loads(fallen.read("cache/changes.json"))
    assert kept["was"]["higher.mean.up"].startswith("158")
    assert [claim["line"] for claim in kept["fallen"]] == [1, 5]
