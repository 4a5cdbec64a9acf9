# mypy: ignore-errors
"""Runs `rocrate-validator` without the network: the context comes from the file that `rocrate` brings.

That file is of version 1.3, which renamed one term of Bioschemas; the profiles ask for the older name.
"""

import json
import sys
from types import SimpleNamespace

from rocrate_validator.cli import cli
from rocrate_validator.utils import document_loader, http

with open(sys.argv.pop(1), encoding="utf-8") as file:
    CONTEXT = json.load(file)
CONTEXT["@context"]["ComputationalWorkflow"] = "https://bioschemas.org/ComputationalWorkflow"


def answered(self, url, *args, **kwargs):
    """The context, whatever is asked for; nothing else is."""
    assert url == "https://w3id.org/ro/crate/1.1/context", url
    headers = {"Content-Type": "application/ld+json"}
    return SimpleNamespace(
        status_code=200, headers=headers, json=lambda: CONTEXT, text=json.dumps(CONTEXT), from_cache=True
    )


http.HttpRequester.get = answered
http.HttpRequester.head = answered
document_loader._fetch_json_ld = lambda url: CONTEXT
cli()
