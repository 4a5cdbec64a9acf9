"""`python tests/worlds/mutations.py`: rules turned round and wordings taken away; something must notice each.

For twenty claims of the report, from all its parts: first the rule that decides the claim is turned round
(what supported it refutes it), and the cases made for it are asked; then each wording of its finding is
taken out of the template, which is read again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import jinja2  # noqa: E402
from answering import QUESTIONS, fresh_answer  # noqa: E402
from labreport.claims import Claim, Verdict  # noqa: E402
from verdict_cases import Case  # noqa: E402
from verdicts import CASES  # noqa: E402

from labreport.page.wordings import Wordings  # noqa: E402

CLAIMS = 20
TURNED = {Verdict.SUPPORTED: Verdict.REFUTED, Verdict.REFUTED: Verdict.SUPPORTED}
TAGS = r"when|silent|otherwise|endfinding|endpremise"
WORDING = re.compile(rf"{{% (?:when|silent|otherwise)\b[^%]*%}}.*?(?={{% (?:{TAGS})\b)", re.DOTALL)


INCLUDED = re.compile(r"{% include \"([^\"]+)\" %}")


@dataclass(frozen=True)
class Row:
    """One claim: how many of the cases made for it notice, and what reading the template says."""

    claim: str
    cases: int
    noticed: int
    wordings: int
    refused: int


@contextmanager
def turned(name: str) -> Iterator[None]:
    """While inside, the claim of this name is decided the wrong way round, and so is all that rests on it."""
    made = Claim.__init__
    told: list[Claim] = []

    def wrong(claim: Claim, *values: Any, **named: Any) -> None:
        made(claim, *values, **named)
        if claim.name == name and not told:
            told.append(claim)
            object.__setattr__(claim, "verdict", TURNED.get(claim.verdict, claim.verdict))

    Claim.__init__ = wrong  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Claim.__init__ = made  # type: ignore[method-assign]


def noticed(case: Case) -> bool:
    """Whether the case fails once the rule is turned round; that it passes before is tested elsewhere."""
    with turned(case.claim):
        found = fresh_answer(case.question, case.seeds, **case.overrides)
    return bool(found.claims[case.claim].verdict != case.verdict)


def rules() -> dict[tuple[str, str], list[Case]]:
    """Cases that support or refute a claim, by question and claim; of `CLAIMS` claims, evenly spread."""
    every: dict[tuple[str, str], list[Case]] = {}
    for case in CASES:
        if case.verdict in ("supported", "refuted"):
            every.setdefault((case.question, case.claim), []).append(case)
    chosen = list(every)[:: max(1, len(every) // CLAIMS)][:CLAIMS]
    return {key: every[key][:2] for key in chosen}


def findings(template: str) -> Iterator[tuple[int, int]]:
    """Where each finding and premise of a template begins and ends; one inside another comes first."""
    for tag in ("finding", "premise"):
        for match in re.finditer(rf"{{% {tag}\b.*?{{% end{tag} %}}", template, re.DOTALL):
            yield match.span()


def without_wordings(template: str) -> Iterator[str]:
    """The template, each time with one wording of one finding less."""
    for begin, end in findings(template):
        for wording in WORDING.finditer(template[begin:end]):
            yield template[: begin + wording.start()] + template[begin + wording.end() :]


def refused(template: str) -> bool:
    """Whether reading the template is an error."""
    environment = jinja2.Environment(extensions=[Wordings], autoescape=True)
    try:
        environment.parse(template)
    except jinja2.TemplateSyntaxError:
        return True
    return False


def rows() -> Iterator[Row]:
    """A row for each claim that was chosen."""
    for (question, claim), cases in rules().items():
        named = QUESTIONS[question].template or f"questions/{question}.html"
        template = _read(ROOT / "templates" / named)
        mutants = list(without_wordings(template))
        caught = sum(map(noticed, cases))
        yield Row(f"{question}#{claim}", len(cases), caught, len(mutants), sum(map(refused, mutants)))


def _read(path: Path) -> str:
    """A template with the parts that it includes."""
    text = path.read_text(encoding="utf-8")
    return INCLUDED.sub(lambda found: _read(ROOT / "templates" / found[1]), text)


def main() -> int:
    """Print the table; 1 where something was not noticed."""
    found = list(rows())
    print(f"{'claim':52} rule turned round  wordings taken away")
    for row in found:
        print(
            f"{row.claim:52} {row.noticed} of {row.cases} cases       {row.refused} of {row.wordings} refused"
        )
    missed = [row for row in found if not row.noticed or row.refused < row.wordings]
    print(f"{len(found)} claims, {len(missed)} not noticed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
