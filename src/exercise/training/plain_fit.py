"""A program: how long epochs of plain Keras take, for networks given as JSON on standard input.

It runs in a process of its own: `exercise.training` allows TensorFlow one thread, and a reader who calls
`model.fit` has all of them. It prints one line of JSON: for each network the seconds of its epochs.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    """Fit each network as the report's own listings do, and say how long its epochs took."""
    import keras
    import numpy as np

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        """The seconds of each epoch, validation included, as the progress bar of Keras shows them."""

        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []
            self._begun = 0.0

        def on_epoch_begin(self, *_: Any) -> None:
            self._begun = time.perf_counter()

        def on_epoch_end(self, *_: Any) -> None:
            self.seconds.append(time.perf_counter() - self._begun)

    given = json.load(sys.stdin)
    with np.load(given["data"]) as data:
        images = data["x_train"].reshape(len(data["x_train"]), -1) / 255
        targets = keras.utils.to_categorical(data["y_train"], given["classes"])
    found = {}
    for name, network in given["networks"].items():
        model = keras.Sequential([keras.Input((images.shape[1],))])
        for width in network["hidden_layers"]:
            model.add(keras.layers.Dense(width, activation=network["activation"]))
        model.add(keras.layers.Dense(given["classes"], activation="softmax"))
        optimizer = keras.optimizers.SGD(network["learning_rate"], network["momentum"])
        model.compile(optimizer, loss=network["loss"], metrics=["accuracy"])
        clock = Clock()
        model.fit(
            images,
            targets,
            batch_size=network["batch_size"],
            epochs=given["epochs"],
            validation_split=0.1,
            verbose=0,
            callbacks=[clock],
        )
        found[name] = clock.seconds
    print(json.dumps(found))


if __name__ == "__main__":
    main()
