"""The network of three hidden layers against those of part one, all after equally many epochs."""

from __future__ import annotations

from exercise.catalogue import COMPLEX, SMALL, WIDE, names
from exercise.expressions import accuracy as checked_accuracy
from exercise.measuring.measures import LAST, TEST, declared, network_of, seeds_of
from labreport.experiment import required
from labreport.outline import question
from labreport.results import Results
from labreport.stats import Answer, Quantity, ranking
from labreport.stats.findings import Part, facing
from labreport.stats.operation import ALPHA
from labreport.stats.operations import listed
from labreport.stats.rounding import format_spread
from labreport.stats.words import ordered

LEARNING = (WIDE, SMALL, COMPLEX)


@question(
    "Which network achieves the best accuracy on test data?",
    slug="part-three.best",
    reads=LEARNING,
    requires=required(LEARNING, LAST),
    checks=[(f"{network.name}.mean", checked_accuracy(network, LAST)) for network in LEARNING],
)
def best(results: Results) -> Answer:
    """Test accuracy of the three networks that learn, and their parameters."""
    parameters = {
        f"{name}.parameters": declared(
            network_of(results[name]).parameters, "parameters", "formula", name, kind="computed"
        )
        for name in names(LEARNING)
    }
    answer = ranking(results, TEST, LAST)
    means = {name: answer.quantities[f"{name}.mean"].value for name in names(LEARNING)}
    order = ordered(means, lower=False)
    printed = {name: format_spread(answer.quantities[f"{name}.mean"]).partition("±")[0] for name in order}
    pairs = answer.findings["ranking"].parts
    rivals = [part for part in pairs if order[0] in part.subjects]
    behind = {name for part in rivals if facing(part, order[0], lower=False).clear for name in part.subjects}
    level = [name for name in order if name == order[0] or name not in behind]
    choice = min(level, key=lambda name: parameters[f"{name}.parameters"].value or 0)
    facts = {
        "rows": names(LEARNING),
        "pairs": [{"names": list(part.subjects), "difference": part.quantity} for part in pairs],
        "choice": choice,
        "level": level if len(level) > 1 else [],
        "first": [name for name in order if printed[name] == printed[order[0]]],
        "others": [name for name in order if printed[name] != printed[order[0]]],
    }
    decisive = {name: end for part in pairs for name, end in _decisive(answer, part).items()}
    return answer | Answer({**parameters, **decisive, "seeds": seeds_of(*results.values())}, facts=facts)


def _decisive(answer: Answer, part: Part) -> dict[str, Quantity]:
    """The ends of the interval that decides, at the level of one of several comparisons, by their names."""
    derivation, among = answer.quantities[part.quantity].derivation, part.judgement.among
    assert derivation is not None
    found = listed()[derivation.operation].compute(derivation.data, ALPHA / among)
    note = f"end of the interval as one of {among} comparisons"
    return {
        f"{part.quantity}.{end}": declared(
            None if value is None else round(value, 4),
            "points",
            note,
            *part.subjects,
            kind="computed",
            varies_with="seeds",
        )
        for end, value in (("low", found.low), ("high", found.high))
    }
