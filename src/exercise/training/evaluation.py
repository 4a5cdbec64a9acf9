"""Exact loss and accuracy over a whole split, and the prediction for each image."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from exercise.networks import Network
from exercise.training import data
from exercise.training.backend import tf
from exercise.training.data import DeviceSplit
from exercise.training.model import LOSSES, build, most_probable

IMAGES_AT_ONCE = 2_000
IMAGES_COMPARED = 500
"""The number of validation images whose outputs of a layer are compared."""
Matrix: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]


def _sigmoid(values: Matrix) -> Matrix:
    output: Matrix = np.exp(-np.logaddexp(0, -values))
    return output


def _relu(values: Matrix) -> Matrix:
    output: Matrix = np.maximum(values, 0)
    return output


ACTIVATIONS: dict[str, Callable[[Matrix], Matrix]] = {"sigmoid": _sigmoid, "tanh": np.tanh, "relu": _relu}

Forward: TypeAlias = Callable[[list[tf.Tensor], tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor, tf.Tensor]]
"""(weights, images, labels) → summed loss (float64), predictions (uint8), their probabilities (float32)."""


@dataclass(frozen=True)
class Evaluation:
    """Mean loss (nat), accuracy, and for each image the predicted digit (uint8) and its probability."""

    loss: float
    accuracy: float
    predictions: np.ndarray[Any, np.dtype[np.uint8]]
    confidence: np.ndarray[Any, np.dtype[np.float32]]

    @property
    def metrics(self) -> dict[str, float]:
        """The two means, by name."""
        return {"loss": self.loss, "accuracy": self.accuracy}


@functools.lru_cache(maxsize=32)
def compiled_forward(network: Network, pixels: int) -> Forward:
    """The compiled forward pass of `compiled_alike(network)` for images with this number of pixels."""
    model = build(network, 0, pixels)
    loss_function = LOSSES[network.loss]

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def forward(
        weights: list[tf.Tensor], images: tf.Tensor, labels: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        probabilities, _ = model.stateless_call(weights, [], data.inputs(images))
        losses = loss_function(data.targets(labels), probabilities)
        digits = most_probable(probabilities)
        loss = tf.reduce_sum(tf.cast(losses, tf.float64))
        confidence = tf.gather(probabilities, digits, axis=1, batch_dims=1)
        return loss, tf.cast(digits, tf.uint8), confidence

    compiled: Forward = forward
    return compiled


def evaluate(forward: Forward, weights: list[tf.Tensor], split: DeviceSplit) -> Evaluation:
    """Evaluate `weights` on every image of `split`."""
    losses, predictions, confidences = [], [], []
    for start in range(0, len(split), IMAGES_AT_ONCE):
        chunk = slice(start, start + IMAGES_AT_ONCE)
        loss, digits, confidence = forward(weights, split.images[chunk], split.labels[chunk])
        losses.append(loss.numpy())
        predictions.append(digits.numpy())
        confidences.append(confidence.numpy())
    all_predictions = np.concatenate(predictions)
    return Evaluation(
        loss=float(sum(losses) / len(split)),
        accuracy=float(np.mean(all_predictions == split.labels.numpy())),
        predictions=all_predictions,
        confidence=np.concatenate(confidences),
    )


def image_differences(network: Network, weights: list[tf.Tensor], split: DeviceSplit) -> list[float]:
    """For each hidden layer, the typical difference between the outputs of a node for two images of a split.

    It is the root mean square over nodes and pairs of images. It is computed in double precision, since in
    deep layers outputs may differ by less than single precision can show.
    """
    activation = ACTIVATIONS[network.activation]
    outputs = data.inputs(split.images[:IMAGES_COMPARED]).numpy().astype(np.float64)
    differences = []
    for layer in range(len(network.hidden_layers)):
        kernel = weights[2 * layer].numpy().astype(np.float64)
        bias = weights[2 * layer + 1].numpy().astype(np.float64)
        outputs = activation(outputs @ kernel + bias)
        mean_variance = np.mean(np.var(outputs, axis=0))
        differences.append(float(np.sqrt(2 * mean_variance)))
    return differences
