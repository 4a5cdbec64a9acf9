"""Whole processes that train: one thread, no noise, real MNIST, and equal bits after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import exercise
from exercise.catalogue import SMALL
from labreport.store.arrays import parts
from labreport.trajectory import Trajectory
from labreport.trajectory.store import Store

SOURCE = str(Path(exercise.__file__).parents[1])
PRINT_DIGEST = """
import hashlib, os, sys
import numpy as np
from exercise import mnist
from exercise.networks import Network

cores = sorted(os.sched_getaffinity(0))
os.sched_setaffinity(0, cores[: int(sys.argv[1])])

random = np.random.default_rng(0)
split = mnist.Split(
    random.integers(0, 256, (500, 28, 28), dtype=np.uint8), random.integers(0, 10, 500, dtype=np.uint8)
)
mnist.load = lambda: mnist.Dataset(split, split, split)

from exercise.training import start
from exercise.training.backend import tf

run = start(Network((300, 200), momentum=0.9), seed=1)
record = run.advance()
del record["seconds"]
digest = hashlib.sha256(repr(record).encode())
for values in run.state().values():
    digest.update(values.tobytes())
print(digest.hexdigest(), tf.config.threading.get_intra_op_parallelism_threads())
"""


def in_a_fresh_process(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a new interpreter that imports this checkout."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | {"PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores can be withheld on Linux only")
def test_bits_do_not_depend_on_the_number_of_cores() -> None:
    """One core or all that there are: same record, same weights, one thread in both, and no messages."""
    every_core = str(os.cpu_count() or 1)
    one, all_of_them = (in_a_fresh_process(PRINT_DIGEST, cores) for cores in ("1", every_core))
    assert one.stdout.endswith(" 1\n")
    assert one.stdout == all_of_them.stdout
    assert (one.stderr, all_of_them.stderr) == ("", "")


@pytest.mark.slow
def test_importing_training_says_nothing() -> None:
    """The start-up messages of TensorFlow's native code do not reach the user's terminal."""
    finished = in_a_fresh_process("import exercise.training")
    assert (finished.stdout, finished.stderr) == ("", "")


@pytest.mark.slow
def test_tensorflow_started_with_other_threads_is_refused() -> None:
    """Importing training too late ends in one line, not in other bits."""
    code = "import tensorflow as tf; tf.constant(1.0) + 1; import exercise.training"
    with pytest.raises(subprocess.CalledProcessError) as caught:
        in_a_fresh_process(code)
    assert "import exercise.training first" in caught.value.stderr


@pytest.mark.slow
def test_one_epoch_of_real_mnist_teaches_the_small_network() -> None:
    """After one epoch nine digits of ten are right on validation and test data, and loss has fallen."""
    from exercise.training import start

    run = start(SMALL.specification, seed=0)
    record = run.advance()
    metrics, arrays = run.snapshot()
    assert 0.85 < record["accuracy"] < 0.95
    assert 0.89 < record["validation_accuracy"] < 0.97
    assert 0.89 < metrics["test"]["accuracy"] < 0.97
    assert metrics["training"]["loss"] < record["loss"] < 1.0
    assert len(arrays["predictions"]) == 10_000


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
