"""Verification agrees with what was trained, and names whatever was altered."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from keras_modules import MOMENTUM, PLAIN, answers, training, verification
from keras_modules import plain as plain_keras
from made import made_results

from exercise import mnist
from exercise.networks import Network
from labreport.experiment import Experiment, plain
from labreport.results import Result, Results, Runs, Snapshot
from labreport.run import Check
from labreport.stats import exact
from labreport.stats.operations.condition import compare

ALPHA = Experiment("alpha", PLAIN, 2, (1, 2), "exercise.training:start")
GAMMA = Experiment("gamma", Network((4,), activation="relu"), 2, (2,), "exercise.training:start")
DIVERGES = replace(GAMMA.specification, learning_rate=1e38)
object.__setattr__(GAMMA, "specification", DIVERGES)  # a rate that no catalogue may have
BETA = Experiment("beta", MOMENTUM, 2, (2,), "exercise.training:start")


def trained(experiment: Experiment, seed: int) -> Result:
    """A result as the engine stores it: state beside the snapshot's arrays, under its prefix."""
    run = training.start(experiment.specification, seed)
    records, snapshots = [], {}
    for epoch in range(1, experiment.epochs + 1):
        records.append(run.advance())
        if epoch in experiment.snapshots:
            metrics, arrays = run.snapshot()
            kept = {**arrays, **{f"state.{name}": values for name, values in run.state().items()}}
            snapshots[epoch] = snapshot_of(epoch, metrics, kept)
    return Result(
        experiment.name, seed, plain(experiment.specification), tuple(records), snapshots, provenance={}
    )


def snapshot_of(epoch: int, metrics: dict[str, Any], arrays: dict[str, Any]) -> Snapshot:
    """A snapshot whose arrays are in memory."""
    return Snapshot(epoch, metrics, lambda: arrays)


@pytest.fixture(scope="module")
def trained_once(made_dataset: mnist.Dataset) -> dict[str, tuple[Result, ...]]:
    """Two networks, two seeds each, and one that diverges, trained on the tiny dataset."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mnist, "load", lambda: made_dataset)
        return {
            experiment.name: tuple(trained(experiment, seed) for seed in range(seeds))
            for experiment, seeds in ((ALPHA, 2), (BETA, 2), (GAMMA, 1))
        }


@pytest.fixture
def results(
    trained_once: dict[str, tuple[Result, ...]], tiny_dataset: mnist.Dataset
) -> dict[str, list[Result]]:
    """The trained results, in lists that a test may change."""
    return {name: list(runs) for name, runs in trained_once.items()}


def checks(results: dict[str, list[Result]]) -> dict[str, Check]:
    """What `verify` says of each network."""
    experiments = {each.name: each for each in (ALPHA, BETA, GAMMA)}
    runs = {name: Runs(experiments[name], tuple(found)) for name, found in results.items()}
    return {check.name: check for check in verification.verify(Results("verify", runs))}


def altered(result: Result, epoch: int, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> Result:
    """The result with metrics and arrays of one snapshot changed."""
    kept = result.snapshots[epoch]
    metrics, arrays = copy.deepcopy(dict(kept.metrics)), {name: a.copy() for name, a in kept.arrays.items()}
    change(metrics, arrays)
    return replace(result, snapshots={**result.snapshots, epoch: snapshot_of(epoch, metrics, arrays)})


def only(result: Result, epoch: int) -> Result:
    """The result without its other snapshots, which take as long to evaluate again."""
    return replace(result, snapshots={epoch: result.snapshots[epoch]})


def test_what_was_trained_passes(results: dict[str, list[Result]]) -> None:
    """Every snapshot of every seed agrees with plain Keras; the line says how much was looked at."""
    found = checks({name: results[name] for name in ("alpha", "beta")})
    assert found == {
        f"plain Keras {name}": Check(
            f"plain Keras {name}",
            True,
            f"{snapshots} snapshots and their confusion matrices, {parameters} parameters",
            "experiments, every snapshot evaluated by plain Keras",
        )
        for name, snapshots, parameters in (("alpha", 4, "9,550"), ("beta", 2, "7,235"))
    }


def test_what_has_diverged_passes(results: dict[str, list[Result]]) -> None:
    """Its probabilities are NaN, so that it names the first digit, as Keras does."""
    (result,) = results["gamma"]
    assert np.isnan(result.snapshots[2].arrays["confidence"]).all()
    assert set(result.snapshots[2].arrays["predictions"].tolist()) == {0}
    assert checks({"gamma": [result]})["plain Keras gamma"].passed


def test_a_number_where_there_is_none_is_found(results: dict[str, list[Result]]) -> None:
    """Neither a loss nor a confidence can be made up."""
    (result,) = results["gamma"]
    for change, said in ((lose_nothing, "test loss: stored 0.0"), (be_sure, "confidence of test image 3")):
        found = checks({"gamma": [altered(result, 2, change)]})["plain Keras gamma"]
        assert not found.passed
        assert said in found.detail


def lose_nothing(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """A loss of zero."""
    metrics["test"]["loss"] = 0.0


def be_sure(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Certainty about one image."""
    arrays["confidence"][3] = 1.0


def add_one_image(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """One more test image right."""
    metrics["test"]["accuracy"] += 1 / 90


def lower_training_accuracy(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Three training images fewer right."""
    metrics["training"]["accuracy"] -= 3 / 300


def raise_training_loss(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """A thousandth part more."""
    metrics["training"]["loss"] *= 1.001


def lower_validation_loss(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """A ten-thousandth part less."""
    metrics["validation"]["loss"] *= 0.9999


def change_a_prediction(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Image 7 taken for the next digit."""
    arrays["predictions"][7] = (arrays["predictions"][7] + 1) % 10


def change_a_validation_prediction(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """Validation image 3 taken for the next digit."""
    arrays["validation_predictions"][3] = (arrays["validation_predictions"][3] + 1) % 10


def change_a_confidence(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """A thousandth more sure of image 5."""
    arrays["confidence"][5] += 0.001


def change_a_weight(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """One output bias, a tenth."""
    arrays["state.layer-1.bias"][0] += 0.1


def drop_a_layer(metrics: dict[str, Any], arrays: dict[str, Any]) -> None:
    """The output layer is gone."""
    del arrays["state.layer-1.kernel"], arrays["state.layer-1.bias"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (add_one_image, "test accuracy: stored"),
        (lower_training_accuracy, "training accuracy: stored"),
        (raise_training_loss, "training loss: stored"),
        (lower_validation_loss, "validation loss: stored"),
        (change_a_prediction, "test predictions, 1 of them, the first for image 7: stored"),
        (change_a_validation_prediction, "validation predictions, 1 of them, the first for image 3: stored"),
        (change_a_confidence, "confidence of test image 5: stored"),
        (change_a_weight, "training loss: stored"),
        (drop_a_layer, "2 arrays of weights, where the network has 4"),
    ],
)
def test_every_alteration_is_found_and_named(
    results: dict[str, list[Result]],
    change: Callable[[dict[str, Any], dict[str, Any]], None],
    said: str,
) -> None:
    """One value changed in one snapshot: the network's line fails and says where."""
    found = checks({"alpha": [altered(only(results["alpha"][1], 2), 2, change)]})["plain Keras alpha"]
    assert not found.passed
    assert found.detail.startswith(f"seed 1, epoch 2: {said}")


def test_swapped_networks_are_found(results: dict[str, list[Result]]) -> None:
    """Two networks' results exchanged: both lines fail."""
    swapped = {"alpha": results["beta"], "beta": results["alpha"]}
    assert [check.passed for check in checks(swapped).values()] == [False, False]


def test_swapped_seeds_are_found(results: dict[str, list[Result]]) -> None:
    """The metrics of one seed beside the weights of another do not agree."""
    first, second = (run.snapshots[2] for run in results["alpha"])
    mixed = snapshot_of(2, dict(second.metrics), dict(first.arrays))
    result = replace(results["alpha"][0], snapshots={2: mixed})
    assert not checks({"alpha": [result]})["plain Keras alpha"].passed


def test_an_altered_record_is_found(results: dict[str, list[Result]]) -> None:
    """The record of the snapshot's epoch holds the same validation accuracy."""
    run = results["beta"][0]
    records = (run.records[0], {**run.records[1], "validation_accuracy": 0.5})
    found = checks({"beta": [replace(run, records=records)]})["plain Keras beta"]
    assert found.detail.startswith("seed 0, epoch 2: validation accuracy in the record: stored 0.5, found")


def test_confusion_matrix_has_digits_in_rows() -> None:
    """Two threes taken for five are in row 3, column 5."""
    counts = plain_keras.confusion(np.array([3, 3, 4], np.uint8), np.array([5, 5, 4], np.uint8))
    assert counts[3, 5] == 2
    assert counts[4, 4] == 1
    assert counts.sum() == 3


def test_an_exact_finding_that_turns_out_the_other_way_is_found() -> None:
    """Even where every quantity agrees within its tolerance, so that only the yes has become a no."""
    stored, found = (exact("both", compare(one, ">", 2)) for one in (3, 1))
    assert list(answers._differing(stored, stored)) == []
    assert list(answers._differing(stored, found)) == ["finding both: stored yes, found no"]


def test_answers_are_recomputed_from_what_was_measured() -> None:
    """Equal results give equal answers; one seed's predictions changed show in the questions that read it."""
    stored = made_results(("wide", "small"))
    runs = stored["wide"]
    moved = altered(
        runs.runs[0], 10, lambda metrics, arrays: arrays.update(predictions=arrays["predictions"] * 0)
    )
    measured = {
        "wide": replace(runs, runs=(moved, *runs.runs[1:])),
        "small": stored["small"],
    }
    unchanged = {check.name: check.passed for check in answers.answer_checks(stored, dict(stored))}
    changed = {check.name: check.passed for check in answers.answer_checks(stored, measured)}
    assert unchanged
    assert all(unchanged.values())
    assert {name for name, passed in changed.items() if not passed} == {
        "plain Keras part-one.accuracy",
        "plain Keras part-one.comparison",
    }
