"""Where and with what the results were made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from labreport.claims import Answer, Quantity
from labreport.claims.decide import counted
from labreport.claims.rounding import THIN
from labreport.results import Results

_ROWS = (("host", "Host"), ("processor", "Processor"), ("system", "System"), ("python", "Python"))


def environment(
    results: Results,
    *,
    experiments: str = "Experiments",
    made: str = "Made",
    training: str = "Training",
    seed: str = "seed",
    epoch: str = "epoch",
    run: str = "run",
) -> Answer:
    """Machine, system, Python and libraries of all runs that the question reads, and how much was run.

    What differs between runs is listed with all its values. The claim `one-environment` says that nothing
    that decides their times does. Quantities: `runs`, `epochs`, where all experiments are run by seeds
    `seeds` and `seeds.fewest` of any of them, and as far as every run has recorded them `threads` and
    `cores`. The facts under `run` can describe the run on the title page (`Project(facts=...)`), where
    `experiments`, `made` and `training` are labels, and `seed`, `epoch` and `run` the words for these. Of
    recorded runs it says what they say of themselves, and nothing of this machine. Declare the question
    `local`: its answer is not the same elsewhere.
    """
    runs = [each for name in results for each in results[name]]
    recorded = any(results[name].experiment.recorded for name in results)
    provenance = [run.provenance for run in runs]
    seeds, epochs = len({run.seed for run in runs}), sum(len(run.records) for run in runs)
    quantities = {
        **(
            {
                "seeds": Quantity(seeds, "seeds", "all runs"),
                "seeds.fewest": Quantity(
                    min(len(results[name]) for name in results),
                    "seeds",
                    "all runs: the fewest of any experiment",
                ),
            }
            if all(results[name].experiment.design.unit == "seed" for name in results)
            else {}
        ),
        "runs": Quantity(len(runs), "", "all runs: experiments times seeds", varies_with="seeds"),
        "epochs": Quantity(epochs, "epochs", "all runs: sum", varies_with="seeds"),
        **threads_and_cores(provenance),
    }
    facts: dict[str, Any] = {key: _distinct(made.get(key) for made in provenance) for key, _ in _ROWS}
    libraries = [dict(made.get("libraries") or {}) for made in provenance]
    versions: dict[str, list[str]] = {
        name: _distinct(made.get(name, "none") for made in libraries)
        for name in sorted({name for made in libraries for name in made})
    }
    facts["libraries"] = [f"{name} {version}" for name, found in versions.items() for version in found]
    dates = _distinct(str(made["finished"])[:10] for made in provenance if made.get("finished"))
    facts["dates"] = [dates[0], dates[-1]] if dates else []
    facts["prose"] = "answers/environment.html"
    shown = [(key, label) for key, label in _ROWS if facts[key] or not (recorded or key == "host")]
    facts["table"] = {
        **{label: ", ".join(facts[key]) or "unknown" for key, label in shown},
        **{name: ", ".join(found) for name, found in versions.items()},
    }
    same = len(facts["processor"]) <= 1 and len(facts["python"]) <= 1
    claim = counted(
        "one-environment",
        "one processor and one set of library versions for every run",
        same and len({tuple(sorted(made.items())) for made in libraries}) == 1,
        ("runs",),
        "provenance of the results compared",
    )
    facts["told"] = bool(facts["table"])
    labels = {"experiments": experiments, "made": made, "training": training}
    facts["run"] = _title_page(
        results, facts, quantities, labels, {"repeated": run if recorded else seed, "epoch": epoch}
    )
    return Answer(quantities, {"one-environment": claim}, facts)


def threads_and_cores(provenance: Iterable[Mapping[str, Any]]) -> dict[str, Quantity]:
    """`threads` and `cores` that the results were made with, as far as all that say so agree."""
    found = {}
    for key in ("threads", "cores"):
        known = {int(made[key]) for made in provenance if made.get(key) is not None}
        if len(known) == 1:
            unit = "threads" if key == "threads" else ""
            found[key] = Quantity(known.pop(), unit, "provenance of the results", varies_with="machine")
    return found


def _title_page(
    results: Results,
    facts: Mapping[str, Any],
    quantities: Mapping[str, Quantity],
    labels: Mapping[str, str],
    words: Mapping[str, str],
) -> dict[str, str]:
    epochs = quantities["epochs"].value or 0
    longer = any(runs.experiment.epochs > 1 for runs in results.values())
    texts = {
        labels["experiments"]: f"{len(results)}, each with "
        + _counts([len(each) for each in results.values()], words["repeated"]),
        labels["training"]: f"{epochs:,} {words['epoch']}s".replace(",", THIN) if longer else "",
        "Host": ", ".join(facts["host"]),
        "Processor": ", ".join(facts["processor"]),
        "Libraries": ", ".join(facts["libraries"]),
        labels["made"]: " to ".join(dict.fromkeys(facts["dates"])),
    }
    return {label: text for label, text in texts.items() if text}


def _counts(counts: list[int], what: str) -> str:
    """`5 seeds`, or `3 to 5 seeds` where experiments differ in it."""
    least, most = min(counts), max(counts)
    return f"{least} {what}{'' if most == 1 else 's'}" if least == most else f"{least} to {most} {what}s"


def _distinct(values: Iterable[object]) -> list[str]:
    return sorted({str(value) for value in values if value is not None})
