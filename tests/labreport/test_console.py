"""What is printed: plan, summary, time left, progress, and lines around them."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labreport.console.plan import about, show_plan, show_summary
from labreport.console.progress import Kind, Progress, TimeLeft, Training
from labreport.console.terminal import Terminal, folded
from labreport.experiment import Experiment
from labreport.nodes.content import ResultNode
from labreport.plan.nodes import Changed, NeverMade, Node, Plan, Reason, State, Status, Upstream
from labreport.plan.planner import Planner

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
    given = {"specification": {"rate": 0.1, "network": {}}}
    return Status(ResultNode(experiment, seed), State.STALE, (reason,), given, key)


def other(name: str, *reasons: Reason) -> Status:
    """A stale node of another kind."""
    kind, _, slug = name.partition("/")
    state = State.PENDING if isinstance(reasons[0], Upstream) else State.STALE
    return Status(Made(kind, slug), state, reasons)


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
    later = [other(f"{kind}/{name}", NeverMade()) for kind in ("answer", "figure") for name in "xy"]
    line = "never made: 3 trainings of a, b, then 2 answers, 2 figures"
    assert printed(*results, *later) == [f"{line}; --verbose lists them"]
    assert printed(*results, *later, verbose=True)[-1] == line
    assert len(printed(*results, *later, verbose=True)) == 2 + 4 + 1


def test_one_edit_is_one_line_whatever_it_leads_to() -> None:
    """All that has the value that changed, what names the definition, and what reads any of it."""
    changed, nested = Changed("rate", [62], [40]), Changed("network.rate", [62], [40])
    definition = Changed("function catalogue:SMALL", about="small")
    lines = printed(
        *(result("small", seed, f"key-{seed}", changed) for seed in range(5)),
        *(result("small-momentum", seed, f"other-{seed}", changed) for seed in range(5)),
        result("times/small", 0, "timed", nested),
        other("answer/parts", definition, Upstream("result/small#0")),
        other("answer/time", Upstream("result/times/small#0")),
        other("figure/curves", Upstream("result/small#0")),
        other("document/html", Upstream("answer/parts")),
    )
    assert lines == [
        "small: rate (62,) → (40,): 11 trainings of small, small-momentum, times/small,",
        "  then 2 answers, figure curves, html; --verbose lists them",
    ]


def test_two_edits_are_two_lines() -> None:
    """What was edited itself is listed under its own edit, not under that of what it reads."""
    definition = Changed("function catalogue:SMALL", about="small")
    lines = printed(
        result("small", 0, "key", Changed("rate", 0.1, 0.2)),
        other("answer/parts", definition),
        *(
            other(f"figure/{name}", definition, Changed("function module:draw"), Upstream("result/small#0"))
            for name in ("curves", "bars")
        ),
        other("section/one", Changed("template one.html")),
        other("document/html", Upstream("section/one")),
    )
    assert lines == [
        "small: rate 0.1 → 0.2: 1 training of small, then answer parts",
        "function module:draw changed: 2 figures",
        "template one.html changed: section one, then html; --verbose lists them",
    ]


def test_many_causes_are_counted_and_long_ones_cut() -> None:
    """At most eight, three lines each, within the width."""
    lines = printed(*(other(f"figure/f{number}", Changed(f"{number} {'x ' * 300}")) for number in range(20)))
    assert len(lines) == 8 * 3 + 1
    assert lines[-1] == "… and 12 more causes"
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


def test_time_left_of_what_is_not_known_is_said_once_enough_was_measured() -> None:
    """A slow start counts for nothing: the program takes 20 s before its first epoch, then 1 s for each."""
    clock = Clock()
    left = TimeLeft(known=False, clock=clock)
    left.expect("one", 700.0)
    said = {}
    clock.now = 20.0
    for epoch in range(1, 101):
        clock.now += 1.0
        left.work("one", 0.01)
        said[epoch] = left.seconds()
    assert said[1] is None
    assert said[5] is None
    assert said[6] == pytest.approx(94.0)
    assert said[100] == pytest.approx(0.0)


def test_time_left_is_that_of_the_longest_or_of_all_lanes_then_of_what_runs_by_itself() -> None:
    """Nothing is split among lanes; what runs by itself, and what is made, comes after."""
    left = TimeLeft(lanes=2, clock=Clock())
    left.expect("long", 50.0)
    left.expect("short", 10.0)
    assert left.seconds() == pytest.approx(50.0)
    left.expect("other", 60.0)
    assert left.seconds() == pytest.approx(60.0)
    left.expect("timed", 5.0, Kind.SINGLY)
    left.expect("report", 20.0, Kind.MADE)
    assert left.seconds() == pytest.approx(85.0)


@given(st.lists(st.tuples(st.sampled_from(["expect", "begin", "work", "end", "again"]), st.integers(0, 4))))
def test_the_sums_of_the_time_left_are_those_of_its_parts(events: list[tuple[str, int]]) -> None:
    """Whatever happens to them in whatever order, as many as there are."""
    clock = Clock()
    left = TimeLeft(lanes=2, clock=clock)
    for what, key in [("expect", 0), *events]:
        clock.now += 0.1
        more = {"expect": (1.0 + key, Kind.SINGLY if key == 4 else Kind.TOGETHER), "work": (0.4,)}
        getattr(left, what)(key, *more.get(what, ()))
    for kind in Kind:
        parts = [part for part in left._parts.values() if part.kind is kind]
        rest = {part: part.seconds * part.left * left._speed(kind) for part in parts}
        for part in parts:
            if part in left._since:
                rest[part] = max(rest[part] - (clock.now - left._since[part]), 0.0)
        assert left._all[kind] == pytest.approx(sum(part.seconds for part in parts))
        assert left._rest(kind)[0] == pytest.approx(sum(rest.values()), abs=1e-9)
        if kind is Kind.TOGETHER:
            assert left._rest(kind)[1] == pytest.approx(max(rest.values(), default=0.0), abs=1e-9)


def test_time_left_goes_down_while_nothing_is_heard() -> None:
    """One step may take all the time; longer than expected, it is about to end."""
    clock = Clock()
    left = TimeLeft(clock=clock)
    left.expect("one", 100.0)
    left.begin("one")
    clock.now = 40.0
    assert left.seconds() == pytest.approx(60.0)
    assert left.share == pytest.approx(0.4)
    clock.now = 140.0
    assert left.seconds() == 0.0


def test_work_that_is_not_done_is_no_speed() -> None:
    """Half of the work need not be done: the rest takes as long as before."""
    clock = Clock()
    left = TimeLeft(clock=clock)
    left.expect("one", 50.0)
    left.expect("other", 50.0)
    left.begin("one")
    clock.now = 10.0
    left.work("one", 0.2)
    left.end("other")
    assert left.seconds() == pytest.approx(40.0)
    left.again("one")
    assert left.seconds() == pytest.approx(50.0)


TRAINED = (
    *((34.6, 71.1, 50), (34.1, 73.3, 100), (9.1, 20.2, 30), (3.4, 15.3, 10), (3.0, 10.2, 10)),
    *((3.4, 14.6, 10), (7.7, 25.0, 50), (3.4, 17.0, 10), (5.9, 18.3, 30), (7.7, 31.8, 50), (2.0, 6.8, 10)),
    *((4.3, 10.3, 30), (1.4, 3.0, 10), (3.4, 22.4, 10), (2.1, 10.4, 10), (3.4, 25.2, 10), (2.0, 7.3, 10)),
    *((3.4, 21.6, 10), (3.4, 17.5, 10), (1.4, 5.8, 10), (0.9, 2.6, 10)),
)
"""Trainings of a first build beside others' work: seconds expected by cost, seconds taken, and epochs."""
TIMED = ((18.2, 17.5, 5), (13.4, 9.8, 5), (15.1, 14.0, 5), (13.3, 9.1, 5), (13.8, 10.1, 5), (14.7, 12.2, 5))
MADE = ((5.8, 14.0, 1), (12.8, 17.0, 1), (2.7, 4.0, 1), (4.0, 7.0, 1), (20.0, 19.0, 1))
"""Answers, figures, sections, page and paper."""
STARTING = 8.0
"""Seconds in which a process starts and compiles, before its first epoch."""
BUILDS = {
    "a first build": (TRAINED, TIMED, MADE),
    "an edit of one network": (((25.0, 28.3, 50), (31.8, 16.9, 50)), ((9.8, 11.0, 5),), MADE),
    "an edit of one network beside others' work": (
        ((16.0, 88.0, 50), (16.0, 88.0, 50)),
        ((11.0, 43.0, 5),),
        ((8.0, 14.0, 1), (9.7, 12.0, 1), (4.1, 5.0, 1), (7.5, 12.0, 1), (20.0, 50.0, 1)),
    ),
    "an edit of a question": ((), (), ((0.2, 0.3, 1), (4.0, 7.0, 1), (20.0, 19.0, 1))),
    "a machine that is three times as slow": (tuple((a, 3 * a, n) for a, _, n in TRAINED), TIMED[:1], MADE),
}


@pytest.mark.parametrize("name", BUILDS)
def test_the_time_left_is_within_a_third_at_half_time(name: str) -> None:
    """As recorded durations would have it, on two lanes."""
    clock = Clock()
    left = TimeLeft(lanes=2, clock=clock)
    together, singly, made = BUILDS[name]
    for kind, parts in zip(Kind, BUILDS[name], strict=True):
        for number, (expected, _, _) in enumerate(parts):
            left.expect((kind, number), expected, kind)
    said: list[tuple[float, float]] = []

    def note() -> None:
        found = left.seconds()
        assert found is not None
        said.append((clock.now, found))

    events: list[tuple[float, int, int, int]] = []
    waiting = list(range(len(together)))
    for lane in range(2):
        if waiting:
            events.append((STARTING, lane, waiting.pop(0), 0))
    while events:
        events.sort()
        clock.now, lane, number, epoch = events.pop(0)
        _, taken, epochs = together[number]
        left.work((Kind.TOGETHER, number), 1 / epochs)
        note()
        if epoch + 1 < epochs:
            events.append((clock.now + taken / epochs, lane, number, epoch + 1))
        elif waiting:
            events.append((clock.now + 2.0, lane, waiting.pop(0), 0))
    for number, (_, taken, epochs) in enumerate(singly):
        clock.now += STARTING / 2
        for _ in range(epochs):
            clock.now += taken / epochs
            left.work((Kind.SINGLY, number), 1 / epochs)
            note()
    for number, (_, taken, _) in enumerate(made):
        left.begin((Kind.MADE, number))
        for _ in range(10):
            clock.now += taken / 10
            note()
        left.work((Kind.MADE, number), 1.0)
        note()
    half = clock.now / 2
    found = max((one for one in said if one[0] <= half), key=lambda one: one[0])
    assert found[1] - (half - found[0]) == pytest.approx(half, rel=1 / 3)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *((0.3, "a few seconds"), (9.9, "a few seconds"), (12.2, "10 s"), (57.6, "1 min"), (63, "1 min")),
        *((187, "3 min 10 s"), (1019, "17 min"), (7811, "2 h 10 min")),
    ],
)
def test_what_is_expected_is_said_as_far_as_it_is_known(seconds: float, said: str) -> None:
    """No number for what is over before it were right, and no second of an hour."""
    assert about(seconds) == said


def test_off_a_terminal_progress_is_a_plain_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """For trainings and for what is made after them."""
    monkeypatch.setattr("labreport.console.progress._EVERY", 0.0)
    out = io.StringIO()
    left = TimeLeft(known=False, clock=Clock())
    left.expect("alpha", 10.0)
    progress = Progress(Terminal(out=out), left)
    progress.trainings(1, "training")
    progress.to_make(2)
    with progress.shown():
        left.work("alpha", 0.2)
        progress.training(
            0, Training("alpha, seed 0", 1, 5, "validation 12.0 %")
        )  # for which there is no room
        progress.finished("alpha", "alpha, seed 0  5 epochs")
        progress.idle(0)
        progress.making("figure", "curves", "figure/curves")
    assert out.getvalue().splitlines() == [
        "   20 %  0/1 training  estimating the time  alpha, seed 0  epoch   1/5",
        "  1/2  draw curves  a few seconds left",
    ]


def test_a_row_says_what_is_measured_by_itself() -> None:
    """Which one, how many there are, and that it has begun."""
    assert Training("epoch time of a", 0, 5, "", "by itself, 3/6").note == "by itself, 3/6  starting"
    note = Training("epoch time of a", 2, 5, "1.20 s an epoch", "by itself, 3/6").note
    assert note == "by itself, 3/6  epoch   2/5  1.20 s an epoch"


LIVE = """
import sys, time
from labreport.console.progress import Kind, Progress, TimeLeft, Training
from labreport.console.terminal import Terminal

terminal = Terminal()
progress = Progress(terminal, doing="looking")
with progress.shown():
    time.sleep(1.3)
    progress.trainings(2, "training")
    progress.to_make(2)
    progress.training(0, Training("[red]alpha#0", 1, 5, "validation 12.0 %"))
    progress.finished("alpha", "alpha#0  [b]5 epochs")
    terminal.error("something [i]failed")
    time.sleep(1.0)
    progress.idle(0)
    progress.finished("beta")
    progress.making("figure", "curves", "figure/curves")
    total = sum(n * n for n in range(20_000_000))
terminal.say("the end")
"""


def test_on_a_terminal_lines_stay_rows_go_and_something_moves_each_second() -> None:
    """What is printed meanwhile, errors too, is kept above the rows, letter for letter. The clock of the
    first row moves each second, while the program sleeps and while it computes.
    """
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
    clocks = set(re.findall(r"0:0[0-9]", ran.stdout))
    assert {"0:00", "0:01", "0:02"} <= clocks
    assert len(clocks) >= 4


def test_direction_characters_never_reach_the_terminal() -> None:
    """Whoever prints: a project's own words may hold them, and would turn the rest of the line around."""
    out, err = io.StringIO(), io.StringIO()
    terminal = Terminal(out=out, err=err)
    for print_line in (terminal.say, terminal.result, terminal.warn, terminal.error, terminal.last):
        print_line("a\u202eb\u2066c")
    assert out.getvalue() + err.getvalue() != ""
    assert "a\\u202eb\\u2066c" in out.getvalue()
    assert not set("\u202e\u2066") & set(out.getvalue() + err.getvalue())


def test_a_long_line_is_broken_between_words_on_a_terminal_only() -> None:
    """Elsewhere, whoever reads it by lines gets one."""
    terminal = Terminal(out=(out := io.StringIO()), err=(err := io.StringIO()))
    terminal.width = 40
    terminal.result("  was: " + "word " * 10)
    assert out.getvalue().count("\n") == 1
    terminal.errors_interactive = True
    terminal.warn("what is wrong in a line that is longer than the terminal is wide")
    lines = err.getvalue().splitlines()
    assert lines == ["note: what is wrong in a line that is", "  longer than the terminal is wide"]
    coloured = f"\x1b[31m{'a word ' * 5}\x1b[0m"
    assert folded(coloured, 40) == coloured
