"""`diff`: two reports side by side, in the terminal, as JSON and as a page; and what a shell completes."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from wine import Wine, labreport

from labreport.commands.parser import COMMANDS

SEEDS = ("--seeds", "3")


def test_two_reports_are_compared(tmp_path: Path) -> None:
    """Each number, judgement and figure that differs, and questions that only one has; nothing else."""
    wine = Wine.built(*SEEDS).copy(tmp_path / "wine")
    old = shutil.copytree(wine.folder / "report", tmp_path / "old")
    assert labreport(wine.folder, "diff", str(old)).stdout == "Both reports say the same.\n"
    wine.edit("project.py", "n_estimators=50", "n_estimators=1")
    wine.edit("project.py", "Does more data help?", "Do more data help?")
    built = wine.run(*SEEDS)
    assert built.code == 0, built.err
    ran = labreport(wine.folder, "diff", str(old), "--html", "page.html")
    assert ran.returncode == 1
    assert "\n  forest.mean: " in ran.stdout
    assert re.search(r"\n  figure more-rows: 10, .* → 10, .* \(4 more rows\)\n", ran.stdout)
    document = json.loads(labreport(wine.folder, "diff", str(old), "report", "--json").stdout)
    assert (document["exit"], document["added"], document["removed"]) == (1, [], [])
    changed = {(one["question"], one["name"]): one for one in document["changed"]}
    before, after = (json.loads((one / "answers.json").read_text()) for one in (old, wine.folder / "report"))
    for slug, question in after["questions"].items():
        for name, one in question["quantities"].items():
            same = one == before["questions"][slug]["quantities"][name]
            assert (slug, name) not in changed or not same
        for name, one in question["findings"].items():
            was = before["questions"][slug]["findings"][name]["judgement"]
            told = [
                (each["word"], each["sign"] * (each["word"] == "clear")) for each in (was, one["judgement"])
            ]
            assert ((slug, f"finding {name}") in changed) == (told[0] != told[1])
    page = (wine.folder / "page.html").read_text()
    marked = re.findall('<tr class="changed"><th>(.*?)</th>', page)
    assert sorted(marked) == sorted(html.escape(name or "answer") for _, name in changed)
    assert page.count("<img ") == 6
    assert "http" not in page


def test_reports_without_pages_and_with_other_questions(tmp_path: Path) -> None:
    """Figures are compared where both are there; a question that only one has is named."""
    report = Wine.built(*SEEDS).folder / "report"
    alone = tmp_path / "answers.json"
    shutil.copy(report / "answers.json", alone)
    wine = Wine.built(*SEEDS).copy(tmp_path / "wine")
    same = labreport(wine.folder, "diff", str(alone))
    assert (same.returncode, same.stdout) == (0, "Both reports say the same.\n")
    refused = labreport(wine.folder, "diff")
    assert (refused.returncode, "diff needs one or two folders" in refused.stderr) == (2, True)
    refused = labreport(wine.folder, "diff", "nothing")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_completes_commands_and_their_options(shell: str, tmp_path: Path) -> None:
    """From the script that is printed: all commands at first, then the options of the one that was typed."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = labreport(tmp_path, "completion").stdout
    if shell == "zsh":
        checked = subprocess.run(["zsh", "-n"], input=script, text=True, capture_output=True)
        assert (checked.returncode, checked.stderr) == (0, "")
        return

    def completed(*words: str) -> set[str]:
        typed = " ".join(f"'{word}'" for word in ("labreport", *words))
        line = f"{script}\nCOMP_WORDS=({typed}); COMP_CWORD={len(words)}; _labreport; echo ${{COMPREPLY[@]}}"
        ran = subprocess.run(["bash", "-c", line], text=True, capture_output=True, check=True)
        return set(ran.stdout.split())

    assert completed("").issuperset(COMMANDS)
    assert completed("ver") == {"verify"}
    assert completed("verify", "--ju") == {"--junit"}
    assert completed("--seeds", "2", "clean", "--") == {*COMMANDS["clean"].options.split()} | {
        "--project",
        "--quiet",
        "--debug",
        "--help",
    }
