"""Where and with what the results were made."""

from __future__ import annotations

from labreport.claims import Answer, Quantity
from labreport.results import Results

_ROWS = (("processor", "Processor"), ("system", "System"), ("python", "Python"))


def environment(results: Results) -> Answer:
    """Machine, system, Python and libraries of all runs that the question reads.

    What differs between runs is listed with all its values. The facts under `run` can describe the run on
    the title page. Declare the question `local`: its answer is not the same elsewhere.
    """
    runs = [run for name in results for run in results[name]]
    table: dict[str, str] = {}
    for key, label in _ROWS:
        table[label] = _joined(str(run.provenance.get(key, "unknown")) for run in runs)
    libraries = sorted({library for run in runs for library in run.provenance.get("libraries", {})})
    for library in libraries:
        table[library] = _joined(str(run.provenance["libraries"].get(library, "none")) for run in runs)
    seeds = len({run.seed for run in runs})
    return Answer(
        {"runs": Quantity(len(runs), "", "runs, counted"), "seeds": Quantity(seeds, "seeds", "runs")},
        facts={"prose": "answers/environment.html", "table": table, "run": {"Seeds": str(seeds), **table}},
    )


def _joined(values: object) -> str:
    return ", ".join(sorted(set(values)))  # type: ignore[call-overload]
