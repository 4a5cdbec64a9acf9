"""The network as a real Keras model, its initial weights decided only by specification and seed."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from exercise.networks import CLASSES, INPUTS, VARIANCE_SCALING, Network
from exercise.training.backend import keras, tf

LOSSES: dict[str, Callable[..., Any]] = {"categorical_crossentropy": keras.losses.categorical_crossentropy}


def build(network: Network, seed: int, pixels: int = INPUTS) -> keras.Sequential:
    """Dense layers from `pixels` to ten probabilities; layer *i* is called `layer-i`.

    Two networks with the same seed and shapes start from the same draws, `initial_gain` apart.
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
    """The digit of the highest probability by image, int32, of probabilities of shape (images, digits).

    Where they are NaN, as after a training that has diverged, the first digit: so do NumPy and
    Keras, while the compiler's own `argmax` names any.
    """
    known = tf.where(tf.math.is_nan(probabilities), math.inf, probabilities)
    return tf.argmax(known, axis=1, output_type=tf.int32)


def _multiplied_backwards(gain: float) -> Callable[[tf.Tensor], tf.Tensor]:
    """The identity, whose gradient is multiplied by `gain`."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def same(values: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
        return tf.identity(values), lambda upstream: gain * upstream

    layer: Callable[[tf.Tensor], tf.Tensor] = same
    return layer


def fixed_variables(network: Network) -> frozenset[int]:
    """Places, in the order of the model's variables, of those that training leaves as they are."""
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
    """Name of every variable, and its shape: (inputs, outputs) of kernels, (outputs,) of biases."""
    shapes: list[tuple[int, ...]] = []
    for inputs, outputs in network.layer_shapes:
        shapes += [(inputs, outputs), (outputs,)]
    return dict(zip(weight_names(network), shapes, strict=True))


def _initializer(network: Network, seed: int, layer: int) -> keras.initializers.Initializer:
    """Variance scales with the square of the gain, so weights scale with the gain itself."""
    scale, fan, distribution = VARIANCE_SCALING[network.initializer]
    (layer_seed,) = np.random.SeedSequence([seed, layer]).generate_state(1)
    scale *= network.initial_gain**2
    return keras.initializers.VarianceScaling(scale, fan, distribution, seed=int(layer_seed))
