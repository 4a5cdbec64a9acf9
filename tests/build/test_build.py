"""A build makes what is stale and nothing else, says what changed, and publishes it whole."""

from __future__ import annotations

import json
import os
import sysconfig
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from build.conftest import Toy
from labreport.build import Builder
from labreport.cli import stamp
from labreport.filestat import STAMP
from labreport.project import Project
from labreport.results import lock, write_json
from labreport.run import Failed, Task
from labreport.run.task import Failure
from labreport.stale.modules import ENGINE_FOLDER
from labreport.stats import from_json


def test_a_report_is_made_at_once(cold: Toy) -> None:
    """Page, PDF and answers; the text is there with its numbers, and no claim fails."""
    page = cold.read("report.html")
    assert "Who drifts ends higher" in page
    assert "Does not hold" not in page
    assert (cold.report / "report.pdf").read_bytes().startswith(b"%PDF-")
    answers = json.loads(cold.read("answers.json"))
    assert set(answers["questions"]) == {"higher", "down", "drug"}
    assert [claim["holds"] for claim in answers["questions"]["higher"]["claims"]] == [True, True]
    assert len(answers["experiments"]["up"]["runs"]) == 3


def test_nothing_to_do_changes_nothing(toy: Toy) -> None:
    """With a stamp and without, the same files stay as they were."""
    before = toy.stamps()
    assert toy.run().out.startswith("Up to date")
    assert toy.stamps() == before
    assert (toy.report / STAMP).is_file()
    toy.succeed("--strict")
    toy.succeed("status")
    (toy.report / "report.pdf").unlink()
    assert "1 document" in toy.run().out


def test_an_edited_sentence_remakes_its_section(toy: Toy) -> None:
    """No run, answer or figure, and not the other section; taken back, page and PDF have the old bytes."""
    stamps = toy.stamps()
    documents = {name: (toy.report / name).read_bytes() for name in ("report.html", "report.pdf")}
    toy.edit("templates/questions/higher.md", "Who drifts ends higher", "Drifting helps")
    toy.succeed()
    changed = {name for name, when in toy.stamps().items() if stamps.get(name) != when}
    assert "Drifting helps" in toy.read("report.html")
    assert "cache/section/walks.json" in changed
    assert not {name for name in changed if name.startswith(("results/", "cache/answer/", "cache/figure/"))}
    assert "cache/section/wells.json" not in changed
    toy.edit("templates/questions/higher.md", "Drifting helps", "Who drifts ends higher")
    assert "walk" not in toy.run().out.partition("Done in")[2].partition("\n")[0]
    for name, content in documents.items():
        assert (toy.report / name).read_bytes() == content


def test_an_edited_experiment_is_repeated_alone(toy: Toy) -> None:
    """What it changes is told, was and now, and what no longer holds; `--strict` fails now and later."""
    before = toy.stamps()
    toy.edit("project.py", "Walk(3.0)", "Walk(-3.0)")
    printed = toy.succeed()
    new = {name for name in toy.stamps() if name not in before}
    assert {name.split("/")[1] for name in new if name.startswith("results/")} == {"up"}
    assert "higher.mean.up: was " in printed
    assert "held, no longer holds: " in printed
    assert "up: was −156 ± 31 steps (less), now 144 ± 31 steps (more) " in " ".join(printed.split())
    assert "higher.md:1: new: does not hold: " in printed
    assert printed.count("(now: ") == 1  # of the second claim, which has the same condition, only the words
    assert "does not hold" in toy.read("report.html").lower()
    assert toy.run("--strict").code == 3
    toy.remove_stamp()
    assert toy.run("--strict").code == 3
    assert "Claims that hold: 1 of 3." in toy.run("status").out
    assert "held, no longer" in toy.run("changes").out
    toy.edit("templates/questions/higher.md", "Who drifts ends higher", "Drifting helps")
    toy.run()
    assert toy.run("changes").out == "No answer says anything else.\n"


def test_all_mistakes_are_told_at_once(toy: Toy) -> None:
    """Of an answer and of two templates, each once; the report stays, and what can be made is made."""
    page = toy.read("report.html")
    toy.edit("project.py", "return change(results, LOSS, 1, 4, DESCENT)", "return 1 / 0")
    toy.edit("templates/questions/higher.md", "mean.up", "mean.upp")
    (toy.folder / "templates/questions/drug.md").write_text("It works, {{ nowhere }}.\n")
    ended = toy.run()
    assert ended.code == 2
    assert ended.err.count("error: ") == 2  # the section of `higher` waits for the answer of `down`
    assert "ZeroDivisionError" in ended.err
    assert "drug.md:1" in ended.err
    assert "The previous report is unchanged." in ended.out
    assert toy.read("report.html") == page
    toy.edit("project.py", "return 1 / 0", "return change(results, LOSS, 1, 4, DESCENT)")
    assert "'upp'" in toy.run().err


def test_what_follows_from_a_bad_table_is_not_told_beside_it(toy: Toy) -> None:
    """An error of a question that does not read it is, after it."""
    toy.edit("project.py", 'VIABILITY = Measure("viability"', 'VIABILITY = Measure("viable"')
    toy.edit("project.py", "return ranking(results, END)", "return {}[1]")
    toy.edit(
        "project.py", "@figure(", "@figure(reads=WELLS)\ndef wells(of):\n    of.frame.viable\n\n\n@figure("
    )
    toy.edit("project.py", 'work?", reads=WELLS', 'work?", reads=WELLS, figures=wells')
    first, second = toy.run().err.splitlines()
    assert "table wells.csv: no column 'viable'; did you mean 'viability'?" in first
    assert "KeyError: 1" in second


def test_the_number_of_seeds_that_a_project_declares_is_printed(toy: Toy) -> None:
    """More are declared than were built: the page says for how many its text was written."""
    toy.succeed("--seeds", "3")
    toy.edit("project.py", "seeds=3", "seeds=10")
    assert "seeds declared: 3, now 10" in toy.run("--seeds", "3", "--dry-run").out
    assert "2 documents" in toy.run("--seeds", "3").out
    assert "the text was written for ten." in toy.read("report.html")


def test_more_seeds_run_only_what_is_new(toy: Toy) -> None:
    """Of three experiments, one run each, which `clean` keeps when there are fewer again."""
    before = toy.stamps()
    toy.succeed("--seeds", "4")
    runs = {name for name in toy.stamps() if name.startswith("results/") and name.endswith(".json")}
    new = [name.split("/")[1:] for name in sorted(runs.difference(before))]
    assert [(experiment, file[:2]) for experiment, file in new] == [
        ("descent", "3-"),
        ("still", "3-"),
        ("up", "3-"),
    ]
    toy.succeed()
    toy.succeed("clean")
    assert runs <= toy.stamps().keys()


def test_a_name_builds_that_and_what_it_needs(toy: Toy) -> None:
    """The documents wait, and so do other runs; an unknown name is an error that knows the nearest."""
    toy.edit("project.py", "Walk(3.0)", "Walk(2.0)")
    toy.edit("project.py", "rate: float = 0.5", "rate: float = 0.4")
    page = toy.read("report.html")
    printed = toy.succeed("higher")
    assert "Only what was named" in printed
    assert len(toy.runs_of("descent")) == 3
    assert toy.read("report.html") == page
    ended = toy.run("hihger")
    assert (ended.code, "did you mean 'higher'?" in ended.err) == (2, True)


def test_a_dry_run_changes_nothing(toy: Toy) -> None:
    """It says what would be made, and why."""
    toy.edit("project.py", "Walk(3.0)", "Walk(2.0)")
    before = toy.stamps()
    ended = toy.run("--dry-run")
    assert "3 walks of up" in " ".join(ended.out.split())
    assert toy.stamps() == before


def test_force_makes_again(toy: Toy) -> None:
    """What is forced beside what is named, though that does not need it; then everything, with equal answers.

    The stamp is that of a build of what is stale.
    """
    answers = toy.answers()
    assert "1 answer, 1 figure" in toy.run("--force", "ends", "--force", "drug", "down").out
    ended = toy.run("--force")
    assert "9 walks, 3 answers, 1 figure, 2 sections, 3 documents" in ended.out
    assert toy.answers() == answers
    assert stamp.unchanged("test", ["--force"], str(toy.folder)) is None


def test_a_forced_build_that_is_interrupted_or_fails_keeps_the_runs(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are there while their replacements are made, and the next build has nothing to run."""
    before = {file: file.read_bytes() for file in sorted((toy.report / "results").glob("*/*"))}

    def interrupt(*arguments: object, **options: object) -> None:
        assert {file: file.read_bytes() for file in before} == before
        raise KeyboardInterrupt

    def fail(project: Project, tasks: list[Task], *arguments: object, **options: object) -> list[Failed]:
        return [Failed(tuple(tasks), Failure("no luck"))]

    for replacement, code in ((interrupt, 130), (fail, 1)):
        with monkeypatch.context() as patch:
            patch.setattr("labreport.build.run_tasks", replacement)
            assert toy.run("--force").code == code
        assert {file: file.read_bytes() for file in before} == before
    assert "walk" not in toy.succeed("--dry-run")
    assert "9 walks" in toy.succeed("--force")
    assert not list((toy.report / "results").glob(".replacements"))


def test_files_that_are_not_ours_stay(toy: Toy) -> None:
    """Also those that have names of our own rooms."""
    report = toy.report
    mine = [report / "ledger.json", report / "notes.txt", report / "results" / "mine.json"]
    for path in mine:
        path.write_text("{}")
    toy.edit("templates/questions/higher.md", "Who drifts ends higher", "Drifting helps")
    toy.succeed()
    toy.succeed("clean")
    assert all(path.exists() for path in mine)


def test_results_of_another_version_are_made_again(toy: Toy) -> None:
    """One line says so."""
    for path in toy.runs_of("up"):
        write_json(path, {"key": "older"})
    toy.remove_stamp()
    ended = toy.run("higher")
    assert ended.err.count("of another version") == 1
    assert "3 walks" in ended.out


def test_a_damaged_result_is_made_again(toy: Toy) -> None:
    """A file that is shorter: one line says so, and the answers are the same."""
    answers = toy.answers()
    toy.remove_stamp()
    file = next((toy.report / "results" / "up").glob("0-*.safetensors"))
    file.write_bytes(file.read_bytes()[:-1])
    ended = toy.run()
    assert ended.err.count(file.name) == 1
    assert "1 walk" in ended.out
    assert toy.answers() == answers


@pytest.mark.parametrize("words", [(), ("clean",)])
def test_of_two_builds_one_waits(words: tuple[str, ...], toy: Toy) -> None:
    """It says so, and goes on when the other has ended."""
    toy.remove_stamp()
    held, released = threading.Event(), list[float]()

    def hold() -> None:
        with lock(toy.report / ".lock"):
            held.set()
            time.sleep(0.5)
            released.append(time.monotonic())

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(10)
    ended = toy.run(*words)
    assert time.monotonic() >= released[0]
    holder.join()
    assert ended.code == 0
    assert "waiting for it" in ended.err


def test_what_was_edited_meanwhile_is_not_kept(toy: Toy) -> None:
    """A template that is another than at the start of the build: nothing is published."""
    toy.edit("project.py", "import numpy\n", "from pathlib import Path\n\nimport numpy\n")
    opened = "with open(Path(__file__).parent / 'templates/questions/higher.md', 'a') as file:"
    edit = f"    {opened}\n        file.write('More.')\n"
    toy.edit("project.py", "    return ranking(results, END)", f"{edit}    return ranking(results, END)")
    page = toy.read("report.html")
    ended = toy.run()
    assert (ended.code, ended.err.count("edited while this was built")) == (1, 1)
    assert toy.read("report.html") == page


def test_an_answer_of_data_that_were_edited_meanwhile_is_made_again(toy: Toy) -> None:
    """It is not kept under the key of a table that it has not seen."""
    toy.edit("project.py", "import numpy\n", "from pathlib import Path\n\nimport numpy\n")
    opened = "with open(Path(__file__).parent / 'wells.csv', 'a') as file:"
    add = f"{opened}\n            file.write('E,0,1\\nE,10,0.5\\n')"
    toy.edit("project.py", "    counted =", f"    if len(wells.frame) == 8:\n        {add}\n    counted =")
    assert toy.run().code == 1
    toy.succeed()
    assert from_json(toy.answers()["drug"]["answer"]).wells.value == 10


def test_edited_data_are_not_up_to_date(toy: Toy) -> None:
    """A data file of the project is one of those by which a report is known to be; so are libraries."""
    toy.edit("project.py", "    seeds=3,", '    seeds=3,\n    data_files=("notes.txt",),')
    (toy.folder / "notes.txt").write_text("one")
    toy.succeed()
    assert stamp.unchanged("test", [], str(toy.folder)) == 0
    stamped = [line.partition(" ")[2] for line in (toy.report / STAMP).read_text().split("\n")]
    assert sysconfig.get_path("purelib") in stamped
    engine = [path for path in stamped if path.startswith(str(ENGINE_FOLDER))]
    assert engine
    assert not any(map(os.path.isdir, engine)), "Python writes compiled code into them at any time"
    (toy.folder / "notes.txt").write_text("three")
    assert stamp.unchanged("test", [], str(toy.folder)) is None


def test_a_table_that_a_function_gives_is_looked_at_each_time(toy: Toy) -> None:
    """It may change without any file, so that no stamp says that all is up to date."""
    frame = 'pandas.DataFrame({"plate": list("AABB"), "dose": [0, 10] * 2, "viability": [1, 0.5, 0.9, 0.5]})'
    toy.edit("project.py", 'table("wells.csv"', f"table(lambda: {frame}")
    toy.edit("project.py", "import numpy\n", "import numpy\nimport pandas\n")
    toy.succeed()
    assert stamp.unchanged("test", [], str(toy.folder)) is None


def test_a_page_of_first_seeds_is_there_while_others_run(
    made: Callable[[str], Toy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says that it is preliminary and what is not measured yet; no later build replaces a page by one."""
    toy = made(str(tmp_path / "toy"))
    toy.edit("project.py", "Walk(3.0)", "Walk(3.0), exclusive=True")
    pages: list[str] = []
    publish = Builder._publish_preliminary

    def publish_and_read(builder: Builder) -> None:
        publish(builder)
        pages.append(toy.read("report.html"))

    monkeypatch.setattr(Builder, "_publish_preliminary", publish_and_read)
    for drift in ("3.0", "2.0"):
        toy.edit("project.py", "Walk(3.0)", f"Walk({drift})")
        toy.succeed("--jobs", "1", "--seeds", "2")
    (page,) = pages
    for text in ("Preliminary", "Not yet measured.", "The loss falls"):
        assert text in page
    assert "Preliminary" not in toy.read("report.html")


def test_a_failed_first_build_speaks_of_no_previous_report(
    made: Callable[[str], Toy], tmp_path: Path
) -> None:
    """A page of first seeds is none."""
    toy = made(str(tmp_path / "toy"))
    toy.edit("project.py", "Walk(3.0)", "Walk(2.5), exclusive=True")
    toy.edit("project.py", "return change(results, LOSS, 1, 4, DESCENT)", "return 1 / 0")
    ended = toy.run("--jobs", "1", "--seeds", "2")
    assert ended.code != 0
    assert "Preliminary" in toy.read("report.html")
    assert "No complete report was written." in ended.out


def test_no_pdf_is_beside_another_page(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that ends between the two leaves the page alone."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("labreport.page.pdf.html_to_pdf", interrupted)
    toy.edit("templates/questions/higher.md", "Who drifts", "Who walks")
    assert toy.run().code == 130
    assert "Who walks" in toy.read("report.html")
    assert not (toy.report / "report.pdf").exists()


def test_a_folder_without_a_project_is_left_as_it_is(tmp_path: Path) -> None:
    """One line, and no report."""
    ended = Toy(tmp_path).run()
    assert (ended.code, ended.err.count("error: ")) == (2, 1)
    assert not [*tmp_path.iterdir()]


def test_a_frame_of_the_projects_own_is_an_ingredient(toy: Toy) -> None:
    """A style sheet remakes page and PDF, and no section."""
    styles = toy.folder / "templates" / "styles"
    styles.mkdir()
    (styles / "base.css").write_text("h1 { color: red; }\n")
    ended = toy.run()
    assert "2 documents" in ended.out, ended
    assert toy.run().out.startswith("Up to date")
