"""Parameter counts and the exercise's rules."""

from __future__ import annotations

import re
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


def test_parameters_are_weights_and_biases_counted_by_hand() -> None:
    """Inputs times outputs of each layer, and one bias a node."""
    counted = """
        layers nodes weights biases
        1      400   317600  410
        1      62    49228   72
        10     8     6928    90
        10     32    34624   330
        10     64    87680   650
        3      128   134400  394
    """
    for line in counted.strip().splitlines()[1:]:
        layers, nodes, weights, biases = map(int, line.split())
        network = Network((nodes,) * layers)
        assert (network.weights, network.biases, network.parameters) == (weights, biases, weights + biases)


def test_layer_shapes_run_from_pixels_to_digits() -> None:
    """784 inputs first, ten outputs last."""
    assert Network((5, 3)).layer_shapes == ((784, 5), (5, 3), (3, 10))


def test_the_exercise_s_networks_have_the_sizes_it_asks_for() -> None:
    """At least 300,000 parameters, fewer than 50,000, and three hidden layers or more."""
    assert WIDE.specification.parameters >= 300_000
    assert SMALL.specification.parameters < 50_000
    assert len(COMPLEX.specification.hidden_layers) >= 3


def test_a_broken_rule_is_told_with_its_number() -> None:
    """One line for each rule of the exercise."""
    rules = Rules(hidden_layers=(3, 3), nodes=(1, 9), parameters=(300_000, None))
    expected = """
        1 hidden layers; the exercise allows 3
        20 nodes in a hidden layer; the exercise allows 1 to 9
        15,910 trainable parameters; the exercise allows 300,000 or more, NODES
        9 epochs; the exercise allows 10 or more
        the activation 'relu'; the exercise asks for 'sigmoid'
    """.replace("NODES", "which is 378 nodes or more in one hidden layer")
    broken = rules.broken(experiment(epochs=9, activation="relu"))
    assert broken == [line.strip() for line in expected.strip().splitlines()]


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
    ("name", "value"),
    [
        ("hidden_layers", ()),
        ("hidden_layers", (0,)),
        ("learning_rate", 0.0),
        ("learning_rate", float("nan")),
        ("momentum", 1.0),
        ("batch_size", 0),
        ("initializer", "zeros"),
        ("loss", "mse"),
    ],
)
def test_a_value_that_cannot_train_is_refused_by_name(name: str, value: Any) -> None:
    """The field and its value."""
    with pytest.raises(UsageError, match=re.escape(f"{name} is {value!r}; allowed is")):
        experiment(**{name: value})


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
