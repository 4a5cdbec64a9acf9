"""Answers of other kinds: the hardest category, a grid, an average, a stated number, a fact, the environment."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from labreport.errors import UsageError, here, told
from labreport.project.measure import Measure
from labreport.stats.compare import mean_of
from labreport.stats.finding import Finding
from labreport.stats.makers import _answer, _ranked
from labreport.stats.names import Answer, Column, Names, Table, text_of
from labreport.stats.quantity import Quantity, Source, as_condition, plain_number, plural
from labreport.stats.sample import Sample, label_of, sample

MISSED = Measure("share missed", "%", better="", place="-")
"""How much of a category is taken for another."""


def hardest(
    results: Any,
    experiment: Any,
    epoch: int | None = None,
    truth: Any = "truth",
    predicted: str = "predicted",
    name: str = "hardest",
) -> Answer:
    """Find which category is missed most often and which least, from the arrays of one experiment.

    `truth` and `predicted` are arrays of it, shape (items,), or `truth` is one that all runs share. Categories
    are compared run by run, and over items where all runs have the same. Gives `hardest`, `mean` (the share
    missed, by category), `means`, and the exact counts `wrong` and `items`. Raises `UsageError` for arrays of
    unequal shapes and for fewer than two categories.
    """
    import numpy as np

    runs = results[experiment]
    guesses = [np.asarray(each).astype(str) for each in runs.arrays(predicted, epoch)]
    given = runs.arrays(truth, epoch) if isinstance(truth, str) else [truth] * len(guesses)
    labels = [np.asarray(each).astype(str) for each in given]
    for seed, true, guess in zip(runs.seeds, labels, guesses, strict=True):
        if true.shape != guess.shape or true.ndim != 1:
            shapes = f"truth has the shape {true.shape}, {predicted!r} {guess.shape}; both need (items,)"
            raise UsageError(told(here(), f"experiment {runs.name!r}, seed {seed}: {shapes}"))
    same_items = all(np.array_equal(labels[0], each) for each in labels)
    at, design = epoch or runs.epoch, runs.experiment.design
    of = {}
    for category in _sorted({str(one) for each in labels for one in np.unique(each)}):
        missed = {
            seed: guess[true == category] != category
            for seed, true, guess in zip(runs.seeds, labels, guesses, strict=True)
            if (true == category).any()
        }
        values = {seed: (float(np.mean(wrong)),) for seed, wrong in missed.items()}
        known = missed if same_items else None
        of[category] = Sample(
            category,
            values,
            known,
            design,
            category,
            at if runs.experiment.epochs > 1 else None,
            items=category,
        )
    answer = _answer(_ranked("extremes", of, MISSED, "all", "category"), "hardest", name)
    wrong = sum(int((true != guess).sum()) for true, guess in zip(labels, guesses, strict=True))
    source = Source((runs.name,), MISSED.name, n=len(runs), kind="counted")
    counts = {"wrong": wrong, "items": sum(map(len, labels))}
    if name == "hardest":
        answer |= Answer(**{key: Quantity(value, source=source, exact=True) for key, value in counts.items()})
    return answer


def _sorted(names: Iterable[str]) -> list[str]:
    """Numbers by size, texts by their letters."""
    return sorted(
        names,
        key=lambda name: (0, float(name), name) if re.fullmatch(r"-?\d+(\.\d+)?", name) else (1, 0.0, name),
    )


def grid(
    results: Any,
    study: Any,
    measure: Any,
    chosen_by: Any = None,
    epoch: int | None = None,
    name: str = "grid",
) -> Answer:
    """Show a measure in every cell of a study, and find which cell is best by `chosen_by`.

    Gives the table `grid` (rows by the first axis, columns by the others), `mean` by cell, such as
    `mean["0.5, 0.9"]`, and the ranking `best`, in which the best is compared with each other cell.
    """
    chosen_by = measure if chosen_by is None else chosen_by
    cells = [([*map(label_of, point.values())], runs) for point, runs in results.study(study)]
    means = {", ".join(point): mean_of(sample(runs, measure, epoch), measure) for point, runs in cells}
    axes = [axis.replace("_", " ") for axis in results.study(study)[0][0]]
    lines = dict.fromkeys(point[0] for point, _ in cells)
    columns = dict.fromkeys(", ".join(point[1:]) for point, _ in cells)
    across = ", ".join(axes[1:])
    heads = [Column(one, f"{across} {one}" if one else measure.label) for one in columns]
    body = [(line, *(means[", ".join(filter(None, (line, one)))] for one in columns)) for line in lines]
    found: dict[str, Any] = {name: Table((Column("name", axes[0].capitalize()), *heads), tuple(body))}
    if name == "grid":
        found["mean"] = Names(means)
    if len(cells) > 1:
        of = {
            (key := ", ".join(point)): replace(sample(runs, chosen_by, epoch), name=key, label=key)
            for point, runs in cells
        }
        key = "best" if name == "grid" else f"{name}_best"
        found[key] = _ranked("ranking", of, chosen_by, "best", ", ".join(axes))
    return Answer(**found)


def average(
    results: Any,
    experiment: Any,
    value: Measure | Callable[..., Any],
    *,
    unit: str = "",
    epoch: int | None = None,
    name: str = "average",
) -> Answer:
    """Give the mean over the runs of an experiment of a measure, or of a function of a run (and an epoch)."""
    runs = results[experiment]
    if not isinstance(value, Measure):
        function: Any = value
        several = len(inspect.signature(function).parameters) > 1
        label = getattr(function, "__name__", "value").replace("_", " ").strip()
        call = function if several else lambda run, _: function(run)
        value = Measure(label, unit=unit, better="", value=call, bounded=False)
    return Answer(**{name: mean_of(sample(runs, value, epoch), value)})


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
    plain = plain_number(value)
    low = high = None
    if ci is not None:
        low, high = _ends(ci)
        if not low <= plain <= high:
            raise UsageError(told(here(), f"number({plain!r}) is not between its ends, {low!r} and {high!r}"))
        plain = float(plain)
    if isinstance(source, str) or source is None:
        source = Source(kind="computed", n=n or 0, unit="value", method=method, note=source or method)
    exact = (isinstance(plain, int) and ci is None) if exact is None else exact
    return Quantity(
        plain, "points" if unit == "percentage points" else unit, low, high, n or 1, source, exact=exact
    )


estimate = number


def _ends(ci: Any) -> tuple[float, float]:
    if hasattr(ci, "confidence_interval"):
        ci = ci.confidence_interval
    if callable(ci):
        ci = ci()
    low, high = (ci.low, ci.high) if hasattr(ci, "low") else ci
    return float(plain_number(low)), float(plain_number(high))


def fact(truth: Any, sentence: str) -> Finding:
    """State a truth that was found by counting or by a formula, with the sentence that it makes."""
    return Finding("fact", sentence=sentence, truth=as_condition(truth).holds)


LIBRARIES = 8
"""So many libraries are listed: those that the most runs used."""


def environment(results: Any) -> Answer:
    """Say in a table on what machine, with which Python and libraries, and when, the runs were made."""
    runs = {run.key: run for name in results for run in results[name]}.values()
    made = [run.made for run in runs]

    def of(key: str, form: Callable[[Any], str] = str) -> str:
        found = dict.fromkeys(form(one[key]) for one in made if one.get(key) not in (None, ""))
        return ", ".join(sorted(found))

    versions: dict[str, dict[str, int]] = {}
    for run in runs:
        for library, version in {
            key.removeprefix("library "): value
            for key, value in run.made_of.items()
            if key.startswith("library ")
        }.items():
            versions.setdefault(library, {}).setdefault(str(version), 0)
            versions[library][str(version)] += 1
    used = sorted(versions, key=lambda library: -sum(versions[library].values()))[:LIBRARIES]
    dates = sorted({str(one["date"])[:10] for one in made if one.get("date")})
    cores = of("cores")
    lines = {
        "Machine": ", ".join(filter(None, (of("processor"), cores and f"{cores} cores", of("system")))),
        "Python": of("python"),
        "Libraries": ", ".join(f"{library} {' and '.join(versions[library])}" for library in sorted(used)),
        "Runs": f"{len(runs)} {plural('run')}{', ' if dates else ''}{' to '.join(dict.fromkeys(dates[:: max(1, len(dates) - 1)]))}",
    }
    shown = tuple((line, text or "unknown") for line, text in lines.items())
    return Answer(environment=Table((Column("what", "What"), Column("which", "Which")), shown))
