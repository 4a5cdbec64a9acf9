"""Published numbers computed again by other code: true ones pass, made-up ones do not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import made_results

from exercise.again import check_answers
from exercise.again.checks import computed
from exercise.again.files import Files
from exercise.project import PROJECT
from labreport.experiment import plain
from labreport.fingerprint.canonical import digest
from labreport.nodes.workshop import function
from labreport.results import Results
from labreport.run import Check
from labreport.trajectory import Snapshot, Trajectory
from labreport.trajectory.store import Store

ASKED = ("part-one.accuracy", "part-one.comparison", "part-two.above-20")
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
    """Accuracies from predictions, losses from what was kept, differences of both."""
    found = checks(report)
    assert [name for name, check in found.items() if not check.passed] == []
    assert found.keys() == set(ASKED)
    assert found["part-one.comparison"].detail == "6 numbers"


@pytest.mark.parametrize("name", ["early.wide minus small", "early.wide.mean", "late.small.mean"])
def test_a_changed_number_is_found(report: tuple[Path, dict[str, Any]], name: str) -> None:
    """It has the right name and the right source, and is made up."""
    found = checks(report, **{name: 0.0123})["part-one.comparison"]
    assert not found.passed
    assert f"{name}: published 0.0123, but the stored results give" in found.detail


@pytest.mark.parametrize(
    "change", [{"experiments": ["elsewhere"]}, {"epochs": [77]}, {"units": [9]}, {"measure": "test luck"}]
)
def test_a_source_that_leads_nowhere_is_found(report: tuple[Path, dict[str, Any]], change: Any) -> None:
    """A network, an epoch or a seed that was not trained; another measure is none that is looked up."""
    folder, document = report
    changed = json.loads(json.dumps(document))
    quantity = changed["questions"]["part-one.comparison"]["quantities"]["early.wide.mean"]
    quantity["source"] |= change
    (folder / "answers.json").write_text(json.dumps(changed))
    found = {check.name: check for check in check_answers(folder)}["other code part-one.comparison"]
    assert found.passed == ("measure" in change)
    assert found.detail == "5 numbers" if found.passed else "its source cannot be followed" in found.detail


def test_a_prediction_that_was_changed_shows(report: tuple[Path, dict[str, Any]]) -> None:
    """Accuracy is counted from what was predicted, not read from what was stored as accuracy."""
    folder, document = report
    files = Files(folder, document["results"])
    quantity = document["questions"]["part-one.comparison"]["quantities"]["early.wide.mean"]
    assert computed(quantity, files) == pytest.approx(quantity["value"], rel=1e-12)
    other = Files(folder, document["results"])
    other.predictions = lambda key, epoch, split="test": files.predictions(key, epoch, split) * 0  # type: ignore[method-assign]
    assert computed(quantity, other) != pytest.approx(quantity["value"])
