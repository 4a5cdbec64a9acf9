"""The Jinja environment of templates: reading them, printing values, and messages for mistakes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.meta import find_referenced_templates
from markupsafe import Markup

from labreport.errors import MultipleErrors, UsageError, raised_at
from labreport.page.claims import ClaimTags
from labreport.page.lexer import TemplateLexer
from labreport.page.messages import TemplateError, message_of, template_function, undefined_type
from labreport.page.prose import refuse_typed_numbers
from labreport.stats import Quantity, Source, plural
from labreport.stats.formats import FILTERS
from labreport.stats.quantity import unpaired_sizes_text

if TYPE_CHECKING:
    from labreport.page.printer import Printer

FRAME = Path(__file__).parents[1] / "frame"
_JINJA_NAMES = "and caller else false if in is loop none not or self true"


class CompiledTemplates(jinja2.BytecodeCache):
    """Compiled templates of this process, shared by all environments, since each template has its own."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Set the code of a template that was compiled before; Jinja checks that its source is the same."""
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Store the code of a template."""
        self._code[bucket.key] = bucket.bytecode_to_string()


_COMPILED = CompiledTemplates()


class TemplateEnvironment(jinja2.Environment):
    """Reads the templates of a project and of the frame; `printer` prints the values of `{{ }}`.

    Jinja prints each value as a placeholder, which Markdown leaves unchanged. While a template is rendered,
    `known_names` has its variables, which messages suggest for a misspelt name.
    """

    def __init__(self, printer: Printer) -> None:
        folders = [printer.context.templates, FRAME, FRAME.parent]
        super().__init__(
            loader=jinja2.FileSystemLoader(folders),
            autoescape=True,
            undefined=undefined_type(self),
            finalize=self._finalize,
            extensions=[ClaimTags],
            bytecode_cache=_COMPILED,
            optimized=False,
        )
        self.printer = printer
        self.known_names: Mapping[str, object] = {}
        self.globals = {"namespace": self.globals["namespace"]}
        for name, function in FILTERS.items():
            self.filters[name] = template_function(name, function)

    @jinja2.pass_context
    def _finalize(self, _: jinja2.runtime.Context, value: object) -> Markup:
        """Print a value. The context is only passed to keep Jinja from printing constants at compile time."""
        return self.printer.placeholder_for(value)

    def add_function(self, name: str, function: Callable[..., object]) -> None:
        """Let templates call a function by this name."""
        self.globals[name] = template_function(name, function)

    @property
    def lexer(self) -> TemplateLexer:
        """The lexer of templates."""
        return TemplateLexer(self)

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        """Return the source of a template unchanged; typed numbers in Markdown raise `MultipleErrors`."""
        if name and name.endswith(".md"):
            refuse_typed_numbers(self.lexer.tokeniter(source, name), filename or name)
        return source

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The attribute of a value; the `n` of a quantity is printed with its unit: four plates."""
        if isinstance(obj, Quantity) and attribute == "n":
            name = obj.source.unit_name
            # Of a stated number it is not known what was repeated
            unit = "" if name == "value" else plural(name)
            sizes = unpaired_sizes_text(obj)
            if sizes:
                return f"{sizes} {unit}".rstrip()
            return Quantity(obj.n, unit, source=Source(kind="counted"), exact=True)
        return super().getattr(obj, attribute)

    def render_template(self, names: Mapping[str, object], **syntax: Any) -> str:
        """Render the printer's template with the members of an answer as variables; placeholders are kept.

        `syntax` are options of Jinja. Raises `TemplateError` and, for typed numbers, `MultipleErrors`.
        """
        with self.located_errors():
            for name in sorted(names):
                if name in self.globals or name in _JINJA_NAMES.split():
                    raise UsageError(
                        f"{name!r} is a name of the engine in templates; call the answer otherwise"
                    )
            variables = _as_variables(names)
            self.known_names = {**self.globals, **variables}
            template = self.overlay(**syntax).get_template(self.printer.context.template)
            return template.render(variables)

    def compile_template(self, name: str) -> Iterator[str]:
        """Compile a template of the project without rendering it; yield the files that it imports.

        Raises errors as `render_template` does.
        """
        file = self.printer.context.templates / name
        with self.located_errors():
            self.get_template(name)
            parsed = self.parse(file.read_text(encoding="utf-8"), name, str(file))
        for used in find_referenced_templates(parsed):
            if used and (self.printer.context.templates / used).is_file():
                yield used

    def render_frame(self, template: str, /, **names: object) -> Markup:
        """Render a template of the engine's frame."""
        return Markup(self.get_template(template).render(names))

    def render_sentence(self, kind: str, values: object) -> Markup:
        """Render a sentence by the macro of this kind, such as `ranking`, in the project or in the frame."""
        with self.located_errors():
            macro = getattr(self.get_template("sentences.html").module, kind, None)
            if macro is None:  # the project has other macros, but not this one
                macro = getattr(self.get_template("frame/sentences.html").module, kind)
            return Markup(macro(values)).strip()

    @contextmanager
    def located_errors(self) -> Iterator[None]:
        """Convert any exception of a template to a `TemplateError` with file and line."""
        try:
            yield
        except (TemplateError, MultipleErrors):
            raise
        except Exception as error:
            location = raised_at(error) or self.printer.context.location
            raise TemplateError(message_of(error, self), location) from error


def _as_variables(names: Mapping[str, object]) -> dict[str, object]:
    """The names of an answer as variables of a template: `deep_8` for `deep-8`, with either micro sign."""
    variables: dict[str, object] = {}
    for name, value in names.items():
        variables[re.sub(r"\W", "_", name)] = value
        variables[name.replace("μ", "µ")] = value
    return {**variables, **names}
