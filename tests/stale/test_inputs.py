"""What runs and answers are made of: an edit changes what rests on it, and nothing else."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from stale.edits import Inputs, changed_targets

from labreport.errors import UsageError
from labreport.results import Store, sha256_of
from labreport.run import Task, run_tasks
from labreport.stale import ENGINE, Dependencies, find_dependencies, open_project

PROJECT = '''
import json
from dataclasses import dataclass
from typing import Annotated, ClassVar

import matplotlib
import numpy as np
import seaborn as sns
from msgspec import Meta

from labreport import Experiment, Measure, Project, at, figure, question, section, study, table

sns.set_theme(palette="deep")
matplotlib.rcParams["axes.grid"] = True
EPOCHS = 2
LOADED = []


@dataclass(frozen=True)
class Network:
    """What is trained."""

    width: Annotated[int, Meta(ge=1)] = 8
    decay: float = 0.0

    @property
    def nodes(self):
        return self.width + 1


def images():
    """Few."""
    return np.arange(4)


class Training:
    def __init__(self, network, seed, epoch=0, state=None):
        self.network, self.sum = network, float(state["sum"]) if state else 0.0

    def advance(self):
        self.sum += float(np.sum(images())) * self.network.nodes
        return {"loss": self.sum}

    def snapshot(self):
        return {"loss": self.sum}, {"sum": np.float64(self.sum)}

    def state(self):
        return {"sum": np.float64(self.sum)}


def experiment(name, title, **fields):
    return Experiment(name, Network(**fields), epochs=EPOCHS, start=Training, title=title)


PLAIN = experiment("plain", "none")
DECAY = experiment("decay", "with decay", decay=0.5)
MORE = [experiment(f"more {width}", f"{width} wide", width=width) for width in (16, 32)]
for each in MORE:
    LOADED.append(Experiment("again " + each.name, each.specification, start=Training))
WIDTHS = study("widths", PLAIN, width=(2, 3))
LOSS = Measure("loss")


@figure(reads=PLAIN)
def line(results):
    sns.lineplot()


@question("Which?", reads=at(1, PLAIN) + at(2, DECAY), figures=(line,), data="notes.txt")
def best(results):
    images = [results[PLAIN].label, LOSS]
    return json.dumps(images)


def ask(measure):
    @question(f"How large is the {measure.name}?", reads=DECAY, name=measure.name)
    def size(results):
        return measure

    return size


project = Project(
    "Trial",
    (section("All", best, ask(LOSS)),),
    data_files=("images.txt",),
    experiments=(*MORE, WIDTHS),
    seeds=2,
)
'''


@pytest.fixture(autouse=True)
def _without_drawing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries of figures are not needed here, and take seconds to load."""
    drawing = ModuleType("seaborn")
    drawing.__spec__ = ModuleSpec("seaborn", None)
    drawing.set_theme = lambda palette: None  # type: ignore[attr-defined]
    drawing.rcParams = {}  # type: ignore[attr-defined]
    for name in ("seaborn", "matplotlib"):
        monkeypatch.setitem(sys.modules, name, drawing)


def loaded(folder: Path, *edits: tuple[str, str]) -> Dependencies:
    """The ingredients of the project, after the edits."""
    text = PROJECT
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "project.py").write_text(text)
    for name in ("images.txt", "notes.txt"):
        if not (folder / name).exists():
            (folder / name).write_text("1 2 3")
    return find_dependencies(open_project(folder), folder / "report" / "results")


def made(ingredients: Dependencies) -> Inputs:
    """What each thing is made of: `run NAME`, `answer NAME`, `figure NAME`."""
    project = ingredients.project
    inputs = {f"run {run.name}": ingredients.run_inputs(run, 0) for run in project.all_experiments}
    for answer in project.questions:
        inputs[f"answer {answer.name}"] = ingredients.reader_inputs(answer, {})
    for figure in project.figures:
        inputs[f"figure {figure.name}"] = ingredients.reader_inputs(figure, {})
    return inputs


def without_declarations(ingredients: Dependencies) -> Inputs:
    """What each thing is made of, but for how experiments are declared."""
    inputs = made(ingredients)
    for labels in inputs.values():
        for label in [label for label in labels if label.startswith("experiment ")]:
            del labels[label]
    return inputs


def changed_labels(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The inputs of one thing that are others."""
    return [label for label in before | after if before.get(label) != after.get(label)]


ALL_RUNS = {
    "run plain",
    "run decay",
    "run more 16",
    "run more 32",
    "run widths/width=2",
    "run widths/width=3",
}
EDITS = """
decay=0.5 → decay=0.25 → run decay
experiment("plain", "none") → experiment("plain", "none", decay=1.0) → run plain, run widths/width=2, run widths/width=3
"with decay" → "L2" → nothing
EPOCHS = 2 → EPOCHS = 3 → answer loss, figure line
(16, 32) → (16, 64) → run more 32, run more 64
title=title) → title=title, exclusive=True) → nothing
seeds=2 → seeds=2, threads=2 → all runs
images = [ → images = ['x', → answer best
np.arange(4) → np.arange(5) → all runs
self.width + 1 → self.width + 2 → all runs
Meta(ge=1) → Meta(ge=2, le=99) → nothing
"deep" → "muted" → figure line
["axes.grid"] = True → ["axes.grid"] = False → figure line
Measure("loss") → Measure("loss", "nats") → answer best, answer loss
Experiment("again → Experiment("once → nothing
def experiment(name, title, **fields): → def experiment(name, title='', **fields): → nothing
\"""Few.\""" → \"""Some.\"""  # four → nothing
import json → import json; np = None → nothing
"""  # noqa: E501
"""A text of the project, what is written in its place, and what is made of something else then."""


def test_an_edit_repeats_what_rests_on_it_and_nothing_else(tmp_path: Path) -> None:
    """A helper that makes experiments, a local name like a function's, bounds, titles, a theme, a loop."""
    before = without_declarations(loaded(tmp_path))
    for line in EDITS.strip().splitlines():
        old, new, names = line.split(" → ")
        expected = {"nothing": set(), "all runs": ALL_RUNS}.get(names, {*names.split(", ")})
        after = without_declarations(loaded(tmp_path, (old, new)))
        assert changed_targets(before, after) == expected, line


def test_how_an_experiment_is_declared_counts_for_who_reads_it(tmp_path: Path) -> None:
    """Its title, seeds and design are seen in an answer; those of another experiment are not."""
    edits = ("PLAIN = experiment(", "PLAIN = experiment("), ('"with decay"', '"L2"')
    before, after = (made(loaded(tmp_path, edit))["answer best"] for edit in edits)
    assert changed_labels(before, after) == ["experiment decay"]


def test_runs_rest_on_the_libraries_that_their_code_uses(tmp_path: Path) -> None:
    """Not on those of figures, of bounds in annotations, or of the module around them."""
    inputs = made(loaded(tmp_path))
    libraries = {name for name in inputs["run plain"] if name.startswith("library ")}
    assert libraries == {"library numpy"}
    assert inputs["run plain"]["python"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert {"library matplotlib", "library seaborn"} <= inputs["figure line"].keys()


def test_libraries_that_are_named_are_the_only_ones(tmp_path: Path) -> None:
    """`libraries=` of the project stands in for those that are found."""
    inputs = made(loaded(tmp_path, ("seeds=2,", "seeds=2, libraries=('scipy',),")))["run plain"]
    assert [name for name in inputs if name.startswith("library ")] == ["library scipy"]


def test_a_function_that_another_module_exports_is_followed(tmp_path: Path) -> None:
    """By its name as text, through the module that imports it."""
    for name, text in (
        ("inner", "def fit(network, seed):\n    return 1\n"),
        ("outer", "from inner import fit\n"),
    ):
        (tmp_path / f"{name}.py").write_text(text)
    ingredients = loaded(
        tmp_path, ("experiments=(", "experiments=(Experiment('late', Network(), fit='outer:fit'), ")
    )
    assert "code inner:fit" in made(ingredients)["run late"]


def test_data_files_count_by_their_bytes(tmp_path: Path) -> None:
    """The project's for every run, a question's for its answer."""
    before = made(loaded(tmp_path))
    (tmp_path / "images.txt").write_text("3 2 1")
    after = made(loaded(tmp_path))
    assert changed_targets(before, after) == ALL_RUNS
    (tmp_path / "notes.txt").unlink()
    ingredients = loaded(tmp_path)
    (tmp_path / "notes.txt").unlink()
    with pytest.raises(UsageError, match=r"notes\.txt is not there"):
        made(ingredients)


def test_a_path_in_the_project_is_not_that_of_an_equal_name_elsewhere(tmp_path: Path) -> None:
    """`/notes.txt` is another file than `notes.txt` of the project, whose folder does not count."""
    value = "images = [results[PLAIN].label, LOSS]"
    answers = []
    for path in (f"{tmp_path}/notes.txt", "/notes.txt"):
        project = loaded(
            tmp_path, ("LOSS = Measure", f"NOTES = {path!r}\nLOSS = Measure"), (value, value + ", NOTES")
        )
        answers.append(made(project)["answer best"])
    assert answers[0] != answers[1]


def test_the_bytes_of_a_table_count(tmp_path: Path) -> None:
    """For who reads it, and for whose code names it without `reads=`."""
    (tmp_path / "wells.csv").write_text("a\n1\n")
    edits = [("WIDTHS = study", 'WELLS = table("wells.csv")\nWIDTHS = study')]
    edits += [
        ("reads=DECAY, name=", "reads=(DECAY, WELLS), name="),
        ("    images = [", "    images = [WELLS, "),
    ]
    before = made(loaded(tmp_path, *edits))
    (tmp_path / "wells.csv").write_text("a\n2\n")
    after = made(loaded(tmp_path, *edits))
    for name in ("answer loss", "answer best"):
        assert "table wells.csv" in before[name]
        assert changed_labels(before[name], after[name]) == ["data wells.csv"]


def test_an_experiment_that_reads_no_files_does_not_rest_on_the_project_s(tmp_path: Path) -> None:
    """It says so by `files=()`."""
    none = ("title=title)", "title=title, files=())")
    before = made(loaded(tmp_path, none))
    (tmp_path / "images.txt").write_text("3 2 1")
    assert made(loaded(tmp_path, none)) == before


def test_equal_specifications_share_a_key_and_titles_do_not_count(tmp_path: Path) -> None:
    """So that their runs are made once."""
    ingredients = loaded(tmp_path, ('"with decay", decay=0.5', '"with decay"'))
    plain, decay = (ingredients.project.experiment(name) for name in ("plain", "decay"))
    assert ingredients.run_inputs(plain, 0) == ingredients.run_inputs(decay, 0)
    assert ingredients.run_inputs(plain, 0) != ingredients.run_inputs(plain, 1)


def test_the_way_leads_from_a_definition_to_what_rests_on_it(tmp_path: Path) -> None:
    """And its place is that of the statement now."""
    ingredients = loaded(tmp_path)
    assert ingredients.way_to(ingredients.project.experiment("plain"), "code project:images") == [
        "project:images",
        "project:Training.advance",
        "project:Training",
    ]
    line = PROJECT.split("\n").index("def images():") + 1
    description, place = ingredients.describe("code project:images")
    assert description == "function project:images"
    assert place.endswith(f"project.py:{line}")


def test_what_a_question_closes_over_is_part_of_it(tmp_path: Path) -> None:
    """One made by a helper rests on what the helper was given, experiments by what they are."""
    before = made(loaded(tmp_path))
    after = made(loaded(tmp_path, ("ask(LOSS)", 'ask(Measure("loss", because="so"))')))
    assert changed_targets(before, after) == {"answer loss"}


def test_two_experiments_may_be_read_under_one_label(tmp_path: Path) -> None:
    """`plain` at epochs 1 and 2, and `plain 1` at epoch 2: the runs of both count."""
    read = ("at(1, PLAIN) + at(2, DECAY)", "at(1, PLAIN) + at(2, PLAIN, DECAY)")
    ingredients = loaded(tmp_path, ('"decay", ', '"plain 1", '), read)
    best = ingredients.project.questions[0]
    label = "reads plain 1 2"
    values = []
    for hashes in (("a", "b"), ("c", "b"), ("a", "c"), ("?", "b"), ("a", "?")):
        runs = {"plain": {"0": hashes[0]}, "plain 1": {"0": hashes[1]}}
        values.append(ingredients.reader_inputs(best, runs)[label])
    assert len(set(values)) == 4
    assert values[3:] == ["?", "?"]


def test_what_is_edited_after_loading_is_told(tmp_path: Path) -> None:
    """Code and data; what was loaded and digested stays what it was."""
    ingredients = loaded(tmp_path)
    before = made(ingredients)
    assert ingredients.changed_since_loaded() == []
    (tmp_path / "project.py").write_text(f"{PROJECT}\n")
    (tmp_path / "images.txt").write_text("9 9 9")
    assert [Path(name).name for name in ingredients.changed_since_loaded()] == ["images.txt", "project.py"]
    assert (
        ingredients.run_inputs(ingredients.project.all_experiments[0], 0)["code project:Training"]
        == before["run plain"]["code project:Training"]
    )


def test_the_bits_of_a_toy_run_are_those_of_this_engine(tmp_path: Path) -> None:
    """If this fails by an edit of the engine, raise `ENGINE`, and pin the new hash."""
    drawing = ["import seaborn as sns\n", 'sns.set_theme(palette="deep")\n', "import matplotlib\n"]
    drawing.append('matplotlib.rcParams["axes.grid"] = True\n')
    ingredients = loaded(tmp_path, *((statement, "") for statement in drawing))
    project = ingredients.project
    made_of = ingredients.run_inputs(project.experiment("decay"), 0)
    task, store = Task("decay", 0, sha256_of(made_of), made_of, (1, 2)), Store(tmp_path / "results")
    assert not run_tasks(project, [task], store)
    run = store.find(sha256_of(made_of), 0)
    assert run is not None
    results = {str(epoch): run.at(epoch).sha256 for epoch in (1, 2)} | {"loss": str(run.records[1]["loss"])}
    assert (ENGINE, sha256_of(results)[:16]) == (1, "15bd3a97522b02a0")
