"""Random worlds: what might have come out, for every experiment of the catalogue, without training."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import made
import numpy as np

from exercise import mnist
from exercise.catalogue import DEEP, EXPERIMENTS, NETWORKS, STUDIES, names
from exercise.networks import Network
from labreport.experiment import Experiment
from labreport.results import Result, Runs, Snapshot

IMAGES = 300
"""Test and validation images of most worlds: enough to be plausible, few enough to be fast."""
BASES = {experiment.name: experiment for experiment in EXPERIMENTS}
CELLS = tuple(cell for grid in STUDIES for cell in grid.experiments())


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
    images = IMAGES
    if random.random() < 0.2:
        images = int(random.choice([60, 100, 1_000]))
        traits.append(f"{images} images")
    return World(number, tuple(traits), images, seeds, overrides, diverged)


def _seeds(random: np.random.Generator, traits: list[str]) -> dict[str, int]:
    kind = str(random.choice(["one seed", "two seeds", "three seeds", "five seeds", "mixed seeds"]))
    traits.append(kind)
    names = [*BASES, *(cell.name for cell in CELLS)]
    if kind == "mixed seeds":
        counts = {name: int(random.integers(1, 5)) for name in names}
        counts["complex-100"] = counts["complex"]  # one training
        return counts
    count = {"one": 1, "two": 2, "three": 3, "five": 5}[kind.split()[0]]
    return dict.fromkeys(names, count)


def _learning(random: np.random.Generator, traits: list[str], overrides: dict[str, dict[str, Any]]) -> None:
    """Which networks learn: as usual, all, none, or some by the throw of a coin."""
    kind = str(random.choice(["as usual", "all learn", "none learns", "some learn"]))
    traits.append(kind)
    if kind == "as usual":
        return
    for changes in overrides.values():
        learns = {"all learn": True, "none learns": False}.get(kind, bool(random.random() < 0.5))
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
                changes.update(training=level, validation=level, test=level, seconds=0.3)
                if name not in names(DEEP):
                    changes["collapsed"] = False
        changes["seconds"] = 0.3 if tie else float(random.choice([0.01, 0.15, 0.8, 60.0]))
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


@functools.cache
def dataset(images: int) -> mnist.Dataset:
    """The first images of MNIST's splits."""
    whole = mnist.read(mnist.PACKAGED)
    return mnist.Dataset(
        *(
            mnist.Split(split.images[:images], split.labels[:images])
            for split in (whole.training, whole.validation, whole.test)
        )
    )


class WorldRuns(dict[str, Runs]):
    """Made results of every experiment and cell, made when first asked for.

    `mnist.load` must already give the world's images.
    """

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def __missing__(self, name: str) -> Runs:
        experiment = next(each for each in (*EXPERIMENTS, *CELLS) if each.name == name)
        self[name] = _runs(self._world, experiment)
        return self[name]


def _runs(world: World, experiment: Experiment) -> Runs:
    make = replace(made._default(experiment), **world.overrides[experiment.name])
    if make.network is not None:
        experiment = replace(experiment, specification=make.network)
    count = world.seeds[experiment.name]
    results = [made._result(experiment, make, seed, count) for seed in range(count)]
    first = world.diverged.get(experiment.name)
    return Runs(experiment, tuple(_remembered(_broken(result, first)) for result in results))


def _broken(result: Result, first: int | None) -> Result:
    """The result as a training leaves it whose loss is not a number from epoch `first` on."""
    if first is None:
        return result
    nothing = math.nan
    records = tuple(
        record
        if record["epoch"] < first
        else {
            **record,
            "loss": nothing,
            "validation_loss": nothing,
            "accuracy": 0.0987,
            "validation_accuracy": 0.0991,
            "gradient_norms": [nothing for _ in record["gradient_norms"]],
        }
        for record in result.records
    )
    snapshots = {
        epoch: snapshot if epoch < first else _broken_snapshot(snapshot)
        for epoch, snapshot in result.snapshots.items()
    }
    return replace(result, records=records, snapshots=snapshots)


def _broken_snapshot(snapshot: Snapshot) -> Snapshot:
    zeros = {split: np.mean(labels == 0) for split, labels in _labels().items()}
    metrics = {split: {"loss": math.nan, "accuracy": float(share)} for split, share in zeros.items()}

    def load() -> Mapping[str, Any]:
        arrays = dict(snapshot.arrays)
        for name in ("predictions", "validation_predictions"):
            arrays[name] = np.zeros_like(arrays[name])
        arrays["confidence"] = np.full_like(arrays["confidence"], np.nan)
        return arrays

    return Snapshot(snapshot.epoch, metrics, load)


def _labels() -> dict[str, Any]:
    data = mnist.load()
    return {
        "training": data.training.labels,
        "validation": data.validation.labels,
        "test": data.test.labels,
    }


def _remembered(result: Result) -> Result:
    """Arrays are made once, whoever asks for them."""
    return replace(
        result,
        snapshots={
            epoch: replace(snapshot, load=functools.cache(snapshot.load))
            for epoch, snapshot in result.snapshots.items()
        },
    )
