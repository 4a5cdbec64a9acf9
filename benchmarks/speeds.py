"""How long builds take: nothing to do, an edited sentence, everything but training, `verify`, a large table.

    python benchmarks/speeds.py [--old OTHER_CHECKOUT] [--seeds 1] [PART ...]

Each part is timed `--rounds` times, with another checkout in turn where one is given, and printed as a
row of a table in Markdown: the median here, the median there, and their ratio; of `rows`, there is a plain
script of pandas and seaborn. The report of each checkout must be there already. Parts: nothing, sentence,
documents, verify, rows.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = """
import pandas
import seaborn
from labreport import Measure, Project, figure, question, ranking, section, table

ROWS = table("rows.csv", replicate="plate")
VALUE = Measure("value", unit="µM", better="")

@figure(reads=ROWS)
def drawn(rows):
    return seaborn.catplot(rows.frame, x="dose", y="value", hue="cell_line", kind="box", height=3)

@question("Which dose has the highest value?", reads=ROWS, figures=drawn)
def best(rows):
    return ranking(rows, VALUE, by="dose")

project = Project("Rows", sections=(section("Rows", best),))
"""
PLAIN = """
import matplotlib
matplotlib.use("Agg")
import pandas, seaborn
rows = pandas.read_csv("rows.csv")
print(rows.groupby(["dose", "plate"])["value"].mean().groupby("dose").agg(["mean", "sem"]))
seaborn.catplot(rows, x="dose", y="value", hue="cell_line", kind="box", height=3).savefig("rows.svg")
"""


def seconds(command: list[str], folder: Path) -> float:
    """The seconds of a command, whose output is thrown away. Raises where it fails."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    begun = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def build(checkout: Path, *more: str) -> list[str]:
    """The command of a checkout, with this interpreter."""
    return [sys.executable, str(checkout / "build.py"), *more]


def nothing(checkout: Path, seeds: list[str]) -> float:
    """Seconds of a build with nothing to do, over those of a bare Python in turn."""
    ran = seconds(build(checkout, *seeds), checkout)
    return ran / seconds([sys.executable, "-c", "pass"], checkout)


def sentence(checkout: Path, seeds: list[str]) -> float:
    """Seconds of a build after a word was put into one template: page, PDF and answers."""
    template = next((checkout / "templates" / "questions").glob("*best.*"))
    text = template.read_text(encoding="utf-8")
    word = "".join(random.choices("abcdefghij", k=8))
    template.write_text(text.replace(" the ", f" the {word} ", 1), encoding="utf-8")
    try:
        return seconds(build(checkout, *seeds), checkout)
    finally:
        template.write_text(text, encoding="utf-8")


def documents(checkout: Path, seeds: list[str]) -> float:
    """Seconds of everything but training: answers, figures, sections and documents from stored results."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report"
        shutil.copytree(checkout / "report" / "results", output / "results", symlinks=True)
        (output / ".labreport").touch()
        return seconds(build(checkout, *seeds, "--output", str(output)), checkout)


def verify(checkout: Path, seeds: list[str]) -> float:
    """Seconds of `verify`."""
    return seconds(build(checkout, "verify", *seeds), checkout)


def rows(checkout: Path, seeds: list[str]) -> float:
    """Seconds of the first build of a report on a table of 20,000 rows."""
    with tempfile.TemporaryDirectory() as folder:
        _write_rows(Path(folder))
        (Path(folder) / "project.py").write_text(PROJECT)
        return seconds(build(checkout, "--project", folder), Path(folder))


def plain_rows() -> float:
    """Seconds of a plain script of pandas and seaborn on the same table."""
    with tempfile.TemporaryDirectory() as folder:
        _write_rows(Path(folder))
        return seconds([sys.executable, "-c", PLAIN], Path(folder))


def _write_rows(folder: Path) -> None:
    import numpy
    import pandas

    count = 20_000
    generator = numpy.random.default_rng(0)
    frame = pandas.DataFrame({"plate": generator.integers(0, 8, count)})
    frame["dose"] = generator.integers(0, 5, count)
    frame["cell_line"] = generator.choice(["HCT116", "HeLa"], count)
    frame["value"] = frame["dose"] + generator.normal(size=count)
    frame.to_csv(folder / "rows.csv", index=False)


PARTS: dict[str, Callable[[Path, list[str]], float]] = {
    "nothing": nothing,
    "sentence": sentence,
    "documents": documents,
    "verify": verify,
    "rows": rows,
}


def median_text(numbers: list[float]) -> str:
    """The median with two decimals; a dash for that of nothing."""
    return f"{statistics.median(numbers):.2f}" if numbers else "–"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    names = list(PARTS)
    parser.add_argument("parts", nargs="*", default=names, choices=[*names, []], metavar="PART")
    parser.add_argument("--old", type=Path, help="another checkout, timed in turn with this one")
    parser.add_argument("--seeds", help="as a build has it")
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    seeds = ["--seeds", arguments.seeds] if arguments.seeds else []
    print("| part | here | there | here / there |\n|---|--:|--:|--:|")
    for name in arguments.parts:
        here: list[float] = []
        there: list[float] = []
        for _ in range(arguments.rounds):
            here.append(PARTS[name](ROOT, seeds))
            if name == "rows":
                there.append(plain_rows())
            elif arguments.old is not None:
                there.append(PARTS[name](arguments.old, seeds))
        ratios = [
            here_seconds / there_seconds for here_seconds, there_seconds in zip(here, there, strict=False)
        ]
        medians = [median_text(numbers) for numbers in (here, there, ratios)]
        print(f"| {name} | {' | '.join(medians)} |", flush=True)


if __name__ == "__main__":
    main()
