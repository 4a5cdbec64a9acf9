"""Claims: three values, two bodies, and text that says so where it no longer holds."""

from __future__ import annotations

import re

import pytest
from made_answers import ACCURACY, SEEDS, Render, ranked, rows_of, seeds, truths

from labreport.errors import UsageError
from labreport.page import plain_text
from labreport.page.claims import Claim
from labreport.stats import difference

BEHIND = '{% claim ranking.clear("small", "wide") %}'
"""What does not hold."""
AHEAD = '{% claim ranking.clear("wide", "small") %}'
"""What holds."""


def words_of_page(html: str) -> str:
    """The page without the elements in which claims stand that hold."""
    return re.sub(r'<span class="claim" data-claim="part-\d">(.*?)</span>', r"\1", html, flags=re.DOTALL)


THREE_VALUES = """
    yes → True
    no → False
    open → None
    not yes → False
    not no → True
    not open → None
    yes and yes → True
    yes and no → False
    yes and open → None
    no and open → False
    open and no → False
    open and open → None
    yes or open → True
    open or yes → True
    no or no → False
    no or open → None
    open or open → None
    not (no or open) → None
    yes and not no and (open or yes) → True
    ten == 10 → True
    ten != 10 → False
    5 < ten <= 10 → True
    5 < ten <= 9 or open → None
    10 >= ten > 10 → False
    experiments.small.epochs == 50 and experiments.small.nodes < 63 → True
    experiments.small.epochs == experiments.wide.epochs → True
    experiments.small.optimizer == "adam" → False
    dose.above(1) and dose.below(2) → False
    experiments is defined → True
"""


@pytest.mark.parametrize(("condition", "holds"), rows_of(THREE_VALUES))
def test_conditions_have_three_values(render: Render, condition: str, holds: str) -> None:
    """Unknown and false is false, unknown or true is true; comparisons are for exact numbers."""
    (claim,) = render(f"{{% claim {condition} %}}So it is.{{% endclaim %}}", truths()).claims
    assert holds == str(claim.holds)


@pytest.mark.parametrize(
    "condition",
    ["no and yess", "yess and no", "yes or yess", "yess or yes", "not yess", "5 < yess < 2", "ten < yess"],
)
def test_both_sides_are_looked_up(render: Render, condition: str) -> None:
    """A misspelt name is an error also where the other side decides."""
    with pytest.raises(
        UsageError, match=r"^templates/questions/best\.md:2: there is no 'yess' here; did you mean 'yes'\?$"
    ):
        render(f"Text.\n{{% claim {condition} %}}So it is.{{% endclaim %}}", truths())


MISTAKES = """
    {% claim mean.wide %}a{% endclaim %} → 98.11 ± 0.06 % is no condition
    {% claim ranking.first %}a{% endclaim %} → ['complex', 'wide'] is no condition
    {% claim 1 %}a{% endclaim %} → 1 asks nothing of the results
    {% claim ranking %}a{% endclaim %} → a ranking is no condition by itself
    {% claim ranking.first and yes %}a{% endclaim %} → ['complex', 'wide'] is no condition
    {% claim mean.wide == mean.small %}a{% endclaim %} → is measured
    {% claim mean.wide > 92 %}a{% endclaim %} → is measured
    {% claim experiments.small.epochs == "50" %}a{% endclaim %} → a text is compared with a number
    {% claim "wide" in ranking.first %}a{% endclaim %} → a claim does not take 'in'
    {% claim yes if yes else no %}a{% endclaim %} → join conditions by
    {% claim ranking.clear("wide" or "complex", "small") %}a{% endclaim %} → 'wide' is no condition
    {% claim (yes and yes) == yes %}a{% endclaim %} → is no quantity
    {% claim %}a{% endclaim %} → a claim has one condition
    {% claim True %}a{% endclaim %} → True asks nothing of the results
    {% claim 2 > 1 %}a{% endclaim %} → 2 > 1 asks nothing of the results
    {% claim yes %}{% endclaim %} → a claim has nothing in it
    {% claim yes %} {% else %}b{% endclaim %} → a claim has nothing in it
    {% claim ranking.clear('wide', 'smal') %}a{% endclaim %} → did you mean 'small'
    {% claim ranking.wnis('wide') %}a{% endclaim %} → 'wnis'
    {% claim yes %}a{% claim no %}b{% endclaim %}{% endclaim %} → a claim inside a claim
    {% claim yes %}a{% else %}b → needs to be closed is 'claim'
    {% claim yes %}a\n\nb{% endclaim %} → has its tags alone on their lines
    {% claim yes %}## Heading{% endclaim %} → has its tags alone on their lines
    a{% endclaim %} → unknown tag 'endclaim'
"""


@pytest.mark.parametrize(("text", "message"), rows_of(MISTAKES))
def test_a_mistake_in_a_claim_is_one_message(render: Render, text: str, message: str) -> None:
    """It has the file, the line of the template, and what is wrong there."""
    with pytest.raises(UsageError) as raised:
        render(f"Text.\n\n{text}\n\nText.", ranked() | truths())
    assert str(raised.value).startswith("templates/questions/best.md:3: ")
    assert message in str(raised.value)
    assert 1 == len(str(raised.value).splitlines())


def test_what_holds_is_printed_without_a_mark(render: Render) -> None:
    """The words are the author's and nothing else, in an element that says which claim it is."""
    fragment = render(f"We see that {AHEAD}`wide` is *ahead*{{% endclaim %}}, by far.")
    element = '<span class="claim" data-claim="part-1"><code>wide</code> is <em>ahead</em></span>'
    assert f"<p>We see that {element}, by far.</p>" in fragment.html
    assert not any(claim.fails for claim in fragment.claims)


def test_what_no_longer_holds_says_so_before_and_what_is_so_after(render: Render) -> None:
    """In words, so that it is read aloud too; the words of the author are struck through."""
    html = render(f"We see: {BEHIND}`small` is *ahead*{{% endclaim %}}, by far.").html
    verdict = (
        '<strong class="verdict">Does not hold:</strong> <del><code>small</code> is <em>ahead</em></del>'
    )
    assert f'<p>We see: <span class="claim fails" data-claim="part-1">{verdict} ' in html
    now = re.sub("</?data[^>]*>", "", html[html.index('<span class="now">') :]).replace("\u00a0", " ")
    sentence = "small is lower in test accuracy than wide, by 0.58 ± 0.04 points"
    assert f'<span class="now">(now: {sentence})</span></span>, by' in now
    assert "We see: Does not hold: small is ahead, by far." in plain_text(html)


def test_a_claim_with_another_wording_prints_it_and_is_not_listed(render: Render) -> None:
    """What the author wrote for that case stands without a mark."""
    fragment = render(f"{BEHIND}ahead{{% else %}}*behind*{{% endclaim %}}")
    assert "<p><em>behind</em></p>" in words_of_page(fragment.html)
    assert "ahead" not in fragment.html
    assert [(False, True)] == [(claim.holds, claim.otherwise) for claim in fragment.claims]
    assert not any(claim.fails for claim in fragment.claims)


@pytest.mark.parametrize("otherwise", ["", "{% else %}otherwise"])
def test_what_one_seed_cannot_tell_is_marked(render: Render, otherwise: str) -> None:
    """Its body is printed, also where there is another."""
    fragment = render(f"{BEHIND}ahead{otherwise}{{% endclaim %}}.", ranked(1))
    marked = '<span class="claim unknown" data-claim="part-1">ahead<sup class="mark">†</sup></span>'
    assert f"<p>{marked}.</p>" in fragment.html
    assert fragment.claims[0].holds is None
    assert not any(claim.fails for claim in fragment.claims)


@pytest.mark.parametrize(
    "text",
    [
        f"{AHEAD}a{{% else %}}{{{{ mean.smal }}}}{{% endclaim %}}",
        f"{BEHIND}{{{{ mean.smal }}}}{{% else %}}b{{% endclaim %}}",
    ],
)
def test_both_bodies_are_rendered(render: Render, text: str) -> None:
    """A mistake in the one that is not printed shows at each build."""
    with pytest.raises(UsageError, match=r"^templates/questions/best\.md:1: .*did you mean 'small'"):
        render(text)


def test_a_claim_may_span_paragraphs(render: Render) -> None:
    """Its tags stand alone on their lines, and leave none behind."""
    text = f"First.\n{BEHIND}\nOne *paragraph*.\n\n- and\n- a list\n{{% endclaim %}}\nLast."
    html = render(text).html
    inside = html[html.index('<div class="claim fails"') : html.index('<p class="now">')]
    assert '<p class="verdict">Does not hold:</p>' in inside
    assert "<p>One <em>paragraph</em>.</p>\n<ul>\n<li>and</li>" in inside
    assert "<p>First.</p>" in html
    assert "<p>Last.</p>" in html
    assert "First" not in inside


def test_a_block_that_holds_and_one_that_is_unknown_have_their_paragraphs(render: Render) -> None:
    """The mark is at the end of the last one."""
    text = f"First.\n{AHEAD}\nOne.\n\nTwo.\n{{% endclaim %}}\nLast."
    held = '<div class="claim" data-claim="part-1">\n<p>One.</p>\n<p>Two.</p>\n</div>'
    assert f"<p>First.</p>\n{held}\n<p>Last.</p>" in render(text).html
    html = render(text, ranked(1)).html
    marked = '<p>One.</p>\n<p>Two.<sup class="mark">†</sup></p>\n</div>\n<p>Last.</p>'
    assert f'<div class="claim unknown" data-claim="part-1">\n{marked}' in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            f"We see\n{AHEAD}\n`wide` ahead{{% endclaim %}}\nby far.",
            "<p>We see\n<code>wide</code> ahead\nby far.</p>",
        ),
        (
            f"We see {AHEAD}\n`wide`\nahead{{% endclaim %}}\nby far.",
            "<p>We see \n<code>wide</code>\nahead\nby far.</p>",
        ),
        (f"We see {AHEAD[:-2]}-%}} \n ahead {{%- endclaim %}}.", "<p>We see ahead.</p>"),
        (f"{{# {BEHIND}a #}}b", "<p>b</p>"),
        (
            f"{{% raw %}}{BEHIND}{{% endraw %}}b",
            "<p>{% claim ranking.clear(&quot;small&quot;, &quot;wide&quot;) %}b</p>",
        ),
    ],
)
def test_lines_are_those_of_the_template(render: Render, text: str, html: str) -> None:
    """A claim may be wrapped like any text; comments and raw text have none."""
    assert html in words_of_page(render(text).html)


def test_a_block_stays_in_its_list(render: Render) -> None:
    """It is indented as its tags are."""
    html = render(f"- item\n\n  {BEHIND}\n  more of it\n  {{% endclaim %}}\n- next").html
    item = html[html.index("<li>") : html.index("</li>")]
    assert '<div class="claim fails"' in item
    assert "more of it" in item


def test_emphasis_and_code_around_and_inside_a_claim_are_read(render: Render) -> None:
    """Its borders are no letters for Markdown."""
    html = render(f"**{BEHIND}_all_ of it{{% endclaim %}}.** `{BEHIND}x_y{{% endclaim %}}`").html
    assert '<strong><span class="claim fails"' in html
    assert "<del><em>all</em> of it</del>" in html
    assert "<code><span" in html
    assert "<del>x_y</del>" in html


def test_a_claim_in_a_table_and_in_a_heading(render: Render) -> None:
    """The words stand in front in contents and bookmarks too, without what is so now."""
    html = render(
        f"## {BEHIND}It *wins*{{% endclaim %}}\n\n| a |\n|---|\n| {BEHIND}it wins{{% endclaim %}} |\n"
    ).html
    heading = html[html.index("<h4") : html.index("</h4>") + 5]
    assert "Does not hold: It wins" == plain_text(heading)
    assert '<td><span class="claim fails"' in html


def test_a_claim_in_a_caption_and_in_the_alternative_text(render: Render) -> None:
    """The title of a figure is its finding, and so falls with it."""
    text = (
        f'{{% call figure("dots") %}}**{BEHIND}It wins{{% endclaim %}}.** Each dot is a seed.{{% endcall %}}'
    )
    html = render(text, figures=("dots",)).html
    assert 'alt="dots: Does not hold: It wins."' in html
    verdict = '<strong class="verdict">Does not hold:</strong> <del>It wins</del>'
    assert f'<strong><span class="claim fails" data-claim="part-1">{verdict}' in html
    template = (
        f'{{% set alt %}}{BEHIND}Dots & all{{% endclaim %}}{{% endset %}}{{{{ figure("dots", alt=alt) }}}}'
    )
    assert 'alt="Does not hold: Dots &amp; all"' in render(template, figures=("dots",)).html


def test_a_claim_in_the_caption_of_a_table(render: Render) -> None:
    """Captions may be set before."""
    text = f"{{% set title %}}{BEHIND}It wins{{% endclaim %}}{{% endset %}}{{{{ show(means, title) }}}}"
    assert "<del>It wins</del>" in render(text).html


def test_a_claim_is_collected_with_its_place_and_its_words(render: Render) -> None:
    """The words are plain, the condition is in one line."""
    tag = BEHIND.replace(", ", ",\n  ")
    fragment = render(f"Text.\n\nNow {tag}`small` is\n{{{{ mean.small }}}}{{% endclaim %}}.")
    now = "small is lower in test accuracy than wide, by 0.58\u00a0±\u00a00.04\u00a0points"
    claim = Claim(
        "templates/questions/best.md",
        3,
        "small is 97.53\u00a0%",
        'ranking.clear("small", "wide")',
        False,
        now,
        how=fragment.claims[0].how,
        question="best",
    )
    assert (claim,) == fragment.claims
    assert claim.how.startswith("by 0.6")


SAID_INSTEAD = """
    yes and ranking.clear("small", "wide") → small is lower in test accuracy than wide, by 0.58 ± 0.04 points
    no or not yes → it does not hold that no is so; yes is so
    mean.small.above(98) → test accuracy of small is 97.53 ± 0.04 %
    ten == 11 → ten is 10
"""


@pytest.mark.parametrize(("condition", "now"), rows_of(SAID_INSTEAD))
def test_what_is_so_now_is_said_of_what_fails(render: Render, condition: str, now: str) -> None:
    """Of joined conditions those that hold need no correction; one on a number is about that number."""
    text = f"{{% claim {condition} %}}a{{% endclaim %}}"
    (claim,) = render(text, ranked() | truths()).claims
    assert now == claim.now.replace("\u00a0", " ")


def test_a_claim_in_the_answer_box_is_in_the_line_at_a_glance(render: Render) -> None:
    """With the words in front."""
    fragment = render(f"{{% block answer %}}\n{BEHIND}\nSmall wins.\n{{% endclaim %}}\n{{% endblock %}}\n")
    assert '<div class="answer">\n<div class="claim fails"' in fragment.html
    assert ["Does not hold: <del>Small wins.</del>"] == [*fragment.glance.values()]


def test_the_page_knows_by_what_a_claim_is_checked(render: Render) -> None:
    """Condition, verdict, how nearly, what the results say, and the numbers that were looked at."""
    fragment = render(f"{{{{ mean.wide }}}} {AHEAD}`wide` is ahead{{% endclaim %}}.")
    panel = fragment.claim_panels["part-1"]
    assert ('ranking.clear("wide", "small")', True) == (panel["condition"], panel["holds"])
    assert ("templates/questions/best.md", 1) == (panel["file"], panel["line"])
    assert panel["how"].startswith("by 0.")
    assert ["wide is higher in test accuracy than small, by 0.58 ± 0.04 points"] == [
        text.replace("\u00a0", " ") for text in panel["says"]
    ]
    assert ["best.difference.wide.small"] == panel["numbers"]
    assert "0.58\u00a0±" in fragment.numbers["best.difference.wide.small"]["value"]


def test_a_claim_has_the_whole_path_of_its_template(render: Render) -> None:
    """`best.md` and `questions/best.md` are two files."""
    fragment = render(
        f"{AHEAD}a{{% endclaim %}}\n",
        files={
            "best.md": "{% claim best.ranking.wins('wide') %}b{% endclaim %}",
            "sections/part.md": "{% include 'best.md' %}",
        },
    )
    files = {claim.text: claim.file for claim in fragment.claims}
    assert {"a": "templates/questions/best.md", "b": "templates/best.md"} == files


def test_each_turn_of_a_loop_is_a_claim_of_its_own(render: Render) -> None:
    """With its own text; a loop may be over the names of comparisons."""
    several = difference(seeds(**SEEDS), ACCURACY, against="small", name="gain")
    text = (
        "{% for name in gain %}\n"
        "- {% claim gain[name].more %}{{ name }} is ahead, at {{ mean[name] }}{% endclaim %}.\n"
        "{% endfor %}\n"
    )
    fragment = render(text, ranked() | several)
    assert [True, True] == [claim.holds for claim in fragment.claims]
    assert ["part-1", "part-2"] == list(fragment.claim_panels)
    texts = [claim.text.replace("\u00a0", " ") for claim in fragment.claims]
    assert ["complex is ahead, at 98.14 %", "wide is ahead, at 98.11 %"] == texts
    words = plain_text(fragment.html).replace("\u00a0", " ")
    assert f"{texts[0]}. {texts[1]}." in words
