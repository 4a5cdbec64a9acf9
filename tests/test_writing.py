"""`docs/writing.md`: its project is built; what its templates may hold, and what they may not."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from example_report import Example, example
from wine import ROOT, Wine, labreport

from labreport.audit import audit_html, audit_pdf, lint_templates
from labreport.page import formulas, written
from labreport.page.notations import coloured, draw
from labreport.pdf import write

PAGE = (ROOT / "docs" / "writing.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^`([\w./-]+)`\n\n```\w+\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL))
TEMPLATE = "templates/questions/penalty.html"
BODY = "{{% block headline %}}x{{% endblock %}}{{% block body %}}<p>{}</p>{{% endblock %}}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Wine:
    """The project of the page, built once; tests work on copies."""
    folder = tmp_path_factory.mktemp("writing") / "project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    ran = labreport(folder, "build")
    assert ran.returncode == 0, ran.stderr
    return Wine(folder)


@pytest.fixture
def project(built: Wine, tmp_path: Path) -> Wine:
    """A copy of its own for each test."""
    return built.copy(tmp_path / "copy")


@pytest.fixture
def report(tmp_path: Path) -> Example:
    """A report of one question, which is rendered without a build."""
    return example(tmp_path / "templates")


def edit(project: Wine, name: str, old: str, new: str) -> None:
    """Replace a text that is in a file once."""
    text = (project.folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (project.folder / name).write_text(text.replace(old, new), encoding="utf-8")


def test_a_formula_is_drawn_and_its_latex_is_what_is_heard_and_copied(built: Wine) -> None:
    """With the traced values in it, and without an identifier that the page would have twice."""
    page = (built.folder / "report" / "report.html").read_text(encoding="utf-8")
    found = re.findall(
        r'<span class="formula( displayed)?"><svg (.*?)</svg><span class="source">(.*?)</span>', page, re.S
    )
    assert len(found) == 8
    assert all(
        'aria-hidden="true"' in svg and "currentColor" in svg and " id=" not in svg for _, svg, _ in found
    )
    ratio = found[-2]  # the last is in the glossary
    assert ratio[0] == " displayed"
    assert re.findall(r'data-source="penalty#(\w+).mean" data-form="bare">', ratio[2]) == ["plain", "ridge"]


def test_an_edit_of_a_formula_rebuilds_its_section(project: Wine) -> None:
    """And the documents, as that of any other word; a mistake in it is one line, and changes nothing."""
    edit(project, TEMPLATE, r"\lambda > 0", r"\lambda > \foo")
    line = (
        FILES[TEMPLATE].splitlines().index(next(one for one in FILES[TEMPLATE].splitlines() if "> 0" in one))
        + 1
    )
    said = rf"error: {TEMPLATE}:{line}: the formula \lambda > \foo cannot be read: there is no command \foo"
    assert project.run().err.splitlines() == [said]
    edit(project, TEMPLATE, r"\lambda > \foo", r"\lambda \ge 0")
    made = project.run().made
    assert {name for name in made if "document/" not in name} == {"section/result"}


def test_a_formula_in_the_pdf_has_its_latex_as_alternative_text(report: Example, tmp_path: Path) -> None:
    """The audit misses no numeral of it, though paper has none of its text."""
    value = "{{ answer.quantities.accuracy | number }}"
    html = report.with_question(BODY.format(rf"Here $\frac{{1}}{{2}} x^2 < {value}$ is small.")).page("print")
    write(html, report.templates, tmp_path / "a.pdf")
    assert audit_pdf(tmp_path / "a.pdf", html, report.answers, report.templates) == []
    with pikepdf.open(tmp_path / "a.pdf") as pdf:
        tagged = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/Alt" in each]
        alternatives = [str(each.Alt) for each in tagged]
    assert r"\frac{1}{2} x^2 < 96.5 %" in [" ".join(text.split()) for text in alternatives]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$20,000 and $30,000", []),
        ("$ x$ and $y $z", []),
        (r"\$x$ and \$", []),
        ("<code>$x$</code> $y$ <a title='$z$'>", ["y"]),
        ("{{ '$x$' }}{# $x$ #}{% set a = '$x$' %}{% raw %}$x$ {{ {% endraw %}$y$", ["y"]),
        ("costs $5</td><td>6$ and $a\n\nb$", []),
        ("$a<b$, $a &lt; b$, $$\na\n$$, $a {{ b['$'] }} c$", ["a<b", "a < b", "\na\n", "a \ue000 c"]),
    ],
)
def test_only_what_pandoc_takes_for_a_formula_is_one(text: str, found: list[str]) -> None:
    """Prices, programs and values are none."""
    assert [formula.latex for formula in formulas(text)] == found


def test_a_value_is_never_read_as_a_formula(report: Example) -> None:
    """A fact with dollars is printed as it is, and one inside a formula is not LaTeX there."""
    report = report.with_answer(facts={"run": {}, "text": r"$x$ and \foo{"})
    page = report.with_question(
        BODY.format(r"{{ answer.facts.text }}: $\text{is } {{ answer.facts.text }}$")
    ).page()
    assert r"<p>$x$ and \foo{: <span" in page
    assert r'<span class="source">\text{is } $x$ and \foo{</span>' in page
    assert draw(r"\text{is } " + "\ue000", False, (r"$x$ and \foo{",)) in page


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        ("x^{", "a brace { has no }"),
        ("a}", "a brace } ends nothing"),
        ("x^", "missing super script or subscript"),
        (r"\frac{a}", "a command has fewer arguments than it takes"),
        (r"\alhpa", r"there is no command \alhpa"),
        ("a & b", "& is outside of an environment"),
        (r"\begin{casse}a\end{casse}", "there is no environment 'casse'; did you mean 'cases'?"),
        ("a % b", "% begins a comment"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_line(latex: str, said: str) -> None:
    """Also in a branch that is not taken, and beside other mistakes."""
    wrong = written(f"{{% if false %}}\n${latex}$\n{{% endif %}}\n{{{{ 1 | numbr }}}}")["wrong"]
    assert [line for line, _ in wrong] == [2, 4]
    assert f"cannot be read: {said}" in wrong[0][1]


@pytest.mark.parametrize(
    ("latex", "numerals"),
    [
        (r"\frac{1}{2} m v^2 + \sum_{i=1}^{n} x_i^{10}", []),
        (r"p \in [0, 1], \sum_i p_i = 1", []),
        ("x = 3", ["3"]),
        ("0.97", ["0.97"]),
        (r"a \approx \frac{9}{10}", ["9", "10"]),
        ("{9}{7} x", ["97"]),
        (r"9\,7 x", ["97"]),
        ("9{.}7 x", ["9.7"]),
        ("x^{97}", ["97"]),
        (r"\Delta = 3\,\text{points}", ["3"]),
        (r"\Delta = 3\,\mathrm{s}", ["3"]),
        ("y = 5, x", ["5"]),
        (r"\text{97 of them } x", ["97"]),
        (r"\mathrm{seven} x", ["seven"]),
        (r"\begin{aligned} a &= 5 \end{aligned}", ["5"]),
        ("x²", ["²"]),
    ],
)
def test_a_number_typed_in_a_formula_is_a_constant_or_is_refused(
    report: Example, latex: str, numerals: list[str]
) -> None:
    """Before anything runs, by its line; and by the audit of the page."""
    report = report.with_question(BODY.format(f"${latex}$").replace("<p>", "<p>\n"))
    found = lint_templates(report.templates)
    assert [finding.text for finding in found] == numerals
    assert all(finding.where.endswith("one.html:2") for finding in found)
    audited = audit_html(report.page(), report.answers, report.templates)
    assert [finding.text for finding in audited] == numerals


def test_a_number_by_convention_is_allowed_as_it_is_written(report: Example) -> None:
    """And one that is computed in the template is not."""
    (report.templates / "allowed-numerals.txt").write_text("p < 0.05\tthe usual level\n", encoding="utf-8")
    page = report.with_question(BODY.format("$p < 0.05$")).page()
    assert audit_html(page, report.answers, report.templates) == []
    with pytest.raises(Exception, match=r"one\.html:1: '97' in a formula has no source"):
        report.with_question(BODY.format("$x < {{ 96 + 1 }}$")).page()


BIB = "templates/references.bib"


def test_what_is_cited_is_listed_by_number(built: Wine, report: Example, tmp_path: Path) -> None:
    """By first use, in page and PDF, and nothing else; what it says is the file's, or the audit finds it."""
    page = (built.folder / "report" / "report.html").read_text(encoding="utf-8")
    number = '<span class="counter">1</span>'
    assert f'[<a class="cited" href="#reference-hoerl-kennard">{number}</a>]), they are' in page
    assert re.findall(r'<li id="(reference-[^"]*)">\[(.*?)\]', page) == [("reference-hoerl-kennard", number)]
    (report.templates / "references.bib").write_text(FILES[BIB], encoding="utf-8")
    report = report.with_question(BODY.format('{{ cite("esl") }} and {{ cite("hoerl-kennard", "esl") }}'))
    html = report.page("print")
    text = re.sub("<[^>]*>", "", html).replace("&nbsp;", " ")
    assert "[1] and [1, 2]" in text
    assert "[2] Arthur E. Hoerl and Robert W. Kennard. Ridge regression: biased" in text
    write(html, report.templates, tmp_path / "a.pdf")
    assert audit_pdf(tmp_path / "a.pdf", html, report.answers, report.templates) == []
    (wrong,) = audit_html(html.replace("Springer, 2009", "Springer, 2010"), report.answers, report.templates)
    assert "is not what references.bib has under this key" in str(wrong)


def test_an_edit_of_the_bibliography_rebuilds_the_documents_that_print_it(project: Wine) -> None:
    """And nothing for an entry that is not cited; `why` names the entry."""
    edit(project, BIB, "Springer", "Springer Nature")
    assert project.run().made == frozenset()
    edit(project, BIB, "{1970}", "{1971}")
    assert "reference hoerl-kennard changed" in project.run("why", "report.html").out
    assert project.run().made == {"document/html", "document/pdf"}
    assert ", 1971." in (project.folder / "report" / "report.html").read_text(encoding="utf-8")


def test_what_is_wrong_with_references_is_named_before_anything_runs(project: Wine) -> None:
    """A key without an entry, an entry without a field, and a file that is not BibTeX, each by its line."""
    text = FILES[TEMPLATE]
    line = text.partition("cite(")[0].count("\n") + 1
    edit(project, TEMPLATE, 'cite("hoerl-kennard")', 'cite("horl-kennard", "esl")')
    edit(project, BIB, "  title     = {The Elements of Statistical Learning},\n", "")
    year = FILES[BIB].partition("@book")[0].count("\n") + 1
    lost = f"there is no reference 'horl-kennard' in {BIB}; did you mean 'hoerl-kennard'?"
    assert project.run().err.splitlines() == [
        f"error: {TEMPLATE}:{line}: {lost}",
        f"error: {BIB}:{year}: the entry 'esl' cannot be printed: missing title in esl",
    ]
    (project.folder / BIB).write_text("@book{esl,\n\n title {x}}", encoding="utf-8")
    assert project.run().err == f"error: {BIB}:3: '=' expected\n"
    (project.folder / BIB).unlink()
    assert "there is no reference 'esl' in templates/references.bib\n" in project.run().err


GLOSSARY = "templates/glossary.html"


def test_a_term_leads_to_its_explanation(built: Wine) -> None:
    """Once a section, and from other explanations; formulas in them are drawn."""
    page = (built.folder / "report" / "report.html").read_text(encoding="utf-8")
    (terms,) = re.findall(r'<section class="glossary".*?</section>', page, re.S)
    assert re.findall(r'<dt id="term-([^"]*)">', terms) == ["ridge-regression", "penalty"]
    assert '<dd>Least squares with a <a class="term" href="#term-penalty">penalty</a>, which' in terms
    assert 'weights: <span class="formula"><svg' in terms
    assert '(<a class="term" href="#term-ridge-regression">ridge regression</a>,' in page


def test_an_edit_of_the_glossary_rebuilds_the_documents_that_print_it(project: Wine) -> None:
    """And no section, no answer, no result."""
    edit(project, GLOSSARY, "Least squares with", "Linear regression with")
    assert project.run().made == {"document/html", "document/pdf"}


def test_a_term_is_explained_once_and_used_or_named_before_anything_runs(project: Wine) -> None:
    """With its line; all of them together."""
    begin, wrong = "{% block body %}", '{{ term("penalyt") }}{% call explain("x") %}{% endcall %}'
    edit(project, TEMPLATE, begin, begin + wrong)
    line = FILES[TEMPLATE].partition(begin)[0].count("\n") + 1
    more = "".join(f'{{% call explain("{word}") %}}x{{% endcall %}}\n' for word in ("Penalty", "weight"))
    edit(project, GLOSSARY, '{% call explain("ridge', f'{more}{{% call explain("ridge')
    assert [one.partition(";")[0] for one in project.run().err.splitlines()] == [
        f"error: {GLOSSARY}:1: the term 'Penalty' is explained twice",
        f"error: {GLOSSARY}:2: nothing uses the term 'weight'",
        f"error: {GLOSSARY}:4: the term 'penalty' is explained twice",
        f"error: {TEMPLATE}:{line}: explain belongs into glossary.html, and takes a term in quotes",
        f"error: {TEMPLATE}:{line}: glossary.html does not explain the term 'penalyt'",
    ]


PROGRAM = """square = X.T @ X + penalty * numpy.eye(12)  # no inverse is needed
w = numpy.linalg.solve(square, X.T @ y)"""


def test_a_listing_has_a_number_and_its_program_is_copied_as_text(
    built: Wine, report: Example, tmp_path: Path
) -> None:
    """In page and PDF, where a reference leads to it; the audit takes none of its numbers for a result."""
    page = (built.folder / "report" / "report.html").read_text(encoding="utf-8")
    number = 'Listing <span class="counter">1</span>'
    assert f'<a class="ref" href="#listing-weights">{number}</a> computes the weights' in page
    (listing,) = re.findall(r'<figure id="listing-weights">(.*?)</figure>', page, re.S)
    assert f'<figcaption><span class="label">{number}</span> The weights with a penalty' in listing
    (program,) = re.findall(r"<code class=.*?>(.*?)</code></pre>", listing, re.S)
    assert '<span class="comment"># no inverse is needed</span>' in program
    assert re.sub("<[^>]*>", "", program).strip() == PROGRAM
    more = f"{PROGRAM}\nfor x in w:\n    if x:\n        break"
    figure = f'<figure id="listing-a"><figcaption>A</figcaption><pre><code class="language-python">{more}'
    html = report.with_question(BODY.format(f"</p>{figure}</code></pre></figure><p>")).page("print")
    write(html, report.templates, tmp_path / "a.pdf")
    assert audit_pdf(tmp_path / "a.pdf", html, report.answers, report.templates) == []
    with pypdfium2.PdfDocument(tmp_path / "a.pdf") as pdf:
        text = "\n".join(one.get_textpage().get_text_range().replace("\r", "") for one in pdf)
    assert "Listing 1 A\n" + re.sub(" +", " ", more) in text  # of more spaces, PDFium gives one


@pytest.mark.parametrize(
    ("language", "program"),
    [
        ("python", 'def f():\n    return "<b>" + 1  # no'),
        ("console", "$ ls\na b\n$ pwd"),
        ("c++", "#include <vector>\nint main() { return 0; }"),
        ("json", '{"a": [1, null]}'),
    ],
)
def test_colours_change_no_letter_of_a_program(language: str, program: str) -> None:
    """Nor what a traced number in it is in."""
    for inside in (escape(program), f"<data>{escape(program[:5])}</data>{escape(program[5:])}"):
        code = f'<code class="language-{language}">{inside}</code>'
        made = coloured(code)
        assert re.sub("</?span[^>]*>", "", made).replace("&quot;", '"') == code.replace("&quot;", '"')
        assert "<span class=" in made


def test_what_is_wrong_with_a_listing_is_named_before_anything_runs(project: Wine) -> None:
    """A language that there is not, no caption, and a name that a question has."""
    edit(project, TEMPLATE, "language-python", "language-pyhton")
    edit(
        project, TEMPLATE, '<figure id="listing-weights">\n<figcaption>', '<figure id="listing-penalty">\n<b>'
    )
    edit(project, TEMPLATE, "NumPy</figcaption>", "NumPy</b>")
    edit(project, TEMPLATE, 'ref("weights")', 'ref("weihgts")')
    line = FILES[TEMPLATE].partition("<figure")[0].count("\n") + 1
    assert [one.partition(";")[0] for one in project.run().err.splitlines()] == [
        f"error: {TEMPLATE}:{line - 2}: there is no question, section, figure or listing 'weihgts'.",
        f"error: {TEMPLATE}:{line}: a question, section or figure is called 'penalty', too",
        f"error: {TEMPLATE}:{line}: the listing 'penalty' has no <figcaption>",
        f"error: {TEMPLATE}:{line + 2}: Pygments reads no language 'pyhton'",
    ]


def test_the_colours_of_programs_are_those_whose_contrast_is_tested() -> None:
    """`test_page_styles.py` does, on both grounds of both themes."""
    styles = (ROOT / "src" / "labreport" / "frame" / "styles" / "base.css").read_text(encoding="utf-8")
    found = re.findall(r"^code \.(\w+) \{\n  color: var\(--(\w+)\);", styles, re.M)
    assert dict(found) == {"comment": "quiet", "keyword": "accent", "literal": "supported"}
