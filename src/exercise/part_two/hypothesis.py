"""Why ten sigmoid layers do not learn: two explanations, and the trials that separate them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from exercise.catalogue import ACTIVATIONS, CAUSES, DEEP, DEEP_32, FEWER_LAYERS, GAIN, LONGER, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import (
    EPOCH,
    LEARNED,
    TEST,
    accuracy,
    counted,
    declared,
    network_of,
    seeds_of,
)
from exercise.measuring.reading import PERCENT
from exercise.part_two.causes import ALIKE, APART, BIAS, SLOPE, Effect, Prediction, expected_share
from exercise.part_two.interventions import interventions
from exercise.part_two.signals import difference_left, gradient_left, signals_by_layer
from labreport.experiment import LAST, required
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, Derivation, Quantity, count, difference, exact
from labreport.stats.findings import only_difference
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.condition import every

TRIALS = (*GAIN, *FEWER_LAYERS, *LONGER, *CAUSES)
FROZEN_TRIAL, BACKWARD_TRIAL = APART


@question(
    "Why do the deep networks perform as they do?",
    slug="part-two.hypothesis",
    reads=(*DEEP, *TRIALS, ACTIVATIONS),
    requires=(*required(DEEP, EPOCH, LAST), *required((*TRIALS, ACTIVATIONS), LAST)),
    figures=(signals_by_layer, interventions),
    checks=[(f"trials.{GAIN[1].name}.mean", checked_accuracy(GAIN[1]))],
)
def hypothesis(results: Results) -> Answer:
    """What is left of both signals, every trial with its prediction, and which explanation they fit."""
    layers = len(network_of(results[DEEP_32.name]).hidden_layers)
    answer = Answer(
        {
            "slope": declared(SLOPE, "", "largest slope of the sigmoid", kind="computed"),
            "layers": declared(layers, "layers", "catalogue", DEEP_32.name),
            "steps": declared(
                layers - 1, "steps", "from the first hidden layer to the last", kind="computed"
            ),
            "left": declared(
                expected_share(layers, 1.0), "", "slope to the power of the steps", kind="computed"
            ),
            "gain": declared(network_of(results[GAIN[1].name]).initial_gain, "", "catalogue", GAIN[1].name),
            "frozen": declared(
                network_of(results[FROZEN_TRIAL.changed.name]).frozen_layers,
                "layers",
                "catalogue",
                FROZEN_TRIAL.changed.name,
            ),
            "few": declared(
                len(network_of(results[FEWER_LAYERS[0].name]).hidden_layers),
                "layers",
                "catalogue",
                FEWER_LAYERS[0].name,
            ),
            "long": declared(
                results[LONGER[0].name].experiment.epochs, "epochs", "catalogue", LONGER[0].name
            ),
            "epochs": declared(EPOCH, "epochs", "exercise"),
            "seeds": seeds_of(*(results[name] for name in names((*DEEP, *TRIALS)))),
            **{f"{name}.gradient_left": gradient_left(results[name]) for name in names(DEEP)},
            **{f"{name}.difference_left": difference_left(results[name]) for name in names(DEEP)},
        }
    )
    answer |= count(results, DEEP, TEST, above=LEARNED, epoch=EPOCH, name="usual")
    answer |= _trials(results)
    found = answer.quantities
    answer |= _all_as("stuck", [("usual", name) for name in names(DEEP)], "stays", found)
    for name, group in (("larger-weights", GAIN), ("fewer-layers", FEWER_LAYERS)):
        answer |= _all_as(name, [("trials", each) for each in names(group)], "learns", found)
    totals = {
        f"{name}.{what}": counted(
            sum(int(found[f"trials.{each}.{of}"].value or 0) for each in names(group)), "trainings", note
        )
        for name, group in (("gain", GAIN), ("few", FEWER_LAYERS))
        for what, of, note in (("right", "count", "trainings that learn"), ("runs", "runs", "all trainings"))
    }
    halves = [
        condition(totals[f"{name}.right"], ">", _half(totals[f"{name}.runs"])) for name in ("gain", "few")
    ]
    answer |= exact("mostly", every(*halves), totals)
    both = [("trials", each) for each in names((*GAIN, *FEWER_LAYERS))]
    answer |= _all_as("repaired", both, "learns", found)
    answer |= _all_as("longer", [("trials", each) for each in names(LONGER)], "stays", found)
    answer |= _all_as("bias", [("trials", BIAS.changed.name)], "learns", found)
    for explanation in ("forward", "backward"):
        effects = [_as(found, "trials", trial.changed.name, getattr(trial, explanation)) for trial in APART]
        answer |= exact(explanation, every(*effects))
    apart = [("trials", trial.changed.name) for trial in APART]
    whole = GAIN[1]
    answer |= difference(results, whole, FROZEN_TRIAL.changed, TEST, EPOCH, name="gap")
    answer |= _all_as("gradient-stays", [("trials", BACKWARD_TRIAL.changed.name)], "stays", found)
    frozen = f"trials.{FROZEN_TRIAL.changed.name}"
    needed = (
        _as(found, "trials", whole.name, "learns"),
        _as(found, "trials", BACKWARD_TRIAL.changed.name, "stays"),
        condition(found[f"{frozen}.count"], "<", found[f"{frozen}.runs"]),
    )
    answer |= exact("both-needed", every(*needed))
    answer |= _all_as("both", apart, "learns", found) | _all_as("neither", apart, "stays", found)
    for trial in (*ALIKE, BACKWARD_TRIAL, BIAS):
        assert trial.field is not None
        name = f"{trial.changed.name}.trial"
        answer |= only_difference(
            name, results[trial.network.name].experiment, results[trial.changed.name].experiment, trial.field
        )
    right = sum(_came(found, trial) for trial in ALIKE)
    alike = {
        "alike": declared(len(ALIKE), "trials", "declared before the runs"),
        "alike_right": counted(right, "trials", "trials that came out as both explanations predict"),
    }
    answer |= exact("as-predicted", condition(alike["alike_right"], "=", alike["alike"]))
    answer |= Answer(
        alike,
        facts={
            "deep": names(DEEP),
            "frozen": FROZEN_TRIAL.changed.name,
            "backward": BACKWARD_TRIAL.changed.name,
            "bias": BIAS.changed.name,
            "whole": whole.name,
            "missed": [
                {"network": trial.network.name, "title": trial.changed.title}
                for trial in ALIKE
                if not _came(found, trial)
            ],
            "rows": [
                {
                    "name": trial.changed.name,
                    "title": trial.changed.title,
                    "backward": trial.backward,
                    "forward": trial.forward,
                }
                for trial in (ALIKE[1], *APART, BIAS)
            ],
        },
    )
    return answer | _activations(results)


def _trials(results: Results) -> Answer:
    """Test accuracy of every trial after its last epoch, and in how many seeds it is above the threshold."""
    answer = Answer()
    for epochs in sorted({results[name].experiment.epochs for name in names(TRIALS)}):
        group = [each for each in TRIALS if results[each.name].experiment.epochs == epochs]
        found = count(results, group, TEST, above=LEARNED, epoch=epochs, name="trials")
        answer = Answer({**answer.quantities, **found.quantities})
    return answer


def _as(found: Mapping[str, Quantity], kind: str, name: str, effect: Effect) -> Derivation:
    """The condition that a network is above the threshold in all of its runs, or in none."""
    right, runs = found[f"{kind}.{name}.count"], found[f"{kind}.{name}.runs"]
    return condition(right, "=", runs if effect == "learns" else 0)


def _all_as(
    name: str, which: Sequence[tuple[str, str]], effect: Effect, found: Mapping[str, Quantity]
) -> Answer:
    return exact(name, every(*(_as(found, kind, one, effect) for kind, one in which)))


def _half(runs: Quantity) -> float:
    return float(runs.value or 0) / 2


def _came(found: Mapping[str, Quantity], trial: Prediction) -> bool:
    right, runs = (found[f"trials.{trial.changed.name}.{what}"].value for what in ("count", "runs"))
    return bool(right == (runs if trial.forward == "learns" else 0))


def _activations(results: Results) -> Answer:
    """The ten layers with ReLU and with another learning rate, which readers ask about."""
    quantities: dict[str, Quantity] = {}
    for point, runs in results.study(ACTIVATIONS):
        key = f"tried.{point['activation']}.{point['learning_rate']:g}"
        quantities[key] = accuracy(runs, runs.experiment.epochs, "test")
        quantities[f"{key}.rate"] = declared(point["learning_rate"], "", "study", runs.experiment.name)
    fails = condition(quantities["tried.relu.0.5"], "<", LEARNED / PERCENT)
    return Answer(quantities) | exact("relu-fails", fails)
