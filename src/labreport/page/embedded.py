"""What the page's script needs to compute its numbers again, packed into the page itself."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any


def evidence(answers: str) -> str:
    """The measures, quantities and findings of an `answers.json`, compressed, in base64.

    Facts, digests and results are left out: nothing follows from them.
    """
    document = json.loads(answers)
    kept = {
        "schema": document["schema"],
        "measures": document["measures"],
        "questions": {
            slug: {key: question[key] for key in ("quantities", "findings")}
            for slug, question in document["questions"].items()
        },
    }
    text = json.dumps(_slim(kept), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii")


def _slim(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _slim(each) for key, each in value.items() if key != "varies_with"}
    if isinstance(value, list):
        return [_slim(each) for each in value]
    return value
