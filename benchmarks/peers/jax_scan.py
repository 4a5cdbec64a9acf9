"""JAX as its users write it: `value_and_grad` inside a jitted `lax.scan` over the epoch's batches."""

from __future__ import annotations

import itertools
import os
import time
from typing import Any

from common import BATCH_SIZE, LEARNING_RATE, arguments, report, training_data


def main() -> None:
    """Print seconds of each epoch of training. The last, smaller batch is left out, as is usual there."""
    given = arguments()
    if given["cores"]:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"

    import jax
    import jax.numpy as jnp
    import numpy as np

    images, labels = (jnp.asarray(values) for values in training_data())
    widths = [784, *given["hidden_layers"], 10]
    random = np.random.default_rng(0)
    parameters: Any = [
        (jnp.asarray(random.normal(0, before**-0.5, (before, after)), jnp.float32), jnp.zeros(after))
        for before, after in itertools.pairwise(widths)
    ]
    velocities = jax.tree.map(jnp.zeros_like, parameters)
    momentum = given["momentum"]

    def loss_function(parameters: Any, inputs: Any, targets: Any) -> tuple[Any, Any]:
        *hidden, (kernel, bias) = parameters
        for layer_kernel, layer_bias in hidden:
            inputs = jax.nn.sigmoid(inputs @ layer_kernel + layer_bias)
        logits = inputs @ kernel + bias
        log_probabilities = jax.nn.log_softmax(logits)
        loss = -jnp.take_along_axis(log_probabilities, targets[:, None].astype(jnp.int32), axis=1).mean()
        return loss, (logits.argmax(1) == targets).mean()

    def step(carry: Any, batch: Any) -> Any:
        parameters, velocities = carry
        measured, gradients = jax.value_and_grad(loss_function, has_aux=True)(parameters, *batch)
        if momentum:
            velocities = jax.tree.map(lambda v, g: momentum * v - LEARNING_RATE * g, velocities, gradients)
            parameters = jax.tree.map(jnp.add, parameters, velocities)
        else:
            parameters = jax.tree.map(lambda p, g: p - LEARNING_RATE * g, parameters, gradients)
        return (parameters, velocities), measured

    batches = len(labels) // BATCH_SIZE

    @jax.jit  # type: ignore[untyped-decorator]
    def epoch(carry: Any, order: Any) -> Any:
        chosen = order[: batches * BATCH_SIZE].reshape(batches, BATCH_SIZE)
        carry, measured = jax.lax.scan(lambda c, b: step(c, (images[b], labels[b])), carry, chosen)
        return carry, jax.tree.map(jnp.mean, measured)

    carry = (parameters, velocities)
    seconds = []
    for _ in range(given["epochs"] + 1):
        begun = time.perf_counter()
        carry, measured = epoch(carry, jnp.asarray(random.permutation(len(labels))))
        jax.block_until_ready((carry, measured))
        seconds.append(time.perf_counter() - begun)
    report(seconds=seconds[1:])


main()
