"""The network as a Keras model; its initial weights depend only on specification and seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from exercise.networks import CLASSES, INPUTS, VARIANCE_SCALING, Network
from exercise.training.backend import keras, tf

LOSSES: dict[str, Callable[..., Any]] = {"categorical_crossentropy": keras.losses.categorical_crossentropy}


def build(network: Network, seed: int, pixels: int = INPUTS) -> keras.Sequential:
    """A Keras model of dense layers, from `pixels` inputs to ten probabilities; layer *i* is `layer-i`.

    Two networks with the same seed and shapes have the same initial weights, multiplied by their
    `initial_gain`.
    """
    model = keras.Sequential([keras.Input((pixels,))])
    widths = (*network.hidden_layers, CLASSES)
    activations = [network.activation] * len(network.hidden_layers) + ["softmax"]
    for layer, (width, activation) in enumerate(zip(widths, activations, strict=True)):
        if layer > 0 and network.backward_gain != 1:
            model.add(keras.layers.Lambda(_multiplied_backwards(network.backward_gain)))
        initializer = _initializer(network, seed, layer)
        name = f"layer-{layer}"
        model.add(keras.layers.Dense(width, activation=activation, kernel_initializer=initializer, name=name))
    return model


def most_probable(probabilities: tf.Tensor) -> tf.Tensor:
    """The most probable digit of each image, int32, from probabilities of shape (images, digits).

    If they are NaN, as after a training that diverged, it is the first digit, as in NumPy and Keras; the
    compiler's own `argmax` could give any.
    """
    known = tf.where(tf.math.is_nan(probabilities), math.inf, probabilities)
    return tf.argmax(known, axis=1, output_type=tf.int32)


def _multiplied_backwards(gain: float) -> Callable[[tf.Tensor], tf.Tensor]:
    """The identity, with its gradient multiplied by `gain`."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def same(values: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        return tf.identity(values), lambda upstream: gain * upstream

    layer: Callable[[tf.Tensor], tf.Tensor] = same
    return layer


def fixed_variables(network: Network) -> frozenset[int]:
    """The indices, in the order of the model's variables, of variables that training does not change."""
    variables = 2 * len(network.layer_shapes)  # a kernel and a bias of each layer
    fixed = set(range(2 * network.frozen_layers))
    if not network.output_bias:
        fixed.add(variables - 1)
    return frozenset(fixed)


def weight_names(network: Network) -> list[str]:
    """`layer-0.kernel`, `layer-0.bias`, `layer-1.kernel`, …, in the order of the model's variables."""
    names = []
    for layer in range(len(network.layer_shapes)):
        names += [f"layer-{layer}.kernel", f"layer-{layer}.bias"]
    return names


def weight_shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """The shape of each variable by name: (inputs, outputs) for kernels, (outputs,) for biases."""
    shapes: list[tuple[int, ...]] = []
    for inputs, outputs in network.layer_shapes:
        shapes += [(inputs, outputs), (outputs,)]
    return dict(zip(weight_names(network), shapes, strict=True))


def _initializer(network: Network, seed: int, layer: int) -> keras.initializers.Initializer:
    """The initialiser of a layer; variance scales with the square of the gain, and weights with the gain."""
    scale, fan, distribution = VARIANCE_SCALING[network.initializer]
    (layer_seed,) = np.random.SeedSequence([seed, layer]).generate_state(1)
    scale *= network.initial_gain**2
    return keras.initializers.VarianceScaling(scale, fan, distribution, seed=int(layer_seed))
