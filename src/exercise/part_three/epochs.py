"""Whether the networks were trained for a similar number of epochs."""

from __future__ import annotations

from exercise.catalogue import SAME_MOMENTUM, WIDE, names
from exercise.measuring.measures import EPOCH, TEST, declared, epochs_of
from exercise.part_three.best import LEARNING
from labreport.experiment import required
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, difference, exact, ranking, sample
from labreport.stats.operations.condition import compare as condition
from labreport.stats.operations.condition import every


@question(
    "Did the networks train for a similar number of epochs?",
    slug="part-three.epochs",
    reads=(*LEARNING, *SAME_MOMENTUM),
    requires=required((*LEARNING, *SAME_MOMENTUM), EPOCH),
)
def epochs(results: Results) -> Answer:
    """Epochs of the three networks, and which was ahead after those of part one, also with equal momentum."""
    quantities = {f"{name}.epochs": epochs_of(results[name]) for name in names(LEARNING)}
    first, *others = quantities.values()
    quantities["part_one"] = declared(EPOCH, "epochs", "exercise")
    answer = Answer(quantities, facts={"rows": names(LEARNING), "same": names(SAME_MOMENTUM)})
    for same in SAME_MOMENTUM:
        answer |= difference(results, same, WIDE, TEST, EPOCH, name="momentum")
    answer |= exact("equal", every(*(condition(first, "=", other) for other in others)))
    samples = {name: sample(results[name], TEST, EPOCH) for name in names(LEARNING)}
    return answer | ranking(samples, TEST, name="early")
