"""The result of one submission in the form of Gradescope's `results.json`.

The fields are those of "Autograder Specifications, Output format" in Gradescope's documentation.
"""

from __future__ import annotations

import json
from typing import Any

from labreport.grading.grade import Result
from labreport.grading.table import listed

VISIBILITY = "after_published"
"""Students see the tests, with the expected values in them, when the instructor publishes the grades."""
REASONS = 40


def results(result: Result) -> str:
    """The document, as text in ASCII."""
    graded = result.graded
    whole = f"The submission {graded.problem}." if graded.problem else "Every question was compared."
    document: dict[str, Any] = {
        "score": round(graded.points, 4),
        "output": "\n".join([whole, *graded.notes]),
        "output_format": "text",
        "visibility": VISIBILITY,
        "tests": [
            {
                "name": question.slug,
                "number": str(number),
                "score": round(question.points, 4),
                "max_score": round(question.most, 4),
                "status": "passed" if question.points >= question.most - 1e-9 else "failed",
                "output": "\n".join(
                    [
                        *listed(question.reasons, REASONS),
                        *([f"Sentence: {question.sentence}"] if question.sentence else []),
                    ]
                ),
                "output_format": "text",
                "visibility": VISIBILITY,
            }
            for number, question in enumerate(graded.questions, start=1)
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def is_results(text: str) -> bool:
    """Whether a text is what `results` writes."""
    try:
        plain = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(plain, dict) and set(plain) == {
        "score",
        "output",
        "output_format",
        "visibility",
        "tests",
    }
