"""The campaign of edits: `python build.py test --edits`, or this file with `--count` and `--seed`.

Nothing of the engine is imported here: each edit is judged in a fork, which loads the code as it is then.
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edits.changes import COSMETIC, Change, changes
from edits.judging import Verdict, in_fork, judge

ROOT = Path(__file__).resolve().parents[2]
TRIAL = Path(__file__).resolve().parent / "trial"
LIBRARIES = (
    *("numpy", "scipy.stats", "scipy.special", "matplotlib.figure", "matplotlib.backends.backend_svg", "seaborn"),
    *("jinja2", "markupsafe", "msgspec.json", "safetensors.numpy", "rich.console", "rich.progress", "filelock"),
    *("fontTools.subset", "json", "decimal", "difflib", "importlib.metadata"),
)
ENGINE = (
    *("labreport.execute.session", "labreport.execute.tasks", "labreport.execute.worker", "labreport.page"),
    *("labreport.charts", "labreport.nodes.workshop", "labreport.audit", "labreport.builders.dots"),
)
"""Loaded once for all edits that leave the engine alone."""
FOLLOWED = ("charts", "claims", "page", "outline.py", "results.py", "experiment.py", "errors.py", "texts.py")
"""Of the engine, what computes and draws; the rest only carries out (`labreport.fingerprint.names`)."""


class World:
    """A copy of the trial project with an engine of its own, and a complete report to start from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(TRIAL, folder, ignore=shutil.ignore_patterns("__pycache__", "report"))
        shutil.copytree(ROOT / "src" / "labreport", folder / "engine" / "labreport", ignore=shutil.ignore_patterns("__pycache__", "skeleton"))
        sys.path.insert(0, str(folder / "engine"))
        sys.dont_write_bytecode = True
        self.base = folder / "base"
        self._kinds = self._files()

    def _files(self) -> dict[str, list[Path]]:
        """Files by what they are, each kind as likely as its weight below."""
        engine = self.folder / "engine" / "labreport"
        code = [path for name in FOLLOWED for path in [engine / name, *(engine / name).rglob("*.py")]]
        return {
            "code": sorted((self.folder / "trial").rglob("*.py")),
            "odd code": [self.folder / "trial" / f"{name}.py" for name in ("bindings", "squares", "table", "stars", "effects")],
            "templates": sorted((self.folder / "templates").rglob("*.html")),
            "engine": sorted(path for path in code if path.suffix == ".py" and path.is_file()),
            "frame": sorted((engine / "frame").glob("*.html")),
            "style": sorted((engine / "frame" / "styles").glob("*.css")),
            "script": sorted((engine / "frame" / "script").glob("*.js")),
            "data": [self.folder / "trial" / "numbers.txt"],
        }

    def draw(self, random: Random) -> tuple[str, Path, Change]:
        """A kind of file, a file of it, and an edit."""
        while True:
            (where,) = random.choices(list(self._kinds), (30, 22, 18, 15, 5, 4, 2, 4))
            path = random.choice(self._kinds[where])
            known = changes(path, random)
            if known:
                kind = random.choice(sorted({one.kind for one in known}))
                return where, path, random.choice([one for one in known if one.kind == kind])

    def first(self) -> Verdict:
        """The report to start from."""
        (self.folder / "report").mkdir()
        (self.folder / "report" / ".labreport").write_text('{\n "made by": "labreport",\n "project": "edits"\n}\n')
        verdict: Verdict = in_fork(lambda: judge(self.folder, base=True))
        shutil.copytree(self.folder / "report", self.base)
        return verdict

    def tried(self, path: Path, change: Change) -> Verdict:
        """The verdict on one edit, which is taken back."""
        before = path.read_bytes()
        shutil.rmtree(self.folder / "report")
        shutil.copytree(self.base, self.folder / "report")
        path.write_text(change.applied(before.decode()), encoding="utf-8")
        try:
            return in_fork(lambda: judge(self.folder)) or Verdict(error="its process died")
        finally:
            path.write_bytes(before)


def run(count: int, seed: int, only: str = "") -> int:
    """Try `count` edits; prints a table, and returns how many were missed."""
    print(f"edits: {count}, seed {seed}", flush=True)
    random = Random(seed)
    tally: dict[str, Counter[str]] = {}
    started, missed = time.process_time(), 0
    with tempfile.TemporaryDirectory(prefix="labreport-edits-") as scratch:
        world = World(Path(scratch, "trial"))
        for library in LIBRARIES:
            with suppress(ImportError):
                importlib.import_module(library)
        first = world.first()
        assert not first.error, first.error
        plan = sorted((world.draw(random) for _ in range(count)), key=lambda one: one[0] == "engine")
        loaded = False
        for where, path, change in reversed(plan):  # those of the engine first: then it is loaded for all others
            if where != "engine" and not loaded:
                loaded = True
                for module in ENGINE:
                    importlib.import_module(module)
            verdict = world.tried(path, change)
            kind = change.kind if where in ("code", "odd code") else f"{where}: {change.kind}"
            outcome = (
                "missed" if verdict.missed
                else "error" if verdict.error
                else "needless" if verdict.rebuilt and not verdict.changed
                else "rebuilt" if verdict.rebuilt
                else "unchanged"
            )  # fmt: skip
            tally.setdefault(kind, Counter())[outcome] += 1
            if verdict.missed:
                missed += 1
                text = path.read_text()
                line = text.count("\n", 0, change.start) + 1
                print(
                    f"MISSED {verdict.missed} after {kind} in {path.relative_to(world.folder)}:{line}: "
                    f"{text[change.start : change.end]!r:.80} -> {change.new!r:.80} {verdict.error}",
                    flush=True,
                )
            elif outcome == "error" and os.environ.get("EDITS_ERRORS"):
                print(f"  {kind} in {path.name}: {change.new!r:.40}: {verdict.error:.200}", flush=True)
    _print(tally, count)
    used = time.process_time() - started + sum(os.times()[2:4])
    print(f"{used:.0f} s of processor time, {used / max(count, 1):.2f} s an edit")
    return missed


def _print(tally: dict[str, Counter[str]], count: int) -> None:
    columns = ("edits", "rebuilt", "unchanged", "missed", "needless", "error")
    rows = [[kind, str(found.total()), *(str(found[name]) for name in columns[1:])] for kind, found in sorted(tally.items())]
    total = Counter[str]()
    for found in tally.values():
        total.update(found)
    rows.append(["all", str(total.total()), *(str(total[name]) for name in columns[1:])])
    width = max(len(row[0]) for row in rows)
    print("".join([" " * width, *(f"{name:>11}" for name in columns)]))
    for row in rows:
        print("".join([f"{row[0]:{width}}", *(f"{cell:>11}" for cell in row[1:])]))
    same = total["needless"] + total["unchanged"]
    cosmetic = Counter[str]()
    for kind, found in tally.items():
        if kind.rpartition(": ")[2] in COSMETIC:
            cosmetic.update(found)
    print(f"of {same} edits that changed no output, {total['needless']} rebuilt something: {total['needless'] / max(same, 1):.0%}")
    print(f"of {cosmetic.total()} comments, docstrings, formats and local names: {cosmetic['needless'] + cosmetic['rebuilt']} rebuilt something")


def main(words: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2027)
    chosen = parser.parse_args(words)
    return 1 if run(chosen.count, chosen.seed) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
