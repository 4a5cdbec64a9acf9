"""Other answers: the hardest category, a grid, an average, a stated number, a fact, the environment."""

from __future__ import annotations

import inspect
from collections import Counter
from dataclasses import replace
from typing import Any

from labreport.project.measure import Measure
from labreport.stats.compare import mean_of
from labreport.stats.finding import Finding
from labreport.stats.makers import answer, ranked
from labreport.stats.names import Answer, Names
from labreport.stats.quantity import Quantity, Source, as_condition, plain_number, plural, refuse
from labreport.stats.sample import Sample, label_of, sample
from labreport.stats.tables import Column, Table

MISSED = Measure("share missed", "%", better="", place="-")
"""How much of a category is taken for another."""
LIBRARIES = 8
"""So many libraries are listed: those that the most runs used."""


def hardest(
    results: Any,
    experiment: Any,
    epoch: int | None = None,
    truth: Any = "truth",
    predicted: str = "predicted",
    name: str = "hardest",
) -> Answer:
    """Find which category is missed most often and which least, from the arrays of one experiment.

    `truth` and `predicted` are its arrays, shape (items,), or `truth` is one that all runs share. Categories
    are compared run by run, and over items where all runs have the same. Gives `hardest`, `mean` (the share
    missed, by category), `means`, and the exact counts `wrong` and `items`. Raises `UsageError` for arrays of
    unequal shapes and for fewer than two categories.
    """
    import numpy as np

    runs = results[experiment]
    guesses = [np.asarray(each) for each in runs.arrays(predicted, epoch)]
    given = runs.arrays(truth, epoch) if isinstance(truth, str) else [truth] * len(guesses)
    labels = [np.asarray(each) for each in given]
    for seed, true, guess in zip(runs.seeds, labels, guesses, strict=True):
        if true.shape != guess.shape or true.ndim != 1:
            told = f"truth has the shape {true.shape}, {predicted!r} {guess.shape}; both need (items,)"
            refuse(f"experiment {runs.name!r}, seed {seed}: {told}")
    same_items = all(np.array_equal(labels[0], each) for each in labels)
    of = {}
    for category in np.unique(np.concatenate(labels)).tolist():
        missed = {
            seed: guess[true == category] != category
            for seed, true, guess in zip(runs.seeds, labels, guesses, strict=True)
            if (true == category).any()
        }
        values = {seed: (float(np.mean(wrong)),) for seed, wrong in missed.items()}
        key, at = label_of(category), (epoch or runs.epoch) if runs.experiment.epochs > 1 else None
        of[key] = Sample(key, values, missed if same_items else None, runs.experiment.design, key, at, key)
    found = answer(ranked("extremes", of, MISSED, by="category"), "hardest", name)
    wrong = sum(int((true != guess).sum()) for true, guess in zip(labels, guesses, strict=True))
    source = Source((runs.name,), MISSED.name, n=len(runs), kind="counted")
    counts = {"wrong": wrong, "items": sum(map(len, labels))} if name == "hardest" else {}
    return found | Answer(**{key: Quantity(one, source=source, exact=True) for key, one in counts.items()})


def grid(
    results: Any, study: Any, measure: Measure, chosen_by: Measure | None = None, epoch: int | None = None
) -> Answer:
    """Show a measure in every cell of a study, and find which cell is best by `chosen_by`.

    Gives the table `grid` (rows by the first axis, columns by the others), `mean` by cell, such as
    `mean["0.5, 0.9"]`, and the ranking `best`, in which the best is compared with each other cell.
    """
    chosen_by = chosen_by or measure
    points = results.study(study)
    cells = {tuple(map(label_of, point.values())): runs for point, runs in points}
    means = {point: mean_of(sample(runs, measure, epoch), measure) for point, runs in cells.items()}
    first, *others = (axis.replace("_", " ") for axis in points[0][0])
    lines, columns = dict.fromkeys(one[0] for one in cells), dict.fromkeys(one[1:] for one in cells)
    titles = [", ".join(map(" ".join, zip(others, one, strict=True))) for one in columns]
    heads = [Column(", ".join(one), title) for one, title in zip(columns, titles, strict=True)]
    body = tuple((line, *(means[(line, *one)] for one in columns)) for line in lines)
    named = {", ".join(point): one for point, one in means.items()}
    found = Answer(grid=Table((Column("name", first.capitalize()), *heads), body), mean=Names(named))
    if len(cells) == 1:
        return found
    of = {", ".join(point): sample(runs, chosen_by, epoch) for point, runs in cells.items()}
    of = {key: replace(one, name=key, label=key) for key, one in of.items()}
    return found | Answer(best=ranked("ranking", of, chosen_by, "best", ", ".join([first, *others])))


def average(
    results: Any,
    experiment: Any,
    value: Any,
    *,
    unit: str = "",
    epoch: int | None = None,
    name: str = "average",
) -> Answer:
    """Give the mean over the runs of an experiment of a measure, or of a function of a run (and an epoch)."""
    measure = value
    if not isinstance(value, Measure):
        several = len(inspect.signature(value).parameters) > 1
        label = getattr(value, "__name__", "value").strip("_<>").replace("_", " ")
        call = value if several else lambda run, _: value(run)
        measure = Measure(label, unit, "", value=call, bounded=False)
    return Answer(**{name: mean_of(sample(results[experiment], measure, epoch), measure)})


def number(
    value: Any,
    ci: Any = None,
    unit: str = "",
    n: int | None = None,
    method: str = "",
    source: Any = None,
    exact: bool | None = None,
) -> Quantity:
    """State a number that was computed by a method of one's own, with the ends of its 95 % interval.

    `value` may be a number of Python, NumPy, pandas or SciPy; `ci` a pair, or what SciPy's
    `confidence_interval()` gives, or a result that has one. It is printed in `unit` as it is written (of the
    unit "fraction", 0.973 as 97.3 %). Whole numbers without an interval are exact. Raises `UsageError` where
    the value is outside its interval.
    """
    plain, low, high = plain_number(value), None, None
    if ci is not None:
        ci = getattr(ci, "confidence_interval", ci)
        ci = ci() if callable(ci) else ci
        low, high = (float(plain_number(end)) for end in ((ci.low, ci.high) if hasattr(ci, "low") else ci))
        plain = float(plain)
        if not low <= plain <= high:
            refuse(f"number({plain!r}) is not between its ends, {low!r} and {high!r}")
    if not isinstance(source, Source):
        source = Source(n=n or 0, unit="value", kind="computed", method=method, note=source or method)
    exact = (isinstance(plain, int) and ci is None) if exact is None else exact
    return Quantity(plain, unit, low, high, n or 1, source, exact=exact)


estimate = number


def fact(truth: Any, sentence: str) -> Finding:
    """State a truth that was found by counting or by a formula, with the sentence that it makes."""
    return Finding("fact", sentence=sentence, truth=as_condition(truth).holds)


def environment(results: Any) -> Answer:
    """Say in a table on what machine, with which Python and libraries, and when, the runs were made."""
    runs = list({run.key: run for name in results for run in results[name]}.values())

    def of(key: str) -> str:
        return ", ".join(sorted({str(run.made[key]) for run in runs if run.made.get(key)}))

    found = Counter(
        f"{key.removeprefix('library ')} {version}"
        for run in runs for key, version in run.made_of.items() if key.startswith("library ")
    )  # fmt: skip
    used = sorted(library for library, _ in found.most_common(LIBRARIES))
    dates = sorted({str(run.made["date"])[:10] for run in runs if run.made.get("date")})
    cores, when = of("cores"), " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else ""
    lines = {
        "Machine": ", ".join(filter(None, (of("processor"), cores and f"{cores} cores", of("system")))),
        "Python": of("python"),
        "Libraries": ", ".join(used),
        "Runs": ", ".join(filter(None, (f"{len(runs)} {plural('run') if len(runs) != 1 else 'run'}", when))),
    }
    shown = tuple((line, text or "unknown") for line, text in lines.items())
    return Answer(environment=Table((Column("what", "What"), Column("which", "Which")), shown))
