"""Plain Keras as a learner writes it: `model.fit` with validation data, which is timed without that."""

from __future__ import annotations

import time
from typing import Any

import plain_keras
from common import BATCH_SIZE, LEARNING_RATE, arguments, report


def main() -> None:
    """Print seconds of each epoch's training."""
    given = arguments()

    import keras

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        """Training ends where the validation of the epoch begins."""

        def __init__(self) -> None:
            super().__init__()
            self.seconds: list[float] = []
            self.begun = 0.0

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.begun = time.perf_counter()

        def on_test_begin(self, logs: Any = None) -> None:
            self.seconds.append(time.perf_counter() - self.begun)

    training, validation = plain_keras.load()
    model = plain_keras.compiled(given["hidden_layers"], LEARNING_RATE, given["momentum"])
    clock = Clock()
    # One epoch more: the first one traces and compiles
    options = {"batch_size": BATCH_SIZE, "epochs": given["epochs"] + 1, "validation_data": validation}
    model.fit(*training, verbose=0, callbacks=[clock], **options)
    report(seconds=clock.seconds[1:])


main()
