"""Where and with what the results were made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labreport.experiment import plain
from labreport.results import Results, Runs
from labreport.stats import Answer, Quantity, Source, exact
from labreport.stats.operations.condition import compare, every
from labreport.stats.rounding import THIN
from labreport.stats.words import plural

_ROWS = (("host", "Host"), ("processor", "Processor"), ("system", "System"), ("python", "Python"))
COUNTED = Source(kind="counted", note="all runs")


def environment(
    results: Results,
    *,
    experiments: str = "Experiments",
    made: str = "Made",
    training: str = "Training",
    epoch: str = "epoch",
) -> Answer:
    """Machine, system, Python and libraries of all runs that the question reads, and how much was run.

    What differs between runs is listed with all its values. The finding `one-environment` says that nothing
    that decides their times does. Quantities: `runs`, each counted once however many experiments share it,
    `epochs`, `seeds` and `seeds.fewest` of any experiment where all are run by seeds, `processors`,
    `pythons`, `library-sets`, and as far as every run has recorded them `threads` and `cores`. The facts
    under `run` can describe the run on the title page (`Project(facts=...)`), where `experiments`, `made`
    and `training` are labels, and `epoch` is the word for one. Of recorded runs it says what they say of
    themselves, and nothing of this machine. Declare the question
    `local`: its answer is not the same elsewhere.
    """
    runs = [each for name in results for each in results[name]]
    recorded = any(results[name].experiment.recorded for name in results)
    provenance = [run.provenance for run in runs]
    trainings = _distinct_runs(results)
    facts: dict[str, Any] = {key: _distinct(known.get(key) for known in provenance) for key, _ in _ROWS}
    libraries = [dict(known.get("libraries") or {}) for known in provenance]
    counts = {
        "seeds": (len({run.seed for run in runs}), "seeds"),
        "seeds.fewest": (min(len(results[name]) for name in results), "seeds"),
        "runs": (len(trainings), ""),
        "epochs": (sum(trainings.values()), "epochs"),
        "processors": (len(facts["processor"]), ""),
        "pythons": (len(facts["python"]), ""),
        "library-sets": (len({tuple(sorted(each.items())) for each in libraries}), ""),
    }
    by_seed = all(results[name].experiment.design.unit == "seed" for name in results)
    quantities = {
        name: Quantity(count, unit, COUNTED, varies_with="seeds")
        for name, (count, unit) in counts.items()
        if by_seed or unit != "seeds"
    }
    kinds = [quantities[name] for name in ("processors", "pythons", "library-sets")]
    answer = exact("one-environment", every(*(compare(kind, "<=", 1) for kind in kinds)), quantities)
    versions: dict[str, list[str]] = {
        name: _distinct(each.get(name, "none") for each in libraries)
        for name in sorted({name for each in libraries for name in each})
    }
    facts["libraries"] = [f"{name} {version}" for name, found in versions.items() for version in found]
    dates = _distinct(str(known["finished"])[:10] for known in provenance if known.get("finished"))
    facts["dates"] = [dates[0], dates[-1]] if dates else []
    facts["prose"] = "answers/environment.html"
    shown = [(key, label) for key, label in _ROWS if facts[key] or not (recorded or key == "host")]
    facts["table"] = {
        **{label: ", ".join(facts[key]) or "unknown" for key, label in shown},
        **{name: ", ".join(found) for name, found in versions.items()},
    }
    facts["told"] = bool(facts["table"])
    epochs = quantities["epochs"].value or 0
    longer = any(runs.experiment.epochs > 1 for runs in results.values())
    texts = {
        experiments: f"{len(results)}, each with {_counts(list(results.values()))}",
        training: f"{epochs:,} {plural(epoch)}".replace(",", THIN) if longer else "",
        "Host": ", ".join(facts["host"]),
        "Processor": ", ".join(facts["processor"]),
        "Libraries": ", ".join(facts["libraries"]),
        made: " to ".join(dict.fromkeys(facts["dates"])),
    }
    facts["run"] = {label: text for label, text in texts.items() if text}
    return answer | Answer(_threads_and_cores(provenance), facts=facts)


def _distinct_runs(results: Results) -> dict[str, int]:
    """The number of epochs of each run; experiments that ask for the same run share it."""
    found: dict[str, int] = {}
    for of in results.values():
        one = of.experiment
        kind = type(one.specification).__qualname__
        own = one.name if one.recorded else ""
        same = repr((own, one.code, kind, plain(one.specification), one.exclusive))
        for run in of:
            key = f"{same} {run.seed}"
            found[key] = max(found.get(key, 0), len(run.records))
    return found


def _threads_and_cores(provenance: Iterable[Mapping[str, Any]]) -> dict[str, Quantity]:
    """`threads` and `cores` that the results were made with, as far as all that say so agree."""
    source, found = Source(kind="counted", note="provenance of the results"), {}
    for key, unit in (("threads", "threads"), ("cores", "")):
        values = {int(known[key]) for known in provenance if known.get(key) is not None}
        if len(values) == 1:
            found[key] = Quantity(values.pop(), unit, source, varies_with="machine")
    return found


def _counts(runs: list[Runs]) -> str:
    """`5 seeds`, or `3 to 5 seeds` where experiments differ in it."""
    counts, unit = [len(each) for each in runs], runs[0].experiment.design.unit
    least, most = min(counts), max(counts)
    noun = unit if most == 1 else plural(unit)
    return f"{least} {noun}" if least == most else f"{least} to {most} {noun}"


def _distinct(values: Iterable[object]) -> list[str]:
    return sorted({str(value) for value in values if value is not None})
