"""What an author writes becomes the values that the engine works with."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made_results import Made, named, runs

import labreport
from labreport import (
    Experiment,
    Figure,
    Fit,
    Project,
    Question,
    Results,
    figure,
    question,
    section,
    study,
)
from labreport.errors import ExperimentFailed, UsageError
from labreport.execute.one_step import in_one_step
from labreport.experiment import plain
from labreport.fingerprint import modules
from labreport.fingerprint.modules import distributions, required
from labreport.fingerprint.syntax import summarise
from labreport.nodes.unfold import unfold
from labreport.nodes.workshop import function

ONE, TWO = Experiment("one", Made(1)), Experiment("two", Made(2))
SIZES = study("sizes", TWO, size=(3, 4))


def fit(made: Made, seed: int) -> Fit:
    """A fit that can be imported by its name."""
    return Fit({"test": {"accuracy": 0.5}})


@figure(reads=(ONE,))
def some_figure(results: Results) -> Any:
    """A figure without a drawing."""


@question("Which?", reads=(ONE, SIZES), figures=(some_figure,))
def some_question(results: Results) -> Any:
    """A question without an answer."""
    return results


def test_a_decorator_makes_a_value_that_names_its_function() -> None:
    """Slug and names are made of the function and of what it reads."""
    assert isinstance(some_question, Question)
    assert isinstance(some_figure, Figure)
    assert (some_question.slug, some_question.needs) == ("some-question", ("one", "sizes"))
    assert (some_question.figures, some_figure.needs) == (("some-figure",), ("one",))
    assert some_question.answer == f"{__name__}:some_question"
    assert function(some_question.answer, "a test") is some_question.function


def test_a_project_collects_what_its_questions_hold() -> None:
    """Experiments, studies and figures that are values need not be listed again; loading changes nothing."""
    project = Project("All", sections=(section("Part one", some_question),), fit=fit)
    assert [one.name for one in project.experiments] == ["one"]
    assert [one.name for one in project.studies] == ["sizes"]
    assert project.outline.figures == (some_figure,)
    assert {one.fit for one in project.all_experiments} == {f"{__name__}:fit"}
    assert replace(project, package="other").experiments == project.experiments
    names = unfold(project, 2).nodes
    assert {"result/one#1", "result/sizes/size=4#0", "section/part-one", "figure/some-figure"} <= set(names)


def test_no_digest_holds_a_function_or_a_place() -> None:
    """A question that moves in its file, or is rebuilt, is the same."""
    moved = replace(some_question, place=("elsewhere.py:1",), function=fit)
    assert plain(moved) == plain(some_question)
    assert moved == some_question
    assert "function" not in plain(some_question)


SOURCE = """
from labreport import question
import labreport as engine
@question("{}", reads=({},))
def answer(results):
    return {}
@engine.question("{}")
def other(results):
    return 1
@cache("{}")
def kept(results):
    return 1
"""


def test_the_text_of_a_question_is_no_part_of_its_answers_code() -> None:
    """Decorators of the engine are left out of the code of a function; others, and its body, are not."""
    before = summarise(SOURCE.format("Why?", "ONE", "1", "A?", "a"), "project.py")["definitions"]
    text = summarise(SOURCE.format("How?", "TWO", "1", "B?", "a"), "project.py")["definitions"]
    body = summarise(SOURCE.format("Why?", "ONE", "2", "A?", "b"), "project.py")["definitions"]
    assert text == before
    assert body["answer"] != before["answer"]
    assert body["kept"] != before["kept"]


@pytest.mark.parametrize(
    ("declare", "words"),
    [
        (lambda: Experiment("one", Made(), epochs=0), "epochs is 0; allowed is a whole number of at least 1"),
        (lambda: Experiment("one", Made), "specification is Made; allowed is a frozen dataclass"),
        (lambda: Experiment("one", Made(), epochs=2, fit="m:f"), "fit has one epoch"),
        (lambda: study("sizes", ONE, size=()), "at least one value is needed"),
        (lambda: study("sizes", ONE, size=(1, 1)), "each once"),
        (lambda: Project(fit=lambda made, seed: Fit()), "define it at the top of a module with def"),
        (lambda: Project(seeds=0), "seeds is 0"),
        (lambda: Project(data_files="wine.csv"), r"write \('wine.csv',\), with the comma"),  # type: ignore[arg-type]
    ],
)
def test_a_mistake_in_a_declaration_is_refused_where_it_is_made(declare: Any, words: str) -> None:
    """One line says what is wrong and what is allowed."""
    with pytest.raises(UsageError, match=words):
        declare()


def test_names_that_are_used_twice_are_refused_at_their_line() -> None:
    """Experiments, studies, questions, figures and sections share their names with nobody."""
    both = (section("Part", some_question), section("Part", replace(some_question, slug="next")))
    for project, words in (
        (Project(experiments=(ONE, Experiment("one", Made(7))), fit=fit), "that of another experiment"),
        (
            Project(experiments=(ONE,), studies=(replace(SIZES, name="one"),), fit=fit),
            "'one' has the name of",
        ),
        (Project(sections=both, fit=fit), "a section and a section are both called 'part'"),
        (Project(experiments=(ONE,)), "nothing says how experiment 'one' is run"),
    ):
        with pytest.raises(UsageError, match=rf"^\S+\.py:[0-9]+: .*{words}"):
            unfold(project, 1)


def wrapped(made: Made, seed: int) -> Fit:
    """Says that it is another function, as `functools.wraps` has it."""
    return Fit()


wrapped.__qualname__ = "fit"
replaced = replace(some_question, slug="first")


def test_a_function_that_its_name_does_not_give_is_refused_at_its_line() -> None:
    """A worker finds a function by its name, and would call the other one."""
    stale = replace(some_question, slug="stale", function=wrapped)
    for project, called in (
        (Project(experiments=(ONE, replace(TWO, fit=wrapped)), fit=fit), "two"),
        (Project(experiments=(ONE,), fit=wrapped), "one"),
        (Project(studies=(study("sizes", replace(TWO, fit=wrapped), size=(3,)),), fit=fit), "two"),
        (Project(sections=(stale,), fit=fit), "stale"),
    ):
        with pytest.raises(UsageError, match=rf"^\S+\.py:[0-9]+: {called!r} was given a function that says"):
            unfold(project, 1)
    assert unfold(Project(sections=(replaced,), fit=fit), 1)


def test_a_fit_is_a_run_of_one_epoch() -> None:
    """Its record has the seconds and every metric; its snapshot what it returned."""
    import numpy

    made = {"test": {"accuracy": numpy.float32(0.5)}, "loss": numpy.int64(2), "test seconds": 0.1}
    run = in_one_step(lambda specification, seed: Fit(made, {"guess": ["a", "b"]}))(ONE.specification, 3)
    record = run.advance()
    assert {name: record[name] for name in record if name != "seconds"} == {"test accuracy": 0.5, "loss": 2}
    metrics, arrays = run.snapshot()
    assert metrics == made
    assert type(metrics["test"]["accuracy"]) is float
    assert arrays == {"guess": ["a", "b"]}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"accuracy": 0.5}, "returned a dict; return labreport.Fit"),
        (Fit({"a": {"b": {"c": 1}}}), r"metrics\['a'\]\['b'\] is a dict"),
        (Fit({"a": "much"}), r"metrics\['a'\] is a str"),
        (Fit({1: 1.0}), "have the name 1"),  # type: ignore[dict-item]
    ],
)
def test_what_is_no_fit_of_numbers_is_refused(found: Any, words: str) -> None:
    """The message names the metric and what is allowed."""
    with pytest.raises(ExperimentFailed, match=words):
        in_one_step(lambda specification, seed: found)(ONE.specification, 0).advance()


def test_metrics_are_read_by_one_name_or_two() -> None:
    """One value per seed, for metrics of one level or two; otherwise a list of what there is."""
    flat = Results("test", {"one": runs(ONE, [{"accuracy": 0.1}, {"accuracy": 0.2}])})
    assert flat[ONE].values("accuracy") == [0.1, 0.2]
    split = named({"one": [0.3]})
    assert split["one"].values("test accuracy") == split["one"].metric(1, "test", "accuracy") == [0.3]
    with pytest.raises(UsageError, match="no metric 'accuracy'; it has test accuracy"):
        split["one"].values("accuracy")
    with pytest.raises(UsageError, match="no array 'truth'; it has none"):
        split["one"].arrays("truth")


def test_distributions_are_found_by_the_modules_that_they_hold() -> None:
    """`yaml` and `sklearn` belong to distributions of other names; what nobody installed is left out."""
    assert distributions(["sklearn", "numpy", "no_such_module"]) == ("numpy", "scikit-learn")


def test_what_a_library_requires_counts_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In turn, as far as it is installed, and not what an extra would bring."""
    assert {"numpy", "scipy", "joblib"} <= set(required(["scikit-learn"]))
    packages = tmp_path / "site-packages"
    for name, needs in {
        "One": ["two-x (>=1)", "absent", 'three; extra == "more"'],
        "two.X": ["one"],
        "three": [],
    }.items():
        folder = packages / f"{name}-1.0.dist-info"
        folder.mkdir(parents=True)
        lines = "".join(f"Requires-Dist: {need}\n" for need in needs)
        (folder / "METADATA").write_text(f"Name: {name}\n{lines}\nRequires-Dist: three\n")
    monkeypatch.setattr(sys, "path", [str(packages)])
    monkeypatch.setattr(modules, "_found", None)
    assert required(["one"]) == ("one", "two-x")


def test_the_authors_interface_loads_nothing_before_it_is_asked_for() -> None:
    """Importing the package is free, every name can be imported, and no heavy library comes with it."""
    assert all(getattr(labreport, name) is not None for name in dir(labreport))
    program = (
        "import sys; import labreport; early = [name for name in sys.modules if 'labreport.' in name]\n"
        f"from labreport import {', '.join(dir(labreport))}\n"
        "heavy = [name for name in ('numpy', 'scipy', 'matplotlib', 'jinja2') if name in sys.modules]\n"
        "assert not early, early\nassert not heavy, heavy\n"
    )
    source = str(Path(labreport.__file__).parents[1])
    subprocess.run([sys.executable, "-P", "-c", program], check=True, env={"PYTHONPATH": source})


def test_a_decimal_comma_is_told_what_to_write() -> None:
    """Python takes it for an octal number, of which its author has not thought."""
    with pytest.raises(
        UsageError, match=r"^nets\.py:2: leading zeros .* not permitted; write a decimal point, as in 0\.05$"
    ):
        summarise("rate = 0.1\nrate = 0,05\n", "nets.py")
