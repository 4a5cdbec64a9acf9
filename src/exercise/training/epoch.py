"""One epoch of stochastic gradient descent as a single compiled loop."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from exercise.networks import Network
from exercise.training import data
from exercise.training.backend import tf
from exercise.training.model import LOSSES, build, fixed_variables, most_probable


class Parameters(NamedTuple):
    """All that an epoch changes: weights in the order of the model's variables, and their velocities.

    `velocities` is empty without momentum. The first kernel (and its velocity) is held transposed,
    see `transposed`.
    """

    weights: list[tf.Tensor]
    velocities: list[tf.Tensor]


class Hyperparameters(NamedTuple):
    """What may differ between runs of one compiled program; float32 scalars."""

    learning_rate: tf.Tensor
    momentum: tf.Tensor


class Sums(NamedTuple):
    """Sums over the batches seen: examples' loss, correct answers, each layer's gradient norm.

    `first_gradient_norms` are those of the first batch, before its update; shape (layers,).
    """

    batches: tf.Tensor
    loss: tf.Tensor
    correct: tf.Tensor
    gradient_norms: tf.Tensor
    first_gradient_norms: tf.Tensor


Epoch = Callable[[Parameters, Hyperparameters, tf.Tensor, tf.Tensor, tf.Tensor], tuple[Parameters, Sums]]
"""(parameters, hyperparameters, images, labels, number of examples) → (parameters, sums).

Images and labels are those of the whole epoch in order, and after them as many others as fill the last
batch. Those others have no part in any sum, so that one compiled body serves full and partial batches.
"""


def compiled_alike(network: Network) -> Network:
    """The network that stands for all whose training is the same program: they differ in numbers only."""
    return replace(network, learning_rate=1.0, initial_gain=1.0, momentum=1.0 if network.momentum else 0.0)


@functools.lru_cache(maxsize=32)
def compiled_epoch(network: Network, pixels: int) -> Epoch:
    """The program for `compiled_alike(network)` and images of so many pixels, reused over seeds, learning
    rates, momenta and gains.
    """
    model = build(network, 0, pixels)
    loss_function = LOSSES[network.loss]
    layers = len(network.layer_shapes)
    batch_size = network.batch_size
    fixed = fixed_variables(network)

    def train_batch(
        parameters: Parameters,
        hyperparameters: Hyperparameters,
        sums: Sums,
        images: tf.Tensor,
        labels: tf.Tensor,
        examples: tf.Tensor,
    ) -> tuple[Parameters, Sums]:
        counted = tf.range(batch_size) < examples
        with tf.GradientTape() as tape:
            tape.watch(parameters.weights)
            probabilities, _ = model.stateless_call(transposed(parameters.weights), [], data.inputs(images))
            losses = loss_function(data.targets(labels), probabilities) * tf.cast(counted, tf.float32)
            loss = tf.reduce_sum(losses) / tf.cast(examples, tf.float32)
        gradients = tape.gradient(loss, parameters.weights)
        norms = tf.stack([norm(gradient) for gradient in gradients[::2]])
        gradients = [
            tf.zeros_like(gradient) if place in fixed else gradient
            for place, gradient in enumerate(gradients)
        ]
        correct = most_probable(probabilities) == tf.cast(labels, tf.int32)
        return descend(parameters, gradients, hyperparameters), Sums(
            sums.batches + 1,
            sums.loss + tf.reduce_sum(losses),
            sums.correct + tf.math.count_nonzero(correct & counted, dtype=tf.int32),
            sums.gradient_norms + norms,
            tf.where(sums.batches == 0, norms, sums.first_gradient_norms),
        )

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def epoch(
        parameters: Parameters,
        hyperparameters: Hyperparameters,
        images: tf.Tensor,
        labels: tf.Tensor,
        examples: tf.Tensor,
    ) -> tuple[Parameters, Sums]:
        def next_batch(
            begin: tf.Tensor, parameters: Parameters, sums: Sums
        ) -> tuple[tf.Tensor, Parameters, Sums]:
            batch_images = tf.slice(images, [begin, 0], [batch_size, images.shape[1]])
            batch_labels = tf.slice(labels, [begin], [batch_size])
            here = tf.minimum(examples - begin, batch_size)
            trained = train_batch(parameters, hyperparameters, sums, batch_images, batch_labels, here)
            return begin + batch_size, *trained

        nothing = Sums(tf.constant(0), tf.constant(0.0), tf.constant(0), tf.zeros(layers), tf.zeros(layers))
        _, parameters, sums = tf.while_loop(
            lambda begin, *_: begin < examples, next_batch, (tf.constant(0), parameters, nothing)
        )
        return parameters, sums

    compiled: Epoch = epoch
    return compiled


def descend(
    parameters: Parameters, gradients: list[tf.Tensor], hyperparameters: Hyperparameters
) -> Parameters:
    """One update, as `keras.optimizers.SGD` does it, with momentum where there are velocities."""
    learning_rate, momentum = hyperparameters
    steps = [gradient * learning_rate for gradient in gradients]
    if not parameters.velocities:
        return Parameters([weight - step for weight, step in zip(parameters.weights, steps, strict=True)], [])
    moved = zip(parameters.velocities, steps, strict=True)
    velocities = [velocity * momentum - step for velocity, step in moved]
    moved = zip(parameters.weights, velocities, strict=True)
    return Parameters([weight + velocity for weight, velocity in moved], velocities)


def transposed(variables: list[tf.Tensor]) -> list[tf.Tensor]:
    """`variables` with the first kernel transposed.

    Its gradient is the product of pixels × batch and batch × nodes. Held transposed, the compiler swaps
    the factors, which for narrow layers takes half the time; the bits of the sum are the same to rounding.
    """
    return [tf.transpose(variables[0]), *variables[1:]] if variables else []


def norm(gradient: tf.Tensor) -> tf.Tensor:
    """L2 norm of a matrix; row sums as a product with ones, which is compiled to vector instructions."""
    row_sums = tf.linalg.matvec(tf.square(gradient), tf.ones(gradient.shape[1]))
    return tf.sqrt(tf.reduce_sum(row_sums))
