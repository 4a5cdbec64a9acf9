"""One experiment as the dozen lines of plain Keras that a reader would type, to train it or to check it."""

from __future__ import annotations

from exercise.networks import CLASSES, INPUTS, Network
from labreport.experiment import Experiment

_TRAIN = """\
import keras

(images, labels), (test_images, test_labels) = keras.datasets.mnist.load_data()
images, test_images = (pixels.reshape(-1, {inputs}) / 255 for pixels in (images, test_images))
targets, test_targets = (keras.utils.to_categorical(digits, {classes}) for digits in (labels, test_labels))

{model}

optimizer = keras.optimizers.SGD(learning_rate={learning_rate!r}{momentum})
model.compile(optimizer, loss="{loss}", metrics=["accuracy"])
model.fit(images, targets, batch_size={batch_size}, epochs={epochs}, validation_split=0.1)
model.evaluate(test_images, test_targets)
"""

_CHECK = """\
import keras
import numpy as np

_, (images, labels) = keras.datasets.mnist.load_data()

{model}

kept = np.load({file!r})
for number, layer in enumerate(model.layers):
    layer.set_weights([kept[f"state.layer-{{number}}.kernel"], kept[f"state.layer-{{number}}.bias"]])
model.compile(loss="{loss}", metrics=["accuracy"])
model.evaluate(images.reshape(-1, {inputs}) / 255, keras.utils.to_categorical(labels, {classes}))
print(model.count_params())
"""


def show_code(experiment: Experiment) -> str:
    """Python that trains the experiment's network with `model.fit`.

    Keras validates on the last tenth of the images, as this exercise does. Its own shuffling and first
    weights differ from those of any seed here, so its numbers do too, within their spread over seeds.
    """
    network: Network = experiment.specification
    return _TRAIN.format(
        inputs=INPUTS,
        classes=CLASSES,
        model=_model(network, initial_weights=True),
        learning_rate=network.learning_rate,
        momentum=f", momentum={network.momentum!r}" if network.momentum else "",
        loss=network.loss,
        batch_size=network.batch_size,
        epochs=experiment.epochs,
    )


def show_check(experiment: Experiment, file: str) -> str:
    """Python that loads the weights kept in `file` and prints test loss, test accuracy and parameters."""
    network: Network = experiment.specification
    return _CHECK.format(
        inputs=INPUTS,
        classes=CLASSES,
        model=_model(network, initial_weights=False),
        loss=network.loss,
        file=file,
    )


def _model(network: Network, *, initial_weights: bool) -> str:
    """The lines that build the model, equal hidden layers in a loop, and give it its initial weights.

    The gain multiplies weights once they are drawn: one initialiser object shared between layers would
    give all of them the same draws.
    """
    named = initial_weights and network.initializer != "glorot_uniform"
    initializer = f', kernel_initializer="{network.initializer}"' if named else ""
    hidden = f'activation="{network.activation}"{initializer}))'
    lines = [f"model = keras.Sequential([keras.Input(({INPUTS},))])"]
    widths = network.hidden_layers
    if len(widths) == 1:
        lines += [f"model.add(keras.layers.Dense({widths[0]}, {hidden}"]
    elif len(set(widths)) == 1:
        lines += [
            f"for _ in range({len(widths)}):",
            f"    model.add(keras.layers.Dense({widths[0]}, {hidden}",
        ]
    else:
        lines += [f"for width in {widths}:", f"    model.add(keras.layers.Dense(width, {hidden}"]
    lines += [f'model.add(keras.layers.Dense({CLASSES}, activation="softmax"{initializer}))']
    if initial_weights and network.initial_gain != 1:
        lines += [
            "for layer in model.layers:",
            f"    layer.kernel.assign({network.initial_gain!r} * layer.kernel)",
        ]
    return "\n".join(lines)
