"""Runs in MLflow's local store, both layouts written as MLflow's source writes them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from unittest.mock import ANY

import pytest
from recordings import declare, replayed, results, seeds

from labreport.errors import UsageError

EXPERIMENT = """artifact_location: file:///tmp/mlruns/1
creation_time: 1700000000000
experiment_id: '1'
last_update_time: 1700000000000
lifecycle_stage: active
name: 'digits: all'
"""
RUN = """artifact_uri: file:///tmp/mlruns/1/{run}/artifacts
end_time: 1700000000900
entry_point_name: ''
experiment_id: '1'
lifecycle_stage: {stage}
run_id: {run}
run_name: calm-fox-{seed}
run_uuid: {run}
source_name: ''
source_type: 4
source_version: ''
start_time: 1700000000000
status: {status}
tags: []
user_id: someone
"""


def _run(store: Path, run: str, seed: int, rate: str, stage: str = "active", status: int = 3) -> Path:
    folder = store / "1" / run
    for kind in ("metrics/val", "params", "tags", "artifacts"):
        (folder / kind).mkdir(parents=True)
    (folder / "meta.yaml").write_text(RUN.format(run=run, seed=seed, stage=stage, status=status))
    (folder / "params/seed").write_text(str(seed))
    (folder / "params/rate").write_text(rate)
    (folder / "tags/mlflow.user").write_text("someone")
    # Not in the order of steps, once with the fields that version 3 adds
    (folder / "metrics/loss").write_text("1700000000200 0.5 2\n1700000000100 1.0 1 train.csv 9a8b\n")
    (folder / "metrics/val/acc").write_text(f"1700000000250 {0.5 + seed / 10} 2\n")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A file store with an experiment of four runs, of which one was deleted."""
    store = tmp_path / "mlruns"
    (store / "0").mkdir(parents=True)
    (store / "0/meta.yaml").write_text(EXPERIMENT.replace("'1'", "'0'").replace("digits: all", "Default"))
    (store / ".trash").mkdir()
    for run, seed, rate, stage in (
        ("a1", 0, "0.1", "active"),
        ("b2", 1, "0.1", "active"),
        ("c3", 0, "0.5", "active"),
        ("d4", 0, "0.1", "deleted"),
    ):
        _run(store, run, seed, rate, stage)
    (store / "1/meta.yaml").write_text(EXPERIMENT)
    return store


def test_a_file_store_is_read_by_parameters(tmp_path: Path, store: Path) -> None:
    """Grouped by a parameter, numbered by another; deleted runs are left out; steps are put in order."""
    found = declare(tmp_path, 'recorded_groups("mlruns", name="rate")')
    assert {name: seeds(one) for name, one in found.items()} == {
        "0.1": [0, 1],
        "0.5": [0],
    }
    assert found["0.1"].specification.settings["experiment"] == "digits: all"
    made = replayed(found["0.1"])
    assert made[1].records == [{"loss": 1.0, "step": 1}, {"loss": 0.5, "val/acc": 0.6, "step": 2}]
    assert made[1].metrics == {"loss": 0.5, "val": {"acc": 0.6}}


def test_a_run_of_a_file_store_rests_on_its_own_files(tmp_path: Path, store: Path) -> None:
    """And on the description of its experiment, not on other runs."""
    found = declare(tmp_path, 'recorded("slow", "mlruns", where={"rate": "0.5"})')
    assert set(found.recorded.files) == {
        "mlruns/1/meta.yaml",
        *(
            f"mlruns/1/c3/{name}"
            for name in (
                "meta.yaml",
                "metrics/loss",
                "metrics/val/acc",
                "params/rate",
                "params/seed",
                "tags/mlflow.user",
            )
        ),
    }


def test_folders_in_which_a_run_may_appear_are_watched(tmp_path: Path, store: Path) -> None:
    """In the store for another experiment, in an experiment for another run, in a run for another metric."""
    found = declare(tmp_path, 'recorded("slow", "mlruns", where={"rate": "0.5"})')
    assert {"mlruns", "mlruns/1", "mlruns/1/c3/metrics"} <= set(found.recorded.folders)
    assert "." not in found.recorded.folders


def test_values_without_steps_are_numbered_in_order(tmp_path: Path, store: Path) -> None:
    """MLflow writes step 0 for all of them; the first layout had no steps at all."""
    path = store / "1/c3/metrics/loss"
    for lines in ("3 0.7 0\n1 0.9 0\n2 nan 0\n", "3 0.7\n1 0.9\n2 nan\n"):
        path.write_text(lines)
        call = 'recorded("slow", "mlruns", where={"rate": "0.5"}, metrics=("loss",))'
        (made,) = replayed(declare(tmp_path, call)).values()
        assert made.records == [{"loss": 0.9, "step": 0}, ANY, {"loss": 0.7, "step": 2}]
        assert str(made.records[1]) == "{'loss': nan, 'step': 1}"
        assert made.metrics == {"loss": 0.7}


DAMAGE = {
    "four fields": ("metrics/loss", b"1 2 3 4\n", "c3/metrics/loss:1: is '1 2 3 4'; time, value and step"),
    "a word": ("metrics/loss", b"1 0.5 1\n2 low 2\n", "c3/metrics/loss:2: the value is 'low'; a number"),
    "half a step": ("metrics/loss", b"1 0.5 1.5\n", "c3/metrics/loss:1: the step is 1.5; a whole number"),
    "empty": ("metrics/loss", b"", "c3/metrics/loss: is empty; time, value and step"),
    "Latin-1": ("params/rate", b"\xb5", "c3/params/rate:1: not UTF-8 (byte 0xb5)"),
    "not YAML": ("meta.yaml", b"name: a\n???\n", "c3/meta.yaml:2: is '???'; `name: value` is needed"),
}


@pytest.mark.parametrize(("name", "data", "expected"), DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_of_the_store_is_reported(
    tmp_path: Path, store: Path, name: str, data: bytes, expected: str
) -> None:
    """With file, line, and what MLflow would write."""
    (store / "1/c3" / name).write_bytes(data)
    with pytest.raises(UsageError) as caught:
        declare(tmp_path, 'recorded_groups("mlruns", name="rate")')
    assert expected in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_run_without_metrics_is_a_failed_run(tmp_path: Path, store: Path) -> None:
    """It gave no number for what other runs record; by its status it can be left out."""
    folder = _run(store, "e5", 2, "0.1", status=4)
    for path in (folder / "metrics/loss", folder / "metrics/val/acc"):
        path.unlink()
    found = declare(tmp_path, 'recorded_groups("mlruns", name="rate")')["0.1"]
    assert found.recorded.failed == {"loss": ["seed 2"], "val/acc": ["seed 2"]}
    assert str(replayed(found)[2].metrics) == "{'loss': nan, 'val': {'acc': nan}}"
    call = 'recorded_groups("mlruns", name="rate", where={"status": "FINISHED"})'
    assert seeds(declare(tmp_path, call)["0.1"]) == [0, 1]
    call = 'recorded("none", "mlruns", where={"status": "FAILED"})'
    assert declare(tmp_path, call).recorded.failed["loss"] == ["seed 2"]


TABLES = """
CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name VARCHAR(256), lifecycle_stage VARCHAR(32));
CREATE TABLE runs (run_uuid VARCHAR(32) PRIMARY KEY, name VARCHAR(250), status VARCHAR(9),
    start_time BIGINT, end_time BIGINT,
    lifecycle_stage VARCHAR(20), experiment_id INTEGER);
CREATE TABLE params (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
CREATE TABLE tags (key VARCHAR(250), value VARCHAR(8000), run_uuid VARCHAR(32));
CREATE TABLE metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32), step BIGINT,
    is_nan BOOLEAN);
INSERT INTO experiments VALUES (1, 'digits', 'active');
INSERT INTO runs VALUES ('a1', 'calm-fox', 'FINISHED', 5, 1700000000000, 'active', 1),
    ('b2', 'old', 'FINISHED', 6, NULL, 'deleted', 1);
INSERT INTO params VALUES ('seed', '4', 'a1');
INSERT INTO tags VALUES ('team', 'blue', 'a1');
INSERT INTO metrics VALUES ('loss', 0.5, 2, 'a1', 2, 0), ('loss', 1.0, 1, 'a1', 1, 0),
    ('loss', 0, 3, 'a1', 3, 1),
    ('norm', 1.7976931348623157e308, 3, 'a1', 3, 0), ('norm', 2, 1, 'a1', 1, 0);
"""


def test_the_database_is_read(tmp_path: Path) -> None:
    """With the flag that stands for NaN, the number that stands for infinity, and tags that are asked for."""
    with closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        database.executescript(TABLES)
    before = (tmp_path / "mlflow.db").read_bytes()
    call = 'recorded("a", "mlflow.db", where={"experiment": "digits", "tags.team": "blue"})'
    made = replayed(declare(tmp_path, call))
    assert made[4].records == [{"loss": 1.0, "norm": 2.0, "step": 1}, {"loss": 0.5, "step": 2}, ANY]
    assert str(made[4].records[2]) == "{'loss': nan, 'norm': inf, 'step': 3}"
    assert str(made[4].metrics) == "{'loss': nan, 'norm': inf}"
    (run,) = results(declare(tmp_path, call))
    assert run.provenance["finished"] == "2023-11-14T22:13:20+00:00"
    assert (tmp_path / "mlflow.db").read_bytes() == before


def test_a_file_that_is_not_a_database_of_mlflow_is_reported(tmp_path: Path) -> None:
    """Another file, another database, a damaged one."""
    path = tmp_path / "mlflow.db"
    path.write_text("epoch,loss\n")
    with pytest.raises(UsageError, match=r"mlflow\.db: is not an SQLite database"):
        declare(tmp_path, 'recorded("a", "mlflow.db")')
    path.unlink()
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE other (a)")
    with pytest.raises(UsageError, match="cannot be read as MLflow's database: no such table: params"):
        declare(tmp_path, 'recorded("a", "mlflow.db")')
    path.write_bytes(path.read_bytes()[:60] + b"\xff" * 200)
    with pytest.raises(UsageError, match="cannot be read as MLflow's database"):
        declare(tmp_path, 'recorded("a", "mlflow.db")')
