"""The environment of templates: the project's, else the engine's; mistakes in them have file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import jinja2
from jinja2.bccache import Bucket
from jinja2.utils import missing
from markupsafe import Markup

from labreport.errors import LabReportError, Several, UsageError, did_you_mean, shown
from labreport.page.claims import Claims, TemplateError
from labreport.stats import Finding, Quantity, say

if TYPE_CHECKING:
    from labreport.page.values import Values

FRAME = Path(__file__).parents[1] / "frame"
SENTENCES = "sentences.html"
JINJA = ("and", "caller", "else", "false", "if", "in", "is", "loop", "none", "not", "or", "self", "true")
_PLACED = re.compile(r"(\S+?\.\w+):\d+: ")


class _Compiled(jinja2.BytecodeCache):
    """The code of templates by their source, for all documents of a process."""

    codes: ClassVar[dict[tuple[str, str], Any]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take the code of a source that was compiled before."""
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self.codes[bucket.key, bucket.checksum] = bucket.code


def environment(
    templates: Path, values: Values, helpers: Mapping[str, Any], **syntax: Any
) -> jinja2.Environment:
    """Make the environment of one document.

    `values` prints what stands in `{{ }}`, `helpers` are functions of every template, `syntax` are options
    of Jinja's, such as other delimiters.
    """
    known = dict[str, Any]()

    class Unknown(jinja2.StrictUndefined):
        """A name that is not there: whatever is done with it raises, and says what is near."""

        @property
        def _undefined_message(self) -> str:
            name, owner = str(self._undefined_name), self._undefined_obj
            if self._undefined_hint:
                return self._undefined_hint
            if owner is missing:
                return f"there is no {name!r} here{did_you_mean(name, known)}"
            words = [word for word in dir(owner) if not word.startswith("_")]
            return f"{type(owner).__name__} {str(owner)[:40]!r} has no {name!r}{did_you_mean(name, words)}"

    own = jinja2.PrefixLoader({"engine": jinja2.FileSystemLoader(FRAME)})
    made = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader([templates, FRAME]), own]),
        autoescape=True,
        undefined=Unknown,
        finalize=jinja2.pass_context(lambda _, value: values.value(value)),  # so that it sees constants too
        extensions=[Claims],
        bytecode_cache=_Compiled(),
        optimized=False,  # nothing of a document is in the code
        trim_blocks=True,
        lstrip_blocks=True,
        **syntax,
    )
    made.extend(values=values, known=known)
    made.globals = {"namespace": made.globals["namespace"], **helpers}
    made.filters.update(values.filters)
    usual = made.overlay("{%", "%}", "{{", "}}", "{#", "#}")
    values.sentence = lambda of: _sentence(usual, of, values)
    values.frame = lambda template, /, **names: Markup(usual.get_template(template).render(names))
    return made


def names_of(made: jinja2.Environment, names: Mapping[str, Any]) -> dict[str, Any]:
    """Give a template's names, `deep_8` for `deep-8` too. Raises `UsageError` for one of the engine's."""
    if taken := sorted(set(names) & {*made.globals, *JINJA}):
        raise UsageError(f"{taken[0]!r} is a name of the engine in templates; call the answer otherwise")
    found = {re.sub(r"\W", "_", name): value for name, value in names.items()} | dict(names)
    made.known.update(made.globals | found)  # type: ignore[attr-defined]
    return found


def _sentence(made: jinja2.Environment, of: Finding | Quantity, values: Values) -> Markup:
    """Say a finding or a number: by the macro of its kind, the project's own if it has one."""
    kind = of.kind if isinstance(of, Finding) else "quantity"
    given = say(of) if isinstance(of, Finding) else {"name": values.name(of), "value": of}
    files = (made.get_template(name).module for name in (SENTENCES, f"engine/{SENTENCES}"))
    return Markup(next(getattr(file, kind) for file in files if hasattr(file, kind))(given)).strip()


@contextmanager
def explained(templates: Path, name: str) -> Iterator[None]:
    """Turn whatever a template raises into one line: file, line, what is wrong."""
    place = shown(templates / name)
    try:
        yield
    except (TemplateError, Several):
        raise
    except jinja2.TemplateSyntaxError as error:
        text = re.sub(r"No (filter|test) named '(\w+)'\.", r"there is no \1 '\2'", error.message or "")
        raise TemplateError(f"{shown(error.filename or place)}:{error.lineno}: {text}") from error
    except Exception as error:
        plain = isinstance(error, (LabReportError, jinja2.TemplateError))
        text = str(error) if plain else f"{type(error).__name__}: {error}"
        if isinstance(error, jinja2.TemplateNotFound):
            text = f"there is no template {error.name!r}"
        found, trace = _PLACED.match(text), error.__traceback__
        if found and Path(found[1]).absolute().is_relative_to(templates.absolute()):
            text = text[found.end() :]  # a line of the code that Jinja makes of the template
        while trace is not None:
            if (file := Path(trace.tb_frame.f_code.co_filename)).is_relative_to(templates):
                place = f"{shown(file)}:{trace.tb_lineno}"
            trace = trace.tb_next
        raise TemplateError(f"{place}: {text}") from error
