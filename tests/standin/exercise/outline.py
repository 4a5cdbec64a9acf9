"""Two sections, three questions, one figure."""

from __future__ import annotations

from labreport.outline import Figure, Outline, Question, Section

MEASURED = Section(
    "measured",
    "The walks, measured",
    "sections/measured.html",
    (
        Question(
            "measured.accuracy",
            "How close does the quick walk come?",
            "exercise.answers:accuracy",
            "questions/measured.accuracy.html",
            ("alpha",),
            ("curves",),
        ),
        Question(
            "measured.better",
            "Which of the two walks comes closer?",
            "exercise.answers:better",
            "questions/measured.better.html",
            ("alpha", "beta"),
        ),
    ),
)

STUDIED = Section(
    "studied",
    "The walks, varied",
    "sections/studied.html",
    (
        Question(
            "studied.grid",
            "Which rate and noise come closest?",
            "exercise.answers:grid",
            "questions/studied.grid.html",
            ("grid",),
        ),
    ),
)

OUTLINE = Outline(
    title="Walks",
    subtitle="A report of the stand-in exercise",
    sections=(MEASURED, STUDIED),
    figures=(Figure("curves", "exercise.figures:curves", ("alpha", "beta")),),
)
