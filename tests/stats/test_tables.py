"""Tables that exist already, read by the same statistics as results."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from refusals import check_refusals
from scipy import stats
from stats import made

from labreport.errors import UsageError
from labreport.project import Data, Measure, table
from labreport.stats import Answer, count, difference, effect, from_json, mean, ranking, sentence, to_json

DOSES = (0.0, 0.1, 10.0)
LINES = ("HCT116", "A549")
FRAME = pd.DataFrame(product(LINES, DOSES, ("P0", "P1", "P2", "P3"), range(3)))
FRAME.columns = ["cell_line", "dose", "plate", "well"]
KILLED = 40 * ((FRAME.cell_line == "HCT116") & (FRAME.dose == 10))
NOISE = np.random.default_rng(0).normal(0, 2, len(FRAME))
FRAME["viability"] = 100 - KILLED + FRAME.plate.str[1:].astype(int) + NOISE
VIABILITY = Measure("viability", "%", percent=True, bounded=False, margin=10)
WELLS = table(FRAME, replicate="plate")


def by_plate(line: str, dose: float) -> pd.Series:
    """Means by plate, in the order of their names."""
    rows = FRAME[(FRAME.cell_line == line) & (FRAME.dose == dose)]
    return rows.groupby("plate").viability.mean() / 100


def test_values_are_compared_with_one_within_groups_and_judged_together() -> None:
    """Four comparisons of plates that are paired, at the level of four."""
    finding = difference(WELLS, VIABILITY, by="dose", against=0, within="cell_line").difference
    quantity = finding["HCT116"]["10"].quantity
    theirs = stats.ttest_rel(by_plate("HCT116", 10), by_plate("HCT116", 0))
    judged = theirs.confidence_interval(1 - 0.05 / 4)
    assert (finding.family, quantity.n) == (4, 4)
    assert quantity.interval == pytest.approx(tuple(theirs.confidence_interval()), rel=1e-9)
    assert (quantity.judged_low, quantity.judged_high) == pytest.approx(tuple(judged), rel=1e-9)
    made.check_claims(
        """
        drug["HCT116"].clear("10")      holds
        drug["HCT116"].less(10)         holds
        drug.less("HCT116", 10)         holds
        drug["A549"].clear("10")        fails
        """,
        drug=finding,
    )
    assert finding.where_clear("10") == ["HCT116"]
    assert finding["HCT116"].where_clear() == ["10"]
    assert sentence(finding.A549.same("10").about[0]).startswith("for cell line A549, ")


def test_what_nothing_pairs_is_compared_by_welch() -> None:
    """Rows without replicates, each independent, and other plates for each cell line."""
    rows = [FRAME[FRAME.cell_line == line].viability / 100 for line in LINES]
    theirs = stats.ttest_ind(*rows, equal_var=False).confidence_interval()
    other_plates = table(FRAME.assign(plate=FRAME.plate + FRAME.cell_line), replicate="plate")
    of_rows = difference(table(FRAME), VIABILITY, by="cell_line").difference.quantity
    of_plates = difference(other_plates, VIABILITY, by="cell_line").difference.quantity
    assert of_rows.interval == pytest.approx(tuple(theirs), rel=1e-9)
    assert of_rows.source.method == of_plates.source.method == "Welch's t"


def test_a_group_is_a_group_in_an_answer_of_its_own() -> None:
    """Its part is asked by subject, also after it was stored."""
    answer = difference(WELLS, VIABILITY, by="dose", against=0, within="cell_line")
    part = answer.difference["A549"]
    stored = from_json(json.loads(json.dumps(to_json(Answer(part=part, whole=answer.difference)))))
    assert stored.whole["A549"]["10"].group == "A549"
    assert stored.part["10"].group == "A549"
    assert list(stored.part) == list(part)


def test_replicates_are_paired_by_name_in_whatever_order_they_stand() -> None:
    """Those of one dose are reversed."""
    last = FRAME.dose == 10
    reordered = table(pd.concat([FRAME[~last], FRAME[last][::-1]]), replicate="plate")
    intervals = []
    for data in (WELLS, reordered):
        intervals.append(difference(data, VIABILITY, "10", "0", by="dose").difference.quantity.interval)
    assert intervals[0] == pytest.approx(intervals[1], rel=1e-9)


def test_a_row_of_no_replicate_is_refused_or_counted_as_missing() -> None:
    """As one that has no value."""
    unknown = FRAME.assign(plate=FRAME.plate.where(FRAME.index != 5))
    with pytest.raises(UsageError, match="has no value in column 'plate'"):
        mean(table(unknown, "plate"), VIABILITY, by="dose")
    quantity = mean(table(unknown, "plate", missing="drop"), VIABILITY, by="dose").mean["0"]
    assert quantity.source.text().endswith("4 plates: 1 row in no group")


def test_a_replicate_that_lacks_a_condition_is_named_until_somebody_says_what_is_meant() -> None:
    """By its name and what it lacks; left out, it is told."""
    is_lacking = (FRAME.plate == "P3") & (FRAME.dose == 10) & (FRAME.cell_line == "HCT116")
    lacking = table(FRAME[~is_lacking], "plate", missing="drop")

    def compared(paired: bool | None) -> dict[str, str]:
        answer = difference(lacking, VIABILITY, by="dose", against=0, within="cell_line", paired=paired)
        group = answer.difference.HCT116
        return {dose: group[dose].quantity.source.replicates_text for dose in ("0.1", "10")}

    with pytest.raises(
        UsageError,
        match=r"with both dose '10' .*: 3, with one of them: 1 \(such as 'P3'\); .*paired=True",
    ):
        compared(paired=None)
    lack = "1 without dose 10 in cell_line HCT116"
    assert compared(paired=True) == {"0.1": "4 plates", "10": f"3 of 4 plates: {lack}"}
    assert compared(paired=False) == {"0.1": "4 and 4 plates", "10": f"3 and 4 plates: {lack}"}


def test_numbers_have_their_order_and_texts_the_table_s() -> None:
    """A number's name has no trailing zero; an effect follows numbers, in whatever order rows stand."""
    mixed = table(pd.concat([FRAME[FRAME.dose == dose] for dose in (10, 0, 0.1)]), replicate="plate")
    for data in (WELLS, mixed):
        assert list(mean(data, VIABILITY, by="dose").mean) == ["0", "0.1", "10"]
        assert effect(data, VIABILITY, by="dose").effect.less.holds is True
    assert list(ranking(WELLS, VIABILITY, by="cell_line").mean) == ["HCT116", "A549"]


def test_shares_above_one_are_allowed_where_the_measure_says_so() -> None:
    """Stored in per cent, as the table has them; else the message says how."""
    above = table(FRAME.assign(viability=FRAME.viability + 40), replicate="plate")
    assert mean(above, VIABILITY, by="dose").mean["0"].interval[1] > 1.4
    with pytest.raises(UsageError, match="bounded=False"):
        mean(WELLS, Measure("viability", "%", percent=True))
    with pytest.raises(UsageError, match="write percent=True if it is in per cent"):
        mean(WELLS, Measure("viability", "%"), by="dose")


def test_error_rates_below_one_per_cent_are_given_as_fractions() -> None:
    """The message that refuses them in per cent says how: 0.9 may be 90 % or 0.9 %."""
    frame = pd.DataFrame({"error": [0.3, 0.4, 0.5]})
    message = r"all values are below 1.5; .* 0.3 % .* fractions too: frame\['error'\] /= 100"
    with pytest.raises(UsageError, match=message):
        mean(table(frame), Measure("error", "%", percent=True))
    assert mean(table(frame / 100), Measure("error", "%")).mean.value == pytest.approx(0.004)


def test_replicates_are_counted() -> None:
    """A plate is one observation."""
    finding = count(WELLS, None, VIABILITY, above=50, by="cell_line").count
    assert (finding.quantity.value, finding.unit_name, finding.all.holds) == (8, "plate", True)


def wells(folder: Path, text: str, missing: bool = False) -> Data:
    """A file with this text; where some are missing, they are dropped."""
    path = folder / "wells.csv"
    path.write_text(text)
    return table(path, replicate="plate", missing="drop" if missing else "error")


def test_missing_values_are_refused_by_row_or_dropped_and_counted(tmp_path: Path) -> None:
    """As the table says."""
    text = "plate,dose,growth\nP,0,1.5\nP,1,\nQ,0,2\nQ,1,3\n"
    with pytest.raises(UsageError, match=r"wells.csv: row 2 has no value in column 'growth'"):
        mean(wells(tmp_path, text), "growth")
    means = mean(wells(tmp_path, text, missing=True), "growth", by="dose").mean
    assert means["0"].source.replicates_text == "2 plates"
    assert means["1"].source.replicates_text == "1 of 2 plates: 1 cell is empty"


def test_a_text_among_numbers_is_refused_by_row(tmp_path: Path) -> None:
    """Which blank lines and quoted ones do not shift; it explains errors that come of it."""
    declared = wells(tmp_path, 'plate,growth\n\n"P\nQ",1.5\nQ,n.d.\n', missing=True)
    for error in (ValueError("could not convert string to float: 'n.d.'"), TypeError("no mean of str")):
        with pytest.raises(UsageError, match=r"row 2 has 'n.d.' in column 'growth'"):
            declared.explain(error)
    declared.explain(KeyError("n.d."))
    declared.explain(ValueError("1.5"))
    with pytest.raises(UsageError, match=r"row 2 has 'n.d.'"):
        mean(table(lambda: declared.frame), "growth")


def test_every_row_of_a_table_counts() -> None:
    """Also one of many, which pandas does not print."""
    frames = [pd.DataFrame({"a": [*range(50), middle, *range(50)]}) for middle in (0, 1)]
    assert len({table(frame).sha256 for frame in frames}) == 2


MISTAKES = """
difference(WELLS, VIABILITY, by="doses", against=0)
    did you mean 'dose'
difference(WELLS, VIABILITY, by="dose", against=5)
    against=5 is not there
    0, 0.1, 10
difference(WELLS, VIABILITY, by="dose")
    give against=
"""


def test_mistakes_are_told_with_what_there_is() -> None:
    """Columns, values and comparisons."""
    check_refusals(MISTAKES, globals())
