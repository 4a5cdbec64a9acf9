"""A training that is at some epoch and can be driven on, looked at, and put away."""

from __future__ import annotations

import time
from typing import Any

from exercise.networks import Network
from exercise.training import data
from exercise.training.backend import tf
from exercise.training.data import DeviceDataset
from exercise.training.epoch import (
    Epoch,
    Hyperparameters,
    Parameters,
    Sums,
    compiled_alike,
    compiled_epoch,
    transposed,
)
from exercise.training.evaluation import Forward, compiled_forward, evaluate, image_differences
from exercise.training.model import build, weight_names, weight_shapes
from labreport.errors import UsageError
from labreport.project import Arrays

VELOCITY = "velocity."
"""In front of a weight's name: its velocity, kept where there is momentum."""


def start(specification: Network, seed: int, epoch: int = 0, state: Arrays | None = None) -> TrainingRun:
    """A run that is at `epoch`: fresh from its initial weights, or from the `state` kept there.

    Compiles what it needs, so that epochs are timed without. Raises `UsageError` if `state` belongs to
    another network.
    """
    if (state is None) != (epoch == 0):
        raise UsageError(f"a run starts at epoch 0 without a state or later with one; epoch is {epoch}")
    if state is None:
        model = build(specification, seed)
        weights = [tf.identity(variable.value) for variable in model.trainable_variables]
        velocities = [tf.zeros_like(weight) for weight in weights] if specification.momentum else []
    else:
        weights, velocities = _restored(specification, state)
    return TrainingRun(
        network=specification,
        seed=seed,
        epoch=epoch,
        parameters=Parameters(weights, velocities),
        dataset=data.load(),
    )


class TrainingRun:
    """One network in training, from `parameters` as the model has them; see `labreport.project.Training`."""

    def __init__(
        self, network: Network, seed: int, epoch: int, parameters: Parameters, dataset: DeviceDataset
    ) -> None:
        self.network = network
        self.seed = seed
        self.epoch = epoch
        self._dataset = dataset
        # The first kernels with the rows of pixels left out, which keep their values.
        self._first_kernels = [variables[0].numpy() for variables in parameters if variables]
        self._parameters = Parameters(*(transposed(self._in_use(variables)) for variables in parameters))
        self._hyperparameters = Hyperparameters(
            tf.constant(network.learning_rate, tf.float32), tf.constant(network.momentum, tf.float32)
        )
        alike, pixels = compiled_alike(network), len(dataset.pixels)
        self._train: Epoch = compiled_epoch(alike, pixels)
        self._forward: Forward = compiled_forward(alike, pixels)
        self._train_on(0)

    def advance(self) -> dict[str, Any]:
        """Train one epoch.

        The record holds loss (nat) and accuracy as Keras reports them, which are means over the
        examples as each batch met them; both exactly on validation data afterwards; seconds of
        training only; by layer the L2 norm of the kernel's gradient, as the mean over the batches and on
        the first batch; and by hidden layer how far apart validation images were before the epoch. A training
        that diverges continues as it does in Keras: its losses and norms are then not finite.
        """
        training = self._dataset.training
        differences = image_differences(self.network, self._weights, self._dataset.validation)
        begun = time.perf_counter()
        sums = self._train_on(len(training))
        loss = float(sums.loss) / len(training)
        seconds = time.perf_counter() - begun
        self.epoch += 1
        validation = evaluate(self._forward, self._weights, self._dataset.validation)
        return {
            "epoch": self.epoch,
            "loss": loss,
            "accuracy": int(sums.correct) / len(training),
            "validation_loss": validation.loss,
            "validation_accuracy": validation.accuracy,
            "seconds": seconds,
            "gradient_norms": (sums.gradient_norms.numpy().astype(float) / int(sums.batches)).tolist(),
            "first_gradient_norms": sums.first_gradient_norms.numpy().astype(float).tolist(),
            "image_differences": differences,
        }

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """Exact loss (nat) and accuracy on all three splits, and what is predicted.

        Arrays: `predictions` (uint8) and `confidence` (float32, the probability of the prediction) for
        the test images, and `validation_predictions` (uint8).
        """
        training, validation, test = (
            evaluate(self._forward, self._weights, split)
            for split in (self._dataset.training, self._dataset.validation, self._dataset.test)
        )
        metrics = {"training": training.metrics, "validation": validation.metrics, "test": test.metrics}
        return metrics, {
            "predictions": test.predictions,
            "confidence": test.confidence,
            "validation_predictions": validation.predictions,
        }

    def state(self) -> Arrays:
        """Every weight by its name, and with momentum its velocity: `velocity.layer-0.kernel`."""
        kept: dict[str, Any] = {}
        trained = zip(("", VELOCITY), self._first_kernels, self._parameters, strict=False)
        for prefix, first_kernel, variables in trained:
            values = [variable.numpy() for variable in transposed(variables)]
            whole = first_kernel.copy()
            whole[self._dataset.pixels] = values[0]
            names = (prefix + name for name in weight_names(self.network))
            kept |= dict(zip(names, [whole, *values[1:]], strict=True))
        return kept

    @property
    def _weights(self) -> list[tf.Tensor]:
        return transposed(self._parameters.weights)

    def _in_use(self, variables: list[tf.Tensor]) -> list[tf.Tensor]:
        """`variables` with the first kernel's rows for the pixels that the dataset holds."""
        return [tf.gather(variables[0], self._dataset.pixels), *variables[1:]] if variables else []

    def _train_on(self, examples: int) -> Sums:
        """Train this epoch's first examples; on none of them, compile and change nothing."""
        shuffled = self._dataset.training.shuffled(self.seed, self.epoch, self.network.batch_size)
        self._parameters, sums = self._train(
            self._parameters, self._hyperparameters, shuffled.images, shuffled.labels, tf.constant(examples)
        )
        return sums


def _restored(network: Network, state: Arrays) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
    shapes = weight_shapes(network)
    if network.momentum:
        shapes |= {VELOCITY + name: shape for name, shape in shapes.items()}
    found = {name: values.shape for name, values in state.items()}
    if found != shapes:
        odd = sorted(name for name in shapes.keys() | found.keys() if shapes.get(name) != found.get(name))[0]
        raise UsageError(
            f"state of network {network.hidden_layers}: {odd} has shape {found.get(odd)}, "
            f"allowed is {shapes.get(odd)}; it was kept by another network"
        )
    variables = [tf.constant(state[name], tf.float32) for name in shapes]
    weights = len(network.layer_shapes) * 2
    return variables[:weights], variables[weights:]
