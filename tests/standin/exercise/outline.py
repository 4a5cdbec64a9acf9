"""Three sections, seven questions, one figure."""

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

SHARED = Section(
    "shared",
    "One walk, asked about more than once",
    "sections/shared.html",
    (
        Question(
            "shared.longer",
            "What do more epochs bring?",
            "exercise.answers:longer",
            "questions/shared.longer.html",
            ("alpha", "alpha-10"),
        ),
        Question(
            "shared.middle",
            "Where is the walk on its way?",
            "exercise.answers:middle",
            "questions/shared.middle.html",
            ("alpha-middle",),
        ),
        Question(
            "shared.rates",
            "Which rate is ahead early on?",
            "exercise.answers:rates",
            "questions/shared.rates.html",
            ("rates",),
        ),
        Question(
            "shared.origin",
            "Where were the first epochs computed?",
            "exercise.answers:origin",
            "questions/shared.origin.html",
            ("alpha", "beta", "alpha-10", "alpha-middle", "grid", "rates"),
        ),
    ),
)

OUTLINE = Outline(
    title="Walks",
    subtitle="A report of the stand-in exercise",
    sections=(MEASURED, STUDIED, SHARED),
    figures=(Figure("curves", "exercise.figures:curves", ("alpha", "beta")),),
)
