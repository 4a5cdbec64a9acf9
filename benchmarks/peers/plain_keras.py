"""Plain Keras as a learner writes it, for one network or for the whole suite."""

from __future__ import annotations

from typing import Any


def load() -> tuple[Any, Any]:
    """Training and validation data, each as images (n, 784) from 0 to 1, float32, and one-hot labels."""
    import keras

    from exercise import mnist

    data = mnist.load()
    training, validation = (
        ((split.images.reshape(-1, 784) / 255).astype("float32"), keras.utils.to_categorical(split.labels))
        for split in (data.training, data.validation)
    )
    return training, validation


def compiled(hidden_layers: list[int], learning_rate: float, momentum: float) -> Any:
    """A `keras.Sequential` of sigmoid layers, ready for `fit`."""
    import keras

    model = keras.Sequential([keras.Input((784,))])
    for width in hidden_layers:
        model.add(keras.layers.Dense(width, activation="sigmoid"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    optimizer = keras.optimizers.SGD(learning_rate, momentum=momentum)
    model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    return model
