"""One experiment as about a dozen lines of plain Keras, as a reader would type them."""

from __future__ import annotations

from exercise.networks import CLASSES, INPUTS, Network, Timing
from labreport import Experiment

LOUDER = """\
import tensorflow as tf

@tf.custom_gradient
def louder(values):
    return tf.identity(values), lambda gradient: {gain!r} * gradient
"""
"""A layer that multiplies the gradient in the backward pass, and does not change the forward pass."""


def show_code(experiment: Experiment) -> str:
    """Python code that trains the network of an experiment with `model.fit`.

    As in this exercise, Keras validates on the last tenth of the images. Its shuffling and initial weights
    differ from those of all seeds here, so that its numbers differ, too, within the spread over seeds.
    """
    network = experiment.specification
    if isinstance(network, Timing):
        network = network.network
    optimizer_options = f"{network.learning_rate!r}"
    if network.momentum:
        optimizer_options += f", momentum={network.momentum!r}"
    return f"""\
import keras

(images, digits), (test_images, test_digits) = keras.datasets.mnist.load_data()
images = images.reshape(-1, {INPUTS}) / 255
test_images = test_images.reshape(-1, {INPUTS}) / 255
targets = keras.utils.to_categorical(digits, {CLASSES})
test_targets = keras.utils.to_categorical(test_digits, {CLASSES})

{_model(network)}
optimizer = keras.optimizers.SGD({optimizer_options})
model.compile(optimizer, loss="{network.loss}", metrics=["accuracy"])
model.fit(images, targets, batch_size={network.batch_size}, epochs={experiment.epochs}, validation_split=0.1)
print(model.evaluate(test_images, test_targets, verbose=0))
"""


def _model(network: Network) -> str:
    """The lines that build the model and change it before training."""
    hidden_options = f'activation="{network.activation}"'
    output_options = 'activation="softmax"'
    if network.initializer != "glorot_uniform":  # the default of Keras
        initializer = f', kernel_initializer="{network.initializer}"'
        hidden_options += initializer
        output_options += initializer
    if not network.output_bias:
        output_options += ", use_bias=False"

    lines = []
    if network.backward_gain != 1:
        lines.append(LOUDER.format(gain=network.backward_gain))
    lines.append(f"model = keras.Sequential([keras.Input(({INPUTS},))])")
    lines.append(f"for nodes in {_as_list(network.hidden_layers)}:")
    lines.append(f"    model.add(keras.layers.Dense(nodes, {hidden_options}))")
    if network.backward_gain != 1:
        lines.append("    model.add(keras.layers.Lambda(louder))")
    lines.append(f"model.add(keras.layers.Dense({CLASSES}, {output_options}))")
    if network.initial_gain != 1:
        lines.append("for layer in model.layers:")
        lines.append(f"    layer.kernel.assign({network.initial_gain!r} * layer.kernel)")
    if network.frozen_layers:
        lines.append(f"for layer in model.layers[:{network.frozen_layers}]:")
        lines.append("    layer.trainable = False")
    return "\n".join(lines)


def _as_list(widths: tuple[int, ...]) -> str:
    """The widths of layers as one would type them: `[62]`, `[128] * 3`, `[100, 50]`."""
    if len(widths) > 1 and len(set(widths)) == 1:
        return f"[{widths[0]}] * {len(widths)}"
    return str(list(widths))
