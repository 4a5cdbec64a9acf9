"""One experiment as the dozen lines of plain Keras that a reader would type."""

from __future__ import annotations

from exercise.networks import CLASSES, INPUTS, Network, Timing
from labreport import Experiment


def show_code(experiment: Experiment) -> str:
    """Write Python that trains the experiment's network with `model.fit`.

    Keras validates on the last tenth of the images, as this exercise does. Its own shuffling and first
    weights differ from those of any seed here, so its numbers do too, within their spread over seeds.
    """
    network = experiment.specification
    if isinstance(network, Timing):
        network = network.network
    momentum = f", momentum={network.momentum!r}" if network.momentum else ""
    return f"""\
import keras

(images, digits), (test_images, test_digits) = keras.datasets.mnist.load_data()
images, test_images = (pixels.reshape(-1, {INPUTS}) / 255 for pixels in (images, test_images))
targets, test_targets = (keras.utils.to_categorical(each, {CLASSES}) for each in (digits, test_digits))

{_model(network)}
optimizer = keras.optimizers.SGD({network.learning_rate!r}{momentum})
model.compile(optimizer, loss="{network.loss}", metrics=["accuracy"])
model.fit(images, targets, batch_size={network.batch_size}, epochs={experiment.epochs}, validation_split=0.1)
print(model.evaluate(test_images, test_targets, verbose=0))
"""


def _model(network: Network) -> str:
    """The lines that build the model, and what is done to it before it is trained."""
    widths, initializer = network.hidden_layers, network.initializer
    given = "" if initializer == "glorot_uniform" else f', kernel_initializer="{initializer}"'
    listed = (
        f"[{widths[0]}] * {len(widths)}" if len(set(widths)) < len(widths) == widths.count(widths[0]) else ""
    )
    lines = [
        f"model = keras.Sequential([keras.Input(({INPUTS},))])",
        f"for nodes in {listed or list(widths)}:",
    ]
    lines += [f'    model.add(keras.layers.Dense(nodes, activation="{network.activation}"{given}))']
    if network.backward_gain != 1:
        louder = f"tf.identity(values), lambda gradient: {network.backward_gain!r} * gradient"
        head = [
            "import tensorflow as tf",
            "",
            "@tf.custom_gradient",
            "def louder(values):",
            f"    return {louder}",
        ]
        lines = [*head, "", *lines, "    model.add(keras.layers.Lambda(louder))"]
    bias = "" if network.output_bias else ", use_bias=False"
    lines += [f'model.add(keras.layers.Dense({CLASSES}, activation="softmax"{given}{bias}))']
    if network.initial_gain != 1:
        lines += [
            "for layer in model.layers:",
            f"    layer.kernel.assign({network.initial_gain!r} * layer.kernel)",
        ]
    if network.frozen_layers:
        lines += [f"for layer in model.layers[:{network.frozen_layers}]:", "    layer.trainable = False"]
    return "\n".join(lines)
