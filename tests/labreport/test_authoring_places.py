"""A mistake is named by the line on which the author wrote it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from labreport.authoring import explained, failed, say_where, written
from labreport.errors import LabReportError
from labreport.execute.session import load_project, unused
from labreport.locate import Place
from labreport.nodes.unfold import unfold
from labreport.plan.nodes import Graph
from labreport.program import nearby

SOURCE = """\
from dataclasses import dataclass, replace
from sizes import SIZE
from labreport import Experiment, Fit, Project, question, section, study
from labreport.experiment import Required
@dataclass(frozen=True)
class Net:
    layers: tuple[int, ...]
    rate: float = 0.5
def fit(net, seed):
    return Fit({"accuracy": 0.5})
def start(net, seed, epoch=0, state=None):
    return None
def _net(name, net, epochs=5, snapshots=(5,), title=""):
    return Experiment(name, net, epochs, snapshots, start, title)
def _varied(change, **fields):
    return tuple(_net(f"{one.name}-{change}", replace(one.specification, **fields)) for one in ALL)
SMALL = _net("small", Net((62,)), 5, (2, 5))
SPECIFICATION = Net((3,))
WIDE = _net(
    "wide",
    SPECIFICATION,
    5,
)
SIZED = _net("sized", Net((SIZE,)))
ALL = (SMALL, WIDE)
GAIN = _varied("gain", rate=4.0)
COPY = replace(SMALL, name="copy")
GRID = study(
    "grid",
    SMALL,
    rate=(0.1, 0.2),
    layers=((1,), (2,)),
)
@question("Which?", reads=ALL, requires=[Required("small", (2,))])
def which(results):
    return None
LISTED = (*ALL, SIZED, COPY, *GAIN)
PROJECT = Project("Nets", experiments=LISTED, studies=(GRID,), sections=(section("All", which),))
"""
CASES = {
    "a missing comma": ("Net((62,))", "Net((62))", 17, "layers is 62; write (62,), with the comma"),
    "the value of a name": ("= Net((3,))", "= Net('3')", 18, "layers is '3'; write (3,)"),
    "an argument of several lines": ("    5,\n)", "    0.5,\n)", 22, "epochs is 0.5; allowed is a whole"),
    "through a helper with fields": ("rate=4.0", "rate='4'", 26, "rate is '4'; write 4.0, without quotes"),
    "a snapshot": ("(2, 5)", "(2, 6)", 17, "snapshots has epoch 6; allowed are 1 to 5"),
    "a positional default": ("5, (2, 5))", "5, 5)", 17, "snapshots is 5; write (5,), with the comma"),
    "a copy": ('name="copy"', "name=3", 27, "name is 3; write '3', in quotes"),
    "a copy's twin": ('name="copy"', 'name="wide"', 27, "name is that of another experiment"),
    "a cell of a study": ("(0.1, 0.2)", "(0.1, 'b')", 31, "rate is 'b'; allowed is a number"),
    "an axis": ("rate=(0.1, 0.2)", "rate=(0.1)", 31, "rate is 0.1; write (0.1,), with the comma"),
    "an unknown axis": ("rate=(0.1, 0.2)", "rat=(0.1, 0.2)", 31, "no field 'rat'"),
    "no specification": ("Net((62,))", "lambda: 3", 17, "<lambda>>; allowed is a frozen dataclass"),
    "an unknown field": ("rate=4.0", "rat=4.0", 26, "keyword argument 'rat'; did you mean 'rate'?"),
    "an unknown name": ("Net((62,))", "Nett((62,))", 17, "name 'Nett' is not defined; did you mean 'Net'?"),
    "an unknown import": ("Project, question", "Project, questoin", 3, "did you mean 'question'?"),
    "one for several": ("ALL = (SMALL, WIDE)", "ALL = (SMALL)", 25, "ALL is one Experiment and not several"),
    "several as one": ("LISTED = (*ALL,", "LISTED = (ALL,", 37, "experiments[0] is (the experiment 's"),
    "a syntax error": ("Net((62,))", "Net((62,)", 17, "SyntaxError: '(' was never closed (--debug"),
    "no sign between names": (
        "SMALL = _net",
        "SMALL _net",
        17,
        "SyntaxError: invalid syntax at '_net(\"small",
    ),
    "a name before its time": ("SMALL =", "EARLY = WIDE\nSMALL =", 17, "line 20 defines it, which comes too"),
    "too many arguments": ("(62,))", "(62,), 1, 2)", 17, "but 4 were given; it takes layers, rate= (--debug"),
    "an unknown digit": ("62", "\uff16\uff12", 17, "SyntaxError: invalid character"),
    "a tab": ("SMALL = _net", "\tSMALL = _net", 17, "TabError: inconsistent use of tabs and spaces"),
    "a new name": (
        '"small"',
        '"tiny"',
        17,
        "called 'small' any more (this line says 'tiny'); used by 'which'",
    ),
    "a snapshot that is read": ("(2, 5)", "(3, 5)", 17, "'which' reads epoch 2 of 'small'"),
}
"""What is replaced by what, on which line, and what is said of it."""


ASKING = """\
from dataclasses import dataclass
from labreport import Design, Experiment, Fit, Measure, Project, Words, figure, question, section
@dataclass(frozen=True)
class Net:
    rate: float = 0.5
def fit(net, seed):
    return Fit({"accuracy": 0.5})
ONE = Experiment(
    "one",
    Net(),
    design=Design(test_fraction=0.2),
)
TWO = Experiment("two", Net(0.1))
ACCURACY = Measure(
    "accuracy",
    unit="%",
    better="higher",
    margin=0.2,
)
@figure(reads=(ONE, TWO))
def both(results):
    return None
@question(
    "Which?",
    reads=(
        ONE,
        TWO,
    ),
    figures=(both,),
)
def which(results):
    return None
PROJECT = Project(
    "Nets",
    fit=fit,
    seeds=2,
    sections=(section("All", which),),
    words=Words(run="fit"),
    facts="which",
)
"""
ASKING_CASES = {
    "an option that a measure has not": (
        "margin=",
        "decimal=",
        18,
        "'decimal'; there are name, unit, better",
    ),
    "no unit": (
        '    unit="%",\n',
        "",
        14,
        "missing 1 required positional argument: 'unit'; it takes name, unit, be",
    ),
    "a unit of quantities": ('"%"', '"percent"', 16, "unit is 'percent'; write \"%\" for shares"),
    "a direction": ('"higher"', '"more"', 17, "better is 'more'; allowed is 'higher', 'lower' or ''"),
    "a unit that is a number": ('unit="%"', "unit=5", 16, "unit is 5; write '5', in quotes"),
    "a margin that is a text": ("margin=0.2", "margin='0.2'", 18, "margin is '0.2'; write 0.2, without"),
    "a margin below 0": ("margin=0.2", "margin=-1", 18, "margin is -1; it must be greater than 0"),
    "a word for the other direction": (
        "margin=0.2",
        'more="smaller"',
        18,
        "more='smaller' is to name what has a higher value; exchange more and less",
    ),
    "a word for the other direction, of less": (
        "margin=0.2",
        'less="larger"',
        18,
        "less='larger' is to name what has a lower value; exchange more and less",
    ),
    "a direction by default that is wrong": (
        '"accuracy",\n',
        '"loss",\n',
        17,
        "measure 'loss': higher loss is not better; write better=\"lower\"",
    ),
    "a value that cannot be called": (
        "margin=0.2",
        "value=3",
        18,
        "value is 3; allowed is a function or None",
    ),
    "reading a number": ("        TWO,", "        5,", 27, "reads has 5; allowed are experiments, studie"),
    "reading a measure": ("        TWO,", "        ACCURACY,", 27, "reads has the measure 'accuracy'"),
    "reading a tuple": ("(ONE, TWO)", "((ONE, TWO),)", 20, "reads has (the experiment 'one', the exp"),
    "reading what is not there": ("        ONE,", "        'onee',", 26, "no fit is called 'onee'; did you"),
    "showing a measure": ("(both,)", "ACCURACY", 29, "figures has the measure 'accuracy'; allowed are f"),
    "showing what is not there": ("(both,)", "(both, 'bth')", 29, "the figure 'bth', which is not in"),
    "a question that is a number": ('    "Which?",', "    5,", 24, "text is 5; write '5', in quotes"),
    "a name for a question": (
        '"All", which)',
        '"All", "which")',
        37,
        "questions is ('which',); allowed is a",
    ),
    "one section": ('(section("All", which),)', 'section("All", which)', 37, "sections is the section 'all'"),
    "a word that is a number": ('run="fit"', "run=5", 38, "run is 5; write '5', in quotes"),
    "facts of no question": ('facts="which"', 'facts="whihc"', 39, "facts names the question 'whihc', whic"),
    "a share that is a text": ("0.2),", "'0.2'),", 11, "test_fraction is '0.2'; write 0.2, without quotes"),
    "a share above 1": ("0.2),", "20),", 11, "design: test_fraction is 20; allowed is a share"),
    "a function that is not there": ("fit=fit", 'fit="nets:fitt"', 35, "fit is 'nets:fitt', and nets has"),
    "a second project": ("PROJECT =", "OTHER = Project('x')\nPROJECT =", 34, "has 2 labreport.Project; ex"),
    "a module that is not there": (
        "from labreport",
        "import sk\nfrom labreport",
        2,
        "module 'sk'; ",
    ),
}
"""The same for an outline and what it is made of."""


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, nets: str, sizes: str = "SIZE = 7\n") -> Graph:
    """The graph of a project whose two modules are these, seen from its folder."""
    folder.mkdir(exist_ok=True)
    (folder / "sizes.py").write_text(sizes)
    (folder / "nets.py").write_text(nets, encoding="utf-8")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("nets", "sizes"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    importlib.invalidate_caches()
    return unfold(load_project(Place(folder, "nets", folder, "nets")), 1)


@pytest.mark.parametrize("case", [*CASES, *ASKING_CASES])
def test_a_mistake_is_named_by_the_line_that_was_edited(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the line of a helper, nor the first one of a call of several lines, nor where it is used."""
    source, (old, new, line, said) = (SOURCE, CASES[case]) if case in CASES else (ASKING, ASKING_CASES[case])
    assert source.count(old) >= 1
    with pytest.raises(LabReportError) as caught:
        opened(tmp_path, monkeypatch, source.replace(old, new, 1))
    assert str(caught.value).startswith(f"nets.py:{line}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_value_that_is_imported_is_named_where_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the other module; without the mistake, nothing is refused."""
    assert opened(tmp_path / "right", monkeypatch, SOURCE).nodes
    with pytest.raises(LabReportError, match=r"^sizes.py:1: layers is '7'; write \(7,\), without quotes"):
        opened(tmp_path, monkeypatch, SOURCE.replace("(SIZE,)", "SIZE"), "SIZE = '7'\n")


def test_a_value_that_nobody_wrote_is_named_by_the_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And not by another declaration that is used there and sets the same field."""
    more = "TALL = study('tall', SMALL, layers=tuple((1,) * n for n in (2, 3)))\nmade = len(TALL.axes)\n"
    more += "BAD = _net('bad', replace(TALL.base.specification, **{'la' + 'yers': 'x'}))\n"
    source = SOURCE.replace("PROJECT =", f"{more}PROJECT =")
    with pytest.raises(LabReportError, match=r"^nets.py:40: layers is 'x'; allowed is a tuple"):
        opened(tmp_path, monkeypatch, source)


def test_a_place_is_said_once(tmp_path: Path) -> None:
    """An error that begins with the place of a value keeps that one."""
    told = LabReportError("project.py:11: the measure is odd")
    say_where(told, tmp_path)
    assert str(told) == "project.py:11: the measure is odd"
    (tmp_path / "project.py").write_text("def odd():\n    raise LabReportError('the measure is odd')\n")
    code = compile((tmp_path / "project.py").read_text(), str(tmp_path / "project.py"), "exec")
    names: dict[str, Any] = {"LabReportError": LabReportError}
    exec(code, names)
    with pytest.raises(LabReportError) as caught:
        names["odd"]()
    say_where(caught.value, tmp_path)
    assert str(caught.value) == f"{tmp_path}/project.py:2: the measure is odd"


def test_an_argument_that_the_engine_cannot_take_is_named(tmp_path: Path) -> None:
    """Whatever goes wrong inside the engine because of it."""
    path = tmp_path / "asking.py"
    path.write_text("from labreport import Measure, ranking\n\nranking(5, Measure('accuracy', '%'))\n")
    with pytest.raises(TypeError) as caught:
        exec(compile(path.read_text(), str(path), "exec"), {})
    said = failed("answer which", caught.value, tmp_path)
    assert said.startswith(f"answer which failed at {path}:3: TypeError: ")
    assert "; ranking: results is 5; allowed is a value of Results (--debug" in said


def test_a_question_in_no_section_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one line, with what belongs to it; and so is a figure that nothing shows."""
    source = ASKING.replace(", which),),", "),),").replace('    facts="which",\n', "")
    session: Any = SimpleNamespace(project=opened(tmp_path, monkeypatch, source).project)
    assert unused(session) == ["nets.py:23: the question 'which' is in no section; list which in one"]
    source = ASKING.replace("figures=(both,)", "figures=()")
    session.project = opened(tmp_path, monkeypatch, source).project
    assert unused(session) == [
        "nets.py:20: nothing shows the figure 'both'; list both in figures= of a question"
    ]


def test_what_a_figure_reads_is_named_by_the_line_of_its_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is: neither the line of an experiment that it names, nor the function's."""
    (figure,) = opened(tmp_path / "nets", monkeypatch, ASKING).project.outline.figures
    assert nearby(written(figure.place, "reads", ...)) == "nets.py:20"


def _secret(a: int) -> None:
    del a


def test_a_function_of_which_python_does_not_know_what_it_takes_has_its_own_error() -> None:
    """As some that are written in C."""
    with patch.object(_secret, "__signature__", 1, create=True), pytest.raises(TypeError) as raised:
        _secret()  # type: ignore[call-arg]
    with patch.object(_secret, "__signature__", 1, create=True):
        assert explained(raised.value).endswith("missing 1 required positional argument: 'a'")
