"""`python tests/worlds/run.py --worlds 2000 --seed 1`: random worlds and the faults of their reports."""

from __future__ import annotations

import argparse
import multiprocessing
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

ENOUGH = 1_000
"""Worlds, of which each class must have one."""
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]


def main(arguments: list[str] | None = None) -> int:
    """Judge the worlds; say each kind of fault once, with how often and one example.

    Returns 1 where there is a fault, and where a class of worlds is missing among `ENOUGH` or more.
    """
    from worlds.world import CLASSES, world

    options = _options(arguments)
    print(f"seed {options.seed}: worlds {options.seed} to {options.seed + options.worlds - 1}", flush=True)
    began = time.monotonic()
    jobs = [(number, options.figures) for number in range(options.seed, options.seed + options.worlds)]
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    seconds = 0.0
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        for number, faults, took in pool.imap_unordered(_judged, jobs, chunksize=4):
            seconds += took
            for kind, text in faults:
                found[kind].append((number, text))
    counts = Counter(name for number, _ in jobs for name in world(number).classes)
    print("  ".join(f"{name}: {counts[name]}" for name in CLASSES))
    missing = [name for name in CLASSES if not counts[name] and options.worlds >= ENOUGH]
    for name in missing:
        print(f"no world of the class {name!r}")
    for kind, cases in sorted(found.items(), key=lambda item: -len(item[1])):
        worlds = {number for number, _ in cases}
        number, text = min(cases)
        print(f"{len(worlds):5} worlds  {kind}\n             e.g. world {number}: {text[:600]}")
    faulty = {number for cases in found.values() for number, _ in cases}
    print(
        f"{len(faulty)} of {options.worlds} worlds have a fault, of {len(found)} kinds "
        f"({time.monotonic() - began:.0f} s, {seconds:.0f} s of processor time)"
    )
    return 1 if missing or found else 0


def _judged(job: tuple[int, bool]) -> tuple[int, list[tuple[str, str]], float]:
    from worlds.judge import judge
    from worlds.world import world

    number, figures = job
    began = time.process_time()
    faults = [(fault.kind, fault.text) for fault in judge(world(number), figures=figures)]
    return number, faults, time.process_time() - began


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=2000, help="how many (2000)")
    parser.add_argument("--seed", type=int, default=None, help="number of the first world (random)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--figures", action="store_true", help="draw and check every figure too: slower")
    options = parser.parse_args(arguments)
    if options.worlds < 1 or options.jobs < 1:
        parser.error("--worlds and --jobs take whole numbers from 1")
    if options.seed is None:
        options.seed = random.randrange(1_000_000)
    return options


if __name__ == "__main__":
    sys.exit(main())
