"""Training beside plain Keras: seconds per epoch, here on one thread and by `fit` on all cores.

    python benchmarks/training.py [--epochs 5]

Each is measured in a process of its own, in turn; the best epoch of each counts, since whatever else the
machine does only adds to them. Prints a table in Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))


def ours(network: Any, epochs: int) -> list[float]:
    """Seconds of training of each epoch, without validation."""
    from exercise.training import start

    run = start(network, seed=0)
    return [run.advance()["seconds"] for _ in range(epochs)]


def plain(network: Any, epochs: int) -> list[float]:
    """The same by `model.fit`; the first epoch, in which Keras compiles, is left out."""
    import keras

    from exercise import mnist

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        """Training ends where the validation of the epoch begins."""

        seconds: list[float] = []  # noqa: RUF012

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.begun = time.perf_counter()

        def on_test_begin(self, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self.begun)

    def images_and_targets(split: Any) -> tuple[Any, Any]:
        images = split.images.reshape(-1, 784) / 255
        return images.astype("float32"), keras.utils.to_categorical(split.labels)

    data = mnist.load()
    images, targets = images_and_targets(data.training)
    validation = images_and_targets(data.validation)
    model = keras.Sequential([keras.Input((784,))])
    for width in network.hidden_layers:
        model.add(keras.layers.Dense(width, activation="sigmoid"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    optimizer = keras.optimizers.SGD(network.learning_rate, momentum=network.momentum)
    model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    options = {"batch_size": network.batch_size, "epochs": epochs + 1, "validation_data": validation}
    model.fit(images, targets, verbose=0, callbacks=[Clock()], **options)
    return Clock.seconds[1:]


def measured(name: str, way: str, epochs: int) -> float:
    """The best of some epochs of a network, in a process of its own."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    command = [sys.executable, __file__, "--one", name, way, "--epochs", str(epochs)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return min(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print the table, or with `--one` the seconds of one network."""
    from exercise.catalogue import NETWORKS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    networks = {experiment.name: experiment.specification for experiment in NETWORKS}
    if arguments.one:
        name, way = arguments.one
        train = ours if way == "ours" else plain
        print(json.dumps(train(networks[name], arguments.epochs)))
        return
    print("| network | here, one thread | plain `fit`, all cores | fit / here |\n|---|--:|--:|--:|")
    for name in networks:
        here = measured(name, "ours", arguments.epochs)
        fit = measured(name, "plain", arguments.epochs)
        print(f"| `{name}` | {here:.3f} | {fit:.3f} | {fit / here:.1f} |", flush=True)


if __name__ == "__main__":
    main()
