"""What every function of the author's gives, of every kind of data, is what it gave."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import reference
from stats import made
from stats.made import ACCURACY

from labreport.project import Experiment, Measure, study, table
from labreport.results import Results, Runs
from labreport.stats import (
    Answer,
    Compared,
    Finding,
    Table,
    average,
    change,
    conditions,
    count,
    difference,
    effect,
    from_json,
    grid,
    hardest,
    mean,
    number,
    ranking,
    ratio,
    rows,
    sentence,
    to_json,
)
from labreport.stats.contents import quantities

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
ONE = made.every()["crossed"][0]
TRUTH = np.repeat(["owl", "cat", "dog"], 60)
ARRAYS = [
    {"truth": TRUTH, "own": G.permutation(TRUTH), "predicted": np.where(G.random(180) < 0.2, "cat", TRUTH)}
    for _ in range(3)
]
TREE = [made.Run("tree", seed, {1: made.Kept({}, arrays)}) for seed, arrays in enumerate(ARRAYS)]
NET: Any = Experiment("tree", made.Size(), fit=str)
PHOTOS, FIRST = (Results("test", {"tree": Runs(NET, tuple(TREE[:n]), 1)}) for n in (3, 1))  # type: ignore[arg-type]
WRONG = Measure("wrong", "%", better="lower", value=lambda run, epoch: 1 - ACCURACY.of(run, epoch))
MEANS = mean(EPOCHS, ACCURACY).mean

CASES: dict[str, Callable[[], Answer]] = {
    **{f"ranking {kind}": partial(ranking, *data) for kind, data in made.every().items()},
    **{
        f"difference {kind}": partial(difference, *data, *list(data[0])[:2], family=3)
        for kind, data in made.every().items()
    },
    "ranking, best only": lambda: ranking(CELLS, ACCURACY, SIZES, pairs="best"),
    "ranking, neither better": lambda: ranking(PLATES, Measure("growth", better=""), "line"),
    "ranking of rows": lambda: ranking(ROWS, SHARE, "line"),
    "difference within": lambda: difference(PLATES, GROWTH, by="dose", against=0, within="line"),
    "difference of two values": lambda: difference(PLATES, SHARE, "A", "B", by="line", name="gap"),
    "difference of rows": lambda: difference(ROWS, GROWTH, by="dose", against=10),
    "difference, items known of one": lambda: difference(
        {"a": ONE["a"], "b": made.plain("b", [0.7, 0.8])}, ACCURACY
    ),
    "difference of epochs": lambda: difference(EPOCHS, ACCURACY, ("a", 10), ("b", 5)),
    "difference of measures": lambda: difference(EPOCHS, ACCURACY - WRONG),
    "change": lambda: change(EPOCHS, ACCURACY, 5, 10),
    "change of one": lambda: change(EPOCHS, ACCURACY, 5, 10, "b"),
    "effect of a study": lambda: effect(STEPS, Measure("test loss", "nat", "lower"), LINE),
    "effect": lambda: effect(*made.every()["trend"], "experiment"),
    "effect of a column": lambda: effect(PLATES, GROWTH, "dose"),
    "count of runs": lambda: count(CELLS, None, ACCURACY, above=90),
    "count of plates": lambda: count(PLATES, "A", GROWTH, below=0.2, by="line"),
    "hardest": lambda: hardest(PHOTOS, "tree"),
    "hardest, of other items": lambda: hardest(PHOTOS, "tree", truth="own"),
    "hardest of one run": lambda: hardest(FIRST, NET, truth=np.repeat(["owl", "cat"], [50, 130])),
    "grid": lambda: grid(CELLS, SIZES, ACCURACY),
    "grid, chosen by another": lambda: grid(CELLS, SIZES, ACCURACY, chosen_by=WRONG),
    "mean of one that diverged": lambda: mean(made.results({"a": {1: [0.9, np.nan]}}), ACCURACY),
    "mean of a table": lambda: mean(PLATES, GROWTH),
    "mean within": lambda: mean(PLATES, GROWTH, "dose", within="line"),
    "average": lambda: average(
        EPOCHS, "a", Measure("seed times epoch", "epochs", value=lambda run, at: run.seed * at)
    ),
    "ratios": lambda: Answer(more=ratio(MEANS.a, MEANS.b), half=ratio(MEANS.a, number(2))),
    "ratio to what may be nothing": lambda: Answer(of=ratio(MEANS.a, number(1.0, (0.1, 2.4)))),
    "rows": lambda: Answer(
        rows=rows(
            [Experiment(name, made.Size(), epochs=2, start=str) for name in "ab"],
            Answer(mean=MEANS),
            epochs="Epochs",
            size="Size",
            mean="Mean",
        )
    ),
}


def told(answer: Answer) -> Iterator[str]:
    """An answer in lines: quantities with their sources and values, comparisons, conditions, what is said."""
    for name, quantity in quantities(answer):
        ends = f"[{quantity.low}, {quantity.high}]"
        sizes = f"n {quantity.n} spread {quantity.spread} exact {quantity.exact}"
        source = quantity.source
        yield f"{name} = {quantity.value} {quantity.unit} {ends} {sizes}"
        yield f"  {source.text()}; {source.method}; {source.kind}; {dict(quantity.values)}"
    for name, member in answer.members.items():
        if isinstance(member, Table):
            yield f"{name}: {member.heads} {member.cells()}"
        if isinstance(member, Compared):
            for single in member.singles():
                judged = single.comparisons[0].quantity
                ends = f"[{judged.judged_low}, {judged.judged_high}] p {judged.p} {judged.groups}"
                yield f"{single.within}{single.comparisons[0].subjects}: {judged.outcome} {ends}"
        if isinstance(member, Finding):
            yield f"says {sentence(member)}"
            yield from (f"holds {text} {condition.how}" for text, condition in conditions(member, name))


def stored(answer: Answer) -> Answer:
    """An answer as it is read from its file."""
    return from_json(json.loads(json.dumps(to_json(answer))))


def test_answers_are_what_they_were(tmp_path: Path) -> None:
    """Numbers, judgements and conditions of each function, in `kept.txt`."""
    lines = [line for name, make in CASES.items() for line in (f"# {name}", *told(stored(make())), "")]
    reference.compare("\n".join(lines) + "\n", Path(__file__).with_name("kept.txt"), tmp_path)
