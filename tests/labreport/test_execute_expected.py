"""What is said of a build before it begins: how long it takes, and whether there is room for it."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import trained as made

from labreport.commands import verify
from labreport.console.progress import START, TimeLeft
from labreport.console.terminal import Terminal
from labreport.execute import pace
from labreport.execute.pace import USUAL, expected, foresee_trainings, making, note, note_trainings
from labreport.execute.training import check_room
from labreport.execute.worker import Task
from labreport.nodes.document import AnswersDocument, PageDocument, PaperDocument


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of two processors with nothing else on it."""
    monkeypatch.setattr(pace, "others", lambda: 0.0)
    monkeypatch.setattr(pace, "cores", lambda: 2)
    monkeypatch.setattr(verify, "cores", lambda: 2)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


DOCUMENTS = ((PageDocument, 1), (AnswersDocument, 2), (PaperDocument, 3))


def task(name: str, cost: float) -> Task:
    """Ten epochs."""
    return replace(made.task(replace(made.empty(), key=name, name=name), 10), cost=cost)


def session(cost: str = "", /, **paces: Any) -> Any:
    """What is known of a project."""
    graph = SimpleNamespace(of_kind=lambda kind: ["a", "b"])
    return SimpleNamespace(
        ledger=SimpleNamespace(paces=paces), project=SimpleNamespace(cost=cost), graph=graph
    )


def test_earlier_trainings_say_how_long_the_next_take() -> None:
    """Each by its own pace, a new one by the usual pace; what figures took says nothing of a training."""
    tasks = [task("a", 1.0), task("b", 1.0), task("new", 1.0)]
    paces: dict[str, Any] = {"a": 2.0, "b": 4.0, "#figure": 900.0}
    assert expected(session(**paces), tasks) == pytest.approx([20, 40, 30])


def test_without_them_the_cost_is_in_seconds_or_nothing_is_known() -> None:
    """The project's own word is better than none."""
    assert expected(session("module:cost"), [task("a", 0.5)]) == pytest.approx([5.0])
    assert expected(session(), [task("a", 0.5)]) is None


def test_earlier_builds_say_how_long_the_report_takes() -> None:
    """By kind; what is published at once is one thing, and the paper another."""
    opened, figure = session(), SimpleNamespace(kind="figure", name="figure/a", cached=True)
    page, answers, paper = (made(f"x{number}") for made, number in DOCUMENTS)
    nodes = [figure, page, answers, paper]
    stale: Any = [SimpleNamespace(node=node) for node in nodes]
    assert making(opened, stale) == {
        "figure/a": USUAL["figure"],
        "page": pytest.approx(0.5 + 4 * 0.1),
        "paper": pytest.approx(1.0 + 4 * 0.5),
    }
    note(opened, {"figure": [2.0, 4.0], "paper": [0.3], "page": [20.0]}, ["figure/a", "figure/b", "figure/c"])
    assert making(opened, stale) == {"figure/a": 2.0, "page": pytest.approx(0.9), "paper": 3.0}
    note(opened, {"page": [1.9]})
    assert making(opened, stale)["page"] == pytest.approx(1.4)


def test_what_took_seconds_to_start_is_no_speed_of_a_fit() -> None:
    """The first of each worker says how long workers take to start, the mean of the rest how long one is."""
    opened = session()
    note_trainings(opened, {"a": [(True, 9.0), (False, 1.0), (True, 8.0), (False, 2.0)]}, 8.0)
    assert opened.ledger.paces["a"] == 1.5
    note_trainings(opened, {"b": [(True, 9.0), (True, 8.0)]}, 0.0)
    assert opened.ledger.paces.pop("b") == 8.0
    time = TimeLeft()
    foresee_trainings(opened, [task("a", 1.0)], time, 1)
    assert time.seconds() == pytest.approx(8.0 + 15.0)
    time.end(START)
    assert time.seconds() == pytest.approx(15.0)


@pytest.mark.parametrize(("free", "warns"), [(10_000_000, True), (30_000_000, False)])
def test_a_full_disk_is_named_first(
    free: int, warns: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what results take that are there; a warning, for what they will take is not known."""
    (tmp_path / "one.json").write_bytes(b"x" * 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    err = io.StringIO()
    opened: Any = SimpleNamespace(
        store=SimpleNamespace(folder=tmp_path, keys=lambda: ["one"]), output=tmp_path
    )
    check_room(opened, 10, Terminal(err=err))
    assert ("10 MB free; this build may need 20 MB" in err.getvalue()) is warns
    assert (err.getvalue() == "") is not warns


@pytest.mark.parametrize("beside", [0.0, 1.0, 4.0])
def test_the_first_estimate_counts_what_runs_beside_and_what_ran_beside_before(
    beside: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two workers share two processors with it: what took 10 s by themselves takes 15 s beside one other."""
    opened = session(**{"#start": 0.0, "a": 1.0})
    tasks = [replace(task(key, 1.0), trajectory=replace(made.empty(), key=key, name="a")) for key in "xy"]
    for now in (beside, 0.0, beside):  # what was noted beside others says the same of a calm machine
        monkeypatch.setattr(pace, "others", lambda now=now: now)
        time = TimeLeft()
        foresee_trainings(opened, tasks, time, 2)
        takes = 10 * (2 + now) / 2
        assert time.seconds() == pytest.approx(takes)
        note_trainings(opened, {"a": [(False, takes / 10)]}, 0.0, pace.was_slower(time, 2))


@pytest.mark.parametrize(
    ("load", "waits", "found"),
    [
        ("0.90 2.50 2.47 3/95 14553", "100 0 9", 0.9),
        ("1.90 2.50 2.47 1/95 14553", "100 0 9", 0.0),
        ("12.0 12.0 12.0 13/95 14553", "100 550 9", 12.0),
        ("12.0 12.0 12.0 13/95 14553", "100 5 9", 1.1),
        ("", "0 0 0", 0.0),
    ],
    ids=["a processor is left", "it was this program", "none is left", "they give way", "not known"],
)
def test_what_competes_is_what_runs_now_or_was_waited_for(
    load: str, waits: str, found: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a build, the mean of the last minute has that build's own processes in it."""
    monkeypatch.undo()
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(Path, "read_text", lambda path: load if path.name == "loadavg" else waits)
    assert pace.others() == pytest.approx(found)


def test_a_verification_takes_as_long_as_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first as much longer than usual as the report took to be made."""
    opened = session(**{"#figure": 2 * USUAL["figure"]})
    checks = [("document", 5.0), ("training", 12.0), ("answer", 0.0)]
    first, second = TimeLeft(), TimeLeft()
    verify.foresee(opened, checks, first)
    assert first.seconds() == pytest.approx(2 * 5 * verify.CHECKS["document"] + 12)
    for (kind, units), took in zip(checks, (40.0, 18.0, 0.1), strict=True):
        verify.note(opened, kind, units, took, 1.0)
    verify.foresee(opened, checks, second)
    assert second.seconds() == pytest.approx(58.0)
