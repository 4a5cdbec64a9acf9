"""Runs give the same bits every time, however they are cut up."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from keras_modules import MOMENTUM, PLAIN, evaluation, models, training

from exercise import mnist
from exercise.networks import Network
from labreport.errors import UsageError

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tiny_dataset")]

BOTH = pytest.mark.parametrize("network", [PLAIN, MOMENTUM], ids=["plain", "momentum"])


def bits(arrays: Mapping[str, Any]) -> dict[str, bytes]:
    """Arrays as bytes, which unlike arrays compare as wholes."""
    return {name: values.tobytes() for name, values in arrays.items()}


def without_seconds(record: dict[str, Any]) -> dict[str, Any]:
    """All of a record that must repeat."""
    return {name: value for name, value in record.items() if name != "seconds"}


def advanced(run: training.TrainingRun, epochs: int) -> list[dict[str, Any]]:
    """Records of the next epochs."""
    return [without_seconds(run.advance()) for _ in range(epochs)]


@BOTH
def test_the_same_seed_gives_the_same_bits(network: Network) -> None:
    """Records, metrics, predictions and weights of two runs, another one trained in between."""
    first = training.start(network, seed=5)
    records = advanced(first, 3)
    advanced(training.start(network, seed=6), 1)
    second = training.start(network, seed=5)
    assert advanced(second, 3) == records
    assert bits(second.state()) == bits(first.state())
    (metrics, arrays), (other_metrics, other_arrays) = first.snapshot(), second.snapshot()
    assert other_metrics == metrics
    assert bits(other_arrays) == bits(arrays)


def test_another_seed_gives_other_bits() -> None:
    """Seeds reach both the weights and the order of the images."""
    assert advanced(training.start(PLAIN, seed=5), 1) != advanced(training.start(PLAIN, seed=6), 1)


@BOTH
@pytest.mark.parametrize("stopped", [1, 2, 3])
def test_going_on_from_a_state_ends_in_the_bits_of_an_unbroken_run(network: Network, stopped: int) -> None:
    """Stopped after any epoch: same records afterwards, same weights and velocities."""
    whole = training.start(network, seed=5)
    records = advanced(whole, 4)
    assert [record["epoch"] for record in records] == [1, 2, 3, 4]
    broken = training.start(network, seed=5)
    advanced(broken, stopped)
    resumed = training.start(network, seed=5, epoch=stopped, state=broken.state())
    assert advanced(resumed, 4 - stopped) == records[stopped:]
    assert bits(resumed.state()) == bits(whole.state())


def test_a_shorter_run_is_the_beginning_of_a_longer_one() -> None:
    """Looking at a run midway does not disturb it, and how long it will be decides nothing."""
    short, long, untouched = (training.start(MOMENTUM, seed=5) for _ in range(3))
    records = advanced(short, 2)
    assert advanced(long, 2) == records
    assert bits(long.state()) == bits(short.state())
    long.snapshot()
    records += advanced(long, 2)
    assert advanced(untouched, 4) == records


def test_a_state_does_not_change_when_training_goes_on() -> None:
    """What was handed out is a copy."""
    run = training.start(MOMENTUM, seed=5)
    run.advance()
    state = run.state()
    before = bits(state)
    run.advance()
    assert bits(state) == before


def test_records_are_plain_json_values() -> None:
    """Every name that answers and figures read, one gradient norm a layer."""
    record = training.start(MOMENTUM, seed=5).advance()
    assert json.loads(json.dumps(record)) == record
    names = """
        epoch loss accuracy validation_loss validation_accuracy seconds
        gradient_norms first_gradient_norms image_differences
    """
    assert list(record) == names.split()
    assert len(record["gradient_norms"]) == len(record["first_gradient_norms"]) == 3
    assert len(record["image_differences"]) == 2
    assert record["epoch"] == 1
    assert record["seconds"] > 0


def test_differences_between_images_are_those_of_the_outputs_of_keras(tiny_dataset: mnist.Dataset) -> None:
    """By hidden layer, the root of the mean square over nodes and pairs of images, before any update."""
    model = models.build(MOMENTUM, 5)
    images = tiny_dataset.validation.images[: evaluation.IMAGES_COMPARED]
    values = images.reshape(len(images), -1) / np.float32(255)
    expected = []
    for layer in model.layers[:-1]:
        values = np.asarray(layer(values))
        apart = values[:, None] - values[None]
        expected.append(np.sqrt(np.mean(apart**2)))
    assert training.start(MOMENTUM, seed=5).advance()["image_differences"] == pytest.approx(
        expected, rel=1e-4
    )


def test_a_snapshot_holds_the_predictions_behind_its_accuracy(tiny_dataset: mnist.Dataset) -> None:
    """Shares of right predictions are the accuracies; confidences are probabilities of the largest class."""
    run = training.start(PLAIN, seed=5)
    advanced(run, 30)
    metrics, arrays = run.snapshot()
    right = arrays["predictions"] == tiny_dataset.test.labels
    right_on_validation = arrays["validation_predictions"] == tiny_dataset.validation.labels
    assert metrics["test"]["accuracy"] == np.mean(right)
    assert metrics["validation"]["accuracy"] == np.mean(right_on_validation)
    types = [str(values.dtype) for values in arrays.values()]
    assert list(arrays) == ["predictions", "confidence", "validation_predictions"]
    assert types == ["uint8", "float32", "uint8"]
    assert arrays["confidence"].shape == (len(tiny_dataset.test),)
    assert np.all((arrays["confidence"] >= 0.1) & (arrays["confidence"] <= 1))
    assert metrics["test"]["accuracy"] > 0.9


def test_a_state_holds_velocities_only_with_momentum() -> None:
    """Names are those of the variables, velocities after them."""
    plain_names = "layer-0.kernel layer-0.bias layer-1.kernel layer-1.bias"
    assert list(training.start(PLAIN, 0).state()) == plain_names.split()
    names = list(training.start(MOMENTUM, 0).state())
    assert names[6:] == [f"velocity.{name}" for name in names[:6]]


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (Network((13,)), r"layer-0.bias has shape \(12,\), allowed is \(13,\)"),
        (Network((12,), momentum=0.9), r"velocity.layer-0.bias has shape None, allowed is \(12,\)"),
    ],
    ids=["other width", "no velocities"],
)
def test_a_state_of_another_network_is_refused(network: Network, message: str) -> None:
    """The message names the first array that does not fit."""
    state = training.start(PLAIN, 0).state()
    with pytest.raises(UsageError, match=message):
        training.start(network, seed=0, epoch=1, state=state)


def test_an_epoch_without_its_state_is_refused() -> None:
    """A run cannot begin in the middle."""
    with pytest.raises(UsageError, match="epoch is 3"):
        training.start(PLAIN, seed=0, epoch=3)


def test_a_training_that_diverges_goes_on_as_in_keras() -> None:
    """Weights that overflow: a loss that is not finite, one digit for every image, and equal bits again."""
    network = replace(PLAIN, learning_rate=1e38)
    run, again = training.start(network, seed=0), training.start(network, seed=0)
    records = advanced(run, 3)
    assert [record["epoch"] for record in records] == [1, 2, 3]
    assert not math.isfinite(records[-1]["loss"])
    metrics, arrays = run.snapshot()
    (digit,) = set(arrays["predictions"].tolist())
    assert metrics["test"]["accuracy"] == np.mean(mnist.load().test.labels == digit)
    advanced(again, 3)
    assert bits(again.state()) == bits(run.state())


def test_frozen_layers_and_a_missing_output_bias_stay_as_they_are(tiny_dataset: mnist.Dataset) -> None:
    """The first two layers keep weights and biases, the output layer its zero biases; the rest is trained."""
    network = Network((9,) * 4, frozen_layers=2, output_bias=False, momentum=0.5)
    run = training.start(network, seed=3)
    before = run.state()
    run.advance()
    after = run.state()
    changed = {name for name in models.weight_names(network) if not np.array_equal(before[name], after[name])}
    trained = {f"layer-{layer}.{part}" for layer in (2, 3, 4) for part in ("kernel", "bias")}
    assert changed == trained - {"layer-4.bias"}
    assert not after["layer-4.bias"].any()


def test_a_backward_gain_multiplies_what_reaches_each_layer_and_nothing_forwards(
    tiny_dataset: mnist.Dataset,
) -> None:
    """Of four layers, a gain of three gives 27, 9, 3 and 1 times the gradient, and an equal loss."""
    network = Network((9,) * 3, batch_size=300)
    plain, louder = (
        training.start(replace(network, backward_gain=gain), seed=3).advance() for gain in (1.0, 3.0)
    )
    assert louder["loss"] == plain["loss"]
    ratios = np.divide(louder["first_gradient_norms"], plain["first_gradient_norms"])
    np.testing.assert_allclose(ratios, [27.0, 9.0, 3.0, 1.0], rtol=1e-4)
