"""A program: how long epochs of plain Keras take.

It runs in a process of its own: `exercise.training` allows TensorFlow one thread, and a reader who calls
`model.fit` has all of them. The first line of its standard input says where the images are. Each further
line is a network as JSON; the program trains one epoch of it, and prints the seconds that the epoch took.
It ends with its standard input.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import keras
import numpy as np

WARM_UP_BATCHES = 2
"""Keras compiles on the first batches of a model; they are not timed."""


class Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """The seconds of an epoch, validation included, as the progress bar of Keras shows them."""

    seconds = 0.0

    def on_epoch_begin(self, *_: Any) -> None:
        """Start the clock."""
        self._begun = time.perf_counter()

    def on_epoch_end(self, *_: Any) -> None:
        """Stop the clock."""
        self.seconds = time.perf_counter() - self._begun


def build_model(network: dict[str, Any], inputs: int, classes: int) -> keras.Sequential:
    """Build and compile a network as the report's own programs do."""
    model = keras.Sequential([keras.Input((inputs,))])
    for nodes in network["hidden_layers"]:
        model.add(keras.layers.Dense(nodes, activation=network["activation"]))
    model.add(keras.layers.Dense(classes, activation="softmax"))
    optimizer = keras.optimizers.SGD(network["learning_rate"], network["momentum"])
    model.compile(optimizer, loss=network["loss"], metrics=["accuracy"])
    return model


def main() -> None:
    """Train one epoch for each line, and print how long it took."""
    settings = json.loads(sys.stdin.readline())
    with np.load(settings["data"]) as data:
        pixels, digits = data["x_train"], data["y_train"]
    images = pixels.reshape(len(pixels), -1).astype("float32") / 255
    targets = keras.utils.to_categorical(digits, settings["classes"])

    models = {}
    for line in sys.stdin:
        network = json.loads(line)
        batch_size = network["batch_size"]
        options = {"batch_size": batch_size, "validation_split": 0.1, "verbose": 0}
        if line not in models:
            models[line] = build_model(network, images.shape[1], settings["classes"])
            few = WARM_UP_BATCHES * batch_size
            models[line].fit(images[:few], targets[:few], **options)
        clock = Clock()
        models[line].fit(images, targets, callbacks=[clock], **options)
        print(clock.seconds, flush=True)


if __name__ == "__main__":
    main()
