"""The campaign of random edits, and that it finds what is missed when a part of the rule is taken out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CAMPAIGN = Path(__file__).with_name("campaign.py")


def campaign(*words: str) -> subprocess.CompletedProcess[str]:
    """What the campaign prints; it runs by itself, since nothing of the engine may be loaded around it."""
    command = [sys.executable, "-P", str(CAMPAIGN), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.edits
def test_no_edit_goes_unnoticed(capsys: pytest.CaptureFixture[str]) -> None:
    """After 1,000 edits, nothing that is called fresh comes out different."""
    seed = os.environ.get("EDITS_SEED", "2027")
    ran = campaign("--count", os.environ.get("EDITS_COUNT", "1000"), "--seed", seed, "--jobs", "2")
    with capsys.disabled():
        print(f"\n{ran.stdout}{ran.stderr}")
    assert ran.returncode == 0
    assert "MISSED" not in ran.stdout


@pytest.mark.edits
@pytest.mark.parametrize(
    "rule", ["what loading a module changes", "what an import means", "the class of a specification"]
)
def test_without_one_of_its_rules_edits_are_missed(rule: str) -> None:
    """So the campaign can fail: three parts of the rule are taken out, one at a time."""
    ran = campaign("--count", "150", "--jobs", "2", "--without", rule)
    assert ran.returncode == 1
    assert "MISSED" in ran.stdout, ran.stderr
