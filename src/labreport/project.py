"""One exercise as the engine sees it: what to run, what to ask, and what both rest on."""

from __future__ import annotations

from dataclasses import dataclass, field

from labreport.experiment import Experiment, Study
from labreport.outline import Outline
from labreport.rubric import Rubric


@dataclass(frozen=True)
class Words:
    """What things are called in this report, in the singular, wherever the engine has to name them.

    `run` is what an experiment carries out once for each seed, `item` one of the things it is measured
    on, `category` one of the kinds that items are sorted into, and `checked_in` the language or library
    of the expressions that find a printed number again.
    """

    run: str = "run"
    item: str = "item"
    category: str = "class"
    checked_in: str = "Python"


@dataclass(frozen=True)
class Project:
    """What a project declares; `exercise.project:PROJECT` is one. `package` is filled in when it is loaded.

    `libraries` are distributions whose versions are part of every result's key; `data_files` are
    paths below the package whose bytes are; `threads` is the number of compute threads a run uses,
    `seeds` the number of seeds of a build that does not name another.
    `source_roots` are the top-level modules whose code is followed for staleness; by default the
    engine and all that lie beside the package. `words` are how the pages call things. `verify` and
    `show_code` name functions of the content, `"module:function"`, behind the commands of those names;
    `show_check` one, called with nothing, that shows the Python on which the outline's checks build. `cost`
    gives the relative work of an epoch of a specification, `program` a name that is equal for
    specifications which can share a compiled program; both only order the work. `rubric` gives the
    points by which `grade` judges submissions, and `recompute` names a function that computes numbers
    again from the predictions in a submission.
    """

    experiments: tuple[Experiment, ...]
    studies: tuple[Study, ...]
    outline: Outline
    libraries: tuple[str, ...]
    package: str = ""
    data_files: tuple[str, ...] = ()
    threads: int = 1
    seeds: int = 5
    source_roots: tuple[str, ...] = ()
    words: Words = Words()
    verify: str = ""
    show_code: str = ""
    show_check: str = ""
    cost: str = ""
    program: str = ""
    rubric: Rubric = field(default_factory=Rubric)
    recompute: str = ""

    @property
    def all_experiments(self) -> tuple[Experiment, ...]:
        """The experiments, then the cells of every study."""
        return self.experiments + tuple(cell for grid in self.studies for cell in grid.experiments())
