"""The same for the questions of the bonus; see `verdicts`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verdict_cases import (
    EQUIVALENT,
    INCONCLUSIVE,
    LEARNS,
    NOISY,
    QUIET,
    SUPPORTED,
    WILD,
    Case,
    four,
    three,
)

from exercise.catalogue import DEEP, names
from exercise.networks import Network


def digits() -> list[Case]:
    """By digit, and patterns."""
    cases: list[Case] = []
    learned = ("wide", "small", "complex")
    even = {"hardness": 1.0, "test": 0.998, **QUIET}
    wandering = {"wandering": True, "hardness": 4.0}
    for name in learned:
        cases += _worst(f"{name}.worst", {}, {name: even}, {name: wandering})
    for name in names(DEEP):
        learns = {**LEARNS, "hard": (8,)}
        cases += _worst(
            f"{name}.worst",
            {name: learns},
            {name: {**LEARNS, **even}},
            {name: {**LEARNS, **wandering}},
        )
    every = (dict.fromkeys(learned, kind) for kind in ({}, even, wandering))
    cases += _worst("together.worst", *every)
    for name in ("complex", "small"):
        spread = {name: {"hardness": 1.0, "by_lookalike": 0.0}}
        cases += three("bonus.pattern", f"{name}.uneven", {}, None, spread)
        cases += three("bonus.pattern", f"{name}.uneven", {}, None, {name: wandering})
        near, far = ({name: {"hardness": 1.0, "nearness": strength}} for strength in (6.0, -6.0))
        cases += three("bonus.pattern", f"{name}.alike", near, far, spread)
    return cases


def _worst(claim: str, *made: Mapping[str, Mapping[str, Any]]) -> tuple[Case, ...]:
    """Some digit fails more often, none does, or that is left open."""
    kinds = (SUPPORTED, EQUIVALENT, INCONCLUSIVE)
    return tuple(Case("bonus.digits", claim, kind, one) for kind, one in zip(kinds, made, strict=True))


def longer() -> list[Case]:
    """The small network for longer."""
    better = ({"small": {"drop": 0.1}}, {"small": {"drop": -0.1}}, {"small": WILD}, {"small": QUIET})
    cases: list[Case] = [
        case for epoch in (20, 50) for case in four("bonus.longer", f"{epoch}-better", *better)
    ]
    cases += three(
        "bonus.diminishing",
        "diminishing",
        {},
        {"small": {"drop": -0.0001, "rate": -2.0, "noise": 0.005}},
        {"small": {"drop": 0.0, "noise": 0.003}},
    )
    flat, steep = {"small": {"drop": 0.0, "noise": 0.001}}, {"small": {"drop": 0.5, "noise": 0.0005}}
    cases += three("bonus.diminishing", "after-20", flat, steep, {"small": {"drop": 0.02, "noise": 0.0022}})
    slow = {"small": {"drop": 1.5, "noise": 0.0005}}
    cases += three("bonus.diminishing", "after-50", flat, slow, {"small": {"drop": 0.2, "noise": 0.003}})
    cases += [Case("bonus.diminishing", f"after-{epoch}", INCONCLUSIVE, seeds=1) for epoch in (20, 50)]
    return cases


def complex_network() -> list[Case]:
    """The complex network against the small one."""
    cases: list[Case] = []
    for epoch, split in ((epoch, split) for epoch in (5, 20, 50) for split in ("validation", "test")):
        cases += four("bonus.complex", f"at-{epoch}.{split}", *complex_against_small(split))
    for claim in ("at-1", "at-2", "worth"):
        cases += four("bonus.worth", claim, *complex_against_small("validation"))
    cases += four("bonus.worth", "final-better", *complex_against_small("test"))
    at_momentum = [
        {name.replace("small", "small-momentum"): made for name, made in case.items()}
        for case in complex_against_small("test")
    ]
    cases += four("bonus.worth", "better-at-equal-momentum", *at_momentum)
    sooner = (
        {"complex": {"seconds": 0.15}},
        {"complex": {"seconds": 20.0}},
        {"complex": {"validation": 0.9}},
    )
    cases += three("bonus.worth", "reaches-sooner", *sooner)
    return cases


def complex_against_small(split: str) -> list[dict[str, Mapping[str, Any]]]:
    """Better, worse, too noisy to say, and alike."""
    level = {"drop": 0.0, "noise": 0.002}
    made: list[dict[str, Mapping[str, Any]]] = [
        {"complex": {**level, split: value}, "small": {**level, split: 0.95}} for value in (0.97, 0.93)
    ]
    for kind in (NOISY, QUIET):
        made.append({name: {**kind, split: 0.95} for name in ("complex", "small")})
    return made


VAGUE = {"noise": 0.02}


def more_time() -> list[Case]:
    """Whether more time helps."""
    slug = "bonus.more-time"
    rising, flat = {"complex": {"drop": 0.2, "noise": 0.0002}}, {"complex": {"drop": 0.01, "noise": 0.0002}}
    jumpy = {"complex": {"drop": 0.05, "noise": 0.02}}
    cases: list[Case] = list(three(slug, "predicted-better", rising, flat, jumpy))
    cases += three(slug, "held", {}, {"complex": {"later": -0.03}}, {"complex": {"drop": 0.05, **VAGUE}})
    same = {"drop": 0.0, "noise": 0.002}
    for split in ("validation", "test"):
        made = [{"complex": {**same, "later": later}} for later in (0.01, -0.01)]
        cases += four(slug, f"{split}-better", *made, {"complex": NOISY}, {"complex": QUIET})
    giant = {"complex": {"network": Network((200_000, 200_000))}}
    cases += three("bonus.perspective", "smaller", {}, giant, None)
    return cases


def checked() -> list[Case]:
    """What verification found, and what one correction over all comparisons would change."""
    kinds = [{"kind": "files, every byte", "passed": 2, "all": 2}]
    found: tuple[Mapping[str, Any], ...] = (
        {"verification": {"kinds": kinds, "failed": []}},
        {"verification": {"kinds": [{**kinds[0], "passed": 1}], "failed": ["store"]}},
        {},
    )
    quiet, noisy = (
        {name: {"noise": noise} for name in ("wide", "small", "complex")} for noise in (0.0002, 0.006)
    )
    return [
        *three("appendix.checked", "all", *found),
        *three("appendix.families", "one-correction", quiet, noisy, None),
    ]
