"""The promise of staleness, kept by the real program: edit a file, run, see exactly what was made."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from program import Program, Ran

ALPHA = {f"result/alpha#{seed}" for seed in range(5)}
BETA = {f"result/beta#{seed}" for seed in range(2)}
GRID = {f"result/grid/rate={rate},noise={noise}#0" for rate in ("0.3", "0.6") for noise in ("0.0", "0.05")}
DOCUMENTS = {"document/html", "document/pdf", "document/answers"}
MEASURED = {
    "answer/measured.accuracy",
    "answer/measured.better",
    "figure/curves",
    "section/measured",
    *DOCUMENTS,
}
STUDIED = {"answer/studied.grid", "section/studied", *DOCUMENTS}

OUTLINE, CATALOGUE = "src/exercise/outline.py", "src/exercise/catalogue.py"
TRAINING, ANSWERS, FIGURES = "src/exercise/training.py", "src/exercise/answers.py", "src/exercise/figures.py"

QUICK = 'Walk(0.5), 5, (2, 5), START, "the quick walk"'
"""How the catalogue declares `alpha`, on which the grid is based."""


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A checkout with a complete report; copied, never changed."""
    program = Program.fresh(tmp_path_factory.mktemp("built") / "checkout")
    ran = program.run()
    assert ran.code == 0, ran.err
    return program


@pytest.fixture
def program(built: Program, tmp_path: Path) -> Program:
    """A copy of the complete checkout, at another place."""
    return built.copy(tmp_path / "checkout")


def build_as_planned(program: Program, *arguments: str) -> Ran:
    """Build, and check that status, dry run and build agreed: all stale things were made, and nothing
    that was not at least waiting for one; afterwards nothing is stale."""
    plan = program.plan(*arguments)
    dry = program.run("--dry-run", "--verbose", *arguments)
    assert not dry.made
    stale = {name for name, state in plan.items() if state == "stale"}
    waiting = {name for name, state in plan.items() if state == "waits" or state == "pending"}
    assert ("Nothing to do" in dry.out) == (not stale and not waiting)
    ran = program.run(*arguments)
    assert ran.code == 0, ran.err
    assert stale <= ran.made <= stale | waiting
    assert set(program.plan(*arguments).values()) == {"fresh"}
    return ran


def test_a_fresh_checkout_makes_everything(tmp_path: Path) -> None:
    """Each network, answer, figure, section and document once."""
    ran = build_as_planned(Program.fresh(tmp_path / "checkout"))
    assert ran.made == ALPHA | BETA | GRID | MEASURED | STUDIED


def test_nothing_is_made_twice(program: Program) -> None:
    """Another directory, new inodes and times: contents are the same, so nothing is made."""
    assert build_as_planned(program).made == set()
    assert "Nothing to do" in program.run().out


@pytest.mark.parametrize(
    ("name", "old", "new", "made"),
    [
        (CATALOGUE, QUICK, QUICK.replace("0.5", "0.55"), ALPHA | MEASURED),
        (
            TRAINING,
            "self._walk.noise * stumble",
            "self._walk.noise * stumble * 1.5",
            ALPHA | BETA | GRID | MEASURED | STUDIED,
        ),
        (FIGURES, "2.4", "2.6", {"figure/curves", "section/measured", *DOCUMENTS}),
        (
            ANSWERS,
            "min(differences) > 0",
            "max(differences) < 0",
            {"answer/measured.better", "section/measured", *DOCUMENTS},
        ),
        (
            "templates/questions/studied.grid.html",
            "The best cell",
            "The best of all",
            {"section/studied", *DOCUMENTS},
        ),
        (
            "templates/sections/studied.html",
            "",
            "<p>More.</p>\n",
            {"section/studied", "document/html", "document/pdf"},
        ),
    ],
    ids=[
        "specification",
        "training code",
        "drawing code",
        "answer code",
        "question's template",
        "section's template",
    ],
)
def test_a_change_makes_what_depends_on_it(
    program: Program, name: str, old: str, new: str, made: set[str]
) -> None:
    """And nothing else; documents with equal bytes count as unmade."""
    program.edit(name, old, new)
    ran = build_as_planned_loosely(program)
    assert ran.made - DOCUMENTS == made - DOCUMENTS
    assert ("document/html" in ran.made) == ("document/html" in made)


def build_as_planned_loosely(program: Program) -> Ran:
    """Build, and check the plan, but for documents that came out with the bytes they had."""
    plan = program.plan()
    ran = program.run()
    assert ran.code == 0, ran.err
    stale = {name for name, state in plan.items() if state == "stale"} - DOCUMENTS
    assert stale <= ran.made <= {name for name, state in plan.items() if state != "fresh"}
    assert set(program.plan().values()) == {"fresh"}
    return ran


def test_other_data_trains_everything_again(program: Program) -> None:
    """The data set is part of every result's key."""
    path = next((program.folder / "src/exercise/data").iterdir())
    path.write_text(path.read_text().replace("1", "2", 1) + "\n")
    assert build_as_planned_loosely(program).made >= ALPHA | BETA | GRID


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (TRAINING, "self._epoch += 1", "self._epoch += 1  # a comment"),
        (TRAINING, '"""Walk one epoch;', '"""Walk an epoch;'),
        (TRAINING, "loss = self._loss()\n", "loss = (\n            self._loss()\n        )\n"),
        (CATALOGUE, '"the quick walk"', '"the brisk walk"'),
        (ANSWERS, '"""How accurate', '"""Tell how accurate'),
        ("templates/sections/studied.html", "", "{# a comment #}"),
        ("src/labreport/charts/drawing.py", '"""', '"""Also: '),
    ],
    ids=[
        "comment",
        "docstring",
        "formatting",
        "title",
        "answer's docstring",
        "template's comment",
        "engine's docstring",
    ],
)
def test_what_changes_no_result_makes_nothing(program: Program, name: str, old: str, new: str) -> None:
    """Comments, docstrings, formatting and titles do not count."""
    program.edit(name, old, new)
    assert build_as_planned(program).made == set()


def test_touched_files_and_other_surroundings_make_nothing(program: Program, tmp_path: Path) -> None:
    """The same contents under other times, for another user, home and time zone."""
    for path in program.folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path)
    ran = program.run(
        environment={"TZ": "Asia/Kathmandu", "HOME": str(tmp_path), "USER": "someone", "LANG": "C"}
    )
    assert (ran.code, ran.made) == (0, frozenset())


def test_an_answer_that_comes_out_equal_goes_no_further(program: Program) -> None:
    """Its code changed, so it is computed again; its value did not, so nothing else is."""
    program.edit(ANSWERS, "min(differences) > 0", "min(differences) > 1e-9")
    assert build_as_planned(program).made == {"answer/measured.better"}


def test_a_style_sheet_makes_the_pages_only(program: Program) -> None:
    """No answer, figure or section depends on it."""
    path = program.folder / "templates/styles/base.css"
    path.write_text(path.read_text() + "\nmain { letter-spacing: 0.01em }\n")
    assert build_as_planned_loosely(program).made == {"document/html", "document/pdf"}


@pytest.mark.parametrize("deed", ["edit", "remove"])
@pytest.mark.parametrize("name", ["report.html", "report.pdf", "answers.json"])
def test_a_document_that_was_edited_or_removed_is_made_again(
    program: Program, built: Program, name: str, deed: str
) -> None:
    """And comes out with the bytes it had."""
    path = program.folder / "report" / name
    if deed == "edit":
        path.write_bytes(path.read_bytes() + b" ")
    else:
        path.unlink()
    assert build_as_planned_loosely(program).code == 0
    assert path.read_bytes() == (built.folder / "report" / name).read_bytes()


def test_a_damaged_result_is_trained_again_alone(program: Program) -> None:
    """One flipped byte in its arrays; the bad file is kept aside."""
    entries = sorted((program.folder / "report/results").glob("*.json"))
    path = next(path for path in entries if '"name": "beta"' in path.read_text())
    arrays = sorted(path.parent.glob(f"{path.stem}.*.npz"))[0]
    data = bytearray(arrays.read_bytes())
    data[len(data) // 2] ^= 1
    arrays.write_bytes(data)
    ran = build_as_planned_loosely(program)
    trained = {name for name in ran.made if name.startswith("result/")}
    assert len(trained) == 1
    assert trained < BETA
    assert list((program.folder / "report/results").rglob("quarantine/*"))


def test_another_version_of_a_library_trains_again(program: Program, tmp_path: Path) -> None:
    """An upgraded NumPy may compute other bits; `why` names both versions."""
    packages = tmp_path / "site-packages"
    (packages / "numpy-99.0.dist-info").mkdir(parents=True)
    environment = {"PYTHONPATH": str(packages)}
    told = program.run("why", "alpha", environment=environment).out
    assert "library numpy" in told
    assert "→ 99.0" in told


def test_more_seeds_train_only_the_new_ones(program: Program) -> None:
    """And fewer train none."""
    assert {name for name in program.run("--seeds", "6").made if "result/" in name} == {"result/alpha#5"}
    assert {name for name in program.run("--seeds", "1").made if "result/" in name} == set()


def test_more_epochs_go_on_from_the_stored_ones(program: Program, tmp_path: Path) -> None:
    """Seven epochs after five train two more, and end in the bits of seven at once."""
    log = tmp_path / "log"
    program.edit(CATALOGUE, QUICK, QUICK.replace("5, (2, 5)", "7, (2, 5, 7)"))
    ran = program.run(environment={"STANDIN_LOG": str(log)})
    assert ran.code == 0, ran.err
    epochs = [line for line in log.read_text().splitlines() if line.startswith("epoch")]
    assert len(epochs) == 2 * (5 + 4), "two more for each seed and each cell of the grid"
    other = Program.fresh(tmp_path / "other")
    other.edit(CATALOGUE, QUICK, QUICK.replace("5, (2, 5)", "7, (2, 5, 7)"))
    assert other.run().code == 0
    names = {path.name for path in (program.folder / "report/results").glob("*.npz")}
    assert {path.name for path in (other.folder / "report/results").glob("*.npz")} == names


def test_forcing_one_thing_makes_it_and_what_changes_with_it(program: Program) -> None:
    """A figure drawn again comes out equal, so nothing else is made."""
    assert program.run("--force", "curves").made == {"figure/curves"}


def test_forcing_everything_makes_everything(program: Program) -> None:
    """Every training, answer, figure and section."""
    made = program.run("--force").made
    assert made - DOCUMENTS == (ALPHA | BETA | GRID | MEASURED | STUDIED) - DOCUMENTS


def test_a_section_alone_makes_only_what_it_needs(tmp_path: Path) -> None:
    """The report waits until the rest is there."""
    ran = Program.fresh(tmp_path / "checkout").run("studied")
    assert ran.code == 0
    assert ran.made == GRID | {"answer/studied.grid", "section/studied"}


def test_why_names_old_and_new_values_down_the_chain(program: Program) -> None:
    """From the section to the field that changed."""
    program.edit(CATALOGUE, QUICK, QUICK.replace("0.5", "0.3"))
    ran = program.run("why", "measured")
    assert ran.code == 1
    assert "result/alpha#0–4" in ran.out
    assert "rate 0.5 → 0.3" in ran.out


def test_why_names_the_function_that_changed(program: Program) -> None:
    """So that a reader knows which edit it was."""
    program.edit(FIGURES, "2.4", "2.6")
    assert "function exercise.figures:curves changed" in program.run("why", "curves").out


def test_a_rebuild_tells_how_the_answers_changed(program: Program) -> None:
    """Old and new number, and what became of the verdict."""
    program.edit(CATALOGUE, QUICK, QUICK.replace("0.5", "0.35"))
    ran = program.run()
    assert "measured.better.alpha " in ran.out
    assert "verdict unchanged" in ran.out


def test_status_is_1_exactly_when_something_is_stale(program: Program) -> None:
    """So that a script can ask without building."""
    assert program.run("status").code == 0
    program.edit(ANSWERS, "min(differences) > 0", "max(differences) > 0")
    ran = program.run("status", "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["fresh"] is False


def test_a_result_without_readers_stays_until_it_is_cleaned_away(program: Program) -> None:
    """Removing an experiment removes nothing; `clean` says how much it frees."""
    results = program.folder / "report/results"
    before = {path.name for path in results.glob("*.json")}
    program.edit(CATALOGUE, "Walk(0.25)", "Walk(0.26)")
    assert program.run().code == 0
    assert before <= {path.name for path in results.glob("*.json")}
    ran = program.run("clean")
    assert ran.code == 0
    assert "2 results that nothing refers to, freed" in ran.out
    assert set(program.plan().values()) == {"fresh"}


def test_a_lost_ledger_costs_no_training(program: Program) -> None:
    """What is stored is recognised by its key."""
    (program.folder / "report/ledger.json").unlink()
    shutil.rmtree(program.folder / "report/.stamp", ignore_errors=True)
    assert program.run().made - DOCUMENTS == set()


def test_a_run_with_nothing_to_do_imports_nothing_heavy(program: Program, tmp_path: Path) -> None:
    """Neither the instant run nor the one that hashes loads a heavy library."""
    program.run()
    for arguments in ((), ("status",)):
        ran = program.run(*arguments, environment={"PYTHONVERBOSE": "1"})
        loaded = {line.split("'")[1] for line in ran.err.splitlines() if line.startswith("import '")}
        assert not loaded & {"tensorflow", "numpy", "matplotlib", "jinja2", "weasyprint", "rich", "scipy"}
        assert "sys" not in loaded or ran.code == 0


def test_an_edit_that_keeps_size_and_time_is_noticed(program: Program) -> None:
    """The stamp holds change time and inode as well."""
    program.run()
    path = program.folder / ANSWERS
    status = path.stat()
    text = path.read_text().replace("min(differences) > 0", "max(differences) < 0")
    path.write_text(text)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert "answer/measured.better" in program.run().made
