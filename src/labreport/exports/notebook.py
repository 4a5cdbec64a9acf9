"""A Jupyter notebook that loads a report, computes its numbers again, and draws its answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any

from labreport.exports import Export, sentences
from labreport.exports.markdown import escaped
from labreport.loaded import Report

CODE = Path(__file__).with_suffix(".txt")
"""The cells with code, between lines of `# %%`; the last is that of each answer."""


def files(report: Report, folder: Path) -> Mapping[str, str]:
    """Write one notebook, which finds the report by its path from there."""
    cells = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(_cells(report, folder))]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    form = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": cells}
    return {"report.ipynb": json.dumps(form, ensure_ascii=False, indent=1) + "\n"}


def _cells(report: Report, folder: Path) -> Iterator[dict[str, Any]]:
    *begin, answer = CODE.read_text(encoding="utf-8").split("# %%\n")
    place = os.path.relpath(report.folder.absolute(), folder.absolute())
    yield _cell("markdown", f"# {escaped(report.document['title'])}")
    for code in begin:
        yield _cell("code", Template(code).safe_substitute(folder=repr(place), digest=repr(report.digest)))
    for slug, question in report.plain.items():
        lines = [f"## {escaped(question['text'])}", f"**{escaped(question['headline'] or '')}**"]
        lines += map(escaped, sentences(question, question["headline"]).values())
        yield _cell("markdown", "\n\n".join(lines))
        yield _cell("code", Template(answer).safe_substitute(question=repr(slug)))


def _cell(kind: str, source: str) -> dict[str, Any]:
    run: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": source.strip("\n"), **run}


EXPORT = Export("notebook", "a Jupyter notebook that computes the answers again and draws them", files)
