"""One epoch of stochastic gradient descent as a single compiled loop."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from exercise.networks import Network
from exercise.training import data
from exercise.training.backend import keras, tf
from exercise.training.model import LOSSES, build, fixed_variables, most_probable


class Parameters(NamedTuple):
    """All that an epoch changes: weights in the order of the model's variables, and their velocities.

    `velocities` is empty without momentum. The first kernel and its velocity are stored transposed, see
    `transposed`.
    """

    weights: list[tf.Tensor]
    velocities: list[tf.Tensor]


class Hyperparameters(NamedTuple):
    """The values that may differ between runs of one compiled program; float32 scalars."""

    learning_rate: tf.Tensor
    momentum: tf.Tensor


class Batch(NamedTuple):
    """Images and labels of one batch; only the first `examples` count, the others fill it."""

    images: tf.Tensor
    labels: tf.Tensor
    examples: tf.Tensor


class Sums(NamedTuple):
    """Sums over batches: the loss of all examples, correct answers, and the gradient norm of each layer.

    `first_gradient_norms` are the norms in the first batch, before its update; shape (layers,).
    """

    batches: tf.Tensor
    loss: tf.Tensor
    correct: tf.Tensor
    gradient_norms: tf.Tensor
    first_gradient_norms: tf.Tensor


Epoch: TypeAlias = Callable[
    [Parameters, Hyperparameters, tf.Tensor, tf.Tensor, tf.Tensor], tuple[Parameters, Sums]
]
"""(parameters, hyperparameters, images, labels, number of examples) → (parameters, sums).

Images and labels are those of the whole epoch in order, followed by others that fill the last batch. These
are not counted in any sum, so that one compiled body serves full and partial batches.
"""


def compiled_alike(network: Network) -> Network:
    """A network that has the same compiled program as this one: they differ only in numbers."""
    momentum = 1.0 if network.momentum else 0.0
    return replace(network, learning_rate=1.0, initial_gain=1.0, momentum=momentum)


@functools.lru_cache(maxsize=32)
def compiled_epoch(network: Network, pixels: int) -> Epoch:
    """The compiled program for `compiled_alike(network)` and images with this number of pixels.

    It is reused for all seeds, learning rates, momenta and gains.
    """
    model = build(network, 0, pixels)
    batch_size = network.batch_size

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def epoch(
        parameters: Parameters,
        hyperparameters: Hyperparameters,
        images: tf.Tensor,
        labels: tf.Tensor,
        examples: tf.Tensor,
    ) -> tuple[Parameters, Sums]:
        def examples_are_left(begin: tf.Tensor, parameters: Parameters, sums: Sums) -> tf.Tensor:
            return begin < examples

        def next_batch(
            begin: tf.Tensor, parameters: Parameters, sums: Sums
        ) -> tuple[tf.Tensor, Parameters, Sums]:
            batch = Batch(
                tf.slice(images, [begin, 0], [batch_size, images.shape[1]]),
                tf.slice(labels, [begin], [batch_size]),
                tf.minimum(examples - begin, batch_size),
            )
            parameters, sums = train_batch(network, model, parameters, hyperparameters, sums, batch)
            return begin + batch_size, parameters, sums

        start = (tf.constant(0), parameters, _no_sums(len(network.layer_shapes)))
        _, parameters, sums = tf.while_loop(examples_are_left, next_batch, start)
        return parameters, sums

    compiled: Epoch = epoch
    return compiled


def _no_sums(layers: int) -> Sums:
    """The sums before the first batch."""
    return Sums(tf.constant(0), tf.constant(0.0), tf.constant(0), tf.zeros(layers), tf.zeros(layers))


def train_batch(
    network: Network,
    model: keras.Sequential,
    parameters: Parameters,
    hyperparameters: Hyperparameters,
    sums: Sums,
    batch: Batch,
) -> tuple[Parameters, Sums]:
    """Update the parameters by the gradient of the mean loss of a batch, and add to the sums."""
    counted = tf.range(network.batch_size) < batch.examples
    loss_function = LOSSES[network.loss]
    with tf.GradientTape() as tape:
        tape.watch(parameters.weights)
        inputs = data.inputs(batch.images)
        probabilities, _ = model.stateless_call(transposed(parameters.weights), [], inputs)
        losses = loss_function(data.targets(batch.labels), probabilities) * tf.cast(counted, tf.float32)
        loss = tf.reduce_sum(losses) / tf.cast(batch.examples, tf.float32)
    gradients = tape.gradient(loss, parameters.weights)
    norms = tf.stack([norm(gradient) for gradient in gradients[::2]])  # of the kernels, not the biases
    for index in fixed_variables(network):
        gradients[index] = tf.zeros_like(gradients[index])

    correct = most_probable(probabilities) == tf.cast(batch.labels, tf.int32)
    sums = Sums(
        batches=sums.batches + 1,
        loss=sums.loss + tf.reduce_sum(losses),
        correct=sums.correct + tf.math.count_nonzero(correct & counted, dtype=tf.int32),
        gradient_norms=sums.gradient_norms + norms,
        first_gradient_norms=tf.where(sums.batches == 0, norms, sums.first_gradient_norms),
    )
    return descend(parameters, gradients, hyperparameters), sums


def descend(
    parameters: Parameters, gradients: list[tf.Tensor], hyperparameters: Hyperparameters
) -> Parameters:
    """One update as in `keras.optimizers.SGD`; with momentum if there are velocities."""
    learning_rate, momentum = hyperparameters
    steps = [gradient * learning_rate for gradient in gradients]
    weights = []
    velocities = []
    if parameters.velocities:
        for weight, velocity, step in zip(parameters.weights, parameters.velocities, steps, strict=True):
            new_velocity = velocity * momentum - step
            velocities.append(new_velocity)
            weights.append(weight + new_velocity)
    else:
        for weight, step in zip(parameters.weights, steps, strict=True):
            weights.append(weight - step)
    return Parameters(weights, velocities)


def transposed(variables: list[tf.Tensor]) -> list[tf.Tensor]:
    """The variables with the first kernel transposed.

    Its gradient is the product of pixels × batch and batch × nodes. If it is transposed, the compiler swaps
    the factors, which takes half the time for narrow layers; results are equal except for rounding.
    """
    if not variables:
        return []
    first_kernel, *others = variables
    return [tf.transpose(first_kernel), *others]


def norm(gradient: tf.Tensor) -> tf.Tensor:
    """The L2 norm of a matrix; row sums are a product with ones, which compiles to vector instructions."""
    row_sums = tf.linalg.matvec(tf.square(gradient), tf.ones(gradient.shape[1]))
    return tf.sqrt(tf.reduce_sum(row_sums))
