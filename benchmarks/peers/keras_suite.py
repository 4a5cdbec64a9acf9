"""The six networks of the exercise, one seed, by plain `model.fit` with validation data, in one program."""

from __future__ import annotations

import plain_keras
from common import arguments, report


def main() -> None:
    """Train all six; whoever starts this takes the time."""
    arguments()

    from exercise.catalogue import NETWORKS

    training, validation = plain_keras.load()
    for experiment in NETWORKS:
        network = experiment.specification
        model = plain_keras.compiled(network.hidden_layers, network.learning_rate, network.momentum)
        options = {"batch_size": network.batch_size, "epochs": experiment.epochs}
        model.fit(*training, validation_data=validation, verbose=0, **options)
    report()


main()
