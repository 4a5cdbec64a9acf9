"""The names of an answer, ready to paste; and text files with the same values and claims."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from made_answers import SEEDS, Render, ranked, seeds, truths

from labreport.errors import UsageError
from labreport.page import names, render_file
from labreport.project import Measure, question
from labreport.stats import Answer, Namespace, Sample, number, ranking

UTRS = {"5\" 'long' UTR": [3.0, 3.1, 3.2], "none": [1.0, 1.1, 1.3]}
BEST = question("Which is best?", name="best")(ranked)


def test_every_name_is_listed_with_its_value() -> None:
    """As a template writes it."""
    answer = ranked() | Answer(**{"deep-8": number(3)}, mean=Namespace({"10": number(4)}), digits=["5", "8"])
    lines = names(BEST, answer).replace("\u00a0", " ").split("\n")
    assert "best: Which is best?" == lines[0]
    values = dict(
        re.split(r"  +", line.strip(), maxsplit=1) for line in lines[2 : lines.index("These hold now:") - 1]
    )
    assert "98.14 % (95 % CI 98.09 to 98.19)" == values["mean.complex"]
    assert "3" == values["deep_8"]
    assert "4" == values['mean["10"]']
    assert "5, 8" == values["digits"]
    assert "a table, 3 rows: Name; Test accuracy, %" == values["means"]
    assert values["ranking"].lower().startswith("complex and wide")


def test_what_holds_can_be_pasted(render: Render) -> None:
    """Each condition that is listed holds in a template, and says how nearly."""
    listed = re.findall(r"  (\{% claim .*? %\})  +(by .*)?", names(BEST, ranked()))
    assert ('{% claim ranking.clear("wide", "small") %}', "by 0.53 points") in listed
    fragment = render("\n\n".join(f"{tag}x{{% endclaim %}}" for tag, _ in listed))
    assert [True] * len(listed) == [claim.holds for claim in fragment.claims]
    assert len({tag for tag, _ in listed}) == len(listed)


def test_a_comparison_is_asked_once_whichever_side_is_listed_first() -> None:
    """A ratio too, whose other side is no other size; equal differences of two measures are two."""
    growth = Measure("growth", scale="ratio")
    ratios = ranking({name: Sample(name, dict(enumerate(values))) for name, values in UTRS.items()}, growth)
    assert 1 == names(BEST, Answer(difference=ratios.difference)).count(".above(")
    gaps = {
        name: ranking(seeds(**SEEDS), Measure(name, "%")).difference.small.wide
        for name in ("accuracy", "precision")
    }
    assert ["accuracy", "precision"] == re.findall(r"\{% claim (\w+)\.less", names(BEST, Answer(**gaps)))


def test_a_name_with_quotation_marks_can_be_pasted(render: Render) -> None:
    """Each of both kinds, and the claim names its condition as it was pasted."""
    samples = {name: Sample(name, dict(enumerate(values))) for name, values in UTRS.items()}
    answer = ranking(samples, Measure("growth"))
    listed = re.findall(r"  \{% claim (.*?) %\}", names(BEST, answer))
    assert """ranking.wins("5\\" 'long' UTR")""" in listed
    text = "\n\n".join(f"{{% claim {condition} %}}x{{% endclaim %}}" for condition in listed)
    claims = render(text, answer).claims
    assert [(condition, True) for condition in listed] == [(claim.condition, claim.holds) for claim in claims]


def test_an_answer_without_conditions_has_only_names() -> None:
    """A text is nothing that can be claimed."""
    assert "best: Which is best?\n\n  title  Some text\n" == names(BEST, Answer(title="Some text"))


ANSWERS = {"best": ranked(), "facts": truths()}


def written(folder: Path, name: str, text: str) -> Path:
    """A file to be rendered."""
    (folder / name).write_text(text)
    return folder / name


def test_what_no_longer_holds_has_the_words_in_front(tmp_path: Path) -> None:
    """In a paper too; what is unknown has the mark, what holds has none."""
    text = (
        '\\BLOCK{claim best.ranking.clear("small", "wide")}\nSmall wins.\n\\BLOCK{endclaim}\n'
        "A \\BLOCK{claim facts.open}maybe\\BLOCK{endclaim} and \\BLOCK{claim facts.yes}yes\\BLOCK{endclaim}"
        " or \\BLOCK{claim facts.no}so\\BLOCK{else}not so\\BLOCK{endclaim}.\n"
    )
    filled, claims = render_file(written(tmp_path, "paper.tex", text), ANSWERS)
    now = "(now: small is lower in test accuracy than wide, by 0.58~\\ensuremath{\\pm}~0.04~points)"
    assert f"Does not hold: Small wins. {now}\nA maybe\\dag{{}} and yes or not so.\n" == filled
    assert [False, None, True, False] == [claim.holds for claim in claims]
    plain = "small is lower in test accuracy than wide, by 0.58 ± 0.04 points"
    assert ("paper.tex", 1, "Small wins.", plain) == (
        claims[0].file,
        claims[0].line,
        claims[0].text,
        claims[0].now,
    )


@pytest.mark.parametrize("name", ["paper.tex", "paper.qmd", "paper.txt"])
def test_the_words_of_a_marked_claim_stay_as_they_are_written(tmp_path: Path, name: str) -> None:
    """They are no HTML, whether the claim fails or is unknown."""
    begin, end = (r"\BLOCK{", "}") if name.endswith("tex") else ("{% ", " %}")
    failing = rf"{begin}claim facts.no{end}It doesn't lead, A \& B < C{begin}endclaim{end}"
    unknown = rf"{begin}claim facts.open{end}it's A \& B{begin}endclaim{end}"
    filled, _ = render_file(written(tmp_path, name, f"{failing}; {unknown}\n"), ANSWERS)
    assert r"Does not hold: It doesn't lead, A \& B < C" in filled
    assert r"; it's A \& B" in filled


@pytest.mark.parametrize(
    ("name", "value"),
    [("a.txt", "<b>&amp;</b>"), ("a.html", "&lt;b&gt;&amp;amp;&lt;/b&gt;")],
)
def test_texts_are_escaped_as_the_file_needs(tmp_path: Path, name: str, value: str) -> None:
    """By its ending; the end of the file stays."""
    assert (
        f"{value} 98.11\u00a0%\n"
        == render_file(written(tmp_path, name, "{{ facts.tag }} {{ best.mean.wide }}\n"), ANSWERS)[0]
    )


@pytest.mark.parametrize(
    ("text", "message"), [("\n{{ 5 }}", "bare number"), ("\n{{ bst }}", "did you mean 'best'")]
)
def test_a_mistake_in_a_file_has_its_line(tmp_path: Path, text: str, message: str) -> None:
    """As in a template of the page."""
    with pytest.raises(UsageError, match=rf"a\.txt:2: .*{message}"):
        render_file(written(tmp_path, "a.txt", text), ANSWERS)


QUARTO = """---
title: Which is best?
format: html
---

```{python}
#| echo: false
print(1)
```

The wide network reaches {{ best.mean.wide | ci(1) }}.

{% claim best.ranking.clear("wide", "small") %}
It beats the small one by {{ best.difference.wide.small | size | digits(1) }}.
{% endclaim %}
{% claim best.ranking.clear("small", "wide") %}
The small one wins.
{% endclaim %}

{{ show(best.means, "Means", digits=1) }}
"""


def test_a_quarto_document_is_filled_in(tmp_path: Path) -> None:
    """Its header and its code stay, values are printed, claims marked, a table is one of Markdown's."""
    filled, claims = render_file(written(tmp_path, "paper.qmd", QUARTO), ANSWERS)
    plain = filled.replace("\u00a0", " ")
    assert plain.startswith("---\ntitle: Which is best?\nformat: html\n---\n\n```{python}\n#| echo: false\n")
    assert "The wide network reaches 98.1 % (95 % CI 98.1 to 98.2).\n" in plain
    assert (
        "\nIt beats the small one by 0.6 points.\nDoes not hold: The small one wins. (now: small is" in plain
    )
    assert "| Name | Test accuracy, % |\n|---|---:|\n| complex | 98.1 ± 0.1 |\n" in plain
    assert [True, False] == [claim.holds for claim in claims]


PAPER = r"""
\documentclass{article} % {{ no }}
\BLOCK{for name in ["wide"]}
\emph{\VAR{best.mean[name] | pm}} & \VAR{facts.tag}
  \BLOCK{endfor}
\#{ a comment alone on its line }
\#{ a comment }\VAR{best.difference.small.wide}
\VAR{show(best.means, digits=1)}
\BLOCK{claim best.ranking.leads('complex', 'wide')}
\VAR{best.difference.wide.small | size | ci(1)} ahead.
\BLOCK{endclaim}
"""
PRINTED_PAPER = r"""
\documentclass{article} % {{ no }}
\emph{98.11~\ensuremath{\pm}~0.06~\%} & \char60{}b\char62{}\&amp;\char60{}/b\char62{}
\ensuremath{-}0.58~points
\begin{tabular}{lr}
\toprule
Name & Test accuracy, \% \\
\midrule
complex & 98.1~\ensuremath{\pm}~0.1 \\
wide & 98.1~\ensuremath{\pm}~0.1 \\
small & 97.5~\ensuremath{\pm}~0.0 \\
\bottomrule
\end{tabular}

0.6~points (95~\% CI 0.5 to 0.6) ahead.
"""


def test_a_latex_paper_is_filled_in(tmp_path: Path) -> None:
    """By delimiters of its own; values are as LaTeX prints them, tables have the rules of booktabs."""
    filled, claims = render_file(written(tmp_path, "paper.tex", PAPER), ANSWERS)
    assert PRINTED_PAPER == filled
    assert [True] == [claim.holds for claim in claims]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """And not called an answer."""
    with pytest.raises(UsageError, match=r"^\S*paper\.tex is not there"):
        render_file(tmp_path / "paper.tex", ANSWERS)


def test_an_empty_claim_in_a_file_is_an_error(tmp_path: Path) -> None:
    """Nothing would say in the file whether it holds."""
    with pytest.raises(UsageError, match=r"a\.txt:1: a claim has nothing in it"):
        render_file(written(tmp_path, "a.txt", "{% claim facts.yes %}{% endclaim %}"), ANSWERS)
