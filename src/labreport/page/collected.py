"""What the templates of a section print and claim, collected while they are rendered."""

from __future__ import annotations

from collections.abc import Iterable

from labreport.page.claims import Claim
from labreport.page.numbers import AnswersByQuestion, Entries, entry_of
from labreport.page.placeholders import Placeholders
from labreport.project import Experiment
from labreport.stats import Condition, Namespace, Quantity, Table
from labreport.stats.contents import tables_by_name
from labreport.stats.tables import read_declaration


class Collected:
    """The values that the templates of one document can print, and what they have printed so far.

    `numbers` are the sources of the printed numbers, by name. `claims` are the claims of the whole
    `document`, in order, and `claim_panels` their details for the page. `decimals_shown` is the number of
    decimals of each printed table of an answer, by `question.name`.
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
        self._nameless: dict[int, Quantity] = {}
        self._named: dict[str, Quantity] = {}
        for names in (*answers.values(), self.experiments):
            self._named |= {quantity.name: quantity for _, quantity in names.numbers()}
        self.claims: list[Claim] = []
        self.claim_panels: Entries = {}
        self.decimals_shown: dict[str, int] = {}

    def add_number(self, quantity: Quantity, document: str) -> str:
        """Note that a quantity is printed, and return its name: its place in the report.

        The details are of the quantity that the answer has there; filters may print it otherwise. One that a
        template made, such as a standard deviation, has no place and becomes `DOCUMENT.NUMBER`.
        """
        name = quantity.name
        if not name:
            self._nameless[id(quantity)] = quantity  # kept, so that no other gets its identity
            name = f"{document}.{list(self._nameless).index(id(quantity)) + 1}"
        if name not in self.numbers:
            self.numbers[name] = entry_of(self._named.get(name, quantity))
        return name

    def add_claim(self, claim: Claim, condition: Condition, sentences: list[str]) -> str:
        """Note a claim, with sentences of its findings and names of its numbers; return its id."""
        identity = f"{self.document}-{len(self.claims) + 1}"
        self.claims.append(claim)
        numbers = []
        for described in condition.about:
            for quantity in [described] if isinstance(described, Quantity) else described.evidence:
                numbers.append(self.add_number(quantity, self.document))
        names = list(dict.fromkeys(numbers))
        self.claim_panels[identity] = {**claim.to_json(), "says": sentences, "numbers": names}
        return identity

    def add_decimals(self, table: Table, decimals: int) -> None:
        """Note the decimals with which a table of an answer is printed; exports use the same."""
        for question, answer in self.answers.items():
            for name, table_of_answer in tables_by_name(answer).items():
                if table_of_answer == table:
                    self.decimals_shown[f"{question}.{name}"] = decimals
