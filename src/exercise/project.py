"""This exercise, as the engine sees it."""

from __future__ import annotations

from exercise.bonus_complex.section import SECTION as BONUS_COMPLEX
from exercise.bonus_digits.section import SECTION as BONUS_DIGITS
from exercise.bonus_longer.section import SECTION as BONUS_LONGER
from exercise.catalogue import EXPERIMENTS, STUDIES
from exercise.part_one.section import SECTION as PART_ONE
from exercise.part_three.section import SECTION as PART_THREE
from exercise.part_two.section import SECTION as PART_TWO
from exercise.rubric import RUBRIC
from exercise.set_up.environment import environment
from exercise.set_up.section import SECTION as SET_UP
from exercise.summary.section import SECTION as SUMMARY
from labreport.project import Project, Words

PROJECT = Project(
    "Neural networks on MNIST",
    subtitle="A lab report whose every answer is computed",
    experiments=EXPERIMENTS,
    studies=STUDIES,
    sections=(
        SUMMARY,
        PART_ONE,
        PART_TWO,
        PART_THREE,
        BONUS_DIGITS,
        BONUS_LONGER,
        BONUS_COMPLEX,
        SET_UP,
    ),
    facts=environment,
    seeds=range(5, 10),
    libraries=("tensorflow", "keras", "numpy"),
    data_files=("data/mnist.npz",),
    threads=1,
    words=Words(
        run="network",
        item="image",
        category="digit",
        checked_in="Keras",
        phrases={"remark, items": ""},  # said once, where the report says how to read it
    ),
    verify="exercise.verification:verify",
    verify_published="exercise.verification.published:published",
    show_code="exercise.show_code:show_code",
    show_check="exercise.show_code:show_check",
    cost="exercise.networks:epoch_cost",
    program="exercise.networks:program_name",
    rubric=RUBRIC,
    recompute="exercise.recompute:recompute",
)
