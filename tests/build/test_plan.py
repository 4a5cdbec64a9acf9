"""Targets in their order, what of them is stale, why, and what an edit repeats."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labreport.cli.output import amounts
from labreport.errors import UsageError
from labreport.plan import (
    DocumentTarget,
    MadeTarget,
    Plan,
    RunTarget,
    keep_runs,
    keys_to_replace,
    paths_to,
    replacements,
    stale_groups,
    targets_named,
    tasks_of,
    wanted_targets,
)
from labreport.results import Run, Store
from labreport.run import Task
from labreport.stale import find_dependencies, open_project

PROJECT = """
from dataclasses import dataclass

from labreport import Experiment, Fit, Project, figure, question, section, study


@dataclass(frozen=True)
class Tree:
    depth: int = 2


def grow(depth):
    return depth


def fit(tree, seed):
    return Fit({"test": {"accuracy": grow(tree.depth)}})


TREE = Experiment("tree", Tree(), fit=fit)
SAME = Experiment("same", Tree(), fit=fit, title="the same tree")
DEEP = Experiment("deep", Tree(9), fit=fit)
DEPTHS = study("depths", DEEP, depth=(3, 4))


@figure(reads=DEEP)
def line(results):
    return 1


@question("Which?", reads=(TREE, SAME), figures=(line,))
def best(results):
    return 1


@question("How deep?", reads=DEEP, answers=best)
def deep_one(results, answers):
    return 2


@question("All?", reads=DEPTHS)
def every(results):
    return 3


project = Project("Trees", (section("Part one", deep_one, best), section("Part two", every)), seeds=2)
"""


DOCUMENTS = ("page", "pdf", "answers.json")


class Report:
    """A project in a folder whose things are made by writing something for each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.text = PROJECT
        (folder / "report").mkdir()
        self.edit("", "")

    def edit(self, old: str, new: str) -> None:
        """Replace a text of `project.py`."""
        assert old in self.text
        self.text = self.text.replace(old, new)
        (self.folder / "project.py").write_text(self.text)

    def plan(self, **options: Any) -> Plan:
        """The plan as a new process sees it."""
        report = self.folder / "report"
        return Plan(find_dependencies(open_project(self.folder), report / "results"), report, **options)

    def stale(self) -> list[str]:
        """The names of what is stale, as a new process sees it."""
        plan = self.plan()
        return [str(target) for target in plan.stale(plan.targets)]

    def build(self, value: Any = 1, exclusive: bool = False, **options: Any) -> list[str]:
        """Make what is stale, each with this value; the names of what was made."""
        plan = self.plan(**options)
        made = []
        keys = keys_to_replace(plan)
        tasks = tasks_of(plan, plan.targets)
        with replacements(plan, tasks) as store:
            for task in tasks:
                store_run(store if task.key in keys else plan.store, task, exclusive)
                made.append(f"run {task.name} seed {task.seed}")
        plan.invalidate()
        for target in plan.targets:
            if plan.staleness(target).is_stale:
                if isinstance(target, DocumentTarget):
                    (plan.report / target.file_name).write_text("page")
                    plan.store_document(target)
                elif isinstance(target, MadeTarget):
                    plan.store_entry(target, {target.name: value}, {})
                made.append(str(target))
        return made


def store_run(store: Store, task: Task, exclusive: bool = False) -> None:
    """Store a run with the checkpoints of a task."""
    records = ({"loss": 1.0},)
    provenance = {"exclusive": exclusive}
    run = Run(task.key, task.name, task.seed, task.inputs, records, provenance=provenance)
    for epoch in task.epochs:
        run = store.save_checkpoint(run, epoch, {"accuracy": 1.0}, {})
    store.write(run)


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """One in which nothing is stale."""
    report = Report(tmp_path)
    assert len(report.build()) == 8 + 3 + 1 + 2 + 3
    return report


def test_nothing_is_stale_after_a_build(report: Report) -> None:
    """Two experiments of one specification share runs, and an answer that is read comes first."""
    plan = report.plan()
    assert report.stale() == []
    assert amounts(plan.targets, plan).startswith("8 runs, 3 answers")
    order = [target.name for target in plan.targets if target.kind == "answer"]
    assert order.index("best") < order.index("deep_one")


def test_one_edited_experiment_repeats_its_runs_and_what_reads_them(report: Report) -> None:
    """And its reason names the field, with the place of the experiment."""
    report.edit("Tree(9)", "Tree(8)")
    plan = report.plan()
    (group,) = stale_groups(plan, plan.stale(plan.targets))
    assert [str(target) for target in group.targets[:2]] == ["run deep seed 0", "run deep seed 1"]
    assert "answer deep_one" in report.stale()
    assert "answer every" not in report.stale()
    assert group.change is not None
    assert group.change.text == "deep: depth: 9, now 8"
    assert "project.py:" in group.change.location


def test_an_answer_with_an_equal_value_rebuilds_nothing_above_it(report: Report) -> None:
    """Things are made of what they read by the hash of its value."""
    report.edit("    return 3", "    return int(3.5)")
    assert report.build() == ["answer every"]
    report.edit("    return int(3.5)", "    return 4")
    assert report.build(4) == ["answer every", "section part-two", *DOCUMENTS]


@pytest.mark.parametrize(
    "declared", ['words=Words(run="fit")', 'subtitle="Of 2026"', 'author="A. Student"', "threads=1"]
)
def test_what_a_project_says_of_itself_makes_its_documents_again(report: Report, declared: str) -> None:
    """Runs, answers and sections do not print it; what is declared as it is by default changes nothing."""
    report.edit("seeds=2)", f"seeds=2, {declared})")
    report.edit("import Experiment", "import Words, Experiment")
    assert report.build() == ([] if declared == "threads=1" else ["page", "pdf", "answers.json"])


LIBRARIES = """
    answer: numpy pandas scipy
    figure: matplotlib pandas seaborn
    page: brotli fonttools jinja2
    pdf: fonttools jinja2 pikepdf weasyprint
"""


def test_what_the_engine_makes_rests_on_the_libraries_by_which_it_makes_it(report: Report) -> None:
    """Those that they require count with them."""
    plan = report.plan()
    for line in LIBRARIES.strip().splitlines():
        kind, _, libraries = line.strip().partition(": ")
        target = next(target for target in plan.targets if kind in (target.kind, target.name))
        assert {f"library {name}" for name in libraries.split()} <= target.inputs(plan).keys()


def test_shared_runs_keep_the_epochs_of_all_that_share_them(report: Report) -> None:
    """Those of the first are not lost for those of the second; whoever names one trains no further."""
    report.edit("import Experiment", "import at, Experiment")
    report.edit("(TREE, SAME)", "(*at(5, TREE), *at(7, SAME))")
    for name in ("tree", "same"):
        report.edit(f'("{name}", Tree(), fit=fit', f'("{name}", Tree(), epochs=10, start=fit')
    for names, epochs in ((["same"], (7, 10)), (["tree"], (5, 10)), ([], (5, 7, 10))):
        plan = report.plan()
        tasks = tasks_of(plan, wanted_targets(plan.graph, names))
        shared = [task for task in tasks if task.name in ("tree", "same") and task.seed == 0]
        assert [task.epochs for task in shared] == [epochs]
    assert report.build()
    assert report.build() == []


def test_the_text_of_a_question_counts_for_what_prints_it(report: Report) -> None:
    """Not for its answer."""
    report.edit('"All?"', '"Every one?"')
    assert report.build() == ["section part-two", *DOCUMENTS]


def test_a_section_reads_the_figures_of_its_own_template(report: Report) -> None:
    """As it reads those of its questions."""
    report.edit('"Part two", every)', '"Part two", every, figures=(line,))')
    plan = report.plan()
    assert "figure line" in [str(target) for target in wanted_targets(plan.graph, ["part-two"])]


def test_the_order_of_figures_counts_for_what_shows_them(report: Report) -> None:
    """Those of a section's own template, and those of a question: no figure is drawn again."""
    report.edit(
        '@question("Which?"', '@figure(reads=DEEP)\ndef dots(results):\n    return 2\n\n\n@question("Which?"'
    )
    report.edit('"Part two", every)', '"Part two", every, figures=(line, dots))')
    report.edit("figures=(line,))", "figures=(line, dots))")
    report.build()
    report.edit("every, figures=(line, dots))", "every, figures=(dots, line))")
    assert report.build() == ["section part-two", *DOCUMENTS]
    report.edit("SAME), figures=(line, dots))", "SAME), figures=(dots, line))")
    assert report.build() == ["section part-one", *DOCUMENTS]


def test_the_way_leads_from_the_edited_line_to_the_page(report: Report) -> None:
    """Through functions, runs, answers and sections."""
    report.edit("return depth", "return depth + 1")
    plan = report.plan()
    (way,) = paths_to(plan, plan.graph.documents["page"])
    line = report.text.split("\n").index("def grow(depth):") + 1
    assert way.startswith("function project:grow changed at ")
    assert f"project.py:{line} -> project:fit -> run " in way
    assert way.endswith("-> page")
    assert paths_to(plan, plan.graph.answers["every"])[0].endswith("seed 0 -> answer every")


def test_code_of_a_run_may_name_its_own_experiment(report: Report) -> None:
    """The change is that of the specification, for the run and for what reads it."""
    report.edit("grow(tree.depth)", "grow(tree.depth + len(DEEP.name))")
    report.build()
    report.edit("Tree(9)", "Tree(8)")
    plan = report.plan()
    groups = stale_groups(plan, plan.stale(plan.targets))
    assert {"run deep seed 0", "answer deep_one", "page"} <= set(map(str, groups[0].targets))
    assert str(groups[0].change).startswith("deep: depth: 9, now 8 at ")
    assert len(groups) == 1
    assert len(paths_to(plan, plan.graph.documents["page"])) == 1


def test_what_was_never_made_has_no_reason(tmp_path: Path) -> None:
    """It is one group, with all that reads it."""
    plan = Report(tmp_path).plan()
    (group,) = stale_groups(plan, plan.stale(plan.targets))
    assert group.change is None
    assert list(group.targets) == plan.targets


def test_more_epochs_and_more_seeds_are_said_as_such(report: Report) -> None:
    """They repeat nothing that is there."""
    plan = report.plan(seeds=3)
    assert {task.seed for task in tasks_of(plan, plan.targets)} == {2}
    plan = report.plan(seeds=3)
    assert [group.change for group in stale_groups(plan, plan.stale(plan.targets))] == [None]


def test_names_lead_to_things_and_unknown_ones_to_the_nearest(report: Report) -> None:
    """Sections that have questions, questions by number, experiments, studies, documents."""
    report.edit('"Trees", (', '"Trees", (section("Before it"), ')
    plan = report.plan()
    names = """
        part-two: section part-two
        1.2: answer best
        2: section part-two
        best: answer best
        page: page
        report.pdf: pdf
    """
    for line in names.strip().splitlines():
        text, target = line.strip().split(": ")
        assert [str(target) for target in targets_named(plan.graph, text)] == [target]
    assert len(targets_named(plan.graph, "depths")) == 4
    needed = [str(target) for target in wanted_targets(plan.graph, ["2.1"])]
    assert needed[-1] == "answer every"
    assert len(needed) == 5
    with pytest.raises(UsageError, match="nothing is called 'bets'; did you mean 'best'"):
        targets_named(plan.graph, "bets")


def test_what_is_forced_is_made_once_more(report: Report) -> None:
    """Runs too, whose files are replaced."""
    assert report.build(force=("best",)) == ["answer best"]
    assert report.build(force=("deep",)) == ["run deep seed 0", "run deep seed 1"]
    assert report.build() == []


def test_a_run_that_was_made_again_makes_what_reads_it_again(report: Report) -> None:
    """It has its old key: other records, or times that were measured anew, be it within the same second."""
    store = report.plan().store
    run = next(run for run in store.runs() if run.name == "tree")
    for again in (replace(run, records=({"loss": 0.5},)), replace(run, provenance={"seconds": 2.0})):
        store.write(again)
        assert "answer best" in report.stale()
        report.build()


def test_a_checkpoint_that_nobody_else_reads_makes_no_answer_again(report: Report) -> None:
    """What is seen of a run at the epochs that are read is as before."""
    store = report.plan().store
    run = next(run for run in store.runs() if run.name == "tree")
    store.write(store.save_checkpoint(run, 7, {"accuracy": 0.5}, {}))
    assert report.stale() == []


def test_a_frame_of_the_projects_own_counts_for_page_and_pdf(report: Report) -> None:
    """So do glossary and references, which come as further ingredients."""
    (report.folder / "templates").mkdir()
    (report.folder / "templates" / "glossary.md").write_text("A tree\n: grows\n")
    assert report.stale() == ["section part-one", "section part-two", *DOCUMENTS]


def test_a_document_that_is_lost_is_made_again(report: Report) -> None:
    """Also one that somebody has edited; a kept answer that is damaged is made again."""
    (report.folder / "report" / "report.html").write_text("edited")
    (report.folder / "report" / "report.pdf").unlink()
    (report.folder / "report" / "cache" / "answer" / "best.json").write_text("{")
    assert report.build() == ["answer best", "page", "pdf"]


def test_results_can_be_kept_across_an_edit(report: Report) -> None:
    """With their states and arrays, of all experiments that share them."""
    store = report.plan().store
    first = next(run for run in store.runs() if run.name == "tree")
    store.write(store.save_state(first, 1, {"w": np.ones(2)}))
    report.edit("return depth", "return int(depth)")
    plan = report.plan()
    with pytest.raises(UsageError, match="nothing is called 'threes'"):
        keep_runs(plan, ["tree", "threes"], "not kept, since a name is wrong")
    assert keep_runs(plan, ["tree", "same"], "equal for whole numbers") == 2
    assert not [name for name in report.stale() if name.startswith(("run tree", "run same"))]
    stale_experiments = {task.name for task in tasks_of(plan, plan.targets)}
    assert stale_experiments == {"deep", "depths/depth=3", "depths/depth=4"}
    run = report.plan().runs(report.plan().project.experiment("tree"))[first.seed]
    assert run.state is not None
    assert run.state.arrays["w"].tolist() == [1.0, 1.0]
    assert run.at(1).file.is_file()


def test_answers_that_read_each_other_are_refused(report: Report) -> None:
    """There is no order in which to make them."""
    report.edit('@question("Which?", ', '@question("Which?", answers="deep_one", ')
    with pytest.raises(UsageError, match="read each other"):
        report.plan()


def test_a_preliminary_plan_has_some_seeds_only(report: Report) -> None:
    """So that a page can be made while others run."""
    first = report.plan().with_first_seeds()
    assert {target.seed for target in first.targets if isinstance(target, RunTarget)} == {0}
    assert {"answer best", "page"} <= {str(target) for target in first.stale(first.targets)}


def test_an_experiment_that_need_not_be_alone_any_more_keeps_its_runs(report: Report) -> None:
    """One that was run beside others is run again where it has to be alone."""
    report.edit('"tree", Tree(), fit=fit', '"tree", Tree(), fit=fit, exclusive=True')
    assert "run tree seed 0" in report.stale()
    report.build(exclusive=True)
    assert report.stale() == []
    report.edit(", exclusive=True", "")
    assert report.stale() == []


def test_fewer_epochs_keep_the_runs_that_have_them(report: Report) -> None:
    """From 150 to 100, of which 100 was read before: nothing is run."""
    report.edit("import Experiment", "import at, Experiment")
    report.edit('"deep", Tree(9), fit=fit', '"deep", Tree(9), epochs=150, start=fit')
    report.edit("DEPTHS = study", "AT = at(100, DEEP)\nDEPTHS = study")
    report.edit("reads=DEEP, answers", "reads=AT, answers")
    report.build()
    report.edit("epochs=150", "epochs=100")
    assert not [name for name in report.stale() if name.startswith("run deep")]


def test_tasks_go_by_seed_then_cost_and_exclusive_ones_come_last(tmp_path: Path) -> None:
    """The first of an experiment proves its state, but none that is timed by itself."""
    report = Report(tmp_path)
    report.edit("TREE = ", "def cost(tree):\n    return tree.depth\n\n\nTREE = ")
    report.edit("seeds=2)", "seeds=2, cost=cost)")
    report.edit('"tree", Tree(), fit=fit', '"tree", Tree(), fit=fit, exclusive=True')
    plan = report.plan()
    tasks = tasks_of(plan, plan.targets)
    names = "deep depths/depth=4 depths/depth=3 deep depths/depth=4 depths/depth=3 tree tree"
    assert [task.name for task in tasks] == names.split()
    assert [task.seed for task in tasks] == [0, 0, 0, 1, 1, 1, 0, 1]
    assert [task.proves for task in tasks] == [True] * 3 + [False] * 5
