"""Epochs are timed by plain Keras, in a process that has all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from exercise import timing
from exercise.catalogue import NETWORKS, TIMES
from exercise.networks import Network, Timing, epoch_cost
from labreport.errors import LabReportError

SMALL, WIDE = Network((8,)), Network((9,))
ProgramMaker: TypeAlias = Callable[[str], None]


@pytest.fixture(autouse=True)
def _own_process() -> Iterator[None]:
    """Each test starts a process of its own."""
    timing.plain_keras.cache_clear()
    yield
    timing.plain_keras.cache_clear()


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ProgramMaker:
    """Put a program in the place of plain Keras: `text` may use `lines`, what it is sent."""

    def put(text: str) -> None:
        path = tmp_path / "program.py"
        path.write_text(f"import os, sys\nlines = sys.stdin\n{text}\n")
        monkeypatch.setattr(timing, "PROGRAM", path)

    return put


ECHO = "settings = next(lines)\nfor line in lines:\n    print({}, flush=True)"


def seconds_of(network: Network, seed: int = 0) -> float:
    """What is measured for a network in the round of a seed."""
    fit = timing.time_epoch(Timing(network), seed)
    seconds = fit.metrics["epoch seconds"]
    assert isinstance(seconds, float)
    return seconds


@pytest.mark.slow
def test_plain_keras_times_epochs_of_several_networks_in_turn() -> None:
    """Each measurement is an epoch of the network that was asked for."""
    for seed in (0, 1):
        for network in (SMALL, WIDE):
            assert 0 < seconds_of(network, seed) < 60


def test_one_process_times_all_networks(program: ProgramMaker) -> None:
    """So that its start and its data are paid for once."""
    program(ECHO.format("os.getpid()"))
    assert seconds_of(SMALL) == seconds_of(WIDE) == seconds_of(SMALL, seed=1)


def test_the_process_is_sent_the_network(program: ProgramMaker) -> None:
    """One line of JSON for each epoch."""
    program("import json\n" + ECHO.format("json.loads(line)['hidden_layers'][0]"))
    assert (seconds_of(SMALL), seconds_of(WIDE)) == (8, 9)


@pytest.mark.parametrize(
    ("measured", "seconds"),
    [([2, 2.9], [2, 2.9]), ([2, 9, 2.5], [2, 2.5]), ([2, 9, 8, 7, 6, 1], [2, 6])],
    ids=["a little longer", "disturbed once", "disturbed for long"],
)
def test_an_epoch_that_was_disturbed_is_measured_again(
    measured: list[float], seconds: list[float], program: ProgramMaker
) -> None:
    """A few times at most; then the shortest counts."""
    program(f"times = iter({measured})\n" + ECHO.format("next(times)"))
    assert [seconds_of(SMALL), seconds_of(SMALL, seed=1)] == seconds


def test_plain_keras_may_use_all_threads(program: ProgramMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    """What limits this process does not reach it."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    program(ECHO.format("len({'OMP_NUM_THREADS', 'TF_NUM_INTRAOP_THREADS'} & set(os.environ))"))
    assert seconds_of(SMALL) == 0


def test_plain_keras_ends_with_its_worker(program: ProgramMaker) -> None:
    """No process is left behind."""
    program(ECHO.format("os.getpid()"))
    process = int(seconds_of(SMALL))
    os.kill(process, 0)
    timing.plain_keras.cache_clear()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_what_plain_keras_says_at_its_end_is_named(program: ProgramMaker) -> None:
    """The last line of its errors."""
    program("print('Traceback', file=sys.stderr)\nraise MemoryError('no room')")
    with pytest.raises(LabReportError, match="plain Keras could not be timed: MemoryError: no room"):
        seconds_of(SMALL)


def test_all_networks_are_timed_with_nothing_beside_them() -> None:
    """Each has its own times, so that an edit of one network times that network again."""
    assert list(TIMES) == [network.name for network in NETWORKS]
    assert all(experiment.exclusive for experiment in TIMES.values())


def test_an_epoch_of_plain_keras_costs_more_than_our_own() -> None:
    """So that the time left is foretold."""
    assert epoch_cost(Timing(SMALL)) > epoch_cost(SMALL)
