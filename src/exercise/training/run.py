"""A run of one network: it can be trained further, evaluated, stored and continued."""

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
"""The prefix of the name of a weight for its velocity, which is stored if there is momentum."""


def start(specification: Network, seed: int, epoch: int = 0, state: Arrays | None = None) -> TrainingRun:
    """A run at `epoch`: with initial weights, or with the `state` that was stored at this epoch.

    It compiles what it needs, so that the time of epochs does not include that. Raises `UsageError` if
    `state` is that of another network.
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
    """The training of one network, as `labreport.project.Training` describes it."""

    def __init__(
        self, network: Network, seed: int, epoch: int, parameters: Parameters, dataset: DeviceDataset
    ) -> None:
        self.network = network
        self.seed = seed
        self.epoch = epoch
        self._dataset = dataset
        # The first kernels with the rows of the pixels that are left out, which keep their values
        self._first_kernels = [variables[0].numpy() for variables in parameters if variables]
        weights = transposed(self._in_use(parameters.weights))
        velocities = transposed(self._in_use(parameters.velocities))
        self._parameters = Parameters(weights, velocities)
        learning_rate = tf.constant(network.learning_rate, tf.float32)
        momentum = tf.constant(network.momentum, tf.float32)
        self._hyperparameters = Hyperparameters(learning_rate, momentum)
        program = compiled_alike(network)
        pixels = len(dataset.pixels)
        self._train: Epoch = compiled_epoch(program, pixels)
        self._forward: Forward = compiled_forward(program, pixels)
        self._train_on(0)

    def advance(self) -> dict[str, Any]:
        """Train one epoch, and return its record.

        The record has loss (nat) and accuracy as Keras reports them, means over the examples while each batch
        was trained; both exactly on validation data after the epoch; the seconds of training alone; for each
        layer the L2 norm of the kernel's gradient, as the mean over batches and in the first batch; and for
        each hidden layer the difference between validation images before the epoch. A training that diverges
        continues, as in Keras, with losses and norms that are not finite.
        """
        training = self._dataset.training
        differences = image_differences(self.network, self._weights, self._dataset.validation)
        begun = time.perf_counter()
        sums = self._train_on(len(training))
        loss = float(sums.loss) / len(training)
        seconds = time.perf_counter() - begun
        self.epoch += 1
        validation = evaluate(self._forward, self._weights, self._dataset.validation)
        mean_norms = sums.gradient_norms.numpy().astype(float) / int(sums.batches)
        first_norms = sums.first_gradient_norms.numpy().astype(float)
        return {
            "epoch": self.epoch,
            "loss": loss,
            "accuracy": int(sums.correct) / len(training),
            "validation_loss": validation.loss,
            "validation_accuracy": validation.accuracy,
            "seconds": seconds,
            "gradient_norms": mean_norms.tolist(),
            "first_gradient_norms": first_norms.tolist(),
            "image_differences": differences,
        }

    def snapshot(self) -> tuple[dict[str, Any], Arrays]:
        """Exact loss (nat) and accuracy on all three splits, and arrays with the predictions.

        The arrays are `predictions` (uint8) and `confidence` (float32, the probability of the prediction) for
        the test images, and `validation_predictions` (uint8).
        """
        training = evaluate(self._forward, self._weights, self._dataset.training)
        validation = evaluate(self._forward, self._weights, self._dataset.validation)
        test = evaluate(self._forward, self._weights, self._dataset.test)
        metrics = {"training": training.metrics, "validation": validation.metrics, "test": test.metrics}
        return metrics, {
            "predictions": test.predictions,
            "confidence": test.confidence,
            "validation_predictions": validation.predictions,
        }

    def state(self) -> Arrays:
        """All weights by name and, with momentum, their velocities: `velocity.layer-0.kernel`."""
        arrays = self._by_name("", self._first_kernels[0], self._parameters.weights)
        if self._parameters.velocities:
            arrays |= self._by_name(VELOCITY, self._first_kernels[1], self._parameters.velocities)
        return arrays

    def _by_name(self, prefix: str, first_kernel: Any, variables: list[tf.Tensor]) -> dict[str, Any]:
        """Variables as arrays by name; the first kernel includes the rows of pixels that were left out."""
        kernel, *others = (variable.numpy() for variable in transposed(variables))
        whole_kernel = first_kernel.copy()
        whole_kernel[self._dataset.pixels] = kernel
        names = [f"{prefix}{name}" for name in weight_names(self.network)]
        return dict(zip(names, [whole_kernel, *others], strict=True))

    @property
    def _weights(self) -> list[tf.Tensor]:
        return transposed(self._parameters.weights)

    def _in_use(self, variables: list[tf.Tensor]) -> list[tf.Tensor]:
        """The variables, with only those rows of the first kernel whose pixels are in use."""
        if not variables:
            return []
        first_kernel, *others = variables
        return [tf.gather(first_kernel, self._dataset.pixels), *others]

    def _train_on(self, examples: int) -> Sums:
        """Train on the first `examples` of this epoch; with 0, compile, and change nothing."""
        shuffled = self._dataset.training.shuffled(self.seed, self.epoch, self.network.batch_size)
        self._parameters, sums = self._train(
            self._parameters, self._hyperparameters, shuffled.images, shuffled.labels, tf.constant(examples)
        )
        return sums


def _restored(network: Network, state: Arrays) -> tuple[list[tf.Tensor], list[tf.Tensor]]:
    shapes = weight_shapes(network)
    if network.momentum:
        shapes |= {VELOCITY + name: shape for name, shape in shapes.items()}
    state_shapes = {name: values.shape for name, values in state.items()}
    for name in sorted(shapes.keys() | state_shapes.keys()):
        if shapes.get(name) != state_shapes.get(name):
            raise UsageError(
                f"state of network {network.hidden_layers}: {name} has shape {state_shapes.get(name)}, "
                f"allowed is {shapes.get(name)}; it was stored by another network"
            )
    variables = [tf.constant(state[name], tf.float32) for name in shapes]
    weights = len(network.layer_shapes) * 2
    return variables[:weights], variables[weights:]
