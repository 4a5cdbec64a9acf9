"""For every claim of the report, results made so that it turns out each way."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from exercise.groups import DEEP
from exercise.networks import Network

SUPPORTED, REFUTED, INCONCLUSIVE = "supported", "refuted", "inconclusive"
EQUIVALENT = "equivalent"
LEARNS = {"collapsed": False, "validation": 0.94, "test": 0.94, "noise": 0.001}
STUCK = {"collapsed": True, "noise": 0.0}
ERRATIC = {"collapsed": False, "validation": 0.2, "test": 0.2, "drop": 0.0, "noise": 0.05}


@dataclass(frozen=True)
class Case:
    """Made results, and the verdict that a claim must then get."""

    question: str
    claim: str
    verdict: str
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seeds: int = 5

    def __str__(self) -> str:
        return f"{self.question}:{self.claim}:{self.verdict}"


def _three(question: str, claim: str, *made: Mapping[str, Mapping[str, Any]] | None) -> tuple[Case, ...]:
    """Cases for results made to support, to refute and to leave open; None where that cannot be."""
    kinds = zip((SUPPORTED, REFUTED, INCONCLUSIVE), made, strict=True)
    return tuple(Case(question, claim, verdict, results) for verdict, results in kinds if results is not None)


def _four(question: str, claim: str, *made: Mapping[str, Mapping[str, Any]]) -> tuple[Case, ...]:
    """Cases for a claim with a margin: to support, to refute, to leave open, and to be equivalent."""
    *three, equivalent = made
    return (*_three(question, claim, *three), Case(question, claim, EQUIVALENT, equivalent))


NOISY = {"drop": 0.0, "noise": 0.02}
"""Networks whose seeds differ so much that nothing can be decided."""
WILD = {"drop": 0.0, "noise": 0.09, "test": 0.88, "validation": 0.88}
"""Noisy enough that even epochs of one and the same training differ by more than matters."""
QUIET = {"drop": 0.0, "noise": 0.0002}
"""Networks whose seeds differ so little that a difference of nothing shows as such."""


def _deep(changes: Mapping[str, Any], suffix: str = "") -> dict[str, Mapping[str, Any]]:
    return {f"{name}{suffix}": changes for name in DEEP}


def _set_up() -> list[Case]:
    too_few = {"wide": {"network": Network((100,))}}
    other_machine = {"wide": {"provenance": {"processor": "Another", "libraries": {}}}}
    chosen, another = "rates/learning_rate=0.5,momentum=0.9", "rates/learning_rate=0.1,momentum=0.9"
    return [
        *_three("set-up.rules", "wide", {}, too_few, None),
        *_three("set-up.rules", "small", {}, {"small": {"network": Network((100,))}}, None),
        *_three("set-up.rules", "complex", {}, {"complex": {"network": Network((128, 128))}}, None),
        *(
            case
            for name in DEEP
            for case in _three("set-up.rules", name, {}, {name: {"network": Network((5,) * 9)}}, None)
        ),
        *_three("set-up.rules", "all", {}, too_few, None),
        *_three("set-up.environment", "one-environment", {}, other_machine, None),
        *_four(
            "set-up.rates",
            "chosen-best",
            {chosen: {"validation": 0.97}},
            {another: {"validation": 0.97}},
            {},
            {chosen: {"validation": 0.96, **QUIET}, another: {"validation": 0.9605, **QUIET}},
        ),
        *_three(
            "set-up.rates", "by-rule", {chosen: {"validation": 0.97}}, {another: {"validation": 0.97}}, None
        ),
    ]


def _part_one() -> list[Case]:
    cases: list[Case] = []
    for name in ("wide", "small"):
        other = {name: {"stored": Network((7,))}}
        cases += _three(f"part-one.{name}.parameters", "counts-agree", {}, other, None)
        level = {"validation": 0.96, "noise": 0.002, "drop": 0.0}
        cases += _three(
            f"part-one.{name}.accuracy",
            "training-higher",
            *({name: {**level, "training": training}} for training in (0.98, 0.94, 0.96)),
        )
        cases += _three(
            f"part-one.{name}.accuracy",
            "test-higher",
            *({name: {**level, "test": test}} for test in (0.98, 0.94, 0.96)),
        )
    small = {"test": 0.95, "drop": 0.0}
    cases += _four(
        "part-one.comparison",
        "wide-better",
        *({"wide": {"test": test}, "small": small} for test in (0.97, 0.93)),
        *({"wide": {"test": 0.95, **kind}, "small": {"test": 0.95, **kind}} for kind in (NOISY, QUIET)),
    )
    return cases


def _part_two() -> list[Case]:
    cases: list[Case] = []
    for name, split in itertools.product(DEEP, ("validation", "test")):
        cases += _three("part-two.above-20", f"{name}.{split}", {name: LEARNS}, {}, {name: ERRATIC})
    cases += _three("part-two.above-20", "any", {"deep-64": LEARNS}, {}, {"deep-8": ERRATIC})
    for name in DEEP:
        other = {name: {"stored": Network((7,))}}
        cases += _three("part-two.parameters", f"{name}.counts-agree", {}, other, None)
    narrow = {"deep-64": {"network": Network((100,) * 20)}}
    cases += _three("part-two.parameters", "first-layer", {}, narrow, None)
    by_size = ("deep-8", "deep-32", "small", "deep-64", "complex", "wide")
    rising = {
        name: {**LEARNS, "drop": 0.0, "validation": 0.80 + 0.02 * rank} for rank, name in enumerate(by_size)
    }
    falling = {
        name: {**LEARNS, "drop": 0.0, "validation": 0.95 - 0.02 * rank} for rank, name in enumerate(by_size)
    }
    cases += _three("part-two.correlation", "all", rising, falling, {})
    level = {name: {**LEARNS, **NOISY} for name in by_size}
    cases += _three("part-two.correlation", "every-pair", rising, falling, level)
    cases.append(Case("part-two.correlation", "without-deep", INCONCLUSIVE))
    return cases


def _hypothesis() -> list[Case]:
    slug = "part-two.hypothesis"
    cases: list[Case] = []
    for name in DEEP:
        open_ = {name: {"kept": 0.5995}}
        cases += _three(slug, f"{name}.starved", {}, {name: {"kept": 0.9}}, open_)
        late = {name: {"kept_late": 0.9}}, {name: {"kept_late": 0.5995}}
        cases += _three(slug, f"{name}.starved-at-end", {}, *late)
        for change in ("gain-4", "4-layers"):
            cases += _three(
                slug, f"{name}-{change}", {}, {f"{name}-{change}": STUCK}, {f"{name}-{change}": ERRATIC}
            )
        longer = f"{name}-30-epochs"
        cases += _three(slug, longer, {}, {longer: LEARNS}, {longer: ERRATIC})
    cases += _three(slug, "starved", {}, {"deep-32": {"kept": 0.9}}, {"deep-32": {"kept": 0.5995}})
    cases += _three(slug, "stuck", {}, {"deep-32": LEARNS}, {"deep-32": ERRATIC})
    all_learn = {
        f"depth-gain/hidden_layers=32x{depth},initial_gain={gain}": LEARNS for depth, gain in STARVED_CELLS
    }
    odd = {f"depth-gain/hidden_layers=32x2,initial_gain={gain}": STUCK for gain in (1.0, 2.0, 3.0)}
    cases += _three(slug, "map", {}, {**all_learn, **odd}, odd)
    none_freed = {**_deep(STUCK, "-gain-4"), **_deep(STUCK, "-4-layers")}
    cases += _three(slug, "hypothesis", {}, none_freed, {"deep-8-gain-4": STUCK})
    cases.append(Case(slug, "hypothesis", REFUTED, {"deep-8": LEARNS}))
    cases.append(Case(slug, "hypothesis", REFUTED, _deep({"kept": 0.9})))
    cases.append(Case(slug, "hypothesis", INCONCLUSIVE, _deep(LEARNS, "-30-epochs")))
    return cases


STARVED_CELLS = ((6, 1.0), (8, 1.0), (8, 2.0), (10, 1.0), (10, 2.0))
"""Depths and gains of the map that the slope's bound keeps from learning."""


def _part_three() -> list[Case]:
    cases: list[Case] = []
    sure = {"validation": 0.98, "test": 0.98}
    for split in ("validation", "test"):
        made = (
            {"complex": {**sure, "noise": 0.004, "drop": 0.0, split: value}} for value in (0.98, 0.9, 0.92)
        )
        cases += _three("part-three.goal", split, *made)
    doubtful = {"complex": {"validation": 0.92, "test": 0.98, "noise": 0.004, "drop": 0.0}}
    cases += _three("part-three.goal", "both", {}, {"complex": {"validation": 0.9, "test": 0.98}}, doubtful)
    tests = (
        {"complex": {"test": test}, "wide": {"test": 0.96}, "small": {"test": 0.95}} for test in (0.98, 0.94)
    )
    level_50 = (
        {name: {"test": 0.96, **kind} for name in ("complex", "wide", "small")} for kind in (NOISY, QUIET)
    )
    cases += _four("part-three.best", "complex-better", *tests, *level_50)
    cases += _four("part-three.best", "better-at-50", *_complex_against_small("test"))
    cases += _three("part-three.epochs", "similar", {"complex": {"epochs": 12}}, {}, None)
    level = {"drop": 0.0, "noise": 0.002}
    made = (
        {"complex": {**level, "validation": value}, "wide": {**level, "validation": 0.95}}
        for value in (0.97, 0.93, 0.95)
    )
    cases += _four(
        "part-three.epochs",
        "better-at-equal-epochs",
        *made,
        {"complex": {**QUIET, "validation": 0.95}, "wide": {**QUIET, "validation": 0.95}},
    )
    return cases


def _digits() -> list[Case]:
    cases: list[Case] = []
    learned = ("wide", "small", "complex")
    even = {"hardness": 1.0, "test": 0.998, **QUIET}
    wandering = {"wandering": True, "hardness": 4.0}
    for name in learned:
        cases += _worst(f"{name}.worst", {}, {name: even}, {name: wandering})
    for name in DEEP:
        learns = {**LEARNS, "hard": (8,)}
        cases += _worst(
            f"{name}.worst",
            {name: learns},
            {name: {**LEARNS, **even}},
            {name: {**LEARNS, **wandering}},
        )
    every = (dict.fromkeys(learned, kind) for kind in ({}, even, wandering))
    cases += _worst("any", *every)
    for name in ("complex", "small"):
        spread = {name: {"hardness": 1.0, "by_lookalike": 0.0}}
        cases += _three("bonus.pattern", f"{name}.uneven", {}, None, spread)
        cases += _three("bonus.pattern", f"{name}.uneven", {}, None, {name: wandering})
        near, far = ({name: {"hardness": 1.0, "nearness": strength}} for strength in (6.0, -6.0))
        cases += _three("bonus.pattern", f"{name}.alike", near, far, spread)
    return cases


def _worst(claim: str, *made: Mapping[str, Mapping[str, Any]]) -> tuple[Case, ...]:
    """Some digit fails more often, none does, or that is left open."""
    kinds = (SUPPORTED, EQUIVALENT, INCONCLUSIVE)
    return tuple(Case("bonus.digits", claim, kind, one) for kind, one in zip(kinds, made, strict=True))


def _longer() -> list[Case]:
    better = ({"small": {"drop": 0.1}}, {"small": {"drop": -0.1}}, {"small": WILD}, {"small": QUIET})
    cases: list[Case] = [
        case for epoch in (20, 50) for case in _four("bonus.longer", f"{epoch}-better", *better)
    ]
    cases += _three(
        "bonus.diminishing",
        "diminishing",
        {},
        {"small": {"drop": -0.0001, "rate": -2.0, "noise": 0.005}},
        {"small": {"drop": 0.0, "noise": 0.003}},
    )
    flat, steep = {"small": {"drop": 0.0, "noise": 0.001}}, {"small": {"drop": 0.5, "noise": 0.0005}}
    cases += _three("bonus.diminishing", "after-20", flat, steep, {"small": {"drop": 0.02, "noise": 0.0022}})
    slow = {"small": {"drop": 1.5, "noise": 0.0005}}
    cases += _three("bonus.diminishing", "after-50", flat, slow, {"small": {"drop": 0.2, "noise": 0.003}})
    cases += [Case("bonus.diminishing", f"after-{epoch}", INCONCLUSIVE, seeds=1) for epoch in (20, 50)]
    return cases


def _complex() -> list[Case]:
    cases: list[Case] = []
    for epoch, split in ((epoch, split) for epoch in (5, 20, 50) for split in ("validation", "test")):
        cases += _four("bonus.complex", f"at-{epoch}.{split}", *_complex_against_small(split))
    seconds = ({"complex": {"seconds": value}, "small": {"seconds": 0.15}} for value in (0.4, 0.05, 0.15))
    cases += _three("bonus.time", "complex-slower", *seconds)
    for claim in ("at-1", "at-2", "worth"):
        cases += _four("bonus.worth", claim, *_complex_against_small("validation"))
    cases += _four("bonus.worth", "final-better", *_complex_against_small("test"))
    sooner = (
        {"complex": {"seconds": 0.15}},
        {"complex": {"seconds": 20.0}},
        {"complex": {"validation": 0.9}},
    )
    cases += _three("bonus.worth", "reaches-sooner", *sooner)
    return cases


def _complex_against_small(split: str) -> list[dict[str, Mapping[str, Any]]]:
    """Better, worse, too noisy to say, and alike."""
    level = {"drop": 0.0, "noise": 0.002}
    made: list[dict[str, Mapping[str, Any]]] = [
        {"complex": {**level, split: value}, "small": {**level, split: 0.95}} for value in (0.97, 0.93)
    ]
    for kind in (NOISY, QUIET):
        made.append({name: {**kind, split: 0.95} for name in ("complex", "small")})
    return made


VAGUE = {"noise": 0.02}


def _more_time() -> list[Case]:
    slug = "bonus.more-time"
    rising, flat = {"complex": {"drop": 0.2, "noise": 0.0002}}, {"complex": {"drop": 0.01, "noise": 0.0002}}
    jumpy = {"complex": {"drop": 0.05, "noise": 0.02}}
    cases: list[Case] = list(_three(slug, "predicted-better", rising, flat, jumpy))
    cases += _three(slug, "held", {}, {"complex": {"later": -0.03}}, {"complex": {"drop": 0.05, **VAGUE}})
    same = {"drop": 0.0, "noise": 0.002}
    for split in ("validation", "test"):
        made = [{"complex": {**same, "later": later}} for later in (0.01, -0.01)]
        cases += _four(slug, f"{split}-better", *made, {"complex": NOISY}, {"complex": QUIET})
    giant = {"complex": {"network": Network((200_000, 200_000))}}
    cases += _three("bonus.perspective", "smaller", {}, giant, None)
    return cases


def _checked() -> list[Case]:
    kinds = [{"kind": "files, every byte", "passed": 2, "all": 2}]
    found: tuple[Mapping[str, Any], ...] = (
        {"verification": {"kinds": kinds, "failed": []}},
        {"verification": {"kinds": [{**kinds[0], "passed": 1}], "failed": ["store"]}},
        {},
    )
    return [*_three("appendix.checked", "all", *found)]


def _studies() -> list[Case]:
    best = {
        "rates": "rates/learning_rate=0.5,momentum=0.9",
        "depth-gain": "depth-gain/hidden_layers=32x4,initial_gain=3.0",
    }
    sure = {"validation": 0.99, "noise": 0.00001}
    return [
        case
        for name, cell in best.items()
        for case in _three(f"study.{name}", "leads", {cell: sure}, None, {})
    ]


CASES = (
    *_studies(),
    *_set_up(),
    *_part_one(),
    *_part_two(),
    *_hypothesis(),
    *_part_three(),
    *_digits(),
    *_longer(),
    *_complex(),
    *_more_time(),
    *_checked(),
)

EXACT = ("set-up.rules", "set-up.environment", "part-two.parameters", "bonus.perspective")
"""Questions whose claims are about exact counts: they hold or do not, and are never left open."""
POSSIBLE: dict[tuple[str, str], set[str]] = {
    # three points cannot reach p < 0.05 in any order
    ("part-two.correlation", "without-deep"): {INCONCLUSIVE},
    # the highest mean is not below any other
    ("study.rates", "leads"): {SUPPORTED, INCONCLUSIVE},
    ("study.depth-gain", "leads"): {SUPPORTED, INCONCLUSIVE},
    # an even spread cannot be shown by a test that does not reject it
    ("bonus.pattern", "complex.uneven"): {SUPPORTED, INCONCLUSIVE},
    ("bonus.pattern", "small.uneven"): {SUPPORTED, INCONCLUSIVE},
    # the worst digit is not better than the others
    ("bonus.digits", "any"): {SUPPORTED, EQUIVALENT, INCONCLUSIVE},
    **{
        ("bonus.digits", f"{name}.worst"): {SUPPORTED, EQUIVALENT, INCONCLUSIVE}
        for name in ("wide", "small", "complex", *DEEP)
    },
}
"""Claims that cannot turn out each way, and the verdicts that they can get."""
