"""Small projects in a folder, each of one file, and commands that are carried out in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from build.conftest import Ended, Toy
from labreport.stats import from_json

HEAD = """
from dataclasses import dataclass
from pathlib import Path

from labreport import Answer, Experiment, Fit, Project, number, question


@dataclass(frozen=True)
class Spec:
    size: int = 1
"""
TAIL = """
RUN = Experiment("run", Spec(), fit=fit)


@question("How much?", reads=RUN)
def much(results):
    return Answer(value=number(sum(results["run"].values("value")), exact=True))


project = Project("Small", (much,), seeds=1)
"""


class Small:
    """A project in a folder; a build of the answer alone sets no page."""

    def __init__(self, folder: Path, text: str, **files: str) -> None:
        self.toy = Toy(folder / "small")
        self.toy.folder.mkdir()
        self.write("project.py", text)
        for name, content in files.items():
            self.write(f"{name}.txt", content)

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        (self.toy.folder / name).write_text(text)

    def edit(self, old: str, new: str) -> None:
        """Replace a text of `project.py`."""
        self.toy.edit("project.py", old, new)

    def run(self, *words: str) -> Ended:
        """Carry out a command line."""
        return self.toy.run(*words)

    def succeed(self, *words: str) -> str:
        """Carry out a command line that has to end with 0; what it printed."""
        return self.toy.succeed(*words)

    def build(self, *words: str) -> str:
        """Build the answer; what was printed. Fails if the build does."""
        return self.succeed("much", *words)

    def answer(self) -> Any:
        """The number that the answer has."""
        stored = json.loads(self.toy.read("cache/answer/much.json"))
        return from_json(stored["value"]).value.value

    def runs(self) -> list[dict[str, Any]]:
        """The stored runs of the experiment."""
        return [json.loads(file.read_text()) for file in self.toy.runs_of("run")]
