"""A real training, killed in the middle with the whole build, continues to the same bits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labreport.store.arrays import parts
from labreport.trajectory import Store, Trajectory

ROOT = Path(__file__).parents[2]
NETWORK = "complex-100"  # long enough for several checkpoints on any machine


def command(output: Path) -> list[str]:
    """Train one network of the exercise with one seed."""
    return [
        sys.executable,
        str(ROOT / "build.py"),
        NETWORK,
        "--seeds",
        "1",
        "--jobs",
        "1",
        "--output",
        str(output),
    ]


def stored(output: Path) -> Trajectory | None:
    """The one trajectory, whole, finished or not; None before the first checkpoint."""
    store = Store(output / "results", repair=False)
    found = list(map(store.sound, store.keys()))
    assert store.notices == []
    return found[0] if found else None


def measured(trajectory: Trajectory) -> list[dict[str, object]]:
    """The records without the times."""
    return [
        {name: value for name, value in record.items() if name != "seconds"} for record in trajectory.records
    ]


@pytest.mark.slow
def test_a_killed_training_goes_on_to_equal_bits(tmp_path: Path) -> None:
    """Weights, predictions and every record but its seconds, as if nothing had happened."""
    subprocess.run(command(tmp_path / "undisturbed"), check=True, capture_output=True)
    disturbed = tmp_path / "disturbed"
    build = subprocess.Popen(
        command(disturbed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while stored(disturbed) is None:
        assert build.poll() is None, "the training ended before its first checkpoint"
        time.sleep(0.05)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    saved = stored(disturbed)
    subprocess.run(command(disturbed), check=True, capture_output=True)
    first, second = stored(tmp_path / "undisturbed"), stored(disturbed)
    assert first is not None
    assert second is not None
    assert saved is not None
    assert 0 < saved.epochs < first.epochs
    assert second.records[: saved.epochs] == saved.records
    assert measured(second) == measured(first)
    assert second.covered()
    assert [part["last"] for part in second.segments] == [saved.epochs, second.epochs]
    assert second.checkpoints == {}
    assert second.snapshots.keys() == first.snapshots.keys()
    for epoch, kept in first.snapshots.items():
        assert second.snapshots[epoch].metrics == kept.metrics
        assert parts(second.snapshots[epoch].arrays) == parts(kept.arrays)
