"""A benchmark with blocks, as examples/benchmark has it: what is fastest, what is the same, of how many."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from recordings import declare, results

from labreport.experiment import Experiment
from labreport.results import Results, Runs
from labreport.stats import Answer, Measure, difference, ranking

SOURCE = Path(__file__).resolve().parents[2] / "examples/benchmark/runs.csv"
CALL = 'recorded_groups("runs.csv", name=("program", "level"), metrics=("seconds", "bytes"), {})'
SECONDS = Measure("seconds", "s", better="lower", scale="ratio", margin=1.02)
SIZE = Measure("bytes", "bytes", better="lower", scale="ratio", margin=1.02)


def _read(folder: Path, options: str) -> Results:
    shutil.copy(SOURCE, folder / "runs.csv")
    found: Mapping[str, Experiment] = declare(folder, CALL.format(options))
    return Results("question", {name: Runs(one, results(one)) for name, one in found.items()})


@pytest.fixture
def blocked(tmp_path: Path) -> Results:
    """The runs of each program, with the inputs as blocks."""
    return _read(tmp_path, 'blocks="input"')


def _says(answer: Answer) -> str:
    (found,) = answer.to_plain()["findings"].values()
    return str(found["says"])


def test_what_differs_by_less_than_the_margin_is_the_same(blocked: Results) -> None:
    """The headers of gzip are some bytes longer, in every input."""
    answer = difference(blocked, "gzip 6", "zlib 6", SIZE)
    (finding,) = answer.findings.values()
    assert finding.judgement.same
    interval = answer.quantities["gzip 6 over zlib 6"].interval
    assert interval is not None
    assert 1 / 1.02 < interval.low <= interval.high < 1.02


def test_the_number_is_that_of_inputs_and_not_of_runs(blocked: Results) -> None:
    """Repetitions in a block are one; how they are averaged is in `test_stats_reference.py`."""
    answer = difference(blocked, "lzma 0", "zlib 6", SECONDS)
    found = answer.quantities["lzma 0 over zlib 6"]
    assert (found.n, answer.quantities["lzma 0 over zlib 6.units"].value) == (6, 6)


def test_a_failed_run_is_said_without_being_asked_for(tmp_path: Path) -> None:
    """In the sentence of the finding; it is never the best."""
    shutil.copy(SOURCE, tmp_path / "runs.csv")
    lines = (tmp_path / "runs.csv").read_text().splitlines()
    cells = lines[1].split(",")
    assert cells[:3] == ["zlib", "1", "prose"]
    lines[1] = ",".join([*cells[:3], "NA", *cells[4:]])
    (tmp_path / "runs.csv").write_text("\n".join(lines))
    found = declare(tmp_path, CALL.format('blocks="input"'))
    read = Results("question", {name: Runs(one, results(one)) for name, one in found.items()})
    assert "In 1 of 30 runs, `zlib 1` gave no number" in _says(ranking(read, SECONDS)).replace("\u00a0", " ")


def test_a_recorded_row_does_not_diverge(tmp_path: Path) -> None:
    """A column that is not a number need not be the loss of a training."""
    rows = ["name,seconds,bytes", "a,1.0,5", "a,1.1,nan", "b,2.0,6", "b,2.2,7"]
    (tmp_path / "rows.csv").write_text("\n".join(rows))
    found = declare(tmp_path, 'recorded_groups("rows.csv", name="name", metrics=("seconds", "bytes"))')
    read = Results("question", {name: Runs(one, results(one)) for name, one in found.items()})
    said = _says(difference(read, "a", "b", SECONDS)).replace("\u00a0", " ")
    assert "In 1 of 2 runs, another number of `a` is not finite." in said
    assert "diverged" not in said
