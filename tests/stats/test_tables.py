"""Tables that exist already, read by the same statistics as results."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from labreport.errors import UsageError
from labreport.project import Measure, table
from labreport.stats import count, difference, effect, mean, ranking, sentence

GENERATOR = np.random.default_rng(0)
DOSES = (0.0, 0.1, 10.0)
LINES = ("HCT116", "A549")
FRAME = pd.DataFrame(
    product(LINES, DOSES, range(4), range(3)), columns=["cell_line", "dose", "plate", "well"]
)
KILLED = 40 * ((FRAME.cell_line == "HCT116") & (FRAME.dose == 10))
FRAME["viability"] = 100 - KILLED + FRAME.plate + GENERATOR.normal(0, 2, len(FRAME))
FRAME["plate"] = "P" + FRAME.plate.astype(str)
FRAME = FRAME.drop(columns="well")
VIABILITY = Measure("viability", "%", percent=True, bounded=False, margin=10)
WELLS = table(FRAME, replicate="plate")


def by_plate(line: str, dose: float) -> pd.Series:
    """Means by plate, in the order of their names."""
    rows = FRAME[(FRAME.cell_line == line) & (FRAME.dose == dose)]
    return rows.groupby("plate").viability.mean() / 100


def test_values_are_compared_with_one_within_groups_and_judged_together() -> None:
    """Four comparisons of plates that are paired, at the level of four."""
    finding = difference(WELLS, VIABILITY, by="dose", against=0, within="cell_line", name="drug").drug
    part = finding["HCT116"]["10"].comparisons[0]
    theirs = stats.ttest_rel(by_plate("HCT116", 10), by_plate("HCT116", 0))
    assert finding.family == 4
    assert part.quantity.n == 4
    assert part.quantity.interval == pytest.approx(tuple(theirs.confidence_interval()), rel=1e-9)
    assert (part.quantity.judged_low, part.quantity.judged_high) == pytest.approx(
        tuple(theirs.confidence_interval(1 - 0.05 / 4)), rel=1e-9
    )
    assert finding["HCT116"].clear("10").holds is True
    assert finding["HCT116"].less(10).holds is True
    assert finding.less("HCT116", 10).holds is True
    assert finding["A549"].clear("10").holds is False
    assert finding.where_clear("10") == ["HCT116"]
    assert finding["HCT116"].where_clear() == ["10"]
    assert finding.mean.A549["0.1"].n == 4


def test_what_has_no_replicates_is_compared_row_by_row_by_welch() -> None:
    """Each row is independent."""
    finding = difference(table(FRAME), VIABILITY, "HCT116", "A549", by="cell_line").difference
    rows = [FRAME[FRAME.cell_line == line].viability / 100 for line in ("HCT116", "A549")]
    theirs = stats.ttest_ind(*rows, equal_var=False).confidence_interval()
    assert finding.quantity.interval == pytest.approx(tuple(theirs), rel=1e-9)
    assert finding.quantity.source.method == "Welch's t"


def test_replicates_that_are_not_shared_are_compared_by_welch() -> None:
    """Other plates for each cell line."""
    frame = FRAME.assign(plate=FRAME.plate + FRAME.cell_line)
    finding = difference(table(frame, replicate="plate"), VIABILITY, by="cell_line").difference
    assert finding.quantity.source.method == "Welch's t"


def test_replicates_are_paired_by_name_in_whatever_order_they_stand() -> None:
    """Those of one dose are reversed."""
    last = FRAME.dose == 10
    turned = table(pd.concat([FRAME[~last], FRAME[last][::-1]]), replicate="plate")
    as_listed, reordered = (
        difference(data, VIABILITY, "10", "0", by="dose").difference.quantity for data in (WELLS, turned)
    )
    assert reordered.interval == pytest.approx(as_listed.interval, rel=1e-9)


def test_a_row_of_no_replicate_is_refused_or_counted_as_missing() -> None:
    """As one that has no value."""
    unknown = FRAME.assign(plate=FRAME.plate.where(FRAME.index != 5))
    with pytest.raises(UsageError, match="has no value in column 'plate'"):
        mean(table(unknown, "plate"), VIABILITY, by="dose")
    quantity = mean(table(unknown, "plate", missing="drop"), VIABILITY, by="dose").mean["0"]
    assert quantity.source.text().endswith("4 plates: 1 row belongs to no group")


def test_a_replicate_that_lacks_a_condition_is_named_until_somebody_says_what_is_meant() -> None:
    """By its name and what it lacks; left out, it is told."""
    lacking = table(FRAME[(FRAME.plate != "P3") | (FRAME.dose != 10)], "plate", missing="drop")
    asked: Any = {"by": "dose", "against": 0, "within": "cell_line"}
    with pytest.raises(UsageError, match=r"plate 'P3' has no dose '10' in .*, 3 are in both; .*paired=True"):
        difference(lacking, VIABILITY, **asked)
    answer = difference(lacking, VIABILITY, **asked, paired=True)
    quantity = answer.difference.HCT116["10"].quantity
    theirs = stats.ttest_rel(by_plate("HCT116", 10)[:3], by_plate("HCT116", 0)[:3])
    assert quantity.interval == pytest.approx(tuple(theirs.confidence_interval()), rel=1e-9)
    assert quantity.source.text().endswith("3 of 4 plates: 1 has no dose 10 in cell_line HCT116")
    assert answer.difference.HCT116["0.1"].quantity.source.text().endswith("; 4 plates")
    apart = difference(lacking, VIABILITY, **asked, paired=False).difference.HCT116["10"].quantity
    assert apart.source.text().endswith("3 and 4 plates: 1 has no dose 10 in cell_line HCT116")


def test_a_comparison_within_a_group_names_it() -> None:
    """So does what a condition on it is about."""
    finding = difference(WELLS, VIABILITY, by="dose", against=0, within="cell_line").difference
    assert sentence(finding.A549.same("10").about[0]).startswith("in A549, ")


def test_numbers_have_their_order_and_texts_the_table_s() -> None:
    """A number's name has no trailing zero."""
    assert list(mean(WELLS, VIABILITY, by="dose").mean) == ["0", "0.1", "10"]
    assert list(ranking(WELLS, VIABILITY, by="cell_line").mean) == ["HCT116", "A549"]
    assert effect(WELLS, VIABILITY, by="dose").effect.less.holds is True


def test_an_effect_follows_the_numbers_and_not_the_rows() -> None:
    """The doses of the file stand in another order."""
    mixed = table(pd.concat([FRAME[FRAME.dose == dose] for dose in (10, 0, 0.1)]), replicate="plate")
    assert list(mean(mixed, VIABILITY, by="dose").mean) == ["0", "0.1", "10"]
    assert effect(mixed, VIABILITY, by="dose").effect.less.holds is True


def test_shares_above_one_are_allowed_where_the_measure_says_so() -> None:
    """Stored in per cent, as the table has them; else the message says how."""
    assert mean(WELLS, VIABILITY).mean.value > 0.5
    above = table(FRAME.assign(viability=FRAME.viability + 40), replicate="plate")
    assert mean(above, VIABILITY, by="dose").mean["0"].interval[1] > 1.4
    with pytest.raises(UsageError, match=r"all values are below 1.5; percent=True is for "):
        mean(table(FRAME.assign(viability=FRAME.viability / 100)), VIABILITY)
    with pytest.raises(UsageError, match="bounded=False"):
        mean(WELLS, Measure("viability", "%", percent=True))
    for make in (mean, ranking, effect):
        with pytest.raises(UsageError, match="write percent=True if it is in per cent"):
            make(WELLS, Measure("viability", "%"), by="dose")


def test_error_rates_below_one_per_cent_are_given_as_fractions() -> None:
    """The message that refuses them in per cent says how: 0.9 may be 90 % or 0.9 %."""
    frame = pd.DataFrame({"error": [0.3, 0.4, 0.5]})
    with pytest.raises(UsageError, match=r"Rates such as 0.3 % .* fractions too: frame\['error'\] /= 100"):
        mean(table(frame), Measure("error", "%", percent=True))
    frame["error"] /= 100
    assert mean(table(frame), Measure("error", "%")).mean.value == pytest.approx(0.004)


def test_replicates_are_counted() -> None:
    """A plate is one observation."""
    finding = count(WELLS, None, VIABILITY, above=50, by="cell_line").count
    assert (finding.quantity.value, finding.unit, finding.all.holds) == (8, "plate", True)


def wells(folder: Path, text: str) -> Path:
    """A file with this text."""
    path = folder / "wells.csv"
    path.write_text(text)
    return path


def test_missing_values_are_refused_by_line_or_dropped_and_counted(tmp_path: Path) -> None:
    """As the table says."""
    path = wells(tmp_path, "plate,dose,growth\nP,0,1.5\nP,1,\nQ,0,2\nQ,1,3\n")
    with pytest.raises(UsageError, match=r"wells.csv: line 3 has no value in column 'growth'"):
        mean(table(path, replicate="plate"), "growth")
    means = mean(table(path, replicate="plate", missing="drop"), "growth", by="dose").mean
    assert (means["1"].n, means["0"].n) == (1, 2)
    assert means["1"].source.text().endswith("1 of 2 plates: 1 cell is empty")


def test_a_text_among_numbers_is_refused_by_line(tmp_path: Path) -> None:
    """It is not taken for a missing one."""
    path = wells(tmp_path, "plate,growth\nP,1.5\nQ,n.d.\n")
    declared = table(path, missing="drop")
    for error in (ValueError("could not convert string to float: 'n.d.'"), TypeError("no mean of str")):
        with pytest.raises(UsageError, match=r"line 3 has 'n.d.' in column 'growth'"):
            declared.explain(error)
    declared.explain(KeyError("n.d."))
    declared.explain(ValueError("1.5"))
    with pytest.raises(UsageError, match=r"row 2 has 'n.d.'"):
        mean(table(lambda: declared.frame), "growth")


def test_every_row_of_a_table_counts() -> None:
    """Also one of many, which pandas does not print."""
    frames = [pd.DataFrame({"a": [*range(50), middle, *range(50)]}) for middle in (0, 1)]
    assert len({table(frame).sha256 for frame in frames}) == 2


def test_mistakes_are_told_with_what_there_is() -> None:
    """Columns, values and comparisons."""
    with pytest.raises(UsageError, match="did you mean 'dose'"):
        mean(WELLS, VIABILITY, by="doses")
    with pytest.raises(UsageError, match=r"against=5 is not there.*0, 0.1, 10"):
        difference(WELLS, VIABILITY, by="dose", against=5)
    with pytest.raises(UsageError, match="give against="):
        difference(WELLS, VIABILITY, by="dose")
