"""Parameter counts and the exercise's rules."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from exercise import networks
from exercise.catalogue import COMPLEX, NETWORKS, SMALL, WIDE
from exercise.networks import RULES, Network, Rules, keeping_rules, with_all
from labreport.errors import UsageError
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


NODES = "which is 378 nodes or more in one hidden layer"


@pytest.mark.parametrize(
    ("rules", "fields", "said"),
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
def test_a_broken_rule_names_network_rule_and_number(rules: Rules, fields: dict[str, Any], said: str) -> None:
    """One line for each rule of the exercise."""
    assert [text for _, _, text in rules.broken(experiment(**fields))] == [f"network 'sample' has {said}"]


def test_a_broken_rule_is_refused_at_the_line_of_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The value is written in the call of the helper that declares the network."""
    monkeypatch.setitem(RULES, "sample", Rules(hidden_layers=(3, None)))
    with pytest.raises(UsageError, match=r"^tests/exercise/test_networks.py:[0-9]+: .* has 2 h"):
        keeping_rules(experiment(hidden_layers=(7, 8)))
    assert keeping_rules(experiment(hidden_layers=(7, 8, 9))).name == "sample"


@pytest.mark.parametrize(
    ("renamed", "said"),
    [
        (
            "broad",
            "need a network named 'wide'; give this one, 'broad', that name, or add a network beside it",
        ),
        ("", "need a network named 'wide'; the others are small, deep-8, deep-32, deep-64, complex"),
    ],
)
def test_a_network_that_answers_name_is_missed_at_its_line(renamed: str, said: str) -> None:
    """A network that was renamed, or taken out of the list."""
    others = [network for network in NETWORKS if network.name != "wide"]
    wrong = [replace(experiment(), name=renamed)] if renamed else []
    with pytest.raises(UsageError) as raised:
        with_all(*wrong, *others)
    assert re.fullmatch(
        r"tests/exercise/test_networks\.py:[0-9]+: answers " + re.escape(said), str(raised.value)
    )


def test_bounds_are_inclusive() -> None:
    """A network on the bound keeps the rule."""
    exact = Rules(hidden_layers=(1, 1), nodes=(20, 20), parameters=(15_910, 15_910), epochs=(10, 10))
    assert not list(exact.broken(experiment()))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"hidden_layers": ()}, "hidden_layers is (); allowed is a tuple"),
        ({"hidden_layers": (0,)}, "each is a whole number from 1 to 10,000"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0; allowed is a number from 1e-06 to 100"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
        ({"momentum": 1.0}, "momentum is 1.0; allowed is a number from 0 to 0.999"),
        ({"batch_size": 0}, "batch_size is 0; allowed is a whole number from 1 to 54,000"),
        ({"initializer": "zeros"}, "initializer is 'zeros'; allowed is 'glorot_uniform'"),
        ({"activation": "sigmoyd"}, "or 'relu'; did you mean 'sigmoid'?"),
        ({"loss": "mse"}, "loss is 'mse'; allowed is 'categorical_crossentropy'"),
    ],
)
def test_a_value_that_cannot_train_is_refused_by_name(fields: dict[str, Any], said: str) -> None:
    """Field, value and what is allowed, exit code 2."""
    with pytest.raises(UsageError) as caught:
        experiment(**fields)
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_values_that_can_train_pass() -> None:
    """The corner cases; those of the exercise are checked when they are declared."""
    replace(WIDE, specification=Network((1,), learning_rate=1, momentum=0, batch_size=1))


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
