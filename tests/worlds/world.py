"""Random worlds: what might have come out, for every experiment of the catalogue, without training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from exercise.catalogue import DEEP, EXPERIMENTS, NETWORKS, STUDIES, names
from exercise.networks import Network
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
    "a trial that changes nothing",
    "complex without momentum",
    "diverged",
    "one seed",
    "other shapes",
    "other studies",
    "ties",
    "60 images",
)
"""What the worlds must contain, each of these and many together; `run.py` says how many do."""


@dataclass(frozen=True)
class World:
    """One world: `number` gives it again; `traits` say in words what is odd about it."""

    number: int
    traits: tuple[str, ...]
    images: int
    seeds: int
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
    if random.random() < 0.15:
        _other_settings(random, traits, overrides)
    diverged = _diverged(random, traits) if random.random() < 0.25 else {}
    saturated = frozenset(name for name in diverged if random.random() < 0.5)
    if "complex" in diverged:
        saturated = saturated - {"complex", "complex-100"} | (
            {"complex", "complex-100"} if "complex" in saturated else set()
        )
    studies = _other_studies(random, traits) if random.random() < 0.15 else {}
    images = IMAGES
    if random.random() < 0.2:
        images = int(random.choice([60, 100, 1_000]))
        traits.append(f"{images} images")
    return World(number, tuple(traits), images, seeds, overrides, diverged, saturated, studies)


def _seeds(random: np.random.Generator, traits: list[str]) -> int:
    count = int(random.choice([1, 2, 3, 5]))
    traits.append({1: "one seed"}.get(count, f"{count} seeds"))
    return count


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
    overrides["complex-100"] |= overrides["complex"]


def _shapes(random: np.random.Generator, traits: list[str], overrides: dict[str, dict[str, Any]]) -> None:
    """Networks of other shapes: mixed widths, one layer, other batches, trials that change nothing."""
    traits.append("other shapes")
    for name, experiment in BASES.items():
        if name == "complex-100" or random.random() < 0.5:
            continue
        network: Network = experiment.specification
        layers = int(random.choice([1, 2, 3, 10, 12]))
        widths = tuple(int(width) for width in random.choice([4, 8, 32, 100, 400], layers))
        overrides[name]["network"] = replace(
            network,
            hidden_layers=widths if random.random() < 0.7 else network.hidden_layers,
            batch_size=int(random.choice([1, 32, 128, 1_000])),
            momentum=float(random.choice([0.0, 0.5, 0.9])),
            initial_gain=float(random.choice([1.0, 1.0, 4.0])),
            learning_rate=float(random.choice([0.01, 0.5, 3.0])),
        )
    if "network" in overrides["complex"]:
        overrides["complex-100"]["network"] = overrides["complex"]["network"]
    if random.random() < 0.4:
        traits.append("a trial that changes nothing")
        for name in names(DEEP):
            same = overrides[name].get("network", BASES[name].specification)
            overrides[f"{name}-gain-4"]["network"] = same


def _other_settings(
    random: np.random.Generator, traits: list[str], overrides: dict[str, dict[str, Any]]
) -> None:
    """One setting changed, as a reader of the catalogue might: no momentum, or a gain in all networks."""
    if random.random() < 0.5:
        traits.append("complex without momentum")
        network = overrides["complex"].get("network", BASES["complex"].specification)
        for name in ("complex", "complex-100"):
            overrides[name]["network"] = replace(network, momentum=0.0)
        return
    traits.append("a trial that changes nothing, since all have its gain")
    for name in names(DEEP):
        for change in ("", "-4-layers", "-30-epochs", "-gain-4"):
            network = BASES[f"{name}{change}"].specification
            overrides[f"{name}{change}"]["network"] = replace(network, initial_gain=4.0)


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
        base = name.removesuffix("-100")
        diverged[base] = int(random.integers(1, 8))
        if base == "complex":
            diverged["complex-100"] = diverged["complex"]
    traits.append(f"diverged: {', '.join(sorted(diverged))}")
    return diverged
