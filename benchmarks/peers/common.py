"""What every measured program shares: its arguments, the data as arrays, and how it reports.

Each program takes one argument, `{"hidden_layers": [400], "momentum": 0.0, "epochs": 3, "cores": 1}`, and
prints one JSON object. `cores` is the number that it may use, 0 for all.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

LEARNING_RATE = 0.5
BATCH_SIZE = 128


def arguments() -> dict[str, Any]:
    """The arguments; withholds the other cores from this process before any library counts them."""
    given: dict[str, Any] = json.loads(sys.argv[1])
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    if given["cores"]:
        os.environ["OMP_NUM_THREADS"] = str(given["cores"])
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-given["cores"] :])
    return given


def training_data() -> tuple[Any, Any]:
    """Images (54000, 784) from 0 to 1, float32, and labels."""
    from exercise import mnist

    training = mnist.load().training
    return (training.images.reshape(-1, 784) / 255).astype("float32"), training.labels


def report(**measured: Any) -> None:
    """Print the measurement, with the process's peak memory."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    measured["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(json.dumps(measured))
