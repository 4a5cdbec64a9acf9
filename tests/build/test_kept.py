"""A report of everything is what it was: its page, its answers, what each thing is made of, its exports."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import reference

from build.conftest import Toy
from labreport.build import Request, open_report
from labreport.page import export_report
from labreport.page.exports import FORMATS
from labreport.plan import report_to_export

KEPT = Path(__file__).parent / "kept"
VARIES = (
    r"(?<=-)[0-9a-f]{16}(?=\.)|(?<=\")(?:[0-9a-f]{16}|[0-9a-f]{64})(?=\")|\d{4}-\d\d-\d\dT[\d:+]+"
    r"|(?<= d=\"M )[^\"]*|(?<=\"seconds\": )[\d.e-]+|(?<=\d,)[\d.e-]+(?=,(?:still|up),)"
)
"""What other machines, days and versions have otherwise: digests, dates, times and signs of formulas."""


MEMBERS = ("name", "seed", "records", "checkpoints", "state", "finished")
"""What is kept of a stored run."""


@pytest.fixture
def light() -> None:
    """Workers and the PDF are real."""


def described(stored: dict[str, Any]) -> str:
    """The names of the inputs of a stored run or entry, of libraries only NumPy's, and what is in it."""
    libraries = {name for name in stored["inputs"] if name.startswith("library")}
    names = stored["inputs"].keys() - libraries | {"library numpy"} & libraries
    members = {key: stored.get(key) for key in MEMBERS}
    return f"{sorted(names)} {json.dumps(members)}\n"


def test_a_report_is_what_it_was(made: Callable[[str], Toy], tmp_path: Path) -> None:
    """All that is in `kept.txt` was looked at once."""
    toy = made(str(tmp_path / "toy"))
    shutil.copytree(KEPT, toy.folder / "templates", dirs_exist_ok=True)
    toy.edit("project.py", "| counted", "| counted | Answer(open=fact(None, 'it is open'))")
    toy.edit("project.py", "    dots,", "    dots,\n    fact,")
    toy.edit("project.py", "go down?", 'go down?", template="questions/fall.md')
    (toy.folder / "templates/questions/down.md").unlink()
    toy.succeed()
    assert (toy.report / "report.pdf").read_bytes().startswith(b"%PDF-")
    page = toy.read("report.html")
    texts = {"page": page[page.index("<body>") :].partition("<dt>Machine")[0]}
    texts["media"] = str(re.findall(r"@media [^{]*(?= {\n)", page))
    texts["numbers"] = page.partition(' id="numbers">')[2].partition("</script>")[0].replace("},", "},\n")
    for command in ("names drug", "status", "why down"):
        texts[command] = toy.run(*command.split()).out
    texts["answers.json"] = toy.read("answers.json")
    entries = sorted(toy.report.glob("cache/[!r]*/*.json"))  # all but what was read
    for path in entries + sorted(toy.report.glob("results/*/*.json")):
        texts[str(path.relative_to(toy.report))] = described(json.loads(path.read_text()))
    source = report_to_export(open_report(Request(toy.folder, toy.report)))
    for form in FORMATS:
        for path in export_report(form, source, tmp_path / form):
            texts[path.name] = path.read_text()
    kept = "".join(f"\n==== {name}\n{text}" for name, text in texts.items())
    reference.compare(re.sub(VARIES, "…", kept), KEPT.with_suffix(".txt"), tmp_path)
