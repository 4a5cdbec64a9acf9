"""Compare the numbers of two reports: `python tools/same.py OLD NEW [--names OLD=NEW ...]`.

OLD and NEW are folders of reports, made by any version. Compared are the value and the ends of every measured
quantity and the judgement of every comparison, by experiments, measure and epochs, and the SHA-256 of every
stored array, by experiment, seed and epoch. `--names plain=small` says what an experiment is called now.
Exit code 1 if something differs; what only one report has is listed, and is no difference.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import operator
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from safetensors import safe_open

Facts = dict[str, set[str]]
"""All values that a report has for a key such as `quantity | small | test accuracy | 10 | fraction`."""


def read_report(folder: Path, new_names: dict[str, str]) -> Facts:
    """Read the quantities, judgements and arrays of a report, with experiments under their new names."""
    facts: Facts = {}
    document = json.loads((folder / "answers.json").read_bytes())
    for question in document["questions"].values():
        answer = question["answer"]
        facts_found = facts_of_rows if answer.keys() == {"rows", "names"} else facts_of_answer
        for key, value in facts_found(answer, new_names):
            facts.setdefault(key, set()).add(value)
    names_by_run: dict[tuple[str, int], list[str]] = {}
    for name, experiment in document["experiments"].items():
        for seed, run_key in experiment["runs"].items():
            names_by_run.setdefault((run_key, int(seed)), []).append(new_names.get(name, name))
    for file in sorted((folder / "results").glob("*/*.json")):
        run = json.loads(file.read_bytes())
        names = names_by_run.get((run.get("key"), run.get("seed")), [])
        for epoch, array_name, digest in arrays_of_run(file, run) if names else []:
            for name in names:
                facts.setdefault(f"array | {name} | {run['seed']} | {epoch} | {array_name}", set()).add(
                    digest
                )
    return facts


def facts_of_answer(node: Any, new_names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Find the measured quantities and the judgements below a node of an answer in JSON."""
    if isinstance(node, list):
        for item in node:
            yield from facts_of_answer(item, new_names)
    if not isinstance(node, dict):
        return
    if node.get("is") == "quantity":
        yield from quantity_fact(node, new_names)
    comparisons = node.get("comparisons") or node.get("parts")
    if isinstance(comparisons, list):
        measure = node.get("measure") or {}
        for comparison in comparisons:
            subjects = [new_names.get(name, name) for name in comparison["subjects"]]
            epoch = node.get("epoch") or ""
            key = " | ".join(["judgement", measure.get("name", ""), str(epoch), *subjects])
            yield key, comparison.get("judgement") or outcome_of(comparison["quantity"])
    for value in node.values():
        yield from facts_of_answer(value, new_names)


def facts_of_rows(answer: dict[str, Any], new_names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Find the same in an answer that stores its quantities as rows."""
    for row in answer["rows"]:
        yield from quantity_fact(row, new_names)
        if "compared" in row and len(row.get("subjects", [])) == 2:
            yield from quantity_fact(turned_row(row), new_names)
    for node in findings_below(answer["names"]):
        rows = [answer["rows"][reference["row"]] for reference in node["rows"]]
        epochs = {tuple(row["source"].get("epochs", ())) for row in rows if "compared" not in row}
        (epoch,) = epochs.pop() if len(epochs) == 1 and epochs != {()} else ("",)
        for row in rows:
            if "compared" in row:
                subjects = [new_names.get(name, name) for name in row["subjects"]]
                key = " | ".join(["judgement", node["measure"].get("name", ""), str(epoch), *subjects])
                compared = row["compared"]
                judged = {"judged_low": compared.get("low"), "judged_high": compared.get("high")}
                yield key, outcome_of({"null": compared["null"], "margin": row.get("margin"), **judged})


def turned_row(row: dict[str, Any]) -> dict[str, Any]:
    """What a stored comparison is in the other direction."""
    opposite = operator.neg if row["compared"]["null"] == 0 else (lambda number: 1 / number)
    ends = {"value": row["value"], "low": row.get("high"), "high": row.get("low")}
    turned = {name: None if number is None else opposite(number) for name, number in ends.items()}
    source = row["source"]
    names = {name: source.get(name, [])[::-1] for name in ("experiments", "epochs")}
    return {**row, **turned, "source": source | names}


def findings_below(node: Any) -> Iterator[dict[str, Any]]:
    """The nodes of an answer's names that are findings with rows."""
    if isinstance(node, dict):
        if "measure" in node and "rows" in node:
            yield node
        for value in node.values():
            yield from findings_below(value)


def outcome_of(quantity: dict[str, Any]) -> str:
    """How a difference or a ratio is judged, by the interval of all that were judged together."""
    low, high, null, margin = (quantity.get(name) for name in ("judged_low", "judged_high", "null", "margin"))
    if low is None or high is None:
        return "unknown"
    if margin is not None:
        bounds = (1 / margin, margin) if null == 1 else (-margin, margin)
        if bounds[0] < low and high < bounds[1]:
            return "same"
    if low > null:
        return "more"
    return "less" if high < null else "unclear"


def quantity_fact(quantity: dict[str, Any], new_names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The value and the ends of one quantity to nine digits, if it was measured."""
    source = quantity.get("source", {"kind": "declared"})
    if source.get("kind", "measured") != "measured" or quantity.get("value") is None:
        return
    experiments = ",".join(new_names.get(name, name) for name in source.get("experiments", []))
    epochs = [str(epoch) for epoch in source.get("epochs", [])]
    unit = quantity.get("unit", "")
    key = " | ".join(["quantity", experiments, source.get("measure", ""), *epochs, unit])
    numbers = [quantity["value"], quantity.get("low"), quantity.get("high")]
    yield key, " ".join(f"{number:.9g}" for number in numbers if isinstance(number, (int, float)))


def arrays_of_run(file: Path, run: dict[str, Any]) -> Iterator[tuple[int, str, str]]:
    """The epoch, the name and the SHA-256 of every array that a run kept."""
    for checkpoint in run.get("checkpoints") or run.get("kept") or []:
        with safe_open(file.with_name(checkpoint["file"]), "np") as stored:
            for name in stored.keys():  # noqa: SIM118, it is no dict
                array = stored.get_tensor(name)
                shape_and_type = str((array.dtype, array.shape)).encode()
                yield checkpoint["epoch"], name, hashlib.sha256(array.tobytes() + shape_and_type).hexdigest()


def main() -> int:
    """Print what differs, is gone or is new, and how much is equal; 1 where something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--names", nargs="*", default=[], metavar="OLD=NEW")
    arguments = parser.parse_args()
    new_names = dict(pair.rsplit("=", 1) for pair in arguments.names)
    old = read_report(arguments.old, new_names)
    new = read_report(arguments.new, {})
    differing = sorted(key for key in old if key in new and not old[key] & new[key])
    for key in differing:
        print(f"differs: {key}: {sorted(old[key])}, now {sorted(new[key])}")
    for key in sorted(old.keys() - new.keys()):
        print(f"gone: {key}")
    for key in sorted(new.keys() - old.keys()):
        print(f"new: {key}")
    for kind in ("quantity", "judgement", "array"):
        shared = [key for key in old if key in new and key.startswith(kind)]
        count = sum(key in differing for key in shared)
        print(f"{kind}: {len(shared) - count} equal, {count} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
