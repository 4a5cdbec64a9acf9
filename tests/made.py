"""Made results: plausible numbers for every experiment, to be bent until a finding turns either way."""

from __future__ import annotations

import functools
import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exercise import mnist
from exercise.catalogue import EXPERIMENTS, NETWORKS, STUDIES, TIMES
from exercise.networks import Network
from exercise.part_two.causes import expected_share
from exercise.set_up.depth_gain import STARVED
from labreport.experiment import Experiment, plain
from labreport.results import Result, Results, Runs, Snapshot

PROVENANCE = {
    "processor": "Example Processor",
    "threads": 1,
    "cores": 2,
    "system": "Linux",
    "python": "3.12",
    "libraries": {"tensorflow": "2.21", "keras": "3.15", "numpy": "2.4"},
    "finished": "2026-01-02T03:04:05+00:00",
}
LOOKALIKES = {4: 9, 9: 4, 7: 2, 2: 7, 3: 5, 5: 3, 8: 3, 0: 6, 6: 0, 1: 7}


@dataclass(frozen=True)
class Make:
    """How the results of one experiment come out.

    Accuracies are those at the experiment's last epoch; before it they follow `drop · epoch^(−rate)`.
    With `collapsed`, the network names one digit for every image. `noise` is half the range between
    seeds. `later` is added to the accuracy evenly from epoch 50 to 100. `kept` is the share of the
    gradient that each layer hands back. `hard` digits are wrong more often by `hardness`; with
    `wandering`, they are other digits for each seed. `by_lookalike` is the share of errors that go to
    the digit's look-alike. `stored` is the network whose weights are kept, if not the one trained.
    From epoch `turns` on, validation loss rises by a tenth an epoch; from epoch `diverges` on, the training
    loss is not a number. An epoch takes `seconds`; with nothing
    beside it, `quiet` seconds where that is given.
    """

    training: float = 0.99
    validation: float = 0.965
    test: float = 0.963
    drop: float = 0.06
    rate: float = 1.0
    noise: float = 0.001
    collapsed: bool = False
    seconds: float = 0.3
    kept: float = 0.25
    later: float = 0.0
    hard: tuple[int, ...] = (8,)
    hardness: float = 2.5
    wandering: bool = False
    by_lookalike: float = 0.6
    network: Network | None = None
    stored: Network | None = None
    epochs: int | None = None
    turns: int | None = None
    diverges: int | None = None
    provenance: Mapping[str, Any] | None = None
    quiet: float | None = None
    unsteady: bool = False


CONTINUED = {"complex-100": "complex", "small-60": "small"}
"""Names of trainings that are others for longer."""
DEFAULTS = {
    "wide": Make(training=0.9768, validation=0.9728, test=0.9668, seconds=0.8),
    "small": Make(training=0.995, validation=0.972, test=0.968, seconds=0.15),
    "complex": Make(training=0.9999, validation=0.982, test=0.981, seconds=0.4),
}


def made_results(
    needs: Iterable[str],
    seeds: int = 5,
    **overrides: Mapping[str, Any],
) -> Results:
    """Results for the experiments and studies named in `needs`.

    `overrides` maps the name of an experiment (or of a cell) to fields of `Make`:
    `made_results(("wide",), wide={"test": 0.5})`, `made_results(needs, **{"deep-8": {"collapsed": False}})`.
    What is said of `complex` and `small` holds for those that continue them as well: they are one training.
    """
    wanted = set(needs)
    studies = {grid.name: grid for grid in STUDIES if grid.name in wanted}
    experiments = [experiment for experiment in EXPERIMENTS if experiment.name in wanted]
    experiments += [cell for grid in studies.values() for cell in grid.experiments()]
    runs = {}
    for experiment in experiments:
        base = CONTINUED.get(experiment.name, experiment.name)
        changes = {**overrides.get(base, {}), **overrides.get(experiment.name, {})}
        make = replace(_default(experiment), **changes)
        if make.network is not None:
            experiment = replace(experiment, specification=make.network)
        if make.epochs is not None:
            kept = {epoch for epoch in experiment.snapshots if epoch < make.epochs} | {make.epochs}
            experiment = replace(experiment, epochs=make.epochs, snapshots=tuple(sorted(kept)))
        count = min(seeds, experiment.seeds) if experiment.seeds is not None else seeds
        runs[experiment.name] = Runs(
            experiment, tuple(_result(experiment, make, seed, count) for seed in range(count))
        )
    timings = [timing for timing in TIMES.values() if timing.name in wanted]
    runs |= {timing.name: made_times(timing, overrides) for timing in timings}
    return Results("made", runs, studies)


def made_times(timing: Experiment, overrides: Mapping[str, Mapping[str, Any]]) -> Runs:
    """The only run of an experiment that times epochs of a network by plain Keras, with nothing beside it."""
    network = next(each for each in NETWORKS if TIMES[each.name].name == timing.name)
    make = replace(_default(network), **overrides.get(network.name, {}))
    middle = 1.7 * (make.seconds if make.quiet is None else make.quiet)
    step = 0.4 if make.unsteady else 0.02
    seconds = middle * (1 + step * np.array([-1, 2, 0, 1, -2]))
    records = tuple({"epoch": epoch, "seconds": each} for epoch, each in enumerate(seconds.tolist(), start=1))
    snapshots = {timing.epochs: Snapshot(timing.epochs, {}, lambda: {"seconds": seconds})}
    made = Result(timing.name, 0, plain(timing.specification), records, snapshots, PROVENANCE)
    return Runs(timing, (made,))


def _default(experiment: Experiment) -> Make:
    name = experiment.name
    network: Network = experiment.specification
    if (base := CONTINUED.get(name, name)) in DEFAULTS:
        return DEFAULTS[base]
    depth = len(network.hidden_layers)
    starved = network.activation == "sigmoid" and expected_share(depth, network.initial_gain) < STARVED
    kept = 0.25 * network.initial_gain
    if starved:
        return Make(collapsed=True, noise=0.0, kept=kept)
    return Make(training=0.95, validation=0.94, test=0.935, kept=kept)


_RESULTS: dict[str, Result] = {}


def _result(experiment: Experiment, make: Make, seed: int, seeds: int) -> Result:
    """The same result for every test that asks for it; they are values, which no test changes."""
    key = repr((experiment, make, seed, seeds, id(mnist.load())))
    if key not in _RESULTS:
        _RESULTS[key] = _made(experiment, make, seed, seeds)
    return _RESULTS[key]


@functools.cache
def _order(name: str, split: str, seeds: int) -> list[int]:
    """Which seed does how well, by seed."""
    random = np.random.default_rng(zlib.crc32(f"{name} {split}".encode()))
    return [int(place) for place in random.permutation(max(seeds, 1))]


def _made(experiment: Experiment, make: Make, seed: int, seeds: int) -> Result:
    name = experiment.name.removesuffix("-100")
    last = experiment.epochs if name == experiment.name else 50
    shape = [
        make.drop * (math.pow(epoch, -make.rate) - math.pow(last, -make.rate))
        for epoch in range(1, experiment.epochs + 1)
    ]
    later = [make.later * max(0, epoch - 50) / 50 for epoch in range(1, experiment.epochs + 1)]

    def at(split: str, epoch: int) -> float:
        place = _order(name, split, seeds)[seed]
        offset = make.noise * (2 * place / (seeds - 1) - 1) if seeds > 1 else 0.0
        jitter: float = make.noise * 0.2 * math.sin(12.9898 * epoch + 78.233 * seed)
        final = {"training": make.training, "validation": make.validation, "test": make.test}[split]
        return min(1.0, max(0.0, final + offset - shape[epoch - 1] + later[epoch - 1] + jitter))

    named = (seed + zlib.crc32(name.encode())) % 10 if make.collapsed else None
    records = tuple(
        _record(experiment, make, epoch, at, named, seed) for epoch in range(1, experiment.epochs + 1)
    )
    snapshots = {epoch: _snapshot(experiment, make, epoch, at, named, seed) for epoch in experiment.snapshots}
    provenance = make.provenance if make.provenance is not None else PROVENANCE
    return Result(experiment.name, seed, plain(experiment.specification), records, snapshots, provenance)


def _record(
    experiment: Experiment, make: Make, epoch: int, at: Any, named: int | None, seed: int
) -> dict[str, Any]:
    norms = _norms(len(experiment.specification.layer_shapes), make.kept, seed)
    validation = _share(mnist.load().validation.labels, named, at("validation", epoch))
    diverged = make.diverges is not None and epoch >= make.diverges
    rise = 0.1 * max(0, epoch - make.turns) if make.turns is not None else 0.0
    return {
        "epoch": epoch,
        "loss": math.nan if diverged else 4 * (1 - at("training", epoch)) + 0.02,
        "accuracy": at("training", epoch) if named is None else 0.11,
        "validation_loss": 4 * (1 - validation) + 0.02 + rise,
        "validation_accuracy": validation,
        "seconds": make.seconds * (1 + 0.03 * math.sin(epoch + 5 * seed)),
        "gradient_norms": norms,
        "first_gradient_norms": norms,
        "image_differences": norms[:0:-1],
    }


@functools.lru_cache(maxsize=64)
def _norms(layers: int, share: float, seed: int) -> list[float]:
    """Gradient norms by layer."""
    wobble = 1 + 0.05 * math.sin(seed + 1)
    kept = share * (1 + 0.03 * math.sin(5 * seed + 1))
    return [0.5 * wobble * kept ** (layers - 1 - layer) for layer in range(layers)]


def _share(labels: NDArray[np.uint8], named: int | None, accuracy: float) -> float:
    right = int(np.sum(labels == named)) if named is not None else round(accuracy * len(labels))
    return right / len(labels)


def _snapshot(
    experiment: Experiment, make: Make, epoch: int, at: Any, named: int | None, seed: int
) -> Snapshot:
    data = mnist.load()
    labels = {
        "training": data.training.labels,
        "validation": data.validation.labels,
        "test": data.test.labels,
    }
    shares = {split: _share(labels[split], named, at(split, epoch)) for split in labels}
    metrics = {split: {"loss": 4 * (1 - share) + 0.02, "accuracy": share} for split, share in shares.items()}

    def load() -> dict[str, NDArray[Any]]:
        arrays: dict[str, NDArray[Any]] = {
            "predictions": _predict(data.test.labels, make, shares["test"], named, experiment.name, seed),
            "confidence": np.full(len(data.test.labels), 0.9, dtype=np.float32),
            "validation_predictions": _predict(
                data.validation.labels, make, shares["validation"], named, experiment.name, seed
            ),
        }
        for index, (inputs, outputs) in enumerate((make.stored or experiment.specification).layer_shapes):
            arrays[f"layer-{index}.kernel"] = np.zeros((inputs, outputs), dtype=np.float32)
            arrays[f"layer-{index}.bias"] = np.zeros(outputs, dtype=np.float32)
        return arrays

    return Snapshot(epoch, metrics, load)


def _predict(
    labels: NDArray[np.uint8], make: Make, accuracy: float, named: int | None, name: str, seed: int
) -> NDArray[np.uint8]:
    """Predictions with exactly the accuracy asked for; images that are hard for one are hard for all."""
    if named is not None:
        return np.full(len(labels), named, dtype=np.uint8)
    errors = make.hard, make.hardness, make.wandering, make.by_lookalike
    return _wrong_at_places(labels.tobytes(), accuracy, name, seed, *errors)


@functools.lru_cache(maxsize=4096)
def _wrong_at_places(
    digits: bytes,
    accuracy: float,
    name: str,
    seed: int,
    hard: tuple[int, ...],
    hardness: float,
    wandering: bool,
    by_lookalike: float,
) -> NDArray[np.uint8]:
    """The same for `digits`, the labels; many tests ask for the same again."""
    labels = np.frombuffer(digits, dtype=np.uint8)
    generator = np.random.default_rng(zlib.crc32(f"{name.removesuffix('-100')} {seed}".encode()))
    difficulty = np.random.default_rng(1).random(len(labels))
    hard = tuple((digit + seed) % 10 for digit in hard) if wandering else hard
    weight = np.where(np.isin(labels, hard), hardness, 1.0)
    ease = (difficulty + 0.1 * generator.random(len(labels))) / weight  # the least easy fail
    wrong = np.argsort(ease, kind="stable")[: len(labels) - round(accuracy * len(labels))]
    predictions = labels.copy()
    lookalike = np.array([LOOKALIKES[digit] for digit in range(10)], dtype=np.uint8)[labels[wrong]]
    anything = ((labels[wrong] + generator.integers(1, 10, len(wrong))) % 10).astype(np.uint8)
    predictions[wrong] = np.where(generator.random(len(wrong)) < by_lookalike, lookalike, anything)
    predictions.setflags(write=False)
    return predictions
