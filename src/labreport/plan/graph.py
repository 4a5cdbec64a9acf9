"""The project unfolded into nodes, each after all that it reads."""

from __future__ import annotations

from collections.abc import Iterable

from labreport.errors import UnknownName, UsageError
from labreport.experiment import Experiment
from labreport.plan.nodes import Node
from labreport.project import Project

DOCUMENTS = ("html", "pdf", "answers")
PUBLISHED = {"html": "report.html", "pdf": "report.pdf", "answers": "answers.json"}


class Graph:
    """All nodes of a project for a number of seeds, by name, in an order in which they can be made."""

    def __init__(self, project: Project, seeds: int) -> None:
        self.project = project
        self._grids = {grid.name: grid.experiments() for grid in project.studies}
        experiments = [*project.experiments, *(cell for cells in self._grids.values() for cell in cells)]
        self._check_names(experiments)
        self._experiments = {experiment.name: experiment for experiment in experiments}
        self.nodes: dict[str, Node] = {}
        for experiment in self._experiments.values():
            for seed in range(min(seeds, experiment.seeds or seeds)):
                self._add(Node("result", f"{experiment.name}#{seed}", (), experiment, seed))
        outline = project.outline
        # What verification found is about all other answers, and stands behind them
        for question in sorted(outline.questions, key=lambda question: question.reads_verification):
            reads = self._results(question.needs, question.slug)
            if question.reads_verification:
                reads += tuple(name for name, node in self.nodes.items() if node.kind == "answer")
            self._add(Node("answer", question.slug, reads, question))
        for figure in outline.figures:
            reads = (
                *self._results(figure.needs, figure.slug),
                *self._named("answer", figure.answers, figure.slug),
            )
            self._add(Node("figure", figure.slug, reads, figure))
        for section in outline.sections:
            answers = [question.slug for question in section.questions] + list(section.answers)
            figures = [slug for question in section.questions for slug in question.figures] + list(
                section.figures
            )
            reads = (
                *self._named("answer", answers, section.slug),
                *self._named("figure", figures, section.slug),
            )
            self._add(Node("section", section.slug, reads, section))
        sections = tuple(f"section/{section.slug}" for section in outline.sections)
        answers_all = tuple(f"answer/{question.slug}" for question in outline.questions)
        self._add(Node("document", "answers", (*sections, *answers_all)))
        self._add(Node("document", "html", (*sections, *answers_all)))
        self._add(Node("document", "pdf", (*sections, *answers_all)))

    def results_of(self, need: str) -> tuple[Node, ...]:
        """The result nodes behind a need: an experiment's seeds, or all cells of a study."""
        return tuple(self.nodes[name] for name in self._results((need,), need))

    def cells(self, need: str) -> tuple[Experiment, ...]:
        """The experiments behind a need."""
        return self._grids[need] if need in self._grids else (self._experiments[need],)

    def closure(self, names: Iterable[str]) -> tuple[Node, ...]:
        """The nodes `names` and all that they read, in order."""
        wanted: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in wanted:
                wanted.add(name)
                waiting.extend(self.nodes[name].reads)
        return tuple(node for name, node in self.nodes.items() if name in wanted)

    def resolve(self, word: str) -> tuple[str, ...]:
        """The nodes that a user means by `word`: a full name, a slug, or an experiment or study."""
        if word in self.nodes:
            return (word,)
        if word in self._experiments or word in self._grids:
            return tuple(node.name for node in self.results_of(word))
        for kind in ("section", "answer", "figure", "document", "result"):
            if f"{kind}/{word}" in self.nodes:
                return (f"{kind}/{word}",)
        slugs = [node.slug for node in self.nodes.values()]
        raise UnknownName("item", word, [*slugs, *self.nodes, *self._experiments, *self._grids])

    def _add(self, node: Node) -> None:
        if node.name in self.nodes:
            raise UsageError(f"two entries of the outline are called {node.name!r}; names must differ")
        self.nodes[node.name] = node

    def _results(self, needs: Iterable[str], reader: str) -> tuple[str, ...]:
        names: list[str] = []
        for need in needs:
            if need not in self._experiments and need not in self._grids:
                known = ", ".join([*self.project_names()])
                raise UsageError(f"{reader!r} in the outline needs {need!r}; the catalogue has {known}")
            for experiment in self.cells(need):
                prefix = f"result/{experiment.name}#"
                seed = 0
                while f"{prefix}{seed}" in self.nodes:
                    names.append(f"{prefix}{seed}")
                    seed += 1
        return tuple(names)

    def project_names(self) -> tuple[str, ...]:
        """Experiments and studies as the catalogue names them."""
        return (*(experiment.name for experiment in self.project.experiments), *self._grids)

    def _named(self, kind: str, slugs: Iterable[str], reader: str) -> tuple[str, ...]:
        names = tuple(f"{kind}/{slug}" for slug in slugs)
        for name in names:
            if name not in self.nodes:
                raise UsageError(
                    f"{reader!r} in the outline names {name!r}, which the outline does not define before it"
                )
        return names

    def _check_names(self, experiments: Iterable[Experiment]) -> None:
        seen: set[str] = set()
        for experiment in experiments:
            if experiment.name in seen:
                raise UsageError(f"two experiments are called {experiment.name!r}; names must differ")
            if not experiment.name or len(experiment.name) > 200 or "#" in experiment.name:
                raise UsageError(
                    f"experiment name {experiment.name!r}: 1 to 200 characters without '#' are allowed"
                )
            seen.add(experiment.name)
        for grid in self.project.studies:
            if grid.name in seen:
                raise UsageError(f"study {grid.name!r} has the name of an experiment; names must differ")
