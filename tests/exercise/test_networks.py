"""Parameter counts and the exercise's rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from exercise import networks
from exercise.catalogue import COMPLEX, NETWORKS, SMALL, WIDE
from exercise.networks import Network, Rules, check_values
from labreport.errors import RuleBroken
from labreport.experiment import Experiment


def experiment(epochs: int = 10, **fields: Any) -> Experiment:
    """An experiment with one hidden layer of twenty nodes, except for `fields`."""
    network = Network(**{"hidden_layers": (20,)} | fields)
    return Experiment("sample", network, epochs, (epochs,), "exercise.training:start")


@pytest.mark.parametrize(
    ("hidden_layers", "weights", "biases"),
    [
        ((400,), 317_600, 410),
        ((62,), 49_228, 72),
        ((8,) * 10, 6_928, 90),
        ((32,) * 10, 34_624, 330),
        ((64,) * 10, 87_680, 650),
        ((128,) * 3, 134_400, 394),
    ],
)
def test_parameters_are_weights_and_biases_counted_by_hand(
    hidden_layers: tuple[int, ...], weights: int, biases: int
) -> None:
    """Inputs times outputs of each layer, and one bias a node."""
    network = Network(hidden_layers)
    assert (network.weights, network.biases, network.parameters) == (weights, biases, weights + biases)


def test_layer_shapes_run_from_pixels_to_digits() -> None:
    """784 inputs first, ten outputs last."""
    assert Network((5, 3)).layer_shapes == ((784, 5), (5, 3), (3, 10))


def test_the_exercise_s_networks_have_the_sizes_it_asks_for() -> None:
    """At least 300,000 parameters, fewer than 50,000, and three hidden layers or more."""
    parameters = {item.name: item.specification.parameters for item in NETWORKS}
    assert parameters[WIDE.name] >= 300_000
    assert parameters[SMALL.name] < 50_000
    assert len(COMPLEX.specification.hidden_layers) >= 3


@pytest.mark.parametrize(
    ("rules", "fields", "said"),
    [
        (Rules(hidden_layers=(10, None)), {}, "1 hidden layers; allowed: 10 or more"),
        (Rules(nodes=(1, 9)), {}, "20 nodes in a hidden layer; allowed: 1 to 9"),
        (Rules(parameters=(300_000, None)), {}, "15,910 trainable parameters; allowed: 300,000 or more"),
        (Rules(), {"epochs": 9}, "9 epochs; allowed: 10 or more"),
        (Rules(), {"activation": "relu"}, "activation is 'relu'; the exercise asks for 'sigmoid'"),
        (Rules(), {"loss": "mse"}, "loss is 'mse'; the exercise asks for 'categorical_crossentropy'"),
        (Rules(), {"optimizer": "adam"}, "optimizer is 'adam'; the exercise asks for 'sgd'"),
    ],
)
def test_a_broken_rule_names_network_rule_and_number(rules: Rules, fields: dict[str, Any], said: str) -> None:
    """One line for each rule of the exercise."""
    with pytest.raises(RuleBroken) as caught:
        rules.check(experiment(**fields))
    assert str(caught.value) == f"network 'sample': {said}"


def test_bounds_are_inclusive() -> None:
    """A network on the bound keeps the rule."""
    exact = Rules(hidden_layers=(1, 1), nodes=(20, 20), parameters=(15_910, 15_910), epochs=(10, 10))
    exact.check(experiment())


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hidden_layers": (20.0,)}, "whole numbers"),
        ({"hidden_layers": ()}, "0 hidden layers"),
        ({"hidden_layers": (0,)}, "0 nodes"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; allowed is 1e-06 to 100"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"learning_rate": "0.5"}, "learning_rate is '0.5'"),
        ({"momentum": 1.0}, "momentum is 1.0; allowed is 0 to 0.999"),
        ({"initial_gain": True}, "initial_gain is True"),
        ({"batch_size": 0}, "batch_size is 0; allowed is 1 to 54000"),
        ({"batch_size": 128.0}, "batch_size is 128.0; allowed is a whole number"),
        ({"initializer": "zeros"}, "initializer is 'zeros'; allowed: glorot_uniform"),
        ({"activation": "sine"}, "activation is 'sine'; allowed: sigmoid"),
        ({"loss": "mse"}, "loss is 'mse'; allowed: categorical_crossentropy"),
    ],
)
def test_a_value_that_cannot_train_is_refused_by_name(fields: dict[str, Any], said: str) -> None:
    """Field, value and what is allowed, exit code 2."""
    with pytest.raises(RuleBroken) as caught:
        check_values(experiment(**fields))
    assert str(caught.value).startswith("network 'sample': ")
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_values_that_can_train_pass() -> None:
    """Every network of the exercise, and its corner cases."""
    for item in NETWORKS:
        check_values(item)
    check_values(replace(WIDE, specification=Network((1,), learning_rate=1, momentum=0, batch_size=1)))


def test_a_machine_that_multiplies_half_as_fast_takes_twice_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line of a build says how long training will take."""
    wide = Network((400,))
    monkeypatch.setattr(networks, "_multiplications", lambda: networks.USUAL_RATE)
    here = networks.epoch_cost(wide)
    monkeypatch.setattr(networks, "_multiplications", lambda: networks.USUAL_RATE / 2)
    assert networks.epoch_cost(wide) == 2 * here
    assert networks.epoch_cost(Network((40,))) < networks.epoch_cost(wide)


def test_how_fast_the_machine_multiplies_is_measured_once() -> None:
    """It is a number that a machine can have."""
    assert 1e8 < networks._multiplications() == networks._multiplications() < 1e14
