"""Part two's hypothesis, measured and then tried: ten sigmoid layers starve the early ones of gradient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from exercise.catalogue import ACTIVATIONS, DEEP, DEEP_32, DEPTH_GAIN, FEWER_LAYERS, GAIN, LONGER, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import EPOCH, LEARNED, TEST
from exercise.measuring.measures import accuracy, exact, network_of, nodes_in_each, seeds_of
from exercise.part_two.above_20 import ABOVE_20
from exercise.part_two.activations import activations_tried
from exercise.part_two.depth_gain import map_of_depth_and_gain
from exercise.part_two.gradients import gradient_quantities, gradients_by_layer
from exercise.part_two.interventions import interventions
from exercise.part_two.predictions import EFFECTS, INTERVENTIONS, PREDICTIONS, SLOPE, STARVED, expected_ratio
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.decide import all_of, below
from labreport.claims.premises import only_difference
from labreport.claims.resolve import Comparisons
from labreport.outline import question
from labreport.required import LAST, required
from labreport.results import Results, Runs

SIDES = {"learns": ">", "stays": "<"}


_CHANGED = GAIN[DEEP.index(DEEP_32)]


@question(
    "Why do the deep networks perform as they do?",
    slug="part-two.hypothesis",
    reads=(*DEEP, *GAIN, *FEWER_LAYERS, *LONGER, DEPTH_GAIN, ACTIVATIONS),
    requires=(
        *required(DEEP, EPOCH, LAST),
        *required((*GAIN, *FEWER_LAYERS, *LONGER, DEPTH_GAIN, ACTIVATIONS), LAST),
    ),
    figures=(gradients_by_layer, interventions),
    checks=[(f"{_CHANGED.name}.test_accuracy", checked_accuracy(_CHANGED))],
)
def hypothesis(results: Results) -> Answer:
    """Gradients of the deep networks, and every prediction with its outcome."""
    quantities = {
        "slope": exact(SLOPE, "", "largest slope of the sigmoid"),
        "slope_share": exact(SLOPE, "fraction", "largest slope of the sigmoid"),
        "threshold.starved": exact(STARVED, "fraction", "fixed in advance"),
        "threshold.learned": exact(LEARNED, "fraction", "fixed in advance"),
        **seeds_of(results[name] for name in results.experiments),
        "predictions": exact(len(PREDICTIONS), "predictions", "declared before the runs"),
    }
    claims: dict[str, Claim] = {}
    for name in names(DEEP):
        quantities |= _of_network(name, results[name])
        for claim, number, moment in (
            ("starved", "ratio", "before training"),
            ("starved-at-end", "ratio_last", "in the last epoch"),
        ):
            key = f"{name}.{number}"
            predicate = f"{name}: gradient, first over last hidden layer < threshold {moment}"
            claims[f"{name}.{claim}"] = below(f"{name}.{claim}", predicate, key, quantities[key], STARVED)
    claims["starved"] = all_of(
        "starved",
        "the first layer of every deep network is starved at the start",
        [claims[f"{name}.starved"] for name in names(DEEP)],
    )
    compare = comparisons(results, ABOVE_20, INTERVENTIONS, EFFECTS)
    stuck = []
    for name in names(DEEP):
        found = compare(name, LEARNED, TEST, EPOCH)
        quantities |= found.quantities(f"{name}.above")
        numbers = (f"{name}.above", f"{name}.test_accuracy")
        stuck.append(found.claim(f"{name}.stuck", f"{name}: test accuracy < threshold", numbers, less=True))
    claims["stuck"] = all_of("stuck", "every deep network stays below the threshold", stuck)
    tried, outcomes = _outcomes(results, compare)
    quantities |= tried
    claims |= outcomes
    claims["gain-trials"] = all_of(
        "gain-trials",
        "of every deep network, one trial changes only the initial gain",
        [claims[f"{network.name}.trial"] for network in GAIN],
    )
    others = activations_tried(results)
    quantities |= others.quantities
    claims |= others.claims
    map_quantities, map_claim, map_facts = map_of_depth_and_gain(results)
    quantities |= map_quantities
    claims["map"] = map_claim
    held = [prediction for prediction in PREDICTIONS if claims[prediction.experiment].supported]
    failed = [prediction for prediction in PREDICTIONS if claims[prediction.experiment].refuted]
    quantities["predictions_held"] = exact(len(held), "predictions", "predictions supported", "seeds")
    quantities["predictions_failed"] = exact(len(failed), "predictions", "predictions refuted", "seeds")
    predicted = [claims[prediction.experiment] for prediction in PREDICTIONS]
    testable = map_facts["learned"] > 0 or any(prediction.effect == "learns" for prediction in held)
    claims["hypothesis"] = _verdict(claims["stuck"], claims["starved"], predicted, testable)
    facts = {
        "rows": names(DEEP),
        "predictions": [
            {
                "experiment": prediction.experiment,
                "network": prediction.network,
                "intervention": prediction.intervention,
                "title": results[prediction.experiment].experiment.title,
                "effect": prediction.effect,
            }
            for prediction in PREDICTIONS
        ],
        "failed": [prediction.experiment for prediction in failed],
        "open": [
            prediction.experiment for prediction in PREDICTIONS if claims[prediction.experiment].inconclusive
        ],
        "failed_kinds": sorted({prediction.intervention for prediction in failed}),
        "map": map_facts,
        "tried": others.facts["rows"],
        "tried_on": ACTIVATIONS.base.name,
        "testable": testable,
    }
    return Answer(quantities, claims, facts)


def _of_network(name: str, runs: Runs) -> dict[str, Quantity]:
    hidden = len(network_of(runs).hidden_layers)
    quantities = {f"{name}.{key}": quantity for key, quantity in gradient_quantities(runs).items()}
    quantities[f"{name}.hidden_layers"] = exact(hidden, "hidden layers", f"catalogue: {name}")
    quantities[f"{name}.nodes"] = exact(nodes_in_each(network_of(runs)), "nodes", f"catalogue: {name}")
    quantities[f"{name}.epochs"] = exact(runs.experiment.epochs, "epochs", f"catalogue: {name}")
    quantities[f"{name}.expected_ratio"] = exact(
        expected_ratio(hidden, network_of(runs).initial_gain),
        "",
        "slope and gain to the power of the layers between",
    )
    quantities[f"{name}.test_accuracy"] = accuracy(runs, runs.experiment.epochs, "test")
    return quantities


def _outcomes(results: Results, compare: Comparisons) -> tuple[dict[str, Quantity], dict[str, Claim]]:
    """Each intervention's accuracy, its effect and its gradient, and the claim that it does as predicted."""
    quantities: dict[str, Quantity] = {}
    claims: dict[str, Claim] = {}
    for prediction in PREDICTIONS:
        name = prediction.experiment
        quantities |= _of_network(name, results[name])
        quantities |= compare(name, prediction.network, TEST).quantities(f"{name}.effect")
        quantities[f"{name}.gain"] = exact(network_of(results[name]).initial_gain, "", f"catalogue: {name}")
        found = compare(name, LEARNED, TEST)
        quantities |= found.quantities(f"{name}.above")
        trial = only_difference(
            f"{name}.trial",
            results[prediction.network].experiment,
            results[name].experiment,
            prediction.field,
        )
        outcome = found.claim(
            name,
            f"{name}: test accuracy {SIDES[prediction.effect]} threshold",
            (f"{name}.above", f"{name}.test_accuracy", "threshold.learned"),
            less=prediction.effect == "stays",
        )
        claims[trial.name] = trial
        claims[name] = outcome if trial.supported else _no_trial(outcome, trial)
    return quantities, claims


def _no_trial(outcome: Claim, trial: Claim) -> Claim:
    """What a comparison shows whose networks do not differ in the one thing that was to be tried: nothing."""
    reason = f"not a trial: {trial.test.partition(': ')[2]}"
    return replace(
        outcome, test=reason, verdict=Verdict.INCONCLUSIVE, p_value=None, numbers=(), reason=reason
    )


def _verdict(stuck: Claim, starved: Claim, predictions: Sequence[Claim], testable: bool) -> Claim:
    """Supported: stuck, starved, and every prediction holds.

    Refuted: they learn, or are not starved, or a prediction is certainly wrong; the last only where it is
    `testable`, that is, some network of this kind learns at all. What is left open leaves this open.
    """
    if stuck.supported and starved.supported and all(claim.supported for claim in predictions):
        verdict = Verdict.SUPPORTED
    elif stuck.refuted or starved.refuted or (testable and any(claim.refuted for claim in predictions)):
        verdict = Verdict.REFUTED
    else:
        verdict = Verdict.INCONCLUSIVE
    return Claim(
        "hypothesis",
        "deep sigmoid networks fail as a vanishing gradient predicts",
        "they do fail, their first layers are starved, and every prediction holds",
        verdict,
        numbers=("predictions_held", "predictions"),
    )
