"""Part two's hypothesis, measured and then tried: ten sigmoid layers starve the early ones of gradient."""

from __future__ import annotations

from collections.abc import Sequence

from exercise.answers.depth_gain import map_of_depth_and_gain
from exercise.answers.gradients import gradient_quantities
from exercise.answers.measures import accuracy, compare, exact, network_of, source, split
from exercise.answers.predictions import LEARNED, PREDICTIONS, SLOPE, STARVED, expected_ratio
from exercise.groups import DEEP
from labreport.claims import Answer, Claim, Quantity, Verdict
from labreport.claims.comparison import Comparison, against, holm
from labreport.claims.decide import all_of, below, greater
from labreport.results import Results, Runs

SIDES = {"learns": ">", "stays": "<"}


def hypothesis(results: Results) -> Answer:
    """Gradients of the deep networks, and every prediction with its outcome."""
    quantities = {
        "slope": exact(SLOPE, "", "largest slope of the sigmoid"),
        "slope_share": exact(SLOPE, "fraction", "largest slope of the sigmoid"),
        "threshold.starved": exact(STARVED, "fraction", "fixed in advance"),
        "threshold.learned": exact(LEARNED, "fraction", "fixed in advance"),
        "seeds": exact(len(results[DEEP[0]]), "seeds", source(results[DEEP[0]], "count")),
        "predictions": exact(len(PREDICTIONS), "predictions", "declared before the runs"),
    }
    claims: dict[str, Claim] = {}
    for name in DEEP:
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
        [claims[f"{name}.starved"] for name in DEEP],
    )
    claims["stuck"] = all_of("stuck", "every deep network stays below the threshold", _stuck(results))
    tried, outcomes = _outcomes(results)
    quantities |= tried
    claims |= outcomes
    map_quantities, map_claim, map_facts = map_of_depth_and_gain(results)
    quantities |= map_quantities
    claims["map"] = map_claim
    held = [prediction for prediction in PREDICTIONS if claims[prediction.experiment].supported]
    failed = [prediction for prediction in PREDICTIONS if claims[prediction.experiment].refuted]
    quantities["predictions_held"] = exact(len(held), "predictions", "predictions supported", "seeds")
    quantities["predictions_failed"] = exact(len(failed), "predictions", "predictions refuted", "seeds")
    claims["hypothesis"] = _verdict(
        claims["stuck"], claims["starved"], [claims[prediction.experiment] for prediction in PREDICTIONS]
    )
    facts = {
        "rows": list(DEEP),
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
    }
    return Answer(quantities, claims, facts)


def _of_network(name: str, runs: Runs) -> dict[str, Quantity]:
    hidden = len(network_of(runs).hidden_layers)
    quantities = {f"{name}.{key}": quantity for key, quantity in gradient_quantities(runs).items()}
    quantities[f"{name}.hidden_layers"] = exact(hidden, "hidden layers", f"catalogue: {name}")
    quantities[f"{name}.nodes"] = exact(network_of(runs).hidden_layers[0], "nodes", f"catalogue: {name}")
    quantities[f"{name}.epochs"] = exact(runs.experiment.epochs, "epochs", f"catalogue: {name}")
    quantities[f"{name}.expected_ratio"] = exact(
        expected_ratio(hidden, network_of(runs).initial_gain),
        "",
        "slope and gain to the power of the layers between",
    )
    quantities[f"{name}.test_accuracy"] = accuracy(runs, runs.experiment.epochs, "test")
    return quantities


def _outcomes(results: Results) -> tuple[dict[str, Quantity], dict[str, Claim]]:
    """Each intervention's accuracy, gain and gradient, and its claim, Holm-corrected over all of them."""
    quantities: dict[str, Quantity] = {}
    comparisons: list[Comparison] = []
    for prediction in PREDICTIONS:
        runs, base = results[prediction.experiment], results[prediction.network]
        last = runs.experiment.epochs
        name = prediction.experiment
        quantities |= _of_network(name, runs)
        effect = compare(runs, last, base, base.experiment.epochs)
        quantities[f"{name}.effect"] = effect.difference
        quantities[f"{name}.gain"] = exact(network_of(runs).initial_gain, "", f"catalogue: {name}")
        comparisons.append(_on_side(runs, last, learns=prediction.effect == "learns"))
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in comparisons])
    claims = {
        prediction.experiment: greater(
            prediction.experiment,
            f"{prediction.experiment}: test accuracy {SIDES[prediction.effect]} threshold",
            comparison,
            (f"{prediction.experiment}.test_accuracy", "threshold.learned"),
            adjusted_p=p_value,
        )
        for prediction, comparison, p_value in zip(PREDICTIONS, comparisons, adjusted, strict=True)
    }
    return quantities, claims


def _stuck(results: Results) -> list[Claim]:
    """For each deep network, that it has not learned; Holm-corrected over the three."""
    found = [_on_side(results[name], results[name].experiment.epochs, learns=False) for name in DEEP]
    adjusted = holm([one.p_value if one.p_value is not None else 1.0 for one in found])
    return [
        greater(
            f"{name}.stuck",
            f"{name}: test accuracy < threshold",
            one,
            (f"{name}.test_accuracy",),
            adjusted_p=p_value,
        )
        for name, one, p_value in zip(DEEP, found, adjusted, strict=True)
    ]


def _on_side(runs: Runs, epoch: int, *, learns: bool) -> Comparison:
    """How far test accuracy lies above the threshold, or below it for a network that should not learn."""
    found = against(
        runs.metric(epoch, "test", "accuracy"),
        LEARNED,
        len(split("test")),
        source(runs, f"test accuracy at epoch {epoch} minus threshold"),
    )
    if learns:
        return found
    value = found.difference.value
    return Comparison(Quantity(-value if value is not None else None, "points"), found.p_value, found.test)


def _verdict(stuck: Claim, starved: Claim, predictions: Sequence[Claim]) -> Claim:
    """Supported: stuck, starved, and every prediction held.

    Refuted: they learn, or are not starved, or no network whose gradient was freed learned.
    """
    freed = [
        claim
        for claim, prediction in zip(predictions, PREDICTIONS, strict=True)
        if prediction.effect == "learns"
    ]
    if stuck.supported and starved.supported and all(claim.supported for claim in predictions):
        verdict = Verdict.SUPPORTED
    elif stuck.refuted or starved.refuted or not any(claim.supported for claim in freed):
        verdict = Verdict.REFUTED
    else:
        verdict = Verdict.INCONCLUSIVE
    return Claim(
        "hypothesis",
        "deep sigmoid networks fail because their early layers get too little gradient",
        "they do fail, their first layers are starved, and every prediction holds",
        verdict,
        numbers=("predictions_held", "predictions"),
    )
