"""The RO-Crate beside a report: valid by its profile, with a way from each answer to code, data, results."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest
from checkers import module

from labreport.provenance.crate import NAME, WORKFLOW, Answered, Report, Training, crate

VALIDATE = Path(__file__).parents[1] / "validate_crate.py"
VALIDATOR = "roc-validator==0.13.0"
PROFILE = "provenance-run-crate-0.5"
FIRST, LAST = "2026-01-02T03:04:05.000+00:00", "2026-01-02T04:05:06+00:00"
DATA = {"data/numbers.npz": "ab" * 32, "data/of-others.npz": "cd" * 32}
TRAININGS = [
    Training(f"{seed}" * 64, "tree", "a tree", seed, "project:fit, digest 12", FIRST, LAST, ("ab" * 32,))
    for seed in range(3)
]
ANSWER = Answered(
    "best", "Which is best?", "The tree.", "project:best", tuple(each.key for each in TRAININGS)
)
REPORT = Report(
    "An example",
    "Its subtitle",
    "Somebody",
    "0.1.0",
    "3.11.7",
    {"numpy": "2.4"},
    DATA,
    TRAININGS,
    [ANSWER],
    ("report.html", "report.pdf", "answers.json"),
)


@pytest.fixture
def entities() -> dict[str, Any]:
    """The entities of the example's crate, by their identifiers."""
    return {entity["@id"]: entity for entity in json.loads(crate(REPORT))["@graph"]}


def test_an_answer_is_followed_to_its_results_code_and_data(entities: dict[str, Any]) -> None:
    """By identifiers only, as another program would."""
    made = next(each for each in entities.values() if each.get("result") == {"@id": "#answered-best"})
    assert made["description"] == "Computed by project:best"
    results = [entities[each["@id"]] for each in made["object"]]
    assert [each["identifier"] for each in results] == [each.key for each in TRAININGS]
    trained = next(each for each in entities.values() if each.get("result") == {"@id": results[0]["@id"]})
    assert "project:fit" in trained["description"]
    assert (trained["startTime"], trained["endTime"]) == (FIRST, LAST)
    assert [entities[each["@id"]]["sha256"] for each in trained["object"]] == ["ab" * 32]


def test_nothing_refers_to_what_is_not_there(entities: dict[str, Any]) -> None:
    """Every identifier that is not an address on the web has its entity."""
    referred = set(_referred(list(entities.values())))
    assert {each for each in referred if not each.startswith("https://")} <= set(entities)


def _referred(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _referred(each)]
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            return [value["@id"]]
        return [found for each in value.values() for found in _referred(each)]
    return []


def test_equal_reports_have_equal_crates() -> None:
    """Nothing in it is the time of writing."""
    assert crate(REPORT) == crate(REPORT)


def _folder(folder: Path) -> Path:
    """A report's folder with the files that the crate names."""
    (folder / "results").mkdir(parents=True)
    for name in (WORKFLOW, *REPORT.documents, *(f"results/{each.key}.json" for each in TRAININGS)):
        (folder / name).write_text("{}", encoding="utf-8")
    (folder / NAME).write_bytes(crate(REPORT))
    return folder


def test_rocrate_reads_it(tmp_path: Path) -> None:
    """The library that most programs use for it."""
    read = module("rocrate.rocrate", "rocrate").ROCrate(_folder(tmp_path / "report"))
    assert read.mainEntity.id == WORKFLOW
    assert [step["name"] for step in read.mainEntity["step"]] == ["train", "answer", "write"]


@pytest.mark.slow
def test_the_validator_of_the_profile_finds_no_error(tmp_path: Path) -> None:
    """All that the profile requires. The validator has an environment of its own: it needs an old rich."""
    context = Path(module("rocrate", "rocrate").__file__).parent / "data" / "ro-crate.jsonld"
    own = tmp_path / "environment"
    venv.create(own, with_pip=True)
    install = [str(own / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", VALIDATOR]
    installed = subprocess.run(install, capture_output=True, text=True)
    if installed.returncode:
        pytest.skip(f"{VALIDATOR} cannot be installed: {installed.stderr.strip().splitlines()[-1]}")
    options = ["-y", "--disable-color", "validate", "--offline", "--no-paging", "-l", "required"]
    command = [str(own / "bin" / "python"), str(VALIDATE), str(context), *options, "-p", PROFILE]
    run = subprocess.run([*command, str(_folder(tmp_path / "report"))], capture_output=True, text=True)
    print(run.stdout[-2_000:], run.stderr[-2_000:], file=sys.stderr)
    assert run.returncode == 0
