"""For every claim of the report, results made so that it turns out each way."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import verdicts_bonus as bonus
from verdict_cases import (
    EQUIVALENT,
    ERRATIC,
    INCONCLUSIVE,
    LEARNS,
    NOISY,
    QUIET,
    REFUTED,
    STUCK,
    SUPPORTED,
    Case,
    four,
    three,
)

from exercise.catalogue import ACTIVATIONS, DEEP, DEPTH_GAIN, NETWORKS, names
from exercise.networks import Network


def _deep(changes: Mapping[str, Any], suffix: str = "") -> dict[str, Mapping[str, Any]]:
    return {f"{name}{suffix}": changes for name in names(DEEP)}


def _set_up() -> list[Case]:
    too_few = {"wide": {"network": Network((100,))}}
    other_machine = {"wide": {"provenance": {"processor": "Another", "libraries": {}}}}
    chosen, another = "rates/learning_rate=0.5,momentum=0.9", "rates/learning_rate=0.1,momentum=0.9"
    return [
        *three("set-up.rules", "wide", {}, too_few, None),
        *three("set-up.rules", "small", {}, {"small": {"network": Network((100,))}}, None),
        *three("set-up.rules", "complex", {}, {"complex": {"network": Network((128, 128))}}, None),
        *(
            case
            for name in names(DEEP)
            for case in three("set-up.rules", name, {}, {name: {"network": Network((5,) * 9)}}, None)
        ),
        *three("set-up.rules", "all", {}, too_few, None),
        *(
            case
            for name in names(NETWORKS)
            for case in three("set-up.rules", f"{name}.converged", {}, {name: {"excess": 9.0}}, None)
        ),
        *three("set-up.rules", "converged", {}, {"complex": {"excess": 9.0}}, None),
        *three("set-up.environment", "one-environment", {}, other_machine, None),
        *four(
            "set-up.rates",
            "chosen-best",
            {chosen: {"validation": 0.97}},
            {another: {"validation": 0.97}},
            {},
            {chosen: {"validation": 0.96, **QUIET}, another: {"validation": 0.9605, **QUIET}},
        ),
        *three(
            "set-up.rates", "by-rule", {chosen: {"validation": 0.97}}, {another: {"validation": 0.97}}, None
        ),
    ]


def _part_one() -> list[Case]:
    cases: list[Case] = []
    for name in ("wide", "small"):
        diverged = {name: {"excess": 9.0}}
        cases += three(f"part-one.{name}.accuracy", "converged", {}, diverged, None)
        other = {name: {"stored": Network((7,))}}
        cases += three(f"part-one.{name}.parameters", "counts-agree", {}, other, None)
        level = {"validation": 0.96, "noise": 0.002, "drop": 0.0}
        cases += three(
            f"part-one.{name}.accuracy",
            "training-higher",
            *({name: {**level, "training": training}} for training in (0.98, 0.94, 0.96)),
        )
        cases += three(
            f"part-one.{name}.accuracy",
            "test-higher",
            *({name: {**level, "test": test}} for test in (0.98, 0.94, 0.96)),
        )
    small = {"test": 0.95, "drop": 0.0}
    cases += four(
        "part-one.comparison",
        "wide-better",
        *({"wide": {"test": test}, "small": small} for test in (0.97, 0.93)),
        *({"wide": {"test": 0.95, **kind}, "small": {"test": 0.95, **kind}} for kind in (NOISY, QUIET)),
    )
    return cases


def _part_two() -> list[Case]:
    cases: list[Case] = []
    for name, split in itertools.product(names(DEEP), ("validation", "test")):
        cases += three("part-two.above-20", f"{name}.{split}", {name: LEARNS}, {}, {name: ERRATIC})
    cases += three("part-two.above-20", "any", {"deep-64": LEARNS}, {}, {"deep-8": ERRATIC})
    for name in names(DEEP):
        other = {name: {"stored": Network((7,))}}
        cases += three("part-two.parameters", f"{name}.counts-agree", {}, other, None)
    narrow = {"deep-64": {"network": Network((100,) * 20)}}
    cases += three("part-two.parameters", "first-layer", {}, narrow, None)
    by_size = ("deep-8", "deep-32", "small", "deep-64", "complex", "wide")
    rising = {
        name: {**LEARNS, "drop": 0.0, "validation": 0.80 + 0.02 * rank} for rank, name in enumerate(by_size)
    }
    falling = {
        name: {**LEARNS, "drop": 0.0, "validation": 0.95 - 0.02 * rank} for rank, name in enumerate(by_size)
    }
    cases += three("part-two.correlation", "all", rising, falling, {})
    level = {name: {**LEARNS, **NOISY} for name in by_size}
    cases += three("part-two.correlation", "every-pair", rising, falling, level)
    cases.append(Case("part-two.correlation", "without-deep", INCONCLUSIVE))
    cases.append(Case("part-two.correlation", "counterexample", REFUTED))
    return cases


def _hypothesis() -> list[Case]:
    slug = "part-two.hypothesis"
    cases: list[Case] = []
    for name in names(DEEP):
        open_ = {name: {"kept": 0.5995}}
        cases += three(slug, f"{name}.starved", {}, {name: {"kept": 0.9}}, open_)
        late = {name: {"kept_late": 0.9}}, {name: {"kept_late": 0.5995}}
        cases += three(slug, f"{name}.starved-at-end", {}, *late)
        for change in ("gain-4", "4-layers"):
            cases += three(
                slug, f"{name}-{change}", {}, {f"{name}-{change}": STUCK}, {f"{name}-{change}": ERRATIC}
            )
        longer = f"{name}-30-epochs"
        cases += three(slug, longer, {}, {longer: LEARNS}, {longer: ERRATIC})
        width = int(name.partition("-")[2])
        for change in ("gain-4", "4-layers"):
            same = {f"{name}-{change}": {"network": Network((width,) * 10)}}
            cases += three(slug, f"{name}-{change}.trial", {}, same, None)
            cases.append(Case(slug, f"{name}-{change}", INCONCLUSIVE, same))
        other = {longer: {"network": Network((width,) * 10, initial_gain=4.0)}}
        cases += three(slug, f"{longer}.trial", {}, other, None)
    same = {"deep-32-gain-4": {"network": Network((32,) * 10)}}
    cases += three(slug, "gain-trials", {}, same, None)
    cases += three(slug, "starved", {}, {"deep-32": {"kept": 0.9}}, {"deep-32": {"kept": 0.5995}})
    cases += three(slug, "stuck", {}, {"deep-32": LEARNS}, {"deep-32": ERRATIC})
    all_learn = {
        f"depth-gain/hidden_layers=32x{depth},initial_gain={gain}": LEARNS for depth, gain in STARVED_CELLS
    }
    odd = {f"depth-gain/hidden_layers=32x2,initial_gain={gain}": STUCK for gain in (1.0, 2.0, 3.0)}
    cases += three(slug, "map", {}, {**all_learn, **odd}, odd)
    none_freed = {**_deep(STUCK, "-gain-4"), **_deep(STUCK, "-4-layers")}
    nothing_learns = {cell.name: STUCK for cell in DEPTH_GAIN.experiments()}
    cases += three(slug, "hypothesis", {}, none_freed, {"deep-8-gain-4": ERRATIC})
    cases.append(Case(slug, "hypothesis", REFUTED, {"deep-8-gain-4": STUCK}))
    cases.append(Case(slug, "hypothesis", INCONCLUSIVE, {**none_freed, **nothing_learns}))
    for cell in ACTIVATIONS.experiments():
        point = cell.specification
        claim = f"tried.{point.activation}.{point.learning_rate:g}"
        cases += three(slug, claim, {cell.name: LEARNS}, {cell.name: STUCK}, {cell.name: ERRATIC})
    cases.append(Case(slug, "map", INCONCLUSIVE, nothing_learns))
    cases.append(Case(slug, "hypothesis", REFUTED, {"deep-8": LEARNS}))
    cases.append(Case(slug, "hypothesis", REFUTED, _deep({"kept": 0.9})))
    cases.append(Case(slug, "hypothesis", REFUTED, _deep(LEARNS, "-30-epochs")))
    return cases


STARVED_CELLS = ((6, 1.0), (8, 1.0), (8, 2.0), (10, 1.0), (10, 2.0))
"""Depths and gains of the map that the slope's bound keeps from learning."""


def _part_three() -> list[Case]:
    cases: list[Case] = []
    sure = {"validation": 0.98, "test": 0.98}
    cases += three("part-three.goal", "converged", {}, {"complex": {"excess": 9.0}}, None)
    level = {"validation": 0.96, "noise": 0.002, "drop": 0.0}
    cases += three(
        "part-three.goal",
        "training-higher",
        *({"complex": {**level, "training": training}} for training in (0.98, 0.94, 0.96)),
    )
    for split in ("validation", "test"):
        made = (
            {"complex": {**sure, "noise": 0.004, "drop": 0.0, split: value}} for value in (0.98, 0.9, 0.92)
        )
        cases += three("part-three.goal", split, *made)
    doubtful = {"complex": {"validation": 0.92, "test": 0.98, "noise": 0.004, "drop": 0.0}}
    cases += three("part-three.goal", "both", {}, {"complex": {"validation": 0.9, "test": 0.98}}, doubtful)
    tests = (
        {"complex": {"test": test}, "wide": {"test": 0.96}, "small": {"test": 0.95}} for test in (0.98, 0.94)
    )
    level_50 = (
        {name: {"test": 0.96, **kind} for name in ("complex", "wide", "small")} for kind in (NOISY, QUIET)
    )
    better_worse_open_equal = [*tests, *level_50]
    cases += four("part-three.best", "best", *better_worse_open_equal)
    cases += four("part-three.best", "better-than-wide", *better_worse_open_equal)
    cases += four("part-three.best", "better-than-small", *bonus.complex_against_small("test"))
    cases += three("part-three.epochs", "similar", {}, {"complex": {"epochs": 12}}, None)
    level = {"drop": 0.0, "noise": 0.002}
    for name, claim in (
        ("complex", "better-at-equal-epochs"),
        ("complex-same-momentum", "better-at-equal-momentum"),
    ):
        made = (
            {name: {**level, "validation": value}, "wide": {**level, "validation": 0.95}}
            for value in (0.97, 0.93)
        )
        open_ = {each: {**level, "noise": 0.004, "validation": 0.95} for each in (name, "wide")}
        equal = {name: {**QUIET, "validation": 0.95}, "wide": {**QUIET, "validation": 0.95}}
        cases += four("part-three.epochs", claim, *made, open_, equal)
    return cases


def _studies() -> list[Case]:
    best = {
        "rates": "rates/learning_rate=0.5,momentum=0.9",
        "depth-gain": "depth-gain/hidden_layers=32x4,initial_gain=3.0",
        "activations": "activations/activation=relu,learning_rate=0.05",
    }
    sure = {"validation": 0.99, "noise": 0.00001}
    return [
        case
        for name, cell in best.items()
        for case in three(f"study.{name}", "leads", {cell: sure}, None, {})
    ]


CASES = (
    *_studies(),
    *_set_up(),
    *_part_one(),
    *_part_two(),
    *_hypothesis(),
    *_part_three(),
    *bonus.digits(),
    *bonus.longer(),
    *bonus.complex_network(),
    *bonus.more_time(),
    *bonus.checked(),
)

EXACT = ("set-up.rules", "set-up.environment", "part-two.parameters", "bonus.perspective")
"""Questions whose claims are about exact counts: they hold or do not, and are never left open."""
POSSIBLE: dict[tuple[str, str], set[str]] = {
    ("part-three.best", "best"): {SUPPORTED, REFUTED, EQUIVALENT, INCONCLUSIVE},
    # three points cannot reach p < 0.05 in any order
    ("part-two.correlation", "without-deep"): {INCONCLUSIVE},
    # a pair that is certain to be the other way round
    ("part-two.correlation", "counterexample"): {REFUTED},
    ("part-two.hypothesis", "gain-trials"): {SUPPORTED, REFUTED},
    # the highest mean is not below any other
    ("study.rates", "leads"): {SUPPORTED, INCONCLUSIVE},
    ("study.depth-gain", "leads"): {SUPPORTED, INCONCLUSIVE},
    ("study.activations", "leads"): {SUPPORTED, INCONCLUSIVE},
    # exact comparisons of what was declared, and counts
    **{
        ("part-two.hypothesis", f"{name}-{change}.trial"): {SUPPORTED, REFUTED}
        for name in names(DEEP)
        for change in ("gain-4", "4-layers", "30-epochs")
    },
    ("part-one.wide.accuracy", "converged"): {SUPPORTED, REFUTED},
    ("part-one.small.accuracy", "converged"): {SUPPORTED, REFUTED},
    ("part-three.goal", "converged"): {SUPPORTED, REFUTED},
    # an even spread cannot be shown by a test that does not reject it
    ("bonus.pattern", "complex.uneven"): {SUPPORTED, INCONCLUSIVE},
    ("bonus.pattern", "small.uneven"): {SUPPORTED, INCONCLUSIVE},
    # the worst digit is not better than the others
    ("bonus.digits", "together.worst"): {SUPPORTED, EQUIVALENT, INCONCLUSIVE},
    **{
        ("bonus.digits", f"{name}.worst"): {SUPPORTED, EQUIVALENT, INCONCLUSIVE}
        for name in ("wide", "small", "complex", *names(DEEP))
    },
}
"""Claims that cannot turn out each way, and the verdicts that they can get."""
