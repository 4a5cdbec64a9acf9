"""Plain Keras: a Sequential model and a loss by its name; nothing of the compiled training."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exercise import mnist
from exercise.networks import CLASSES, INPUTS, Network
from exercise.training.backend import keras, tf
from labreport.errors import StoreError
from labreport.trajectory import STATE

IMAGES_AT_ONCE = 6_000
TIE = 1e-5
"""Probabilities nearer to each other than this are equal to rounding: either digit may be named."""


@dataclass(frozen=True)
class Prediction:
    """For each image the likeliest digit, its probability, and whether the next one is as likely."""

    digits: NDArray[np.uint8]
    confidence: NDArray[np.float32]
    tied: NDArray[np.bool_]


@dataclass(frozen=True)
class Measurement:
    """What plain Keras finds: loss and accuracy on the three splits, predictions on two, parameters."""

    metrics: dict[str, dict[str, float]]
    test: Prediction
    validation: Prediction
    confusion: NDArray[np.int32]
    """Test images by digit (rows) and prediction (columns), as `tf.math.confusion_matrix` counts them."""
    parameters: int


@functools.lru_cache(maxsize=16)
def plain_model(network: Network, thread: int = 0) -> keras.Sequential:
    """The network as a reader would write it down, without its initial weights; reused in each `thread`."""
    model = keras.Sequential([keras.Input((INPUTS,))])
    for width in network.hidden_layers:
        model.add(keras.layers.Dense(width, activation=network.activation, kernel_initializer="zeros"))
    model.add(keras.layers.Dense(CLASSES, activation="softmax", kernel_initializer="zeros"))
    model.compile(loss=network.loss)
    return model


def measure(model: keras.Sequential, arrays: Mapping[str, Any]) -> Measurement:
    """Load the weights among a snapshot's `arrays` and put all of MNIST through the model, once.

    Raises `StoreError` if the arrays are those of another network.
    """
    load_weights(model, arrays)
    metrics, found = {}, {}
    loss = keras.losses.get(model.loss)
    for name, (inputs, targets, labels) in _splits(mnist.load()).items():
        parts = []
        for first in range(0, len(inputs), IMAGES_AT_ONCE):
            some = slice(first, first + IMAGES_AT_ONCE)
            outputs = model(inputs[some], training=False)
            parts.append((outputs.numpy(), loss(targets[some], outputs).numpy()))
        probabilities, losses = (np.concatenate(each) for each in zip(*parts, strict=True))
        found[name] = prediction = _predicted(probabilities)
        accuracy = float(np.mean(prediction.digits == labels))
        metrics[name] = {"loss": float(np.mean(losses, dtype=np.float64)), "accuracy": accuracy}
    labels = mnist.load().test.labels
    counts = confusion(labels, found["test"].digits)
    return Measurement(metrics, found["test"], found["validation"], counts, int(model.count_params()))


def load_weights(model: keras.Sequential, arrays: Mapping[str, Any]) -> None:
    """Put kernels and biases into the model's layers; `StoreError` if they do not fit."""
    kept = [name for name in arrays if name.startswith(f"{STATE}layer-")]
    if len(kept) != 2 * len(model.layers):
        raise StoreError(f"{len(kept)} arrays of weights, where the network has {2 * len(model.layers)}")
    for number, layer in enumerate(model.layers):
        try:
            layer.set_weights([arrays[f"{STATE}layer-{number}.{part}"] for part in ("kernel", "bias")])
        except (KeyError, ValueError) as error:
            raise StoreError(f"the weights of layer {number} do not fit the network: {error}") from error


def confusion(labels: NDArray[np.uint8], predictions: NDArray[np.uint8]) -> NDArray[np.int32]:
    """(10, 10) counts, digits by predictions."""
    counts: NDArray[np.int32] = tf.math.confusion_matrix(labels, predictions, num_classes=CLASSES).numpy()
    return counts


def _predicted(probabilities: NDArray[np.float32]) -> Prediction:
    second, first = np.sort(probabilities, axis=1)[:, -2:].T
    return Prediction(np.argmax(probabilities, axis=1).astype(np.uint8), first, first - second < TIE)


@functools.lru_cache(maxsize=1)
def _splits(
    dataset: mnist.Dataset,
) -> dict[str, tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.uint8]]]:
    """By name: inputs from 0 to 1, one-hot targets, labels."""
    return {
        name: (
            (split.images.reshape(-1, INPUTS) / 255).astype(np.float32),
            keras.utils.to_categorical(split.labels, CLASSES),
            split.labels,
        )
        for name, split in (
            ("training", dataset.training),
            ("validation", dataset.validation),
            ("test", dataset.test),
        )
    }
