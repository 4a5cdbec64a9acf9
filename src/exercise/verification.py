"""Stored weights in plain Keras models, which have to give the stored accuracy, loss and predictions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from exercise import mnist
from exercise.networks import CLASSES, INPUTS, Network
from labreport import Check

TIED = 2
"""Images whose two likeliest digits may be equal to rounding, and be read as either."""
RELATIVE, SMALLEST = 1e-5, 1e-7
"""How far apart equal losses may be: what single precision leaves of a mean, and of a tiny loss."""


def verify(results: Mapping[str, Any]) -> Iterator[Check]:
    """A check for each network: what its first run kept, evaluated by plain Keras.

    Nothing of the compiled training takes part: a Sequential model, its weights set, a loss by its name.
    """
    for name, runs in results.items():
        if isinstance(runs.experiment.specification, Network):
            run = next(iter(runs))
            wrong = [
                text
                for kept in run.checkpoints.values()
                for text in differences(runs.experiment.specification, kept)
            ]
            epochs = ", ".join(map(str, sorted(run.checkpoints)))
            detail = wrong[0] if wrong else f"{name}, seed {run.seed}, epochs {epochs}: as stored"
            yield Check(f"plain Keras {name}", not wrong, detail)


def differences(network: Network, kept: Any) -> Iterator[str]:
    """Say what of a kept epoch plain Keras does not find again."""
    from exercise.training.backend import keras

    model = plain_model(network)
    weights = [
        kept.arrays[f"state.layer-{layer}.{part}"]
        for layer in range(len(network.layer_shapes))
        for part in ("kernel", "bias")
    ]
    if [array.shape for array in weights] != [array.shape for array in model.get_weights()]:
        yield f"epoch {kept.epoch}: the weights are those of another network"
        return
    model.set_weights(weights)
    if model.count_params() != network.parameters:
        yield f"epoch {kept.epoch}: {model.count_params()} parameters, by formula {network.parameters}"
    data = mnist.load()
    for split, images, array in (
        ("test", data.test, "predictions"),
        ("validation", data.validation, "validation_predictions"),
    ):
        inputs = (images.images.reshape(-1, INPUTS) / 255).astype("float32")
        tensor = model(inputs, training=False)
        outputs = tensor.numpy()
        targets = keras.utils.to_categorical(images.labels, CLASSES)
        loss = float(keras.losses.categorical_crossentropy(targets, tensor).numpy().mean(dtype="float64"))
        stored = kept.metrics[split]
        if (other := int((outputs.argmax(axis=1) != kept.arrays[array]).sum())) > TIED:
            yield f"epoch {kept.epoch}: {other} {split} images are read otherwise"
        right = float((outputs.argmax(axis=1) == images.labels).mean())
        if abs(right - stored["accuracy"]) * len(images) > TIED:
            yield f"epoch {kept.epoch}: {split} accuracy {right}, stored {stored['accuracy']}"
        if not math.isclose(loss, stored["loss"], rel_tol=RELATIVE, abs_tol=SMALLEST):
            yield f"epoch {kept.epoch}: {split} loss {loss}, stored {stored['loss']}"


def plain_model(network: Network) -> Any:
    """Build the network as a reader would write it down."""
    from exercise.training.backend import keras

    model = keras.Sequential([keras.Input((INPUTS,))])
    for width in network.hidden_layers:
        model.add(keras.layers.Dense(width, activation=network.activation))
    model.add(keras.layers.Dense(CLASSES, activation="softmax"))
    return model
