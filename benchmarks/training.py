"""Training beside plain Keras, the matrix-product limit, and, where installed, PyTorch and JAX.

PyTorch and JAX may live in an environment of their own: `PEERS_PYTHON` names its interpreter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rendering

from exercise.catalogue import NETWORKS
from exercise.networks import Network
from labreport.experiment import Experiment

PEERS = Path(__file__).parent / "peers"
OTHERS = {"PyTorch": ("torch", "pytorch.py"), "JAX": ("jax", "jax_scan.py")}
TRAINING_IMAGES = 54_000
LIMITS = {"wide": 1.4, "complex": 1.4}
OTHER_LIMIT = 2.0
SEEDS = 5
GIBIBYTE = 1 << 30
Row = tuple[str, str, str]


def rows(quick: bool) -> Iterator[Row]:
    """Every program in a process of its own, one after the other; the best of some epochs of each, since
    whatever else the machine does only adds to them, and the whole suite from its start to its end.

    Quick rounds measure fewer epochs, and one seed of the suite, in which the workers' start weighs more.
    """
    for experiment in NETWORKS:
        yield from _network(experiment, epochs=3 if quick else 8)
    yield from _suite(seeds=1 if quick else SEEDS)


def operations(network: Network) -> float:
    """Floating-point operations of an epoch's matrix products: two a weight and image, for the outputs,
    for the weights' gradients, and for the inputs' gradients of all layers but the first.
    """
    inputs, outputs = network.layer_shapes[0]
    return TRAINING_IMAGES * (6.0 * network.weights - 2.0 * inputs * outputs)


def _network(experiment: Experiment, epochs: int) -> list[Row]:
    network: Network = experiment.specification
    asked = {"hidden_layers": network.hidden_layers, "momentum": network.momentum, "epochs": epochs}
    ours = _measure(sys.executable, "ours.py", {**asked, "cores": 1})
    plain = _measure(sys.executable, "keras_fit.py", {**asked, "cores": 0})
    seconds, plain_seconds = (min(found["seconds"]) for found in (ours, plain))
    rate = max(ours["rates"])
    times_limit = seconds * rate / operations(network)
    name = experiment.name
    table = [
        (
            f"{name}: an epoch on one thread",
            f"{seconds:.3f} s; plain `fit` on all cores {plain_seconds:.3f} s",
            f"{plain_seconds / seconds:.1f} times as fast",
        ),
        (
            f"{name}: over the limit",
            f"{times_limit:.2f} times, at {rate / 1e9:.0f} GFLOP/s",
            f"at most {LIMITS.get(name, OTHER_LIMIT)}",
        ),
    ]
    python = os.environ.get("PEERS_PYTHON", sys.executable)
    for peer, (module, program) in OTHERS.items():
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
            table.append((f"{name}: {peer} on one thread", "not installed", ""))
            continue
        theirs = min(_measure(python, program, {**asked, "cores": 1})["seconds"])
        found = f"{theirs:.3f} s, {theirs / seconds:.2f} times ours"
        table.append((f"{name}: {peer} on one thread", found, "at least 1"))
    return table


def _suite(seeds: int) -> list[Row]:
    """All six networks from nothing: start, compilation, training, validation, and here snapshots."""
    begun = time.perf_counter()
    _measure(sys.executable, "keras_suite.py", {"cores": 0})
    plain = time.perf_counter() - begun
    ours = _seconds_of_training(seeds)
    report = rendering.seconds_of_rebuilding()
    worker = _measure(sys.executable, "worker_memory.py", {"cores": 1})
    return [
        (
            "the six networks, one seed",
            f"{ours / seeds:.1f} s of {seeds}; plain `fit` {plain:.1f} s, {plain * seeds / ours:.1f} times",
            "at least 5 times",
        ),
        (
            f"the six networks, {seeds} seeds and the report, over plain `fit` of one seed",
            f"{(ours + report) / plain:.2f}" if report else "not measured: run python build.py first",
            "at most 1.0",
        ),
        (
            f"memory of a worker that trained all {worker['networks']} networks",
            f"{worker['memory'] / GIBIBYTE:.2f} GiB",
            "at most 1.2 GiB",
        ),
    ]


def _seconds_of_training(seeds: int) -> float:
    """The program itself, asked for the six networks and nothing else, with an empty output folder."""
    names = [experiment.name for experiment in NETWORKS]
    with tempfile.TemporaryDirectory() as scratch:
        output = str(Path(scratch) / "report")
        command = [sys.executable, "build.py", *names, "--seeds", str(seeds), "--output", output]
        begun = time.perf_counter()
        subprocess.run(command, cwd=rendering.ROOT, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - begun


def _measure(python: str, program: str, asked: Any) -> dict[str, Any]:
    command = [python, str(PEERS / program), json.dumps(asked)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(f"{program} failed:\n{finished.stderr}")
    found: dict[str, Any] = json.loads(finished.stdout.splitlines()[-1])
    return found
