"""Points for each question of the exercise, and what the short form asks for."""

from __future__ import annotations

from labreport.project import Rubric

RUBRIC = Rubric(
    # What the exercise does not ask for, and what nobody has to measure
    points={"set-up.rates": 0, "set-up.depth-gain": 0, "set-up.rules": 0},
    form={
        "part-one.parameters": ("wide.parameters", "small.parameters"),
        "part-one.accuracy": tuple(
            f"{name}.{kind}_accuracy" for name in ("wide", "small") for kind in ("validation", "test")
        ),
        "part-two.above-20": tuple(f"validation.deep-{nodes}.mean" for nodes in (8, 32, 64)),
        "part-two.parameters": tuple(f"deep-{nodes}.parameters" for nodes in (8, 32, 64)),
        "bonus.complex": tuple(f"test-{epoch}.complex.mean" for epoch in (5, 20, 50)),
    },
)
