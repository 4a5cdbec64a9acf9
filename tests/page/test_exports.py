"""A report in the formats of other programs: CSV, LaTeX, Markdown."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any, cast

import pytest
from made_answers import ACCURACY, SEEDS, ranked, rows_of, seeds, truths
from sample_report import drawn

from labreport.errors import UsageError
from labreport.page import ReportToExport, export_report
from labreport.page.escapes import escape_latex, escape_markdown
from labreport.page.written import written_report
from labreport.project import Project, Question, section
from labreport.results import AnswersDocument, Loaded
from labreport.stats import Answer, Comparison, Namespace, Quantity, Table, difference, fact, to_json

MEAN = Quantity(0.9812345, "fraction", 0.979, 0.9835, n=2)
ANSWER = Answer(
    mean=Namespace({"small": MEAN, "a_b": Quantity(12.5, "µM", n=2)}),
    means=Table(
        ("Name", "Accuracy & more", "Kind|of"),
        (("small_1", MEAN, "net"), ("wide", Quantity(0.9, "fraction", 0.89, 0.91), "net")),
    ),
    right=fact(True, "4 and 9 are first in 5 of 5 runs"),
)


def report(
    folder: Path, decimals_shown: dict[str, int] | None = None, answer: Answer = ANSWER
) -> ReportToExport:
    """A report of one question without a template."""
    best = Question("best", lambda: None, text="Which is *best*?")
    questions = {"best": {"question": best.text, "answer": to_json(answer), "claims": []}}
    document = {"title": "Toy", "experiments": {}, "questions": questions}
    loaded = Loaded(folder, cast("AnswersDocument", document))
    project = Project("Toy", (best,), folder=folder)
    return ReportToExport(loaded, project, {"dots": drawn("dots")}, decimals_shown or {})


def test_csv_has_the_numbers_unrounded(tmp_path: Path) -> None:
    """A file for each frame and each table of an answer."""
    files = export_report("csv", report(tmp_path), tmp_path / "out")
    names = sorted(file.name for file in files)
    assert ["answers.csv", "best-means.csv", "records.csv", "results.csv"] == names
    with open(tmp_path / "out/tables/best-means.csv", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert ["Name", "Accuracy & more", "Kind|of"] == head
    assert [["small_1", "0.9812345", "net"], ["wide", "0.9", "net"]] == rows


def test_csv_has_p_values_and_the_intervals_that_judge(tmp_path: Path) -> None:
    """Not the difference in their place."""
    judged = Quantity(-5.2, "mmHg", -10.1, -0.3, 59, compared=Comparison(0.0, -11.4, 1.0), p=0.0381)
    table = Table(("change",), [(judged,)]).with_columns("judged", "p", "n")
    export_report("csv", report(tmp_path, answer=Answer(changes=table)), tmp_path)
    _, row = (tmp_path / "tables/best-changes.csv").read_text().splitlines()
    assert row == "-5.2,−11.4 to 1.0,0.0381,59"


def test_latex_has_a_command_for_numbers_and_a_file_for_each_table(tmp_path: Path) -> None:
    """Printed as the page prints them, with signs that LaTeX takes."""
    export_report("latex", report(tmp_path), tmp_path)
    numbers = (tmp_path / "numbers.tex").read_text()
    commands = dict(
        re.findall(r"labreport@\\detokenize\{([^}]*)\}\\endcsname\{(.*)\}$", numbers, re.MULTILINE)
    )
    assert {"best.mean.small", "best.mean.small.pm", "best.mean.small.ci"} <= set(commands)
    assert commands["best.mean.small"] == r"98.1~\%"
    assert commands["best.mean.small.ci"] == r"98.1~\% (95~\% CI 97.9 to 98.4)"
    assert r"\textmu{}M" in commands["best.mean.a_b"]
    table = (tmp_path / "tables/best-means.tex").read_text()
    assert table.startswith("\\begin{tabular}{lrl}\n\\toprule\nName & Accuracy \\& more")
    assert "small\\_1 & 98.1" in table


def test_a_table_in_latex_has_the_decimals_that_the_page_shows(tmp_path: Path) -> None:
    """`show(means, digits=3)` in a template is the author's word for the paper, too."""
    export_report("latex", report(tmp_path, {"best.means": 3}), tmp_path)
    assert r"small\_1 & 98.123~\ensuremath{\pm}~0.227" in (tmp_path / "tables/best-means.tex").read_text()


def test_the_table_of_a_difference_of_several_is_exported_too(tmp_path: Path) -> None:
    """As `show(difference.table)` prints it."""
    answer = difference(seeds(**SEEDS), ACCURACY, against="wide")
    export_report("latex", report(tmp_path, {"best.difference.table": 3}, answer), tmp_path)
    table = (tmp_path / "tables/best-difference-table.tex").read_text()
    assert table.count("wide &") == 2
    assert r"0.026~\ensuremath{\pm}~0.031 & same" in table
    assert r"& 5 \\" in table


def test_markdown_without_templates_has_questions_sentences_and_tables(tmp_path: Path) -> None:
    """In the order of the report, with no sign that Markdown obeys; figures are files beside it."""
    export_report("markdown", report(tmp_path), tmp_path)
    lines = (tmp_path / "report.md").read_text().split("\n\n")
    assert lines[:3] == ["# Toy", "## 1 Questions", "### 1.1 Which is \\*best\\*?"]
    assert "> 4 and 9 are first in 5 of 5 runs." in lines
    assert lines[-1].startswith("| Name | Accuracy \\& more, % | Kind\\|of |\n|---|---:|---|\n")
    assert (tmp_path / "figures/dots.svg").read_text() == drawn("dots").svg_print


def test_another_format_is_refused(tmp_path: Path) -> None:
    """With those that there are."""
    allowed = r"export 'cvs': allowed are csv, latex, markdown; did you mean 'csv'"
    with pytest.raises(UsageError, match=allowed):
        export_report("cvs", report(tmp_path), tmp_path)


def test_latex_prints_a_text_as_it_is() -> None:
    """Signs, powers of ten, code."""
    expected = r"5 \% of a\_b \char60{} 10\textsuperscript{\ensuremath{-}}\textsuperscript{5} \texttt{x\_1}"
    assert expected == escape_latex("5 % of a_b < 10⁻⁵ `x_1`")


def test_a_blank_at_the_edge_of_a_text_stays_in_markdown() -> None:
    """Between two sentences of a finding stands `; `."""
    assert escape_markdown("; ") == "; "
    assert escape_markdown("a_b\n| c") == r"a\_b \| c"


# The written report


def markdown(folder: Path, text: str, files: dict[str, str] | None = None) -> str:
    """The report of a question `best` with this template, and of a section without questions."""
    templates = folder / "templates"
    for name, content in {"questions/best.md": text, **(files or {})}.items():
        (templates / name).parent.mkdir(parents=True, exist_ok=True)
        (templates / name).write_text(content)
    best = Question("best", lambda: None, text="Which is best?")
    project = Project("Toy", (section("Part", best, name="part"), section("End")), folder=folder)
    figures: dict[str, Any] = {"dots": drawn("dots")}
    return written_report(project, {"best": ranked() | truths()}, figures).replace("\u00a0", " ")


def test_the_written_report_has_its_values_and_is_markdown(tmp_path: Path) -> None:
    """Emphasis, formulas and code stay as they are; a text of the data is no Markdown, but in code."""
    text = "*So* {{ mean.wide }} of $x_1$.\n\n`{{ star }}` and {{ star }}."
    written = markdown(tmp_path, text)
    assert "*So* 98.11 % of $x_1$.\n\n`a*b*c` and a\\*b\\*c.\n" in written
    assert "## 1 Part\n\n### 1.1 Which is best?\n\n> Complex and wide share the lead" in written
    assert written.endswith("\n\n## End\n")


def test_a_claim_that_does_not_hold_is_struck_through_and_corrected(tmp_path: Path) -> None:
    """In a line and as a block; an unknown one has the mark, one that holds none."""
    text = (
        "It{% claim no %} is so{% endclaim %}, {% claim open %}may be{% endclaim %}, "
        "{% claim yes %}is{% endclaim %}.\n\n"
        '{% claim ranking.clear("small", "wide") %}\nSmall wins.\n\n- by far\n- and always\n{% endclaim %}\n'
    )
    written = markdown(tmp_path, text)
    assert "It Does not hold: ~~is so~~ (now: it does not hold that no is so), may be†, is." in written
    now = "Now: small is lower in test accuracy than wide, by 0.58 ± 0.04 points."
    struck = "~~Small wins.~~\n\n- ~~by far~~\n- ~~and always~~"
    assert f"**Does not hold:**\n\n{struck}\n\n{now}\n" in written


def test_a_claim_in_the_box_and_in_a_caption_stays_markdown(tmp_path: Path) -> None:
    """The box is a quotation, line by line; the finding of a caption is the words of its image."""
    text = (
        "{% block answer %}\n{% claim no %}\nOne line\nand another.\n{% endclaim %}\n{% endblock %}\n"
        '{% call figure("dots") %}**{% claim no %}It wins{% endclaim %}.** Each dot.{% endcall %}'
    )
    written = markdown(tmp_path, text)
    now = "it does not hold that no is so"
    assert f"> **Does not hold:**\n> \n> ~~One line\n> and another.~~\n> \n> Now: {now}.\n" in written
    assert f"**Does not hold: ~~It wins~~ (now: {now}).** Each dot." in written
    assert "![line chart: Does not hold: It wins" in written


STRUCK = """
    One.\\nTwo.\\n\\nThree. → ~~One.\\nTwo.~~\\n\\n~~Three.~~
    1. a\\n2. b → 1. ~~a~~\\n2. ~~b~~
    #### Head\\n\\nText → #### ~~Head~~\\n\\n~~Text~~
    - item\\n\\n  more\\n  - inner → - ~~item~~\\n\\n  ~~more~~\\n\\n  - ~~inner~~
    `a`\\n\\n```\\nb\\n``` → ~~`a`~~\\n\\n```\\nb\\n```
    | a | b |\\n|---|---| → | a | b |\\n|---|---|
"""


@pytest.mark.parametrize(("text", "struck"), rows_of(STRUCK))
def test_paragraphs_headings_and_items_are_struck_each_by_itself(
    tmp_path: Path, text: str, struck: str
) -> None:
    """Two tildes reach no further than a paragraph; tables and code stay as they are."""
    written = markdown(tmp_path, f"{{% claim no %}}\n{text}\n{{% endclaim %}}")
    assert f"**Does not hold:**\n\n{struck}\n\nNow: it does not hold" in written


def test_figures_tables_and_references_are_numbered(tmp_path: Path) -> None:
    """By the order of the text, as on the page."""
    text = (
        '{% call figure("dots") %}**Two tie.** Each *dot* is a seed.{% endcall %}\n\n'
        '{{ show(means, "Means", digits=1, name="means") }}\n\n'
        "Table own: Mine\n\n| a |\n|---|\n| b |\n\n"
        'See {{ ref("dots") }}, {{ ref("means") }}, {{ ref("own") }} and {{ ref("best") }} [@knuth].'
    )
    written = markdown(tmp_path, text, {"references.bib": "@misc{knuth, author={Knuth, D.}, title={Art}}"})
    assert "![line chart: Two tie.](figures/dots.svg)\n\n**Figure 1.** **Two tie.** Each *dot*" in written
    assert (
        "**Table 1.** Means\n\n| Name | Test accuracy, % |\n|---|---:|\n| complex | 98.1 ± 0.1 |" in written
    )
    assert "**Table 2.** Mine\n\n| a |" in written
    assert "See Figure 1, Table 1, Table 2 and Question 1.1 [1]." in written
    assert "## References\n\n1. D." in written


def test_dollars_are_a_formula_only_where_they_are_on_the_page(tmp_path: Path) -> None:
    """Sums of money are none: a cite between them is one, and a value is no Markdown."""
    files = {"references.bib": "@misc{knuth, author={Knuth, D.}, title={Art}}"}
    written = markdown(tmp_path, "costs $5 [@knuth] for {{ star }}, or $6", files)
    assert "\ncosts $5 [1] for a\\*b\\*c, or $6\n" in written
    assert "\n## References\n\n1. D." in written


def test_what_an_author_writes_stays_as_it_is(tmp_path: Path) -> None:
    """Signs that are escaped, code with backticks, lists, quotations, definitions, tables, HTML."""
    text = (
        '5 \\* 3 &amp; ``a`b`` <i>x</i>\\\n[to](http://a.b/c_d "T") ![alt](a.png)\n\n'
        "- a\n  - b\n- c\n\n2) one\n\n   more\n\n> quote\n> \n> - item\n\nterm\n: text\n\n"
        "| a\\|b | c |\n|---|---:|\n| d | e |\n\n$$\nx^2\n$$\n\n$$\ny\n$$ (label)\n\n<div>\nhtml\n</div>\n"
    )
    assert f"\n{text}\n## End" in markdown(tmp_path, text)


def test_a_value_in_the_finding_of_a_caption_is_no_markdown(tmp_path: Path) -> None:
    """Neither in the caption nor in the words of the image."""
    written = markdown(tmp_path, '{% call figure("dots") %}So **{{ star }} `wins`.** Each.{% endcall %}')
    image = r"![line chart: a\*b\*c wins.](figures/dots.svg)"
    assert f"{image}\n\n**Figure 1.** So **a\\*b\\*c `wins`.** Each." in written


def test_cites_in_captions_are_numbered(tmp_path: Path) -> None:
    """Of figures and tables; what is code stays."""
    text = '{{ figure("dots", caption="As [@knuth]; `[@a]`.") }}\n\n{{ show(means, "Means [@knuth]") }}'
    written = markdown(tmp_path, text, {"references.bib": "@misc{knuth, author={Knuth, D.}, title={Art}}"})
    assert "**Figure 1.** As [1]; `[@a]`.\n" in written
    assert "**Table 1.** Means [1]\n" in written


@pytest.mark.parametrize("text", ["See [@nobody].", '{{ figure("dots", caption="[@nobody]") }}'])
def test_a_cite_that_no_reference_has_is_an_error(tmp_path: Path, text: str) -> None:
    """As on the page: the template may be newer than that."""
    with pytest.raises(UsageError, match=r"best\.md:1: references\.bib has no entry 'nobody'"):
        markdown(tmp_path, text)


def test_headings_and_notes_of_a_question_are_its_own_in_the_document(tmp_path: Path) -> None:
    """Headings begin below that of the question; two questions may both have a note 1."""
    written = markdown(tmp_path, "# One\n\n## Two\n\nText[^1].\n\n```\n# no heading\n```\n\n[^1]: A note.")
    assert "#### One\n\n##### Two\n\nText[^best-1]." in written
    assert "\n# no heading\n" in written
    assert "[^best-1]: A note." in written
