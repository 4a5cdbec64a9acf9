"""What is printed: plan, summary, time left, progress, and lines around them."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labreport.console.plan import show_plan
from labreport.console.progress import Progress, Steps, Training
from labreport.console.summary import show_summary
from labreport.console.terminal import Terminal
from labreport.console.time_left import TimeLeft
from labreport.experiment import Experiment
from labreport.nodes.result import ResultNode
from labreport.plan.nodes import Node, Plan, State, Status
from labreport.plan.planner import Planner
from labreport.plan.reasons import Changed, NeverMade, Reason, Upstream

SOURCE = Path(__file__).resolve().parents[2] / "src"


@dataclass(frozen=True)
class Value:
    """A specification."""

    rate: float = 0.1


class Made(Node):
    """A node of any kind."""

    def __init__(self, kind: str, slug: str) -> None:
        self.kind = kind  # type: ignore[misc]
        super().__init__(slug)

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Nothing."""
        return {}


def result(name: str, seed: int, key: str, reason: Reason) -> Status:
    """A stale result."""
    experiment = Experiment(name, Value(), 1, (1,), "module:start")
    return Status(ResultNode(experiment, seed), State.STALE, (reason,), key=key)


def other(name: str, reason: Reason) -> Status:
    """A stale node of another kind."""
    kind, _, slug = name.partition("/")
    state = State.PENDING if isinstance(reason, Upstream) else State.STALE
    return Status(Made(kind, slug), state, (reason,))


def printed(*statuses: Status, verbose: bool = False) -> list[str]:
    """The lines of a plan, at 80 columns."""
    out = io.StringIO()
    terminal = Terminal(out=out)
    terminal.width = 80
    show_plan(terminal, Plan(statuses), verbose)
    return out.getvalue().splitlines()


def test_a_plan_of_everything_is_one_line() -> None:
    """Two experiments that share their trajectories are trained once."""
    results = [result(name, seed, f"key-{seed}", NeverMade()) for name in ("a", "b") for seed in range(3)]
    later = [other(f"{kind}/x", NeverMade()) for kind in ("answer", "figure", "section", "document")]
    line = "To make: 3 trainings, 1 answer, 1 figure, 1 section, 1 document: never made"
    assert printed(*results, *later) == [line]
    assert len(printed(*results, *later, verbose=True)) == 2 + 4 + 1


def test_a_plan_gives_each_reason_once_with_the_names_where_they_are_few() -> None:
    """What only waits for others comes last."""
    changed = Changed("hidden_layers", [62], [40])
    lines = printed(
        *(result("small", seed, f"key-{seed}", changed) for seed in range(5)),
        other("answer/parts", Upstream("result/small#0")),
        other("figure/curves", Changed("function module:draw")),
        other("document/html", Upstream("answer/parts")),
    )
    assert lines == [
        "To make: 5 trainings of small: hidden_layers [62] → [40]",
        "         figure curves: function module:draw changed",
        "         1 answer, 1 document: if what they read changes",
    ]


def test_many_reasons_are_counted_and_long_ones_cut() -> None:
    """At most eight, three lines each, within the width."""
    lines = printed(*(other(f"figure/f{number}", Changed(f"{number} {'x ' * 300}")) for number in range(20)))
    assert len(lines) == 8 * 3 + 1
    assert lines[-1].strip() == "… for 12 more reasons; --verbose lists everything"
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize(
    ("files", "trained", "made", "errors", "line"),
    [
        ((), (), (), 0, "Nothing to do: all that was asked for is up to date."),
        (("report.pdf",), (), (), 0, "Nothing to do: OUT/report.pdf is up to date."),
        (("report.html",), (), (), 0, "Nothing to do: OUT/report.html is up to date."),
        (("report.pdf",), ("a#0",), ("answer/x", "answer/y"), 0, "Done in 2.0 s: 1 training, 2 answers."),
        ((), (), (), 1, "Build failed: 1 error. No report was written."),
        ((), ("a#0",), ("answer/x",), 2, "Build failed: 2 errors. No report was written."),
        (("report.pdf",), (), (), 1, "Build failed: 1 error. The previous report is unchanged."),
        (
            ("report.html",),
            (),
            ("document/html",),
            1,
            "Build failed: 1 error. Written without the rest: OUT/report.html",
        ),
    ],
)
def test_the_last_line_says_what_became_of_the_report(
    files: tuple[str, ...],
    trained: tuple[str, ...],
    made: tuple[str, ...],
    errors: int,
    line: str,
    tmp_path: Path,
) -> None:
    """Never "Done" or "Nothing to do" after an error, and never a file that is not there."""
    for name in files:
        (tmp_path / name).touch()
    out = io.StringIO()
    show_summary(Terminal(out=out), tmp_path, trained, made, 2.0, errors)
    assert out.getvalue().splitlines()[0].replace(str(tmp_path), "OUT") == line


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def test_time_left_is_said_only_once_enough_was_measured() -> None:
    """A slow start counts for nothing: the program takes 20 s before its first epoch, then 1 s for each."""
    clock = Clock()
    left = TimeLeft(100.0, clock=clock)
    said = {}
    clock.now = 20.0
    for epoch in range(1, 101):
        clock.now += 1.0
        left.work(1.0)
        said[epoch] = left.seconds()
    assert said[1] is None
    assert said[5] is None
    assert said[6] == pytest.approx(94.0)
    assert said[100] == 0.0


@pytest.mark.parametrize("expected", [60.0, 200.0])
def test_time_left_begins_with_what_is_known_from_before(expected: float) -> None:
    """Earlier seconds first, then more and more the speed of this run; always within a factor of two of
    either.
    """
    clock = Clock()
    left = TimeLeft(100.0, expected, clock)
    assert left.seconds() == expected
    for epoch in range(1, 101):
        clock.now += 1.0
        left.work(1.0)
        found = left.seconds()
        assert found is not None
        true = 100.0 - epoch
        assert min(true, expected * true / 100) - 1e-9 <= found <= max(true, expected * true / 100) + 1e-9
        if epoch > 31:
            assert found == pytest.approx(true)


def test_work_that_is_not_done_is_no_speed() -> None:
    """Half of the work is skipped: the rest takes as long as before."""
    clock = Clock()
    left = TimeLeft(100.0, clock=clock)
    for _ in range(11):
        clock.now += 1.0
        left.work(1.0)
    left.skip(49.0)
    assert left.seconds() == pytest.approx(40.0)


def test_off_a_terminal_progress_is_a_plain_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """For trainings and for what is made after them."""
    monkeypatch.setattr("labreport.console.progress._EVERY", 0.0)
    out = io.StringIO()
    terminal = Terminal(out=out)
    progress = Progress(terminal, 10.0, 2)
    with progress.shown():
        progress.epoch(0, Training("alpha#0", 1, 5, "validation 12.0 %"), 1.0)
        progress.finished("alpha#0  5 epochs")
        progress.idle(0)
    steps = Steps(terminal, 2)
    with steps.shown():
        steps.begin("figure", "curves")
    assert out.getvalue().splitlines() == [
        "   10 %  0/2 trainings  estimating the time  alpha#0    1/5  validation 12.0 %",
        "  1/2  draw curves",
    ]


LIVE = """
import sys, time
from labreport.console.progress import Progress, Steps, Training
from labreport.console.terminal import Terminal

terminal = Terminal()
progress = Progress(terminal, 10.0, 2)
with progress.shown():
    progress.epoch(0, Training("[red]alpha#0", 1, 5, "validation 12.0 %"), 1.0)
    progress.finished("alpha#0  [b]5 epochs")
    terminal.error("something [i]failed")
    time.sleep(0.3)
    progress.idle(0)
with Steps(terminal, 2).shown() as steps:
    steps.begin("figure", "curves")
    time.sleep(0.3)
terminal.say("the end")
"""


def test_on_a_terminal_lines_stay_and_rows_go() -> None:
    """What is printed meanwhile, errors too, is kept above the rows, letter for letter."""
    script = f"import pty; pty.spawn([{sys.executable!r}, '-c', {LIVE!r}])"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "TERM": "xterm", "NO_COLOR": "1", "COLUMNS": "80"}
    ran = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    for text in ("[red]alpha#0", "epoch   1/5  validation 12.0 %", "0/2 trainings", "1/2  draw curves"):
        assert text in ran.stdout
    kept = [line.rpartition("\x1b[2K")[2] for line in ran.stdout.replace("\r", "").splitlines()]
    assert "  alpha#0  [b]5 epochs" in kept
    assert "error: something [i]failed" in kept
    assert kept[-1] == "the end"


def test_direction_characters_never_reach_the_terminal() -> None:
    """Whoever prints: a project's own words may hold them, and would turn the rest of the line around."""
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out=out, err=err)
    for print_line in (terminal.say, terminal.result, terminal.warn, terminal.error, terminal.last):
        print_line("a\u202eb\u2066c")
    assert out.getvalue() + err.getvalue() != ""
    assert "a\\u202eb\\u2066c" in out.getvalue()
    assert not set("\u202e\u2066") & set(out.getvalue() + err.getvalue())
