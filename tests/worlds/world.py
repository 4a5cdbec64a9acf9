"""Random worlds: what might have come out, for every experiment of the catalogue, without training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from made import CONTINUED

from exercise.catalogue import DEEP, EXPERIMENTS, NETWORKS, STUDIES, names
from labreport.experiment import Study

IMAGES = 300
"""Test and validation images of most worlds: enough to be plausible, few enough to be fast."""
BASES = {experiment.name: experiment for experiment in EXPERIMENTS}
CELLS = tuple(cell for grid in STUDIES for cell in grid.experiments())


CLASSES = (
    "all learn",
    "none learns",
    "some learn",
    "only one deep network learns",
    "diverged",
    "one seed",
    "other shapes",
    "other studies",
    "ties",
    "100 images",
)
"""What the worlds must contain, each of these and many together; `run.py` says how many do."""


@dataclass(frozen=True)
class World:
    """One world: `number` gives it again; `traits` say in words what is odd about it."""

    number: int
    traits: tuple[str, ...]
    images: int
    seeds: Mapping[str, int]
    overrides: Mapping[str, Mapping[str, Any]]
    diverged: Mapping[str, int] = field(default_factory=dict)
    """Experiment → the first epoch whose loss is not a number."""
    saturated: frozenset[str] = frozenset()
    """Of those that diverged, which kept a finite loss, far above that of guessing, and no gradient."""
    studies: Mapping[str, Study] = field(default_factory=dict)
    """Studies that take the place of the catalogue's own of the same name."""

    @property
    def classes(self) -> frozenset[str]:
        """Which of the `CLASSES` this world belongs to."""
        return frozenset(name for name in CLASSES if any(trait.startswith(name) for trait in self.traits))

    def __str__(self) -> str:
        return f"world {self.number} ({', '.join(self.traits)})"


def world(number: int) -> World:
    """The world of that number: the same on every machine."""
    random = np.random.default_rng(number)
    traits: list[str] = []
    seeds = _seeds(random, traits)
    overrides: dict[str, dict[str, Any]] = {name: {} for name in (*BASES, *(cell.name for cell in CELLS))}
    _learning(random, traits, overrides)
    _levels(random, traits, overrides)
    if random.random() < 0.4:
        _shapes(random, traits, overrides)
    diverged = _diverged(random, traits) if random.random() < 0.25 else {}
    saturated = frozenset(name for name in diverged if random.random() < 0.5)
    for longer, name in CONTINUED.items():
        both = {name, longer}
        saturated = saturated - both | (both if name in saturated else set())
    studies = _other_studies(random, traits) if random.random() < 0.15 else {}
    images = IMAGES
    if random.random() < 0.2:
        images = int(random.choice([100, 1_000]))
        traits.append(f"{images} images")
    return World(number, tuple(traits), images, seeds, overrides, diverged, saturated, studies)


def _seeds(random: np.random.Generator, traits: list[str]) -> dict[str, int]:
    kind = str(random.choice(["one seed", "two seeds", "three seeds", "five seeds"]))
    traits.append(kind)
    count = {"one": 1, "two": 2, "three": 3, "five": 5}[kind.split()[0]]
    return dict.fromkeys([*BASES, *(cell.name for cell in CELLS)], count)


def _learning(random: np.random.Generator, traits: list[str], overrides: dict[str, dict[str, Any]]) -> None:
    """Which networks learn: as usual, all, none, or some by the throw of a coin."""
    kinds = ["as usual", "all learn", "none learns", "some learn", "only one deep network learns"]
    kind = str(random.choice(kinds))
    traits.append(kind)
    if kind == "as usual":
        return
    lucky = str(random.choice(names(DEEP)))
    for name, changes in overrides.items():
        learns = {
            "all learn": True,
            "none learns": False,
            "only one deep network learns": name == lucky or name not in names(DEEP),
        }.get(kind, bool(random.random() < 0.5))
        changes["collapsed"] = not learns
        if learns:
            accuracy = float(random.uniform(0.3, 0.99))
            changes.update(training=accuracy, validation=accuracy - 0.005, test=accuracy - 0.01)
        else:
            changes["noise"] = 0.0
        changes["kept"] = float(random.choice([0.0, 0.02, 0.25, 0.6, 1.0, 1.4]))


def _levels(random: np.random.Generator, traits: list[str], overrides: dict[str, dict[str, Any]]) -> None:
    """How far apart the networks come out: ties, noise, slopes, seconds."""
    noise = float(random.choice([0.0, 0.0005, 0.003, 0.03, 0.15]))
    drop = float(random.choice([-0.05, 0.0, 0.02, 0.06, 0.3]))
    traits += [f"noise {noise:g}", f"drop {drop:g}"]
    tie = bool(random.random() < 0.25)
    if tie:
        traits.append("ties")
    level = float(random.choice([0.11, 0.2, 0.5, 0.92, 0.97, 1.0]))
    for name in names(NETWORKS):
        changes = overrides[name]
        if not changes.get("collapsed"):
            changes.update(noise=noise, drop=drop)
            if tie:
                changes.update(training=level, validation=level, test=level)
                if name not in names(DEEP):
                    changes["collapsed"] = False
        changes["quiet"] = 0.3 if tie else float(random.choice([0.01, 0.15, 0.8, 60.0]))
        changes["seconds"] = changes["quiet"] * float(random.choice([1.0, 1.0, 5.0]))  # beside others
        changes["hardness"] = float(random.choice([1.0, 2.5, 6.0]))
        changes["wandering"] = bool(random.random() < 0.3)
        changes["by_lookalike"] = float(random.choice([0.0, 0.6, 1.0]))
    overrides["complex"]["later"] = float(random.choice([-0.05, 0.0, 0.01]))
    for longer, name in CONTINUED.items():
        overrides[longer] |= overrides[name]


def _shapes(random: np.random.Generator, traits: list[str], overrides: dict[str, dict[str, Any]]) -> None:
    """Networks of other shapes that keep the rules, and with each the networks that are derived from it."""
    traits.append("other shapes")
    layers = {"wide": (1, 400, 500), "small": (1, 20, 62), "complex": (3, 32, 256)}
    layers |= dict(zip(names(DEEP), ((10, 4, 9), (10, 10, 50), (10, 50, 100)), strict=True))
    for name, (least, low, high) in layers.items():
        widths = random.integers(low, high + 1, least + (int(random.integers(3)) if least > 1 else 0))
        alike = bool(random.random() < 0.5)
        hidden = tuple(int(widths[0] if alike else width) for width in widths)
        for derived, experiment in BASES.items():
            if derived == name or derived.startswith(f"{name}-"):
                few = (
                    hidden[: len(experiment.specification.hidden_layers)] if "4-layers" in derived else hidden
                )
                overrides[derived]["network"] = replace(experiment.specification, hidden_layers=few)


def _other_studies(random: np.random.Generator, traits: list[str]) -> dict[str, Study]:
    """Studies of other sizes: one layer, mixed widths, one row, another number of epochs."""
    traits.append("other studies")
    depths = [((32,) * depth) for depth in random.choice([1, 2, 3, 4, 10], 2, replace=False).tolist()]
    if random.random() < 0.3:
        depths.append((64, 16))
    rates = [
        float(rate) for rate in random.choice([0.05, 0.5, 2.0], int(random.integers(1, 3)), replace=False)
    ]
    gains, grids = (1.0, 4.0), {grid.name: grid for grid in STUDIES}
    depth, rate = grids["depth-gain"], grids["rates"]
    return {
        "depth-gain": replace(depth, axes=(("hidden_layers", tuple(depths)), ("initial_gain", gains))),
        "rates": replace(rate, axes=(("learning_rate", tuple(rates)), ("momentum", (0.0, 0.9)))),
    }


def _diverged(random: np.random.Generator, traits: list[str]) -> dict[str, int]:
    names = random.choice([*BASES, *(cell.name for cell in CELLS)], int(random.integers(1, 4)), replace=False)
    diverged = {}
    for name in (str(name) for name in names):
        base = CONTINUED.get(name, name)
        diverged[base] = int(random.integers(1, 8))
        diverged |= {longer: diverged[base] for longer, each in CONTINUED.items() if each == base}
    traits.append(f"diverged: {', '.join(sorted(diverged))}")
    return diverged
