"""Compare the numbers of two reports: `python tools/same.py OLD NEW [--names OLD=NEW ...]`.

OLD and NEW are folders of reports, made by this version or by the one before it; each is read by the
`labreport` of its own checkout, the nearest folder above it with `src/labreport` or what `--old-source`
says. Compared are value and ends of every quantity and the judgement of every comparison, by experiments,
measure and epochs, and the SHA-256 of every stored array by experiment, seed and epoch. `--names small-
plain=small` says what an experiment is called now.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

READ = """
import hashlib, json, sys
import labreport
folder, found = sys.argv[1], {}
def put(kind, *key, value):
    found.setdefault(" | ".join([kind, *map(str, key)]), []).append(value)
def array(name, seed, epoch, arrays):
    for each in arrays:
        one = arrays[each]
        sha = hashlib.sha256(one.tobytes() + str((one.dtype, one.shape)).encode()).hexdigest()
        put("array", name, seed, epoch, each, value=sha)
def quantity(one, source, low, high):
    if source.kind == "measured" and one.value is not None:
        key = ",".join(source.experiments), source.measure, *source.epochs, one.unit
        put("quantity", *key, value=[f"{x:.9g}" for x in (one.value, low, high) if x is not None])
def part(measure, epochs, subjects, word):
    put("judgement", measure, *epochs, *subjects, value=word)
report = labreport.load(folder)
try:
    from labreport.results import Store
except ImportError:
    for name, runs in report.runs.items():
        for run in runs:
            for epoch, kept in run.snapshots.items():
                array(name, run.seed, epoch, kept.arrays)
    for answer in report.answers.values():
        for one in answer.quantities.values():
            ends = (one.interval.low, one.interval.high) if one.interval else (None, None)
            quantity(one, one.origin, *ends)
        for finding in answer.findings.values():
            for each in finding.parts:
                word = {1: "more", -1: "less"}.get(each.judgement.sign, "unclear")
                said = each.judgement.word.removeprefix("the ")
                measure = getattr(finding.measure, "name", finding.measure)
                part(measure, finding.epochs, each.subjects, word if said == "clear" else said)
else:
    from pathlib import Path
    from labreport.stats import Finding, Quantity, from_plain
    names = {}
    for name, one in report.document["experiments"].items():
        for seed, key in one["runs"].items():
            names.setdefault((key, int(seed)), []).append(name)
    for run in Store(Path(folder) / "results").runs():
        for name in names.get((run.key, run.seed), ()):
            for epoch, kept in run.kept.items():
                array(name, run.seed, epoch, kept.arrays)
    def walk(value):
        if isinstance(value, Quantity):
            quantity(value, value.source, value.low, value.high)
        elif isinstance(value, Finding):
            for each in value.parts:
                epochs = [value.epoch] if value.epoch else []
                part(value.measure.name if value.measure else "", epochs, each.subjects, each.judgement)
                walk(each.quantity)
        elif hasattr(value, "members"):
            for each in value.members.values():
                walk(each)
    for one in report.document["questions"].values():
        walk(from_plain(one["answer"]))
json.dump({key: sorted({json.dumps(one) for one in values}) for key, values in found.items()}, sys.stdout)
"""


def read(report: Path, source: Path | None) -> dict[str, list[str]]:
    """What a report holds, read by the engine that made it."""
    if source is None:
        source = next(
            each / "src" for each in report.resolve().parents if (each / "src" / "labreport").is_dir()
        )
    environment = {"PYTHONPATH": str(source)}
    done = subprocess.run([sys.executable, "-c", READ, str(report)], env=environment, capture_output=True)
    if done.returncode:
        sys.exit(f"{report}: {done.stderr.decode().strip().splitlines()[-1]}")
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def main() -> int:
    """Print what differs, is gone, is new, and how much is equal; 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--old-source", type=Path, help="the folder src of the checkout that made OLD")
    parser.add_argument("--names", nargs="*", default=[], metavar="OLD=NEW")
    given = parser.parse_args()
    renamed = dict(each.rsplit("=", 1) for each in given.names)
    old, new = read(given.old, given.old_source), read(given.new, None)
    told = {
        " | ".join(",".join(renamed.get(x, x) for x in part.split(",")) for part in key.split(" | ")): values
        for key, values in old.items()
    }
    differ = [key for key in told if key in new and not set(told[key]) & set(new[key])]
    for title, keys in (
        ("differs", differ),
        ("gone", told.keys() - new.keys()),
        ("new", new.keys() - told.keys()),
    ):
        for key in sorted(keys):
            print(f"{title}: {key}", *(told[key], new[key]) if title == "differs" else ())
    for kind in ("quantity", "judgement", "array"):
        same = [key for key in told if key in new and key not in differ and key.startswith(kind)]
        print(f"{kind}: {len(same)} equal, {sum(key.startswith(kind) for key in differ)} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
