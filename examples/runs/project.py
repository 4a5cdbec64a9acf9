"""A report on runs that were made elsewhere: three settings of a classifier, four seeds each."""

from __future__ import annotations

from labreport.outline import Figure, Outline, Question, Section
from labreport.project import Project, Words
from labreport.recorded import recorded_groups

RUNS = recorded_groups("runs/{name}-{seed}.csv", parameters=("learning_rate",))

QUESTIONS = (
    Question(
        "best",
        "Which setting is the best?",
        "answers:best",
        "questions/best.html",
        tuple(RUNS),
        ("curves",),
    ),
    Question("longer", "Do longer trainings help?", "answers:longer", "questions/longer.html", tuple(RUNS)),
)
PROJECT = Project(
    experiments=tuple(RUNS.values()),
    studies=(),
    outline=Outline(
        title="Recorded runs",
        subtitle="Learning rates, read from files",
        sections=(Section("settings", "Settings", "sections/settings.html", QUESTIONS),),
        figures=(Figure("curves", "figures:learning_curves", tuple(RUNS)),),
    ),
    libraries=(),
    words=Words(run="run", item="image", category="digit"),
)
