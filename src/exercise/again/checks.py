"""A check for each question: as many of its numbers as their sources let us compute again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from exercise.again.files import Files, labels
from labreport.run import Check

KIND = "answers, computed from stored predictions and weights by other code"
RELATIVE = 1e-9
"""Sums of the same numbers in another order differ by less."""


def check_answers(folder: Path) -> Iterator[Check]:
    """The numbers of `answers.json` in `folder` against what its stored results give."""
    published = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    files = Files(folder, published["results"])
    for slug, answer in sorted(published["questions"].items(), key=lambda item: item[1]["order"]):
        measured = {
            name: quantity
            for name, quantity in answer["quantities"].items()
            if quantity["value"] is not None and is_accuracy_or_loss(quantity)
        }
        if not answer["local"] and measured:
            yield _check(slug, measured, files)


def is_accuracy_or_loss(quantity: Mapping[str, Any]) -> bool:
    """Whether a quantity is a measured accuracy or loss of one network, or a difference of two.

    A difference from a threshold is not, whose source names only the network.
    """
    source = quantity["source"]
    kind, what = source.get("kind", "measured"), source.get("measure", "").split()
    known = (
        len(what) == 2 and what[0] in ("training", "validation", "test") and what[1] in ("accuracy", "loss")
    )
    whole = source.get("units") and source.get("epochs")
    difference = quantity["unit"].startswith("points")
    return bool(kind == "measured" and known and whole and difference == (len(source["experiments"]) > 1))


def _check(slug: str, quantities: Mapping[str, Mapping[str, Any]], files: Files) -> Check:
    name = f"other code {slug}"
    for key, quantity in quantities.items():
        try:
            found = computed(quantity, files)
        except (KeyError, IndexError, OSError, ValueError) as error:
            problem = f"{key}: its source cannot be followed: {type(error).__name__}: {error}"
            return Check(name, False, problem[:300], KIND)
        if not math.isclose(float(quantity["value"]), found, rel_tol=RELATIVE, abs_tol=1e-12):
            where = f"{key}: published {quantity['value']}, but the stored results give {found:.12g}"
            return Check(name, False, where, KIND)
    return Check(name, True, f"{len(quantities)} numbers", KIND)


def computed(quantity: Mapping[str, Any], files: Files) -> float:
    """The number that the source of a quantity describes: a mean over seeds, or a difference of two."""
    source = quantity["source"]
    split, metric = source["measure"].split()
    epochs = [*source["epochs"], source["epochs"][-1]]
    means = [
        fmean(_value(key, epoch, split, metric, files) for key in files.keys(name, list(source["units"])))
        for name, epoch in zip(source["experiments"], epochs, strict=False)
    ]
    return means[0] - means[1] if len(means) > 1 else means[0]


def _value(key: str, epoch: int, split: str, metric: str, files: Files) -> float:
    """From what was predicted for each image where that was kept, else from what was recorded."""
    if str(epoch) not in files.document(key)["snapshots"]:
        return float(files.record(key, epoch)[f"{split}_{metric}"])
    if metric == "loss" or split == "training":
        return files.metric(key, epoch, split, metric)
    return float(np.mean(files.predictions(key, epoch, split) == labels(split)))
