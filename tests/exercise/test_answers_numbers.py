"""Numbers that can be worked out by hand from the results made."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from answering import QUESTIONS, answer
from made import made_results
from scipy import stats

from exercise import mnist
from exercise.bonus_complex.extrapolation import extrapolate, saturating
from exercise.bonus_complex.perspective import training_flop
from exercise.bonus_digits.confusion import confusions
from exercise.catalogue import NETWORKS, SMALL, TIMES, names
from exercise.measuring.counting import stored_counts
from exercise.measuring.families import CHECKED
from exercise.measuring.seconds import epochs_within, first_passages
from exercise.networks import Network
from exercise.part_two.depth_gain import boundary
from exercise.part_two.predictions import expected_ratio
from labreport.results import Result, Results, Runs, Snapshot


def _runs(name: str, seconds: list[float], *accuracies: list[float]) -> Runs:
    """Runs with these seconds of each epoch, one per list of validation accuracies."""
    runs = [
        Result(
            name,
            seed,
            {},
            tuple(
                {"seconds": second, "validation_accuracy": value}
                for second, value in zip(seconds, values, strict=True)
            ),
            {},
            {},
        )
        for seed, values in enumerate(accuracies)
    ]
    return Runs(replace(SMALL, name=name, epochs=len(seconds), snapshots=()), tuple(runs))


@pytest.mark.parametrize(("budget", "expected"), [(0.5, 0), (2.0, 1), (5.9, 2), (6.0, 3), (99.0, 3)])
def test_a_time_holds_as_many_epochs_as_the_median_one_fits(budget: float, expected: int) -> None:
    """Epochs of 1, 2 and 9 s have a median of 2 s; more than were trained there are not."""
    timing = TIMES["small"]
    times = Result(timing.name, 0, {}, tuple({"seconds": second} for second in (1, 9, 2)), {}, {})
    runs = {"small": _runs("small", [5, 5, 5], [0.6, 0.7, 0.8]), timing.name: Runs(timing, (times,))}
    assert epochs_within(budget, Results("made", runs, {}, None), "small") == expected


def test_first_passage_is_set_against_first_passage() -> None:
    """Each seed's goal is the simple network's own last accuracy, which it may have reached before."""
    simple = _runs("small", [1, 1, 1], [0.8, 0.9, 0.9], [0.7, 0.8, 0.95])
    complex_ = _runs("complex", [2, 2, 2], [0.9, 0.95, 0.95], [0.8, 0.9, 0.94])
    assert first_passages(complex_, simple) == [(1, 2), (None, 3)]


def test_at_equal_seconds_the_moment_is_the_same_for_every_seed() -> None:
    """Fifty epochs of about 0.15 s are about eighteen of 0.4 s, whichever seed is asked."""
    found = answer("bonus.worth", small={"seconds": 0.15}, complex={"seconds": 0.4}).quantities
    assert found["at-3.small.epochs"].value == 50
    assert found["at-3.complex.epochs"].value == 18
    runs = made_results(("small", "complex"), complex={"seconds": 0.4}, small={"seconds": 0.15})
    curves = [
        np.array(runs[name].curve("validation_accuracy"))[:, epoch - 1]
        for name, epoch in (("complex", 18), ("small", 50))
    ]
    assert found["at-3.difference"].value == pytest.approx(np.mean(curves[0] - curves[1]))


def test_equal_seconds_do_not_depend_on_what_ran_beside_a_training() -> None:
    """A network that was trained on a busy machine has as many epochs as its epochs by themselves allow."""
    busy = {"seconds": 4.0, "quiet": 0.4}
    found = answer("bonus.worth", small={"seconds": 0.15}, complex=busy).quantities
    calm = answer("bonus.worth", small={"seconds": 0.15}, complex={"seconds": 0.4}).quantities
    assert found["at-3.complex.epochs"].value == 18
    assert found == calm


def test_parameters_are_those_of_the_formula() -> None:
    """784 · 400 + 400 · 10 weights and 400 + 10 biases."""
    found = answer("part-one.wide.parameters").quantities
    assert (found["weights"].value, found["biases"].value, found["parameters"].value) == (
        317_600,
        410,
        318_010,
    )
    assert found["stored_parameters"].value == 318_010


def test_a_weight_kept_twice_is_counted_once() -> None:
    """A snapshot may hold a weight as learned and as state, and a velocity that is not a parameter."""
    runs = made_results(("small",), 1)["small"]
    arrays = dict(runs.runs[0].at(50).arrays)
    twice = arrays | {f"state.{name}": array for name, array in arrays.items() if name.startswith("layer-")}
    twice["state.velocity.layer-0.kernel"] = arrays["layer-0.kernel"]
    run = replace(runs.runs[0], snapshots={50: Snapshot(50, {}, lambda: twice)})
    assert stored_counts(replace(runs, runs=(run,))) == (49_228, 72)


def test_times_are_those_of_plain_keras_alone() -> None:
    """The median and the slowest of five epochs, and a total that is fifty times the median."""
    found = answer("part-one.small.time", small={"seconds": 4.0, "quiet": 0.3}).quantities
    assert found["median"].value == pytest.approx(1.7 * 0.3)
    assert found["slowest"].value == pytest.approx(1.7 * 0.3 * 1.04)
    assert found["epochs"].value == 5
    total = answer("bonus.time", small={"seconds": 4.0, "quiet": 0.3}).quantities["at-50.small.seconds"]
    assert total.value == pytest.approx(50 * 1.7 * 0.3)


def test_the_report_has_one_clock() -> None:
    """No answer changes with the seconds that the trainings of this program took."""
    for slug in QUESTIONS:
        busy = answer(slug, 2, **{name: {"seconds": 9.0, "quiet": 0.2} for name in names(NETWORKS)})
        calm = answer(slug, 2, **{name: {"seconds": 0.2} for name in names(NETWORKS)})
        assert busy == calm, slug


def test_accuracy_is_the_mean_over_seeds_of_what_was_kept() -> None:
    """The answer's numbers are the snapshots' own."""
    runs = made_results(("wide",))["wide"]
    found = answer("part-one.wide.accuracy").quantities
    for split in ("training", "validation", "test"):
        assert found[f"{split}_accuracy"].value == pytest.approx(np.mean(runs.metric(10, split, "accuracy")))
    difference = np.array(runs.metric(10, "test", "accuracy")) - runs.metric(10, "validation", "accuracy")
    assert found["test_minus_validation"].value == pytest.approx(difference.mean())


def test_the_slope_predicts_a_quarter_a_layer() -> None:
    """Nine steps from the tenth layer back to the first; a gain of four undoes them all."""
    assert expected_ratio(10, 1.0) == pytest.approx(0.25**9)
    assert expected_ratio(10, 4.0) == 1.0
    assert expected_ratio(6, boundary(6)) == pytest.approx(0.01)


def test_gradients_are_measured_from_layer_to_layer() -> None:
    """Made to keep a third each, the first hidden layer has a third to the ninth of the last."""
    made: dict[str, Any] = {"deep-32": {"kept": 1 / 3}}
    found = answer("part-two.hypothesis", **made).quantities
    kept, ratio = found["deep-32.kept_per_layer"].value, found["deep-32.ratio"].value
    assert kept is not None
    assert ratio is not None
    assert kept == pytest.approx(1 / 3, rel=0.03)
    assert ratio == pytest.approx(kept**9, rel=1e-6)


def test_confusions_count_every_test_image_once() -> None:
    """The diagonal is what is right, rows sum to the images of a digit."""
    runs = made_results(("complex",), 2)["complex"]
    matrices = confusions(runs)
    labels = mnist.load().test.labels
    assert (matrices.sum(axis=2) == np.bincount(labels, minlength=10)).all()
    rights = [round(value * len(labels)) for value in runs.metric(50, "test", "accuracy")]
    assert [int(np.trace(matrix)) for matrix in matrices] == rights


def test_a_network_that_learned_nothing_has_no_pattern() -> None:
    """One digit named for every image would look like the strongest pattern of all."""
    claims = answer("bonus.pattern", complex={"collapsed": True, "noise": 0.0}).claims
    assert (claims["complex.uneven"].inconclusive, claims["complex.alike"].inconclusive) == (True, True)
    assert claims["complex.uneven"].reason == "nothing shows that complex tells digits apart"


def test_the_digit_made_hard_is_the_worst() -> None:
    """Its accuracy is the lowest, and its interval is Wilson's for its own images."""
    found = answer("bonus.digits", complex={"hard": (5,)}).quantities
    accuracies = [found[f"complex.digit-{digit}"].value for digit in range(10)]
    assert found["complex.worst_digit"].value == 5
    assert min(value for value in accuracies if value is not None) == accuracies[5]
    rest = found["complex.worst_difference"]
    assert rest.value is not None
    assert rest.value < 0


def test_every_network_s_digits_are_read_after_equally_many_epochs() -> None:
    """Ten, also for the network that was trained for fifty."""
    found = answer("bonus.digits").quantities
    sources = {found[f"{name}.digit-3"].source.split("at epoch ")[1][:2] for name in ("wide", "complex")}
    assert sources == {"10"}


def test_a_digit_is_compared_with_all_others_over_seeds_and_images() -> None:
    """The difference is that of two shares, seed by seed, and its doubt includes both draws of images."""
    runs = made_results(("complex",))["complex"]
    labels = mnist.load().test.labels
    differences = []
    for run in runs:
        right = run.at(10).arrays["predictions"] == labels
        differences.append(right[labels == 8].mean() - right[labels != 8].mean())
    estimate = answer("bonus.digits").quantities["complex.worst_difference"]
    assert estimate.value == pytest.approx(np.mean(differences))
    interval = estimate.interval
    assert interval is not None
    assert interval.high - interval.low > 2 * 1.96 * math.sqrt(0.9 * 0.1 / 974) * 0.5


def test_compute_counts_no_gradient_of_the_inputs() -> None:
    """Six operations for each weight, image and epoch, but four in the first layer: 784 · 2 and 2 · 10."""
    assert training_flop(Network((2,)), 100, 3) == (4 * 784 * 2 + 6 * 2 * 10) * 100 * 3


def test_a_curve_of_the_right_kind_is_carried_on_exactly() -> None:
    """Points on a saturating power law give back the law, with next to no doubt."""
    law = saturating(np.arange(1, CHECKED + 1, dtype=float), 0.98, 0.1, 0.8)
    found = extrapolate(np.array([law[:50], law[:50]]))
    assert found is not None
    predicted = found.at_end("made")
    assert predicted.value == pytest.approx(law[-1], abs=1e-6)
    assert found.backtest_error < 1e-6


def test_a_prediction_counts_how_wrong_it_was_before() -> None:
    """A curve that turns down after epoch 25 was foretold wrongly, and the interval says so."""
    law = saturating(np.arange(1, 51, dtype=float), 0.98, 0.1, 0.8)
    law[25:] -= 0.01
    found = extrapolate(np.array([law]))
    assert found is not None
    assert found.backtest_error == pytest.approx(0.01, rel=0.1)
    interval = found.at_end("made").interval
    assert interval is not None
    assert interval.high - interval.low > 2 * 1.9 * found.backtest_error * 0.9


def test_gains_are_those_of_ten_epochs_and_their_ratio_is_paired() -> None:
    """Fieller's interval excludes one exactly where the paired test finds that gains change."""
    curves = np.array(made_results(("small",))["small"].curve("validation_accuracy"))
    found = answer("bonus.diminishing").quantities
    early, late = curves[:, 19] - curves[:, 9], curves[:, 49] - curves[:, 39]
    assert found["at-20.gain"].value == pytest.approx(early.mean())
    assert found["ratio"].value == pytest.approx(late.mean() / early.mean())
    assert found["change.p"].value == pytest.approx(stats.ttest_rel(late, early).pvalue, rel=1e-6)
    interval = found["ratio"].interval
    assert interval is not None
    assert (interval.high < 1) == (float(found["change.p"].value or 0) < 0.05)


def test_the_best_epochs_are_told_as_a_range_over_the_seeds() -> None:
    """The earliest and the latest, so that no number stands for an epoch that no seed has."""
    found = answer("bonus.diminishing").quantities
    curves = np.array(made_results(("small",))["small"].curve("validation_accuracy"))
    best = curves.argmax(axis=1) + 1
    assert (found["best_first"].value, found["best_last"].value) == (best.min(), best.max())
