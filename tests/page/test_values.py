"""Values: numbers print themselves with their source, and nothing in them is Markdown or HTML."""

from __future__ import annotations

import re

import pytest
from made_answers import ACCURACY, SEEDS, Render, ranked, rows_of, seeds, truths

from labreport.errors import UsageError
from labreport.page.placeholders import Placeholders
from labreport.stats import Answer, Namespace, Quantity, Source, Table, difference, fact, number


def body(render: Render, text: str, answer: Answer | None = None) -> str:
    """What a template prints, without the answer's box and the ends of the article."""
    html = render(text, answer or truths() | ranked()).html
    html = html[html.index("</h3>") + 5 : html.index("</article>")]
    return re.sub('<div class="answer">.*?</div>', "", html, flags=re.DOTALL).strip()


def printed(render: Render, text: str, answer: Answer | None = None) -> str:
    """The same, without the elements of numbers, no-break spaces as spaces."""
    return re.sub("</?data[^>]*>", "", body(render, text, answer)).replace("\u00a0", " ")


NOT_PRINTED = """
    {{ 97.3 }} → 97.3 is a bare number
    {{ mean.small.value }} → is a bare number
    {{ 5 + 1 }} → 6 is a bare number
    {% for name in mean %}\\n{{ loop.index }}\\n{% endfor %} → 1 is a bare number
    {{ [1, 2] }} → 1 is a bare number
    {{ mean }} → several values have this name; print one of complex, wide, small
    {{ means }} → a table is printed by show(
    {{ ranking.clear('wide', 'small') }} → a condition is not printed
    {{ none }} → None is no text
    {{ true }} → True is no text
    {{ mean.smal }} → did you mean 'small'
    {{ meen.small }} → there is no 'meen' here; did you mean 'mean'?
    {{ mean.small.valu }} → has no 'valu'; did you mean 'value'?
    {{ mean.small | sise }} → no filter is called 'sise'; did you mean 'size'?
    {{ ranking is cleer }} → no test is called 'cleer'
    {{ mean.small | pm(1, 2) }} → pm(): too many positional arguments; write pm(quantity, decimals=None)
    {{ mean.small | ci(form=2) }} → ci(): got an unexpected keyword argument 'form'; write ci(
    {{ mean.small | digits }} → digits: with how many decimals? Write {{ quantity | digits(2) }}
    {{ mean.small | ci('a') }} → ci('a'): decimals are a whole number from 0 to 20
    {{ none | size }} → None is no quantity
    {{ mean | pm }} → one quantity is needed; name one of complex, wide, small
    {{ ranking.leads | listed }} → the filter listed prints a list: leads is a function
    {{ mean.small | join(', ') }} → the filter join prints a list
    {{ ranking.leads }} → leads is a function; write leads(…)
    {{ ranking.leads.small }} → the function leads(…) has no 'small'
    {{ show() }} → show(): missing a required argument: 'table'; write show(table, caption=''
    {{ show(means, title='A') }} → show(): got an unexpected keyword argument 'title'; write show(
    {{ rows() }} → rows(): missing a required argument: 'subjects'; write rows(
    {{ figure() }} → figure(): missing a required argument: 'name'; write figure(
    {{ term('a', 'b', 'c') }} → term(): too many positional arguments; write term(word, text='')
    {% macro bold(x) %}{{ x }}{% endmacro %}{{ bold(y=2) }} → macro 'bold' takes no keyword argument
    {{ digits | size }} → is no quantity
    {{ nothing | size }} → there is no 'nothing' here
    {{ [5, 8] | join(', ') }} → 5 is a bare number
    {{ show(mean) }} → show() prints a table
    {{ show(means, "Within 0.2 points") }} → "0.2 points" is typed
    {{ rows(experiments, nods='Nodes') }} → did you mean 'nodes'
    {% include 'part.md' %} → there is no template 'part.md'
    {{ mean.small + 1 }} → TypeError
    {% for x in means.rows %} → Unexpected end of template
"""


@pytest.mark.parametrize(("text", "message"), rows_of(NOT_PRINTED))
def test_what_cannot_be_printed_is_one_message(render: Render, text: str, message: str) -> None:
    """A bare number, a value with no text, a name that is not there: file, line, what to write."""
    with pytest.raises(UsageError) as raised:
        body(render, f"\n\n{text}")
    place, _, reason = str(raised.value).partition(": ")
    assert place.rpartition(":")[0] == "templates/questions/best.md"
    assert place.rpartition(":")[2] in ("3", "4")
    assert message in reason


PRINTED = """
    {{ mean.complex }} → 98.14 %
    {{ mean['complex'] | pm }} → 98.14 ± 0.05 %
    {{ mean.complex | ci }} → 98.14 % (95 % CI 98.09 to 98.19)
    {{ mean.complex | digits(1) }} → 98.1 %
    {{ difference.small.wide | size }} → 0.58 points
    {{ difference.small.wide | size | ci(1) }} → 0.6 points (95 % CI 0.5 to 0.6)
    {{ difference.small.wide | ci(1) | size }} → 0.6 points (95 % CI 0.5 to 0.6)
    {{ mean.complex | digits(1) | pm }} → 98.1 ± 0.1 %
    {{ (mean.complex | pm) ~ ' of them' }} → 98.14 ± 0.05 % of them
    {{ difference.small.wide }} → −0.58 points
    {{ dose | pm }} → 1.6 ± 0.5 µM
    {{ ten | words }} of them → ten of them
    {{ experiments.small.nodes }} → 62
    {{ experiments.small.optimizer }} → sgd
    {{ digits }} → 5, 8 and 9
    {{ digits | listed('or') }} → 5, 8 or 9
    {{ [mean.small, '<'] | join(' & ') }} → 97.53 % &amp; &lt;
    {{ ranking.first }} → complex and wide
    {{ '97.3 %' | literal }} → <span class="literal" title="typed by hand; no result says it">97.3 %</span>
    {{ 3 | literal }} → <span class="literal" title="typed by hand; no result says it">3</span>
    {{ ranking }} → complex and wide share the lead in test accuracy (98.14 % and 98.11 %); small is
    {{ 'wide' if false }}. → .
    {% for name in mean %}\\n- {{ name }}\\n{% endfor %} → complex</li>\\n<li>wide</li>
    {% set best = mean.complex %}\\n\\n{{ best }} → 98.14 %
    {% macro bold(x) %}**{{ x }}**{% endmacro %}{{ bold(mean.wide) }} → <strong>98.11 %</strong>
"""


@pytest.mark.parametrize(("text", "shown"), rows_of(PRINTED))
def test_values_print_themselves(render: Render, text: str, shown: str) -> None:
    """With unit, in the form that is asked for."""
    result = printed(render, text)
    assert shown in result


def test_a_finding_of_one_comparison_is_its_quantity(render: Render) -> None:
    """It takes the filters of a quantity too."""
    gap = difference(seeds(**SEEDS), ACCURACY, "wide", "small", name="gap")
    assert "<p>0.58 points, 0.58 ± 0.04 points</p>" == printed(render, "{{ gap }}, {{ gap | pm }}", gap)


def test_a_name_with_a_hyphen_is_written_with_an_underscore(render: Render) -> None:
    """Brackets work as well."""
    answer = Answer(**{"deep-8": number(3), "items": number(4)}, mean=Namespace({"deep-8": number(5)}))
    assert "<p>3 4 5 5</p>" == printed(
        render, '{{ deep_8 }} {{ items }} {{ mean.deep_8 }} {{ mean["deep-8"] }}', answer
    )


@pytest.mark.parametrize("name", ["show", "experiments", "true"])
def test_a_name_of_the_engine_is_refused(render: Render, name: str) -> None:
    """A template could not tell the two apart."""
    with pytest.raises(UsageError, match=rf"^templates/questions/best\.md: '{name}' is a name"):
        body(render, "Text.", Answer(**{name: number(3)}))


TEXTS_OF_THE_DATA = """
    {{ tag }} → <p>&lt;b&gt;&amp;amp;&lt;/b&gt;</p>
    `{{ tag }}` → <p><code>&lt;b&gt;&amp;amp;&lt;/b&gt;</code></p>
    ```\\n{{ tag }}\\n``` → <pre><code>&lt;b&gt;&amp;amp;&lt;/b&gt;\\n</code></pre>
    {{ star }} and {{ star }} → <p>a*b*c and a*b*c</p>
    **{{ star }}** → <p><strong>a*b*c</strong></p>
    *a*{{ star }} → <p><em>a</em>a*b*c</p>
    {{ dollars }} → <p>$5 and $6</p>
    | {{ cell }} | `{{ cell }}` |\\n|---|---| → x|y</th>\\n<th><code>x|y</code></th>
    [{{ tag }}](#a) → <a href="#a">&lt;b&gt;&amp;amp;&lt;/b&gt;</a>
    <i title="{{ tag }}">x</i> → <i title="&lt;b&gt;&amp;amp;&lt;/b&gt;">x</i>
    ## {{ tag }} → <h4 id="best-section">&lt;b&gt;&amp;amp;&lt;/b&gt;</h4>
    {{ 'a*b*c' }} → <p>a*b*c</p>
    {{ '\U000f0000' }} → <p>�</p>
"""


@pytest.mark.parametrize(("text", "html"), rows_of(TEXTS_OF_THE_DATA))
def test_a_text_stays_what_it_is(render: Render, text: str, html: str) -> None:
    """Escaped once, in whatever it stands: a code span, a cell, emphasis, a link, an attribute, a heading."""
    assert html in body(render, text)


def test_a_value_in_a_formula_is_drawn_as_it_is_printed(render: Render) -> None:
    """Its `%` begins no comment of LaTeX; who cannot see the drawing has the text."""
    html = body(render, r"So $\frac{ {{mean.small}} }{2}$ is half.")
    assert 'aria-label="\\frac{ 97.53\u00a0% }{2}"' in html
    assert html.count("<svg") == 1


def test_a_number_leads_to_its_source(render: Render) -> None:
    """By its place in the answer: where it is from, how, and what each seed gives; of those printed only."""
    fragment = render("{{ mean.complex }} {{ mean.complex | pm }} {{ experiments.wide.nodes }}")
    assert fragment.html.count('data-q="best.mean.complex"') == 3  # once in the sentence of the box
    entry = fragment.numbers["best.mean.complex"]
    assert ("complex, test accuracy; 5 seeds", 5, "seed") == (entry["source"], entry["n"], entry["unit"])
    assert "98.14\u00a0±\u00a00.05\u00a0%" == entry["value"]
    assert ["0", "1", "2", "3", "4"] == list(entry["values"])
    assert "98.10\u00a0%" == entry["values"]["0"]
    assert {"best.mean.complex", "best.mean.wide", "experiments.wide.nodes"} == set(fragment.numbers)


def test_a_p_value_is_the_value_of_its_element(render: Render) -> None:
    """In a cell and in a sentence, and leads to the difference that it is of."""
    answer = Answer(gain=number(2.5, (1.0, 4.0), null=0, p=0.012))
    answer |= Answer(table=Table(["gain"], [[answer.gain]]).with_columns("p"))
    html = body(render, '{{ gain | p }}\n\n{{ show(table, "A") }}', answer)
    elements = re.findall("<data.*?</data>", html)
    assert elements == [
        '<data class="q" data-q="best.gain" value="0.012">p\u00a0=\u00a00.012</data>',
        '<data class="q" data-q="best.gain" value="2.5">2.5\u00a0±\u00a01.5</data>',
        '<data class="q" data-q="best.gain" value="0.012">0.012</data>',
    ]


def test_how_many_a_number_is_over_is_a_number_too(render: Render) -> None:
    """With its unit, to print and to ask."""
    text = "{% claim mean.small.n == 5 %}{{ mean.small.n | words }}{% endclaim %} and {{ mean.small.n }}"
    assert "five seeds</span> and 5 seeds</p>" in printed(render, text)


def test_how_many_two_groups_are_is_both_of_them(render: Render) -> None:
    """Neither one of both, nor the 61 values of an author's number, of which nobody knows what they are."""
    unpaired = Quantity(1.0, "mmHg", n=27, source=Source(sizes=(27, 32), unit_name="patient"))
    answer = Answer(unpaired=unpaired, stated=number(2.0, n=61))
    assert "27 and 32 patients; 61.</p>" in printed(render, "{{ unpaired.n }}; {{ stated.n }}.", answer)


def test_either_sign_of_a_micro_finds_a_name(render: Render) -> None:
    """Python writes names with the letter; a template may have the sign."""
    answer = Answer(top_µM=fact(True, "so"), mean=Namespace({"10 µM": fact(True, "no")}))
    assert "so and no" in printed(render, "{{ top_µM }} and {{ mean['10 μM'] }}", answer)


def test_a_number_of_nowhere_has_a_name_too(render: Render) -> None:
    """A quantity that a template makes is in no answer."""
    fragment = render(
        "{{ rows(['small'], mean='Mean').rows[0][1] }} {{ difference.small.complex | size | pm }}"
    )
    assert all(f'data-q="{name}"' in fragment.html for name in fragment.numbers)


def test_a_table_has_heads_a_caption_and_one_number_of_decimals(render: Render) -> None:
    """Values with half widths; the unit is in the head, the caption is Markdown."""
    html = printed(render, '{{ show(means, "After `50` epochs", name="means") }}')
    assert html.startswith(
        '<div class="table"><table id="table-means" class="data">\n<caption><span class="label">Table '
    )
    assert '<span data-no="table:means"></span></span> After <code>50</code> epochs</caption>' in html
    assert '<th scope="col">Name</th><th scope="col" class="number">Test accuracy, %</th>' in html
    assert '<tr><th scope="row">complex</th><td class="number">98.14 ± 0.05</td></tr>' in html.replace(
        "\n", ""
    )
    assert '<td class="number">98.1 ± 0.1</td>' in printed(render, '{{ show(means, "A", digits=1) }}')


def test_a_table_of_declared_fields_and_means(render: Render) -> None:
    """By the names of the experiments."""
    text = '{{ show(rows(experiments, nodes="Nodes", mean="Test accuracy"), "A") }}'
    row = '<th scope="row">wide</th><td class="number">62</td><td class="number">98.11 ± 0.06</td>'
    assert row in printed(render, text).replace("\n", "")


def test_texts_of_a_table_are_escaped(render: Render) -> None:
    """Its caption too, where it is no text of the template."""
    answer = Answer(table=Table(("A<b>",), (("<i>&",),)), title="<u> *x*")
    html = printed(render, "{{ show(table, title) }}", answer)
    assert '&lt;u&gt; <em>x</em></caption>\n<thead>\n<tr><th scope="col">A&lt;b&gt;</th></tr>' in html
    assert '<th scope="row">&lt;i&gt;&amp;</th>' in html
    assert "<tbody>\n</tbody>" in printed(
        render, '{{ show(table, "none") }}', Answer(table=Table(("A",), ()))
    )


def test_a_table_may_be_of_any_length(render: Render) -> None:
    """Its values need no placeholders: a section has 65,534."""
    table = Table(("name", "value"), [("a", Quantity(1.0, "s"))] * 66_000)
    assert render('{{ show(long, "Long") }}', Answer(long=table)).html.count("<td ") == 66_000


def test_more_values_than_there_are_placeholders_are_one_message() -> None:
    """Which says what to do."""
    placeholders = Placeholders()
    for _ in range(65_534):
        placeholders.store("", "")
    with pytest.raises(UsageError, match=r"^a section prints more than 65,534 values; make several of it$"):
        placeholders.store("", "", block=True)


def test_one_pair_in_two_families_opens_two_panels(render: Render) -> None:
    """Each with the interval by which it is judged, though all else is equal."""
    pair = seeds(a=(0.98, 0.981, 0.983), b=(0.976, 0.978, 0.977))
    alone = difference(pair, ACCURACY, name="alone")
    among = difference(pair, ACCURACY, name="among", family=6)
    rendered = render("{{ alone }} {{ among }}", alone | among)
    first, second = rendered.numbers["best.alone"], rendered.numbers["best.among"]
    assert first["interval"] == second["interval"]
    assert (first["family"], second["family"]) == (1, 6)
    assert first["judged"] != second["judged"]
