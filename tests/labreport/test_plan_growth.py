"""What is planned: keys, declarations, reasons; it grows with the number of experiments, and not faster."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_results import Made

from labreport.errors import UsageError
from labreport.experiment import Design, Experiment, Study, study
from labreport.fingerprint.canonical import digest, exact
from labreport.fingerprint.code import Code
from labreport.fingerprint.files import Digests
from labreport.fingerprint.syntax import summarise
from labreport.nodes.content import READER
from labreport.nodes.unfold import unfold
from labreport.outline import Outline
from labreport.plan.fingerprints import Fingerprints
from labreport.plan.ledger import Ledger
from labreport.plan.nodes import ORDER, differences, short
from labreport.plan.planner import Planner
from labreport.project import Project

FIGURE = ("labreport.nodes.content:FigureNode", READER)


@dataclass(frozen=True)
class Walk:
    """A specification with one field to vary."""

    rate: float = 0.5


def test_each_cell_of_a_study_is_made_once_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan of 200 cells makes 200 experiments, not 200 for each of its results."""
    made: list[dict[str, Any]] = []
    cell = Study._cell

    def counted(self: Study, point: dict[str, Any]) -> Experiment:
        made.append(point)
        return cell(self, point)

    monkeypatch.setattr(Study, "_cell", counted)
    base = Experiment("base", Walk(), epochs=1, start="somewhere:start")
    grid = study("grid", base, rate=tuple(n / 1000 for n in range(200)))
    project = Project("title", experiments=(base,), studies=(grid,), outline=Outline("title", "", ()))
    graph = unfold(project, seeds=3)
    assert len(list(graph.of_kind("result"))) == 201 * 3
    assert len(made) == 200


def engine() -> Code:
    """The engine's code, of which nothing was followed yet."""
    return Code(("labreport",), _summary)


@functools.cache
def _summary(path: Path) -> Any:
    return summarise(path.read_text(), path.name, True)


def test_a_key_is_the_digest_of_the_ingredients_however_it_is_put_together(tmp_path: Path) -> None:
    """Most of the text of a key is that of other results, and is made once."""
    base = Experiment("base", Walk(0.25), start="labreport.experiment:plain")
    project = Project("title", experiments=(base,), libraries=("numpy",), package="labreport")
    fingerprints = Fingerprints(project, tmp_path, Digests(tmp_path), Ledger())
    planner: Any = SimpleNamespace(fingerprints=fingerprints, standing_in=lambda wanted, *_: wanted)
    for node in unfold(project, seeds=3).of_kind("result"):
        made_of = node.ingredients(planner)
        assert {"identity", "specification", "seed", "code", "library numpy"} <= set(made_of)
        assert node.key(planner, made_of) == digest(made_of)


@dataclass(frozen=True)
class Run(Walk):
    """Another specification, with an equal field."""


@dataclass(frozen=True)
class Alike:
    """A specification that says of itself that it equals nothing."""

    rate: float = 0.5

    def __eq__(self, other: object) -> bool:
        return False


def test_experiments_of_two_classes_have_two_keys(tmp_path: Path) -> None:
    """However equal their fields are: what runs them may tell the classes apart."""
    walk, run = (Experiment(kind.__name__, kind(), fit="labreport.experiment:plain") for kind in (Walk, Run))
    project = Project("title", experiments=(walk, run), libraries=(), package="labreport")
    planner: Any = SimpleNamespace(
        fingerprints=Fingerprints(project, tmp_path, Digests(tmp_path), Ledger()),
        standing_in=lambda wanted, *_: wanted,
    )
    nodes = unfold(project, seeds=1).of_kind("result")
    assert len({node.key(planner, node.ingredients(planner)) for node in nodes}) == 2


def test_two_experiments_with_one_key_and_unequal_specifications_are_an_error() -> None:
    """The message names both."""
    planner: Any = SimpleNamespace(_specifications={})
    same = [Experiment(name, Walk(), start="m:f") for name in ("first", "second")]
    for one in same:
        Planner.check_shared(planner, "key", one)
    with pytest.raises(UsageError, match="experiments 'first' and 'third' have one key"):
        Planner.check_shared(planner, "key", Experiment("third", Run(), start="m:f"))
    for name in ("alike", "alike-2"):
        one = Experiment(name, Alike(), start="m:f")
        with contextlib.nullcontext() if name == "alike" else pytest.raises(UsageError, match="one key"):
            Planner.check_shared(planner, "other", one)


CLASSES = """
from dataclasses import dataclass
from labreport import Fit
@dataclass(frozen=True)
class Base:
    rate: float = 1.0
@dataclass(frozen=True)
class Nested(Base):
    def used(self):
        return {}
class Outer:
    @dataclass(frozen=True)
    class Inner:
        part: Base = Nested()
def fit(specification, seed):
    return Fit({{"used": specification.part.used()}})
"""


def test_the_code_of_a_class_inside_a_value_is_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of one that nothing names but the value: a method of a nested object, annotated by its base."""
    monkeypatch.syspath_prepend(tmp_path)
    found = []
    for number in (1, 2):
        (tmp_path / "classed.py").write_text(CLASSES.format(number))
        monkeypatch.delitem(sys.modules, "classed", raising=False)
        one = Experiment("one", importlib.import_module("classed").Outer.Inner(), fit="classed:fit")
        project = Project("title", experiments=(one,), package="classed", libraries=())
        found.append(Fingerprints(project, tmp_path, Digests(tmp_path), Ledger()).training(one)["code"])
    assert found[0] != found[1]


def test_a_closure_is_the_same_whatever_was_followed_before() -> None:
    """That of several roots extends that of the last ones, which others share and which must not change."""
    first, second = FIGURE, ("labreport.nodes.content:AnswerNode", READER)
    code = engine()
    alone = {roots: (engine().closure(*roots), engine().loaded(*roots)) for roots in (first, second)}
    code.closure(*first[1:])
    for roots in (first, second, first):
        assert (code.closure(*roots), code.loaded(*roots)) == alone[roots]
    both = code.closure(*first, *second)
    assert both == code.closure(*second, *first)
    assert set(both) >= {*alone[first][0], *alone[second][0]}


def test_a_figure_rests_on_no_room_that_has_no_part_in_drawing() -> None:
    """Else every edit of the engine would draw every figure again, and planning would read all of it."""
    rooms = {name.partition(":")[0].split(".")[1] for name in engine().closure(*FIGURE)}
    assert "charts" in rooms
    assert not rooms & {"page", "pdf", "recorded", "recheck", "builders"}


def test_a_summary_leaves_out_what_the_module_does_not_know() -> None:
    """Locals and Python's own functions mean nothing to other modules, unless a star import may bind them."""
    source = "from a import b\n\ndef f(x):\n    y = len(x)\n    return b.c(y) + g\n\ng = 1\n"
    assert summarise(source, "here")["definitions"]["f"][1] == ["b.c", "g"]
    starred = summarise(f"from z import *\n{source}", "here")["definitions"]["f"][1]
    assert {"len", "x", "y"} <= set(starred)


DESIGNS = (
    Design(),
    Design(paired=False),
    Design(blocks=((0, "x"),)),
    Design(blocks=((0, "y"),)),
    Design("run"),
)


def test_another_design_is_another_declaration() -> None:
    """The digest with which the planner tells whether what is read is declared as before."""
    assert len({digest(exact(Experiment("a", Made(), design=design))) for design in DESIGNS}) == len(DESIGNS)


OLD, NEW = "a" * 64, "b" * 64


def test_a_changed_member_comes_before_those_that_come_and_go_with_it() -> None:
    """A function that names another one now is the reason, and not that the former is gone."""
    groups = {
        OLD: {"function project:Model": "1", "function project:cultivar": "2"},
        NEW: {"function project:cultivar": "3", "function project:added": "4"},
    }
    found = differences({"code": OLD}, {"code": NEW}, groups)
    assert [str(reason) for reason in found] == [
        "function project:cultivar changed",
        "function project:Model is gone",
        "function project:added is new",
    ]


def test_another_order_is_no_reason_where_something_is_new() -> None:
    """What is read is declared in another order then, too."""
    groups = {OLD: {ORDER: "1", "declaration of a": "2"}, NEW: {ORDER: "3", "declaration of a": "2"}}
    assert [str(one) for one in differences({"code": OLD}, {"code": NEW}, groups)] == [f"{ORDER} changed"]
    groups[NEW]["declaration of b"] = "4"
    (reason,) = differences({"code": OLD}, {"code": NEW}, groups)
    assert str(reason) == "declaration of b is new"


def test_the_text_of_a_module_is_called_so() -> None:
    """It counts where comments and docstrings are read, and is not a function."""
    groups = {OLD: {"function project.nets:#text": "1"}, NEW: {"function project.nets:#text": "2"}}
    (reason,) = differences({"code": OLD}, {"code": NEW}, groups)
    assert str(reason) == "the text of project.nets changed"


def test_a_field_is_named_as_in_its_specification_however_deep_it_is() -> None:
    """And its values as they are written in Python."""
    old, new = ({"specification": {"network": {"layers": [layers]}, "rate": 0.1}} for layers in (62, 40))
    assert [str(reason) for reason in differences(old, new, {})] == ["network.layers (62,) → (40,)"]
    assert short([32, 32, 32]) == "(32,) × 3"
    assert short([1, "a", True]) == "(1, a, True)"


def results(seeds: Any, asked: int) -> list[str]:
    """The results of a project with one experiment whose seeds are not bounded and one with two at most."""
    experiments = tuple(
        Experiment(name, Walk(), start="project:start", seeds=most) for name, most in (("a", None), ("b", 2))
    )
    graph = unfold(Project("Walks", experiments=experiments, seeds=seeds), asked)
    return [name for name in graph.nodes if name.startswith("result/")]


def test_seeds_begin_where_the_range_begins_whatever_number_is_asked_for() -> None:
    """`range(5, 8)` means seeds 5, 6 and 7; a build with one seed takes the first, one with four adds 8."""
    assert results(range(5, 8), 1) == ["result/a#5", "result/b#5"]
    assert results(range(5, 8), 4) == [
        *(f"result/a#{seed}" for seed in (5, 6, 7, 8)),
        "result/b#5",
        "result/b#6",
    ]
    assert results(3, 1) == ["result/a#0", "result/b#0"]


@pytest.mark.parametrize("seeds", [0, -1, True, "5", range(0), range(-2, 3), range(0, 10, 2), (1, 2)])
def test_seeds_that_cannot_be_used_are_refused(seeds: Any) -> None:
    """The value is named, and what is allowed."""
    allowed = r"(write (a number from 1, or a range|5, without quotes)|allowed is a whole number or)"
    with pytest.raises(UsageError, match=rf"seeds is .*; {allowed}"):
        Project("Walks", seeds=seeds)
