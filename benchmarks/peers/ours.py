"""This project's compiled epoch, each beside a matrix product measured just before it."""

from __future__ import annotations

import time

from common import LEARNING_RATE, arguments, report

PRODUCT = 1024
"""Rows and columns of the square matrices whose product is the measure of speed."""
PRODUCTS = 20


def main() -> None:
    """Print seconds of each epoch's training, and the product's rate before each."""
    given = arguments()

    from exercise.networks import Network
    from exercise.training import start
    from exercise.training.backend import tf

    @tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
    def products(left: tf.Tensor, right: tf.Tensor) -> tf.Tensor:
        body = lambda step, value: (step + 1, tf.matmul(left, value) / PRODUCT)  # noqa: E731
        return tf.while_loop(lambda step, _: step < PRODUCTS, body, (0, right))[1]

    matrix = tf.random.stateless_uniform((PRODUCT, PRODUCT), seed=(1, 2))
    products(matrix, matrix)
    network = Network(tuple(given["hidden_layers"]), LEARNING_RATE, given["momentum"])
    run = start(network, seed=0)
    seconds, rates = [], []
    for _ in range(given["epochs"]):
        begun = time.perf_counter()
        products(matrix, matrix).numpy()
        rates.append(PRODUCTS * 2 * PRODUCT**3 / (time.perf_counter() - begun))
        seconds.append(run.advance()["seconds"])
    report(seconds=seconds, rates=rates)


main()
