"""The promise of staleness, kept by the real program: edit a file, run, see exactly what was made."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from faults.formats import stored_arrays
from program import Program
from standin_nodes import (
    ALL,
    ALPHA,
    ANSWERS,
    BETA,
    CATALOGUE,
    DOCUMENTS,
    FIGURES,
    MEASURED,
    QUICK,
    SHARED,
    SLOW,
    TRAINING,
    TRAININGS,
    build_as_planned,
)


def test_a_fresh_checkout_makes_everything(tmp_path: Path) -> None:
    """Each network, answer, figure, section and document once."""
    ran = build_as_planned(Program.fresh(tmp_path / "checkout"), dry=True)
    assert ran.made == ALL


def test_nothing_is_made_twice(program: Program) -> None:
    """Another directory, new inodes and times: contents are the same, so nothing is made."""
    assert build_as_planned(program, dry=True).made == set()
    assert "Nothing to do" in program.run().out


@pytest.mark.parametrize(
    ("name", "old", "new", "made"),
    [
        (CATALOGUE, QUICK, QUICK.replace("0.5", "0.55"), ALPHA | MEASURED | SHARED | {"answer/studied.grid"}),
        (
            TRAINING,
            "self._walk.noise * stumble",
            "self._walk.noise * stumble * 1.5",
            ALL,
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
            "The cell that",
            "That cell which",
            {"section/studied", *DOCUMENTS},
        ),
        (
            "templates/sections/studied.html",
            "part of the way.</p>",
            "part of the way.</p><p>More.</p>",
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
    ran = build_as_planned(program, dry=name == CATALOGUE)
    assert ran.made - DOCUMENTS == made - DOCUMENTS
    assert ("document/html" in ran.made) == ("document/html" in made)


def test_other_data_trains_everything_again(program: Program) -> None:
    """The data set is part of every result's key."""
    path = next((program.folder / "src/exercise/data").iterdir())
    path.write_text(path.read_text().replace("1", "2", 1) + "\n")
    assert build_as_planned(program).made >= TRAININGS


UNIMPORTANT = (
    (TRAINING, "self._epoch += 1", "self._epoch += 1  # a comment"),
    (TRAINING, '"""Walk one epoch;', '"""Walk an epoch;'),
    (TRAINING, "loss = self._loss()\n", "loss = (\n            self._loss()\n        )\n"),
    (ANSWERS, '"""How accurate', '"""Tell how accurate'),
    ("templates/sections/studied.html", "", "{# a comment #}"),
    ("src/labreport/charts/layout.py", '"""', '"""Also: '),
)
"""Edits of a comment, docstrings, layout, a template's comment, and the engine's docstring."""


def test_what_changes_no_result_makes_nothing(program: Program) -> None:
    """Comments, docstrings and formatting do not count: not one of these edits, made together."""
    for edit in UNIMPORTANT:
        program.edit(*edit)
    assert build_as_planned(program).made == set()


def test_a_title_makes_what_may_print_it_and_retrains_nothing(program: Program) -> None:
    """Answers and figures that read the experiment; a study of it has a title of its own."""
    program.edit(CATALOGUE, '"the quick walk"', '"the brisk walk"')
    why = program.run("why", "measured.better").out
    assert "declaration of alpha changed" in why
    made = build_as_planned(program).made
    read = {"answer/measured.accuracy", "answer/measured.better", "figure/curves", "answer/shared.longer"}
    assert read <= made
    assert not made & TRAININGS


READ = """\
import json
import os
from pathlib import Path

HERE = Path(__file__).parent
THRESHOLD = json.loads((HERE / "settings.json").read_text())
FILES = sorted(path.name for path in (HERE / "runs").glob("*.txt"))
LEVEL = os.environ.get("LEVEL", "1")

MEASURED ="""


def test_what_is_read_while_the_project_is_loaded_counts(program: Program) -> None:
    """A file, a folder that is listed and a variable of the environment count for all that is made in that
    process, and also where nothing else was edited since."""
    settings, runs = program.folder / "src/exercise/settings.json", program.folder / "src/exercise/runs"
    settings.write_text("0.25")
    runs.mkdir()
    program.edit(OUTLINE, "MEASURED =", READ)
    level = "1"
    assert program.run(environment={"LEVEL": level}).code == 0
    for change in ("settings", "runs", "LEVEL"):
        assert "Nothing to do" in program.run(environment={"LEVEL": level}).out, change
        if change == "settings":
            settings.write_text("0.75")
        elif change == "runs":
            (runs / "one.txt").touch()
        else:
            level = "2"
        why = program.run("why", "measured.better", environment={"LEVEL": level}).out
        assert f"{change}{'.json' if change == 'settings' else ''} changed" in why
        made = program.run(environment={"LEVEL": level}).made
        assert {"answer/measured.better", "figure/curves", "section/studied"} <= made
        assert not made & TRAININGS


def test_what_a_module_of_a_training_reads_while_it_is_loaded_counts_for_the_training(
    program: Program,
) -> None:
    """A value that it keeps is another one where the file is; each worker loads the module again."""
    settings = program.folder / "src/exercise/settings.txt"
    settings.write_text("0.25")
    line, read = "@dataclass", '_ = open(__file__.replace("walks.py", "settings.txt")).read()'
    program.edit("src/exercise/walks.py", line, f"{read}\n\n\n{line}")
    assert program.run().code == 0
    assert "Nothing to do" in program.run().out
    settings.write_text("0.75")
    assert "file src/exercise/settings.txt changed" in program.run("status").out
    assert program.run().made & TRAININGS


OUTLINE = "src/exercise/outline.py"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "Which of the two walks comes closer?",
            "Which walk comes closer?",
            "question measured.better changed",
        ),
        ('("alpha", "beta"),\n', '("beta", "alpha"),\n', "order of what is read changed"),
        (
            '            ("grid",),\n',
            '            ("grid",),\n            local=True,\n',
            "question studied.grid changed",
        ),
        ('    title="Walks",\n', '    title="Walks",\n    author="Ada",\n', "author  → Ada"),
        ("sections=(MEASURED, STUDIED, SHARED)", "sections=(STUDIED, MEASURED, SHARED)", "order changed"),
    ],
)
def test_whatever_the_outline_says_is_an_ingredient(program: Program, old: str, new: str, told: str) -> None:
    """Each document is rebuilt, and `why` names the part of the outline, never the code of an answer."""
    program.edit(OUTLINE, old, new)
    found = program.run("why", "answers" if "read" not in told else "measured.better")
    assert told in found.out + found.err
    assert "code of the answers" not in program.run("why", "crate").out


def test_touched_files_and_other_surroundings_make_nothing(program: Program, tmp_path: Path) -> None:
    """The same contents under other times, for another user, home and time zone."""
    for path in program.own_engine().folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            os.utime(path)
    ran = program.run(
        environment={"TZ": "Asia/Kathmandu", "HOME": str(tmp_path), "USER": "someone", "LANG": "C"}
    )
    assert (ran.code, ran.made) == (0, frozenset())


def test_an_answer_that_comes_out_equal_goes_no_further(program: Program) -> None:
    """Its code changed, so it is computed again; its value did not, so only the record of the code is."""
    program.edit(ANSWERS, "min(differences) > 0", "min(differences) > 1e-9")
    assert build_as_planned(program).made == {"answer/measured.better", "document/crate"}


def test_a_style_sheet_makes_the_pages_only(program: Program) -> None:
    """No answer, figure or section depends on it."""
    path = program.own_engine().folder / "src/labreport/frame/styles/base.css"
    path.write_text(path.read_text() + "\nmain { letter-spacing: 0.01em }\n")
    assert build_as_planned(program).made == {"document/html", "document/pdf"}


def test_documents_that_are_set_in_type_follow_their_ingredients(tmp_path: Path) -> None:
    """The real PDF and the real fonts: equal when rebuilt, others when a template changes."""
    program = Program.typeset().copy(tmp_path / "checkout")
    pdf = program.folder / "report" / "report.pdf"
    first = pdf.read_bytes()
    assert first.startswith(b"%PDF-1.7")
    assert len(first) > 10_000
    assert program.run("--seeds", "1").made == set()
    pdf.write_bytes(first + b" ")
    assert program.run("--seeds", "1").made == {"document/pdf"}
    assert pdf.read_bytes() == first
    program.edit("templates/questions/studied.grid.html", "The cell that", "That cell which")
    assert {"document/html", "document/pdf"} <= program.run("--seeds", "1").made
    assert pdf.read_bytes() != first


def test_a_document_that_was_edited_or_removed_is_made_again(program: Program) -> None:
    """Each by itself, and it comes out with the bytes it had; so do all at once."""
    paths = [program.folder / "report" / name for name in ("report.html", "report.pdf", "answers.json")]
    before = [path.read_bytes() for path in paths]
    for path in paths:
        path.write_bytes(path.read_bytes() + b" ")
        assert build_as_planned(program).code == 0
        assert [path.read_bytes() for path in paths] == before
    for path in paths:
        path.unlink()
    assert program.run().code == 0
    assert [path.read_bytes() for path in paths] == before


def test_a_damaged_result_is_trained_again_alone(program: Program) -> None:
    """One flipped byte in its arrays; the bad file is kept aside."""
    entries = sorted((program.folder / "report/results").glob("*.json"))
    path = next(path for path in entries if json.loads(path.read_text())["name"] == "beta")
    file = sorted(name for name in stored_arrays(program.folder / "report") if name.startswith(path.stem))[0]
    data = bytearray((path.parent / file).read_bytes())
    data[len(data) // 2] ^= 1
    (path.parent / file).write_bytes(data)
    ran = build_as_planned(program)
    trained = {name for name in ran.made if name.startswith("result/")}
    assert len(trained) == 1
    assert trained < BETA
    assert list((program.folder / "report").rglob("quarantine/*"))


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


def epochs(log: Path) -> list[str]:
    """The epochs that were trained: walk, seed and number of each."""
    lines = log.read_text().splitlines()
    return [line.rpartition(" pid=")[0] for line in lines if line.startswith("epoch")]


def test_more_epochs_and_a_new_snapshot_on_the_way_train_no_other_epoch(
    program: Program, tmp_path: Path
) -> None:
    """Seven epochs after five continue from the stored ones; epoch 4, which was passed between snapshots 2
    and 5, takes epochs 3 and 4 again. All end in the bits of seven at once.
    """
    log = tmp_path / "log"
    longer = SLOW.replace("5, (2, 5)", "7, (2, 4, 5, 7)")
    program.edit(CATALOGUE, SLOW, longer)
    ran = program.run(environment={"STANDIN_LOG": str(log)})
    assert ran.code == 0, ran.err
    assert sorted(epochs(log)) == sorted(
        f"epoch rate=0.25 noise=0.01 seed={seed} epoch={epoch}" for seed in range(2) for epoch in (3, 4, 6, 7)
    )
    other = Program.fresh(tmp_path / "other")
    other.edit(CATALOGUE, SLOW, longer)
    assert other.run("beta").code == 0
    assert arrays(other)
    assert arrays(other) <= arrays(program)


def test_an_experiment_on_a_known_trajectory_trains_nothing(program: Program, tmp_path: Path) -> None:
    """Twelve epochs after ten train two more; nine after ten train none, whichever experiment asks."""
    log = tmp_path / "log"
    log.touch()
    program.edit(CATALOGUE, "10, (10,), START", "9, (5,), START")
    program.edit(ANSWERS, "epoch=10", "epoch=5")
    assert program.run(environment={"STANDIN_LOG": str(log)}).code == 0
    assert epochs(log) == []
    program.edit(CATALOGUE, "9, (5,), START", "12, (12,), START")
    program.edit(ANSWERS, '"alpha-10", epoch=5', '"alpha-10", epoch=12')
    assert program.run(environment={"STANDIN_LOG": str(log)}).code == 0
    assert sorted(epochs(log)) == sorted(
        f"epoch rate=0.5 noise=0.01 seed={seed} epoch={epoch}" for seed in range(5) for epoch in (11, 12)
    )


def arrays(program: Program) -> set[str]:
    """Names of all files of arrays but states, which end with the digest of their bytes."""
    return stored_arrays(program.folder / "report")


def test_a_training_that_is_no_longer_finite_is_stored_planned_and_checked(tmp_path: Path) -> None:
    """The report is made; afterwards nothing is stale, and what is stored passes its verification."""
    program = Program.fresh(tmp_path / "checkout")
    program.edit(TRAINING, '"loss": loss,', '"loss": float("nan") if self._walk.rate == 0.25 else loss,')
    ran = program.run()
    assert ran.code == 0, ran.err
    assert set(program.plan().values()) == {"fresh"}
    assert program.run().out.startswith("Nothing to do")
    assert program.run("verify").code == 0
