"""What the page's script needs to compute its numbers again, packed into the page itself."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec

from labreport.stats.operations import listed
from labreport.stats.quantity import Source


def evidence(answers: str, phrases: Mapping[str, str] | None = None) -> str:
    """The measures, quantities and findings of an `answers.json`, compressed, in base64.

    With them are the words of sources and methods, and the lines of Python that compute each operation again.
    Facts, digests and results are left out: nothing follows from them.
    """
    document = json.loads(answers)
    kept = {
        "measures": document["measures"],
        "python": {name: one.python for name, one in listed().items()},
        "questions": {
            slug: {
                "quantities": {name: _quantity(one, phrases) for name, one in question["quantities"].items()},
                "findings": question["findings"],
            }
            for slug, question in document["questions"].items()
        },
    }
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode())).decode("ascii")


def _quantity(plain: Mapping[str, Any], phrases: Mapping[str, str] | None) -> dict[str, Any]:
    kept = {key: value for key, value in plain.items() if key != "varies_with"}
    kept["source"] = msgspec.convert(plain["source"], Source).text(phrases)
    if (made := plain["derivation"]) is not None:
        kept["how"] = listed()[made["operation"]].how(made["data"])
    return kept
