"""Every comparison that the report declares, by family: what is corrected together, and what that changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from exercise.bonus_complex.more_time import MORE_TIME
from exercise.bonus_complex.worth import FIRST_PASSAGE, SMALL_AT_MOMENTUM, WORTH
from exercise.bonus_longer.longer import LONGER
from exercise.catalogue import EXPERIMENTS, STUDIES, TIMES
from exercise.measuring.comparing import comparisons
from exercise.measuring.families import COMPLEX_SIMPLE, EQUAL_EPOCHS, TEST
from exercise.measuring.seconds import of_timings
from exercise.part_one.comparison import PART_ONE
from exercise.part_three.best import BEST
from exercise.part_three.epochs import EQUAL_MOMENTUM
from exercise.part_three.goal import GOALS
from exercise.part_two.above_20 import ABOVE_20
from exercise.part_two.activations import TRIED
from exercise.part_two.correlation import PAIRS
from exercise.part_two.predictions import EFFECTS, INTERVENTIONS
from labreport.builders.families import families as listed
from labreport.claims import Answer, Family
from labreport.outline import question
from labreport.required import LAST, Required
from labreport.results import Results

FAMILIES = (
    *(PART_ONE, ABOVE_20, INTERVENTIONS, EFFECTS, TRIED, PAIRS, EQUAL_EPOCHS, *EQUAL_MOMENTUM, GOALS),
    *(BEST, LONGER, COMPLEX_SIMPLE, WORTH, FIRST_PASSAGE),
    *(*SMALL_AT_MOMENTUM, MORE_TIME),
)
"""In the order of the report."""
NEEDS = frozenset(need for family in FAMILIES for need in family.needs)
_STUDY = {cell.name: study.name for study in STUDIES for cell in study.experiments()}


def _required() -> Iterable[Required]:
    """Records up to the last epoch compared, and for accuracy on test images the snapshots."""
    snapshots: defaultdict[str, set[int]] = defaultdict(set)
    epochs: defaultdict[str, int] = defaultdict(lambda: 1)
    for member in (member for family in FAMILIES for member in family.members):
        for name, epoch in zip((member.first, member.second), member.epochs, strict=True):
            if isinstance(name, str):
                name = _STUDY.get(name, name)
                epochs[name] = max(epochs[name], epoch or 1)
                snapshots[name] |= {epoch or LAST} if member.metric == TEST else set()
    return (Required(name, tuple(sorted(snapshots[name])), epochs[name]) for name in sorted(epochs))


@question(
    "Which comparisons were declared, and how are they corrected?",
    slug="appendix.families",
    reads=[
        *(each for each in (*EXPERIMENTS, *TIMES.values()) if each.name in NEEDS),
        *(each for each in STUDIES if NEEDS & {cell.name for cell in each.experiments()}),
    ],
    requires=tuple(_required()),
)
def families(results: Results) -> Answer:
    """One row for each family, and the verdicts that one correction over all comparisons would change."""
    compare = comparisons(results, *FAMILIES)
    tested = [compare.family(family)[0].decision.family for family in FAMILIES]
    compared = {family.name: _compared(family) for family in FAMILIES}
    found = listed([family for family in tested if family is not None], compared)
    counts = {  # of verdicts, some of which rest on times
        name: of_timings(quantity) if quantity.varies_with else quantity
        for name, quantity in found.quantities.items()
    }
    return replace(found, quantities=counts)


def _compared(family: Family) -> str:
    """What a family compares: networks or studies, metrics and epochs, each once."""
    members = family.members
    networks = dict.fromkeys(
        _STUDY.get(name, name)
        for member in members
        for name in (member.first, member.second)
        if isinstance(name, str)
    )
    metrics = dict.fromkeys(member.metric for member in members)
    epochs = sorted({epoch for member in members for epoch in member.epochs if epoch is not None})
    at = f"; epoch {', '.join(map(str, epochs))}" if epochs else ""
    return f"{', '.join(networks)}: {', '.join(metrics)}{at}"
