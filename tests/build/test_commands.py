"""The commands that look, and those that change what is kept."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from build.conftest import Toy
from labreport.results import FileLists


def test_why_names_the_line_and_the_way_and_status_is_one_line_for_a_cause(toy: Toy) -> None:
    """From the function that was edited to the answer that was asked for, and what is made because of it."""
    toy.edit("project.py", "walk.drift, 1.0 +", "walk.drift, 1.5 +")
    ended = toy.run("why", "higher")
    assert ended.code == 1
    assert "project.py:33" in ended.out
    assert 0 < ended.out.index("project:steps") < ended.out.index("answer higher")
    toy.succeed("why", "drug")
    ended = toy.run("status")
    assert ended.code == 1
    assert "6 walks" in ended.out.splitlines()[0]
    assert "project.py:33" in ended.out


def test_changes_compares_with_an_older_report(toy: Toy) -> None:
    """By the folder of that report, or its file."""
    old = toy.folder / "old"
    shutil.copytree(toy.report, old)
    toy.edit("project.py", "Walk(3.0)", "Walk(2.0)")
    toy.run()
    for path in (old, old / "answers.json"):
        assert "higher.mean.up: was 158 " in toy.run("changes", str(path)).out
    assert toy.run("changes", str(toy.folder / "templates")).code == 2


def test_clean_removes_what_nothing_refers_to(toy: Toy) -> None:
    """Runs of another specification and answers that are gone; with `--dry-run`, nothing."""
    toy.edit("project.py", "Walk(3.0)", "Walk(2.0)")
    toy.succeed()
    lists = FileLists(toy.report / "cache/reads")
    unused = lists.path(lists.store({"earlier.csv": "missing"}))
    assert len(toy.runs_of("up")) == 6
    assert "3 walks of up" in toy.run("clean", "--dry-run").out
    assert len(toy.runs_of("up")) == 6
    assert unused.exists()
    toy.succeed("clean")
    assert not unused.exists()
    assert len(toy.runs_of("up")) == 3
    toy.succeed("status")


def test_names_are_those_of_a_question(toy: Toy) -> None:
    """An experiment has none, and the message says what has."""
    toy.succeed("names", "higher")
    ended = toy.run("names", "up")
    assert (ended.code, ended.out) == (2, "")
    assert "'up' is no question" in ended.err
    assert "there are higher" in ended.err


def test_export_and_render_write_beside_the_report(toy: Toy) -> None:
    """Tables for other programs, and a paper with the same values."""
    toy.succeed("export", "csv")
    assert (toy.report / "exports/csv/answers.csv").is_file()
    assert toy.run("export", "docx").code == 2
    paper = toy.folder / "paper.tex"
    paper.write_text("Drifting walks end at \\VAR{higher.mean.up}.\n")
    toy.succeed("render", str(paper))
    assert "VAR" not in (toy.report / "exports/paper.tex").read_text()


def test_what_is_stale_is_neither_exported_nor_rendered(toy: Toy) -> None:
    """Unless it is allowed; a page that is stale keeps nobody from the answers."""
    (toy.folder / "paper.tex").write_text("\\VAR{higher.mean.up}")
    commands = [("export", "csv"), ("render", str(toy.folder / "paper.tex"))]
    (toy.report / "report.html").unlink()
    for command in commands:
        toy.succeed(*command)
    shutil.rmtree(toy.report / "exports")
    toy.edit("project.py", "Walk(3.0)", "Walk(-3.0)")
    for command in commands:
        ended = toy.run(*command)
        assert (ended.code, "drift: 3.0, now -3.0" in ended.err) == (1, True)
        assert "the report is stale: 3 walks" in ended.err
        assert not (toy.report / "exports").exists()
    for command in commands:
        toy.succeed(*command, "--allow-stale")


def test_verify_passes_and_finds_an_altered_byte(toy: Toy) -> None:
    """All of a fresh report; then one byte of the page, and one of an answer."""
    printed = toy.succeed("verify")
    assert " passed, 0 failed" in printed
    page = toy.report / "report.html"
    page.write_bytes(page.read_bytes().replace(b"ends higher", b"ends lower!"))
    ended = toy.run("verify")
    assert (ended.code, "1 failed" in ended.out) == (1, True)
    assert "page" in ended.out


def test_verify_finds_an_answer_that_is_computed_otherwise(toy: Toy) -> None:
    """One that was written with another value and a right checksum."""
    from labreport.results import read_json, sha256_of, write_json

    path = toy.report / "cache/answer/higher.json"
    kept = read_json(path)
    assert kept is not None
    text = json.dumps(kept["value"])
    number = next(
        word for word in text.replace("}", ",").split() if word.strip(",").replace(".", "").isdigit()
    )
    kept["value"] = json.loads(text.replace(number, f"9{number}", 1))
    write_json(path, {**kept, "digest": sha256_of(kept["value"])})
    toy.remove_stamp()
    ended = toy.run("verify")
    assert ended.code == 1
    assert "answer higher" in ended.out


def test_new_creates_a_project_that_builds_at_once(tmp_path: Path) -> None:
    """In a folder that does not exist yet; one that is not empty is left alone."""
    folder = tmp_path / "my-report"
    Toy(tmp_path).succeed("new", str(folder))
    printed = Toy(folder).succeed()
    assert "My report" in Toy(folder).read("report.html")
    assert "does not hold" not in printed
    assert Toy(tmp_path).run("new", str(folder)).code == 2


def test_new_writes_any_name_of_a_folder_as_a_title(tmp_path: Path) -> None:
    """Also one with what ends or escapes a text of Python."""
    folder = tmp_path / 'my-"\\new"-größe'
    Toy(tmp_path).succeed("new", str(folder))
    Toy(folder).succeed("--dry-run")
    assert 'Project("My \\"\\\\new\\" größe", ' in (folder / "project.py").read_text(encoding="utf-8")


def test_verify_finds_arrays_that_come_out_otherwise(toy: Toy) -> None:
    """Of a run that is made again, though all its metrics are equal."""
    toy.edit("project.py", '"path": path', '"path": numpy.random.default_rng().normal(size=3)')
    toy.edit("project.py", "start=Descent", "start=Descent, exclusive=True")  # so that a walk is repeated
    toy.succeed()
    ended = toy.run("verify")
    assert (ended.code, ended.out.count("other bits than those stored")) == (1, 1)


def test_verify_finds_epochs_that_come_out_otherwise(toy: Toy) -> None:
    """Of a training whose last metrics and arrays are equal, but not what it records on its way."""
    for walk in ("Walk(0.0)", "Walk(3.0)"):  # so that the descent is repeated
        toy.edit("project.py", walk, f"{walk}, exclusive=True")
    recorded = '        return {"loss": float(abs(self.at).mean())'
    luck = "        luck = float(numpy.random.default_rng().random() * (self.at[0] < 1))\n"
    toy.edit("project.py", f"{recorded}}}\n", f'{luck}{recorded}, "luck": luck}}\n')
    toy.succeed()
    assert toy.run("verify").out.count("other bits than those stored") == 1


def test_verify_says_what_kept_a_run_from_being_made_again(toy: Toy) -> None:
    """The program is the same, but it fails now."""
    gone = "Path(__file__).with_name('gone').exists()"
    toy.edit("project.py", "import numpy\n", "from pathlib import Path\n\nimport numpy\n")
    toy.edit("project.py", "    path = numpy", f"    assert not {gone}, 'no licence'\n    path = numpy")
    toy.edit("project.py", "start=Descent", "start=Descent, exclusive=True")  # so that a walk is repeated
    toy.succeed()
    (toy.folder / "gone").touch()
    ended = toy.run("verify")
    assert (ended.code, ended.out.count("AssertionError: no licence")) == (1, 1)


def test_verify_does_not_pass_what_is_stale(toy: Toy) -> None:
    """A report of other code is not one that is right."""
    toy.edit("project.py", "walk.drift, 1.0 +", "walk.drift, 1.5 +")
    ended = toy.run("verify")
    assert ended.code == 1
    assert "stale" in ended.out + ended.err
