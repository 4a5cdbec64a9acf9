"""The report's questions, in the project's own words, and what each may read."""

from __future__ import annotations

from typing import Any

from exercise.catalogue import STUDIES
from exercise.checks import CHECKS
from exercise.figure_list import FIGURES
from exercise.groups import DEEP, FEWER_LAYERS, GAIN, LONGER, NETWORKS
from exercise.needed import needed
from labreport.outline import Outline, Question, Section


def _question(
    slug: str,
    text: str,
    answer: str,
    needs: tuple[str, ...] = (),
    figures: tuple[str, ...] = (),
    template: str = "",
    **options: Any,
) -> Question:
    path = f"questions/{template or slug}.html"
    checks = CHECKS.get(slug, ())
    return Question(
        slug,
        text,
        f"exercise.answers.{answer}",
        path,
        needs,
        figures,
        checks,
        requires=needed(slug),
        **options,
    )


SET_UP = Section(
    "set-up",
    "The networks and how they were trained",
    "sections/set-up.html",
    (
        _question(
            "set-up.rules", "Does every network keep to the exercise's rules?", "set_up:rules", NETWORKS
        ),
        _question(
            "set-up.rates", "How were learning rate and momentum chosen?", "rates:rates", ("rates", "complex")
        ),
        _question(
            "set-up.environment",
            "On what machine, and with what, was this measured?",
            "set_up:environment",
            NETWORKS,
            local=True,
        ),
    ),
)

PART_ONE = Section(
    "part-one",
    "One hidden layer, large and small",
    "sections/part-one.html",
    (
        *(
            question
            for name, adjective in (("wide", "wide"), ("small", "small"))
            for question in (
                _question(
                    f"part-one.{name}.parameters",
                    f"How many trainable parameters has the {adjective} network: weights, biases, both?",
                    f"part_one:{name}_parameters",
                    (name,),
                ),
                _question(
                    f"part-one.{name}.accuracy",
                    f"How accurate is the {adjective} network on validation data after ten epochs, "
                    "and how far is that from training and test data?",
                    f"part_one:{name}_accuracy",
                    (name,),
                    (f"curves-{name}",),
                ),
                _question(
                    f"part-one.{name}.time",
                    f"How long does an epoch of the {adjective} network take?",
                    f"part_one:{name}_time",
                    (name,),
                ),
            )
        ),
        _question(
            "part-one.comparison",
            "Which of the two is more accurate on test data?",
            "part_one:comparison",
            ("wide", "small"),
        ),
    ),
)

PART_TWO = Section(
    "part-two",
    "Ten hidden layers",
    "sections/part-two.html",
    (
        _question(
            "part-two.above-20",
            "Does any of the three deep networks exceed 20 % on validation or test data?",
            "part_two:above_20",
            DEEP,
            tuple(f"curves-{name}" for name in DEEP),
        ),
        _question(
            "part-two.hypothesis",
            "Why do the deep networks perform as they do?",
            "hypothesis:hypothesis",
            (*DEEP, *GAIN, *FEWER_LAYERS, *LONGER, "depth-gain"),
            ("gradients", "interventions", "depth-gain"),
        ),
        _question(
            "part-two.parameters",
            "How many trainable parameters has each deep network?",
            "part_two:parameters",
            DEEP,
        ),
        _question(
            "part-two.correlation",
            "Do more trainable parameters go together with more accuracy, part one's networks included?",
            "correlation:correlation",
            NETWORKS,
            ("accuracy-parameters",),
        ),
    ),
)

PART_THREE = Section(
    "part-three",
    "Three hidden layers",
    "sections/part-three.html",
    (
        _question(
            "part-three.goal",
            "Does the network exceed 92 % on validation and on test data?",
            "part_three:goal",
            ("complex",),
            ("curves-complex",),
        ),
        _question(
            "part-three.best",
            "Which is the most accurate on test data: this network, or the better one of part one?",
            "part_three:best",
            ("wide", "small", "complex"),
        ),
        _question(
            "part-three.epochs",
            "Were they trained for a similar number of epochs?",
            "part_three:epochs",
            ("wide", "small", "complex"),
        ),
    ),
)

BONUS_DIGITS = Section(
    "bonus-digits",
    "Errors by digit",
    "sections/bonus-digits.html",
    (
        _question(
            "bonus.digits",
            "Does any network fail more often on one digit than on the others?",
            "digits:digits",
            NETWORKS,
            ("digits",),
        ),
        _question(
            "bonus.pattern",
            "Is there a pattern in what the digits are taken for, and why might that be?",
            "pattern:pattern",
            ("small", "complex"),
            ("confusion", "gallery"),
        ),
    ),
)

BONUS_LONGER = Section(
    "bonus-longer",
    "The simple network, trained for longer",
    "sections/bonus-longer.html",
    (
        _question(
            "bonus.longer",
            "What do 20 and 50 epochs bring the simple network over 10?",
            "longer:longer",
            ("small",),
        ),
        _question(
            "bonus.diminishing",
            "Have returns diminished after 20 epochs, and after 50?",
            "diminishing:diminishing",
            ("small",),
            ("gain-per-epoch",),
        ),
    ),
)

BONUS_COMPLEX = Section(
    "bonus-complex",
    "Is the complex network worth its time?",
    "sections/bonus-complex.html",
    (
        _question(
            "bonus.complex",
            "How does the complex network do after 5, 20 and 50 epochs, beside the simple one?",
            "complexity:complex_network",
            ("small", "complex"),
        ),
        _question(
            "bonus.time",
            "How long did the two networks take to train in total?",
            "complexity:training_time",
            ("small", "complex"),
        ),
        _question(
            "bonus.worth",
            "Was the extra complexity worth the extra time?",
            "worth:worth",
            ("small", "complex"),
            ("accuracy-seconds",),
        ),
        _question(
            "bonus.more-time",
            "Would the complex network get better still with more time?",
            "prediction:more_time",
            ("complex", "complex-100"),
            ("prediction",),
        ),
        _question(
            "bonus.perspective",
            "How do these runs compare with models that train for weeks to months?",
            "perspective:perspective",
            NETWORKS,
            ("compute",),
        ),
    ),
)

APPENDIX = Section(
    "appendix",
    "Appendix",
    "sections/appendix.html",
    (
        *(
            _question(
                f"study.{grid.name}",
                f"The study of {grid.title}: which point does best on validation data?",
                "studies:study",
                (grid.name,),
                (f"study-{grid.name}",),
                "study",
            )
            for grid in STUDIES
        ),
        _question(
            "appendix.checked",
            "Were the answers checked by another path?",
            "checked:checked",
            reads_verification=True,
            local=True,
        ),
    ),
    answers=("set-up.rules", "set-up.environment"),
    experiments=NETWORKS,
)

OUTLINE = Outline(
    title="Neural networks on MNIST",
    subtitle="A lab report whose every answer is computed",
    sections=(SET_UP, PART_ONE, PART_TWO, PART_THREE, BONUS_DIGITS, BONUS_LONGER, BONUS_COMPLEX, APPENDIX),
    figures=FIGURES,
    facts="set-up.environment",
)
