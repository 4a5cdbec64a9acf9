"""`keep`: results stay valid across an edit because somebody says so, and the report and `verify` say it."""

from __future__ import annotations

import json
from pathlib import Path

from wine import labreport

PROJECT = """
from dataclasses import dataclass

import numpy as np

from labreport import Experiment, Fit, Measure, Project, question, ranking, section


@dataclass(frozen=True)
class Mean:
    shift: float = 0.0


def fit(mean, seed):
    drawn = np.random.default_rng(seed).normal(mean.shift, 0.01, 100)
    return Fit({"test": {"accuracy": 0.5 + float(drawn.mean())}}, {"drawn": drawn})


LOW, HIGH = Experiment("low", Mean(), fit=fit), Experiment("high", Mean(0.2), fit=fit)
ACCURACY = Measure("test accuracy", unit="%", better="higher", margin=1, because="less does not matter")


@question("Which is higher?", reads=(LOW, HIGH))
def which(results):
    return ranking(results, ACCURACY)


project = Project("Means", seeds=2, sections=(section("Means", which),))
"""


def test_kept_results_stay_until_the_next_edit_and_everything_says_so(tmp_path: Path) -> None:
    """Nothing is computed and no stored byte changes; `verify` says what differs, which is not a fault."""

    def ran(*arguments: str, code: int = 0, project: str = "") -> str:
        if project:
            (tmp_path / "project.py").write_text(project, encoding="utf-8")
        ended = labreport(tmp_path, *arguments)
        assert ended.returncode == code, (arguments, ended.stdout, ended.stderr)
        return ended.stdout + ended.stderr

    def stored() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (tmp_path / "report" / "results").iterdir()}

    ran("build", project=PROJECT)
    before, answers = stored(), json.loads((tmp_path / "report" / "answers.json").read_text())
    assert "nothing to keep of 'low': it is fresh" in ran("keep", "low", "--because", "x", code=2)

    renamed = PROJECT.replace("drawn", "values")
    assert "another experiment than before: shift 0.2 → 0.3" in ran(
        *("keep", "high", "--because", "x"), code=2, project=renamed.replace("Mean(0.2)", "Mean(0.3)")
    )
    renamed = renamed.replace('{"values": values}', '{"drawn": values}')
    assert "keep needs --because" in ran("keep", "low", code=2, project=renamed)
    assert "'which' is not an experiment" in ran("keep", "which", "--because", "x", code=2)
    assert "Kept 4 runs of low, high" in ran("keep", "low", "high", "--because", "a variable is renamed")
    told = json.loads(ran("status", "--json", code=1))
    assert all(one["state"] == "fresh" for one in told["nodes"] if one["kind"] in ("result", "answer"))
    assert [one["changed"] for one in told["kept"]] == [["function project:fit changed"]] * 2
    why = ran("why", "low")
    assert "a variable is renamed\n" in why
    assert "function project:fit changed" in why

    ran("build")
    assert stored() == before
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "Results that were kept by decision" in page
    assert "a variable is renamed" in page
    written = json.loads((tmp_path / "report" / "answers.json").read_text())
    (decided,) = written["results"]["low"].pop("decided")
    assert decided["results"]["low#1"][0] == answers["results"]["low"]["keys"][1]
    assert written["results"]["low"] == answers["results"]["low"]
    assert written["questions"]["which"]["findings"] == answers["questions"]["which"]["findings"]
    assert "2 runs of low kept by" in ran("status")
    assert "equal bits; kept by" in ran("verify", "--repeat", "all", "--verbose")

    wrong = renamed.replace("0.5 + ", "0.6 + ")
    assert "result/low#0" in ran("status", "--verbose", code=1, project=wrong)
    ran("keep", "low", "high", "--because", "a mistake")
    ran("build")
    assert stored() == before
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert page.index("a variable is renamed") < page.index("a mistake")
    verified = ran("verify", "--repeat", "all")
    assert verified.count("its record number 1 differs; kept by") == 4
    assert "kept by decision: low#0, low#1" in verified
    assert "result low" not in ran("clean", "--dry-run")
    assert "a mistake; 1 earlier decision about it stays" in ran("keep", "--undo", "low")
    assert "it was kept by a decision in kept.json, which is gone" in ran("why", "low", code=1)
    ran("keep", "--undo", "high")
    assert "2 runs of low kept by" in ran("status", code=1, project=renamed)
    assert "no decision is about 'which'" in ran("keep", "--undo", "which", code=2)

    (tmp_path / "kept.json").write_text("<<<<<<< HEAD")
    assert "kept.json: is not what keep writes" in ran("status", code=2)
