"""Epochs are timed by plain Keras, in a process that has all cores."""

from __future__ import annotations

import os
from typing import Any

import pytest

from exercise import timing
from exercise.catalogue import TIMES
from exercise.networks import Network, Timing, epoch_cost
from labreport.errors import LabReportError

TIMED = Timing(Network((8,)))
ECHO = "import sys\nsys.stdin.readline()\nfor _ in sys.stdin:\n    print({}, flush=True)\n"


def _program(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    path = tmp_path / "program.py"
    path.write_text(text)
    monkeypatch.setattr(timing, "PROGRAM", path)


@pytest.mark.slow
def test_each_epoch_is_timed_by_plain_keras() -> None:
    """One number for each epoch after the first, shown when it was measured."""
    run = timing.start(TIMED, seed=0)
    records = [run.advance() for _ in range(2)]
    assert [record["epoch"] for record in records] == [1, 2]
    assert all(0 < record["seconds"] < 60 for record in records)


def test_the_first_epoch_of_a_process_is_not_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Keras compiles in it."""
    _program(
        ECHO.format("1.5 if hasattr(sys, 'warm') else setattr(sys, 'warm', 1) or 99"), monkeypatch, tmp_path
    )
    assert timing.start(TIMED, 0).advance() == {"epoch": 1, "seconds": 1.5}


STEADY, QUICKEST = [2, 2, 3, 2, 2], [3, 1, 3, 1, 2]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ([1, 1, 4, 1, 1, *STEADY, 7], STEADY),
        ([3, 1, 3, 1, 3, *QUICKEST, *[3, 1, 3, 1, 3] * 2, 7], QUICKEST),
    ],
    ids=["until they are steady", "a few times at most"],
)
def test_epochs_that_differ_by_more_than_half_are_measured_again(
    told: list[int], kept: list[int], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """All of them, with the last; records say what was measured first, each before the next is measured.

    Where they stay unsteady, the measurement that took least in all is kept.
    """
    log = tmp_path / "measured"
    one = f"(open({str(log)!r}, 'a').write('|'), next(told))[1]"
    _program(ECHO.replace("for", f"told = iter({[9, *told]})\nfor").format(one), monkeypatch, tmp_path)
    run = timing.start(TIMED, seed=0)
    for epoch, seconds in enumerate(told[:5], 1):
        assert run.advance() == {"epoch": epoch, "seconds": seconds}
        assert len(log.read_text()) == (epoch + 1 if epoch < 5 else len(told))
    assert run.snapshot() == ({}, {"seconds": kept})
    assert timing.start(TIMED, 0, 5, run.state()).snapshot() == run.snapshot()


def test_a_timing_that_was_interrupted_continues_with_what_was_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """It measures the others, after one in which Keras compiles."""
    _program(ECHO.replace("for", "told = iter([9, 4, 5])\nfor").format("next(told)"), monkeypatch, tmp_path)
    run = timing.start(TIMED, 0, 3, {"seconds": [4, 4, 5]})
    assert [run.advance(), run.advance()] == [{"epoch": 4, "seconds": 4}, {"epoch": 5, "seconds": 5}]
    assert run.snapshot() == ({}, {"seconds": [4, 4, 5, 4, 5]})


def test_plain_keras_may_use_all_threads(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """What limits this process does not reach it."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    limits = "len({'OMP_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS'} & set(__import__('os').environ))"
    _program(ECHO.format(limits), monkeypatch, tmp_path)
    assert timing.start(TIMED, 0).advance()["seconds"] == 0


def test_plain_keras_is_gone_before_the_next_network_is_timed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Otherwise it would end beside that network's first epochs."""
    _program(ECHO.format("__import__('os').getpid()"), monkeypatch, tmp_path)
    run = timing.start(TIMED, 0)
    process = int(run.advance()["seconds"])
    os.kill(process, 0)
    del run
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_what_plain_keras_says_at_its_end_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """The last line of its errors."""
    _program(
        "import sys\nprint('Traceback', file=sys.stderr)\nraise MemoryError('no room')\n",
        monkeypatch,
        tmp_path,
    )
    with pytest.raises(LabReportError, match="plain Keras could not be timed: MemoryError: no room"):
        timing.start(TIMED, 0).advance()


def test_a_timing_has_nothing_beside_it_and_counts_by_its_network() -> None:
    """So that an edit of one network times that network again."""
    assert all(timed.exclusive for timed in TIMES.values())
    assert len({timed.specification for timed in TIMES.values()}) == len(TIMES)


def test_an_epoch_of_plain_keras_costs_more() -> None:
    """So that the time left is foretold."""
    assert epoch_cost(TIMED) > epoch_cost(TIMED.network)
