"""Published numbers computed again by other code: true ones pass, made-up ones do not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from exercise.again.words import computed
from labreport.claims import Quantity
from made import made_results

from exercise.again import check_answers
from exercise.again.files import Files
from exercise.project import PROJECT
from labreport.checks import Check
from labreport.experiment import plain
from labreport.fingerprint.canonical import digest
from labreport.nodes.calls import function
from labreport.results import Results
from labreport.trajectory import Snapshot, Store, Trajectory

ASKED = ("part-one.wide.parameters", "part-one.wide.accuracy", "part-one.comparison", "part-two.above-20")
SEEDS = 2


def kept(folder: Path, results: Results) -> dict[str, Any]:
    """The results in the store of a report's folder, and what `answers.json` says of them."""
    store, found = Store(folder / "results"), {}
    for name, runs in results.items():
        keys = []
        for run in runs:
            specification = plain(runs.experiment.specification)
            ingredients = {"specification": specification, "seed": run.seed, "name": name}
            snapshots = {
                epoch: Snapshot(
                    snapshot.metrics,
                    {
                        f"state.{array}" if array.startswith("layer-") else array: np.ascontiguousarray(
                            values
                        )
                        for array, values in snapshot.arrays.items()
                    },
                )
                for epoch, snapshot in run.snapshots.items()
            }
            segments = ({"first": 1, "last": len(run.records)},)
            key = digest(ingredients)
            store.put(Trajectory(key, ingredients, name, run.records, snapshots, segments=segments))
            keys.append(key)
        found[name] = {"epochs": runs.experiment.epochs, "keys": keys}
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A folder with made results, and the document with the exercise's answers to a few questions."""
    folder = tmp_path_factory.mktemp("report")
    results = made_results(
        {need for each in PROJECT.outline.questions if each.slug in ASKED for need in each.needs}, 2
    )
    document = {"results": kept(folder, results), "questions": {}}
    for order, question in enumerate(PROJECT.outline.questions):
        if question.slug in ASKED:
            needed = Results(question.slug, {name: results[name] for name in question.needs})
            answer = function(question.answer, question.slug)(needed).to_plain()
            document["questions"][question.slug] = {"order": order, "local": False, **answer}
    return folder, document


def checks(report: tuple[Path, dict[str, Any]], **quantities: Any) -> dict[str, Check]:
    """What is found when each of these quantities of `part-one.comparison` is published with this value."""
    folder, document = report
    changed = json.loads(json.dumps(document))
    for name, value in quantities.items():
        changed["questions"]["part-one.comparison"]["quantities"][name]["value"] = value
    (folder / "answers.json").write_text(json.dumps(changed))
    return {check.name.removeprefix("other code "): check for check in check_answers(folder)}


def test_true_answers_are_found_again(report: tuple[Path, dict[str, Any]]) -> None:
    """Accuracies from predictions, parameters from the shapes of the weights, differences from both."""
    found = checks(report)
    assert [name for name, check in found.items() if not check.passed] == []
    assert found.keys() == set(ASKED)
    assert found["part-one.wide.parameters"].detail == "14 of 15 numbers"


def test_an_answer_that_returns_constants_is_found(report: tuple[Path, dict[str, Any]]) -> None:
    """Its numbers have the right names and sources, and are made up."""
    found = checks(report, difference=0.0123)["part-one.comparison"]
    assert not found.passed
    assert "difference: published 0.0123, but wide minus small, test accuracy, epoch 10" in found.detail


def test_an_answer_without_sources_is_found(report: tuple[Path, dict[str, Any]]) -> None:
    """What nobody can compute again may rest on nothing."""
    folder, document = report
    changed = json.loads(json.dumps(document))
    for quantity in changed["questions"]["part-one.comparison"]["quantities"].values():
        quantity["source"] = "measured"
    (folder / "answers.json").write_text(json.dumps(changed))
    found = {check.name: check for check in check_answers(folder)}["other code part-one.comparison"]
    assert not found.passed
    assert "says how it is computed" in found.detail


def test_a_prediction_that_was_changed_shows(report: tuple[Path, dict[str, Any]]) -> None:
    """Accuracy is counted from what was predicted, not read from what was stored as accuracy."""
    folder, document = report
    files = Files(folder, document["results"])
    source = "wide, seeds 0, 1: test accuracy at epoch 10"
    honest = computed("test_accuracy", source, files)
    assert honest == pytest.approx(
        document["questions"]["part-one.comparison"]["quantities"]["wide.test_accuracy"]["value"], rel=1e-12
    )
    other = Files(folder, document["results"])
    other.predictions = lambda key, epoch, split="test": files.predictions(key, epoch, split) * 0  # type: ignore[method-assign]
    assert computed("test_accuracy", source, other) != honest


def test_words_that_are_not_known_compute_nothing(report: tuple[Path, dict[str, Any]]) -> None:
    """And a minus before them does not change that."""
    folder, document = report
    files = Files(folder, document["results"])
    unknown = replace(Quantity(1.0), source="wide, seeds 0, 1: luck at epoch 10")
    assert computed("luck", unknown.source, files) is None
    assert computed("luck", f"minus ({unknown.source})", files) is None
