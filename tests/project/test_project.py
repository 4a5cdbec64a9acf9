"""What an author declares: values are checked, names are unique in their kind, code is found."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any, Literal

import numpy as np
import pandas
import pytest
from msgspec import Meta
from refusals import check_refusals

from labreport import project as declarations
from labreport.errors import MultipleErrors, UsageError
from labreport.project import (
    Experiment,
    Fit,
    Measure,
    Project,
    at,
    figure,
    load_project,
    question,
    section,
    study,
    table,
)


@dataclass(frozen=True)
class Model:
    """What an experiment is in these tests."""

    kind: Literal["tree", "forest"] = "tree"
    rows: Annotated[int, Meta(ge=10)] = 120
    rate: float = 0.1
    widths: tuple[int, ...] = ()


def fit(model: Model, seed: int) -> Fit:
    """Stand for a fit."""
    return Fit()


def other_fit(model: Model, seed: int) -> Fit:
    """Stand for another."""
    return Fit()


TREE = Experiment("tree", Model(), fit=fit)
DEEP = Experiment("deep", Model("forest"), epochs=50, start=fit)


def experiment(**fields: Any) -> Experiment:
    """One with these fields of its specification."""
    return Experiment("one", Model(**fields), fit=fit)


FRAME = pandas.DataFrame({"plate": [1, 2], "dose": [0, 10]})
MISTAKES = """
experiment(rate='0.1')
    rate is '0.1'; allowed is a number
experiment(rate=True)
    rate is True; allowed is a number
experiment(rows=9)
    rows is 9; allowed is a whole number of at least 10
experiment(kind='forst')
    did you mean 'forest'?
experiment(widths=[3])
    write (3,)
Experiment('one', Model(), fit=fit, epochs=50)
    a fit is one step
Experiment('one', Model(), design=Design(test_fraction=2.0))
    test_fraction is 2.0; allowed is
Experiment('one', Model(), fit='nowhere:fit').code
    fit is 'nowhere:fit', which is not there
Experiment('one', Model()).code
    nothing runs it; give fit= or start=
study('grid', TREE, row=(1, 2))
    no field 'row'; did you mean 'rows'
study('grid', TREE, rate=(0.1234561, 0.1234562))
    rate takes 0.1234561 and 0.1234562, which are both '0.123456' in the name of an experiment
study('grid', TREE, rows=20)
    study 'grid': rows is 20; allowed is a tuple of values
question('?', reads=None)
    reads is None; allowed are experiments, studies
question(fit)
    allowed are its text: @question("Which is better?")
section(TREE)
    section is experiment 'tree'; allowed are its title
Project('Report', seeds='5')
    seeds is '5'; allowed are a number from 1, or a range
section(['Limits'])
    section is ['Limits']; allowed are its title
values(3)
    values is 3; allowed are a path
study('grid', 3, rows=(20, 40))
    base is 3; allowed is Experiment
Project('Report', seeds=(1, 2))
    seeds is (1, 2); allowed are a number from 1, or a range
Project('Report', TREE)
    project: sections is experiment 'tree'; allowed are sections and functions
Project('Report', [fit])
    allowed are sections and functions under @question
Project('Report', experiments='tree')
    experiments is 'tree'; allowed are experiments and studies
at('5', DEEP)
    epochs of at() is '5'; allowed are whole numbers
study('grid', TREE, seeds=0, rows=(20, 40))
    seeds is 0; allowed is a whole number of at least 1
at(0, DEEP)
    'deep' has epochs 1 to 50
at(51, DEEP)
    'deep' has epochs 1 to 50
Measure('viability', unit='%').check_value(1.04, 'well 3')
    bounded=False if more is right
table(FRAME, where='dose > 20').frame
    table DataFrame: no rows (where='dose > 20' matches none)
table(FRAME).check_column('plat')
    no column 'plat'; did you mean 'plate'? There are plate, dose
"""


def test_a_mistake_is_one_message() -> None:
    """With the line of the author, the value, and what is allowed or near."""
    check_refusals(MISTAKES, {**vars(declarations), **globals()}, begins=r"\S*tests\S*\.py:\d+: ")


def test_numpy_scalars_are_numbers() -> None:
    """What NumPy computes may stand in a specification."""
    scalars: dict[str, Any] = {"rows": np.int64(20), "rate": np.float32(0.5)}
    assert Experiment("one", Model(**scalars), fit=fit).specification.rows == 20


def test_a_study_unfolds_into_every_combination() -> None:
    """Cells are in row-major order, and their names tell their point."""
    grid = study("grid", TREE, kind=("tree", "forest"), rows=(20, 40))
    assert [cell.name for cell in grid.experiments()] == [
        "grid/kind=tree,rows=20",
        "grid/kind=tree,rows=40",
        "grid/kind=forest,rows=20",
        "grid/kind=forest,rows=40",
    ]


def test_epochs_that_anyone_reads_are_kept() -> None:
    """The union of what questions and figures read, and the last epoch."""

    @figure(reads=at(5, DEEP))
    def early(results: Any) -> None: ...

    @question("?", reads=at((10, 20), DEEP), figures=early)
    def answer(results: Any) -> None: ...

    project = Project("Report", (answer,))
    assert project.checkpoint_epochs(DEEP) == (5, 10, 20, 50)
    assert [run.name for run in project.all_experiments] == ["deep"]


def test_one_question_or_a_list_is_as_good_as_a_tuple() -> None:
    """Who writes `(best)` has forgotten the comma."""

    @question("?", reads=TREE)
    def best(tree: Any) -> None: ...

    for sections in (best, [best], (best,)):
        project = Project("Report", sections, experiments=DEEP)  # type: ignore[arg-type]
        assert (project.questions, len(project.all_experiments)) == ((best,), 2)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Où aller?", "ou-aller"),
        ("Part two", "part-two"),
        ("Мой итог", "мой-итог"),
        ("結果 2", "結果-2"),
        ("Straße", "straße"),
        ("??", "section"),
    ],
)
def test_the_name_of_a_section_keeps_letters_of_any_alphabet(title: str, name: str) -> None:
    """Accents of Latin letters are left out."""
    assert section(title).name == name


def test_names_are_unique_in_their_kind_only() -> None:
    """A section and a question may share a name; two questions may not, and all clashes are told at once."""

    @question("?", reads=TREE)
    def growth(tree: Any) -> None: ...

    @question("?", reads=TREE, name="growth")
    def second_growth(tree: Any) -> None: ...

    assert Project("Report", (section("Growth", growth),)).all_sections[0].name == "growth"
    with pytest.raises(MultipleErrors) as caught:
        Project("Report", (section("Growth", growth), section("Growth", second_growth)))
    assert len(caught.value.errors) == 2


def test_a_study_is_named_as_nothing_else_that_runs() -> None:
    """Not as another study, whose cells would be read in place of its own, nor as an experiment."""
    rates, rows = study("tree", TREE, rate=(0.1, 0.2)), study("tree", TREE, rows=(20, 40))
    again = study("tree", TREE, rate=(0.1, 0.2))
    assert Project("Report", experiments=(rates, again)).studies == {"tree": rates}
    for namesakes in ((rates, rows), (rates, TREE), (TREE, rates)):
        with pytest.raises(MultipleErrors, match="'tree': its name is that of another at") as caught:
            Project("Report", experiments=namesakes)
        assert len(caught.value.errors) == 1


def test_an_answer_of_no_question_is_refused() -> None:
    """What is read under `answers` must be asked somewhere."""

    @question("?", answers="bets", reads=TREE)
    def best(tree: Any) -> None: ...

    with pytest.raises(MultipleErrors, match="no question 'bets'; did you mean 'best'"):
        Project("Report", (best,))


def test_the_project_fits_what_has_no_code_of_its_own() -> None:
    """An experiment without `fit` gets the project's."""
    bare = Experiment("bare", Model())

    @question("?", reads=(bare, TREE))
    def best(results: Any) -> None: ...

    assert [run.code for run in Project("Report", (best,), fit=other_fit).all_experiments] == [other_fit, fit]


def run_of(record: dict[str, float], metrics: dict[str, float]) -> Any:
    """A run of one epoch, with what it recorded and what its checkpoint has."""
    checkpoint = SimpleNamespace(metrics=metrics)
    return SimpleNamespace(name="r", records=(record,), at=lambda epoch: checkpoint)


def test_a_difference_of_measures_is_a_measure() -> None:
    """Its values are differences of the same run, in points for shares; more of it is not better."""
    gap = Measure("train", unit="%") - Measure("test", unit="%")
    assert gap.of(run_of({"train": 0.9, "test": 0.8}, {})) == pytest.approx(0.1)
    assert (gap.difference_unit, gap.better) == ("points", "")


def test_what_is_kept_counts_before_what_is_recorded() -> None:
    """An exact metric takes the place of a mean over the epoch that has its name."""
    run = run_of({"accuracy": 0.8, "loss": 1.5}, {"accuracy": 0.9})
    assert [Measure(name).of(run, 1) for name in ("accuracy", "loss")] == [0.9, 1.5]


def test_a_margin_is_in_the_printed_unit() -> None:
    """Points for shares and for their differences, a factor for ratios, else the unit itself."""
    share, seconds = Measure("train", unit="%", margin=0.5), Measure("time", unit="s", margin=2)
    gap, points = share - Measure("test", unit="%"), Measure("gap", unit="points", margin=0.5)
    assert [measure.stored_margin for measure in (share, gap, points, seconds)] == [0.005, 0.005, 0.005, 2]
    assert Measure("time", unit="s", scale="ratio", margin=1.3).stored_margin == 1.3


WELLS = "plate,dose,viability\n1,0,1.0\n1,10,\n2,0,0.9\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("wells.csv", WELLS),
        ("wells.tsv", WELLS.replace(",", "\t")),
        ("wells.jsonl", '{"plate":1,"dose":0,"viability":1.0}\n' * 3),
    ],
)
def test_a_table_reads_what_pandas_reads(tmp_path: Path, name: str, content: str) -> None:
    """A path beside the project, by the ending of its name."""
    (tmp_path / name).write_text(content)
    frame = table(tmp_path / name).frame
    assert (len(frame), list(frame.columns)) == (3, ["plate", "dose", "viability"])


@pytest.mark.parametrize("content", [b"[tool.labreport\n", b"name = '\xff'\n"])
def test_a_configuration_that_cannot_be_read_is_named(tmp_path: Path, content: bytes) -> None:
    """Invalid TOML, or another encoding."""
    (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"pyproject\.toml: "):
        load_project(tmp_path)


def test_a_project_is_loaded_from_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Module, folder and source are filled in; a mistake in it is told with its line."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "pyproject.toml").write_text('[tool.labreport]\nproject = "mine.declared"\nsource = "src"\n')
    (tmp_path / "src" / "mine").mkdir(parents=True)
    module = tmp_path / "src" / "mine" / "declared.py"
    module.write_text("from labreport.project import Project\nproject = Project('T')\n")
    loaded = load_project(tmp_path)
    assert (loaded.module, loaded.package) == ("mine.declared", tmp_path / "src" / "mine")
    module.write_text("from labreport.project import Project\nproject = Project(1 / 0)\n")
    monkeypatch.delitem(sys.modules, "mine.declared")
    with pytest.raises(UsageError, match=r"declared.py:2: ZeroDivisionError"):
        load_project(tmp_path)
