"""How long an epoch takes by plain Keras with nothing beside it: for comparing with one's own."""

from __future__ import annotations

from exercise.catalogue import TIMES
from exercise.measuring.measures import exact
from exercise.measuring.seconds import slowest, typical
from labreport.builders.environment import threads_and_cores
from labreport.claims import Answer, Quantity
from labreport.outline import question
from labreport.results import Results


@question(
    "How long does an epoch take with no other training beside it?",
    slug="set-up.times",
    reads=TIMES.values(),
    local=True,
)
def times(results: Results) -> Answer:
    """For each network the median and the slowest of a few epochs of `model.fit`."""
    names = [name.partition("/")[2] for name in results]
    quantities: dict[str, Quantity] = {}
    for name in names:
        quantities |= {f"{name}.median": typical(results, name), f"{name}.slowest": slowest(results, name)}
    runs = [run for name in results for run in results[name]]
    quantities["epochs"] = exact(min(len(run.records) for run in runs), "epochs", "catalogue: times")
    quantities["cores"] = threads_and_cores([run.provenance for run in runs])["cores"]
    made_on = sorted({str(run.provenance.get("processor") or "a processor of unknown make") for run in runs})
    return Answer(quantities, {}, {"rows": names, "processors": made_on})
