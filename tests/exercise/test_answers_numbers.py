"""Numbers that can be worked out by hand from the results made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from answering import QUESTIONS, answer
from made import made_results

from exercise import mnist
from exercise.bonus_complex.perspective import training_flop
from exercise.bonus_digits.confusion import confusions
from exercise.catalogue import NETWORKS, TIMES, names
from exercise.measuring.measures import seeds_of, stored_parameters
from exercise.measuring.seconds import epochs_within
from exercise.networks import Network
from exercise.part_two.causes import expected_share
from exercise.recompute import recompute
from labreport.errors import UsageError
from labreport.results import Result, Results, Runs, Snapshot


def _value(slug: str, name: str, **made: Any) -> float:
    value = answer(slug, **made).quantities[name].value
    assert value is not None
    return value


@pytest.mark.parametrize(("budget", "expected"), [(0.5, 0), (2.0, 1), (5.9, 2), (6.0, 3), (999.0, 50)])
def test_a_time_holds_as_many_epochs_as_the_median_one_fits(budget: float, expected: int) -> None:
    """Epochs of 1, 2 and 9 s have a median of 2 s; more than were trained there are not."""
    timing = TIMES["small"]
    kept = {5: Snapshot(5, {}, lambda: {"seconds": np.array([1, 9, 2])})}
    times = Result(timing.name, 0, {}, (), kept, {})
    runs = {"small": made_results(("small",), 1)["small"], timing.name: Runs(timing, (times,))}
    assert epochs_within(budget, Results("made", runs), "small") == expected


def test_at_equal_seconds_the_moment_is_the_same_for_every_seed() -> None:
    """Fifty epochs of about 0.15 s are about eighteen of 0.4 s, whatever ran beside the training."""
    made: dict[str, Any] = {"small": {"seconds": 0.15}, "complex": {"seconds": 4.0, "quiet": 0.4}}
    assert _value("bonus.worth", "within", **made) == 18
    runs = made_results(("small", "complex"), **made)
    complex_, small = (
        np.array(runs[name].curve("validation_accuracy"))[:, epoch - 1]
        for name, epoch in (("complex", 18), ("small", 50))
    )
    difference = _value("bonus.worth", "equal-time.complex minus small", **made)
    assert difference == pytest.approx(np.mean(complex_ - small))


def test_parameters_are_those_of_the_formula_and_of_the_weights_kept() -> None:
    """784 · 400 + 400 · 10 weights and 400 + 10 biases."""
    found = [_value("part-one.parameters", f"wide.{name}") for name in ("weights", "biases", "parameters")]
    assert found == [317_600, 410, 318_010]
    assert _value("part-one.parameters", "wide.stored_parameters") == 318_010


def test_a_weight_kept_twice_is_counted_once() -> None:
    """A snapshot may hold a weight as learned and as state, and a velocity that is not a parameter."""
    runs = made_results(("small",), 1)["small"]
    arrays = dict(runs.runs[0].at(50).arrays)
    twice = arrays | {f"state.{name}": array for name, array in arrays.items() if name.startswith("layer-")}
    twice["state.velocity.layer-0.kernel"] = arrays["layer-0.kernel"]
    run = replace(runs.runs[0], snapshots={50: Snapshot(50, {}, lambda: twice)})
    assert stored_parameters(replace(runs, runs=(run,))) == 49_228 + 72


def test_times_are_those_of_plain_keras_alone() -> None:
    """The median of five epochs with the fastest and the slowest; a total is fifty times the median."""
    made: dict[str, Any] = {"small": {"seconds": 4.0, "quiet": 0.3}}
    found = answer("part-one.time", **made).quantities["small.seconds"]
    assert found.interval is not None
    expected = [1.7 * 0.3 * share for share in (1, 0.96, 1.04)]
    assert [found.value, found.interval.low, found.interval.high] == pytest.approx(expected)
    assert _value("bonus.time", "at-50.small", **made) == pytest.approx(50 * 1.7 * 0.3)


def test_the_report_has_one_clock() -> None:
    """No answer changes with the seconds that the trainings of this program took."""
    for slug in QUESTIONS:
        busy = answer(slug, 2, **{name: {"seconds": 9.0, "quiet": 0.2} for name in names(NETWORKS)})
        calm = answer(slug, 2, **{name: {"seconds": 0.2} for name in names(NETWORKS)})
        assert busy == calm, slug


def test_accuracy_is_the_mean_over_seeds_of_what_was_kept() -> None:
    """The answer's numbers are the snapshots' own."""
    runs = made_results(("wide",))["wide"]
    for split in ("training", "validation", "test"):
        expected = np.mean(runs.metric(10, split, "accuracy"))
        assert _value("part-one.accuracy", f"wide.{split}_accuracy") == pytest.approx(expected)
    test, validation = (np.array(runs.metric(10, split, "accuracy")) for split in ("test", "validation"))
    difference = _value("part-one.accuracy", "wide.test.test minus validation")
    assert difference == pytest.approx(np.mean(test - validation))


def test_networks_with_different_numbers_of_seeds_are_not_told_as_equally_many() -> None:
    """The error names them."""
    results = [made_results((name,), seeds)[name] for name, seeds in (("wide", 5), ("small", 3))]
    with pytest.raises(UsageError, match="wide: 5, small: 3"):
        seeds_of(*results)


def test_the_slope_predicts_a_quarter_a_layer() -> None:
    """Nine steps from the first hidden layer to the tenth; a gain of four undoes them all."""
    assert expected_share(10, 1.0) == pytest.approx(0.25**9)
    assert expected_share(10, 4.0) == 1.0


@pytest.mark.parametrize("signal", ["gradient", "difference"])
def test_signals_are_measured_from_layer_to_layer(signal: str) -> None:
    """Made to keep a third each, a third to the ninth is left from one end to the other."""
    left = _value("part-two.hypothesis", f"deep-32.{signal}_left", **{"deep-32": {"kept": 1 / 3}})
    assert left ** (1 / 9) == pytest.approx(1 / 3, rel=0.03)


def test_confusions_count_every_test_image_once() -> None:
    """The diagonal is what is right, rows sum to the images of a digit."""
    runs = made_results(("complex",), 2)["complex"]
    matrices = confusions(runs)
    labels = mnist.load().test.labels
    assert (matrices.sum(axis=2) == np.bincount(labels, minlength=10)).all()
    rights = [round(value * len(labels)) for value in runs.metric(50, "test", "accuracy")]
    assert [int(np.trace(matrix)) for matrix in matrices] == rights


def test_numbers_of_submitted_predictions_are_those_of_the_answer() -> None:
    """By name and by value, for the predictions of one seed."""
    runs = made_results(("complex",), 1)["complex"]
    (submitted,) = (run.at(50).arrays["predictions"] for run in runs)
    found = recompute({"complex": submitted})["bonus.digits"]
    assert len(found) == 10
    assert found == pytest.approx({name: answer("bonus.digits", 1).quantities[name].value for name in found})


def test_the_digit_made_hard_is_misread_most_after_the_last_epoch() -> None:
    """Its share is that of the predictions, and no other digit's is higher."""
    made: dict[str, Any] = {"complex": {"hard": (5,)}}
    labels = mnist.load().test.labels
    runs = made_results(("complex",), **made)["complex"]
    wrong = np.mean([run.at(50).arrays["predictions"] != labels for run in runs], axis=0)
    shares = [_value("bonus.digits", f"complex.{digit}.digit.mean", **made) for digit in range(10)]
    assert shares == pytest.approx([wrong[labels == digit].mean() for digit in range(10)])
    assert answer("bonus.digits", **made).facts["orders"]["complex"][0] == "5"
    assert int(np.argmax(shares)) == 5


def test_compute_counts_no_gradient_of_the_inputs() -> None:
    """Six operations for each weight, image and epoch, but four in the first layer: 784 · 2 and 2 · 10."""
    assert training_flop(Network((2,)), 100, 3) == (4 * 784 * 2 + 6 * 2 * 10) * 100 * 3


def test_gains_are_those_of_ten_epochs() -> None:
    """Over the recorded curves; after 20 epochs the next ten decide, after 50 the next ten."""
    curves = np.mean(made_results(("small-60",))["small-60"].curve("validation_accuracy"), axis=0)
    assert _value("bonus.diminishing", "20 minus 10") == pytest.approx(curves[19] - curves[9])
    facts = answer("bonus.diminishing").facts
    assert (facts["early"], facts["late"]) == ("30 minus 20", "60 minus 50")


def test_a_correlation_leads_with_pairs_in_which_more_parameters_are_less_accurate() -> None:
    """Each pair has more parameters on its second place, and clearly less accuracy."""
    found = answer("part-two.correlation")
    assert found.facts["counterexamples"] == [{"pair": ["small", "deep-64"], "also": ["layers"]}]
    for smaller, larger in (example["pair"] for example in found.facts["counterexamples"]):
        parameters = [_value("part-two.correlation", f"{name}.parameters") for name in (smaller, larger)]
        assert parameters == sorted(parameters)
        assert _value("part-two.correlation", f"{smaller} minus {larger}") > 0
    counts = {name: int(_value("part-two.correlation", name)) for name in ("kept", "turned", "open", "pairs")}
    assert counts["kept"] + counts["turned"] + counts["open"] == counts["pairs"] == 15


def test_the_formula_that_is_printed_gives_the_number_beside_it() -> None:
    """Operations for each weight, image and epoch, fewer for those of the first layer."""
    found = {name: float(one.value or 0) for name, one in answer("bonus.perspective").quantities.items()}
    each = (
        found["flop_per_first_weight"] * found["wide.first_weights"]
        + found["flop_per_weight"] * found["wide.other_weights"]
    )
    assert each * found["images.training"] * found["wide.epochs"] == found["wide.flop"]
    assert found["wide.flop"] == 3_451_680_000_000
