"""How long an epoch takes with nothing beside it, and by plain Keras: for comparing with one's own."""

from __future__ import annotations

from exercise.catalogue import NETWORKS, TIMES
from exercise.measuring.measures import exact
from exercise.measuring.seconds import by_fit, by_itself, ratio_of
from labreport.builders.environment import threads_and_cores
from labreport.claims import Answer, Quantity
from labreport.outline import question
from labreport.results import Results


@question(
    "How long does an epoch take with no other training beside it?",
    slug="set-up.times",
    reads=TIMES,
    local=True,
)
def times(results: Results) -> Answer:
    """For each network the median seconds of an epoch: by itself, by `model.fit`, and the ratio of both."""
    (run,) = results[TIMES.name].runs
    (record,) = run.records
    quantities: dict[str, Quantity] = {}
    for network in NETWORKS:
        name = network.name
        own, fit = by_itself(results, name), by_fit(results, name)
        quantities |= {
            f"{name}.own": own,
            f"{name}.fit": fit,
            f"{name}.ratio": ratio_of(fit, own, "seconds by model.fit over those by itself"),
        }
    counted = len(record["own seconds"][NETWORKS[0].name])
    quantities["epochs"] = exact(counted, "epochs", "catalogue: times")
    quantities |= threads_and_cores([run.provenance])
    rows = [{"name": network.name, "title": network.title} for network in NETWORKS]
    processor = str(run.provenance.get("processor") or "a processor of unknown make")
    return Answer(quantities, {}, {"rows": rows, "processor": processor})
