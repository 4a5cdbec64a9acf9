"""Checks that plain Keras gives the stored accuracy, loss and predictions for the stored weights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from exercise import mnist
from exercise.networks import CLASSES, INPUTS, Network
from labreport import Check

if TYPE_CHECKING:
    from labreport.results import Checkpoint, Results

TIED = 2
"""This many images may be classified differently, since their two likeliest digits are equal but for
rounding.
"""
RELATIVE, SMALLEST = 1e-5, 1e-7
"""The relative and absolute tolerance of losses, in single precision."""


def verify(results: Results) -> Iterator[Check]:
    """A check for each network: plain Keras evaluates what its first run stored.

    It uses nothing of the compiled training: a Sequential model with the stored weights, and a loss by name.
    """
    for name, runs in results.items():
        network = runs.experiment.specification
        if not isinstance(network, Network):
            continue
        run = runs.runs[0]
        problems: list[str] = []
        for checkpoint in run.checkpoints.values():
            problems += differences(network, checkpoint)
        if problems:
            yield Check(f"plain Keras {name}", False, problems[0])
        else:
            epochs = ", ".join(str(epoch) for epoch in sorted(run.checkpoints))
            yield Check(f"plain Keras {name}", True, f"{name}, seed {run.seed}, epochs {epochs}: as stored")


def differences(network: Network, checkpoint: Checkpoint) -> Iterator[str]:
    """Yield a text for each value of a checkpoint that plain Keras does not reproduce."""
    model = plain_model(network)
    weights = []
    for layer in range(len(network.layer_shapes)):
        weights.append(checkpoint.arrays[f"state.layer-{layer}.kernel"])
        weights.append(checkpoint.arrays[f"state.layer-{layer}.bias"])
    stored_shapes = [array.shape for array in weights]
    if stored_shapes != [array.shape for array in model.get_weights()]:
        yield f"epoch {checkpoint.epoch}: the weights are those of another network"
        return
    model.set_weights(weights)
    parameters = model.count_params()
    if parameters != network.parameters:
        yield f"epoch {checkpoint.epoch}: {parameters} parameters, by formula {network.parameters}"
    dataset = mnist.load()
    yield from _split_differences(model, checkpoint, "test", dataset.test, "predictions")
    yield from _split_differences(
        model, checkpoint, "validation", dataset.validation, "validation_predictions"
    )


def _split_differences(
    model: Any, checkpoint: Checkpoint, name: str, images: mnist.Split, predictions: str
) -> Iterator[str]:
    """Yield a text for each difference in predictions, accuracy and loss on the images `name`."""
    from exercise.training.backend import keras

    inputs = (images.images.reshape(-1, INPUTS) / 255).astype("float32")
    probabilities = model(inputs, training=False)
    answers = probabilities.numpy().argmax(axis=1)
    targets = keras.utils.to_categorical(images.labels, CLASSES)
    losses = keras.losses.categorical_crossentropy(targets, probabilities).numpy()
    loss = float(losses.mean(dtype="float64"))
    accuracy = float((answers == images.labels).mean())
    changed = int((answers != checkpoint.arrays[predictions]).sum())
    stored = checkpoint.metrics[name]
    if changed > TIED:
        yield f"epoch {checkpoint.epoch}: {changed} {name} images are classified otherwise"
    if abs(accuracy - stored["accuracy"]) * len(images) > TIED:
        yield f"epoch {checkpoint.epoch}: {name} accuracy {accuracy}, stored {stored['accuracy']}"
    if not math.isclose(loss, stored["loss"], rel_tol=RELATIVE, abs_tol=SMALLEST):
        yield f"epoch {checkpoint.epoch}: {name} loss {loss}, stored {stored['loss']}"


def plain_model(network: Network) -> Any:
    """The network as a Keras model, as a reader would write it."""
    from exercise.training.backend import keras

    model = keras.Sequential([keras.Input((INPUTS,))])
    for width in network.hidden_layers:
        model.add(keras.layers.Dense(width, activation=network.activation))
    model.add(keras.layers.Dense(CLASSES, activation="softmax"))
    return model
