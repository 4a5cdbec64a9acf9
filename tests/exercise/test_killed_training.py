"""A real training, killed in the middle with the whole build, goes on to the same bits."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from labreport.store import Entry, Store

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


def stored(output: Path) -> Entry:
    """The one result."""
    store = Store(output / "results")
    (key,) = store.keys()
    assert store.check(key)
    entry = store.entry(key)
    assert entry is not None
    return entry


def measured(entry: Entry) -> list[dict[str, object]]:
    """The records without the times."""
    return [{name: value for name, value in record.items() if name != "seconds"} for record in entry.records]


@pytest.mark.slow
def test_a_killed_training_goes_on_to_equal_bits(tmp_path: Path) -> None:
    """Weights, predictions and every record but its seconds, as if nothing had happened."""
    subprocess.run(command(tmp_path / "undisturbed"), check=True, capture_output=True)
    disturbed = tmp_path / "disturbed"
    build = subprocess.Popen(
        command(disturbed), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    while not list(disturbed.glob("results/checkpoints/*.checkpoint")):
        assert build.poll() is None, "the training ended before its first checkpoint"
        time.sleep(0.05)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    (key,) = Store(disturbed / "results").checkpoints.keys()
    saved = Store(disturbed / "results").checkpoint(key)
    subprocess.run(command(disturbed), check=True, capture_output=True)
    first, second = stored(tmp_path / "undisturbed"), stored(disturbed)
    assert saved is not None, "the checkpoint is whole"
    assert 0 < saved.epoch < len(first.records)
    assert second.records[: saved.epoch] == saved.records
    assert measured(second) == measured(first)
    assert second.snapshots == first.snapshots
    assert second.arrays == first.arrays
