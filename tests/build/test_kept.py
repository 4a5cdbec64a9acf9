"""A report of everything is what it was: its page, its answers, what each thing is made of, its exports."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import reference

from build.conftest import Toy
from labreport.build import Request, open_report
from labreport.page import export_report
from labreport.plan import report_to_export

KEPT = Path(__file__).parent / "kept"
VARIES = (
    r"(?<=-)[0-9a-f]{16}(?=\.)|(?<=\")(?:[0-9a-f]{16}|[0-9a-f]{64})(?=\")|\d{4}-\d\d-\d\dT[\d:+]+"
    r"|(?<= d=\"M )[^\"]*|(?<=\"seconds\": )[\d.e-]+|(?<=\d,)[\d.e-]+(?=,(?:still|up),)"
)
"""What other machines, days and versions have otherwise: digests, dates, times and signs of formulas."""


@pytest.fixture
def light() -> None:
    """Workers and the PDF are real."""


def test_a_report_is_what_it_was(made: Callable[[str], Toy], tmp_path: Path) -> None:
    """All that is in `kept.txt` was looked at once."""
    toy = made(str(tmp_path / "toy"))
    shutil.copytree(KEPT, toy.folder / "templates", dirs_exist_ok=True)
    toy.edit("project.py", "| counted", "| counted | Answer(open=fact(None, 'it is open'))")
    toy.edit("project.py", "    dots,", "    dots,\n    fact,")
    toy.edit("project.py", "go down?", 'go down?", template="questions/fall.md')
    (toy.folder / "templates/questions/down.md").unlink()
    assert toy.run().code == 0
    assert (toy.folder / "report/report.pdf").read_bytes().startswith(b"%PDF-")
    report, page = toy.folder / "report", toy.read("report.html")
    found = {"page": page[page.index("<body>") :].partition("<dt>Machine")[0]}
    found["media"] = str(re.findall(r"@media [^{]*(?= {\n)", page))
    found["numbers"] = page.partition(' id="numbers">')[2].partition("</script>")[0].replace("},", "},\n")
    found |= {words: toy.run(*words.split()).out for words in ("names drug", "status", "why down")}
    found["answers.json"] = toy.read("answers.json")
    for path in sorted([*report.glob("cache/*/*.json"), *report.glob("results/*/*.json")]):
        if path.parent.name == "reads":
            continue
        of = json.loads(path.read_text())
        names = [name for name in sorted(of["inputs"]) if name[:7] != "library" or name.endswith("numpy")]
        shown = {key: of.get(key) for key in ("name", "seed", "records", "checkpoints", "state", "finished")}
        found[str(path.relative_to(report))] = f"{names} {json.dumps(shown)}\n"
    source = report_to_export(open_report(Request(toy.folder, report)))
    for form in ("csv", "latex", "markdown"):
        found |= {path.name: path.read_text() for path in export_report(form, source, tmp_path / form)}
    text = "".join(f"\n==== {name}\n{one}" for name, one in found.items())
    reference.compare(re.sub(VARIES, "…", text), KEPT.with_suffix(".txt"), tmp_path)
