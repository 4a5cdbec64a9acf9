"""Numbers that can be worked out by hand from the results made."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from answering import answer
from made import made_results

from exercise import mnist
from exercise.answers.counting import stored_counts
from exercise.answers.depth_gain import boundary
from exercise.answers.extrapolation import CHECKED, extrapolate, saturating
from exercise.answers.pattern import confusions
from exercise.answers.perspective import training_flop
from exercise.answers.predictions import expected_ratio
from exercise.answers.worth import accuracy_after
from exercise.networks import Network
from labreport.results import Result, Snapshot


def _run(seconds: list[float], accuracies: list[float]) -> Result:
    records = tuple(
        {"seconds": second, "validation_accuracy": value}
        for second, value in zip(seconds, accuracies, strict=True)
    )
    return Result("made", 0, {}, records, {}, {})


@pytest.mark.parametrize(
    ("budget", "expected"), [(0.5, 0.0), (1.0, 0.6), (2.9, 0.6), (3.0, 0.7), (99.0, 0.8)]
)
def test_accuracy_at_equal_seconds_is_that_of_the_last_finished_epoch(budget: float, expected: float) -> None:
    """Epochs of 1, 2 and 3 s end at 1, 3 and 6 s; before the first there is none."""
    assert accuracy_after(_run([1, 2, 3], [0.6, 0.7, 0.8]), budget) == expected


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
    """A snapshot may hold a weight as learned and as state, and a velocity that is no parameter."""
    runs = made_results(("small",), 1)["small"]
    arrays = dict(runs.runs[0].at(50).arrays)
    twice = arrays | {f"state.{name}": array for name, array in arrays.items() if name.startswith("layer-")}
    twice["state.velocity.layer-0.kernel"] = arrays["layer-0.kernel"]
    run = replace(runs.runs[0], snapshots={50: Snapshot(50, {}, lambda: twice)})
    assert stored_counts(replace(runs, runs=(run,))) == (49_228, 72)


def test_time_is_the_median_over_epochs_and_seeds() -> None:
    """Made epochs scatter about 0.3 s by three per cent; the total is ten of them."""
    found = answer("part-one.wide.time", wide={"seconds": 0.3}).quantities
    assert found["seconds"].value == pytest.approx(0.3, rel=0.03)
    assert found["epochs_timed"].value == 50
    assert found["total"].value == pytest.approx(3.0, rel=0.03)


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


def test_the_digit_made_hard_is_the_worst() -> None:
    """Its accuracy is the lowest, and its interval is Wilson's for its own images."""
    found = answer("bonus.digits", complex={"hard": (5,)}).quantities
    accuracies = [found[f"complex.digit-{digit}"].value for digit in range(10)]
    assert found["complex.worst_digit"].value == 5
    assert min(value for value in accuracies if value is not None) == accuracies[5]
    interval = found["complex.digit-5"].interval
    assert interval is not None
    assert interval.kind == f"Wilson, {found['images.digit-5'].value} images"


def test_compute_is_six_operations_a_weight_and_image() -> None:
    """784 · 2 + 2 · 10 weights, 100 images, 3 epochs."""
    assert training_flop(Network((2,)), 100, 3) == 6 * (784 * 2 + 2 * 10) * 100 * 3


def test_a_curve_of_the_right_kind_is_carried_on_exactly() -> None:
    """Points on a saturating power law give back the law, with next to no doubt."""
    law = saturating(np.arange(1, CHECKED + 1, dtype=float), 0.98, 0.1, 0.8)
    found = extrapolate(np.array([law[:50], law[:50]]))
    assert found is not None
    predicted = found.at_end("made")
    assert predicted.value == pytest.approx(law[-1], abs=1e-6)
    assert found.hindsight < 1e-6


def test_a_prediction_counts_how_wrong_it_was_before() -> None:
    """A curve that turns down after epoch 25 was foretold wrongly, and the interval says so."""
    law = saturating(np.arange(1, 51, dtype=float), 0.98, 0.1, 0.8)
    law[25:] -= 0.01
    found = extrapolate(np.array([law]))
    assert found is not None
    assert found.hindsight == pytest.approx(0.01, rel=0.1)
    interval = found.at_end("made").interval
    assert interval is not None
    assert interval.high - interval.low > 2 * 1.9 * found.hindsight * 0.9


def test_the_gain_of_a_window_is_held_against_the_seeds_of_that_window() -> None:
    """The noise is the root mean square of the standard deviations of its ten epochs."""
    runs = made_results(("small",))["small"]
    curves = np.array(runs.curve("validation_accuracy"))
    found = answer("bonus.diminishing").quantities
    assert found["at-20.gain"].value == pytest.approx((curves[:, 19] - curves[:, 9]).mean())
    noise = math.sqrt(np.mean(np.var(curves[:, 10:20], axis=0, ddof=1)))
    assert found["at-20.noise"].value == pytest.approx(noise)
