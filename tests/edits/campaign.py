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
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from edits.changes import COSMETIC, Change, changes
from edits.judging import Verdict, in_fork, judge

ROOT = Path(__file__).resolve().parents[2]
TRIAL = Path(__file__).resolve().parent / "trial"
LIBRARIES = (
    *(
        "numpy",
        "scipy.stats",
        "scipy.special",
        "matplotlib.figure",
        "matplotlib.backends.backend_svg",
        "seaborn",
    ),
    *(
        "jinja2",
        "markupsafe",
        "msgspec.json",
        "safetensors.numpy",
        "rich.console",
        "rich.progress",
        "filelock",
    ),
    *("fontTools.subset", "json", "decimal", "difflib", "importlib.metadata"),
)
ENGINE = (
    *(
        "labreport.execute.session",
        "labreport.execute.training",
        "labreport.execute.worker",
        "labreport.page",
    ),
    *("labreport.charts", "labreport.nodes.workshop", "labreport.audit", "labreport.builders.dots"),
)
"""Loaded once for all edits that do not touch the engine."""
FOLLOWED = ("charts", "stats", "page", "outline.py", "results.py", "experiment.py", "errors.py", "texts.py")
"""Of the engine, what computes and draws; the rest only carries out (`labreport.fingerprint.code`)."""


RULES = {
    "what loading a module changes": (
        "fingerprint/loading.py",
        "found.append(((module, name), change))",
        "pass",
    ),
    "names bound in nested statements": (
        "fingerprint/binding.py",
        "for child in ast.iter_child_nodes(node):\n                visit(child)",
        "for child in () if hasattr(node, 'body') else ast.iter_child_nodes(node): visit(child)",
    ),
    "what an import means": (
        "fingerprint/syntax.py",
        "_text(statement), *meaning)",
        "_text(statement))",
    ),
    "the class of a specification": (
        "plan/fingerprints.py",
        "filter(self._code.defines, [kind])",
        "()",
    ),
    "what a top-level set of a template gives": (
        "fingerprint/templates.py",
        """([(name, "set")] if what in own.get("set", ("", (), ()))[2] else [])""",
        "[]",
    ),
}
"""Parts of the rule in `docs/staleness.md` that can be taken out, to see that the campaign finds it."""


class World:
    """A copy of the trial project with an engine of its own, and a complete report to start from."""

    def __init__(self, folder: Path, break_rule: str = "") -> None:
        self.folder = folder
        shutil.copytree(TRIAL, folder, ignore=shutil.ignore_patterns("__pycache__", "report"))
        shutil.copytree(
            ROOT / "src" / "labreport",
            folder / "engine" / "labreport",
            ignore=shutil.ignore_patterns("__pycache__", "skeleton"),
        )
        if break_rule:
            file, old, new = RULES[break_rule]
            path = folder / "engine" / "labreport" / file
            text = path.read_text()
            if old not in text:
                raise RuntimeError(f"the rule {break_rule!r} is not written like that any more: {old!r}")
            path.write_text(text.replace(old, new))
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
            "odd code": [
                self.folder / "trial" / f"{name}.py"
                for name in ("bindings", "squares", "table", "stars", "effects")
            ],
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
        (self.folder / "report" / ".labreport").write_text(
            '{\n "made by": "labreport",\n "project": "edits"\n}\n'
        )
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


Tally = dict[str, Counter[str]]
"""How many edits of each kind had each outcome."""


def run(count: int, seed: int, jobs: int = 1, break_rule: str = "") -> int:
    """Try `count` edits; prints a table, and returns how many were missed.

    `break_rule` names one of `RULES`, which is taken out of the engine that is tried.
    """
    print(
        f"edits: {count}, seed {seed}{f', without the rule: {break_rule}' if break_rule else ''}", flush=True
    )
    with ProcessPoolExecutor(jobs, get_context("fork")) as pool:
        parts = [pool.submit(_part, count, seed, part, jobs, break_rule) for part in range(jobs)]
        found = [part.result() for part in parts]
    tally: Tally = {}
    for part, _ in found:
        for kind, outcomes in part.items():
            tally.setdefault(kind, Counter()).update(outcomes)
    _print(tally)
    used = sum(seconds for _, seconds in found)
    print(f"{used:.0f} s of processor time, {used / max(count, 1):.2f} s an edit")
    return sum(outcomes["missed"] for outcomes in tally.values())


def _part(count: int, seed: int, part: int, parts: int, break_rule: str) -> tuple[Tally, float]:
    """One of several processes: every so many edits, in a world of its own."""
    tally: Tally = {}
    random, started = Random(seed), _seconds()
    with tempfile.TemporaryDirectory(prefix="labreport-edits-") as scratch:
        world = World(Path(scratch, "trial"), break_rule)
        for library in LIBRARIES:
            with suppress(ImportError):
                importlib.import_module(library)
        first = world.first()
        if first.error:
            raise RuntimeError(first.error)
        plan = [world.draw(random) for _ in range(count)][part::parts]
        loaded = False
        # Those of the engine first: then it is loaded, for all others
        for where, path, change in sorted(plan, key=lambda one: one[0] not in ("engine", "frame")):
            if where not in ("engine", "frame") and not loaded:
                loaded = True
                for module in ENGINE:
                    importlib.import_module(module)
                _compile_templates(world)
            kind = change.kind if where in ("code", "odd code") else f"{where}: {change.kind}"
            outcome = _outcome(world, path, change, kind)
            tally.setdefault(kind, Counter())[outcome] += 1
    return tally, _seconds() - started


def _seconds() -> float:
    """Processor time of this process and of its forks."""
    return sum(os.times()[:4])


def _outcome(world: World, path: Path, change: Change, kind: str) -> str:
    """What became of one edit, in a word; what was missed is printed."""
    verdict = world.tried(path, change)
    text = path.read_text()
    where = f"{path.relative_to(world.folder)}:{text.count(chr(10), 0, change.start) + 1}"
    if verdict.missed:
        old = text[change.start : change.end]
        print(
            f"MISSED {verdict.missed} after {kind} in {where}: {old!r:.80} -> {change.new!r:.80}", flush=True
        )
        return "missed"
    if os.environ.get("EDITS_SHOWN"):
        print(
            f"{kind} in {where}: {change.new!r:.60}: rebuilt {verdict.rebuilt} {verdict.error:.150}",
            flush=True,
        )
    if verdict.error:
        return "error"
    if not verdict.rebuilt:
        return "unchanged"
    return "rebuilt" if verdict.changed else "needless"


def _compile_templates(world: World) -> None:
    """Once for all edits that do not touch a template: what is compiled is kept by its source."""
    from labreport.page.environment import MEDIA, environment

    for medium in MEDIA:
        made = environment(world.folder / "templates", medium, {})
        for path in (*world._kinds["frame"], *world._kinds["templates"]):
            top = "frame" if path.is_relative_to(world.folder / "engine") else "templates"
            with suppress(Exception):
                made.get_template(str(path).rpartition(f"/{top}/")[2])


def _print(tally: Tally) -> None:
    columns = ("edits", "rebuilt", "unchanged", "missed", "needless", "error")
    rows = [
        [kind, str(found.total()), *(str(found[name]) for name in columns[1:])]
        for kind, found in sorted(tally.items())
    ]
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
    share = total["needless"] / max(same, 1)
    print(f"of {same} edits that changed no output, {total['needless']} rebuilt something: {share:.0%}")
    rebuilt = cosmetic["needless"] + cosmetic["rebuilt"]
    print(f"of {cosmetic.total()} comments, docstrings, formats, local names, {rebuilt} rebuilt something")


def main(words: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=2027)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--without", choices=sorted(RULES), default="")
    chosen = parser.parse_args(words)
    return 1 if run(chosen.count, chosen.seed, chosen.jobs, chosen.without) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
