"""The code that the report shows runs, and builds and trains the network that it is shown for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from keras_modules import backend, models

from exercise import mnist
from exercise.catalogue import CAUSES, EXPERIMENTS, SMALL
from exercise.networks import VARIANCE_SCALING, Network
from exercise.show_code import show_code, show_program
from labreport.experiment import Experiment

SHOWN = [
    pytest.param(Network((12,)), marks=pytest.mark.slow),
    Network((9, 9, 9), momentum=0.9, learning_rate=0.1),
    pytest.param(Network((9, 8), initial_gain=4.0), marks=pytest.mark.slow),
    Network((5,), initializer="he_uniform", batch_size=50),
    Network((5, 5), initializer="lecun_uniform", initial_gain=2.0),
]


@pytest.fixture(autouse=True)
def tiny_keras_dataset(monkeypatch: pytest.MonkeyPatch, tiny_dataset: mnist.Dataset) -> None:
    """Keras' loader returns the tiny dataset, training and validation together as MNIST has them."""
    training, validation = tiny_dataset.training, tiny_dataset.validation
    images = np.concatenate([training.images, validation.images])
    labels = np.concatenate([training.labels, validation.labels])
    loaded = ((images, labels), (tiny_dataset.test.images, tiny_dataset.test.labels))
    monkeypatch.setattr(backend.keras.datasets.mnist, "load_data", lambda: loaded)
    backend.keras.utils.set_random_seed(0)


def experiment(network: Network) -> Experiment:
    """Two epochs of `network`."""
    return Experiment("sample", network, 2, (2,), "exercise.training:start")


def executed(code: str) -> dict[str, Any]:
    """The variables that `code` leaves."""
    variables: dict[str, Any] = {}
    exec(compile(code, "shown code", "exec"), variables)
    return variables


@pytest.mark.parametrize("network", SHOWN, ids=str)
def test_shown_code_trains_the_network_it_is_shown_for(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Layers, optimiser, batches and epochs are those of the specification; so is how weights begin."""
    initial: list[np.ndarray] = []
    fit = backend.keras.Sequential.fit

    def watched(model: Any, *arguments: Any, **options: Any) -> Any:
        initial.extend(layer.kernel.numpy() for layer in model.layers)
        return fit(model, *arguments, **options)

    monkeypatch.setattr(backend.keras.Sequential, "fit", watched)
    model = executed(show_code(experiment(network)))["model"]
    ours = models.build(network, seed=0)
    for found, expected in zip(model.layers, ours.layers, strict=True):
        assert found.units == expected.units
        assert found.activation is expected.activation
    assert model.optimizer.momentum == network.momentum
    assert float(model.optimizer.learning_rate) == pytest.approx(network.learning_rate)
    assert model.loss == network.loss
    assert len(model.history.epoch) == 2
    assert model.history.params["steps"] == -(-333 // network.batch_size)
    assert np.std(initial[0]) == pytest.approx(np.std(ours.layers[0].kernel.numpy()), rel=0.05)
    assert len({values.tobytes() for values in initial}) == len(initial)
    for values, layer in zip(initial, ours.layers, strict=True):
        assert np.std(values) == pytest.approx(np.std(layer.kernel.numpy()), rel=0.5)


@pytest.mark.parametrize(
    "network",
    [
        SMALL.specification,
        pytest.param(Network((9, 9), momentum=0.9, activation="relu"), marks=pytest.mark.slow),
    ],
    ids=str,
)
def test_the_printed_program_trains_and_draws_its_picture(
    network: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ten epochs, two curves, a bar for each digit, and the test accuracy, in less than a page."""
    monkeypatch.chdir(tmp_path)
    code = show_program(network)
    assert len(code.splitlines()) < 60
    assert max(map(len, code.splitlines())) <= 110
    found = executed(code)
    found["pyplot"].close("all")
    assert (tmp_path / "network.png").read_bytes().startswith(b"\x89PNG")
    assert "test loss and accuracy: [" in capsys.readouterr().out
    assert found["model"].count_params() == network.parameters
    assert {len(values) for values in found["history"].values()} == {10}
    assert [line.get_label() for line in found["curves"].lines] == ["accuracy", "val_accuracy"]
    taken, digits = found["predicted"], found["test_digits"]
    shares = [100 * np.mean(taken[digits == digit] != digit) for digit in range(10)]
    assert [bar.get_height() for bar in found["bars"].patches] == pytest.approx(shares)


@pytest.mark.parametrize("item", EXPERIMENTS, ids=lambda item: item.name)
def test_shown_code_is_short_and_valid_for_every_experiment(item: Experiment) -> None:
    """It compiles, and has about a dozen lines none of which is too wide to print."""
    code = show_code(item)
    compile(code, item.name, "exec")
    most = 20 if item in CAUSES else 15  # a layer that is not trained, or passes another gradient
    assert len([line for line in code.splitlines() if line]) <= most
    assert max(map(len, code.splitlines())) <= 110


@pytest.mark.parametrize("name", list(VARIANCE_SCALING))
def test_only_what_differs_from_keras_is_spelled_out(name: Any) -> None:
    """Keras' own initialiser is left unsaid, and so is that there is no momentum and no gain."""
    shown = show_code(experiment(Network((5,), initializer=name)))
    assert ("kernel_initializer" in shown) == (name != "glorot_uniform")
    assert "assign" not in shown
    assert "momentum" not in shown
