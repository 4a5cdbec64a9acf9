"""What a team's repository uses: the steps of the Action, and the hooks, run as they are in two clones."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from program import Ran
from wine import ROOT, Wine, command

SEEDS = "--seeds 3"
GIT = {
    f"GIT_{who}_{what}": "someone@example.org"
    for who in ("AUTHOR", "COMMITTER")
    for what in ("NAME", "EMAIL")
}
STEPS: list[dict[str, Any]] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["runs"][
    "steps"
]
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
PROGRAMS = {
    "labreport": 'PYTHONPATH="{}" exec {} -m labreport "$@"',
    "gh": 'echo "gh $*"; cat "${{@: -1}}"',
}


class Clone:
    """A clone of a repository, in which shell commands run."""

    def __init__(self, origin: Path, folder: Path, programs: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, **GIT, "PATH": f"{programs}:{os.environ['PATH']}"}
        subprocess.run(["git", "clone", "--quiet", str(origin), str(folder)], check=True)

    def run(self, script: str, **variables: str) -> Ran:
        """As GitHub runs a step with `shell: bash`."""
        line = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
        ran = subprocess.run(
            line, cwd=self.folder, env={**self.environment, **variables}, capture_output=True, text=True
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr, frozenset())

    def steps(self, base: str, folder: Path, *names: str) -> dict[str, Ran]:
        """Run those steps of the Action that need no network, or those named, with what it gives them."""
        folder.mkdir()
        given = {"PROJECT": ".", "OPTIONS": SEEDS, "BASE": base, "NUMBER": "7", "GH_TOKEN": ""}
        found = {}
        for step in STEPS:
            if "run" in step and step["name"] != "Install" and (not names or step["name"] in names):
                variables = {name: given[name] for name in step["env"]}
                found[step["name"]] = self.run(step["run"], RUNNER_TEMP=str(folder), **variables)
        return found


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Clone, Clone]:
    """Two clones of a repository with the example and its report."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in PROGRAMS.items():
        (programs / name).write_text(
            f"#!/bin/bash\n{text.format(command().parent / 'src', shlex.quote(sys.executable))}\n"
        )
        (programs / name).chmod(0o755)
    wine = Wine.built(*SEEDS.split()).copy(tmp_path / "origin")
    page = (ROOT / "docs" / "teams.md").read_text(encoding="utf-8")
    to_commit = page.split("```sh\n")[1].split("```")[0]
    script = f"git init -q -b main . && {to_commit} git commit -qm 'A report'"
    subprocess.run(["bash", "-ec", script], cwd=wine.folder, env={**os.environ, **GIT}, check=True)
    return Clone(wine.folder, tmp_path / "author", programs), Clone(wine.folder, tmp_path / "ci", programs)


@pytest.mark.slow
def test_a_pull_request_is_checked_and_its_changes_are_a_comment(
    clones: tuple[Clone, Clone], tmp_path: Path
) -> None:
    """Stale before the author has built, with the cause; then fresh in another clone, with what changed."""
    author, ci = clones
    edit = "sed -i 's/n_estimators=50/n_estimators=1/' project.py"
    assert (
        author.run(
            f"git checkout -qb fewer && {edit} && git commit -qam Fewer && git push -q origin fewer"
        ).code
        == 0
    )
    assert ci.run("git fetch -q && git checkout -q fewer").code == 0
    before = ci.steps("origin/main", tmp_path / "before")
    assert [ran.code for ran in before.values()] == [1, 0, 0, 0]
    assert "function project:fit changed" in before["The report is fresh"].out
    assert "Both reports say the same." in before["Comment"].out
    build = author.run(f"labreport {SEEDS} && git add -A && git commit -qm Build && git push -q origin fewer")
    assert build.code == 0, build.err
    assert ci.run("git pull -q").code == 0
    after = ci.steps("origin/main", tmp_path / "after")
    assert [ran.code for ran in after.values()] == [0, 0, 0, 0], after
    assert "All is fresh" in after["The report is fresh"].out
    assert "0 differ." in after["Its numbers agree"].out
    comment = after["Comment"].out.splitlines()
    assert comment[0].startswith("gh pr comment 7 --edit-last --create-if-none --body-file ")
    assert comment[1:4] == [
        "What this changes in the answers:",
        "",
        "    Which classifier is the most accurate?",
    ]
    assert any(line.startswith("      forest.mean: ") for line in comment)
    assert ci.run("git status --porcelain").out == ""


def test_a_branch_without_a_report_is_said_to_have_none(clones: tuple[Clone, Clone], tmp_path: Path) -> None:
    """And a report that was edited by hand fails."""
    author, _ = clones
    assert (
        author.run(
            "git rm -rq report && git commit -qm None && git branch none && git reset -q --hard HEAD~"
        ).code
        == 0
    )
    told = author.steps("none", tmp_path / "none", "What changes in the answers", "Comment")
    assert "has no report to compare with" in told["Comment"].out
    author.run("""sed -i '0,/"value": 0.9/s//"value": 0.8/' report/answers.json""")
    wrong = author.steps("origin/main", tmp_path / "wrong", "The report is fresh", "Its numbers agree")
    assert [ran.code for ran in wrong.values()] == [1, 1]


def test_the_hooks_pass_on_a_fresh_report_and_fail_on_a_stale_one(clones: tuple[Clone, Clone]) -> None:
    """Each entry, as pre-commit runs it."""
    author, _ = clones
    entries = {hook["id"]: hook["entry"] for hook in HOOKS}
    assert author.run(f"{entries['labreport-status']} {SEEDS}").code == 0
    assert author.run(entries["labreport-check"]).code == 0
    author.run("sed -i 's/n_estimators=50/n_estimators=1/' project.py")
    assert author.run(f"{entries['labreport-status']} {SEEDS}").code == 1
