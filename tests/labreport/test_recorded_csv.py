"""Runs in CSV files and JSON lines: both shapes, uneven runs, divergence, settings and arrays."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy
import pandas
import pytest
from recordings import declare, replayed, results, seeds

from labreport.errors import UsageError
from labreport.experiment import Design


def _csv(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_each_file_is_a_run_and_its_name_says_the_seed(tmp_path: Path) -> None:
    """Seeds come from the pattern, whatever gaps they have, and lengths differ."""
    _csv(tmp_path, "runs/a-7.csv", "epoch,loss,test/accuracy\n1,0.5,0.8\n2,0.25,0.9\n")
    _csv(tmp_path, "runs/a-10.csv", "epoch,loss,test/accuracy\n1,0.5,0.7\n")
    found = declare(tmp_path, 'recorded("a", "runs/a-{seed}.csv")')
    assert found.recorded.files == ("runs/a-7.csv", "runs/a-10.csv")
    assert (found.epochs, found.design) == (2, Design("seed", paired=True))
    made = replayed(found)
    assert [(seed, len(one.records)) for seed, one in made.items()] == [(7, 2), (10, 1)]
    assert made[7].records == [
        {"loss": 0.5, "test/accuracy": 0.8, "step": 1},
        {"loss": 0.25, "test/accuracy": 0.9, "step": 2},
    ]
    assert made[7].metrics == {"loss": 0.25, "test": {"accuracy": 0.9}}


def test_columns_name_run_and_seed_in_one_file_of_pandas(tmp_path: Path) -> None:
    """A table that pandas wrote, its index without a name, with interleaved runs and a missing seed."""
    rows = [
        {"epoch": epoch, "setting": setting, "seed": seed, "accuracy": 0.1 * epoch + 0.01 * seed}
        for epoch in (1, 2)
        for setting, seed in (("slow", 0), ("quick", 0), ("quick", 2))
    ]
    pandas.DataFrame(rows).to_csv(tmp_path / "all.csv")
    found = declare(tmp_path, 'recorded_groups("all.csv", name="setting")')
    assert {name: seeds(one) for name, one in found.items()} == {
        "quick": [0, 2],
        "slow": [0],
    }
    made = replayed(found["quick"])
    assert [record["accuracy"] for record in made[2].records] == pytest.approx([0.12, 0.22])


def test_json_lines_hold_nested_metrics_and_several_runs(tmp_path: Path) -> None:
    """Objects inside are named by path; numbers in the columns of run and seed are texts like any other."""
    lines = [
        {"model": "tree", "seed": seed, "step": step, "test": {"accuracy": step / 10}, "loss": None}
        for seed in (3, 1)
        for step in (5, 10)
    ]
    (tmp_path / "log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    found = declare(tmp_path, 'recorded_groups("log.jsonl", name="model")')
    made = replayed(found["tree"])
    assert list(made) == [1, 3]
    assert made[3].records == [
        {"test/accuracy": 0.5, "step": 5},
        {"test/accuracy": 1.0, "step": 10},
    ]


def test_a_file_a_run_of_json_lines(tmp_path: Path) -> None:
    """Without a seed, runs are numbered in natural order of their files, and have no partner."""
    for number in (10, 2):
        (tmp_path / f"run{number}.jsonl").write_text(f'{{"loss": {number}}}\n')
    found = declare(tmp_path, 'recorded("all", "run*.jsonl")')
    assert found.design == Design("run", paired=False)
    assert {seed: made.metrics for seed, made in replayed(found).items()} == {
        0: {"loss": 2.0},
        1: {"loss": 10.0},
    }


@pytest.mark.parametrize("value", ["nan", "NaN", "inf", "-inf", "1e999"])
def test_divergence_is_data(tmp_path: Path, value: str) -> None:
    """The record and the final metrics have what was written, not an older value."""
    _csv(tmp_path, "a.csv", f"epoch,loss,accuracy\n1,2.0,0.3\n2,{value},0.1\n3,{value},0.1\n")
    found = declare(tmp_path, 'recorded("a", "a.csv")')
    (run,) = results(found)
    assert [math.isfinite(record["loss"]) for record in run.records] == [True, False, False]
    assert (run.diverged_at, run.at().metrics["accuracy"]) == (2, 0.1)
    assert not math.isfinite(run.at().metrics["loss"])
    assert list(found.recorded.failed) == ["loss"]


def test_an_empty_cell_is_not_divergence(tmp_path: Path) -> None:
    """What was measured at every other epoch only keeps its last value."""
    _csv(tmp_path, "a.csv", "epoch,loss,accuracy\n1,2.0,0.3\n2,1.0,\n")
    (made,) = replayed(declare(tmp_path, 'recorded("a", "a.csv")')).values()
    assert made.records[1] == {"loss": 1.0, "step": 2}
    assert made.metrics == {"loss": 1.0, "accuracy": 0.3}


def test_metrics_are_chosen_and_renamed_and_settings_kept(tmp_path: Path) -> None:
    """A column of text that is not chosen does no harm; a setting is a number where it looks like one."""
    _csv(tmp_path, "a.csv", "epoch;val_acc;device;rate;kind\n1;0.5;cpu;1e-3;x\n2;0.6;gpu;1e-3;x\n")
    call = 'recorded("a", "a.csv", metrics={"test/accuracy": "val_acc"}, parameters=("rate", "kind"))'
    found = declare(tmp_path, call)
    assert found.specification.settings == {"rate": 0.001, "kind": "x"}
    (made,) = replayed(found).values()
    assert made.metrics == {"test": {"accuracy": 0.6}}


def test_where_leaves_out_other_runs(tmp_path: Path) -> None:
    """By a column that is then not a metric; what the others hold does no harm."""
    _csv(tmp_path, "a.csv", "split,seed,loss\ntrain,0,1\ntest,0,lost\ntrain,1,3\n")
    found = declare(tmp_path, 'recorded("a", "a.csv", where={"split": "train"})')
    assert {seed: made.metrics for seed, made in replayed(found).items()} == {
        0: {"loss": 1.0},
        1: {"loss": 3.0},
    }


def test_arrays_beside_a_run_belong_to_it(tmp_path: Path) -> None:
    """A file of arrays of the same name is kept with the run, and is one of its files."""
    _csv(tmp_path, "a.csv", "epoch,loss\n1,2.0\n")
    numpy.savez(tmp_path / "a.npz", predicted=numpy.array([3, 1, 4]))
    found = declare(tmp_path, 'recorded("a", "a.csv")')
    assert (found.recorded.files, found.recorded.arrays) == (("a.csv", "a.npz"), ("a.npz",))
    (made,) = replayed(found).values()
    assert made.arrays["predicted"].tolist() == [3, 1, 4]


def test_arrays_with_objects_are_refused(tmp_path: Path) -> None:
    """Reading them would execute what they hold."""
    _csv(tmp_path, "a.csv", "epoch,loss\n1,2.0\n")
    numpy.savez(tmp_path / "a.npz", odd=numpy.array([{}], dtype=object))
    found = declare(tmp_path, 'recorded("a", "a.csv")')
    with pytest.raises(UsageError, match=r"a\.npz: not a file of arrays: .*numbers and texts only$"):
        replayed(found)
