"""One experiment as the dozen lines of plain Keras that a reader would type, to train it or to check it."""

from __future__ import annotations

from exercise.catalogue import EXPERIMENTS
from exercise.measuring.measures import EPOCH
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
import json
from pathlib import Path
import keras
import numpy as np
import tensorflow as tf
from matplotlib import pyplot
from safetensors.numpy import load_file

results = json.loads(Path("answers.json").read_text(encoding="utf-8"))["results"]
(images, digits), test = keras.datasets.mnist.load_data()
cut = len(digits) * 9 // 10
data = {{"training": (images[:cut], digits[:cut]), "validation": (images[cut:], digits[cut:]), "test": test}}

def models(name, epoch=None):  # plain Keras with the weights kept after `epoch`, one for each seed
    for key in results[name]["keys"]:
        kept = load_file(next(Path("results").glob(f"{{key}}.{{epoch or results[name]['epochs']}}.*")))
        model = keras.Sequential([keras.Input(({inputs},))])
        layers = sum(array.endswith(".kernel") for array in kept if array.startswith("state.layer-"))
        for layer in range(layers):
            weights, biases = kept[f"state.layer-{{layer}}.kernel"], kept[f"state.layer-{{layer}}.bias"]
            activation = {activation} if layer < layers - 1 else "softmax"
            model.add(keras.layers.Dense(len(biases), activation=activation))
            model.layers[-1].set_weights([weights, biases])
        model.compile(loss="sparse_{loss}", metrics=["accuracy"])
        yield model

def accuracy(name, epoch, split="test", digit=None):
    pixels, labels = (part if digit is None else part[data[split][1] == digit] for part in data[split])
    pixels = pixels.reshape(-1, {inputs}) / 255
    return np.mean([model.evaluate(pixels, labels, verbose=0)[1] for model in models(name, epoch)])

def parameters(name):
    return next(models(name)).count_params()

def confusion(name, epoch):  # rows: what an image shows; columns: what the network takes it for
    pixels = test[0].reshape(-1, {inputs}) / 255
    taken = [model.predict(pixels, verbose=0).argmax(axis=1) for model in models(name, epoch)]
    return np.mean([tf.math.confusion_matrix(test[1], digits, {classes}) for digits in taken], axis=0)

def chart(name, epoch):  # test accuracy by digit
    pyplot.bar(range({classes}), [accuracy(name, epoch, digit=digit) for digit in range({classes})])
    pyplot.xlabel("digit")
    pyplot.ylabel("test accuracy")
    pyplot.savefig(f"{{name}}-by-digit.png")
"""


_PROGRAM = """\
import keras
import numpy as np
from matplotlib import pyplot

# {inputs} pixels of each image as numbers from zero to one, and one-hot digits
(images, digits), (test_images, test_digits) = keras.datasets.mnist.load_data()
images, test_images = (pixels.reshape(-1, {inputs}) / 255 for pixels in (images, test_images))
targets = keras.utils.to_categorical(digits, {classes})

{model}
model.compile(
    keras.optimizers.SGD(learning_rate={learning_rate!r}{momentum}),
    loss="{loss}",
    metrics=["accuracy"],
)
model.summary()  # counts the parameters
history = model.fit(
    images, targets, batch_size={batch_size}, epochs={epochs}, validation_split=0.1
).history
test_targets = keras.utils.to_categorical(test_digits, {classes})
print("test loss and accuracy:", model.evaluate(test_images, test_targets, verbose=0))

figure, (curves, bars) = pyplot.subplots(1, 2, figsize=(10, 4))
for name in ("accuracy", "val_accuracy"):  # val_ is validation
    curves.plot(range(1, len(history[name]) + 1), history[name], label=name)
curves.set_xlabel("epoch")
curves.legend()
predicted = model.predict(test_images, verbose=0).argmax(axis=1)
misread = [100 * np.mean(predicted[test_digits == digit] != digit) for digit in range({classes})]
bars.bar(range({classes}), misread)
bars.set_xticks(range({classes}))
bars.set_xlabel("digit")
bars.set_ylabel("misread, %")
figure.savefig("network.png")
"""


def show_program(network: Network) -> str:
    """A complete program that trains a network for ten epochs, and draws curves and errors by digit."""
    return _filled(_PROGRAM, network)


def show_code(experiment: Experiment) -> str:
    """Python that trains the experiment's network with `model.fit`.

    Keras validates on the last tenth of the images, as this exercise does. Its own shuffling and first
    weights differ from those of any seed here, so its numbers do too, within their spread over seeds.
    """
    return _filled(_TRAIN, experiment.specification, experiment.epochs)


def _filled(program: str, network: Network, epochs: int = EPOCH) -> str:
    """A program for this network."""
    return program.format(
        inputs=INPUTS,
        classes=CLASSES,
        model=_model(network),
        learning_rate=network.learning_rate,
        momentum=f", momentum={network.momentum!r}" if network.momentum else "",
        loss=network.loss,
        batch_size=network.batch_size,
        epochs=epochs,
    )


def show_check() -> str:
    """Python that, in the report's folder, finds numbers again from the weights kept, by plain Keras.

    It defines `models`, `accuracy` and `parameters`, which the expressions in `exercise.expressions` call,
    and `confusion` and `chart`, which draw the charts of errors by digit again.
    """
    network = Network((1,))
    others = {
        experiment.name: experiment.specification.activation
        for experiment in EXPERIMENTS
        if experiment.specification.activation != network.activation
    }
    activation = f'{others}.get(name, "{network.activation}")' if others else f'"{network.activation}"'
    return _CHECK.format(inputs=INPUTS, classes=CLASSES, loss=network.loss, activation=activation)


def _model(network: Network) -> str:
    """The lines that build the model, equal hidden layers in a loop, and give it its initial weights.

    The gain multiplies weights once they are drawn: one initialiser object shared between layers would
    give all of them the same draws.
    """
    named = network.initializer != "glorot_uniform"
    initializer = f', kernel_initializer="{network.initializer}"' if named else ""
    hidden = f'activation="{network.activation}"{initializer}))'
    lines = []
    if network.backward_gain != 1:
        lines += [
            "import tensorflow as tf",
            "",
            "@tf.custom_gradient",
            "def louder(values):  # the same values; going backwards, a larger gradient",
            f"    return tf.identity(values), lambda gradient: {network.backward_gain!r} * gradient",
            "",
        ]
    lines += [f"model = keras.Sequential([keras.Input(({INPUTS},))])"]
    widths = network.hidden_layers
    if len(widths) == 1:
        lines += [f"model.add(keras.layers.Dense({widths[0]}, {hidden}"]
    elif len(set(widths)) == 1:
        lines += [
            f"for _ in range({len(widths)}):",
            f"    model.add(keras.layers.Dense({widths[0]}, {hidden}",
        ]
        if network.backward_gain != 1:
            lines += ["    model.add(keras.layers.Lambda(louder))"]
    else:
        lines += [f"for width in {widths}:", f"    model.add(keras.layers.Dense(width, {hidden}"]
    biases = "" if network.output_bias else ", use_bias=False"
    lines += [f'model.add(keras.layers.Dense({CLASSES}, activation="softmax"{initializer}{biases}))']
    if network.initial_gain != 1:
        lines += [
            "for layer in model.layers:",
            f"    layer.kernel.assign({network.initial_gain!r} * layer.kernel)",
        ]
    if network.frozen_layers:
        lines += [f"for layer in model.layers[:{network.frozen_layers}]:", "    layer.trainable = False"]
    return "\n".join(lines)
