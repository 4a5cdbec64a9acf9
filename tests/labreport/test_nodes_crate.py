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
from program import Program

VALIDATE = Path(__file__).parents[1] / "validate_crate.py"
VALIDATOR = "roc-validator==0.13.0"
PROFILE = "provenance-run-crate-0.5"


@pytest.fixture
def report() -> Path:
    """The folder of a report of the stand-in."""
    return Program.built("--seeds", "1").folder / "report"


@pytest.fixture
def entities(report: Path) -> dict[str, Any]:
    """The entities of its crate, by their identifiers."""
    found = json.loads((report / "ro-crate-metadata.json").read_text(encoding="utf-8"))["@graph"]
    assert len({entity["@id"] for entity in found}) == len(found)
    return {entity["@id"]: entity for entity in found}


def test_an_answer_is_followed_to_its_results_code_and_data(report: Path, entities: dict[str, Any]) -> None:
    """By identifiers only, as another program would."""
    made = next(
        each for each in entities.values() if each.get("result") == {"@id": "#answered-measured.better"}
    )
    assert made["description"].startswith("Computed by exercise.")
    results = [entities[each["@id"]] for each in made["object"]]
    assert results
    for result in results:
        document = json.loads((report / "results" / f"{result['identifier']}.json").read_text())
        trained = next(each for each in entities.values() if each.get("result") == {"@id": result["@id"]})
        times = document["segments"][0]["started"], document["segments"][-1]["finished"]
        assert (trained["startTime"], trained["endTime"]) == times
        digests = [entities[each["@id"]]["sha256"] for each in trained["object"]]
        assert digests == list(document["ingredients"]["data"].values())


def test_whatever_is_referred_to_is_there(report: Path, entities: dict[str, Any]) -> None:
    """Every identifier that is not an address on the web has its entity, and every file and folder exists."""
    referred = set(_referred(list(entities.values())))
    assert {each for each in referred if not each.startswith("https://")} <= set(entities)
    files = [name for name, one in entities.items() if {"File", "Dataset"} & {*_several(one["@type"])}]
    assert {"./", "results/", "report.html", "workflow.py"} <= set(files)
    assert [name for name in files if not (report / name).exists()] == []


def _several(kind: str | list[str]) -> list[str]:
    return [kind] if isinstance(kind, str) else kind


def _referred(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for each in value for found in _referred(each)]
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            return [value["@id"]]
        return [found for each in value.values() for found in _referred(each)]
    return []


def test_rocrate_reads_it(report: Path) -> None:
    """The library that most programs use for it."""
    read = module("rocrate.rocrate", "rocrate").ROCrate(report)
    assert read.mainEntity.id == "workflow.py"
    assert [step["name"] for step in read.mainEntity["step"]] == ["train", "answer", "write"]


@pytest.mark.slow
def test_the_validator_of_the_profile_finds_no_error(tmp_path: Path, report: Path) -> None:
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
    run = subprocess.run([*command, str(report)], capture_output=True, text=True)
    print(run.stdout[-2_000:], run.stderr[-2_000:], file=sys.stderr)
    assert run.returncode == 0
