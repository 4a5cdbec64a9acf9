"""Results, answers, figures and sections: what the outline asks for, and what each of them is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.authoring import at, place_of, wrong
from labreport.errors import OutdatedCode, RenderError, StoreError
from labreport.experiment import Experiment, plain
from labreport.fingerprint.canonical import digest, digest_members
from labreport.nodes.workshop import Workshop, draw, function
from labreport.outline import Figure, Question, Section
from labreport.plan.ledger import Record
from labreport.plan.nodes import Forced, Missing, NeverMade, Node, Reason, SharesForced, State, Status, Unkept
from labreport.plan.planner import Planner
from labreport.results import Results, Runs, result_of
from labreport.trajectory import Trajectory
from labreport.trajectory.store import Store

READER = "labreport.nodes.content:Reader"
"""The engine's part in every answer and figure."""
QUESTION_FRAMES = ("question.html",)
"""The templates of every question: what `labreport.page` puts around it, and its rows of all tests."""
SECTION_FRAME = "section.html"
"""The template of a section that has none of its own."""
STATISTICS = ("numpy", "scipy")
DRAWING = ("matplotlib", "seaborn", "numpy")
RENDERING = ("jinja2", "markupsafe")


class Reader:
    """Stored trajectories as answers and figures read them: what was declared, and not an epoch more.

    Documents and arrays are read once and shared between readers.
    """

    def __init__(self, planner: Planner, store: Store) -> None:
        self._planner = planner
        self._store = store
        self._trajectories: dict[str, Trajectory] = {}

    def of_question(self, question: Question) -> Results:
        """What a question's answer may read."""
        results = self.results(f"answer {question.slug!r}", question.needs)
        if question.reads_verification:
            found = self._planner.verified(self._planner.graph.nodes[f"answer/{question.slug}"])
            results.verification = found.payload if found is not None else None
        return results

    def results(self, reader: str, needs: tuple[str, ...]) -> Results:
        """What `reader` declared."""
        graph = self._planner.graph
        runs = {cell.name: self.runs(cell) for need in needs for cell in graph.cells(need)}
        studies = {grid.name: grid for grid in graph.project.studies if grid.name in needs}
        return Results(reader, runs, studies)

    def runs(self, experiment: Experiment) -> Runs:
        """All runs of one experiment."""
        if experiment.recorded:
            return Runs(experiment, experiment.recorded.results())
        epochs, snapshots = experiment.epochs, experiment.snapshots  # and not an epoch more
        found = (self._trajectory(key, experiment.name) for key in self._planner.keys(experiment))
        return Runs(experiment, tuple(result_of(one, experiment.name, epochs, snapshots) for one in found))

    def _trajectory(self, key: str, name: str) -> Trajectory:
        if key not in self._trajectories:
            found = self._store.get(key)
            if found is None:
                raise StoreError(
                    f"result {name!r}: its stored document {key[:12]} cannot be read; run again to rebuild it"
                )
            self._trajectories[key] = found
        return self._trajectories[key]


class ResultNode(Node):
    """A wish: so many epochs, with these snapshots, of the trajectory that specification and seed identify.

    Experiments with one specification are wishes about the same trajectory, under one key.
    """

    kind = "result"

    def __init__(
        self, experiment: Experiment, seed: int, work: str = "training", repeated: str = "seed"
    ) -> None:
        super().__init__(f"{experiment.name}#{seed}")
        self.work, self.repeated = work, repeated
        self.experiment = experiment
        self.seed = seed

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """All that decides the trajectory."""
        return {"seed": self.seed, **planner.fingerprints.result(self.experiment)[0]}

    def key(self, planner: Planner, made_of: Mapping[str, Any]) -> str:
        """As of every node, or that of a result which it was decided to keep."""
        texts = planner.fingerprints.result(self.experiment)[1]
        wanted = digest_members({"seed": str(self.seed), **texts})
        return planner.standing_in(wanted, self, self.experiment)

    def status(self, planner: Planner) -> Status:
        """Stale where the trajectory does not reach what the experiment asks for, or is damaged."""
        made_of, key = planner.key(self)
        planner.check_shared(key, self.experiment)
        output, wrong = planner.look_up(key, self.experiment)
        record = planner.ledger.nodes.get(self.name)
        reasons: list[Reason] = []
        if forced := planner.forced_keys.get(key):
            reasons.append(
                Forced() if planner.is_forced(self) else SharesForced(forced.removeprefix("result/"))
            )
        if wrong is not None:
            reasons.append(wrong)
        elif not output and record is None:
            reasons.append(NeverMade())
        elif not output and record is not None and record.key == key:
            reasons.append(Missing(f"its stored result {key[:12]}"))
        elif not output and record is not None:
            found = planner.differences(record.ingredients, made_of)
            reasons.extend(found or [Unkept()])
        if reasons:
            return Status(self, State.STALE, tuple(reasons), made_of, key)
        if record is None or (record.key, record.output, record.ingredients) != (key, output, made_of):
            planner.ledger.nodes[self.name] = Record(made_of, key, output, {})
        return Status(self, State.FRESH, (), made_of, key, output)


class RecordingNode(Node):
    """The runs of a recorded experiment: they are there, and nothing has to be made of them."""

    kind = "recording"

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(experiment.name)
        self.experiment = experiment

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The digests of its runs."""
        return planner.fingerprints.recorded(self.experiment)

    def key(self, planner: Planner, made_of: Mapping[str, Any]) -> str:
        """The digest of them all, whatever their order in the source."""
        return str(made_of["runs"])

    def status(self, planner: Planner) -> Status:
        """Fresh. Raises `OutdatedCode` where a source was edited after it was read."""
        table = self.experiment.recorded
        if table is not None and (name := table.outdated()):
            raise OutdatedCode(f"{name} was edited after it was read; run again")
        made_of, key = planner.key(self)
        return Status(self, State.FRESH, (), made_of, key, key)


class AnswerNode(Node):
    """An answer: what a question's function computes from the results that it reads."""

    kind = "answer"
    cached = True

    def __init__(self, question: Question, reads: tuple[str, ...]) -> None:
        super().__init__(question.slug, reads, question.needs)
        self.question = question

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """The results, the answer's code, and what verification found where the question asks for it."""
        found = planner.fingerprints
        made_of = {
            **planner.results(self.needs),
            **found.data(self.question.data),
            **found.code_here(self.question.answer, "labreport.nodes.content:AnswerNode", READER),
            **found.libraries(*STATISTICS),
        }
        if self.question.reads_verification:
            verified = planner.verified(self)
            made_of["verification"] = verified.digest if verified is not None else ""
        return made_of

    def make(self, workshop: Workshop) -> Any:
        """Call the question's function."""
        from labreport.stats import Answer

        answering = function(self.question.answer, f"question {self.slug!r}")
        answer = answering(workshop.reader.of_question(self.question))
        if not isinstance(answer, Answer):
            what = f"returns {'nothing' if answer is None else f'a {type(answer).__name__}'}"
            hint = "is `return` missing?" if answer is None else "return what a builder or Answer(...) makes"
            text = f"the function of question {self.slug!r} {what}, and must return an Answer; {hint}"
            raise RenderError(at(place_of(answering), text))
        if (odd := next(filter(None, map(wrong, answer.quantities.values())), None)) is not None:
            raise RenderError(at(place_of(answering), f"{self.name}: {odd.owner.__name__}: {odd}"))
        for name, finding in answer.findings.items():
            for number in finding.numbers:
                if number not in answer.quantities:
                    text = f"{self.name}: finding {name!r} names {number!r}, which is none of its quantities"
                    raise RenderError(at(place_of(answering), text))
        return answer.to_plain()


class FigureNode(Node):
    """A figure: a drawing from results and answers, exported for page and paper."""

    kind = "figure"
    cached = True

    def __init__(self, figure: Figure, reads: tuple[str, ...]) -> None:
        super().__init__(figure.slug, reads, figure.needs)
        self.figure = figure

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Results and answers, the code that draws, and the fonts."""
        found = planner.fingerprints
        return {
            **planner.outputs(self),
            **planner.results(self.needs),
            **found.data(self.figure.data),
            **found.code_here(self.figure.draw, "labreport.nodes.content:FigureNode", READER),
            **found.libraries(*DRAWING),
            **found.files("frame/fonts", "fonts"),
        }

    def make(self, workshop: Workshop) -> Any:
        """Draw it and export it."""
        from labreport.charts import WIDE_MM, Drawing, export

        drawing_by = function(self.figure.draw, f"figure {self.slug!r}")
        results = workshop.reader.results(f"figure {self.slug!r}", self.needs)
        drawing = draw(drawing_by, results, workshop.answers(self.figure.answers))
        if not isinstance(drawing, Drawing):
            text = f"it must return a labreport.charts.Drawing, not a {type(drawing).__name__}"
            raise RenderError(at(place_of(drawing_by), f"{self.name}: {text}"))
        exported = export(self.slug, drawing)
        if exported["width_mm"] > WIDE_MM + 0.5:
            text = f"it is {exported['width_mm']:.0f} mm wide; the page has room for {WIDE_MM:.0f} mm"
            how = "make it with labreport.charts.wide_figure or column_figure"
            raise RenderError(at(place_of(drawing_by), f"{self.name}: {text}; {how}"))
        return exported

    def flaws(self, made: Any) -> str:
        """Which of its texts overlap or are cut off."""
        return at(self.figure.place, f"{self.name}: {made['flaws']}") if made["flaws"] else ""


class SectionNode(Node):
    """A section: its questions' answers and figures, in prose."""

    kind = "section"
    cached = True

    def __init__(self, section: Section, reads: tuple[str, ...]) -> None:
        super().__init__(section.slug, reads)
        self.section = section

    def ingredients(self, planner: Planner) -> dict[str, Any]:
        """Answers and figures, templates, what is said of experiments, and the code that renders."""
        fingerprints, project = planner.fingerprints, planner.graph.project
        shown = (project.show_code, project.show_check) if self.section.experiments else ()
        found = self.section.with_templates(fingerprints.has_template, SECTION_FRAME)
        own = [question.template for question in found.questions if question.template]
        proses = {} if len(own) == len(self.section.questions) else fingerprints.proses()
        return {
            **planner.outputs(self),
            "outline": fingerprints.section(self.section),
            **fingerprints.words(),
            "experiments": digest(self._experiments(planner)),
            **fingerprints.templates(found.template, *QUESTION_FRAMES, *own),
            **proses,
            **fingerprints.code_here("labreport.nodes.content:SectionNode", *filter(None, shown)),
            **fingerprints.libraries(*RENDERING),
        }

    def make(self, workshop: Workshop) -> Any:
        """Render its templates."""
        from labreport.page import render_section

        planner, project = workshop.planner, workshop.project
        section = self.section.with_templates(planner.fingerprints.has_template, SECTION_FRAME)
        context: dict[str, Any] = {"experiments": self._experiments(planner)}
        if context["experiments"] and project.show_code:
            show = function(project.show_code, "project.show_code")
            declared = {experiment.name: experiment for experiment in project.all_experiments}
            for name, shown in context["experiments"].items():
                shown["code"] = show(declared[name])
        if context["experiments"] and project.show_check:
            context["check"] = function(project.show_check, "project.show_check")()
        figures = [name for name in self.reads if name.startswith("figure/")]
        return render_section(
            section,
            workshop.answers([question.slug for question in section.questions] + list(section.answers)),
            {name.removeprefix("figure/"): workshop.payload(name) for name in figures},
            workshop.templates,
            context,
            project.words,
        )

    def _experiments(self, planner: Planner) -> dict[str, Any]:
        """What may be said of the experiments that it names: how they are declared, and their keys."""
        return {
            experiment.name: {
                "title": experiment.title,
                "epochs": experiment.epochs,
                "snapshots": list(experiment.snapshots),
                "specification": plain(experiment.specification),
                "keys": planner.keys(experiment),
            }
            for need in self.section.experiments
            for experiment in planner.graph.cells(need)
        }
