"""One project as the engine sees it: what to run, what to ask, and what both rest on."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Any

from labreport.authoring import HIDDEN, Meta, Place, called_from, check_values, reference, refuse
from labreport.errors import UsageError
from labreport.experiment import Experiment, Study
from labreport.outline import Outline, Question, Section, section


@dataclass(frozen=True)
class Words:
    """What things are called in this report, in the singular, wherever the engine has to name them.

    `run` is what an experiment carries out once for each `seed`, or `training` where that has one `epoch`
    after another; `item` one of the things it is measured on, `category` one of the kinds that items are
    sorted into, and `checked_in` the language or library of the expressions that find a printed number again.
    """

    run: str = "run"
    training: str = "training"
    seed: str = "seed"
    epoch: str = "epoch"
    item: str = "item"
    category: str = "class"
    checked_in: str = "Python"
    phrases: Mapping[str, str] = field(default_factory=dict)
    """Those of `labreport.stats.words.PHRASES` that a project says in words of its own, by their names."""

    def __post_init__(self) -> None:
        check_values(self, called_from())
        if self.phrases:
            from labreport.stats.words import phrases_of

            phrases_of(self.phrases)


@dataclass(frozen=True)
class Rubric:
    """Points by question, by which `grade` compares a submission with the reference, and how they are split.

    `points` maps a question's slug to its points; a question that is not named there is worth `default`,
    and one worth 0 is not graded. Questions that are `local` in the outline are never graded. `numbers`
    is the share of a question's points for its numbers, the rest is for its outcomes; where a question
    has only one of the two, that one gets everything. `unclear` is the share of an outcome's points
    for "unclear" where the reference is clear. `form` maps a question to the names of the quantities
    that the short form asks for; without an entry, they are those on which its findings rest.

    Raises `UsageError` for negative points and for shares outside 0 to 1.
    """

    points: Mapping[str, float] = field(default_factory=dict)
    default: float = 1.0
    numbers: float = 0.5
    unclear: float = 0.5
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in {"default": self.default, **self.points}.items():
            if not (math.isfinite(value) and value >= 0):
                raise UsageError(f"rubric: points of {name!r} are {value!r}; allowed is 0 or more")
        for name, share in (("numbers", self.numbers), ("unclear", self.unclear)):
            if not 0 <= share <= 1:
                raise UsageError(f"rubric: {name} is {share!r}; allowed is a share from 0 to 1")

    def points_of(self, question: str) -> float:
        """Points for everything right in the question with this slug."""
        return float(self.points.get(question, self.default))


@dataclass(frozen=True)
class Project:
    """What a project declares. Its module has exactly one; `package` and `module` are filled in when it is
    loaded.

    `title`, `subtitle` and `author` are on the title page; `facts` is the question whose answer describes the
    run there, by its facts `run`, as that of `environment` does. `sections` are the report: sections, or
    questions, which then make up a section together; `outline` says the same in full. The experiments and
    studies that questions and figures name as values need not be listed again under `experiments` and
    `studies`. `fit` runs every experiment that does not say otherwise (see `labreport.run.Fit`).

    `libraries` are distributions whose versions are part of every result's key; by default those that the
    code of the runs imports. `data_files` are paths below the package whose bytes are; `threads` is the
    number of compute threads a run uses, `resources` what it takes of a cluster's worker that has declared
    such, as `{"GPU": 1}`, `seeds` the number of seeds of a build that does not name another, or the seeds
    themselves as a range: `range(5, 10)` begins at seed 5, whatever number of seeds a build asks for.
    `source_roots` are the top-level modules whose code is followed for staleness; by default the
    engine and all that lie beside the package. `words` are how the pages call things. `verify`,
    `verify_published` and `show_code` name functions of the content, `"module:function"`: the first two yield
    checks for `verify`, of the results (`labreport.results.Results`) and of the report's folder (a path);
    `show_check` one, called with nothing, that shows the Python on which the outline's checks build. `cost`
    gives about how many seconds one epoch of a specification takes, `program` a name that is equal for
    specifications which can share a compiled program; both only order the work, and the
    former gives the time left. `rubric` gives the
    points by which `grade` judges submissions, and `recompute` names a function that computes numbers
    again from the predictions in a submission.

    Raises `UsageError` for values that do not fit together.
    """

    title: str = ""
    experiments: tuple[Experiment, ...] = ()
    studies: tuple[Study, ...] = ()
    sections: tuple[Section | Question, ...] = ()
    outline: Outline = field(default_factory=lambda: Outline(""))
    fit: Any = ""
    libraries: tuple[str, ...] | None = None
    package: str = ""
    module: str = ""
    data_files: tuple[str, ...] = ()
    threads: Annotated[int, Meta(ge=1)] = 1
    resources: Mapping[str, float] = field(default_factory=dict)
    seeds: int | range = 5
    subtitle: str = ""
    author: str = ""
    facts: Question | str = ""
    source_roots: tuple[str, ...] = ()
    words: Words = Words()
    verify: str = ""
    verify_published: str = ""
    show_code: str = ""
    show_check: str = ""
    cost: str = ""
    program: str = ""
    rubric: Rubric = field(default_factory=Rubric)
    recompute: str = ""
    place: Place = field(default=(), compare=False, repr=False, metadata=HIDDEN)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", called_from(self.place))
        check_values(self, self.place)
        usable = isinstance(self.seeds, (int, range)) and not isinstance(self.seeds, bool)
        if not usable or not self.seed_range or self.seed_range.start < 0 or self.seed_range.step != 1:
            text = f"seeds is {self.seeds!r}; write a number from 1, or a range such as range(5, 10)"
            refuse(self.place, text, "seeds", self.seeds, Project)
        if self.sections and not self.outline.sections:
            outline = Outline(
                self.title,
                self.subtitle,
                _sections(self.sections),
                self.outline.figures,
                author=self.author,
                facts=self.facts if isinstance(self.facts, str) else self.facts.slug,
            )
            object.__setattr__(self, "outline", outline)
        given = self.fit
        object.__setattr__(self, "fit", reference(given, "fit"))
        experiments = [_run(one, given) for one in self.experiments]
        studies = [_run_all(one, given) for one in self.studies]
        for need in self.outline.read:
            if isinstance(need, Experiment) and (one := _run(need, given)) not in experiments:
                experiments.append(one)
            elif isinstance(need, Study) and (grid := _run_all(need, given)) not in studies:
                studies.append(grid)
        object.__setattr__(self, "experiments", tuple(experiments))
        object.__setattr__(self, "studies", tuple(studies))

    @property
    def seed_range(self) -> range:
        """The seeds of a build that does not name another number of them."""
        return self.seeds if isinstance(self.seeds, range) else range(self.seeds)

    @cached_property
    def all_experiments(self) -> tuple[Experiment, ...]:
        """The experiments, then the cells of every study."""
        return self.experiments + tuple(cell for grid in self.studies for cell in grid.experiments())

    @cached_property
    def work(self) -> str:
        """What is done for each seed, in the singular: a run, or a training where all have epochs."""
        simple = [one.one_step or one.recorded is not None for one in self.all_experiments]
        return self.words.run if any(simple) else self.words.training


def _run(experiment: Experiment, fit: Any) -> Experiment:
    """An experiment that says how it is run: by the project's `fit` unless it says otherwise."""
    given = experiment.code or experiment.recorded or not fit
    return experiment if given else replace(experiment, fit=fit)


def _run_all(study: Study, fit: Any) -> Study:
    return replace(study, base=_run(study.base, fit))


def _sections(given: Iterable[Section | Question]) -> tuple[Section, ...]:
    """Sections in order; questions outside of any make up one together with their neighbours."""
    found: list[Section] = []
    for loose, each in itertools.groupby(given, key=lambda one: isinstance(one, Question)):
        if not loose:
            found += (one for one in each if isinstance(one, Section))
            continue
        number = sum(section.slug.startswith("questions") for section in found) + 1
        slug = "questions" if number == 1 else f"questions-{number}"
        questions = (one for one in each if isinstance(one, Question))
        found.append(section("Questions", *questions, slug=slug))
    return tuple(found)
