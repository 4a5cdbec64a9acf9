"""Projects in a folder, edits of them, and what their targets are made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from labreport.stale import find_dependencies, open_project

Inputs = dict[str, dict[str, str]]
"""What each run, answer and figure is made of, by name."""


def write_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Write files by their paths below a folder."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def edit_file(path: Path, old: str, new: str) -> None:
    """Replace a text that a file has once."""
    text = path.read_text()
    assert text.count(old) == 1, (path.name, old)
    path.write_text(text.replace(old, new))


def inputs_of(folder: Path) -> Inputs:
    """What runs with seed 0, answers and figures of a project are made of by code, values and data.

    How an experiment is declared is left out.
    """
    ingredients = find_dependencies(open_project(folder), folder / "report" / "results")
    inputs: Inputs = {}
    for experiment in ingredients.project.all_experiments:
        inputs[experiment.name] = ingredients.run_inputs(experiment, 0)
    for reader in (*ingredients.project.questions, *ingredients.project.figures):
        inputs[reader.name] = _without_declarations(ingredients.reader_inputs(reader, {}))
    return inputs


def _without_declarations(inputs: dict[str, str]) -> dict[str, str]:
    return {label: text for label, text in inputs.items() if not label.startswith("experiment ")}


def changed_targets(before: Inputs, after: Inputs) -> set[str]:
    """The names of targets that are made of something else, that are new or gone."""
    return {name for name in {**before, **after} if before.get(name) != after.get(name)}
