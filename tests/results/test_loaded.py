"""A report as pandas frames."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from results.stored import SMALL, stored_run

from labreport.errors import UsageError
from labreport.results import Store, describe_experiment, load, write_json
from labreport.stats import FORMAT, Answer, Comparison, Namespace, Quantity, Source, to_json

MEAN = Quantity(0.9812345, "fraction", 0.979, 0.9835, n=2)
GAIN = Quantity(0.01, "points", 0.004, 0.016, n=27, spread=0.012, compared=Comparison(0.0, 0.002, 0.018))
GAIN_OF_GROUPS = replace(
    GAIN,
    p=0.003,
    source=Source(("drug", "placebo")),
    compared=Comparison(0.0, 0.002, 0.018, sizes=(27, 32)),
)
MEANS = Namespace({"small": MEAN, "a_b": Quantity(12.5, "µM", n=2)})
ANSWER = Answer(mean=MEANS, gain=GAIN_OF_GROUPS)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """The folder of a report with one answer."""
    store = Store(tmp_path / "report" / "results")
    runs = [stored_run(store, "small", seed) for seed in (0, 1)]
    stored_run(store, "small", 2)  # of an earlier build, which answers.json does not name
    questions = {"best": {"question": "Which is *best*?", "answer": to_json(ANSWER), "claims": []}}
    experiments = {"small": describe_experiment(SMALL, (10,), runs)}
    document = {"format": FORMAT, "title": "Toy", "experiments": experiments, "questions": questions}
    write_json(tmp_path / "report" / "answers.json", document)
    return tmp_path / "report"


def test_a_report_is_frames(report: Path) -> None:
    """Only the runs and the epochs that its answers rest on, and every number of them."""
    loaded = load(report)
    results = loaded.results[["seed", "epoch", "test accuracy"]]
    assert results.to_numpy().tolist() == [[0, 10, 0.1], [1, 10, 1.1]]
    assert list(loaded.records.columns) == ["loss", "more deep", "experiment", "seed", "epoch"]
    assert loaded.records["epoch"].tolist() == [*range(1, 11), *range(1, 11)]


def test_the_frame_of_answers_has_both_intervals_p_sd_and_n_of_both_groups(report: Path) -> None:
    """Not rounded; of a number that has none of these, the cells are empty."""
    answers = load(report).answers.set_index("name")
    assert list(answers.index) == ["mean.small", "mean.a_b", "gain"]
    small, gain = answers.loc["mean.small"], answers.loc["gain"]
    assert small[["value", "unit", "low"]].tolist() == [0.9812345, "fraction", 0.979]
    assert small[["judged_low", "p", "sd"]].isna().all()
    assert gain[["low", "high", "judged_low", "judged_high"]].tolist() == [0.004, 0.016, 0.002, 0.018]
    assert gain[["p", "sd", "n", "groups"]].tolist() == [0.003, 0.012, 27, "drug 27, placebo 32"]


def test_a_folder_without_a_report_is_named(tmp_path: Path) -> None:
    """One line says what is not there."""
    with pytest.raises(UsageError, match=r"answers.json is not there"):
        load(tmp_path)


def test_a_report_of_an_older_version_is_to_be_built_again(report: Path) -> None:
    """Its answers have another form, and no number of the format."""
    older = {"title": "Toy", "experiments": {}, "questions": {}}
    write_json(report / "answers.json", older)
    with pytest.raises(UsageError, match=r"answers\.json was built by an older version .*; build it again"):
        load(report)
