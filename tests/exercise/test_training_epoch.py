"""The compiled epoch is what Keras' own loop does, update by update."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from keras_modules import MOMENTUM, PLAIN, backend, epochs, models, training

from exercise import mnist
from exercise.networks import Network

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tiny_dataset")]


def keras_inputs(split: mnist.Split) -> tuple[np.ndarray, np.ndarray]:
    """What a user of plain Keras would feed: numbers from 0 to 1, and one-hot rows."""
    return split.images.reshape(len(split), 784) / 255, backend.keras.utils.to_categorical(split.labels, 10)


def plain_keras(network: Network, seed: int) -> backend.keras.Sequential:
    """The model compiled as a user of Keras would."""
    model = models.build(network, seed)
    optimizer = backend.keras.optimizers.SGD(network.learning_rate, network.momentum)
    model.compile(optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize(
    "network",
    [
        PLAIN,
        MOMENTUM,
        Network((9, 8, 7), momentum=0.5, learning_rate=0.1),
        Network((8,) * 10, initial_gain=4.0),
    ],
    ids=["plain", "momentum", "three layers with momentum", "ten layers"],
)
def test_training_equals_plain_keras_on_the_same_batches(
    network: Network, tiny_dataset: mnist.Dataset
) -> None:
    """Weights, running loss and accuracy of two epochs against `model.fit`, smaller last batch included."""
    run, model = training.start(network, seed=7), plain_keras(network, 7)
    images, targets = keras_inputs(tiny_dataset.training)
    for epoch in range(2):
        record = run.advance()
        order = np.random.default_rng([7, epoch]).permutation(len(images))
        history = model.fit(
            images[order], targets[order], batch_size=network.batch_size, shuffle=False, verbose=0
        ).history
        assert record["loss"] == pytest.approx(history["loss"][0], rel=1e-5)
        assert record["accuracy"] == pytest.approx(history["accuracy"][0], abs=1e-6)
    state = run.state()
    for name, variable in zip(models.weight_names(network), model.trainable_variables, strict=True):
        np.testing.assert_allclose(state[name], variable.numpy(), rtol=1e-4, atol=2e-6, err_msg=name)


def test_validation_metrics_equal_model_evaluate(tiny_dataset: mnist.Dataset) -> None:
    """Loss and accuracy of the record, and of the snapshot on every split."""
    run, model = training.start(PLAIN, seed=7), models.build(PLAIN, seed=0)
    record = run.advance()
    metrics, _ = run.snapshot()
    model.compile(loss="categorical_crossentropy", metrics=["accuracy"])
    model.set_weights([run.state()[name] for name in models.weight_names(PLAIN)])
    for name in metrics:
        loss, accuracy = model.evaluate(*keras_inputs(getattr(tiny_dataset, name)), verbose=0)
        assert metrics[name] == pytest.approx({"loss": loss, "accuracy": accuracy}, rel=1e-5)
    assert list(metrics) == ["training", "validation", "test"]
    assert metrics["validation"]["loss"] == record["validation_loss"]
    assert metrics["validation"]["accuracy"] == record["validation_accuracy"]


def norms_by_keras(model: backend.keras.Sequential, images: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The norm of the gradient of each kernel, for the mean loss of a batch."""
    with backend.tf.GradientTape() as tape:
        losses = backend.keras.losses.categorical_crossentropy(targets, model(images))
        loss = backend.tf.reduce_mean(losses)
    gradients = tape.gradient(loss, [layer.kernel.value for layer in model.layers])
    return np.array([np.linalg.norm(gradient) for gradient in gradients])


def test_gradient_norms_are_those_of_keras(tiny_dataset: mnist.Dataset) -> None:
    """Of the first batch, and the mean of all; the steps are so small that weights stay as they are."""
    network = Network((9, 8, 7), learning_rate=1e-6)
    record = training.start(network, seed=2).advance()
    model = models.build(network, 2)
    images, targets = keras_inputs(tiny_dataset.training)
    order = np.random.default_rng([2, 0]).permutation(300)
    batches = np.split(order, [128, 256])  # and 44 images at last
    norms = [norms_by_keras(model, images[batch], targets[batch]) for batch in batches]
    assert record["first_gradient_norms"] == pytest.approx(norms[0], rel=1e-4)
    assert record["gradient_norms"] == pytest.approx(np.mean(norms, axis=0), rel=1e-4)
    assert record["first_gradient_norms"] != pytest.approx(record["gradient_norms"], rel=1e-3)


def test_loss_stays_finite_where_probabilities_round_to_zero() -> None:
    """The loss is taken from the logits, as Keras does: a hopeless guess costs more than log(1e-7)."""
    run = training.start(replace(PLAIN, learning_rate=100.0), seed=2)
    losses = [run.advance()["validation_loss"] for _ in range(3)]
    assert np.isfinite(losses).all()
    assert max(losses) > -np.log(1e-7)


def test_runs_that_differ_in_numbers_alone_share_one_program() -> None:
    """Seed, learning rate, gain and size of the momentum are arguments; its presence is not."""
    network = Network((6,), momentum=0.9)
    program = epochs.compiled_alike(network)
    assert epochs.compiled_epoch(program, 784) is epochs.compiled_epoch(program, 784)
    for alike in (Network((6,), momentum=0.5, learning_rate=0.1), replace(network, initial_gain=2.0)):
        assert epochs.compiled_alike(alike) == program
    for other in (Network((6,)), Network((7,), momentum=0.9), replace(network, batch_size=64)):
        assert epochs.compiled_alike(other) != program
