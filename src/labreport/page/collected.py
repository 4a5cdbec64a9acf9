"""What the templates of a section print and claim, gathered while they are rendered."""

from __future__ import annotations

from collections.abc import Iterable

from labreport.page.claims import Claim
from labreport.page.numbers import AnswersByQuestion, Entries, entry_of, identity_of
from labreport.page.placeholders import Placeholders
from labreport.project import Experiment
from labreport.stats import Condition, Namespace, Quantity, Table
from labreport.stats.contents import quantities, tables_by_name
from labreport.stats.quantity import reversed_quantity
from labreport.stats.tables import read_declaration


class Collected:
    """What the templates of one document can print, and what they have printed and claimed so far.

    `numbers` are the sources of those printed, by name; `claims` are numbered through all of the `document`,
    whichever question they are of; `claim_panels` are what the page says of each; `digits_shown` with
    how many decimals tables of answers are shown, by `question.name`.
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
        self.numbers: Entries = {}
        self.claims: list[Claim] = []
        self.claim_panels: Entries = {}
        self.digits_shown: dict[str, int] = {}
        self._named: dict[object, tuple[str, Quantity]] = {}
        for question, answer in {**answers, "experiments": self.experiments}.items():
            for name, quantity in quantities(answer, question):
                self._named.setdefault(identity_of(quantity), (name, quantity))

    def name_of(self, quantity: Quantity) -> str:
        """Return the name of a quantity of an answer, `best.mean.wide`, or the empty text of any other."""
        return self._find(quantity)[0]

    def _find(self, quantity: Quantity) -> tuple[str, Quantity]:
        """The name of a quantity, or of the one that it is the reverse of, and that; no name of any other."""
        for direction in (quantity, reversed_quantity(quantity)):
            if identity_of(direction) in self._named:
                return self._named[identity_of(direction)]
        return "", quantity

    def add_number(self, quantity: Quantity, document: str) -> str:
        """Note that a quantity is shown, and return its name: one of an answer, or else `DOCUMENT.NUMBER`."""
        name, original = self._find(quantity)
        if not name:
            name = f"{document}.{len(self._named)}"
            self._named[identity_of(quantity)] = (name, quantity)
        if name not in self.numbers:
            self.numbers[name] = entry_of(original)
        return name

    def add_claim(self, claim: Claim, condition: Condition, sentences: list[str]) -> str:
        """Note a claim, what the results say of its condition, and the numbers that this looked at.

        Returns its identity in the document.
        """
        identity = f"{self.document}-{len(self.claims) + 1}"
        self.claims.append(claim)
        numbers = []
        for subject in condition.about:
            for quantity in [subject] if isinstance(subject, Quantity) else subject.evidence:
                numbers.append(self.add_number(quantity, self.document))
        names = list(dict.fromkeys(numbers))
        self.claim_panels[identity] = {**claim.to_json(), "says": sentences, "numbers": names}
        return identity

    def add_digits(self, table: Table, digits: int) -> None:
        """Note with how many decimals a table of an answer is shown: exports follow."""
        for question, answer in self.answers.items():
            for name, table_of_answer in tables_by_name(answer).items():
                if table_of_answer == table:
                    self.digits_shown[f"{question}.{name}"] = digits
