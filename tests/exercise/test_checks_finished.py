"""The lines beside the answers of a finished report, run on its kept weights and on MNIST itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from exercise import mnist
from exercise.project import PROJECT
from exercise.show_code import show_check

REPORT = Path(__file__).parents[2] / "report"


@pytest.mark.slow
def test_the_finished_report_can_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every number of `report/` that has a check."""
    from exercise.training.backend import keras

    if not (REPORT / "answers.json").exists():
        pytest.skip("there is no report yet; python build.py makes it")
    questions = json.loads((REPORT / "answers.json").read_text(encoding="utf-8"))["questions"]
    data = mnist.load()
    images = np.concatenate([data.training.images, data.validation.images])
    labels = np.concatenate([data.training.labels, data.validation.labels])
    loaded = ((images, labels), (data.test.images, data.test.labels))
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: loaded)
    monkeypatch.chdir(REPORT)
    variables: dict[str, Any] = {}
    exec(compile(show_check(), "shown check", "exec"), variables)
    for question in PROJECT.outline.questions:
        for name, expression in question.checks:
            expected = questions[question.slug]["quantities"][name]["value"]
            assert eval(expression, variables) == pytest.approx(expected, rel=1e-5, abs=1e-6), name
