"""A program: how long epochs of plain Keras take, for a network given as a line of JSON on standard input.

It runs in a process of its own: `exercise.training` allows TensorFlow one thread, and a reader who calls
`model.fit` has all of them. For each further line it trains one epoch, and prints the seconds that it took.
It ends with its standard input.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

ENDLESS = 1_000_000


def main() -> None:
    """Fit the network as the report's own listings do, and say how long each of its epochs took."""
    given = json.loads(sys.stdin.readline())
    network = given["network"]
    import keras
    import numpy as np

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        """The seconds of each epoch, validation included, as the progress bar of Keras shows them."""

        def on_epoch_begin(self, *_: Any) -> None:
            if not sys.stdin.readline():
                sys.exit()
            self._begun = time.perf_counter()

        def on_epoch_end(self, *_: Any) -> None:
            print(time.perf_counter() - self._begun, flush=True)

    with np.load(given["data"]) as data:
        images = data["x_train"].reshape(len(data["x_train"]), -1) / 255
        targets = keras.utils.to_categorical(data["y_train"], given["classes"])
    model = keras.Sequential([keras.Input((images.shape[1],))])
    for width in network["hidden_layers"]:
        model.add(keras.layers.Dense(width, activation=network["activation"]))
    model.add(keras.layers.Dense(given["classes"], activation="softmax"))
    optimizer = keras.optimizers.SGD(network["learning_rate"], network["momentum"])
    model.compile(optimizer, loss=network["loss"], metrics=["accuracy"])
    model.fit(
        images,
        targets,
        batch_size=network["batch_size"],
        epochs=ENDLESS,
        validation_split=0.1,
        verbose=0,
        callbacks=[Clock()],
    )


if __name__ == "__main__":
    main()
