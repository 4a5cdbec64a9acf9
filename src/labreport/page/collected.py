"""What the templates of a section print and claim, gathered while they are rendered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from labreport.page.claims import Claim
from labreport.page.numbers import AnswersByQuestion, Entries, PrintedNumbers
from labreport.page.placeholders import Placeholders
from labreport.project import Experiment
from labreport.stats import Condition, Namespace, Table
from labreport.stats.contents import tables_by_name
from labreport.stats.tables import read_declaration


class Collected:
    """What the templates of one document have printed and claimed so far.

    `answers` and `experiments` are what they can print. `claim_panels` are what the page says of each claim,
    `digits_shown` with how many decimals tables of answers are shown, by `question.name`. Claims are numbered
    through all of the `document`, whichever question they are of.
    """

    def __init__(
        self, document: str, answers: AnswersByQuestion, experiments: Iterable[Experiment] = ()
    ) -> None:
        self.document = document
        self.answers = answers
        self.experiments = Namespace(
            {experiment.name: read_declaration(experiment) for experiment in experiments}
        )
        self.placeholders = Placeholders()
        self.numbers = PrintedNumbers({**answers, "experiments": self.experiments})
        self.claims: list[Claim] = []
        self.claim_panels: Entries = {}
        self.digits_shown: dict[str, int] = {}

    def add_claim(self, claim: Claim, condition: Condition, sentences: list[str]) -> str:
        """Note a claim, and what the results say of its condition; return its identity in the document."""
        identity = f"{self.document}-{len(self.claims) + 1}"
        self.claims.append(claim)
        numbers = self.numbers.add_evidence(condition.about, self.document)
        self.claim_panels[identity] = {**asdict(claim), "says": sentences, "numbers": numbers}
        return identity

    def add_digits(self, table: Table, digits: int) -> None:
        """Note with how many decimals a table of an answer is shown: exports follow."""
        for question, answer in self.answers.items():
            for name, table_of_answer in tables_by_name(answer).items():
                if table_of_answer == table:
                    self.digits_shown[f"{question}.{name}"] = digits
