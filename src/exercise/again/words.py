"""What the words of a quantity's source say to compute, computed.

A source such as `wide, seeds 0, 1, 2: test accuracy at epoch 10` is the recipe of its number. Here it is
followed to the letter, with nothing but the stored files; a number that does not come out is not what it
says that it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exercise.again.files import Files, labels

SEEDS = r"seeds? (?P<seeds>[0-9, ]+)"
NAMED = re.compile(rf"(?P<name>[^\s,]+(?:,[^\s,]+=[^\s,]+)*), {SEEDS}: (?P<what>.+)")
"""An experiment, its seeds, and what was measured of them; the name of a cell has commas of its own."""
MINUS = re.compile(
    r"(?P<a>\S+) minus (?P<b>\S+?)(?: at epoch (?P<other>\d+))?, (?P<split>test|validation) accuracy"
    rf"(?:, epoch (?P<epoch>\d+))?; {SEEDS}(?P<only>, these items only)?"
)
"""A comparison of two experiments, or of one with a fixed number."""
ONLY = re.compile(r", these (?:images|items) only$")


def computed(name: str, source: str, files: Files) -> float | None:
    """The number that `source` describes; None where its words are not among those known here.

    `name` is that of the quantity, which says what of a declaration or a formula is meant.
    """
    if source.startswith("minus (") and source.endswith(")"):
        found = computed(name, source[7:-1], files)
        return None if found is None else -found
    if match := MINUS.fullmatch(source):
        return _difference(match, files)
    if match := NAMED.fullmatch(source):
        keys = files.keys(match["name"], _seeds(match["seeds"]))
        return _measured(name, ONLY.sub("", match["what"]), match["name"], keys, files)
    return _declared(name, source, files)


def _seeds(text: str) -> list[int]:
    return [int(seed) for seed in text.replace(" ", "").split(",") if seed]


def _difference(match: re.Match[str], files: Files) -> float:
    """Of accuracies in the mean over the seeds, from what was predicted for each image."""
    split, seeds = match["split"], _seeds(match["seeds"])
    epoch = int(match["epoch"]) if match["epoch"] else None

    def accuracy(name: str, at: int | None) -> float:
        last = at or files.epochs(name)
        return _mean(_share(key, last, split, files) for key in files.keys(name, seeds))

    first = accuracy(match["a"], epoch)
    if re.fullmatch(r"[0-9.]+", match["b"]):
        return first - float(match["b"])
    return first - accuracy(match["b"], int(match["other"]) if match["other"] else epoch)


def _share(key: str, epoch: int, split: str, files: Files) -> float:
    """Accuracy: of what was predicted where that is kept, else as the epoch was recorded."""
    if str(epoch) in files.document(key)["snapshots"]:
        return float(files.right(key, epoch, split).mean())
    return float(files.record(key, epoch)[f"{split}_accuracy"])


def _measured(quantity: str, what: str, name: str, keys: list[str], files: Files) -> float | None:
    """What was measured of one experiment: the first of the recipes that the words fit."""
    for pattern, recipe in RECIPES:
        if match := re.fullmatch(pattern, what):
            return recipe(match, keys, files)
    if match := re.fullmatch(r"test predictions at epoch (\d+)(?:: .*lowest digit.*)?", what):
        return _digit(quantity.rpartition(".")[2], keys, int(match[1]), files)
    if what == "highest of all seeds, either split":
        last = files.epochs(name)
        return max(_share(key, last, split, files) for key in keys for split in ("test", "validation"))
    return None


Recipe = Callable[[re.Match[str], list[str], Files], float]


def _accuracy(match: re.Match[str], keys: list[str], files: Files) -> float:
    return _mean(_share(key, int(match[2]), match[1], files) for key in keys)


def _metric(match: re.Match[str], keys: list[str], files: Files) -> float:
    return _mean(files.metric(key, int(match[3]), match[1], match[2]) for key in keys)


def _recorded(match: re.Match[str], keys: list[str], files: Files) -> float:
    return _mean(files.record(key, int(match[1]))["validation_accuracy"] for key in keys)


def _of_digit(match: re.Match[str], keys: list[str], files: Files) -> float:
    shown = labels("test") == int(match[2])
    return _mean(files.right(key, int(match[1]), "test")[shown].mean() for key in keys)


def _digit_minus(match: re.Match[str], keys: list[str], files: Files) -> float:
    shown = labels("test") == int(match[2])
    rights = [files.right(key, int(match[1]), "test") for key in keys]
    return _mean(right[shown].mean() - right[~shown].mean() for right in rights)


def _between(match: re.Match[str], keys: list[str], files: Files) -> float:
    epoch = int(match[3])
    return _mean(
        files.metric(key, epoch, match[1], "accuracy") - files.metric(key, epoch, match[2], "accuracy")
        for key in keys
    )


def _confused(match: re.Match[str], keys: list[str], files: Files) -> float:
    counts = _mean_confusion(keys, int(match[1]), files)
    shown, taken = int(match[2]), int(match[4])
    both = counts[taken, shown] if match[3] == "and" else 0.0
    return float(round(counts[shown, taken] + both))


def _errors(match: re.Match[str], keys: list[str], files: Files) -> float:
    return _mean((~files.right(key, int(match[1]), "test")).sum() for key in keys)


def _first_over_last(match: re.Match[str], keys: list[str], files: Files) -> float:
    """The geometric mean over the seeds of two layers' gradient norms, one over the other."""
    start = match[1] == "before the first update"
    field, epoch = ("first_gradient_norms", 1) if start else ("gradient_norms", int(match[2]))
    norms = [files.record(key, epoch)[field] for key in keys]
    return _geometric([layers[0] / layers[-2] for layers in norms])


def _kept(match: re.Match[str], keys: list[str], files: Files) -> float:
    norms = [files.record(key, 1)["first_gradient_norms"] for key in keys]
    return _geometric([(layers[1] / layers[-2]) ** (1 / (len(layers) - 3)) for layers in norms])


RECIPES: tuple[tuple[str, Recipe], ...] = (
    (r"count", lambda match, keys, files: float(len(keys))),
    (r"(test|validation) accuracy at epoch (\d+)", _accuracy),
    (r"(training|validation|test) (accuracy|loss) at epoch (\d+)", _metric),
    (r"validation accuracy recorded at epoch (\d+)", _recorded),
    (r"test accuracy at epoch (\d+) on digit (\d)", _of_digit),
    (r"test predictions at epoch (\d+): accuracy on digit (\d) minus that on others", _digit_minus),
    (r"(training|test) minus (validation|training) accuracy at epoch (\d+)", _between),
    (r"test predictions at epoch (\d+): (\d) (taken for|and) (\d), .*", _confused),
    (r"test predictions at epoch (\d+): all errors", _errors),
    (
        r"gradient norm, first over last hidden layer, (before the first update|epoch (\d+))",
        _first_over_last,
    ),
    (r"gradient norm kept from layer to layer, before the first update", _kept),
)
"""The words of what was measured, and how it is measured again."""


def _digit(what: str, keys: list[str], epoch: int, files: Files) -> float | None:
    """The digit with the lowest accuracy in the mean, and how many seeds agree on it."""
    shown = [labels("test") == digit for digit in range(10)]
    shares = np.array([[files.right(key, epoch, "test")[each].mean() for each in shown] for key in keys])
    means = shares.mean(axis=0)
    if what == "lowest_seeds":
        return float((shares.argmin(axis=1) == means.argmin()).sum())
    return float(means.argmin()) if what == "lowest_digit" else None


def _declared(quantity: str, source: str, files: Files) -> float | None:
    """What a specification says, and what is counted off the shapes of the stored weights."""
    what = quantity.rpartition(".")[2]
    if match := re.fullmatch(r"catalogue: (\S+)", source):
        return _specified(what, match[1], files)
    if match := re.fullmatch(
        r"(?:formula: layers of|elements of the stored weights of) (\S+?)(?:, .*)?", source
    ):
        return float(_counts(files.shapes(match[1]))[what.removeprefix("stored_")])
    if match := re.fullmatch(r"formula: layer (\d+) of (\S+)", source):
        layer = files.shapes(match[2])[int(match[1])]
        return float({**_counts([layer]), "inputs": layer[0], "nodes": layer[1]}[what])
    if match := re.fullmatch(r"formula: operations per weight · images · epochs of (\S+)", source):
        shapes = files.shapes(match[1])
        first = shapes[0][0] * shapes[0][1]
        weights = _counts(shapes)["weights"]
        return float((6 * weights - 2 * first) * len(labels("training")) * files.epochs(match[1]))
    if match := re.fullmatch(r"MNIST: (training|validation|test) split", source):
        return float(len(labels(match[1])))
    if source == "MNIST: test labels" and (digit := re.fullmatch(r"images\.digit-(\d)", quantity)):
        return float((labels("test") == int(digit[1])).sum())
    if match := re.fullmatch(r"parameters of (\S+) over (\S+)", source):
        one, other = (_counts(files.shapes(name))["parameters"] for name in match.groups())
        return one / other
    return None


def _counts(shapes: list[tuple[int, int]]) -> dict[str, int]:
    weights = sum(inputs * nodes for inputs, nodes in shapes)
    biases = sum(nodes for _, nodes in shapes)
    return {"weights": weights, "biases": biases, "parameters": weights + biases}


def _specified(what: str, name: str, files: Files) -> float | None:
    shapes = files.shapes(name)
    counted: Mapping[str, Any] = {
        **_counts(shapes),
        "hidden_layers": len(shapes) - 1,
        "epochs": files.epochs(name),
        "checked_epochs": files.epochs(name),
        **{field: files.specification(name).get(field) for field in ("learning_rate", "momentum")},
        "batch_size": files.specification(name).get("batch_size"),
        "gain": files.specification(name).get("initial_gain"),
    }
    found = counted.get(what)
    return None if found is None else float(found)


def _mean_confusion(keys: list[str], epoch: int, files: Files) -> NDArray[np.float64]:
    """(10, 10): how often a digit (row) was taken for another (column), in the mean over seeds."""
    shown = labels("test")
    tables = []
    for key in keys:
        table = np.zeros((10, 10))
        np.add.at(table, (shown, files.predictions(key, epoch)), 1)
        tables.append(table)
    found: NDArray[np.float64] = np.mean(tables, axis=0)
    return found


def _mean(values: Any) -> float:
    return float(np.mean([float(value) for value in values]))


def _geometric(values: list[float]) -> float:
    return float(np.exp(np.mean(np.log(values))))
