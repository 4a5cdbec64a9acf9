"""On what machine, and with what, the networks were trained."""

from __future__ import annotations

from collections.abc import Iterable

from exercise.catalogue import NETWORKS
from exercise.measuring.measures import exact
from labreport.claims import Answer, Quantity
from labreport.claims.decide import counted
from labreport.claims.rounding import THIN, format_number
from labreport.outline import question
from labreport.results import Results


@question(
    "On what machine, and with what, was this measured?",
    slug="set-up.environment",
    reads=NETWORKS,
    local=True,
)
def environment(results: Results) -> Answer:
    """Machine, libraries, seeds, and how much was trained."""
    runs = [run for each in results.values() for run in each]
    provenance = [run.provenance for run in runs]
    seeds = sorted({run.seed for run in runs})
    seconds = sum(float(record["seconds"]) for run in runs for record in run.records)
    epochs = sum(len(run.records) for run in runs)
    origin = "all runs of the exercise's networks"
    quantities = {
        "seeds": exact(len(seeds), "seeds", origin),
        "runs": exact(len(runs), "", f"{origin}: networks times seeds", "seeds"),
        "epochs": exact(epochs, "epochs", f"{origin}: sum", "seeds"),
        "training_time": Quantity(seconds / 60, "min", f"{origin}: sum of the seconds of training only"),
    }
    for key in ("threads", "cores"):
        known = {int(made[key]) for made in provenance if made.get(key) is not None}
        if len(known) == 1:
            quantities[key] = exact(
                known.pop(),
                "threads" if key == "threads" else "",
                "provenance of the results",
                "machine",
            )
    facts = {
        key: _distinct(made.get(key) for made in provenance) for key in ("processor", "system", "python")
    }
    libraries = [dict(made.get("libraries") or {}) for made in provenance]
    facts["libraries"] = sorted({f"{name} {version}" for made in libraries for name, version in made.items()})
    dates = sorted(str(made["finished"])[:10] for made in provenance if made.get("finished"))
    facts["dates"] = [dates[0], dates[-1]] if dates else []
    title_page = {
        "Networks": f"{len(results)}, each with {_counts(len(each) for each in results.values())}",
        "Training": f"{epochs:,} epochs in {format_number(quantities['training_time'])}".replace(",", THIN),
        "Processor": ", ".join(facts["processor"]),
        "Libraries": ", ".join(facts["libraries"]),
        "Trained": " to ".join(dict.fromkeys(facts["dates"])),
    }
    claims = {
        "one-environment": counted(
            "one-environment",
            "one processor and one set of library versions for every run",
            all(len(values) <= 1 for values in (facts["processor"], facts["python"]))
            and len({tuple(sorted(made.items())) for made in libraries}) == 1,
            ("runs",),
            "provenance of the results compared",
        )
    }
    return Answer(
        quantities, claims, {**facts, "run": {label: text for label, text in title_page.items() if text}}
    )


def _counts(counts: Iterable[int]) -> str:
    """`5 seeds`, or `3 to 5 seeds` where networks differ in it."""
    least, *_, most = sorted([*(known := list(counts)), max(known)])
    return f"{least} {'seed' if most == 1 else 'seeds'}" if least == most else f"{least} to {most} seeds"


def _distinct(values: Iterable[object]) -> list[str]:
    return sorted({str(value) for value in values if value is not None})
