"""Times of epochs with nothing beside them, and of plain Keras in a process that has all cores."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from exercise.catalogue import TIMES
from exercise.networks import Network, Timing, epoch_cost, program_name
from exercise.training import times
from labreport.errors import ExperimentFailed

TIMING = Timing((("narrow", Network((8,))), ("two", Network((8, 8), momentum=0.9))), epochs=1)


@pytest.mark.slow
def test_each_network_is_timed_by_this_program_and_by_plain_keras() -> None:
    """One number for each epoch that counts; nothing else is kept."""
    run = times.start(TIMING, seed=0)
    record = run.advance()
    for kind in ("own seconds", "fit seconds"):
        assert {name: len(found) for name, found in record[kind].items()} == {"narrow": 1, "two": 1}
        assert all(0 < seconds < 60 for found in record[kind].values() for seconds in found)
    assert run.snapshot() == ({}, {})


def test_plain_keras_may_use_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What limits this process does not reach it."""
    seen: dict[str, Any] = {}

    def noted(command: Any, **given: Any) -> subprocess.CompletedProcess[str]:
        seen.update(given)
        return subprocess.CompletedProcess(command, 0, json.dumps({"narrow": [9.0, 1.0], "two": [9.0, 2.0]}))

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    monkeypatch.setattr("exercise.training.times.subprocess.run", noted)
    assert times.TimesRun(TIMING, 0)._fit() == {"narrow": [1.0], "two": [2.0]}
    assert not {"OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"} & set(seen["env"])


def test_what_plain_keras_says_at_its_end_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line of its errors."""
    failed = subprocess.CompletedProcess([], 1, "", "Traceback\nMemoryError: no room\n")
    monkeypatch.setattr("exercise.training.times.subprocess.run", lambda *_, **__: failed)
    with pytest.raises(ExperimentFailed, match="plain Keras could not be timed: MemoryError: no room"):
        times.TimesRun(TIMING, 0)._fit()


def test_its_cost_is_that_of_all_networks() -> None:
    """So that the time left is foretold."""
    assert epoch_cost(TIMES.specification) > sum(
        epoch_cost(network) for _, network in TIMES.specification.networks
    )
    assert program_name(TIMES.specification) == "times"
