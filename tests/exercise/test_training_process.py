"""Whole processes that train: one thread, no noise, real MNIST."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import exercise
from exercise.catalogue import SMALL

pytestmark = pytest.mark.slow
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


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="cores can be withheld on Linux only")
def test_bits_do_not_depend_on_the_number_of_cores() -> None:
    """One core or all that there are: same record, same weights, one thread in both, and no messages."""
    every_core = str(os.cpu_count() or 1)
    one_core, all_cores = (in_a_fresh_process(PRINT_DIGEST, cores) for cores in ("1", every_core))
    assert one_core.stdout.endswith(" 1\n")
    assert one_core.stdout == all_cores.stdout
    assert (one_core.stderr, all_cores.stderr) == ("", "")


def test_importing_training_says_nothing() -> None:
    """The start-up messages of TensorFlow's native code do not reach the user's terminal."""
    finished = in_a_fresh_process("import exercise.training")
    assert (finished.stdout, finished.stderr) == ("", "")


def test_tensorflow_started_with_other_threads_is_refused() -> None:
    """Importing training too late ends in one line, not in other bits."""
    code = "import tensorflow as tf; tf.constant(1.0) + 1; import exercise.training"
    with pytest.raises(subprocess.CalledProcessError) as caught:
        in_a_fresh_process(code)
    assert "import exercise.training first" in caught.value.stderr


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
