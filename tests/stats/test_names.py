"""Names of an answer, how answers are joined and stored, tables, and what quantities can be asked."""

from __future__ import annotations

import json
from itertools import product

import numpy as np
import pandas as pd
import pytest
from refusals import check_refusals
from stats import made
from stats.made import check_claims

from labreport.errors import UsageError
from labreport.project import Experiment, table
from labreport.stats import (
    Answer,
    Condition,
    Namespace,
    Quantity,
    Table,
    as_condition,
    both,
    count,
    difference,
    effect,
    either,
    fact,
    from_json,
    mean,
    members_equal,
    negated,
    number,
    ranking,
    read_declaration,
    rows,
    to_json,
)
from labreport.stats.wording import count_text, number_with_unit

MEASURED = Quantity(0.93, "fraction", 0.91, 0.95, 5)


def test_names_are_found_as_attributes_and_as_items() -> None:
    """Signs do not matter where there is no doubt; `items` is a name as any other."""
    names = Namespace({"deep-8": "a", "items": "b", 10.0: "c"})
    assert (names.deep_8, names["deep-8"], names.items, names[10], names["10"]) == ("a", "a", "b", "c", "c")
    assert list(names) == ["deep-8", "items", "10"]
    with pytest.raises(UsageError, match="did you mean 'deep-8'"):
        _ = names.deep_9
    with pytest.raises(UsageError, match=r"\.a_b may be 'a-b' or 'a\.b'; write \[\"a-b\"\]"):
        _ = Namespace({"a-b": "1", "a.b": "2"}).a_b


@pytest.mark.parametrize(
    ("wanted", "opposite"),
    [("HER2+", "HER2-"), ("<65", "≥65"), ("+1", "-1"), ("CD4+", "CD4-"), ("a_b", "a-b")],
)
def test_a_name_does_not_find_its_opposite(wanted: str, opposite: str) -> None:
    """In brackets and in arguments signs count; only what Unicode calls the same character is the same."""
    samples = made.samples(**{opposite: [1.0, 1.1, 1.2], "other": [5.0, 5.1, 5.2]})
    answer = ranking(samples, made.LOSS)
    for ask in (answer.ranking.wins, answer.mean.__getitem__, difference(samples, made.LOSS).difference.more):
        with pytest.raises(UsageError, match=opposite):
            ask(wanted)
    assert Namespace({"µM": "1"})["μM"] == "1"


def test_values_of_one_name_are_an_error_and_no_row_is_dropped() -> None:
    """A category can have 1 and "1"; with text= both are one."""
    groups = pd.Categorical([1, "1", 2, 1, "1", 2])
    frame = pd.DataFrame({"g": groups, "y": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]})
    message = "column 'g' has two values with the name '1': text="
    with pytest.raises(UsageError, match=message):
        mean(frame, "y", by="g")
    with pytest.raises(UsageError, match=message):
        mean(frame.assign(all="all"), "y", by="all", within="g")
    assert mean(table(frame, text=["g"]), "y", by="g").mean["1"].n == 4


WITHOUT_SOURCE = """
Answer(x=3)
    write number(3)
Answer(x=np.float64(0.5))
    write number(0.5)
Answer(x=True)
    write fact
Answer(x=object())
    allowed are
"""


def test_what_has_no_source_is_refused() -> None:
    """The message says what to write."""
    check_refusals(WITHOUT_SOURCE, {"Answer": Answer, "np": np})


def test_answers_are_joined_and_one_name_means_one_thing() -> None:
    """Names inside names are joined too."""
    joined = Answer(mean=Namespace({"a": MEASURED})) | Answer(mean=Namespace({"b": MEASURED}), text="yes")
    assert list(joined.mean) == ["a", "b"]
    with pytest.raises(UsageError, match=r"mean.a has two meanings.*name="):
        joined | Answer(mean=Namespace({"a": number(1)}))


def everything() -> Answer:
    """An answer with one of each kind."""
    samples, measure = made.samples_by_kind()["crossed"]
    answer = ranking(samples, measure) | count(samples, None, measure, above=90)
    answer |= difference(*made.samples_by_kind()["ratio"], "a", "b", name="slower") | effect(
        *made.samples_by_kind()["trend"], "experiment", name="more"
    )
    frame = pd.DataFrame(
        {"size": [1, 2], "share": [0.1, 1 / 3], "what": ["x", None], "n": pd.array([1, None], "Int64")}
    )
    return answer | Answer(
        own=frame, list=["a", MEASURED], no=fact(False, "it rains"), ic50=number(1.6, (1.2, 2.1), "µM")
    )


def test_an_answer_is_stored_as_json_and_read_back_equal() -> None:
    """In every bit, with names inside, tables and findings; a difference of a bit is a difference."""
    answer = everything()
    text = json.dumps(to_json(answer))
    read = from_json(json.loads(text))
    assert read == answer
    assert json.dumps(to_json(read)) == text
    assert read.ranking.none_clear().holds == answer.ranking.none_clear().holds
    assert read.no.truth is False
    assert not members_equal(number(0.1 + 0.2), number(0.3))


def test_an_answer_shows_its_sentences_and_tables() -> None:
    """At a prompt and in a notebook, escaped."""
    answer = ranking(
        made.samples_by_kind()["crossed"][0]
        | {"<a>": made.sample_of_items("<a>", np.ones((5, 400), dtype=bool))},
        made.ACCURACY,
    )
    assert repr(answer).startswith("<a> is best")
    assert "<a>" not in answer._repr_html_()
    assert "<td>&lt;a&gt;</td>" in answer._repr_html_()


def test_a_table_of_subjects_has_declared_fields_and_what_the_answer_has() -> None:
    """A dash where one has nothing, an error where none has."""
    experiments = [
        Experiment("a", made.Size(2), title="A", fit=str),
        Experiment("b", made.Size(3), fit=str),
    ]
    answer = Answer(mean=Namespace({"a": MEASURED}))
    titles = {"name": "Model", "size": "Size", "parameters": "Parameters", "mean": "Accuracy"}
    table = rows(experiments, answer, **titles)
    assert table.heads == ["Model", "Size", "Parameters", "Accuracy, %"]
    assert table.texts() == [["A", "2", "20", "93\u00a0±\u00a02"], ["b", "3", "30", "–"]]
    by_name = Namespace({experiment.name: read_declaration(experiment) for experiment in experiments})
    assert rows(by_name, answer, **titles) == table
    with pytest.raises(UsageError, match="did you mean 'parameters'"):
        rows(by_name, answer, parameter="Parameters")
    with pytest.raises(UsageError, match="'c' has no 'mean'"):
        rows(["c"], answer, mean="Accuracy")


def test_a_table_has_rows_of_one_length() -> None:
    """The first that has another is named."""
    with pytest.raises(UsageError, match="3 columns has a row of 2: 'x'"):
        Table(("a", "b", "c"), (("x", "y"),))


CONDITIONS = {"true": Condition(True), "false": Condition(False), "open": Condition(None)}


def test_three_values_are_kept() -> None:
    """Unknown and false is false, unknown or true is true, in both orders."""
    claims = """
        true & true      holds
        true & false     fails
        false & true     fails
        true & open      unknown
        open & true      unknown
        false & open     fails
        open & false     fails
        open & open      unknown
        true | false     holds
        false | true     holds
        true | open      holds
        open | true      holds
        false | open     unknown
        open | false     unknown
        open | open      unknown
    """
    check_claims(claims, **CONDITIONS)
    for first, second in product(CONDITIONS.values(), repeat=2):
        assert both(first, second).holds is (first & second).holds
        assert either(first, second).holds is (first | second).holds


def test_a_negated_condition_stays_unknown_and_none_is_true_or_false_by_itself() -> None:
    """`if condition:` would take unknown for false."""
    check_claims("negated(true) fails\n~false holds\nnegated(open) unknown", negated=negated, **CONDITIONS)
    with pytest.raises(TypeError, match="unknown"):
        bool(CONDITIONS["true"])


SHARE = Quantity(0.29, "fraction", exact=True)
EPOCHS = Quantity(50, "epochs", exact=True)
RATIO = Quantity(3, "times", 2.5, 3.5)


def test_a_quantity_is_above_where_its_whole_interval_is() -> None:
    """In the printed unit; not known of what has no interval. A bound may be an exact quantity."""
    claims = """
        measured.above(90)                                     holds
        measured.above(91)                                     fails
        measured.above(92)                                     fails
        measured.above(96)                                     fails
        measured.below(96)                                     holds
        measured.below(94)                                     fails
        measured.above(number(90))                             holds
        measured.above(number(92))                             fails
        measured.above(Quantity(0.9, "fraction", exact=True))  holds
        measured.above(Quantity(0.92, "fraction", exact=True)) fails
        Quantity(0.93, "fraction").above(90)                   unknown
        ratio.above(2)                                         holds
    """
    check_claims(claims, measured=MEASURED, ratio=RATIO, number=number, Quantity=Quantity)
    assert MEASURED.above(90).how == "by 1 point"


def test_exact_numbers_are_compared() -> None:
    """With numbers of any library, and with exact quantities."""
    claims = """
        epochs == 50             holds
        epochs != 50             fails
        epochs < 51              holds
        epochs >= number(50)     holds
        epochs > np.int64(60)    fails
        share == 29              holds
    """
    check_claims(claims, epochs=EPOCHS, share=SHARE, number=number, np=np)
    assert (EPOCHS == 50).how == ""
    assert (SHARE == 28).how == "by 1 point"


NOT_COMPARED = """
MEASURED == 93
    is measured, and never equal by itself; write .above
MEASURED < 95
    is measured
EPOCHS == MEASURED
    is measured; compare with a number
EPOCHS == Quantity(50, 's', exact=True)
    units differ
as_condition(MEASURED)
    no condition
"""


def test_measured_numbers_and_other_units_are_not_compared() -> None:
    """The message names .above()."""
    names = {"as_condition": as_condition, "EPOCHS": EPOCHS, "MEASURED": MEASURED, "Quantity": Quantity}
    check_refusals(NOT_COMPARED, names)


def test_a_number_of_any_library_can_be_stated() -> None:
    """With an interval of SciPy's, or a pair; not outside of it."""
    from scipy import stats

    values = np.array([1.0, 2.0, 4.0, 3.0])
    test = stats.ttest_1samp(values, 0)
    stated = number(values.mean(), test, "µM", n=4, method="t")
    assert stated.interval == pytest.approx(tuple(test.confidence_interval()))
    assert number(np.int64(3)).exact
    assert not number(np.float32(0.5)).exact
    with pytest.raises(UsageError, match="not between"):
        number(5.0, (1, 2))
    with pytest.raises(UsageError, match="not one number"):
        number(np.arange(3))


@pytest.mark.parametrize(
    ("noun", "text"),
    [
        ("assay", "assays"),
        ("query", "queries"),
        ("series", "series"),
        ("species", "species"),
        ("batch", "batches"),
    ],
)
def test_what_is_counted_has_its_plural(noun: str, text: str) -> None:
    """The command line says it by the same rule as the page: `Words(run="assay")`."""
    assert count_text(1, noun) == f"1 {noun}"
    assert count_text(1200, noun) == f"1,200 {text}"
    assert number_with_unit("1", text) == f"1\u00a0{noun}"
