"""Plain Keras as a learner writes it: `model.fit` with validation data."""

from __future__ import annotations

import time
from typing import Any

from common import BATCH_SIZE, LEARNING_RATE, arguments, report


def main() -> None:
    """Print seconds of each epoch, with and without validation."""
    given = arguments()

    import keras

    from exercise import mnist

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        """Training ends where the validation of the epoch begins."""

        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []
            self.whole: list[float] = []
            self.begun = 0.0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.begun = time.perf_counter()

        def on_test_begin(self, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self.begun)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            self.whole.append(time.perf_counter() - self.begun)

    data = mnist.load()
    training, validation = (
        ((split.images.reshape(-1, 784) / 255).astype("float32"), keras.utils.to_categorical(split.labels))
        for split in (data.training, data.validation)
    )
    model = keras.Sequential([keras.Input((784,))])
    for width in given["hidden_layers"]:
        model.add(keras.layers.Dense(width, activation="sigmoid"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    optimizer = keras.optimizers.SGD(LEARNING_RATE, momentum=given["momentum"])
    model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    clock = Clock()
    # One epoch more: the first one traces and compiles
    epochs = given["epochs"] + 1
    options = {"batch_size": BATCH_SIZE, "epochs": epochs, "validation_data": validation}
    model.fit(*training, verbose=0, callbacks=[clock], **options)
    report(seconds=clock.seconds[1:], whole=clock.whole[1:])


main()
