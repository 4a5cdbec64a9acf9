"""Parameter counts and the exercise's rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from exercise import networks
from exercise.catalogue import COMPLEX, NETWORKS, SMALL, WIDE
from exercise.networks import RULES, Network, Rules, broken_rules
from labreport import Experiment
from labreport.errors import UsageError


def experiment(epochs: int = 10, **fields: Any) -> Experiment:
    """An experiment with one hidden layer of twenty nodes, except for `fields`."""
    network = Network(**{"hidden_layers": (20,)} | fields)
    return Experiment("sample", network, epochs, "exercise.training:start")


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


NODES = "which is 378 nodes or more in one hidden layer"


@pytest.mark.parametrize(
    ("rules", "fields", "message"),
    [
        (Rules(hidden_layers=(10, None)), {}, "1 hidden layers; the exercise allows 10 or more"),
        (Rules(hidden_layers=(3, 3)), {}, "1 hidden layers; the exercise allows 3"),
        (Rules(nodes=(1, 9)), {}, "20 nodes in a hidden layer; the exercise allows 1 to 9"),
        (
            Rules(parameters=(300_000, None)),
            {},
            f"15,910 trainable parameters; the exercise allows 300,000 or more, {NODES}",
        ),
        (Rules(), {"epochs": 9}, "9 epochs; the exercise allows 10 or more"),
        (Rules(), {"activation": "relu"}, "the activation 'relu'; the exercise asks for 'sigmoid'"),
    ],
)
def test_a_broken_rule_is_told_with_its_number(rules: Rules, fields: dict[str, Any], message: str) -> None:
    """One line for each rule of the exercise."""
    assert list(rules.broken(experiment(**fields))) == [message]


def test_a_broken_rule_is_told_at_the_line_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule is told once for all layers that break it alike; a network of another name has no rules."""
    monkeypatch.setitem(RULES, "sample", Rules(hidden_layers=(3, None)))
    (message,) = broken_rules([experiment(hidden_layers=(7, 8)), replace(experiment(), name="mine")])
    assert message.partition(": ")[0].startswith("tests/exercise/test_networks.py:")
    assert "network 'sample' has 2 hidden layers" in message


def test_the_catalogue_keeps_the_rules() -> None:
    """All six networks."""
    assert not list(broken_rules(NETWORKS))


def test_bounds_are_inclusive() -> None:
    """A network on the bound keeps the rule."""
    exact = Rules(hidden_layers=(1, 1), nodes=(20, 20), parameters=(15_910, 15_910), epochs=(10, 10))
    assert not list(exact.broken(experiment()))


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden_layers": ()},
        {"hidden_layers": (0,)},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"momentum": 1.0},
        {"batch_size": 0},
        {"initializer": "zeros"},
        {"loss": "mse"},
    ],
    ids=str,
)
def test_a_value_that_cannot_train_is_refused_by_name(fields: dict[str, Any]) -> None:
    """The field and its value."""
    ((name, value),) = fields.items()
    with pytest.raises(UsageError) as caught:
        experiment(**fields)
    assert f"{name} is {value!r}; allowed is" in str(caught.value)


def test_values_that_can_train_pass() -> None:
    """The corner cases; those of the exercise are checked when they are declared."""
    replace(WIDE, specification=Network((1,), learning_rate=1, momentum=0, batch_size=1))


def test_a_machine_that_multiplies_half_as_fast_takes_twice_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line of a build says how long training will take."""
    wide = Network((400,))
    monkeypatch.setattr(networks, "_multiplications_per_second", lambda: networks.USUAL_RATE)
    here = networks.epoch_cost(wide)
    monkeypatch.setattr(networks, "_multiplications_per_second", lambda: networks.USUAL_RATE / 2)
    assert networks.epoch_cost(wide) == 2 * here
    assert networks.epoch_cost(Network((40,))) < networks.epoch_cost(wide)


def test_how_fast_the_machine_multiplies_is_measured_once() -> None:
    """It is a number that a machine can have."""
    assert 1e8 < networks._multiplications_per_second() == networks._multiplications_per_second() < 1e14
