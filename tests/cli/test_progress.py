"""How much of the work is done, and the time left."""

from __future__ import annotations

import pytest

from labreport.cli.progress import Progress
from labreport.cli.terminal import Terminal
from labreport.run import EpochReached, Finished, Task


def _task(name: str, epochs: int, seconds: float = 1.0) -> Task:
    return Task(name, 0, name, {}, (epochs,), cost=seconds)


def test_the_time_left_follows_from_what_was_measured() -> None:
    """Epochs count by what they cost, and the start of processes does not count."""
    now = [0.0]
    progress = Progress(Terminal(quiet=True), clock=lambda: now[0])
    small, large = _task("small", 10), _task("large", 10, 2.0)
    progress.running([small, large])
    progress.event(EpochReached(small, 0))
    now[0] = 100.0
    progress.event(EpochReached(small, 5))
    assert progress.left() == ""
    now[0] = 160.0
    progress.event(Finished(small))
    assert progress.left() == "4 min 00 s left"


def test_a_run_has_a_bar_while_it_is_under_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its epochs; where it has ended, only the bar of all is left."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    terminal = Terminal()
    terminal.interactive = True
    progress = Progress(terminal)
    task = _task("small", 10)
    with progress.bars:
        progress.running([task])
        progress.event(EpochReached(task, 5))
        progress.bars.refresh()
        assert "small, seed 0" in capsys.readouterr().out
        progress.event(Finished(task))
        progress.bars.refresh()
    assert "1/1 run" in capsys.readouterr().out
    assert len(progress.bars.tasks) == 1
