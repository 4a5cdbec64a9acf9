"""The long campaign: faults of nine kinds injected into the real program, each trial judged.

    python tests/faults/campaign.py [--trials N] [--seed S] [--kinds kill,damage] [--jobs N]
    python tests/faults/campaign.py --seed S --repeat kill:17

Prints its seed; a trial depends on the seed, its kind and its index only. Exit code 1 if any promise
is broken; what such a trial left stays in its folder.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from random import Random

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parents[2]
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from faults import world as place_of_trials
from faults.judge import Lost
from faults.kinds import KINDS
from faults.skipped import Skipped
from faults.world import Place, World


@dataclass(frozen=True)
class Trial:
    """One trial and how it ended: `survived`, `lost` or `skipped`; `detail` says what was done or broken."""

    kind: str
    index: int
    outcome: str
    detail: str
    seconds: float

    @property
    def name(self) -> str:
        """What `--repeat` takes."""
        return f"{self.kind}:{self.index}"


def carry_out(world: World, seed: int, kind: str, index: int) -> Trial:
    """One trial in a folder of its own, which is removed unless a promise is broken."""
    folder = world.folder / "trials" / f"{kind}-{index}"
    folder.mkdir(parents=True)
    started = time.monotonic()
    try:
        detail = KINDS[kind][0](Place(world, folder), Random(f"{seed}:{kind}:{index}"), index)
        outcome = "survived"
    except Skipped as reason:
        outcome, detail = "skipped", str(reason)
    except (Lost, TimeoutError) as broken:
        outcome, detail = "lost", str(broken)
    except Exception as error:  # a fault of the campaign itself must not end it
        outcome, detail = "lost", f"the trial itself failed: {type(error).__name__}: {error}"
    if outcome != "lost":
        shutil.rmtree(folder, ignore_errors=True)
    return Trial(kind, index, outcome, detail, time.monotonic() - started)


def plan(trials: int, kinds: Sequence[str]) -> list[tuple[str, int]]:
    """Kinds and indices, by share; at least one of each kind; in turns, so that a short run meets all."""
    total = sum(KINDS[kind][1] for kind in kinds)
    counts = {kind: max(1, round(trials * KINDS[kind][1] / total)) for kind in kinds}
    found = [((index + 0.5) / count, kind, index) for kind, count in counts.items() for index in range(count)]
    return [(kind, index) for _, kind, index in sorted(found)]


def run(
    trials: int, seed: int, kinds: Sequence[str], jobs: int, folder: Path, typeset: bool = True
) -> list[Trial]:
    """The whole campaign, a line for each broken promise as it is found."""
    world = World.make(folder, typeset)
    done: list[Trial] = []
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(carry_out, world, seed, kind, index) for kind, index in plan(trials, kinds)]
        for future in as_completed(futures):
            trial = future.result()
            done.append(trial)
            if trial.outcome == "lost":
                print(f"LOST {trial.name}: {trial.detail}", flush=True)
            elif len(done) % 50 == 0:
                print(f"{len(done)} of {len(futures)} trials", flush=True)
    return done


def table(trials: Sequence[Trial]) -> str:
    """The figures of a campaign, as docs/faults.md prints them."""
    lines = ["| kind | trials | survived | lost | skipped |", "|---|--:|--:|--:|--:|"]
    for kind in (*KINDS, "all"):
        counts = Counter(trial.outcome for trial in trials if kind in (trial.kind, "all"))
        if counts:
            lines.append(
                f"| {kind} | {counts.total() - counts['skipped']} | {counts['survived']} | {counts['lost']} "
                f"| {counts['skipped']} |"
            )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Inject faults into the real program and judge what is left."
    )
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--kinds", default=",".join(KINDS), help=f"of {', '.join(KINDS)}")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeat", metavar="KIND:INDEX")
    parser.add_argument(
        "--no-typesetting",
        action="store_true",
        help="a stand-in writes the PDF and the page's fonts, so that more trials fit into the time",
    )
    parser.add_argument("--hang", type=float, default=place_of_trials.HANG_SECONDS, help="seconds for a run")
    parser.add_argument("--json", type=Path, help="write every trial to this file")
    options = parser.parse_args(arguments)
    kinds, place_of_trials.HANG_SECONDS = options.kinds.split(","), options.hang
    unknown = set(kinds) - set(KINDS)
    if unknown:
        parser.error(f"no kind {sorted(unknown)[0]!r}; there are {', '.join(KINDS)}")
    folder = Path(tempfile.mkdtemp(prefix="labreport-faults-"))
    typeset = not options.no_typesetting
    folder.chmod(0o755)  # one trial is another user's
    print(f"seed {options.seed}, in {folder}", flush=True)
    if options.repeat:
        kind, _, index = options.repeat.partition(":")
        trial = carry_out(World.make(folder, typeset), options.seed, kind, int(index))
        print(f"{trial.outcome}: {trial.detail}")
        if trial.outcome != "lost":
            shutil.rmtree(folder, ignore_errors=True)
        return int(trial.outcome == "lost")
    started = time.monotonic()
    done = run(options.trials, options.seed, kinds, options.jobs, folder, typeset)
    if options.json:
        options.json.write_text(json.dumps([vars(trial) for trial in done], indent=1) + "\n")
    print(table(done))
    lost = [trial.name for trial in done if trial.outcome == "lost"]
    print(f"seed {options.seed}, {len(done)} trials in {time.monotonic() - started:.0f} s, {len(lost)} lost")
    if lost:
        print(f"repeat one with: --seed {options.seed} --repeat {lost[0]}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
