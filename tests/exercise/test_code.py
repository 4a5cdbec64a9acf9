"""The code that the report shows runs, and stored weights give in plain Keras what was stored."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from keras_modules import PLAIN, backend, training, verification

from exercise import mnist
from exercise.networks import Network
from exercise.show_code import show_code
from labreport import Experiment

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("tiny_keras_dataset")]
PROGRAM = Path(__file__).parents[2] / "templates" / "sections" / "how.md"


@pytest.fixture
def tiny_keras_dataset(monkeypatch: pytest.MonkeyPatch, tiny_dataset: mnist.Dataset) -> None:
    """Keras' loader returns the tiny dataset, training and validation together as MNIST has them."""
    train, validation, test = tiny_dataset.training, tiny_dataset.validation, tiny_dataset.test
    images = np.concatenate([train.images, validation.images])
    labels = np.concatenate([train.labels, validation.labels])
    loaded = ((images, labels), (test.images, test.labels))
    monkeypatch.setattr(backend.keras.datasets.mnist, "load_data", lambda: loaded)
    backend.keras.utils.set_random_seed(0)


@pytest.mark.parametrize(
    "network",
    [
        Network((9, 9, 9), momentum=0.9, learning_rate=0.1),
        Network((9, 8), initial_gain=4.0, frozen_layers=1),
        Network((5,), initializer="he_uniform", batch_size=50, activation="relu"),
        Network((5, 5), backward_gain=4.0, output_bias=False),
    ],
    ids=str,
)
def test_shown_code_trains_the_network_it_is_shown_for(network: Network) -> None:
    """Layers, activations, optimiser and what is frozen are those of the specification."""
    variables: dict[str, Any] = {}
    exec(show_code(Experiment("shown", network, 2, "exercise.training:start")), variables)
    model = variables["model"]
    dense = [layer for layer in model.layers if hasattr(layer, "kernel")]
    assert [layer.kernel.shape for layer in dense] == list(network.layer_shapes)
    assert {layer.activation.__name__ for layer in dense[:-1]} == {network.activation}
    assert float(model.optimizer.learning_rate) == pytest.approx(network.learning_rate)
    assert model.optimizer.momentum == network.momentum
    frozen = [layer.name for layer in dense if not layer.trainable]
    assert frozen == [layer.name for layer in dense[: network.frozen_layers]]


@pytest.mark.parametrize(
    ("hidden_layers", "momentum", "larger_weights"),
    [("[400]", "0.0", "1"), ("[8] * 10", "0.0", "4"), ("[128] * 3", "0.9", "1")],
    ids=["wide", "deep-8 with larger weights", "complex"],
)
def test_the_program_of_the_report_runs_with_the_settings_it_names(
    hidden_layers: str, momentum: str, larger_weights: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It trains the network that is chosen, and draws its charts."""
    text = PROGRAM.read_text(encoding="utf-8")
    program = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert program is not None
    settings = {
        "hidden_layers = [128] * 3": f"hidden_layers = {hidden_layers}",
        "momentum = 0.9": f"momentum = {momentum}",
        "epochs = 10": "epochs = 1",
        "larger_weights = 1": f"larger_weights = {larger_weights}",
    }
    code = program[1]
    for printed, chosen in settings.items():
        assert f"\n{printed}" in code
        code = code.replace(f"\n{printed}", f"\n{chosen}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    variables: dict[str, Any] = {}
    exec(code, variables)
    assert (tmp_path / "network.png").stat().st_size > 1_000
    assert variables["confusion"].sum() == len(variables["test_digits"])


def trained() -> Any:
    """What a training of three epochs stores, as verification reads it."""
    run = training.start(PLAIN, seed=1)
    for _ in range(3):
        run.advance()
    metrics, arrays = run.snapshot()
    state = {f"state.{name}": array for name, array in run.state().items()}
    return SimpleNamespace(epoch=3, metrics=metrics, arrays={**arrays, **state})


def test_stored_weights_give_what_is_stored() -> None:
    """Accuracy, loss and predictions on two splits."""
    assert list(verification.differences(PLAIN, trained())) == []


def test_what_is_not_as_stored_is_told() -> None:
    """Weights of another shape, metrics of another value, weights of another sign."""
    stored = trained()
    (shape,) = verification.differences(Network((7,)), stored)
    assert shape == "epoch 3: the weights are those of another network"
    stored.metrics["test"]["accuracy"] = 0.5
    stored.metrics["validation"]["loss"] = 1.0
    accuracy, loss = verification.differences(PLAIN, stored)
    assert accuracy.startswith("epoch 3: test accuracy ")
    assert loss.startswith("epoch 3: validation loss ")
    stored.arrays["state.layer-0.kernel"] *= -1
    first = next(verification.differences(PLAIN, stored))
    assert first.endswith(" test images are classified otherwise")
