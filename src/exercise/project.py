"""The project: title, sections and settings of the report on this exercise."""

from __future__ import annotations

from exercise import bonus_digits, bonus_time, part_one, part_three, part_two
from exercise.catalogue import MNIST
from labreport import Project, Words, section

SUMMARY = section("What was found", part_one.networks, name="summary", answers="*")
PART_ONE = section(
    "Part one: one hidden layer",
    part_one.parameters,
    part_one.accuracy,
    part_one.epoch_time,
    name="part-one",
)
PART_TWO = section(
    "Part two: ten hidden layers",
    part_two.above_20,
    part_two.hypothesis,
    part_two.deep_parameters,
    part_two.correlation,
    name="part-two",
)
PART_THREE = section(
    "Part three: three hidden layers",
    part_three.goal,
    part_three.best,
    part_three.epochs,
    part_three.layers,
    name="part-three",
)
BONUS_DIGITS = section(
    "Bonus: errors by digit",
    bonus_digits.digits,
    bonus_digits.pattern,
    name="bonus-digits",
)
BONUS_TIME = section(
    "Bonus: more epochs, more layers",
    bonus_time.longer,
    bonus_time.progress,
    bonus_time.worth,
    bonus_time.more_time,
    bonus_time.perspective,
    name="bonus-time",
)
CONCLUSION = section("Conclusion", name="conclusion", answers="*")
PROGRAM = section("How it was done", name="how")

SECTIONS = (SUMMARY, PART_ONE, PART_TWO, PART_THREE, BONUS_DIGITS, BONUS_TIME, CONCLUSION, PROGRAM)
"""In the order of the report."""

PROJECT = Project(
    "Neural networks on MNIST",
    subtitle="What one hidden layer can do, why ten fail, and what three can add",
    sections=SECTIONS,
    seeds=range(5, 10),
    libraries=("tensorflow", "keras", "numpy"),
    data_files=(MNIST,),
    threads=1,
    words=Words(run="training run", seed="training run", item="image"),
    verify="exercise.verification:verify",
    show_code="exercise.show_code:show_code",
    cost="exercise.networks:epoch_cost",
    rules="exercise.networks:broken_rules",
)
