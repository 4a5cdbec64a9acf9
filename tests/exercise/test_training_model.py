"""The networks are real Keras models whose beginning is decided by specification and seed."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from keras_modules import backend, models

from exercise.catalogue import NETWORKS
from exercise.networks import VARIANCE_SCALING, Network
from labreport import Experiment

pytestmark = pytest.mark.slow
HINTS = get_type_hints(Network)


def initial(network: Network, seed: int) -> list[np.ndarray]:
    """Weights of a fresh model, in order."""
    return [variable.numpy() for variable in models.build(network, seed).trainable_variables]


@pytest.mark.parametrize("experiment", NETWORKS, ids=lambda experiment: experiment.name)
def test_keras_counts_the_parameters_that_the_formula_gives(experiment: Experiment) -> None:
    """`count_params` of the model, and its variables split into kernels and biases."""
    network: Network = experiment.specification
    model = models.build(network, seed=0)
    assert isinstance(model, backend.keras.Sequential)
    assert model.count_params() == network.parameters
    assert sum(int(np.prod(layer.kernel.shape)) for layer in model.layers) == network.weights
    assert sum(int(np.prod(layer.bias.shape)) for layer in model.layers) == network.biases


def test_variables_have_the_names_and_shapes_of_the_specification() -> None:
    """`layer-0.kernel` is what Keras calls `layer-0/kernel`."""
    network = Network((7, 5))
    variables = models.build(network, seed=0).trainable_variables
    assert [".".join(variable.path.split("/")[-2:]) for variable in variables] == models.weight_names(network)
    assert [tuple(variable.shape) for variable in variables] == list(models.weight_shapes(network).values())


def test_initial_weights_depend_on_the_seed_alone() -> None:
    """Equal bits for equal seeds, whatever was built or drawn before; different ones otherwise."""
    network = Network((7, 5))
    first = initial(network, 3)
    backend.keras.utils.set_random_seed(99)
    models.build(Network((9,)), seed=1)
    again = initial(network, 3)
    reseeded = initial(network, 4)
    assert all(np.array_equal(drawn, repeated) for drawn, repeated in zip(first, again, strict=True))
    assert not np.array_equal(first[0], reseeded[0])


def test_layers_of_one_shape_start_differently() -> None:
    """Two layers do not share their draws."""
    weights = initial(Network((7, 7, 7)), 0)
    assert not np.array_equal(weights[2], weights[4])


def test_the_gain_scales_initial_kernels_and_nothing_else() -> None:
    """Four times the gain is the same kernels times four, biases still at zero."""
    usual, quadrupled = initial(Network((7,)), 0), initial(Network((7,), initial_gain=4.0), 0)
    assert np.array_equal(quadrupled[0], 4 * usual[0])
    assert np.array_equal(quadrupled[2], 4 * usual[2])
    assert not np.any(quadrupled[1])
    assert not np.any(quadrupled[3])


@pytest.mark.parametrize("name", get_args(HINTS["initializer"]))
def test_initializers_are_keras_own(name: Any) -> None:
    """With gain one, each draws what Keras' initialiser of that name draws from the same seed."""
    layer_seed = int(np.random.SeedSequence([5, 0]).generate_state(1)[0])
    initializer = backend.keras.initializers.get({"class_name": name, "config": {"seed": layer_seed}})
    expected = backend.keras.ops.convert_to_numpy(initializer((784, 7)))
    assert np.array_equal(initial(Network((7,), initializer=name), 5)[0], expected)


def test_every_name_that_a_network_may_carry_is_known_to_training() -> None:
    """The choices that the catalogue's check allows, and those that training has, are the same."""
    assert set(VARIANCE_SCALING) == set(get_args(HINTS["initializer"]))
    assert set(models.LOSSES) == set(get_args(HINTS["loss"]))
    for activation in get_args(HINTS["activation"]):
        assert callable(backend.keras.activations.get(activation))
