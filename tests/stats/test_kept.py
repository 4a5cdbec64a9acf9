"""What every function of the author's gives, of every kind of data, is what it gave: `kept.txt` has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import reference
from stats import made
from stats.made import ACCURACY

from labreport import stats
from labreport.project import Experiment, Measure, study, table
from labreport.results import Results, Runs
from labreport.stats import (
    Answer,
    ComparedFinding,
    Finding,
    Table,
    difference,
    from_json,
    holding_conditions,
    mean,
    quantities,
    ranking,
    sentence,
    to_json,
)

G = np.random.default_rng(8)
FRAME = pd.DataFrame(product("ABC", (0, 1, 10), range(5)), columns=["line", "dose", "plate"])
FRAME["growth"] = (
    0.5 * (FRAME.line == "B") - np.log1p(FRAME.dose) * (FRAME.line != "C") + G.normal(0, 0.2, 45)
)
FRAME["plate"] = "P" + FRAME.plate.astype(str)
FRAME["share"] = 1 / (1 + np.exp(-FRAME.growth))
FRAME.loc[7, "growth"] = np.nan
ROWS, PLATES = table(FRAME, missing="drop"), table(FRAME, replicate="plate", missing="drop")
GROWTH, SHARE = Measure("growth", "mm", margin=0.3), Measure("share", "%", better="lower", more="richer")
SIZES = study(
    "sizes", Experiment("base", made.Size(), fit=str), size=(10, 20, 40), rates=((0.1,), (0.5, 0.5))
)
CELLS = made.results({cell.name: {1: G.normal(0.9, 0.01, 4)} for cell in SIZES.experiments()}, SIZES)
LINE = study("line", Experiment("base", made.Size(), fit=str), size=(10, 20, 40))
STEPS = made.results(
    {cell.name: {1: G.normal(cell.specification.size, 9, 5)} for cell in LINE.experiments()},
    LINE,
    metric="loss",
)
EPOCHS = made.results({name: {at: G.normal(0.9 + at / 200, 0.01, 5) for at in (5, 10)} for name in "ab"})
ONE_OF_ITEMS = {"a": made.samples_by_kind()["crossed"][0]["a"], **made.samples(b=[0.7, 0.8])}
TRUTH = np.repeat(["owl", "cat", "dog"], 60)
ARRAYS = [
    {"truth": TRUTH, "own": G.permutation(TRUTH), "predicted": np.where(G.random(180) < 0.2, "cat", TRUTH)}
    for _ in range(3)
]
TREE = [made.Run("tree", seed, {1: made.Checkpoint({}, arrays)}) for seed, arrays in enumerate(ARRAYS)]
NET: Any = Experiment("tree", made.Size(), fit=str)
PHOTOS, FIRST = (Results("test", {"tree": Runs(NET, tuple(TREE[:n]), 1)}) for n in (3, 1))  # type: ignore[arg-type]
WRONG = Measure("wrong", "%", better="lower", value=lambda run, epoch: 1 - ACCURACY.of(run, epoch))
MEANS = mean(EPOCHS, ACCURACY).mean
SEED_TIMES_EPOCH = Measure("seed times epoch", "epochs", value=lambda run, epoch: run.seed * (epoch or 0))
DECLARED = [Experiment(name, made.Size(), epochs=2, start=str) for name in "ab"]

CALLS = """
ranking, best only: ranking(CELLS, ACCURACY, SIZES, pairs="best")
ranking, neither better: ranking(PLATES, Measure("growth", better=""), "line")
ranking of rows: ranking(ROWS, SHARE, "line")
difference within: difference(PLATES, GROWTH, by="dose", against=0, within="line")
difference of two values: difference(PLATES, SHARE, "A", "B", by="line", name="gap")
difference of rows: difference(ROWS, GROWTH, by="dose", against=10)
difference, items known of one: difference(ONE_OF_ITEMS, ACCURACY)
difference of epochs: difference(EPOCHS, ACCURACY, ("a", 10), ("b", 5))
difference of measures: difference(EPOCHS, ACCURACY - WRONG)
change: change(EPOCHS, ACCURACY, 5, 10)
change of one: change(EPOCHS, ACCURACY, 5, 10, "b")
effect of a study: effect(STEPS, Measure("test loss", "nat", "lower"), LINE)
effect: effect(*made.samples_by_kind()["trend"], "experiment")
effect of a column: effect(PLATES, GROWTH, "dose")
count of runs: count(CELLS, None, ACCURACY, above=90)
count of plates: count(PLATES, "A", GROWTH, below=0.2, by="line")
hardest: hardest(PHOTOS, "tree")
hardest, of other items: hardest(PHOTOS, "tree", truth="own")
hardest of one run: hardest(FIRST, NET, truth=np.repeat(["owl", "cat"], [50, 130]))
grid: grid(CELLS, SIZES, ACCURACY)
grid, chosen by another: grid(CELLS, SIZES, ACCURACY, chosen_by=WRONG)
mean of one that diverged: mean(made.results({"a": {1: [0.9, np.nan]}}), ACCURACY)
mean of a table: mean(PLATES, GROWTH)
mean within: mean(PLATES, GROWTH, "dose", within="line")
mean of one experiment: mean(EPOCHS["a"], SEED_TIMES_EPOCH)
ratios: Answer(more=ratio(MEANS.a, MEANS.b), half=ratio(MEANS.a, number(2)))
ratio to what may be nothing: Answer(of=ratio(MEANS.a, number(1.0, (0.1, 2.4))))
rows: Answer(rows=rows(DECLARED, Answer(mean=MEANS), epochs="Epochs", size="Size", mean="Mean"))
"""
"""What an author writes, a call a line, behind its name."""


def answers() -> Iterator[tuple[str, Answer]]:
    """The answer of each kind of samples, and of each call, by name."""
    for kind, (samples, measure) in made.samples_by_kind().items():
        first, second = list(samples)[:2]
        yield f"ranking {kind}", ranking(samples, measure)
        yield f"difference {kind}", difference(samples, measure, first, second, family=3)
    for line in CALLS.strip().splitlines():
        name, call = line.split(": ", 1)
        yield name, eval(call, vars(stats) | globals())


def described(answer: Answer) -> Iterator[str]:
    """An answer in lines: quantities and where they come from, comparisons, what is said, what holds.

    A difference that is another one printed_pairs from the other side is left out.
    """
    printed_pairs = set()
    for name, quantity in quantities(answer):
        source = quantity.source
        pair = (abs(quantity.value or 0), frozenset(source.experiments), source.measure)
        if pair not in printed_pairs or len(source.experiments) < 2:
            ends = f"[{quantity.low}, {quantity.high}]"
            yield f"{name} = {quantity.value} {quantity.unit} {ends} SD {quantity.spread}"
            yield f"  {source.text()}; {source.method or source.kind}"
        printed_pairs.add(pair)
    for name, member in answer.members.items():
        if isinstance(member, Table):
            yield f"{name}: {member.heads} {member.texts()}"
        if isinstance(member, ComparedFinding):
            for single in member.singles():
                (judged,) = single.evidence
                ends = f"[{judged.judged_low}, {judged.judged_high}] p {judged.p} {judged.groups}"
                yield f"{single.group}{judged.subjects}: {judged.outcome} {ends}"
        if isinstance(member, Finding):
            yield f"says {sentence(member)}"
            for text, condition in holding_conditions(member, name):
                yield f"holds {text} {condition.how}"


def stored(answer: Answer) -> Answer:
    """An answer as it is read from its file."""
    return from_json(json.loads(json.dumps(to_json(answer))))


def test_answers_are_what_they_were(tmp_path: Path) -> None:
    """Numbers, judgements and conditions of each function."""
    lines = []
    for name, answer in answers():
        lines += [f"# {name}", *described(stored(answer)), ""]
    reference.compare("\n".join(lines) + "\n", Path(__file__).with_name("kept.txt"), tmp_path)
